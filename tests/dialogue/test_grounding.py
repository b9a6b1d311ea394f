"""Which of the own things a mention means."""

from __future__ import annotations

import datetime as dt

import pytest

from dialogue import grounding
from dialogue.commands import EntityType
from dialogue.state import Heard
from dialogue.testing import entity
from knowledge.money import Money
from tools.evidence import LineView, LocalText, OrderSummary

PRICE = Money(minor=9900, currency="USD")


def line(line_id: str, product: str, title: str, **options: str) -> LineView:
    named = {key.replace("_", " "): value for key, value in options.items()}
    return LineView(
        line_id=line_id, sku=line_id, product_id=product, title=LocalText(zh="", en=title),
        options=named, quantity=1, unit_price=PRICE,
    )  # fmt: skip


ORDER = OrderSummary(
    order_id="W1",
    status="pending",
    total=PRICE,
    placed_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
    lines=(
        line("1", "P-LAP", "Laptop", screen_size="13-inch", color="silver"),
        line("2", "P-LAP", "Laptop", screen_size="17-inch", color="black"),
        line("3", "P-LAMP", "Desk Lamp", color="white"),
    ),
)


def heard(message: str, *mentions: tuple[EntityType, str, dict[str, object]]) -> list[Heard]:
    found = []
    place = 0
    for kind, said, value in mentions:
        place = message.index(said, place)
        mention = entity(kind, said, place, **value)
        found.append(Heard(entity=mention, turn=1, context=message[max(0, place - 24) : place]))
        place += len(said)
    return found


LAPTOP: dict[str, object] = {"terms": "laptop", "product_ids": ["P-LAP"]}


@pytest.mark.parametrize(
    ("message", "old", "thing", "new"),
    [
        ("change the 17-inch laptop to a 13-inch one", "17-inch", "laptop", "13-inch"),
        ("17英寸笔记本换成13英寸的", "17英寸", "笔记本", "13英寸"),
        ("17英寸的笔记本换成13英寸的", "17英寸", "笔记本", "13英寸"),
    ],
)
def test_what_stands_before_a_thing_says_which_one_it_is(message: str, old: str, thing: str, new: str) -> None:
    said = heard(
        message,
        ("option", old, {"key": "screen size", "value": "17-inch"}),
        ("product", thing, LAPTOP),
        ("option", new, {"key": "screen size", "value": "13-inch"}),
    )

    meant, unclear = grounding.lines_meant(ORDER, said)

    assert ([found.line_id for found in meant], unclear) == (["2"], [])


def test_what_it_shall_become_does_not_say_which_one_it_is() -> None:
    said = heard(
        "I want a silver laptop",
        ("option", "silver", {"key": "color", "value": "silver"}),
        ("product", "laptop", LAPTOP),
    )

    assert grounding.describing(said[1], said[:1]) == []


@pytest.mark.parametrize("message", ["return both of my laptops", "退掉两台laptops", "send all the laptops back"])
def test_all_of_a_kind_are_not_everything(message: str) -> None:
    quantifier = next(word for word in ("both", "两台", "all") if word in message)
    said = heard(message, ("ordinal", quantifier, {"all": True}), ("product", "laptops", LAPTOP))

    meant, unclear = grounding.lines_meant(ORDER, said)

    assert not grounding.wants_all(said)
    assert ([found.line_id for found in meant], unclear) == (["1", "2"], [])


def test_a_word_for_anything_names_nothing() -> None:
    said = [Heard(entity=entity("product", "货", terms="货", product_ids=[]).model_copy(update={"score": 0.3}), turn=1)]

    assert grounding.products_heard(said) == []


def test_a_line_is_meant_by_its_kind_where_the_kind_has_more_products_than_a_mention_lists() -> None:
    shoe = line("1", "P-99", "Suede Sneakers").model_copy(update={"kinds": ("shoe", "sneaker")})
    shoes = entity("product", "shoes", 0, product_ids=["P-1"], generic=True, kinds=["shoe"])
    assert grounding.mentions_line(shoes, shoe)
    assert not grounding.mentions_line(shoes, line("2", "P-98", "Desk Lamp"))


@pytest.mark.parametrize("message", ["I want the laptops gone, both please", "laptops都退"])
def test_all_said_after_a_thing_is_all_of_it(message: str) -> None:
    said = heard(
        message,
        ("product", "laptops", LAPTOP),
        ("ordinal", "both" if "both" in message else "都退", {"all": True}),
    )

    meant, unclear = grounding.lines_meant(ORDER, said)

    assert ([found.line_id for found in meant], unclear) == (["1", "2"], [])


@pytest.mark.parametrize(
    ("message", "thing"),
    [
        ("if there is none, don't exchange the laptop", "laptop"),
        ("leave the laptop out", "laptop"),
        ("the laptop stays", "laptop"),
        ("笔记本不换了", "笔记本"),
        ("别退笔记本", "笔记本"),
    ],
)
def test_what_is_left_out_is_said_before_or_after_it(message: str, thing: str) -> None:
    place = message.index(thing)
    mention = Heard(
        entity=entity("product", thing, place, **LAPTOP),
        turn=1,
        context=message[max(0, place - 24) : place],
        after=message[place + len(thing) :],
    )

    assert grounding.is_negated(mention)


@pytest.mark.parametrize(
    ("message", "named"), [("return the laptop", True), ("return all I just bought except the laptop", False)]
)
def test_goods_that_are_left_out_are_not_asked_for(message: str, named: bool) -> None:
    assert grounding.named_goods(heard(message, ("product", "laptop", LAPTOP))) is named
