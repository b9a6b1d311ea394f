from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import select

from knowledge.db import Database
from knowledge.money import Money
from knowledge.schema import Address, Conversation, Order
from knowledge.types import new_id
from tools.base import Identity, Outcome, ToolCall
from tools.customers.tools import TOOLS
from tools.customers.types import DefaultAddressChange, Profile, VerifiedCustomer
from tools.evidence import AddressFields, MethodView
from tools.executor import Executor
from tools.testing import NOW, FixedClock, ShopBuilder, agent, make_executor, make_shop, propose_and_confirm, shopper

VISITOR = shopper(None)
NEW = {"line1": "9 Oak Avenue", "city": "Austin", "state": "TX", "postcode": "78701", "country": "USA"}


@pytest_asyncio.fixture
async def people(database: Database) -> AsyncIterator[Database]:
    """Yusuf and 王小明, and a visitor's conversation ``conv``."""
    async with database.write() as session:
        shop = await make_shop(session, "USD")
        await shop.product("P1", variants={"MUG": ({}, 900)})
        yusuf = await shop.customer(
            "C1", "Yusuf", "Rossi", email="yusuf@example.com", methods=["credit_card", "gift_card"]
        )
        ming = await shop.customer("C2", "小明", "王", phone="+8613800138000", postcode="310000")
        await shop.address(yusuf, "A-office", postcode="SW1A 1AA")
        await shop.order("W1", yusuf, {"MUG": 1})
        await shop.order("W2", ming, {"MUG": 1})
        await shop.conversation("conv")
    yield database


@pytest.fixture
def executor(people: Database) -> Executor:
    return make_executor(people, TOOLS)


async def verify(executor: Executor, who: Identity = VISITOR, /, key: str = "k", **proof: Any) -> Outcome:
    return await executor.call(ToolCall("verify_customer", proof), who, idempotency_key=key)


async def conversation(database: Database) -> Conversation:
    async with database.read() as session:
        return await session.get_one(Conversation, "conv")


@pytest.mark.parametrize(
    ("proof", "customer", "name"),
    [
        ({"email": "Yusuf@Example.com "}, "C1", "email"),
        ({"name": "rossi yusuf", "postcode": "19122"}, "C1", "name_postcode"),
        ({"name": "Yusuf Rossi", "postcode": "sw1a1aa"}, "C1", "name_postcode"),
        ({"name": "王 小明", "postcode": "310000"}, "C2", "name_postcode"),
        ({"order_id": "#w2", "phone": "138 0013 8000"}, "C2", "order_phone"),
        ({"email": "typo@example.com", "name": "Yusuf Rossi", "postcode": "19122"}, "C1", "name_postcode"),
    ],
)
async def test_a_proof_puts_the_customer_on_the_conversation(
    executor: Executor, people: Database, proof: dict[str, str], customer: str, name: str
) -> None:
    outcome = await verify(executor, VISITOR, **proof)
    assert isinstance(outcome.evidence, VerifiedCustomer)
    assert (outcome.status, outcome.evidence.customer_id, outcome.evidence.proof) == ("ok", customer, name)
    head = await conversation(people)
    assert (head.customer_id, head.verified_by) == (customer, name)


@pytest.mark.parametrize(
    "proof",
    [
        {"email": "nobody@example.com"},
        {"email": "yusuf"},
        {"name": "Yusuf Rossi", "postcode": "310000"},
        {"name": "Yusuf", "postcode": "19122"},
        {"order_id": "W2", "phone": "13800138001"},
        {"order_id": "W999", "phone": "13800138000"},
        {"order_id": "W1", "phone": "0000000"},
    ],
)
async def test_a_wrong_proof_opens_nothing(executor: Executor, people: Database, proof: dict[str, str]) -> None:
    outcome = await verify(executor, VISITOR, **proof)
    assert (outcome.status, outcome.code, outcome.mendable) == ("refused", "not_recognised", True)
    assert (await conversation(people)).customer_id is None


@pytest.mark.parametrize("proof", [{}, {"name": "Yusuf Rossi"}, {"order_id": "W1"}, {"phone": "13800138000"}])
async def test_half_a_proof_is_asked_for_the_rest(executor: Executor, proof: dict[str, str]) -> None:
    outcome = await verify(executor, VISITOR, **proof)
    assert (outcome.code, outcome.facts) == (
        "incomplete_proof",
        {"proofs": ["email", "name_postcode", "order_phone"]},
    )


async def test_only_the_policys_proofs_count(people: Database) -> None:
    executor = make_executor(people, TOOLS, policy="tau_retail")
    outcome = await verify(executor, order_id="W2", phone="13800138000")
    assert (outcome.code, outcome.facts) == ("incomplete_proof", {"proofs": ["email", "name_postcode"]})


async def test_two_people_of_one_name_and_postcode_need_another_proof(executor: Executor, people: Database) -> None:
    async with people.write() as session:
        shop = ShopBuilder(session, "USD", NOW)
        await shop.customer("C3", "Yusuf", "Rossi", email="other@example.com")
    assert (await verify(executor, name="Yusuf Rossi", postcode="19122")).code == "several_customers"
    assert (await verify(executor, key="k2", email="other@example.com")).status == "ok"


async def test_after_five_wrong_proofs_even_the_right_one_is_refused(executor: Executor, people: Database) -> None:
    for attempt in range(5):
        assert (await verify(executor, key=f"k{attempt}", email=f"guess{attempt}@example.com")).code == "not_recognised"
    later = make_executor(people, TOOLS)
    outcome = await verify(later, key="right", email="yusuf@example.com")
    assert (outcome.code, outcome.facts, outcome.mendable) == ("too_many_attempts", {"attempts": 5}, False)
    assert (await conversation(people)).customer_id is None


async def test_guesses_sent_at_once_do_not_slip_past_the_limit(executor: Executor) -> None:
    outcomes = await asyncio.gather(*(verify(executor, key=f"k{i}", email=f"guess{i}@example.com") for i in range(9)))
    assert sorted(outcome.code for outcome in outcomes) == ["not_recognised"] * 5 + ["too_many_attempts"] * 4


async def in_new_conversation(executor: Executor, subject: str, customer: str | None = None, **proof: str) -> str:
    """Prove it as a shopper in a conversation of its own; returns the code of the refusal."""
    conversation_id = new_id("cnv")
    async with executor.database.write() as session:
        await ShopBuilder(session, "USD", NOW).conversation(conversation_id, subject=subject)
    who = Identity("shopper", subject, customer, conversation_id)
    return (await verify(executor, who, key=conversation_id, **proof)).code


RIGHT = {"name": "Yusuf Rossi", "postcode": "19122"}


async def test_who_opens_one_conversation_after_the_other_is_stopped_for_a_day(people: Database) -> None:
    clock = FixedClock()
    executor = make_executor(people, TOOLS, clock=clock)
    codes = [await in_new_conversation(executor, "vis_1", email=f"guess{n}@example.com") for n in range(11)]
    assert codes == ["not_recognised"] * 10 + ["proofs_paused"]
    assert await in_new_conversation(executor, "vis_1", **RIGHT) == "proofs_paused"
    assert await in_new_conversation(executor, "vis_2", **RIGHT) == ""
    clock.advance(days=1)
    assert await in_new_conversation(executor, "vis_1", **RIGHT) == ""


@pytest.mark.parametrize(
    ("guess", "counted", "right"),
    [
        ({"name": "Yusuf Rossi"}, "postcode", RIGHT),
        ({"name": "Nobody Known"}, "postcode", None),
        ({"order_id": "W2"}, "phone", {"order_id": "#w2", "phone": "13800138000"}),
        ({"order_id": "W404"}, "phone", None),
    ],
)
async def test_many_visitors_cannot_guess_at_one_person_whether_there_or_not(
    executor: Executor, guess: dict[str, str], counted: str, right: dict[str, str] | None
) -> None:
    def wrong(number: int) -> dict[str, str]:
        return {**guess, counted: f"9000{number:04}"}

    codes = [await in_new_conversation(executor, f"vis_{n}", **wrong(n)) for n in range(12)]
    assert codes == ["not_recognised"] * 10 + ["proofs_paused"] * 2
    if right:
        assert await in_new_conversation(executor, "vis_new", **right) == "proofs_paused"
    assert await in_new_conversation(executor, "vis_else", email="yusuf@example.com") == ""


async def test_a_lock_never_shuts_out_who_holds_the_customer_s_token(executor: Executor) -> None:
    for number in range(12):
        await in_new_conversation(executor, f"vis_{number}", name="Yusuf Rossi", postcode=f"9000{number}")
    assert await in_new_conversation(executor, "vis_x", **RIGHT) == "proofs_paused"
    assert await in_new_conversation(executor, "C1", "C1", **RIGHT) == ""


async def test_a_conversation_belongs_to_one_customer(executor: Executor, people: Database) -> None:
    await verify(executor, email="yusuf@example.com")
    outcome = await verify(executor, shopper("C1"), key="k2", name="王小明", postcode="310000")
    assert (outcome.code, outcome.mendable) == ("other_customer", False)
    assert (await conversation(people)).customer_id == "C1"
    assert (await verify(executor, shopper("C1"), key="k3", email="yusuf@example.com")).status == "ok"


async def test_a_token_that_names_another_customer_cannot_be_talked_over(executor: Executor) -> None:
    signed_in = Identity(role="shopper", subject="C2", customer_id="C2", conversation_id="conv")
    assert (await verify(executor, signed_in, email="yusuf@example.com")).code == "other_customer"


async def test_the_repeat_after_a_crash_gives_the_first_receipt(executor: Executor) -> None:
    first = await verify(executor, email="yusuf@example.com")
    again = await verify(executor, shopper("C1"), email="yusuf@example.com")
    assert (again.receipt_id, again.evidence, again.replayed) == (first.receipt_id, first.evidence, True)


@pytest.mark.parametrize("conversation_id", [None, "no-such"])
async def test_nobody_is_proven_outside_a_conversation(executor: Executor, conversation_id: str | None) -> None:
    assert (await verify(executor, shopper(None, conversation_id), email="yusuf@example.com")).code == "no_conversation"


async def test_the_profile_shows_what_is_on_file(executor: Executor) -> None:
    outcome = await executor.call(ToolCall("get_profile", {}), shopper("C1"), idempotency_key="k")
    profile = outcome.evidence
    assert isinstance(profile, Profile)
    assert (profile.name, profile.email, profile.tier) == ("Yusuf Rossi", "yusuf@example.com", "regular")
    assert [(entry.address_id, entry.is_default) for entry in profile.addresses] == [
        ("A-C1", True),
        ("A-office", False),
    ]
    assert profile.payment_methods == (
        MethodView(id="credit_card_C1", kind="credit_card", brand="visa", last_four="4242"),
        MethodView(id="gift_card_C1", kind="gift_card", balance=Money(10_000, "USD")),
    )


async def test_the_profile_of_a_visitor_stays_closed(executor: Executor) -> None:
    outcome = await executor.call(ToolCall("get_profile", {}), VISITOR, idempotency_key="k")
    assert outcome.code == "identify_first"


async def test_the_default_address_changes_in_place_and_no_order_moves(executor: Executor, people: Database) -> None:
    outcome = await propose_and_confirm(executor, "change_default_address", {"address": NEW}, shopper("C1"))
    change = outcome.evidence
    assert isinstance(change, DefaultAddressChange)
    assert change.before is not None
    assert (change.before.line1, change.after) == ("12 Elm Street", AddressFields(recipient="Yusuf Rossi", **NEW))
    async with people.read() as session:
        book = {entry.id: entry for entry in (await session.exec(select(Address))).all()}
        assert (book["A-C1"].line1, book["A-C1"].is_default) == ("9 Oak Avenue", True)
        assert set(book) == {"A-C1", "A-C2", "A-office"}
        assert (await session.get_one(Order, "W1")).address["line1"] == "12 Elm Street"


async def test_the_first_address_of_an_empty_book_becomes_the_default(executor: Executor, people: Database) -> None:
    async with people.write() as session:
        await session.delete(await session.get_one(Address, "A-C2"))
    outcome = await propose_and_confirm(executor, "change_default_address", {"address": NEW}, shopper("C2"))
    assert outcome.evidence == DefaultAddressChange(
        before=None, after=AddressFields(recipient="王小明", phone="+8613800138000", **NEW)
    )


async def test_the_same_address_again_is_no_change(executor: Executor) -> None:
    same = {"line1": "12 Elm Street", "city": "Philadelphia", "state": "PA", "postcode": "19122", "country": "USA"}
    outcome = await propose_and_confirm(executor, "change_default_address", {"address": same}, shopper("C1"))
    assert (outcome.code, outcome.mendable) == ("address_unchanged", True)


async def test_an_agent_acts_for_the_conversations_customer(executor: Executor) -> None:
    helper = agent(customer_id="C1", conversation_id="conv")
    assert (await propose_and_confirm(executor, "change_default_address", {"address": NEW}, helper)).status == "ok"
