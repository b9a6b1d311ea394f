"""Erasing on both databases, and what counts as a mark of a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from knowledge.db import Database
from knowledge.person import ERASED, Marks, erase, find_erasure, marks_of
from knowledge.schema import (
    AuditRow,
    Conversation,
    ConversationEvent,
    Customer,
    Order,
    Receipt,
    Ticket,
    TicketEvent,
    TicketTerm,
)
from tools.testing import NOW, make_shop


async def lay(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session, now=NOW)
        await shop.product("P1", "Keyboard", "键盘", variants={"KB": ({}, 9900)})
        for name in ("wei_zhang_77", "wei_zhang_78"):
            customer = await shop.customer(name, lang="zh")
            customer.sqlmodel_update({"first_name": "小明", "last_name": "王", "email": f"{name}@example.com"})
            session.add(customer)
            await shop.order(f"W-{name}", customer, {"KB": 1})
        for number, (role, subject) in enumerate([("shopper", "wei_zhang_77"), ("merchant", "owner")]):
            session.add(Conversation(id=f"cnv_{number}", role=role, subject=subject, created_at=NOW, updated_at=NOW))
            await session.flush()
            words = {"text": 'wei_zhang_77 写道："王小明" 的邮箱是 WEI_ZHANG_77@example.com, 不是 wei_zhang_78'}
            session.add(ConversationEvent(conversation_id=f"cnv_{number}", seq=1, type="said", payload=words, at=NOW))
            session.add(AuditRow(at=NOW, actor=subject, role=role, tool="t", outcome="ok", arguments=words))
            session.add(
                Receipt(
                    id=f"rcp_{number}", idempotency_key=f"shopper:{subject}/k{number}", tool="t", arguments=words, arguments_hash="h",
                    actor=subject, role=role, created_at=NOW,
                )
            )  # fmt: skip
            customer_id = f"wei_zhang_7{number + 7}"
            session.add(
                Ticket(
                    id=f"tkt_{number}", conversation_id=f"cnv_{number}", reason="asked", customer_id=customer_id, created_at=NOW,
                    tags=["vip"], moved={"by": "anna", "to": {"agent": "ben"}, "reason": "knows 王小明"},
                )
            )  # fmt: skip
            await session.flush()
            session.add(TicketEvent(ticket_id=f"tkt_{number}", kind="transferred", actor="anna", facts=words, at=NOW))
            session.add_all(TicketTerm(term=term, ticket_id=f"tkt_{number}") for term in ("键盘", "wei_zhang_77"))


async def test_on_both_databases_one_person_goes_and_the_other_stays(any_database: Database) -> None:
    await lay(any_database)
    async with any_database.write() as session:
        gone = await erase(session, await session.get_one(Customer, "wei_zhang_77"), by="boss", now=NOW)
    async with any_database.read() as session:
        texts = [row.payload["text"] for row in (await session.exec(select(ConversationEvent))).all()]
        receipts = {row.id: row for row in (await session.exec(select(Receipt))).all()}
        orders = {row.id: row.customer_id for row in (await session.exec(select(Order))).all()}
        customers = {row.id for row in (await session.exec(select(Customer))).all()}
        proof = await find_erasure(session, "wei_zhang_77")
        nobody = await find_erasure(session, "wei_zhang_78")
        terms = [(row.ticket_id, row.term) for row in (await session.exec(select(TicketTerm))).all()]
        tickets = {row.id: (row.tags, row.moved) for row in (await session.exec(select(Ticket))).all()}
        facts = {row.ticket_id: row.facts for row in (await session.exec(select(TicketEvent))).all()}
    assert texts == [f'{ERASED} 写道："王小明" 的邮箱是 {ERASED}, 不是 wei_zhang_78']  # there is another 王小明
    assert (receipts["rcp_0"].idempotency_key, receipts["rcp_0"].arguments, receipts["rcp_0"].actor) == (
        "erased/rcp_0",
        {},
        gone.pseudonym,
    )
    assert terms == [("tkt_1", "键盘")]
    assert tickets["tkt_0"] == ([], {})
    assert tickets["tkt_1"][0] == ["vip"]
    assert facts["tkt_0"] == {}
    assert receipts["rcp_1"].idempotency_key == "shopper:owner/k1"
    assert orders == {"W-wei_zhang_77": gone.pseudonym, "W-wei_zhang_78": "wei_zhang_78"}
    assert customers == {gone.pseudonym, "wei_zhang_78"}
    assert proof is not None
    assert (proof.pseudonym, nobody) == (gone.pseudonym, None)


async def test_an_erasure_that_fails_leaves_everything_as_it_was(any_database: Database) -> None:
    await lay(any_database)

    async def cut_off() -> None:
        async with any_database.write() as session:
            await erase(session, await session.get_one(Customer, "wei_zhang_77"), by="boss", now=NOW)
            raise RuntimeError("cut off")

    with pytest.raises(RuntimeError, match="cut off"):
        await cut_off()
    async with any_database.read() as session:
        assert (await session.get_one(Customer, "wei_zhang_77")).email == "wei_zhang_77@example.com"
        assert len((await session.exec(select(ConversationEvent))).all()) == 2


async def test_a_name_is_a_mark_unless_somebody_else_has_it(database: Database) -> None:
    await lay(database)
    async with database.write() as session:
        one = await session.get_one(Customer, "wei_zhang_78")
        one.sqlmodel_update({"first_name": "Wei", "last_name": "Zhang"})
        session.add(one)
    async with database.read() as session:
        assert "Wei Zhang" in (await marks_of(session, "wei_zhang_78")).texts
        assert "王小明" in (await marks_of(session, "wei_zhang_77")).texts
        assert (await marks_of(session, "nobody")).texts == ()


WORDS = st.text(alphabet='abc1 .王明"\\{', max_size=30)


@given(st.lists(WORDS.map(str.strip).filter(bool), min_size=1, max_size=4), WORDS, WORDS)
def test_no_mark_is_left_in_any_text_and_nothing_else_is_lost(marks: list[str], before: str, after: str) -> None:
    found = Marks(tuple(sorted(marks, key=len, reverse=True)))
    for mark in marks:
        text = f"{before}, {mark}, {after}"
        scrubbed = found.scrub([[text]])[0][0]
        assert found.pattern is not None
        assert found.pattern.search(scrubbed.replace(ERASED, "\0")) is None
    assert Marks(()).scrub(before) == before


def test_an_id_is_no_mark_inside_another_one() -> None:
    assert Marks(("C1001",)).scrub("c1001, C10011, xC1001, (C1001)") == f"{ERASED}, C10011, xC1001, ({ERASED})"
