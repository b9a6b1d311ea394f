"""Drafts of a model's answer: what the person sees while it is being written, and what they never see."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

import pytest

from agent.llm.config import LlmConfig, LlmServer
from agent.llm.ledger import ModelCall
from dialogue.commands import CannotHandle
from dialogue.drafts import Draft
from dialogue.errors import UnknownConversationError
from dialogue.events import MessageReceived, ModelCalled
from dialogue.state import DialogueState
from dialogue.supervising import Supervising
from knowledge.db import Database
from knowledge.errors import DatabaseUnavailableError
from tests.dialogue.conftest import words
from tests.dialogue.test_minds import LOST, ModelTalk, talking, with_models
from tests.llm_server import Answer, silent_server
from tools.base import Identity

BOSS = Identity("agent", subject="boss", supervisor=True)
LOOKS = Answer(calls=(("list_orders", {}),))
PIECES = ("You have three ", "orders. D1002 is ", "still pending. D1003 ", "has left. Anything ", "else?")
WHOLE = "You have three orders. D1002 is still pending. D1003 has left. Anything else?"


class Seen(list[Draft]):
    """The drafts that reach a person who has the conversation open."""

    def __init__(self) -> None:
        super().__init__()
        self._came = asyncio.Event()

    async def watch(self, drafts: AsyncIterator[Draft]) -> None:
        async for draft in drafts:
            self.append(draft)
            self._came.set()

    async def wait_for(self, number: int) -> None:
        """Wait until so many were seen."""
        async with asyncio.timeout(20):
            while len(self) < number:
                self._came.clear()
                await self._came.wait()


@contextlib.asynccontextmanager
async def watching(talk: ModelTalk) -> AsyncIterator[Seen]:
    seen = Seen()
    async with talk.conversations.drafts(talk.id, talk.identity) as drafts:
        task = asyncio.create_task(seen.watch(drafts))
        yield seen
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def calls(talk: ModelTalk) -> list[ModelCall]:
    events = await talk.conversations.store.load(talk.id)
    return [each.event.call for each in events if isinstance(each.event, ModelCalled)]


async def test_an_answer_is_shown_sentence_by_sentence_while_it_is_written(database: Database) -> None:
    goes_on = asyncio.Event()
    answer = Answer(pieces=(*PIECES[:4], goes_on, PIECES[4]), tokens=(200, 30))
    async with talking(database, [LOOKS, answer], "agent") as (talk, double), watching(talk) as seen:
        saying = asyncio.create_task(talk.say("what about my orders?", *LOST))
        await seen.wait_for(2)
        assert not saying.done()
        assert not any(draft.text == WHOLE for draft in seen)
        goes_on.set()
        turn = await saying
        assert words(turn) == WHOLE
        _, second = await calls(talk)
        events = await talk.conversations.store.load(talk.id)
    message = next(each.seq for each in events if isinstance(each.event, MessageReceived))
    assert seen == [
        Draft(message, "en", "You have three orders."),
        Draft(message, "en", "You have three orders. D1002 is still pending."),
    ]
    assert double.asked[0]["stream"]
    assert double.asked[0]["stream_options"] == {"include_usage": True}
    assert (second.status, second.input_tokens, second.output_tokens) == ("ok", 200, 30)
    assert second.first_ms is not None
    assert 0 < second.first_ms < second.ms


@pytest.mark.parametrize(
    ("second", "shown"),
    [
        ("The lamp costs 49.00. ", 1),  # a figure from nowhere
        ("I've cancelled order D1002. ", 1),  # claims what was not done
        ("Pay at https://evil.example/pay first. ", 1),
        ("您的订单还没有发货，请您耐心等待几天再来看。", 1),  # the wrong language
        ("D1002 is still pending. ", 3),
    ],
)
async def test_the_first_sentence_that_may_not_be_said_ends_the_drafts(
    database: Database, second: str, shown: int
) -> None:
    said = f"You have three orders. {second}D1003 has left. That is all. Anything else?"
    async with talking(database, [LOOKS, Answer(said)], "agent") as (talk, _), watching(talk) as seen:
        turn = await talk.say("what about my orders?", CannotHandle())
        assert (words(turn) == said) == (shown > 1)
    assert [draft.text for draft in seen][:1] == ["You have three orders."]
    assert len(seen) == shown
    assert not any(second.strip() in draft.text for draft in seen) or shown > 1


async def test_words_beside_a_call_are_no_draft(database: Database) -> None:
    script = [
        Answer("Sure! Let me look at your orders. One moment.", calls=(("list_orders", {}),)),
        Answer("You have three orders. D1003 has left. Anything else?"),
    ]
    async with talking(database, script, "agent") as (talk, _), watching(talk) as seen:
        turn = await talk.say("what about my orders?", *LOST)
        assert words(turn) == script[1].text
    assert [draft.text for draft in seen] == ["You have three orders."]


async def test_a_draft_that_turns_out_to_lead_to_a_call_is_taken_back(database: Database) -> None:
    talkative = "D1002 is pending. D1002 is yours. The rest is unknown."
    script = [LOOKS, Answer(talkative, calls=(("list_coupons", {}),)), Answer("You have D1002. It is pending. Good?")]
    async with talking(database, script, "agent") as (talk, _), watching(talk) as seen:
        await talk.say("what about D1002?", *LOST)
    assert [draft.text for draft in seen] == ["D1002 is pending.", "", "You have D1002."]


async def test_a_take_over_ends_the_drafts_and_the_answer_is_not_said(database: Database) -> None:
    goes_on = asyncio.Event()
    answer = Answer(pieces=(*PIECES[:3], goes_on, *PIECES[3:]))
    async with talking(database, [LOOKS, answer], "agent") as (talk, _), watching(talk) as seen:
        saying = asyncio.create_task(talk.say("what about my orders?", *LOST))
        await seen.wait_for(1)
        await Supervising(talk.conversations).take_over(talk.id, BOSS, version=0)
        goes_on.set()
        turn = await saying
        assert turn.handled_by == "human"
        assert words(turn) == ""
    assert [draft.text for draft in seen] == ["You have three orders."]


async def test_a_newer_message_ends_the_drafts_of_the_one_before(database: Database) -> None:
    goes_on = asyncio.Event()
    answer = Answer(pieces=(*PIECES[:3], goes_on, *PIECES[3:]))
    both = Answer("You have three orders. D1002 is the newest of them. Yes?")
    async with talking(database, [LOOKS, answer, LOOKS, both], "agent") as (talk, _), watching(talk) as seen:
        talk.understander.script["what about my orders?\nand D1002?"] = LOST
        first = asyncio.create_task(talk.say("what about my orders?", *LOST))
        await seen.wait_for(1)
        second = asyncio.create_task(talk.say("and D1002?", *LOST))
        store = talk.conversations.store
        while sum(isinstance(each.event, MessageReceived) for each in await store.load(talk.id)) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        goes_on.set()
        await asyncio.gather(first, second)
    assert [draft.text for draft in seen] == ["You have three orders.", "You have three orders."]
    assert seen[0].turn < seen[1].turn


async def test_a_database_that_is_away_in_mid_answer_costs_the_rest_of_the_draft_and_not_the_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = asyncio.Event()
    answer = Answer(pieces=(*PIECES[:3], goes_on, *PIECES[3:]))
    async with talking(database, [LOOKS, answer], "agent") as (talk, _), watching(talk) as seen:

        async def away(_: str) -> DialogueState:
            raise DatabaseUnavailableError("it is away")

        saying = asyncio.create_task(talk.say("what about my orders?", *LOST))
        await seen.wait_for(1)
        monkeypatch.setattr(talk.conversations, "_state", away)
        goes_on.set()
        assert words(await saying) == WHOLE
    assert [draft.text for draft in seen] == ["You have three orders."]


async def test_a_server_that_is_killed_in_mid_answer_costs_nobody_the_turn(database: Database) -> None:
    async with silent_server("Returns go back by parcel. ", "They are free. ", "And ") as (process, url):
        server = LlmServer(url, "double", timeout_s=60, retries=0)
        talk = await with_models(database, LlmConfig(agent=server), Identity("shopper", subject="C1", customer_id="C1"))
        async with watching(talk) as seen:
            saying = asyncio.create_task(talk.say("do frogs sing?", CannotHandle()))
            await seen.wait_for(1)
            process.kill()
            async with asyncio.timeout(10):
                turn = await saying
        assert [draft.text for draft in seen] == ["Returns go back by parcel."]
        assert turn.handled_by == "bot"
        assert "say it another way" in words(turn)
        assert "parcel" not in words(turn)
        assert await talk.calls() == [("agent", "failed")]
        await talk.conversations.executor.close()
        await talk.conversations.runner.minds.close()


async def test_nobody_sees_the_drafts_of_others(database: Database) -> None:
    async with talking(database, [LOOKS, Answer(WHOLE)], "agent") as (talk, _):
        other = await talk.conversations.open(Identity("shopper", subject="C2", customer_id="C2"))
        stranger = dataclasses.replace(talk, id=other.id, identity=Identity("shopper", "C2", "C2"))
        async with watching(stranger) as seen:
            await talk.say("what about my orders?", *LOST)
        for reader in (Identity("shopper", "C2", "C2"), Identity("agent", "A1"), Identity("merchant", "M1")):
            with pytest.raises(UnknownConversationError):
                async with talk.conversations.drafts(talk.id, reader):
                    raise AssertionError("they read along")
    assert seen == []
