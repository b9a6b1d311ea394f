from __future__ import annotations

from typing import Any

from evals.bench.scripts import Agenda, Script, load_scripts

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
        agenda = Agenda(script, {"order": "D1", "item": "mug"})
        said = []
        while (text := agenda.next([])) is not None:
            said.append(text)
        assert len(said) == len(script.says)
        assert not any(mark in text for text in said for mark in "{}")


def test_a_shopper_interrupts_then_chooses_then_goes_on() -> None:
    agenda = Agenda(Script("a", "en", ("return it", "thanks"), ("wait",)), {})
    assert [agenda.next([]), agenda.next(CHOICES), agenda.next(CHOICES), agenda.next([]), agenda.next([])] == [
        "return it",
        "wait",
        "the first",
        "thanks",
        None,
    ]


def test_a_shopper_who_is_asked_for_ever_goes_on() -> None:
    agenda = Agenda(Script("a", "en", ("hello", "bye")), {})
    assert agenda.next([]) == "hello"
    assert [agenda.next(CHOICES) for _ in range(Agenda.MAX_CHOICES)] == ["the first"] * Agenda.MAX_CHOICES
    assert agenda.next(CHOICES) == "bye"
