"""Proposals: effects that wait for consent, stored as the exact resolved call and executed at most once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

import pydantic
from sqlalchemy import ColumnElement, and_, not_, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Proposal
from knowledge.types import JsonObject, new_id
from tools.approvals import need_of, objection
from tools.base import Evidence, Identity, Tool
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.policy import ChangeRules
from tools.receipts import as_json, call_hash
from tools.staging import Difference, Staged

LIFETIME = dt.timedelta(minutes=30)
"""How long a question in a conversation waits; a staged change waits `ChangeRules.open_hours`."""

ProposalStatus = Literal["pending", "sent", "executed", "void", "rejected", "expired", "failed"]
"""``sent``: agreed to and given to an external server, whose answer did not come yet, or never will."""


Deed = Literal["approve", "reject", "edit", "roll_back"]


class Approvals(Evidence):
    """How many different people must approve, and who has."""

    needed: int
    given: tuple[str, ...]


class ProposalView(Evidence):
    """A proposal as its approver sees it. `changes` and `effect` are those of staged changes; `can` is what the reader may do now."""

    id: str
    conversation_id: str | None
    tool: str
    arguments: JsonObject
    preview: JsonObject
    changes: tuple[Difference, ...]
    effect: LocalText | None
    status: str
    approver: str
    approvals: Approvals
    exceeded: tuple[str, ...]
    """The shop's caps that it goes beyond."""
    can: tuple[Deed, ...]
    proposed_by: str
    decided_by: str | None
    receipt_id: str | None
    created_at: dt.datetime
    expires_at: dt.datetime
    decided_at: dt.datetime | None
    rolled_back_at: dt.datetime | None


async def store_proposal(  # noqa: PLR0913, PLR0917
    session: AsyncSession,
    tool: Tool,
    arguments: JsonObject,
    preview: Evidence,
    identity: Identity,
    now: dt.datetime,
    rules: ChangeRules,
) -> Proposal:
    """Store the call; an earlier one of the same tool that still waits in the conversation is void.

    One that waits for several people, or was made outside of conversations, stays unless it is about the same thing.
    """
    earlier = (*_same_place(identity), col(Proposal.tool) == tool.name, col(Proposal.status) == "pending")
    void = {"status": "void", "decided_at": now, "decided_by": "newer proposal"}
    if isinstance(preview, Staged):
        for waiting in (await session.exec(select(Proposal).where(*earlier))).all():
            before = staged_of(tool, waiting)
            for_many = before is not None and need_of(rules, identity.role, before).approvals > 1
            stays = for_many or identity.conversation_id is None
            if not stays or (before is not None and before.about() == preview.about()):
                waiting.sqlmodel_update(void)
                session.add(waiting)
    else:
        await session.exec(update(Proposal).where(*earlier).values(**void))
    lifetime = dt.timedelta(hours=rules.open_hours) if isinstance(preview, Staged) else LIFETIME
    return put_proposal(session, tool, arguments, preview, identity, now, lifetime)


def put_proposal(  # noqa: PLR0913, PLR0917
    session: AsyncSession,
    tool: Tool,
    arguments: JsonObject,
    preview: Evidence,
    identity: Identity,
    now: dt.datetime,
    lifetime: dt.timedelta,
) -> Proposal:
    """Store a call that waits for the role of `identity`, beside whatever waits already."""
    proposal = Proposal(
        id=new_id("prp"),
        conversation_id=identity.conversation_id,
        tool=tool.name,
        arguments=arguments,
        arguments_hash=call_hash(tool, arguments, identity),
        preview=as_json(preview),
        approver="shopper" if identity.role == "system" else identity.role,
        proposed_by=identity.actor,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(proposal)
    return proposal


def staged_of(tool: Tool | None, proposal: Proposal) -> Staged | None:
    """Return what a proposal would change; None where it is no staged change of a tool that there is."""
    if tool is None or not issubclass(tool.evidence, Staged):
        return None
    try:
        return tool.evidence.model_validate(proposal.preview)
    except pydantic.ValidationError:
        return None  # stored by another version of the tool


def stands(shown: JsonObject, preview: Evidence) -> bool:
    """Tell whether what would be done now is what the person was shown; estimates may have moved."""
    estimates = preview.estimates if isinstance(preview, Staged) else frozenset()
    now = as_json(preview)
    return {name: shown[name] for name in shown.keys() - estimates} == {
        name: now[name] for name in now.keys() - estimates
    }


async def lock_proposal(session: AsyncSession, proposal_id: str, identity: Identity) -> Proposal:
    """Return a proposal that `identity` may decide, locked until the transaction ends; raises as `find_proposal`."""
    return await find_proposal(session, proposal_id, identity, lock=True)


async def find_proposal(session: AsyncSession, proposal_id: str, identity: Identity, *, lock: bool = False) -> Proposal:
    """Return a proposal that `identity` may decide.

    Raises:
        RefusedError: ``proposal_not_found``, also for one of another conversation; ``not_approver`` for the wrong role.
    """
    statement = select(Proposal).where(Proposal.id == proposal_id)
    proposal = (await session.exec(statement.with_for_update() if lock else statement)).first()
    if proposal is None or not _within_reach(proposal, identity):
        raise RefusedError("proposal_not_found", f"no proposal {proposal_id[:64]!r} waits in this conversation")
    if proposal.approver != identity.role:
        raise RefusedError("not_approver", f"expected the yes of a {proposal.approver}, got that of a {identity.role}")
    return proposal


def decide(proposal: Proposal, status: ProposalStatus, identity: Identity, now: dt.datetime) -> None:
    """Write down what became of a proposal."""
    proposal.status = status
    proposal.decided_by = identity.actor
    proposal.decided_at = now


async def list_proposals(  # noqa: PLR0913
    session: AsyncSession,
    identity: Identity,
    *,
    tools: Mapping[str, Tool],
    rules: ChangeRules,
    now: dt.datetime,
    status: ProposalStatus | None = "pending",
    proposal_id: str | None = None,
    limit: int = 100,
) -> Sequence[ProposalView]:
    """Return the proposals that `identity` may decide, newest first; those whose time is over count as expired.

    With a `proposal_id` that one alone, if it is among them.
    """
    statement = select(Proposal).where(Proposal.approver == identity.role)
    if identity.role != "merchant":
        statement = statement.where(*_same_place(identity))
    over = and_(col(Proposal.status) == "pending", col(Proposal.expires_at) <= now)
    if status == "expired":
        statement = statement.where(or_(col(Proposal.status) == status, over))
    elif status is not None:
        statement = statement.where(Proposal.status == status, not_(over))
    if proposal_id is not None:
        statement = statement.where(Proposal.id == proposal_id)
    rows = await session.exec(statement.order_by(col(Proposal.created_at).desc(), col(Proposal.id)).limit(limit))
    return [view(row, identity, tools=tools, rules=rules, now=now) for row in rows]


def view(
    proposal: Proposal, identity: Identity, *, tools: Mapping[str, Tool], rules: ChangeRules, now: dt.datetime
) -> ProposalView:
    """Describe a proposal to one who may decide it."""
    tool = tools.get(proposal.tool)
    staged = staged_of(tool, proposal)
    need = need_of(rules, identity.role, staged or Evidence())
    waits = proposal.status == "pending" and now < proposal.expires_at
    can: list[Deed] = []
    if waits and tool is not None:
        can += ["reject", "edit"] if objection(proposal, identity, need) else ["approve", "reject", "edit"]
    if proposal.status == "executed" and proposal.rolled_back_at is None and tool is not None and tool.undo is not None:
        can.append("roll_back")
    return ProposalView(
        **proposal.model_dump(exclude={"arguments_hash", "approvals", "status"}),
        status="expired" if proposal.status == "pending" and not waits else proposal.status,
        changes=staged.differences() if staged is not None else (),
        effect=staged.expected() if staged is not None else None,
        approvals=Approvals(needed=need.approvals, given=tuple(proposal.approvals)),
        exceeded=need.exceeded,
        can=tuple(can),
    )


def _same_place(identity: Identity) -> tuple[ColumnElement[bool], ...]:
    if identity.conversation_id is not None:
        return (col(Proposal.conversation_id) == identity.conversation_id,)
    return (col(Proposal.conversation_id).is_(None), col(Proposal.proposed_by) == identity.actor)


def _within_reach(proposal: Proposal, identity: Identity) -> bool:
    if proposal.approver == "merchant":
        return True  # the merchant's team shares one list of staged writes; the role is checked by the caller
    if proposal.conversation_id is None and identity.conversation_id is None:
        return proposal.proposed_by == identity.actor
    return proposal.conversation_id == identity.conversation_id
