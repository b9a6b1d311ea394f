"""Tickets as files: ``xiaoer tickets export`` and ``GET /v1/tickets/export``.

A cell that a spreadsheet would take for a formula gets an apostrophe before it. What says who somebody is, and what they wrote, is
left out unless it was asked for by a role that may have it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlmodel import col, select

from channels.context import CallerDep, ContextDep
from knowledge.db import Database
from knowledge.schema import Ticket

router = APIRouter(tags=["desk"])

Format = Literal["csv", "json"]
Status = Literal["open", "claimed", "resolved"]
PLAIN = (
    "ticket_id", "conversation_id", "status", "reason", "priority", "queue", "lang", "assignee", "created_at", "claimed_at",
    "resolved_at", "outcome", "tags", "reopens", "merged_into", "split_from",
)  # fmt: skip
PERSONAL = ("customer_id", "subject", "note")
"""Columns with who somebody is, or with words that people wrote."""
BATCH = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def row_of(ticket: Ticket, *, personal: bool) -> dict[str, str | None]:
    """Return a ticket as one row of texts."""
    ending = ending_of(ticket)
    row = {
        "ticket_id": ticket.id,
        **ticket.model_dump(include={*PLAIN, *PERSONAL}, mode="json"),
        "outcome": ending.get("outcome"),
        "tags": ", ".join(ticket.tags),
        "note": ending.get("note"),
    }
    return {name: row[name] for name in columns(personal=personal)}


def ending_of(ticket: Ticket) -> Mapping[str, Any]:
    """Return how a ticket ended, as its body has it."""
    ending = ticket.body.get("ending")
    return ending if isinstance(ending, dict) else {}


def columns(*, personal: bool) -> tuple[str, ...]:
    """Return the columns of a file."""
    return PLAIN + PERSONAL if personal else PLAIN


def safe_cell(value: str | None) -> str:
    """Return a cell that every spreadsheet shows as what it says."""
    text = value or ""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


async def tickets(database: Database, *, since: dt.datetime | None, status: Status | None) -> AsyncIterator[Ticket]:
    """Yield tickets by their time, a batch in memory at once."""
    last: Ticket | None = None
    while True:
        query = select(Ticket).order_by(col(Ticket.created_at), col(Ticket.id)).limit(BATCH)
        query = query.where(
            *([col(Ticket.created_at) >= since] if since else []), *([Ticket.status == status] if status else [])
        )
        if last is not None:
            at, same = col(Ticket.created_at), col(Ticket.id)
            query = query.where((at > last.created_at) | ((at == last.created_at) & (same > last.id)))
        async with database.read() as session:
            rows = (await session.exec(query)).all()
        for row in rows:
            yield row
        if len(rows) < BATCH:
            return
        last = rows[-1]


async def written(found: AsyncIterator[Ticket], form: Format, *, personal: bool) -> AsyncIterator[str]:
    """Yield a file's text, piece by piece: CSV with a byte order mark, for spreadsheets, or one JSON array."""
    if form == "csv":
        yield "\ufeff" + _line(columns(personal=personal))
        async for ticket in found:
            yield _line(map(safe_cell, row_of(ticket, personal=personal).values()))
        return
    between = "["
    async for ticket in found:
        yield between + json.dumps(row_of(ticket, personal=personal), ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[" else "]\n"


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


@router.get("/v1/tickets/export", response_class=StreamingResponse)
async def export(
    context: ContextDep,
    caller: CallerDep,
    *,
    form: Annotated[Format, Query(alias="format")] = "csv",
    since: dt.datetime | None = None,
    status: Status | None = None,
    personal: bool = False,
) -> StreamingResponse:
    """Return tickets as CSV or JSON. `personal` adds who somebody is and what they wrote, for agents alone."""
    caller.must_be("merchant", "agent")
    if personal:
        caller.must_be("agent")
    found = tickets(context.platform.database, since=aware(since), status=status)
    headers = {"Content-Disposition": f'attachment; filename="tickets.{form}"', "Cache-Control": "no-store"}
    return StreamingResponse(written(found, form, personal=personal), media_type=_MEDIA[form], headers=headers)


def aware(at: dt.datetime | None) -> dt.datetime | None:
    """Take a time without a zone as UTC."""
    return at.replace(tzinfo=at.tzinfo or dt.UTC) if at is not None else None
