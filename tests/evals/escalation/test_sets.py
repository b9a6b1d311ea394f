"""The labelled messages: enough of them, two halves, and none that the understanding knows by heart."""

from __future__ import annotations

from collections import Counter

import pytest

from dialogue.understanding import training
from dialogue.understanding.alarms import ALARMS, alarms
from dialogue.understanding.persons import asks_human, asks_who_answers
from dialogue.understanding.text import read
from evals.escalation.sets import ASKED, LANGS, NONE, Labelled, alarming, asked_for
from knowledge.types import Lang


def test_there_are_enough_and_every_heading_is_in_both_halves() -> None:
    asked = asked_for()
    for lang in LANGS:
        counts = Counter(message.sign for message in asked if message.lang == lang)
        assert counts[ASKED] >= 300
        assert counts[NONE] >= 300
    for rows in (asked, alarming()):
        parts = {(message.lang, message.block): set[str]() for message in rows}
        for message in rows:
            parts[message.lang, message.block].add(message.part)
        assert all(halves == {"dev", "held_out"} for halves in parts.values())


def test_no_message_stands_in_both_halves_or_under_two_signs() -> None:
    for rows in (asked_for(), alarming()):
        assert [text for text, times in Counter(_plain(message.text) for message in rows).items() if times > 1] == []


def test_no_held_out_message_is_a_training_utterance() -> None:
    taught = {_plain(example.text) for example in training.examples()}
    longer = [
        message for message in [*asked_for(), *alarming()] if message.part == "held_out" and len(message.text) > 6
    ]
    assert [message.text for message in longer if _plain(message.text) in taught] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_words_alone_hear_most_wishes_for_a_person_and_little_else(lang: Lang) -> None:
    rows = [message for message in asked_for() if message.lang == lang]
    assert _share([asks_human(read(message.text).low) for message in rows if message.sign == ASKED]) >= 0.93
    assert _share([asks_human(read(message.text).low) for message in rows if message.sign == NONE]) <= 0.05


@pytest.mark.parametrize("lang", LANGS)
def test_alarms_are_heard_and_what_sounds_like_them_is_not(lang: Lang) -> None:
    rows = [message for message in alarming() if message.lang == lang]
    for kind in set(ALARMS) - {"publicity"}:
        mine = [message for message in rows if message.sign == kind]
        assert len(mine) >= 12
        assert _share([kind in _kinds(message) for message in mine]) >= 0.95
    assert _share([bool(_kinds(message)) for message in rows if message.sign == NONE]) <= 0.02


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("the battery is swollen and I'll call my lawyer", ["hazard", "legal"]),
        ("我爷爷去世了，不退款就打12315", ["legal", "bereaved"]),
        ("ship it to 12 Court Road", []),
        ("", []),
    ],
)
def test_one_message_may_raise_several_alarms(text: str, kinds: list[str]) -> None:
    assert [alarm.kind for alarm in alarms(text)] == kinds


def test_a_shops_own_words_are_heard_as_words() -> None:
    own = {"legal": ("IHK", "商会")}
    assert [alarm.kind for alarm in alarms("I'll go to the ihk", own)] == ["legal"]  # type: ignore[arg-type]
    assert alarms("ihkx", own) == []  # type: ignore[arg-type]
    assert [alarm.kind for alarm in alarms("我去商会告诉他们", own)] == ["legal"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "asks", "who"),
    [
        ("am I talking to a human?", False, True),
        ("你是真人还是机器人", False, True),
        ("no need for a human", False, False),
        ("I don't want a bot, I want a person", True, False),
        ("昨天客服说给我退的，帮我再转给客服", True, False),
        ("a human hair wig", False, False),
    ],
)
def test_who_answers_is_another_question(text: str, asks: bool, who: bool) -> None:
    low = read(text).low
    assert (asks_human(low), asks_who_answers(low)) == (asks, who)


def _kinds(message: Labelled) -> set[str]:
    return {alarm.kind for alarm in alarms(message.text)}


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
