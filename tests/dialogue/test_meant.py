"""Records are meant by numbers, order, goods and kinds of payment; what points at nothing means nothing."""

from __future__ import annotations

import zoneinfo

import pytest

from dialogue.commands import Entity
from dialogue.meant import ids_meant
from dialogue.state import initial
from dialogue.testing import entity
from dialogue.work import Work
from tests.dialogue.conftest import Talk

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
LAST = entity("order_ref", "my last order", relative="last")
TEE = entity("product", "tee", terms="tee", product_ids=["P-TEE"], generic=False)


@pytest.mark.parametrize(
    ("entities", "meant"),
    [
        ((LAST,), {"D1002", "D1002-1"}),
        ((TEE,), {"D1001", "D1001-1", "D1003", "D1003-1"}),
        ((TEE, entity("order_ref", "D1001", id="D1001")), {"D1001", "D1001-1"}),
        ((entity("order_ref", "D1001", id="D1001"),), {"D1001", "D1001-1", "D1001-2"}),
        ((entity("payment_method", "PayPal", kind="paypal"),), {"paypal_C1"}),
        ((entity("product", "it", terms="it", product_ids=["P-TEE"], generic=True),), set()),
        ((entity("order_ref", "D9", id="D9"),), set()),
        ((), set()),
    ],
)
async def test_what_the_words_point_at(talk: Talk, entities: tuple[Entity, ...], meant: set[str]) -> None:
    state = initial(talk.id, "shopper", "en", "C1")
    work = Work.begin(state, talk.conversations.executor, talk.identity, {}, 0, "")
    assert await ids_meant(work, entities, ZONE) == meant


async def test_a_visitor_means_nobody_s_records(visitor: Talk) -> None:
    work = Work.begin(
        initial(visitor.id, "shopper", "en", None), visitor.conversations.executor, visitor.identity, {}, 0, ""
    )
    assert await ids_meant(work, (LAST,), ZONE) == frozenset()
