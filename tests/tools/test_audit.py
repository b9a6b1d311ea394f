from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import AuditRow
from tools import audit
from tools.audit import MAX_TEXT, REDACTED, AuditLog, redact
from tools.base import Outcome, ToolCall
from tools.testing import NOW, shopper


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ({"order_id": "#W2378156", "reason": "too small"}, {"order_id": "#W2378156", "reason": "too small"}),
        ({"order_id": "45078946912345"}, {"order_id": "45078946912345"}),
        ({"email": "a@b.example"}, {"email": REDACTED}),
        ({"email": None, "name": ""}, {"email": None, "name": ""}),
        ({"address": {"line1": "12 Elm", "postcode": "19122"}}, {"address": {"line1": REDACTED, "postcode": REDACTED}}),
        ({"reason": "call me: +86 138-0013-8000"}, {"reason": f"call me: {REDACTED}"}),
        ({"reason": "发到 wang@example.com，谢谢"}, {"reason": f"发到 {REDACTED}，谢谢"}),
        ({"lines": [{"line_id": "L1", "quantity": 2}]}, {"lines": [{"line_id": "L1", "quantity": 2}]}),
        ({"price_max_minor": 30000}, {"price_max_minor": 30000}),
    ],
)
def test_what_names_a_person_does_not_reach_the_log(arguments: dict[str, Any], kept: dict[str, Any]) -> None:
    assert redact(arguments) == kept


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )
)
def test_any_arguments_can_be_logged(arguments: Any) -> None:
    json.dumps(redact(arguments))


@pytest.mark.parametrize("text", ["x" * 10**6, "1 " * 10**6, "a@" * 10**6, "1-" * 10**6 + "a"])
def test_a_huge_text_is_cut_and_costs_no_time(text: str) -> None:
    started = time.process_time()
    assert len(redact({"reason": text})["reason"]) <= MAX_TEXT
    assert time.process_time() - started < 0.1


async def test_waiting_rows_are_written_by_themselves(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "FLUSH_AFTER_S", 0.01)
    log = AuditLog(shop)
    for _ in range(3):
        log.note(shopper("C1"), Outcome(ToolCall("count", {}), "ok"), NOW)
    async with asyncio.timeout(5):
        while await _count(shop) < 3:  # noqa: ASYNC110  (the row's arrival is what is tested)
            await asyncio.sleep(0.01)
    await log.close()


async def test_closing_in_the_middle_of_a_flush_loses_no_row(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "FLUSH_AFTER_S", 0.0)
    log = AuditLog(shop)
    async with shop.write():  # the flush waits for this transaction to end
        log.note(shopper("C1"), Outcome(ToolCall("count", {}), "ok"), NOW)
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(log.close())
        await asyncio.sleep(0.01)
    await closing
    assert await _count(shop) == 1


async def test_rows_that_cannot_be_written_wait(shop: Database) -> None:
    mine = Database(shop.url, busy_timeout_s=0.01)
    log = AuditLog(mine)
    async with shop.write() as session:
        await session.exec(select(AuditRow))
        await log.write(shopper("C1"), Outcome(ToolCall("count", {}), "refused", code="x"), NOW)
    assert await _count(shop) == 0
    await log.close()
    assert await _count(shop) == 1
    await mine.close()


async def _count(database: Database) -> int:
    async with database.read() as session:
        return len((await session.exec(select(AuditRow))).all())
