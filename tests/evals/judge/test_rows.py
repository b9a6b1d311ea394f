"""Rows before and after: what is told apart, what is let pass, what is refused."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.judge.rows import TABLES, differences
from evals.judge.scenario import Expect
from evals.judge.world import World
from tests.evals.judge.conftest import scenario

pytestmark = pytest.mark.asyncio(loop_scope="session")

RETURN = (
    "INSERT INTO \"return\" VALUES ('r1', 'J9001', 'requested', 'too_small', 'credit_card_J1', 7900, 'CNY', '2026-03-10 08:30:00')",
    "INSERT INTO returnline (return_id, order_line_id, sku, quantity) VALUES ('r1', 'J9001-1', 'J-TEE-M', 1)",
    "UPDATE \"order\" SET status = 'return_requested' WHERE id = 'J9001'",
    "INSERT INTO refund (id, order_id, return_id, kind, amount_minor, currency, payment_method_id, status, created_at)"
    " VALUES ('f1', 'J9001', 'r1', 'return', 7900, 'CNY', 'credit_card_J1', 'pending', '2026-03-10 08:30:00')",
)
Judged = Callable[..., list[str]]


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Judged]:
    """Compares the shop with a copy of it in which statements were run."""

    def on(shop: Path) -> Judged:
        def compare(*statements: str, **expect: Any) -> list[str]:
            after = tmp_path_factory.mktemp("rows") / "shop.db"
            shutil.copy(shop, after)
            with sqlite3.connect(after) as connection:
                for statement in statements:
                    connection.execute(statement)
            connection.close()
            return list(map(str, differences(Expect.model_validate(expect), shop, after)))

        return compare

    return on


async def test_what_changed_is_told_from_what_was_expected(shops: World, judged: Callable[[Path], Judged]) -> None:
    compare = judged((await shops.lay(scenario())).database)
    wanted = {"returns": [{"order": "J9001", "sku": "J-TEE-M", "status": "requested", "refund": 79.0}]}

    assert compare() == []
    assert compare(*RETURN, rows=wanted) == []
    assert compare(*RETURN, rows={**wanted, "refunds": [{"order": "J9001", "amount": "79.00", "kind": "return"}]}) == []

    [beside] = compare(*RETURN, rows={"returns": [{"order": "J9001", "sku": "J-TEE-L"}]})
    assert beside.startswith('returns: expected {"order": "J9001", "sku": "J-TEE-L"}, and there is {"order": "J9001"')

    [missing] = compare(rows=wanted)
    assert missing.startswith("returns: expected")
    assert compare(*RETURN)[0].startswith("order J9001: changed")
    assert compare(*RETURN, no_other_writes=False) == []

    moved = 'UPDATE "order" SET address = \'{"line1": "elsewhere"}\' WHERE id = \'J9001\''
    [fault] = compare(*RETURN, moved, rows=wanted)
    assert "elsewhere" in fault
    other = (
        "UPDATE \"order\" SET status = 'cancelled' WHERE id = (SELECT min(id) FROM \"order\" WHERE status = 'pending')"
    )
    [fault] = compare(*RETURN, other, rows=wanted)
    assert '"status": "cancelled"' in fault
    twice = (RETURN[1].replace("'J-TEE-M', 1", "'J-TEE-L', 1"),)
    assert any("was not expected" in fault for fault in compare(*RETURN, *twice, rows=wanted))
    [fault] = compare("DELETE FROM payment WHERE order_id = 'J9001'")
    assert "gone" in fault


async def test_every_table_can_be_read_from_a_real_shop(shops: World, judged: Callable[[Path], Judged]) -> None:
    compare = judged(shops.base)
    for name in TABLES:
        [fault] = compare(rows={name: [{"order": "nothing"}]})
        assert fault.startswith(f"{name}: expected")
