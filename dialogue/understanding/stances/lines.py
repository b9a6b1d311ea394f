"""The lines that stances are learned from.

``= return, cancel > invoice`` says what runs, and behind ``>`` what waits, in the lines that follow: one situation after the other;
``*`` is any. In a line ``(a|b)`` is a choice, ``@mugs-`` a thing, ``#invoice-`` a procedure that is named beside another one. A thing
ends with its stance: ``-`` it is called off or stays as it is, ``+`` it is wanted, ``=`` neither. A clause without a thing ends with
``<`` where it calls off what it speaks of, and with ``>`` where it wants it.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
from collections.abc import Iterator, Sequence
from typing import get_args

from dialogue.understanding import data
from dialogue.understanding.stances.spoken import Situation, Span, Subject, subjects
from dialogue.understanding.training import expand
from knowledge.types import Lang

STANCES = ("off", "on", "neither")
_SIGNS = {"-": "off", "<": "off", "+": "on", ">": "on", "=": "neither"}
_MARK = re.compile(r"(?:(?P<named>[@#])(?P<thing>[^@#<>+=-]+?))?(?P<sign>(?(named)[-+=]|[<>]))")
_FLOWS = {
    "return": "return_items", "exchange": "exchange_items", "change": "change_items", "cancel": "cancel_order",
    "address": "change_order_address", "payment": "change_payment", "invoice": "request_invoice", "price": "price_protection",
    "coupon": "claim_coupon",
}  # fmt: skip
_ANY = "*"
_ANSWERS = frozenset({"affirm", "deny", "cancel_flow", "repeat"})
"""Intents whose utterances take a stance, or may."""
_OF_AN_INTENT = 80
_GOODS = re.compile(r"\{product\w*\}")
_THING = "\0"
_NOTATION = re.compile(r"[@#<>+=-]")
_DRAWS = 6
"""Messages that a line with alternatives gives, and one more for every other alternative."""


@dataclasses.dataclass(frozen=True)
class Told:
    """A message with the stance of each of its subjects."""

    text: str
    things: tuple[Span, ...]
    stances: tuple[tuple[Subject, str], ...]
    situation: Situation
    lang: Lang
    line: str
    """From which it was drawn."""


def told() -> list[Told]:
    """Return the messages; those of one line are alike."""
    return [message for lang in get_args(Lang) for message in (*_told(lang), *_of_intents(lang))]


def _of_intents(lang: Lang) -> Iterator[Told]:
    """Return some utterances of each intent, said while anything runs: they call nothing off."""
    fillers = data.read_yaml("fillers.yaml")[lang]
    situations = _situations(_ANY)
    for path in sorted((data.FOLDER / lang).glob("*.yaml")):
        if path.stem in _ANSWERS:
            continue
        sign = "+" if path.stem in _FLOWS.values() else "="
        rng = random.Random(path.stem)  # noqa: S311 (no secret)
        utterances = list(map(str, data.read_yaml(f"{lang}/{path.name}")))
        for line in rng.sample(utterances, min(_OF_AN_INTENT, len(utterances))):
            plain = _NOTATION.sub(" ", expand(_GOODS.sub(_THING, line), fillers, rng))
            text = plain.replace(_THING, f"@thing{sign}") + (">" if sign == "+" else "")
            yield read(text, rng.choice(situations), lang, line)


def _told(lang: Lang) -> Iterator[Told]:
    situations: list[Situation] = []
    for line in (data.FOLDER / f"stance_lines.{lang}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("="):
            situations = _situations(line[1:])
        elif line.strip() and not line.startswith("# "):
            rng = random.Random(line)  # noqa: S311 (no secret)
            turns = itertools.cycle(rng.sample(situations, len(situations)))
            draws = _DRAWS + line.count("|") // 2
            drawn = dict.fromkeys(expand(line, {}, rng) for _ in range(2 * draws))
            for text in list(drawn)[:draws]:
                yield read(text, next(turns), lang, line)


def _situations(header: str) -> list[Situation]:
    found = []
    for one in header.split(","):
        runs, _, waits = one.partition(">")
        names = list(_FLOWS) if runs.strip() == _ANY else [runs.strip()]
        waiting = (_FLOWS[waits.strip()],) if waits.strip() else ()
        found += [Situation(_FLOWS[name], waiting) for name in names]
    return found


def read(text: str, situation: Situation, lang: Lang, line: str = "") -> Told:
    """Read a message in the notation of this module, without alternatives."""
    plain, place = "", 0
    things: list[Span] = []
    signs: list[tuple[int, str]] = []
    for mark in _MARK.finditer(text):
        plain += text[place : mark.start()]
        place = mark.end()
        if mark["thing"]:
            if mark["named"] == "@":
                things.append(Span(len(plain), len(plain) + len(mark["thing"])))
            plain += mark["thing"]
        signs.append((len(plain) - 1, _SIGNS[mark["sign"]]))
    plain += text[place:]
    low = plain.lower()
    found = [(subject, _sign(subject, signs)) for subject in subjects(low, things, situation)]
    return Told(low, tuple(things), tuple(found), situation, lang, line)


def _sign(subject: Subject, signs: Sequence[tuple[int, str]]) -> str:
    """Return the stance that is written at a thing, or the first that is written in its clause."""
    span = subject.thing or subject.clause
    inside = [sign for at, sign in signs if span.start <= at < span.end]
    whole = [sign for at, sign in signs if subject.clause.start <= at < subject.clause.end]
    return next(iter(inside or whole), "neither")
