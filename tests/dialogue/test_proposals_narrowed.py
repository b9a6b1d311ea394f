"""After a proposal: lower prices and other goods than those just shown, each with its reason, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from dialogue.commands import StartFlow
from dialogue.replies.types import ProductsReply
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, words
from tools.base import Identity
from tools.testing import make_shop

ASKS = {"en": "recommend something", "zh": "有什么推荐的"}
EVEN = tuple(range(1000, 3000, 100))
"""Prices; those of equal merit are proposed in the order of their ids."""
FEW_CHEAP = (100, *reversed(EVEN))


@pytest_asyncio.fixture
async def visitor(database: Database, lang: Lang, prices: Sequence[int]) -> AsyncIterator[Talk]:
    """Somebody in a shop of mugs, one a price."""
    async with database.write() as session:
        shop = await make_shop(session, "CNY")
        for number, price in enumerate(prices):
            name = f"P-{number:02d}"
            await shop.product(name, f"Mug {number}", f"马克杯{number}", variants={f"SKU-{number}": ({}, price)})
    understander = ScriptedUnderstander({}, lang)
    conversations = await assemble(database, understander)
    talk = Talk(conversations, understander, database, Identity("shopper", subject="visitor-1"))
    await talk.open(lang)
    yield talk
    await conversations.executor.close()


async def _shown(visitor: Talk, text: str) -> dict[str, int]:
    """Say something and return the products that came, each with its lowest price."""
    turn = await visitor.say(text, StartFlow(flow="find_products", text=text))
    cards = [card for reply in turn.replies if isinstance(reply, ProductsReply) for card in reply.products]
    assert cards, f"no products after {text!r}: {words(turn)}"
    assert all(card["reason"] for card in cards)
    return {card["product_id"]: card["price_from"]["minor"] for card in cards}


@pytest.mark.parametrize("prices", [tuple(reversed(EVEN))])
@pytest.mark.parametrize(
    ("lang", "cheaper"), [("zh", ("便宜点的", "太贵了")), ("en", ("a bit cheaper please", "too expensive"))]
)
async def test_cheaper_costs_less_than_all_that_was_shown(visitor: Talk, lang: Lang, cheaper: tuple[str, ...]) -> None:
    before = await _shown(visitor, ASKS[lang])
    for text in cheaper:
        found = await _shown(visitor, text)
        assert max(found.values()) < min(before.values())
        before = found


@pytest.mark.parametrize("prices", [FEW_CHEAP])
@pytest.mark.parametrize(("lang", "cheaper"), [("zh", "便宜点的"), ("en", "anything cheaper?")])
async def test_where_hardly_anything_is_below_the_cheapest_others_below_the_dearer_half_come(
    visitor: Talk, lang: Lang, cheaper: str
) -> None:
    before = await _shown(visitor, ASKS[lang])
    assert min(before.values()) == 100
    found = await _shown(visitor, cheaper)
    assert not found.keys() & before.keys()
    assert max(found.values()) < sorted(before.values())[len(before) // 2]


@pytest.mark.parametrize("prices", [(1000, 1000, 1000)])
@pytest.mark.parametrize(("lang", "cheaper", "told"), [("zh", "便宜点的", "没有更便宜的了"), ("en", "cheaper", "nothing cheaper")])  # fmt: skip
async def test_where_nothing_is_cheaper_it_is_said(visitor: Talk, lang: Lang, cheaper: str, told: str) -> None:
    await _shown(visitor, ASKS[lang])
    turn = await visitor.say(cheaper, StartFlow(flow="find_products", text=cheaper))
    assert told in words(turn)


@pytest.mark.parametrize("prices", [EVEN])
@pytest.mark.parametrize(
    ("lang", "others"),
    [
        ("zh", ("换一批", "换个风格")),
        ("en", ("show me others", "another style")),
    ],
)
async def test_others_are_none_of_those_shown(visitor: Talk, lang: Lang, others: tuple[str, ...]) -> None:
    seen = await _shown(visitor, ASKS[lang])
    for text in others:
        found = await _shown(visitor, text)
        assert not found.keys() & seen.keys()
        seen |= found


@pytest.mark.parametrize("prices", [tuple(reversed(EVEN))])
@pytest.mark.parametrize(("lang", "cheapest"), [("zh", "最便宜的"), ("en", "show me the cheapest")])
async def test_the_cheapest_comes_first(visitor: Talk, lang: Lang, cheapest: str) -> None:
    await _shown(visitor, ASKS[lang])
    found = list((await _shown(visitor, cheapest)).values())
    assert found == sorted(EVEN)[:6]
