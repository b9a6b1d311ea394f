from __future__ import annotations

from typing import Any

from evals.bench.scripts import Script, Visit, load_scripts

CHOICES: list[dict[str, Any]] = [
    {"type": "text", "text": "Sorry."},
    {"type": "choices", "choices": [{"value": "the first"}, {"value": "b"}]},
]


def test_the_mix_has_both_languages_alike() -> None:
    scripts = load_scripts()
    languages = [script.lang for script in scripts]
    assert languages.count("zh") == languages.count("en") >= 10
    assert len({script.id for script in scripts}) == len(scripts)


def test_every_line_can_be_said_by_a_shopper() -> None:
    for script in load_scripts():
        visit = Visit(script, {"order": "D1", "item": "mug"})
        said = []
        while (text := visit.next([])) is not None:
            said.append(text)
        assert len(said) == len(script.says)
        assert not any(mark in text for text in said for mark in "{}")


def test_a_shopper_interrupts_then_chooses_then_goes_on() -> None:
    visit = Visit(Script("a", "en", ("return it", "thanks"), ("wait",)), {})
    assert [visit.next([]), visit.next(CHOICES), visit.next(CHOICES), visit.next([]), visit.next([])] == [
        "return it",
        "wait",
        "the first",
        "thanks",
        None,
    ]


def test_a_shopper_who_is_asked_for_ever_goes_on() -> None:
    visit = Visit(Script("a", "en", ("hello", "bye")), {})
    assert visit.next([]) == "hello"
    assert [visit.next(CHOICES) for _ in range(Visit.MAX_CHOICES)] == ["the first"] * Visit.MAX_CHOICES
    assert visit.next(CHOICES) == "bye"
