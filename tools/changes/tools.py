"""Tools about staged changes: list those that wait or were made, and roll one back."""

from __future__ import annotations

from knowledge.schema import Proposal, Receipt
from tools.base import Role, ToolContext, tool
from tools.changes.types import ChangeList, ListChanges, RollBack, RolledBack
from tools.errors import ArgumentError, RefusedError
from tools.proposals import ProposalView, find_proposal, list_proposals
from tools.staging import Restoration, Staged

MERCHANT: tuple[Role, ...] = ("merchant",)


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en=(
        "Staged changes of the shop (prices, coupons, thresholds, ...) that wait for approval or were made, newest first, each with before "
        "and after, the approvals it has, and its id for roll_back. Use it for 'what waits for approval', 'what did we change last'. "
        "state: waiting or made; latest_to: approve, reject, edit or roll_back, what the newest is wanted for; tool: only changes by that tool, such as change_price; ids: only these."
    ),
    zh=(
        "店铺的改动（价格、优惠券、阈值等）：等待批准的或已执行的，最新的在前，含改前改后、已有的批准和用于 roll_back 的编号。商家问“有什么待批”“刚才改了什么”时使用。"
        "state：waiting 或 made；latest_to：approve、reject、edit 或 roll_back，要对最新一项做什么；tool：只看某个工具的改动，如 change_price；ids：只看这些编号。"
    ),
)
async def list_changes(context: ToolContext, arguments: ListChanges) -> ChangeList:
    """Return staged changes with what the reader may do."""
    deed = arguments.latest_to or ("approve" if arguments.state == "waiting" else "roll_back")
    found = await list_proposals(
        context.session,
        context.identity,
        tools=context.tools,
        rules=context.policy.changes,
        now=context.now,
        status="pending" if arguments.state == "waiting" else "executed",
    )
    mine = [
        each
        for each in found
        if _is_listed(context, each, arguments.tool) and (arguments.ids is None or each.id in arguments.ids)
    ]
    latest = next((each for each in mine if deed in each.can), None)
    return ChangeList(changes=tuple(mine), latest=latest, others=len(mine) - (latest is not None))


def _is_listed(context: ToolContext, proposal: ProposalView, only: str | None) -> bool:
    known = context.tools.get(proposal.tool)
    return known is not None and issubclass(known.evidence, Staged) and only in (None, proposal.tool)


async def preview_roll_back(context: ToolContext, arguments: RollBack) -> RolledBack:
    """Work out what stood before a change.

    Raises:
        ArgumentError: ``change_not_found``: no change of that id was made.
        RefusedError: ``cannot_roll_back``: there is no way back; ``rolled_back_already``; and as its tool's undo, such as
            ``changed_since``.
    """
    proposal, restoration = await _restoration(context, arguments.proposal_id)
    return RolledBack(proposal_id=proposal.id, tool=proposal.tool, restored=restoration.differences)


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_roll_back,
    en=(
        "Undo a change that was made through approval: what stood before is put back, unless something else changed it since, which is "
        "told. Once for each change. proposal_id: of the change, as list_changes gives it."
    ),
    zh=(
        "撤销一次已批准执行的改动：恢复到改动之前；如果之后又被别的操作改过，则不恢复并说明。每次改动只能撤销一次。proposal_id：该改动的编号，由 list_changes 给出。"
    ),
)
async def roll_back(context: ToolContext, arguments: RollBack) -> RolledBack:
    """Put back what stood before, and note on the change that it was."""
    proposal, restoration = await _restoration(context, arguments.proposal_id)
    restoration.apply()
    proposal.rolled_back_at = context.now
    context.session.add(proposal)
    return RolledBack(proposal_id=proposal.id, tool=proposal.tool, restored=restoration.differences)


async def _restoration(context: ToolContext, proposal_id: str) -> tuple[Proposal, Restoration]:
    try:
        proposal = await find_proposal(context.session, proposal_id, context.identity)
    except RefusedError as error:
        raise ArgumentError("change_not_found", "expected the id of a change that was made") from error
    if proposal.status != "executed" or proposal.receipt_id is None:
        raise ArgumentError(
            "change_not_found", f"that change is {proposal.status}, only one that was made can be undone"
        )
    made = context.tools.get(proposal.tool)
    if made is None or made.undo is None:
        raise RefusedError("cannot_roll_back", f"{proposal.tool} has no way back", tool=proposal.tool)
    if proposal.rolled_back_at is not None:
        at = proposal.rolled_back_at.isoformat()
        raise RefusedError("rolled_back_already", "it was rolled back already", rolled_back_at=at)
    receipt = await context.session.get_one(Receipt, proposal.receipt_id)
    return proposal, await made.undo(context, made.evidence.model_validate(receipt.result))


TOOLS = (list_changes, roll_back)
