"""Effects that an external server makes: sent at most once, and never told as done or not done where nobody knows.

No transaction of ours can hold them, so they have two: the first marks the proposal as ``sent`` before anything leaves, the second
writes down what came back. A crash, a timeout or a lost connection between leaves it ``sent``, and a person has to look.
"""

from __future__ import annotations

import datetime as dt

from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Proposal
from tools.base import Evidence, Identity, Outcome, Tool, ToolCall
from tools.errors import NeedsPersonError, ToolError
from tools.outcomes import refusal
from tools.proposals import decide
from tools.receipts import done, make_receipt, proposal_key

UNKNOWN = "outcome_unknown"


def unknown_outcome(tool: str, server: str) -> NeedsPersonError:
    """Return the refusal of a call that may or may not have had its effect."""
    return NeedsPersonError(
        UNKNOWN, f"{tool}: whether {server} did it is not known; it must be looked up there", server=server
    )


async def settle(
    session: AsyncSession,
    proposal: Proposal,
    tool: Tool,
    identity: Identity,
    result: Evidence | ToolError,
    now: dt.datetime,
) -> Outcome:
    """Write down in an open transaction what became of a proposal that was sent: its receipt, or why there is none."""
    if isinstance(result, ToolError):
        if result.code != UNKNOWN:
            decide(proposal, "failed", identity, now)
        return refusal(ToolCall(tool.name, proposal.arguments), result)
    receipt = make_receipt(tool, proposal.arguments, result, identity, key=proposal_key(proposal.id), now=now)
    session.add(receipt)
    await session.flush()  # before the proposal names it
    decide(proposal, "executed", identity, now)
    proposal.receipt_id = receipt.id
    return done(tool, receipt, result)
