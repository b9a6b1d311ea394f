"""The lines that it is learned from whether a person is asked for."""

from __future__ import annotations

from collections import Counter, defaultdict

from dialogue.understanding.persons.lines import WISHES, lines, own_lines
from evals.escalation.sets import asked_for


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def test_both_languages_have_many_lines_of_every_wish_in_many_families() -> None:
    own = list(own_lines())
    counts = Counter((line.lang, line.wish) for line in own)
    assert set(counts) == {(lang, wish) for lang in ("zh", "en") for wish in WISHES}
    for lang in ("zh", "en"):
        assert sum(counts[lang, wish] for wish in WISHES) >= 1200
        assert len({line.family for line in own if line.lang == lang}) >= 150


def test_no_line_stands_twice_or_under_two_wishes() -> None:
    own = [(_plain(line.low) or line.low, line) for line in own_lines()]
    times = Counter((words, line.lang) for words, line in own)
    assert [words for words, many in times.items() if many > 1] == []
    wishes = defaultdict(set)
    for words, line in own:
        wishes[words].add(line.wish)
    assert [words for words, found in wishes.items() if len(found) > 1] == []


def test_no_line_is_a_held_out_message() -> None:
    held_out = {_plain(message.text) for message in asked_for() if message.part == "held_out" and len(message.text) > 6}
    assert [line.low for line in lines() if _plain(line.low) in held_out] == []
