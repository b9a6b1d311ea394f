from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.money import Money
from knowledge.schema import Shop, Ticket
from knowledge.types import Lang
from tools.ticketing.body import OrderFacts, Person, TicketBody
from tools.ticketing.canned_variables import VARIABLES, Case, filled, unknown_in

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def case(*orders: str, name: str = "Emma", lang: Lang = "en") -> Case:
    facts = tuple(OrderFacts(order_id=each, status="paid", total=Money(12900, "CNY"), placed_at=NOW) for each in orders)
    body = TicketBody(customer=Person(name=name), orders=facts)
    ticket = Ticket(id="tkt_1", conversation_id="c1", reason="asked", body=body.model_dump(mode="json"), created_at=NOW)
    return Case(ticket, "Anna", Shop(id="shop", name_zh="小店", name_en="Shop", currency="CNY"), lang)


@pytest.mark.parametrize(
    ("text", "about", "said", "gaps"),
    [
        ("Dear {name}, {order}: {amount}.", case("O1"), "Dear Emma, O1: CN¥129.00.", ()),
        ("{name}您好，{amount}，{shop}{agent}", case("O1", lang="zh"), "Emma您好，¥129.00，小店Anna", ()),
        ("{ticket}: {order} and {order}", case(), "tkt_1: {order} and {order}", ("order",)),
        ("{order} of two", case("O1", "O2"), "{order} of two", ("order",)),
        ("{tracking} {product}", case("O1"), "{tracking} {product}", ("tracking", "product")),
        ("Dear {name}", case(name="{order}"), "Dear {order}", ()),
    ],
)
def test_what_the_ticket_says_is_written_and_the_rest_is_named(
    text: str, about: Case, said: str, gaps: tuple[str, ...]
) -> None:
    assert filled(text, about) == (said, gaps)


def test_what_is_no_variable_is_named_once() -> None:
    assert unknown_in("{name} {nmae} { order } {} {nmae}") == ("nmae", " order ", "")


@given(
    st.lists(st.sampled_from([*VARIABLES, "x"]).map("{{{}}}".format) | st.text(max_size=8), max_size=12).map("".join)
)
def test_every_variable_is_filled_or_a_gap(text: str) -> None:
    said, gaps = filled(text, case(name="E"))
    held = {name for name in re.findall(r"\{([^{}]*)\}", text) if name in VARIABLES}
    assert set(gaps) == held & {"order", "amount", "tracking", "product"}
    assert all(f"{{{name}}}" in said for name in gaps)
    assert not any(f"{{{name}}}" in said for name in held - set(gaps))
