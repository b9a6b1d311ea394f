"""Receipts: proof of an effect, written in the transaction of the effect itself and found again by its key."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Receipt
from knowledge.types import JsonObject, new_id
from tools.base import Arguments, Evidence, Identity, Outcome, Tool, ToolCall
from tools.errors import RefusedError


def as_json(value: Arguments | Evidence) -> JsonObject:
    """Return arguments or evidence as plain JSON, every default written out."""
    return value.model_dump(mode="json")


def canonical(value: Any) -> str:
    """Return JSON in which equal values have equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def call_hash(tool: Tool, arguments: JsonObject, identity: Identity) -> str:
    """Return the SHA-256 of the exact call: the tool, every argument and, where it matters, whose records."""
    whose = identity.customer_id if tool.needs_customer else None
    return hashlib.sha256(canonical([tool.name, whose, arguments]).encode()).hexdigest()


def scoped_key(identity: Identity, key: str) -> str:
    """Return the key as it is stored: two callers who choose the same key do not meet."""
    return f"{identity.conversation_id or f'{identity.role}:{identity.actor}'}/{key}"


def proposal_key(proposal_id: str) -> str:
    """Return the key under which the effect of a proposal is done: there can be one."""
    return f"proposal/{proposal_id}"


async def find_receipt(session: AsyncSession, key: str) -> Receipt | None:
    """Return the receipt that was written under `key`."""
    return (await session.exec(select(Receipt).where(Receipt.idempotency_key == key))).first()


def make_receipt(
    tool: Tool, arguments: JsonObject, evidence: Evidence, identity: Identity, *, key: str, now: dt.datetime
) -> Receipt:
    """Return the receipt of an effect that was just made; the caller adds it to the transaction."""
    return Receipt(
        id=new_id("rcp"),
        idempotency_key=key,
        conversation_id=identity.conversation_id,
        tool=tool.name,
        arguments=tool.recorded(arguments) if tool.recorded is not None else arguments,
        arguments_hash=call_hash(tool, arguments, identity),
        actor=identity.actor,
        role=identity.role,
        result=as_json(evidence),
        created_at=now,
    )


def done(tool: Tool, receipt: Receipt, evidence: Evidence) -> Outcome:
    """Return the outcome of an effect."""
    return Outcome(ToolCall(tool.name, receipt.arguments), "ok", evidence=evidence, receipt_id=receipt.id)


def replay(tool: Tool, receipt: Receipt, wanted_hash: str) -> Outcome:
    """Return the outcome of an earlier, equal call.

    Raises:
        RefusedError: ``idempotency_conflict``: the key belongs to another call.
    """
    if receipt.tool != tool.name or receipt.arguments_hash != wanted_hash:
        raise RefusedError("idempotency_conflict", "this idempotency key was used for another call; choose a new one")
    return Outcome(
        ToolCall(tool.name, receipt.arguments),
        "ok",
        evidence=tool.evidence.model_validate(receipt.result),
        receipt_id=receipt.id,
        replayed=True,
    )
