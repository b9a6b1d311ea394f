"""Messages with the commands that they hold, from our own training utterances: what a small model learns to read by, and is measured on.

Every row stems from a line of the utterances (`source`); a tenth of the lines is held out, whole, so that a held-out message shares
its wording with nothing that was learnt. What people are simulated to say in evaluations stands in none of these files.
"""

from __future__ import annotations

import dataclasses
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, cast, get_args

from dialogue.commands import (
    Affirm,
    AskHuman,
    AskKnowledge,
    Cancel,
    CannotHandle,
    ChitChat,
    Choose,
    Command,
    Correct,
    Deny,
    Entity,
    PendingQuestion,
    Provide,
    Repeat,
    StartFlow,
    View,
)  # fmt: skip
from dialogue.flows.model import Flow
from dialogue.understanding import data, training
from dialogue.understanding.intents import Example
from dialogue.understanding.teaching import Lesson, Said
from knowledge.types import Lang
from knowledge.yaml_files import read_yaml

Half = Literal["learn", "held"]
Entities = Callable[[str], Sequence[Entity]]
HELD_SHARE = 0.1
TWO_WISHES = 0.15
"""Share of wishes that come with another one in the same message."""
MID_FLOW = 0.25
"""Share of wishes that come while another procedure waits for an answer."""
_EVENED = 0.45
"""How far the numbers of rows are evened out: 0 not at all, 1 wholly."""
_CORRECTIONS = Path(__file__).with_name("corrections.yaml")
_JOINTS: Mapping[Lang, tuple[str, ...]] = {
    "zh": ("，另外", "。还有，", "，顺便", "，然后", "；再一个，"),
    "en": (", and also ", ". Also, ", ". And ", ", then ", "; besides, "),
}
_PLACES: Mapping[Lang, tuple[tuple[str, int], ...]] = {
    "zh": (("第一个", 0), ("第二个", 1), ("选第三个", 2), ("要第1个", 0), ("2", 1), ("最后一个", -1)),
    "en": (("the first one", 0), ("the second", 1), ("number three", 2), ("option 1", 0), ("2", 1), ("the last one", -1)),
}  # fmt: skip
_LABELS: Mapping[Lang, tuple[str, ...]] = {
    "zh": ("素面重磅T恤 黑色 L", "双肩包 25L", "蓝牙音箱", "订单 D100231 昨天", "订单 D100187 上周", "信用卡 尾号4242", "支付宝"),
    "en": ("Plain Heavy Tee, black, L", "Backpack 25L", "Bluetooth Speaker", "order D100231, yesterday", "order D100187",
           "credit card ending 4242", "gift card"),
}  # fmt: skip
_PLAIN: Mapping[str, type[Command]] = {"affirm": Affirm, "deny": Deny, "ask_human": AskHuman, "repeat": Repeat}
_ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "order_ref": frozenset({"order", "order_optional"}),
    "date": frozenset({"order", "order_optional"}),
    "product": frozenset({"order_lines", "product", "products", "swaps"}),
    "option": frozenset({"options", "swaps", "order_lines"}),
    "ordinal": frozenset({"order", "order_lines", "product"}),
    "payment_method": frozenset({"payment_method"}),
    "address": frozenset({"address"}),
    "reason": frozenset({"reason"}),
    "email": frozenset({"proof", "email"}),
    "person_name": frozenset({"proof"}),
    "postcode": frozenset({"proof", "address"}),
    "phone": frozenset({"address", "proof"}),
}
"""Types of slots whose question a thing of this type answers."""
_NUMBER = re.compile(r"#1(?!\d)")


@dataclasses.dataclass(frozen=True)
class Pair:
    """A message, where the conversation stands, and what it holds."""

    text: str
    view: View
    lang: Lang
    entities: tuple[Entity, ...]
    commands: tuple[Command, ...]
    source: str
    """Digest of the line that it stems from; of two wishes, of the first."""
    half: Half


def pairs(
    flows: Mapping[str, Flow],
    lessons: Iterable[Lesson],
    entities: Entities,
    *,
    said: Iterable[Said] = (),
    seed: int = 7,
) -> list[Pair]:
    """Return the rows in a random order.

    Args:
        flows: the procedures; those that only merchants may start are left out.
        lessons: what flows teach beside what ships.
        entities: finds what a message mentions.
        said: messages of a shop's own people.
        seed: of the places in conversations, and of the order; the same lines are held out whatever it is.
    """
    rng = random.Random(seed)  # noqa: S311 (no secret)
    made = _Maker(_questions(flows), entities, rng)
    known = training.examples(lessons, said)  # whatever the seed: a line's source is its first row
    wishes = [row for row in known if data.is_talk(row.intent) or row.intent in flows]
    found = [pair for row in wishes for pair in made.pair(row)]
    found += [pair for one, other in _couples(wishes, rng) for pair in made.couple(one, other)]
    found += [pair for lang in get_args(Lang) for pair in (*made.corrections(lang), *made.choices(lang))]
    rng.shuffle(found)
    return found


def chosen(rows: Sequence[Pair], count: int, *, seed: int = 7) -> list[Pair]:
    """Return `count` rows to learn from; what has few rows is drawn more often than in its proportion, so that it is learnt too.

    Rows come several times where there are fewer.
    """
    learnt = [row for row in rows if row.half == "learn"]
    frequent = Counter(map(_label, learnt))
    weights = [frequent[_label(row)] ** -_EVENED for row in learnt]
    rng = random.Random(seed)  # noqa: S311 (no secret)
    if count >= len(learnt):
        return [*learnt, *rng.choices(learnt, weights, k=count - len(learnt))]
    # The keys of a draw without replacement (Efraimidis and Spirakis 2006).
    keys = [rng.random() ** (1 / weight) for weight in weights]
    return [learnt[place] for place in sorted(range(len(learnt)), key=lambda place: -keys[place])[:count]]


def _label(row: Pair) -> str:
    first = row.commands[0]
    return "several" if len(row.commands) > 1 else first.flow if isinstance(first, StartFlow) else first.kind


def held_out(source: str) -> bool:
    """Whether what stems from this line is never learnt."""
    return int(source, 16) % 1000 < HELD_SHARE * 1000


def learnable(rows: Sequence[Example]) -> list[Example]:
    """Return the rows of the utterances of which no line is held out: what a classifier may learn that is compared."""
    known = sources(rows)
    return [row for row in rows if not held_out(known[row.group])]


def source_of(lang: str, intent: str, text: str) -> str:
    """Return the source of a row of the utterances: all rows of a line have the first of them."""
    return hashlib.blake2b(f"{lang}|{intent}|{text}".encode(), digest_size=6).hexdigest()


def sources(rows: Sequence[Example]) -> dict[int, str]:
    """Return the source of every group of `rows`."""
    found: dict[int, str] = {}
    for row in rows:
        found.setdefault(row.group, source_of(row.lang, row.intent, row.text))
    return found


@dataclasses.dataclass(frozen=True)
class _Question:
    flow: str
    pending: PendingQuestion


def _questions(flows: Mapping[str, Flow]) -> list[_Question]:
    """Return what the procedures may be asking for when the next message comes."""
    found = []
    for flow in flows.values():
        if flow.role is None:
            for name, slot in flow.slots.items():
                pending = PendingQuestion(kind="slot", slot=name, slot_type=slot.type)
                found.append(_Question(flow.id, pending))
            found.append(_Question(flow.id, PendingQuestion(kind="confirm")))
    return found


def _couples(rows: Sequence[Example], rng: random.Random) -> Iterator[tuple[Example, Example]]:
    """Yield wishes of one language for different procedures, both of one half."""
    known = sources(rows)
    for lang in get_args(Lang):
        for half in (True, False):
            wishes = [
                row
                for row in rows
                if row.lang == lang and not data.is_talk(row.intent) and held_out(known[row.group]) is half
            ]
            rng.shuffle(wishes)
            for one, other in pairwise(wishes[: int(TWO_WISHES * len(wishes))]):
                if one.intent != other.intent:
                    yield one, other


class _Maker:
    """Makes rows: gives a line a place in a conversation, finds what it mentions, says what it holds."""

    def __init__(self, questions: Sequence[_Question], entities: Entities, rng: random.Random) -> None:
        self._questions = questions
        self._entities = entities
        self._rng = rng
        self._sources: dict[int, str] = {}

    def pair(self, row: Example) -> Iterator[Pair]:
        """Yield the row, or nothing where no state makes it mean what its intent says."""
        lang, text = cast("Lang", row.lang), self._numbered(row.text)
        found = tuple(self._entities(text))
        command = command_of(row.intent, text, found)
        view = self._view(row.intent, found)
        if command is not None and view is not None:
            yield self._row(text, view, lang, found, [command], self._source(row))

    def couple(self, one: Example, other: Example) -> Iterator[Pair]:
        """Yield two wishes as one message."""
        lang = cast("Lang", one.lang)
        first = self._numbered(one.text).rstrip("。.!！?？")
        joint = self._rng.choice(_JOINTS[lang])
        text = first + joint + self._numbered(other.text)
        found = tuple(self._entities(text))
        border = len(first)
        mine = tuple(each for each in found if each.end <= border)
        others = tuple(each for each in found if each.start >= border + len(joint))
        if len(mine) + len(others) == len(found):
            commands = [StartFlow(flow=one.intent, entities=mine), StartFlow(flow=other.intent, entities=others)]
            yield self._row(text, View(), lang, found, commands, self._source(one))

    def corrections(self, lang: Lang) -> Iterator[Pair]:
        """Yield what takes something back, while a procedure runs."""
        fillers = data.read_yaml("fillers.yaml")[lang]
        for line in read_yaml(_CORRECTIONS)[lang]:
            for _ in range(6):
                text = self._numbered(training.expand(line, fillers, self._rng))
                found = tuple(self._entities(text))
                asked = self._rng.choice(self._questions)
                if found:
                    view = View(active_flow=asked.flow, pending=asked.pending)
                    yield self._row(
                        text, view, lang, found, [Correct(entities=found)], source_of(lang, "correct", line)
                    )

    def choices(self, lang: Lang) -> Iterator[Pair]:
        """Yield which of several things is meant."""
        for words, place in _PLACES[lang]:
            for _ in range(4):
                labels = self._rng.sample(_LABELS[lang], 3)
                asked = self._rng.choice(self._questions)
                pending = asked.pending.model_copy(update={"kind": "choice", "choices": tuple(labels)})
                view = View(active_flow=asked.flow, pending=pending)
                found = tuple(self._entities(words))
                chosen = Choose(indexes=(place % len(labels),))
                yield self._row(words, view, lang, found, [chosen], source_of(lang, "choose", words))

    def _row(
        self, text: str, view: View, lang: Lang, found: tuple[Entity, ...], commands: Sequence[Command], source: str
    ) -> Pair:
        half: Half = "held" if held_out(source) else "learn"
        return Pair(text, view.model_copy(update={"lang": lang}), lang, found, tuple(commands), source, half)

    def _source(self, row: Example) -> str:
        return self._sources.setdefault(row.group, source_of(row.lang, row.intent, row.text))

    def _view(self, intent: str, found: Sequence[Entity]) -> View | None:
        """Return where a message of this intent may come."""
        questions = self._questions
        if intent == "inform":
            types = frozenset().union(*(_ANSWERED_BY.get(each.type, frozenset()) for each in found))
            questions = [each for each in questions if each.pending.slot_type in types]
        elif intent in ("affirm", "deny"):
            questions = [each for each in questions if each.pending.kind == "confirm"]
        elif intent not in ("repeat", "cancel_flow") and self._rng.random() >= MID_FLOW:
            return View()
        else:
            questions = [each for each in questions if each.flow != intent]
        if not questions:
            return None
        asked = self._rng.choice(questions)
        return View(active_flow=asked.flow, pending=asked.pending)

    def _numbered(self, text: str) -> str:
        """Return a text with an order's number in the place of ``#1``."""
        return _NUMBER.sub(
            lambda _: self._rng.choice(("#W{}", "D100{}", "#{}")).format(self._rng.randint(1000000, 9999999)), text
        )


def command_of(intent: str, text: str, found: tuple[Entity, ...]) -> Command | None:
    """Return what a message of an intent holds; None where that needs something to be found, and nothing is."""
    kind, _, topic = intent.partition(".")
    if kind in _PLAIN:
        made: Any = _PLAIN[kind]
        return cast("Command", made())
    if kind == "inform":
        return Provide(entities=found) if found else None
    if kind == "cancel_flow":
        return Cancel()
    if kind == "chit_chat":
        return ChitChat.model_validate({"topic": topic})
    if kind == "ask_knowledge":
        return AskKnowledge(query=text)
    if kind == "out_of_scope":
        return CannotHandle(out_of_scope=True)
    return StartFlow(flow=intent, entities=found)
