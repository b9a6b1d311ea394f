"""A person's data: given out whole as a zip file, or erased everywhere, database and files. For supervisors and merchants."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import json
import logging
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pydantic
from fastapi import APIRouter, Response
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.problems import ProblemError, refusal_problem
from dialogue.conversations import Conversations
from dialogue.events import INTERNAL_TYPES
from dialogue.learning.forgetting import forget
from knowledge.db import Database
from knowledge.errors import KnowledgeError
from knowledge.person import belongings, digest_of, find_erasure, marks_of
from knowledge.schema import Attachment, ConversationEvent, Customer, Erasure
from knowledge.types import JsonObject, new_id, utc_now
from tools.audit import audit_row
from tools.base import Identity, ToolCall
from tools.customers.privacy import ErasedCustomer
from tools.executor import Executor

router = APIRouter(prefix="/v1/customers", tags=["customers"])

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Shop:
    """Where a person's data is."""

    database: Database
    executor: Executor
    data: Path
    conversations: Conversations | None = None
    """Those that are going on in this process; None in a command."""


class EraseBody(pydantic.BaseModel):
    """The id once more: what cannot be undone is not done by a slip."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    confirm: str = pydantic.Field(max_length=256)


@router.get("/{customer_id}/export", response_class=Response)
async def export_customer(context: ContextDep, caller: CallerDep, customer_id: str) -> Response:
    """Return everything about a person as a zip file: ``data.json`` and what they sent. For supervisors and merchants."""
    _must_decide(caller)
    content = await exported(_shop(context), customer_id, caller.identity())
    headers = {"Content-Disposition": 'attachment; filename="customer.zip"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/zip", headers=headers)


@router.post("/{customer_id}/erase")
async def erase_customer(context: ContextDep, caller: CallerDep, customer_id: str, body: EraseBody) -> dict[str, Any]:
    """Erase a person's data for good; asked again it says what was done then. For supervisors and merchants."""
    _must_decide(caller)
    if body.confirm != customer_id:
        raise ProblemError("confirm_erasure")
    return await erased(_shop(context), customer_id, caller.identity())


def _must_decide(caller: Caller) -> None:
    if caller.role != "merchant":
        caller.must_supervise()


def _shop(context: Context) -> Shop:
    platform = context.platform
    return Shop(platform.database, platform.executor, context.settings.data, platform.conversations)


async def exported(shop: Shop, customer_id: str, identity: Identity) -> bytes:
    """Return a person's data as a zip file, and note who took it.

    Raises:
        ProblemError: ``unknown_customer``.
    """
    async with shop.database.read() as session:
        if await session.get(Customer, customer_id) is None:
            raise ProblemError("unknown_customer")
        tables, attachments = await _everything(session, customer_id)
    row = audit_row(
        "seen",
        "export_customer",
        at=utc_now(),
        actor=identity.actor,
        role=identity.role,
        object=f"customer:{customer_id}",
    )
    async with shop.database.write() as session:
        session.add(row)
    return await asyncio.to_thread(_zipped, customer_id, tables, attachments, shop.data)


async def _everything(
    session: AsyncSession, customer_id: str
) -> tuple[dict[str, list[JsonObject]], Sequence[Attachment]]:
    tables: dict[str, list[JsonObject]] = {}
    attachments: list[Attachment] = []
    for belonging in belongings(customer_id):
        if belonging.internal:
            continue
        rows = (await session.exec(select(belonging.model).where(belonging.theirs))).all()
        tables[belonging.name] = [row.model_dump(mode="json") for row in rows if not _is_internal(row)]
        attachments += [row for row in rows if isinstance(row, Attachment)]
    return tables, attachments


def _is_internal(row: SQLModel) -> bool:
    """Tell whether it is what the shop's people said among themselves: that is theirs."""
    return isinstance(row, ConversationEvent) and row.type in INTERNAL_TYPES


def _zipped(
    customer_id: str, tables: dict[str, list[JsonObject]], attachments: Sequence[Attachment], data: Path
) -> bytes:
    whole = {"customer": customer_id, "exported_at": utc_now().isoformat(), "tables": tables}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=2))
        for each in attachments:
            path = data / each.path
            if path.is_file():
                archive.write(path, f"attachments/{path.name}")
    return file.getvalue()


async def erased(shop: Shop, customer_id: str, identity: Identity) -> JsonObject:
    """Erase a person: what was learned, the database in one transaction, then files and what this process remembers.

    Asked again it says what was done then; whatever an interruption left over is done now.

    Raises:
        ProblemError: ``unknown_customer``, ``forbidden``.
    """
    async with shop.database.read() as session:
        marks = await marks_of(session, customer_id)
        is_there = await session.get(Customer, customer_id) is not None
        earlier = await find_erasure(session, customer_id)
    if earlier is None or is_there:
        await asyncio.to_thread(forget, shop.data, marks.scrub)
        done = await _erase(shop, customer_id, identity)
        if shop.conversations is not None:
            await shop.conversations.forget(done.conversations, done.tickets)
    erasure = await _finish(shop, customer_id)
    with contextlib.suppress(KnowledgeError):
        await shop.database.overwrite_deleted()
    return {
        "receipt": erasure.receipt_id,
        "pseudonym": erasure.pseudonym,
        "erased_at": erasure.erased_at.isoformat(),
        "counts": erasure.counts,
        "before": earlier is not None and not is_there,
    }


async def _erase(shop: Shop, customer_id: str, identity: Identity) -> ErasedCustomer:
    """Propose and confirm, as the door has asked the person already."""
    await shop.executor.audit.flush()  # what waits to be written down of them is erased too
    call = ToolCall("erase_customer", {"person": customer_id})
    outcome = await shop.executor.call(call, identity, idempotency_key=new_id("erase"))
    if outcome.proposal_id is not None:
        outcome = await shop.executor.confirm(outcome.proposal_id, identity)
    if not isinstance(outcome.evidence, ErasedCustomer):
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable)
    async with shop.database.write() as session:
        proof = await find_erasure(session, customer_id)
        if proof is not None:
            proof.receipt_id = outcome.receipt_id
            session.add(proof)
    return outcome.evidence


async def _finish(shop: Shop, customer_id: str) -> Erasure:
    """Delete the files that the erasure named."""
    async with shop.database.read() as session:
        erasure = await session.get_one(Erasure, digest_of(customer_id))
    left = [name for name in erasure.files if not await asyncio.to_thread(_delete, shop.data / name)]
    async with shop.database.write() as session:
        erasure = await session.get_one(Erasure, erasure.digest)
        erasure.files = left
        session.add(erasure)
    return erasure


def _delete(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("%s could not be deleted and is tried again with the next request: %s", path, error)
        return False
    return True
