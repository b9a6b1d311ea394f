"""The audit log for supervisors: who signed in, who saw whose data, who did what; newest first, a page at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from channels.context import CallerDep, ContextDep
from knowledge.db import Database
from knowledge.schema import AuditRow, Conversation, Ticket
from knowledge.types import JsonObject
from tools.audit import Kind

router = APIRouter(prefix="/v1/audit", tags=["accounts"])

Word = Annotated[str | None, Query(max_length=100)]


@dataclasses.dataclass(frozen=True)
class Asked:
    """Which rows are wanted; None: all."""

    kind: Kind | None = None
    actor: str | None = None
    """Who did it, as they are called in rows: an account's name, a token's subject."""
    deed: str | None = None
    """A tool, or what was done, such as ``sign_in`` or ``see_ticket``."""
    object: str | None = None
    """``conversation:ID``, ``ticket:ID``, ``customer:ID``, ``account:NAME``."""
    customer: str | None = None
    """A customer's id: whatever was seen or done of theirs, also in their conversations and tickets."""
    outcome: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = None
    """The `next` of the page before."""
    limit: int = 100


@router.get("")
async def read_audit(  # noqa: PLR0913, PLR0917  (one for each filter)
    context: ContextDep,
    caller: CallerDep,
    kind: Kind | None = None,
    actor: Word = None,
    deed: Word = None,
    object: Word = None,  # noqa: A002  (its name on the wire)
    customer: Word = None,
    outcome: Word = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    before: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return rows of the audit log, newest first; `next` is the `before` of the page after. For supervisors."""
    caller.must_supervise()
    asked = Asked(kind, actor, deed, object, customer, outcome, _aware(since), _aware(until), before, limit)
    await context.platform.executor.audit.flush()
    return await page(context.platform.database, asked)


async def page(database: Database, asked: Asked) -> JsonObject:
    """Return one page of rows and the place of the next; None: there is none."""
    async with database.read() as session:
        query = await _narrowed(session, select(AuditRow), asked)
        query = query.order_by(col(AuditRow.id).desc()).limit(asked.limit + 1)
        rows = list((await session.exec(query)).all())
    shown = rows[: asked.limit]
    return {
        "rows": [row.model_dump(mode="json") for row in shown],
        "next": shown[-1].id if len(rows) > asked.limit else None,
    }


async def _narrowed(session: AsyncSession, query: SelectOfScalar[AuditRow], asked: Asked) -> SelectOfScalar[AuditRow]:
    equal = (
        (AuditRow.kind, asked.kind),
        (AuditRow.actor, asked.actor),
        (AuditRow.tool, asked.deed),
        (AuditRow.object, asked.object),
        (AuditRow.outcome, asked.outcome),
    )
    for column, value in equal:
        if value is not None:
            query = query.where(col(column) == value)
    if asked.since is not None:
        query = query.where(col(AuditRow.at) >= asked.since)
    if asked.until is not None:
        query = query.where(col(AuditRow.at) < asked.until)
    if asked.before is not None:
        query = query.where(col(AuditRow.id) < asked.before)
    if asked.customer is not None:
        query = query.where(await _about(session, asked.customer))
    return query


async def _about(session: AsyncSession, customer: str) -> Any:
    """Return the condition of rows about a person: themselves, their conversations, their tickets."""
    theirs = or_(col(Conversation.customer_id) == customer, col(Conversation.subject) == customer)
    conversations = (await session.exec(select(Conversation.id).where(theirs))).all()
    tickets = (await session.exec(select(Ticket.id).where(Ticket.customer_id == customer))).all()
    objects = [f"customer:{customer}", *(f"conversation:{each}" for each in conversations)]
    objects += [f"ticket:{each}" for each in tickets]
    return or_(col(AuditRow.object).in_(objects), col(AuditRow.conversation_id).in_(conversations))


def _aware(at: dt.datetime | None) -> dt.datetime | None:
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=dt.UTC)
