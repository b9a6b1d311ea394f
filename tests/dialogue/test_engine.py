from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlmodel import select

from dialogue.commands import (
    Affirm,
    AskKnowledge,
    Cancel,
    ChitChat,
    Choose,
    Correct,
    Deny,
    Provide,
    StartFlow,
    SwitchLanguage,
)
from dialogue.replies.types import TextReply
from dialogue.testing import entity
from knowledge.errors import DatabaseBusyError
from knowledge.schema import Order, Return
from tests.dialogue.conftest import Talk, choices, words
from tools.base import Arguments, Evidence, ToolContext
from tools.errors import RefusedError

TEE = entity("product", "tee", terms="tee", product_ids=["P-TEE"])
LAMP = entity("product", "lamp", terms="lamp", product_ids=["P-LAMP"])
ORDER = entity("order_ref", "D1001", id="D1001")
GIFT_CARD = entity("payment_method", "gift card", kind="gift_card")
RETURN_TEE = StartFlow(flow="return_items", entities=(ORDER, TEE))


async def status_of(talk: Talk, order_id: str) -> str:
    async with talk.database.read() as session:
        return (await session.get_one(Order, order_id)).status


async def test_a_cancellation_is_done_only_after_the_yes(talk: Talk) -> None:
    asked = await talk.say(
        "cancel D1002", StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),))
    )
    assert "D1002" in words(asked)
    assert asked.actions[-1].status == "needs_confirmation"
    assert await status_of(talk, "D1002") == "pending"
    done = await talk.say("yes", Affirm())
    assert await status_of(talk, "D1002") == "cancelled"
    assert "I've cancelled order D1002" in words(done)
    assert isinstance(done.replies[0], TextReply)
    assert done.replies[0].receipts == (done.actions[-1].receipt,)


async def test_a_return_asks_only_for_what_is_missing(talk: Talk) -> None:
    asked = await talk.say("return the tee of D1001", RETURN_TEE)
    assert any("gift card" in label for label in choices(asked))
    confirm = await talk.say("gift card", Provide(entities=(GIFT_CARD,)))
    assert "Cotton T-Shirt" in words(confirm)
    assert "Desk Lamp" not in words(confirm)
    await talk.say("ok do it", Affirm())
    async with talk.database.read() as session:
        rows = (await session.exec(select(Return))).all()
    assert [(row.order_id, row.refund_method_id, row.refund_minor) for row in rows] == [("D1001", "gift_card_C1", 8900)]


async def test_a_correction_at_the_confirmation_voids_it_and_asks_again(talk: Talk) -> None:
    await talk.say("return the tee of D1001", RETURN_TEE)
    await talk.say("gift card", Provide(entities=(GIFT_CARD,)))
    again = await talk.say("no, the lamp", Deny(), Correct(entities=(LAMP,)))
    assert "Desk Lamp" in words(again)
    assert "Cotton T-Shirt" not in words(again)
    await talk.say("yes", Affirm())
    async with talk.database.read() as session:
        row = (await session.exec(select(Return))).one()
    assert row.refund_minor == 15900


async def test_an_aside_is_answered_and_the_question_comes_back(talk: Talk) -> None:
    asked = await talk.say("return the tee of D1001", RETURN_TEE)
    aside = await talk.say("how long do refunds take?", AskKnowledge(query="how long do refunds take?"))
    assert choices(aside) == choices(asked)
    confirm = await talk.say("gift card", Provide(entities=(GIFT_CARD,)))
    assert confirm.actions[-1].status == "needs_confirmation"


async def test_another_request_in_between_is_done_first_then_the_first_goes_on(talk: Talk) -> None:
    await talk.say("return the tee of D1001", RETURN_TEE)
    between = await talk.say(
        "where is D1003", StartFlow(flow="track_order", entities=(entity("order_ref", "D1003", id="D1003"),))
    )
    assert "SFD1003" in words(between)
    assert "Back to your return" in words(between)
    assert choices(between)


async def test_two_requests_in_one_message_are_both_done(talk: Talk) -> None:
    first = await talk.say(
        "cancel D1002 and return the tee",
        StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),)),
        StartFlow(flow="return_items", entities=(ORDER, TEE)),
    )
    assert "cancel order D1002" in words(first)
    second = await talk.say("yes", Affirm())
    assert "cancelled order D1002" in words(second)
    assert "Next: your return" in words(second)
    assert any("gift card" in label for label in choices(second))


async def test_never_mind_stops_without_a_change(talk: Talk) -> None:
    await talk.say("cancel D1002", StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),)))
    stopped = await talk.say("never mind", Cancel())
    assert "stopped" in words(stopped)
    late = await talk.say("yes", Affirm())
    assert late.actions == []
    assert await status_of(talk, "D1002") == "pending"


async def test_a_plain_no_asks_what_should_be_different(talk: Talk) -> None:
    await talk.say("return the tee of D1001", RETURN_TEE)
    await talk.say("gift card", Provide(entities=(GIFT_CARD,)))
    asked = await talk.say("no", Deny())
    assert "Another payment method" in choices(asked)
    again = await talk.say("the payment method", Choose(indexes=(choices(asked).index("Another payment method"),)))
    assert any("credit card" in label for label in choices(again))


async def test_changing_ones_mind_swaps_the_request(talk: Talk) -> None:
    await talk.say("return the tee of D1001", RETURN_TEE)
    await talk.say("gift card", Provide(entities=(GIFT_CARD,)))
    exchange = StartFlow(flow="exchange_items", entities=(TEE, entity("option", "blue", key="color", value="blue")))
    asked = await talk.say("no, exchange it for blue instead", Deny(), exchange)
    assert "difference" in words(asked)
    confirm = await talk.say("credit card", Provide(entities=(entity("payment_method", kind="credit_card"),)))
    assert "blue" in words(confirm)
    await talk.say("yes", Affirm())
    assert await status_of(talk, "D1001") == "exchange_requested"
    async with talk.database.read() as session:
        assert (await session.exec(select(Return))).all() == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DatabaseBusyError("locked"), "The system is busy"),
        (TimeoutError(), "took too long"),
        (ZeroDivisionError(), "something went wrong on our side"),
        (RefusedError("proofs_paused", "ten wrong proofs"), "tried too often"),
    ],
)
async def test_who_cannot_be_recognised_now_is_told_why_and_the_turn_ends(
    visitor: Talk, error: Exception, said: str
) -> None:
    async def failing(context: ToolContext, arguments: Arguments) -> Evidence:
        raise error

    tools = visitor.conversations.executor.tools
    verify = tools["verify_customer"]
    tools["verify_customer"] = dataclasses.replace(verify, run=failing)
    both = (StartFlow(flow="order_status", entities=(ORDER,)), StartFlow(flow="refund_status", entities=(ORDER,)))
    await visitor.say("where is D1001, and my refund", *both)
    proof = Provide(entities=(entity("email", text="emma@example.com"),))
    async with asyncio.timeout(20):
        turn = await visitor.say("emma", proof)
    assert said in words(turn)
    assert [action.tool for action in turn.actions] == ["verify_customer"]
    tools["verify_customer"] = verify
    later = await visitor.say("where is D1001 now", StartFlow(flow="order_status", entities=(ORDER,)), proof)
    assert "D1001" in words(later)
    assert later.actions[-1].status == "ok"


async def test_an_unknown_person_proves_who_they_are_first(visitor: Talk) -> None:
    asked = await visitor.say(
        "cancel D1002", StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),))
    )
    assert "e-mail" in words(asked)
    wrong = await visitor.say("a@b.com", Provide(entities=(entity("email", text="nobody@example.com"),)))
    assert "doesn't match" in words(wrong)
    right = await visitor.say("emma", Provide(entities=(entity("email", text="emma@example.com"),)))
    assert "Thank you, Emma Clark" in words(right)
    assert right.actions[-1].status == "needs_confirmation"


async def test_somebody_elses_order_looks_like_no_order(talk: Talk) -> None:
    await talk.say("hi", ChitChat(topic="greeting"))
    asked = await talk.say("cancel X9", StartFlow(flow="cancel_order", entities=(entity("order_ref", "X9", id="X9"),)))
    assert 'can\'t find an order for "X9"' in words(asked)
    assert len(choices(asked)) == 1


async def test_an_exchange_in_an_order_that_has_not_left_becomes_a_change_of_items(talk: Talk) -> None:
    wish = StartFlow(
        flow="exchange_items",
        entities=(entity("order_ref", "D1002", id="D1002"), entity("option", "black", key="color", value="black")),
    )
    await talk.say("exchange the lamp in D1002 for black", wish)
    done = await talk.say("yes", Affirm())
    assert done.actions[-1].tool == "change_order_items"
    assert "changed the items of order D1002" in words(done)


async def test_goods_that_lie_in_different_orders_are_returned_one_order_after_the_other(talk: Talk) -> None:
    async with talk.database.write() as session:
        order = await session.get_one(Order, "D1003")
        order.status, order.delivered_at = "delivered", order.placed_at
        session.add(order)
    blue = entity("product", "blue tee", terms="tee", product_ids=["P-TEE"])
    both = StartFlow(
        flow="return_items",
        entities=(entity("order_ref", "D1001", id="D1001"), entity("order_ref", "D1003", id="D1003"), blue, GIFT_CARD),
    )
    first = await talk.say("return the tees of D1001 and D1003 to my gift card", both)
    assert "D1001" in words(first)
    second = await talk.say("yes", Affirm())
    assert "Next: your return" in words(second)
    await talk.say("yes please", Affirm())
    assert [await status_of(talk, "D1001"), await status_of(talk, "D1003")] == ["return_requested"] * 2


async def test_a_rival_wish_takes_the_running_flows_place_with_its_order_and_goods(talk: Talk) -> None:
    await talk.say("return the tee of D1001", RETURN_TEE)
    asked = await talk.say("actually I'd rather swap it", StartFlow(flow="exchange_items"))
    assert "Cotton T-Shirt" in words(asked)
    assert "Back to" not in words(asked)
    stopped = await talk.say("never mind", Cancel())
    assert "Back to" not in words(stopped)


async def test_a_rival_wish_said_to_come_on_top_is_done_besides(talk: Talk) -> None:
    await talk.say("return the tee of D1001", RETURN_TEE)
    wish = StartFlow(
        flow="cancel_order", text="also cancel D1002", entities=(entity("order_ref", "D1002", id="D1002"),)
    )
    await talk.say("also cancel D1002", wish)
    done = await talk.say("yes", Affirm())
    assert "cancelled order D1002" in words(done)
    assert "Back to your return" in words(done)


async def test_words_that_are_no_answer_put_the_question_again_with_its_choices(talk: Talk) -> None:
    asked = await talk.say("return the tee of D1001", RETURN_TEE)
    lost = await talk.say("blargh")
    assert choices(lost) == choices(asked)
    aside = await talk.say("how long do refunds take?", AskKnowledge(query="how long do refunds take?"))
    assert choices(aside) == choices(asked)
    assert words(aside).count("Sorry") == 0


async def test_in_another_language_the_open_question_is_asked_anew(talk: Talk) -> None:
    await talk.say("cancel D1002", StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),)))
    asked = await talk.say("说中文", SwitchLanguage(lang="zh"))
    assert "确认取消吗" in words(asked)
    done = await talk.say("是", Affirm())
    assert await status_of(talk, "D1002") == "cancelled"
    assert done.actions[-1].status == "ok"


async def test_a_yes_to_several_choices_asks_which_one(talk: Talk) -> None:
    asked = await talk.say("return the tee of D1001", RETURN_TEE)
    again = await talk.say("yes", Affirm())
    assert "which one" in words(again)
    assert choices(again) == choices(asked)


async def test_a_look_at_something_before_the_yes_leaves_the_question_open(talk: Talk) -> None:
    await talk.say("cancel D1002", StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),)))
    look = StartFlow(flow="refund_status", entities=(entity("order_ref", "D1001", id="D1001"),))
    between = await talk.say("wait, where is the refund of D1001?", Deny(), look)
    assert "There is no refund for order D1001" in words(between)
    assert "Shall I go ahead?" in words(between)
    await talk.say("yes", Affirm())
    assert await status_of(talk, "D1002") == "cancelled"


async def test_a_look_at_an_order_that_several_can_be_asks_which(talk: Talk) -> None:
    day = entity("order_ref", "undelivered", status="pending")
    one = await talk.say("my pending order", StartFlow(flow="order_status", entities=(day,)))
    assert "D1002 is" in words(one)
    span = entity("order_ref", "this year", **{"from": "2000-01-01", "to": "2100-01-01"})
    everything = await talk.say("my orders of this century", StartFlow(flow="order_status", entities=(span,)))
    assert "You have 3 orders" in words(everything)
    unknown = await talk.say(
        "D9999", StartFlow(flow="order_status", entities=(entity("order_ref", "D9999", id="D9999"),))
    )
    assert 'I can\'t find an order for "D9999"' in words(unknown)


async def test_a_rival_wish_reaches_through_what_was_only_looked_at(talk: Talk) -> None:
    await talk.say("return the tee of D1001", RETURN_TEE)
    await talk.say("wait, what does it cost now?", StartFlow(flow="price_history"))
    asked = await talk.say("then swap it", StartFlow(flow="exchange_items"))
    assert "Cotton T-Shirt" in words(asked)
    stopped = await talk.say("never mind", Cancel())
    assert "Back to" not in words(stopped)


async def test_a_look_that_waits_for_an_answer_gives_way_to_a_change(talk: Talk) -> None:
    await talk.say("where is it", StartFlow(flow="track_order"))
    await talk.say("cancel D1002", StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),)))
    done = await talk.say("yes", Affirm())
    assert "cancelled order D1002" in words(done)
    assert "Back to" not in words(done)


async def test_a_flow_gives_way_to_one_that_it_may_lead_to(talk: Talk) -> None:
    asked = await talk.say("the tee of D1001 has a hole", StartFlow(flow="report_problem", entities=(ORDER, TEE)))
    assert "What would you like us to do" in words(asked)
    returned = await talk.say("I'd like to return it", StartFlow(flow="return_items"))
    assert "Where should the refund go" in words(returned)
    stopped = await talk.say("never mind", Cancel())
    assert "Back to" not in words(stopped)


async def test_an_order_that_another_flow_took_is_the_one_talked_about(talk: Talk) -> None:
    lamp = (LAMP, entity("order_ref", "D1002", id="D1002"))
    await talk.say("exchange the lamp of D1002", StartFlow(flow="exchange_items", entities=lamp))
    await talk.say("no, forget it", Cancel())
    asked = await talk.say("then cancel that order", StartFlow(flow="cancel_order"))
    assert "cancel order D1002" in words(asked)
