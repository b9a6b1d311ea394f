"""Which messages of a conversation are worth a person's look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from dialogue.commands import (
    AskHuman,
    Cancel,
    CannotHandle,
    ChitChat,
    Command,
    Correct,
    PendingQuestion,
    Provide,
    ScoredIntent,
    StartFlow,
    Understanding,
)
from dialogue.events import Asked, Event, MessageReceived, Understood
from dialogue.learning import Doubt, collect, doubts
from dialogue.store import EventStore
from dialogue.testing import entity
from knowledge.db import Database
from knowledge.schema import Conversation

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
GUESS = StartFlow(flow="return_items", score=0.5, source="classifier")
SURE = StartFlow(flow="return_items", score=0.9, source="classifier")
LOST = CannotHandle()


def talk(*said: tuple[str, Command] | Asked) -> list[Doubt]:
    """The doubts about messages with the command that each was read as."""
    events: list[Event] = []
    for one in said:
        if isinstance(one, Asked):
            events.append(one)
            continue
        text, command = one
        events.append(MessageReceived(author="shopper", client_id=f"m{len(events)}", text=text))
        understanding = Understanding(
            lang="en",
            commands=(command,),
            intents=(ScoredIntent(intent="return_items", score=0.5), ScoredIntent(intent="cannot_handle", score=0.2)),
        )
        events.append(Understood(of_seq=len(events), understanding=understanding))
    numbered = [(seq, NOON, event) for seq, event in enumerate(events, start=1)]
    return list(doubts("cnv_1", numbered))


def whys(found: Sequence[Doubt]) -> list[tuple[str, str]]:
    return [(doubt.text, doubt.why) for doubt in found]


def test_what_was_not_understood_is_doubtful_and_keeps_its_guesses() -> None:
    [doubt] = talk(("blorp the tee", LOST))
    assert (doubt.why, doubt.guesses, doubt.conversation_id) == ("not_understood", (("return_items", 0.5),), "cnv_1")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (GUESS, "unsure"),
        (SURE, None),
        (GUESS.model_copy(update={"source": "pattern"}), None),
        (CannotHandle(out_of_scope=True, score=0.9), None),
        (ChitChat(topic="greeting", score=0.4, source="classifier"), "unsure"),
    ],
)
def test_a_guess_is_doubtful_and_what_was_clear_is_not(command: Command, why: str | None) -> None:
    assert [doubt.why for doubt in talk(("take it", command))] == ([why] if why else [])


@pytest.mark.parametrize(
    ("after", "said", "taken_back"),
    [
        (Cancel(), "stop", True),
        (Cancel(scope="part"), "not the tee", False),
        (Correct(), "no, wrong", True),
        (Correct(slot="address"), "wrong address", False),
        (StartFlow(flow="track_order", score=0.9, source="classifier"), "no, I meant where it is", True),
        (StartFlow(flow="track_order", score=0.9, source="classifier"), "and where is the lamp", False),
        (Provide(), "the tee", False),
    ],
)
def test_a_flow_that_the_next_message_turns_away_from_is_doubtful(after: Command, said: str, taken_back: bool) -> None:
    found = [doubt for doubt in talk(("take it", SURE), (said, after)) if doubt.text == "take it"]
    assert whys(found) == ([("take it", "taken_back")] if taken_back else [])


def test_a_person_wanted_right_after_makes_a_message_doubtful() -> None:
    assert whys(talk(("take it", SURE), ("a person please", AskHuman()))) == [("take it", "asked_for_a_person")]


def test_answers_to_a_question_are_left_out() -> None:
    question = PendingQuestion(kind="slot", slot="order", slot_type="order")
    offer = PendingQuestion(kind="offer", slot="@flow")
    said = (("the brown thing", LOST), Asked(question=None), ("blorp", LOST), Asked(question=offer), ("blarp", LOST))
    assert whys(talk(Asked(question=question), *said)) == [("blorp", "not_understood"), ("blarp", "not_understood")]


@pytest.mark.parametrize("text", ["", "?", "x" * 201])
def test_what_can_be_no_utterance_is_left_out(text: str) -> None:
    assert talk((text, LOST)) == []


def test_names_and_numbers_are_taken_out() -> None:
    text = "blorp D1001000004 for a.b@example.com"
    found = (entity("order_ref", "D1001000004", id="D1001000004"), entity("email", "a.b@example.com"))
    placed = tuple(
        one.model_copy(update={"start": text.index(one.text), "end": text.index(one.text) + len(one.text)})
        for one in found
    )
    events: list[Event] = [
        MessageReceived(author="shopper", client_id="m", text=text),
        Understood(of_seq=1, understanding=Understanding(lang="en", commands=(LOST,), entities=placed)),
    ]
    [doubt] = doubts("cnv_1", [(seq, NOON, event) for seq, event in enumerate(events, start=1)])
    assert doubt.text == "blorp #1 for email"


async def test_they_are_collected_from_the_conversations_of_a_shop(any_database: Database) -> None:
    store = EventStore(any_database, lambda: NOON)
    for name, text in (("cnv_1", "blorp"), ("cnv_2", "blarp")):
        events: list[Event] = [
            MessageReceived(author="shopper", client_id="m", text=text),
            Understood(of_seq=1, understanding=Understanding(lang="en", commands=(LOST,))),
        ]
        await store.create(Conversation(id=name, created_at=NOON, updated_at=NOON), events)
    found = await collect(any_database, since=NOON - dt.timedelta(days=1))
    assert [(doubt.conversation_id, doubt.text, doubt.why) for doubt in found] == [
        ("cnv_1", "blorp", "not_understood"),
        ("cnv_2", "blarp", "not_understood"),
    ]
    assert await collect(any_database, since=NOON + dt.timedelta(days=1)) == []
