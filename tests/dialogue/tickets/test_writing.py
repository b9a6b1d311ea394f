"""What a hand-over writes: each statement traced, each suggestion founded, each action one that may be made."""

from __future__ import annotations

from dialogue.commands import Affirm, AskHuman, AskKnowledge, ChitChat, Emotion, StartFlow
from dialogue.testing import ScriptedEars, hearing
from evals.tickets.support import unsupported
from tests.dialogue.conftest import Talk
from tests.dialogue.test_conversations import CANCEL
from tests.dialogue.test_hearing import attach
from tools.base import Identity
from tools.ticketing.body import TicketBody
from tools.ticketing.types import TicketView

ADA = Identity("agent", subject="ada")


async def handed_over(talk: Talk) -> TicketView:
    turn = await talk.say("a human please", AskHuman())
    assert turn.ticket is not None
    return await talk.conversations.claim(turn.ticket.id, ADA, version=1)


async def must_be_founded(talk: Talk, body: TicketBody) -> None:
    log = await talk.conversations.events(talk.id, ADA)
    assert unsupported(body.summary, log) == []


async def test_an_open_consent_is_told_with_the_call_that_waits(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    ticket = await handed_over(talk)
    body = ticket.body
    assert (body.customer.id, body.customer.name, body.customer.verified) == ("C1", "Emma Clark", "signed_in")
    assert [(order.order_id, order.status) for order in body.orders] == [("D1002", "pending")]
    assert "cancel_order" in body.orders[0].allowed
    assert body.stuck is not None
    assert body.stuck.kind == "consent"
    [waits] = [each for each in body.summary if each.kind == "stuck"]
    assert waits.text.en.startswith("Waits for their yes: cancelling your order (D1002")
    assert waits.text.zh.startswith("等顾客确认：取消订单（D1002")
    assert body.value is not None
    assert body.value.orders == 3
    await must_be_founded(talk, body)


async def test_what_was_done_is_told_with_its_receipt_and_the_turn_of_it(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    done = await talk.say("yes", Affirm())
    body = (await handed_over(talk)).body
    receipt = next(action.receipt for action in done.actions if action.receipt)
    [statement] = [each for each in body.summary if each.kind == "done"]
    assert receipt in statement.text.en
    assert receipt in statement.text.zh
    log = await talk.conversations.events(talk.id, ADA)
    said = {one.seq: one.event.text for one in log if one.event.type == "message_received"}
    assert [said[seq] for seq in statement.seqs] == ["yes"]
    assert all(action.tool != "cancel_order" for action in body.actions)
    await must_be_founded(talk, body)


async def test_who_asks_for_a_person_is_listed_by_what_they_asked_before(visitor: Talk) -> None:
    await visitor.say("do you have keyboards", StartFlow(flow="find_products", text="do you have keyboards"))
    await visitor.say("thanks", ChitChat(topic="thanks"))
    assert (await handed_over(visitor)).subject == "do you have keyboards"


async def test_an_offered_action_is_a_whole_call_on_what_the_case_is_about(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    body = (await handed_over(talk)).body
    first = body.actions[0]
    assert (first.tool, first.arguments["order_id"]) == ("cancel_order", "D1002")
    tools = talk.conversations.executor.tools
    for action in body.actions:
        assert "agent" in tools[action.tool].roles
        tools[action.tool].arguments.model_validate(action.arguments)
        assert action.arguments["order_id"] == "D1002"


async def test_suggested_replies_say_only_what_they_cite(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    body = (await handed_over(talk)).body
    assert 1 <= len(body.suggestions) <= 3
    [order] = [each for each in body.suggestions if each.citations[0].kind == "order"]
    assert (order.lang, order.citations[0].ref) == ("en", "D1002")
    assert order.text == "Order D1002 is not shipped yet."


async def test_a_visitor_of_whom_nothing_is_known_gets_nothing_invented(visitor: Talk) -> None:
    body = (await handed_over(visitor)).body
    assert (body.customer.verified, body.orders, body.value, body.actions) == ("anonymous", (), None, ())
    assert body.suggestions == ()
    assert [each.kind for each in body.summary] == ["person", "reason"]
    await must_be_founded(visitor, body)


async def test_a_question_that_nothing_answers_is_where_it_got_stuck(visitor: Talk) -> None:
    question = "do you ship to the moon"
    await visitor.say(question, AskKnowledge(query=question))
    turn = await visitor.say("yes", Affirm())
    assert turn.ticket is not None
    ticket = await visitor.conversations.claim(turn.ticket.id, ADA, version=1)
    assert ticket.body.stuck is not None
    assert ticket.body.stuck.kind == "unanswered"
    assert question in ticket.body.stuck.text.zh
    await must_be_founded(visitor, ticket.body)


async def test_moods_stand_in_their_order_with_their_turns(talk: Talk) -> None:
    talk.understander.emotions["where is it"] = Emotion(label="annoyed", score=0.8, intensity=0.4)
    await talk.say("where is it", StartFlow(flow="track_order", text="where is it"))
    body = (await handed_over(talk)).body
    assert [point.label for point in body.emotion.points] == ["annoyed", "calm"]
    [mood] = [each for each in body.summary if each.kind == "mood"]
    assert mood.text.en == "Mood: annoyed."
    assert mood.seqs == (body.emotion.points[0].seq,)
    assert [step.intent for step in body.path] == ["track_order", "ask_human"]
    await must_be_founded(talk, body)


async def test_a_second_case_of_a_conversation_says_nothing_of_the_first(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    first = await handed_over(talk)
    await talk.conversations.release(first.ticket_id, ADA, outcome="hand_back")
    body = (await handed_over(talk)).body
    assert (body.wants, body.tried, body.stuck) == ((), (), None)
    assert [said.text for said in body.said] == ["a human please"]
    await must_be_founded(talk, body)


async def test_how_voices_sounded_stands_beside_their_words_also_in_the_last_turn(talk: Talk) -> None:
    ears = ScriptedEars()
    talk.conversations.runner.ears = ears
    spoken = [await attach(talk, name) for name in ("att_1", "att_2")]
    ears.script = {
        spoken[0]: hearing(spoken[0], "hello there", "annoyed"),
        spoken[1]: hearing(spoken[1], "a human please", "angry", known=True),
    }
    talk.understander.script |= {"hello there": (ChitChat(topic="greeting"),), "a human please": (AskHuman(),)}
    await talk.say("", attachments=(spoken[0],))
    turn = await talk.say("", attachments=(spoken[1],))
    assert turn.ticket is not None
    body = (await talk.conversations.claim(turn.ticket.id, ADA, version=1)).body
    assert [point.voice.label for point in body.emotion.points if point.voice] == ["annoyed", "angry"]
    assert [said.text for said in body.said] == ["hello there", "a human please"]
    assert body.attachments == tuple(spoken)
    assert "The voice sounds angry." in [each.text.en for each in body.summary]
    await must_be_founded(talk, body)
