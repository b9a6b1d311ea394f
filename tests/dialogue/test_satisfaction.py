"""How content a shopper seems, from what the conversation shows; and when a person is offered or takes over."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.commands import AskKnowledge, CannotHandle, ChitChat, Emotion, EmotionLabel, StartFlow
from dialogue.events import TurnEnded
from dialogue.satisfaction import Signs, satisfaction, says_the_same
from dialogue.store import EventStore
from dialogue.testing import entity
from tests.dialogue.conftest import Talk, choices, words

LABELS: tuple[EmotionLabel, ...] = ("calm", "satisfied", "confused", "anxious", "annoyed", "angry", "sad", "unknown")
MOODS = st.builds(Emotion, label=st.sampled_from(LABELS), score=st.just(0.8), intensity=st.floats(0, 1))
SIGNS = st.builds(
    Signs,
    moods=st.lists(MOODS, max_size=6),
    said_before=st.booleans(),
    not_understood=st.integers(0, 5),
    unanswered=st.integers(0, 5),
    refused=st.integers(0, 5),
    asked_again=st.integers(0, 3),
)
ANNOYED = Emotion(label="annoyed", score=0.8, intensity=0.6)


@given(SIGNS)
def test_it_is_a_chance_with_its_reasons(signs: Signs) -> None:
    found = satisfaction(signs)
    assert 0 <= found.dissatisfied <= 1
    assert ("said_before" in found.because) == signs.said_before
    assert ("unanswered" in found.because) == (signs.unanswered > 0)


@given(SIGNS, st.sampled_from(["not_understood", "unanswered", "refused", "asked_again"]))
def test_more_of_a_sign_never_speaks_for_content(signs: Signs, sign: str) -> None:
    more = dataclasses.replace(signs, **{sign: getattr(signs, sign) + 1})
    assert satisfaction(more).dissatisfied >= satisfaction(signs).dissatisfied


def test_the_last_mood_counts_most_and_a_good_one_speaks_for_content() -> None:
    good = Emotion(label="satisfied", score=0.8, intensity=0.6)
    chances = [
        satisfaction(Signs(moods=moods)).dissatisfied
        for moods in ([good], [ANNOYED, good], [], [good, ANNOYED], [ANNOYED], [ANNOYED, ANNOYED])
    ]
    assert chances == sorted(chances)
    assert len(set(chances)) == len(chances)


@pytest.mark.parametrize(
    ("text", "before", "same"),
    [
        ("where is my parcel???", "Where is my parcel", True),
        ("我的快递到哪了", "我的快递到底到哪了呀", True),
        ("我的快递到哪了", "帮我取消卫衣那单", False),
        ("where is my parcel", "where do I find my invoice", False),
        ("yes", "yes", False),
        ("", "", False),
    ],
)
def test_what_is_said_again_is_noticed(text: str, before: str, same: bool) -> None:
    assert says_the_same(text, ["something else", before]) is same


async def test_a_shopper_who_gets_no_answer_and_says_it_again_is_offered_a_person_once(talk: Talk) -> None:
    asked = "does the elevator music have a licence"
    again = f"{asked}??"
    for text in (asked, again):
        talk.understander.emotions[text] = ANNOYED
    first = await talk.say(asked, AskKnowledge(query=asked, text=asked))
    assert first.satisfaction.because == ("mood",)
    await talk.say("no", ChitChat(topic="ack"))
    second = await talk.say(again, AskKnowledge(query=again, text=again))
    assert set(second.satisfaction.because) >= {"said_before", "mood", "unanswered"}
    assert second.satisfaction.dissatisfied > first.satisfaction.dissatisfied
    assert "Yes" in choices(second)
    talk.understander.emotions["how is D1002"] = ANNOYED
    order = entity("order_ref", "D1002", id="D1002")
    third = await talk.say("how is D1002", StartFlow(flow="order_status", text="how is D1002", entities=(order,)))
    assert (third.handled_by, choices(third)) == ("bot", [])


async def test_an_open_question_stays_while_a_person_is_pointed_to(talk: Talk) -> None:
    wish = "return something from my order"
    for text in (wish, f"{wish}!!", "blorp"):
        talk.understander.emotions[text] = ANNOYED
    first = await talk.say(wish, StartFlow(flow="return_items", text=wish))
    second = await talk.say(f"{wish}!!", StartFlow(flow="return_items", text=f"{wish}!!"))
    third = await talk.say("blorp", CannotHandle())
    pointed = ['just say "agent"' in words(turn) for turn in (first, second, third)]
    assert pointed in ([False, True, False], [False, False, True])
    assert choices(second) == choices(first) != []
    assert 'just say "agent"' not in words(await talk.say("blarp", CannotHandle()))


async def test_where_everything_speaks_for_discontent_a_person_takes_over(talk: Talk) -> None:
    furious = Emotion(label="annoyed", score=0.9, intensity=1.0)
    wish = StartFlow(flow="cancel_order", text="cancel it", entities=(entity("order_ref", "D1003", id="D1003"),))
    texts = ["cancel order D1003 now", "cancel order D1003 now!", "cancel order D1003 now!!"]
    talk.understander.emotions = dict.fromkeys(texts, furious)
    turns = [await talk.say(text, wish) for text in texts]
    assert (turns[0].handled_by, turns[-1].handled_by) == ("bot", "queue")
    ended = [
        stored.event for stored in await EventStore(talk.database).load(talk.id) if isinstance(stored.event, TurnEnded)
    ]
    assert [each.satisfaction for each in ended] == [turn.satisfaction for turn in turns]
    assert turns[-1].ticket is not None


async def test_a_calm_message_hands_nobody_over_whatever_came_before(talk: Talk) -> None:
    texts = ["blorp one", "does it sing", "does it fly"]
    talk.understander.emotions = dict.fromkeys(texts, Emotion(label="annoyed", score=0.9, intensity=0.9))
    await talk.say(texts[0], ChitChat(topic="complaint"))
    for text in texts[1:]:
        await talk.say(text, AskKnowledge(query=text, text=text))
    turn = await talk.say("thanks", ChitChat(topic="thanks"))
    assert (turn.handled_by, choices(turn)) == ("bot", [])
