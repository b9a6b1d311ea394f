from __future__ import annotations

import asyncio
import dataclasses

import pytest
from sqlmodel import select

from dialogue.commands import Affirm, AskHuman, ChitChat, Command, Deny, Emotion, Provide, StartFlow
from dialogue.conversations import Conversations
from dialogue.errors import ClientIdReusedError, MessageRefusedError, NotOwnerError, UnknownConversationError
from dialogue.events import MessageReceived, OwnershipChanged, Replied, StoredEvent, TurnEnded
from dialogue.replies.types import TextReply
from dialogue.state import fold, initial
from dialogue.testing import entity
from dialogue.turn import Turn
from knowledge.schema import Order, Receipt
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, words
from tools.base import Identity
from tools.errors import RefusedError

CANCEL = StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),))
ADA = Identity("agent", subject="ada")
BEN = Identity("agent", subject="ben")


async def send(talk: Talk, client_id: str, text: str) -> Turn:
    return await talk.conversations.send(talk.id, talk.identity, client_id=client_id, text=text)


async def receipts(talk: Talk) -> list[Receipt]:
    async with talk.database.read() as session:
        return list((await session.exec(select(Receipt))).all())


async def restarted(talk: Talk) -> Conversations:
    """The same database in a new process: nothing in memory."""
    return await assemble(talk.database, talk.understander)


async def die(*_: object) -> Turn:
    """End a turn as a crash does: what it did stands, and nothing of it is written down."""
    raise asyncio.CancelledError


async def test_the_same_client_id_gives_the_same_turn_and_nothing_is_done_twice(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    talk.understander.script["yes"] = (Affirm(),)
    first = await send(talk, "same", "yes")
    again = await send(talk, "same", "yes")
    assert (again.seq, again.replies, again.actions) == (first.seq, first.replies, first.actions)
    assert len([row for row in await receipts(talk) if row.tool == "cancel_order"]) == 1


async def test_the_same_client_id_with_other_words_is_refused(talk: Talk) -> None:
    talk.understander.script["hi"] = (ChitChat(topic="greeting"),)
    await send(talk, "same", "hi")
    with pytest.raises(ClientIdReusedError):
        await send(talk, "same", "something else")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   \n ", "empty"),
        ("\u200b\x00\x01", "not_text"),
        ("x" * 4001, "too_long"),
        ("\ufffd\ufffdabc", "not_text"),
    ],
)
async def test_what_is_no_message_is_refused_with_its_reason(talk: Talk, text: str, code: str) -> None:
    with pytest.raises(MessageRefusedError) as refused:
        await send(talk, "m", text)
    assert refused.value.code == code


async def test_an_unknown_attachment_is_refused(talk: Talk) -> None:
    with pytest.raises(MessageRefusedError) as refused:
        await talk.say("look", attachments=("att_nothing",))
    assert refused.value.code == "unknown_attachment"


async def test_somebody_elses_conversation_looks_unknown(talk: Talk) -> None:
    other = Identity("shopper", subject="C2", customer_id="C2")
    with pytest.raises(UnknownConversationError):
        await talk.conversations.events(talk.id, other)
    with pytest.raises(UnknownConversationError):
        await talk.conversations.send(talk.id, other, client_id="m", text="hi")


async def test_a_burst_is_answered_as_one_turn(talk: Talk) -> None:
    talk.understander.script["cancel D1002\nplease"] = (CANCEL,)
    talk.understander.script["cancel D1002"] = (CANCEL,)
    talk.understander.script["please"] = (ChitChat(topic="ack"),)
    one, two = await asyncio.gather(send(talk, "a", "cancel D1002"), send(talk, "b", "please"))
    assert one.seq == two.seq
    assert one.actions[-1].status == "needs_confirmation"


async def test_two_yeses_at_once_execute_once(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    for text in ("yes", "yes\nyes!", "yes!"):
        talk.understander.script[text] = (Affirm(),)
    await asyncio.gather(send(talk, "a", "yes"), send(talk, "b", "yes!"))
    assert len([row for row in await receipts(talk) if row.tool == "cancel_order"]) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE payment SET amount_minor = amount_minor - 100", "Something has changed since I asked"),
        ("UPDATE proposal SET expires_at = '2020-01-01 00:00:00.000000'", "That was a while ago"),
    ],
)
async def test_a_yes_to_what_no_longer_stands_does_nothing_and_is_asked_anew(
    talk: Talk, change: str, told: str
) -> None:
    await talk.say("cancel D1002", CANCEL)
    async with talk.database.write() as session:
        await (await session.connection()).exec_driver_sql(change)
    asked = await talk.say("yes", Affirm())
    assert told in words(asked)
    assert "Shall I go ahead?" in words(asked)
    assert [row for row in await receipts(talk) if row.tool == "cancel_order"] == []
    done = await talk.say("yes again", Affirm())
    assert "I've cancelled order D1002" in words(done)


@pytest.mark.parametrize("status", ["shipped", "cancelled"])
async def test_a_yes_to_an_order_that_somebody_else_moved_on_is_told_why_not(talk: Talk, status: str) -> None:
    await talk.say("cancel D1002", CANCEL)
    async with talk.database.write() as session:
        (await session.get_one(Order, "D1002")).status = status
    turn = await talk.say("yes", Affirm())
    assert "can't be cancelled" in words(turn)
    assert [row for row in await receipts(talk) if row.tool == "cancel_order"] == []


async def test_after_a_crash_between_the_call_and_the_reply_the_turn_is_finished_once(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.say("cancel D1002", CANCEL)
    talk.understander.script["yes"] = (Affirm(),)

    monkeypatch.setattr(talk.conversations, "_commit", die)
    with pytest.raises(asyncio.CancelledError):
        await send(talk, "y", "yes")
    fresh = await restarted(talk)
    assert await fresh.recover() == 1
    turn = await fresh.send(talk.id, talk.identity, client_id="y", text="yes")
    assert "I've cancelled order D1002" in words(turn)
    assert len([row for row in await receipts(talk) if row.tool == "cancel_order"]) == 1
    assert await fresh.recover() == 0


@pytest.mark.parametrize(("said", "command"), [("no", Deny()), ("hello", ChitChat(topic="greeting"))])
async def test_what_is_written_after_such_a_crash_is_answered_after_what_the_yes_did(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, said: str, command: Command
) -> None:
    await talk.say("cancel D1002", CANCEL)
    talk.understander.script.update({"yes": (Affirm(),), said: (command,)})
    monkeypatch.setattr(talk.conversations, "_commit", die)
    with pytest.raises(asyncio.CancelledError):
        await send(talk, "y", "yes")
    other = await restarted(talk)  # another replica, or a command line: nobody took up what the crash left
    await other.send(talk.id, talk.identity, client_id="n", text=said)
    events = [entry.event for entry in await other.events(talk.id, ADA)]
    replies = [event.replies[0] for event in events if isinstance(event, Replied)][2:]
    assert ["I've cancelled order D1002" in reply.text for reply in replies] == [True, False]
    [receipt] = [row for row in await receipts(talk) if row.tool == "cancel_order"]
    assert [reply.receipts for reply in replies if isinstance(reply, TextReply)] == [(receipt.id,), ()]
    assert len({event.of_seq for event in events if isinstance(event, TurnEnded)}) == 3


async def test_a_restarted_process_goes_on_where_the_conversation_was(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    fresh = await restarted(talk)
    talk.understander.script["yes"] = (Affirm(),)
    turn = await fresh.send(talk.id, talk.identity, client_id="later", text="yes")
    assert turn.actions[-1].status == "ok"


async def test_state_is_a_fold_over_the_events_and_nothing_else(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    await talk.say("hm", ChitChat(topic="wait"))
    kept = talk.conversations._states.get(talk.id)
    state = initial(talk.id, "shopper", "en", "C1")
    for entry in await talk.conversations.store.load(talk.id):
        state = fold(state, entry)
    assert kept == state == await talk.conversations._state(talk.id)


async def test_a_shopper_sees_no_inner_events(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    seen = {entry.event.type for entry in await talk.conversations.events(talk.id, talk.identity)}
    assert seen == {"message_received", "replied"}
    assert "tool_called" in {entry.event.type for entry in await talk.conversations.events(talk.id, ADA)}


async def test_a_follower_gets_past_and_live_events_without_gap_or_repeat(talk: Talk) -> None:
    await talk.say("one", ChitChat(topic="greeting"))
    seen: list[StoredEvent] = []

    async def follow() -> None:
        async for entry in talk.conversations.follow(talk.id, ADA, after=1):
            seen.append(entry)
            if isinstance(entry.event, TurnEnded) and len([e for e in seen if isinstance(e.event, TurnEnded)]) == 2:
                return

    follower = asyncio.create_task(follow())
    await asyncio.sleep(0)
    await talk.say("two", ChitChat(topic="thanks"))
    await asyncio.wait_for(follower, 5)
    assert [entry.seq for entry in seen] == list(range(2, 2 + len(seen)))


async def test_asking_for_a_person_opens_a_ticket_with_what_is_known(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    turn = await talk.say("a human please", AskHuman())
    assert turn.handled_by == "queue"
    assert turn.ticket is not None
    assert turn.ticket.id in words(turn)
    ticket = await talk.conversations.claim(turn.ticket.id, ADA, version=1)
    assert ticket.body.wants[0].slots["order"] == "D1002"
    assert [(entry.tool, entry.status) for entry in ticket.body.tried] == [("cancel_order", "needs_confirmation")]


async def test_strong_anger_goes_to_a_person(talk: Talk) -> None:
    talk.understander.emotions["THIS IS A SCAM!!!"] = Emotion(label="angry", score=0.95, intensity=0.95)
    turn = await talk.say("THIS IS A SCAM!!!", ChitChat(topic="complaint"))
    assert turn.ticket is not None
    assert turn.ticket.priority == "high"


@pytest.mark.parametrize(("score", "handed_over"), [(0.5, False), (0.7, True)])
async def test_anger_that_lasts_goes_to_a_person_where_it_is_sure(talk: Talk, score: float, handed_over: bool) -> None:
    talk.understander.emotions["hopeless"] = Emotion(label="angry", score=score, intensity=0.5)
    first = await talk.say("hopeless", ChitChat(topic="complaint"))
    second = await talk.say("hopeless", ChitChat(topic="complaint"))
    assert first.ticket is None
    assert (second.ticket is not None) == handed_over


async def claimed(talk: Talk) -> tuple[str, str]:
    turn = await talk.say("a human please", AskHuman())
    assert turn.ticket is not None
    await talk.conversations.claim(turn.ticket.id, ADA, version=1)
    return turn.ticket.id, talk.id


async def test_the_bot_is_silent_once_a_person_has_taken_over(talk: Talk) -> None:
    await claimed(talk)
    turn = await talk.say("cancel D1002", CANCEL)
    assert (turn.handled_by, turn.replies, turn.actions) == ("human", [], [])


def overtake(talk: Talk) -> None:
    """From now on Ada takes over whenever the bot has made its answer and not yet given it."""
    run = talk.conversations.runner.run

    async def slow_run(state: object, identity: Identity, last_seq: int, **given: object) -> object:
        finished = await run(state, identity, last_seq, **given)  # type: ignore[arg-type]
        claimed = OwnershipChanged(owner="human", version=1, agent_id="ada", reason="claimed")
        await talk.conversations.store.append(talk.id, [claimed])
        return finished

    talk.conversations.runner.run = slow_run  # type: ignore[assignment, method-assign]


async def test_a_reply_in_the_making_is_dropped_when_a_person_takes_over(talk: Talk) -> None:
    overtake(talk)
    turn = await talk.say("hello", ChitChat(topic="greeting"))
    assert (turn.handled_by, turn.replies) == ("human", [])
    events = [entry.event for entry in await talk.conversations.events(talk.id, ADA)]
    assert [event.type for event in events if event.type in ("replied", "reply_dropped")] == [
        "replied",
        "reply_dropped",
    ]


async def test_what_was_done_reaches_the_shopper_though_a_person_took_over(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    overtake(talk)
    turn = await talk.say("yes", Affirm())
    [receipt] = [row for row in await receipts(talk) if row.tool == "cancel_order"]
    [told] = turn.replies
    assert (turn.handled_by, isinstance(told, TextReply) and told.receipts) == ("human", (receipt.id,))
    assert "I've cancelled order D1002" in told.text
    seen = [entry.event for entry in await talk.conversations.events(talk.id, talk.identity)]
    replied = [event for event in seen if isinstance(event, Replied)]
    assert (replied[-1].author, replied[-1].replies) == ("shop", (told,))
    again = await send(talk, "m2", "yes")
    assert again.replies == turn.replies


async def test_the_second_agent_is_refused(talk: Talk) -> None:
    ticket_id, conversation_id = await claimed(talk)
    with pytest.raises(RefusedError):
        await talk.conversations.claim(ticket_id, BEN, version=1)
    with pytest.raises(NotOwnerError):
        await talk.conversations.reply_as_agent(conversation_id, BEN, client_id="x", text="hello")


async def test_a_persons_words_reach_the_shopper_once(talk: Talk) -> None:
    _, conversation_id = await claimed(talk)
    for _ in range(2):
        await talk.conversations.reply_as_agent(conversation_id, ADA, client_id="x", text="Hello Emma, Ada here.")
    seen = [entry.event for entry in await talk.conversations.events(talk.id, talk.identity)]
    said = [event for event in seen if isinstance(event, Replied) and event.author == "agent"]
    assert [event.replies[0].text for event in said] == ["Hello Emma, Ada here."]


async def test_after_the_hand_back_the_bot_answers_and_old_wishes_are_history(talk: Talk) -> None:
    await talk.say("cancel D1002", CANCEL)
    ticket_id, _ = await claimed(talk)
    await talk.conversations.release(ticket_id, ADA, outcome="hand_back")
    turn = await talk.say("yes", Affirm())
    assert turn.handled_by == "bot"
    assert turn.actions == []
    async with talk.database.read() as session:
        assert (await session.get_one(Order, "D1002")).status == "pending"


async def test_while_queued_the_shopper_is_told_once_that_messages_are_kept(talk: Talk) -> None:
    await talk.say("a human please", AskHuman())
    first = await talk.say("it is urgent", Provide())
    second = await talk.say("hello?", Provide())
    assert "with your ticket" in words(first)
    assert second.replies == []
    received = [
        e.event.text for e in await talk.conversations.events(talk.id, ADA) if isinstance(e.event, MessageReceived)
    ]
    assert received == ["a human please", "it is urgent", "hello?"]


async def test_the_reply_language_follows_the_shopper(talk: Talk) -> None:
    talk.understander.lang = "zh"
    turn = await talk.say("你好", ChitChat(topic="greeting"))
    assert words(turn) == "您好，请问有什么可以帮您？"
    assert {reply.lang for reply in turn.replies} == {"zh"}


async def test_an_identity_without_customer_gets_no_personal_data(talk: Talk) -> None:
    stranger = dataclasses.replace(talk.identity, subject="visitor-9", customer_id=None)
    opened = await talk.conversations.open(stranger)
    talk.understander.script["my orders"] = (StartFlow(flow="order_status"),)
    turn = await talk.conversations.send(opened.id, stranger, client_id="m", text="my orders")
    assert "D1001" not in words(turn)
    assert all(action.status != "ok" for action in turn.actions)


@pytest.mark.parametrize(
    ("lang", "merchants", "shoppers"), [("zh", "改价格", "退换货"), ("en", "stage a change", "returns")]
)
async def test_who_runs_the_shop_is_greeted_with_what_they_may_ask(
    talk: Talk, lang: Lang, merchants: str, shoppers: str
) -> None:
    async def greeting(identity: Identity) -> str:
        return "\n".join(reply.text for reply in (await talk.conversations.open(identity, lang=lang)).greeting)

    to_merchant, to_shopper = await greeting(Identity("merchant", subject="owner")), await greeting(talk.identity)
    assert merchants in to_merchant
    assert shoppers not in to_merchant
    assert shoppers in to_shopper
    assert merchants not in to_shopper
