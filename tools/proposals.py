"""Proposals: effects that wait for consent, stored as the exact resolved call and executed at most once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import pydantic
from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Proposal
from knowledge.types import JsonObject, new_id
from tools.base import Evidence, Identity, Tool
from tools.errors import RefusedError
from tools.receipts import as_json, call_hash

LIFETIME = dt.timedelta(minutes=30)

ProposalStatus = Literal["pending", "sent", "executed", "void", "rejected", "expired", "failed"]
"""``sent``: agreed to and given to an external server, whose answer did not come yet, or never will."""


class ProposalView(pydantic.BaseModel):
    """A proposal as its approver sees it."""

    model_config = pydantic.ConfigDict(frozen=True)

    id: str
    conversation_id: str | None
    tool: str
    arguments: JsonObject
    preview: JsonObject
    status: str
    approver: str
    proposed_by: str
    decided_by: str | None
    receipt_id: str | None
    created_at: dt.datetime
    expires_at: dt.datetime
    decided_at: dt.datetime | None


async def store_proposal(
    session: AsyncSession, tool: Tool, arguments: JsonObject, preview: Evidence, identity: Identity, now: dt.datetime
) -> Proposal:
    """Store the call; an earlier one of the same tool that still waits in the conversation is void."""
    await session.exec(
        update(Proposal)
        .where(*_same_place(identity), col(Proposal.tool) == tool.name, col(Proposal.status) == "pending")
        .values(status="void", decided_at=now, decided_by="newer proposal")
    )
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
        expires_at=now + LIFETIME,
    )
    session.add(proposal)
    return proposal


async def lock_proposal(session: AsyncSession, proposal_id: str, identity: Identity) -> Proposal:
    """Return a proposal that `identity` may decide, locked until the transaction ends.

    Raises:
        RefusedError: ``proposal_not_found``, also for one of another conversation; ``not_approver`` for the wrong role.
    """
    statement = select(Proposal).where(Proposal.id == proposal_id).with_for_update()
    proposal = (await session.exec(statement)).first()
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


async def list_proposals(
    session: AsyncSession,
    identity: Identity,
    *,
    status: ProposalStatus | None = "pending",
    proposal_id: str | None = None,
    limit: int = 100,
) -> Sequence[ProposalView]:
    """Return the proposals that `identity` may decide, newest first; with a `proposal_id` that one alone, if it is among them."""
    statement = select(Proposal).where(Proposal.approver == identity.role)
    if identity.role != "merchant":
        statement = statement.where(*_same_place(identity))
    if status is not None:
        statement = statement.where(Proposal.status == status)
    if proposal_id is not None:
        statement = statement.where(Proposal.id == proposal_id)
    rows = await session.exec(statement.order_by(col(Proposal.created_at).desc(), col(Proposal.id)).limit(limit))
    return [ProposalView.model_validate(row, from_attributes=True) for row in rows]


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
