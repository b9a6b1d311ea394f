"""What merchants ask of their shop: a small classifier beside the one of shoppers, which it leaves as it is.

It knows the flows that merchants alone may start, by the flows' own examples, and one class for everything else, by a sample of what
shoppers say; what is of that class is read as a shopper's message would be. Learnt in some seconds at the first message of a merchant,
and kept in the shop's folder and the person's cache.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import logging
import re
import threading
from collections.abc import Sequence
from pathlib import Path

from dialogue.commands import Command, Correct, Entity, PendingQuestion, Provide, ScoredIntent, StartFlow
from dialogue.understanding import model_cache, pending, phrases, polarity, training
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.document_words import document_words, gives_a_text
from dialogue.understanding.figures import Asked, Unread, read_question
from dialogue.understanding.intents import MAX_CHARS, Example, IntentModel, fit
from dialogue.understanding.teaching import Lesson
from dialogue.understanding.text import HAN
from dialogue.understanding.text_words import gives_words, text_words
from knowledge.embedding import Embedder
from tools.analytics.types import Vocabulary

_log = logging.getLogger(__name__)
OTHER = "other"
SAMPLE = 900
"""So many rows of what shoppers say, and as many of those with figures in them, stand for everything else."""
HEARD = 0.5
"""Chance of all flows of merchants together from which the likeliest is meant."""
OF_PRICE = frozenset({"amount", "amounts", "count"})
_ASKED_FOR, _TRIED = "suggest_price", "price_curve"
_SAID = "change_text"
_OF_PRICES = frozenset({"change_price", _ASKED_FOR, _TRIED})
_COUPON_FLOWS = frozenset({"create_coupon", "change_coupon", "end_coupon"})
OF_FIGURES = "shop_figures"
_ON = re.compile(
    r"^(?:and |what about|how about|now |by |per |compared? |versus |vs |only |without |excluding |which orders|list the orders|show (?:me )?the orders)"
    r"|^(?:那|再|换成|改成|只看|按|和|与|跟|除了|同比|环比|明细|每|各)|呢[？?]?$"
)
"""How a question begins or ends that goes on with the one before it."""
_OF_COUPONS = re.compile(r"\b(?:coupon|voucher)s?\b|券")
"""Makes "over 200" the least spend of a coupon, where else goods are looked for by what they may cost."""


class MerchantWishes:
    """Recognises the flows of merchants.

    Args:
        lessons: what each of them is asked for by.
        folder: where what was learnt is kept, beside the person's cache; None: it is learnt anew.
    """

    def __init__(self, lessons: Sequence[Lesson], embedder: Embedder, folder: Path | None = None) -> None:
        self._lessons, self._embedder, self._folder = lessons, embedder, folder
        self._flows = frozenset(lesson.flow for lesson in lessons)
        self._learning = threading.Lock()

    def said(self, low: str) -> list[tuple[int, int]]:
        """Return the places of what merchants are known to say: 滞销 is no slip of another word that shoppers know."""
        return [(place, place + 2) for place in range(len(low) - 1) if low[place : place + 2] in self._pairs]

    @functools.cached_property
    def _pairs(self) -> frozenset[str]:
        """Every two Chinese characters that stand side by side in what the flows are asked for by."""
        lines = [line for lesson in self._lessons for line in lesson.examples.get("zh", ())]
        runs = [run for line in lines for run in re.findall(r"[\u4e00-\u9fff]{2,}", line)]
        return frozenset(run[place : place + 2] for run in runs for place in range(len(run) - 1))

    def learn(self) -> None:
        """Learn, the first time; takes some seconds."""
        with self._learning:
            _ = self._model

    @property
    def learnt(self) -> bool:
        """Whether nothing is left to learn."""
        return "_model" in vars(self)

    @functools.cached_property
    def _model(self) -> IntentModel:
        if self._folder is None:
            return self._learnt()
        signatures = (lesson.signature for lesson in self._lessons)
        version = f"merchants-{training.fingerprint(self._embedder.name, self._embedder.version, *signatures)}"
        path = self._folder / f"{version}.npz"
        if (kept := _kept(path)) is not None:
            return kept
        with model_cache.learning(version):
            if model_cache.fetch(self._folder, version) and (kept := _kept(path)) is not None:
                return kept
            model = self._learnt()
            try:
                model.save(path)
            except OSError as error:
                _log.warning("%s was not saved (%s); the next start learns it again", path, error.strerror)
            else:
                model_cache.keep(version, [path])
        return model

    def _learnt(self) -> IntentModel:
        flows = {lesson.flow for lesson in self._lessons}
        rows = training.examples(self._lessons)
        own = [row for row in rows if row.intent in flows]
        others = [row for row in rows if row.intent not in flows]
        figured = [row for row in others if any(letter.isdigit() for letter in row.text)]
        kept = [*others[:: max(1, len(others) // SAMPLE)], *figured[:: max(1, len(figured) // SAMPLE)]]
        return fit([*own, *(Example(row.text, OTHER, row.lang, row.group) for row in kept)], self._embedder)

    def read(self, reading: Reading) -> tuple[list[Command], list[ScoredIntent]] | None:
        """Return the commands of a message; None where it is no wish of a merchant."""
        if several := _questions(reading):
            return [_asks(one) for one in several], []
        return self._one(reading)

    def _one(self, reading: Reading) -> tuple[list[Command], list[ScoredIntent]] | None:
        question = reading.view.pending
        raw = reading.text.raw
        if question is not None and _asks_for_words(reading, question) and not _LEAVES.search(reading.text.low):
            return [Provide(text=raw, score=0.9, source="pending")], []
        of_document = gives_a_text(raw)
        new_words = not of_document and _SAID in self._flows and gives_words(raw)
        of_text = of_document or new_words
        budget = _within_a_budget(reading.entities) and not of_text and not _OF_COUPONS.search(reading.text.low)
        if budget or (question is not None and _answers(reading, question)):
            return None
        if not of_text and (figures := _figures(reading)) is not None:
            return figures, []
        low = reading.text.low.strip()
        goes_on = _ON.search(low) or phrases.takes_back(low)
        if reading.view.figures and goes_on and not of_text and not _amounts(reading.entities):
            return [
                StartFlow(flow=OF_FIGURES, text=reading.words(), entities=reading.told(), score=0.8, source="pattern")
            ], []
        if not of_text and _asks_for_figures(reading):
            return [
                StartFlow(flow=OF_FIGURES, text=reading.words(), entities=reading.told(), score=0.9, source="pattern")
            ], []
        head = len(document_words(raw).head) if of_document else len(text_words(raw).wish) if new_words else None
        said = _without_titles(reading, reading.masked(0, head))[:MAX_CHARS]
        chances = self._model.chances(said, self._embedder.encode([said])[0])
        ranked = sorted(zip(self._model.labels, map(float, chances), strict=True), key=lambda one: -one[1])
        if 1 - dict(ranked)[OTHER] < HEARD and not new_words:
            return None
        flow, chance = next(one for one in ranked if one[0] != OTHER)
        if new_words:
            flow = _SAID  # words are given for what is said: whatever else the wish sounds like
        if flow in _OF_PRICES and _OF_COUPONS.search(low) and not new_words:
            flow = next(
                (name for name, _ in ranked if name in _COUPON_FLOWS), flow
            )  # a coupon is no price, whatever it takes off
        if flow == _ASKED_FOR and _amounts(reading.entities):
            flow = _TRIED  # who names prices asks what they would bring, not which to take
        wish = StartFlow(
            flow=flow, entities=reading.told(), text=reading.words(), score=round(chance, 4), source="classifier"
        )
        intents = [ScoredIntent(intent=name, score=round(score, 4)) for name, score in ranked[:3]]
        return [wish], intents


_NEXT_QUESTION = re.compile(
    r"[?？!！;；\n。]+\s*(?:\b(?:and|also|then)\b,? *|(?:另外|还有|然后|再(?=看|查))[,，]?)?|[,，]?\s*\b(?:and|also|plus)\b(?= (?:how|what|which|who|why|show)\b)\s*|[,，](?=[^,，]*(?:多少|几|怎么样|如何|哪|吗|谁|为什么))(?:另外|还有|然后|再(?=看|查))?"
)
"""Where another question begins, and what joins it to the one before."""


def _questions(reading: Reading) -> list[Reading]:
    """Return the questions about figures in a message, each with what it asks for in words of its own; none where it is not several."""
    low = reading.text.low
    if reading.view.pending is not None or gives_words(reading.text.raw) or gives_a_text(reading.text.raw):
        return []
    ends = [(0, 0), *(match.span() for match in _NEXT_QUESTION.finditer(low)), (len(low), len(low))]
    spans = [(begin, end) for (_, begin), (end, _) in itertools.pairwise(ends) if low[begin:end].strip()]
    parts = [reading.sub(begin, end) for begin, end in spans]
    asked = len(parts) > 1 and all(_names_a_figure(part) and not phrases.takes_back(part.text.low) for part in parts)
    return parts if asked else []


def _asks(part: Reading) -> Command:
    return StartFlow(flow=OF_FIGURES, text=part.words(), entities=part.told(), score=0.8, source="pattern")


def _names_a_figure(part: Reading) -> bool:
    goods = [item for item in part.entities if item.type in {"product", "sku"}]
    found = read_question(part.text.low, today=_SOME_DAY, vocabulary=_NO_VALUES, entities=goods)
    return found.metric is not None if isinstance(found, Unread) else "metric" in found.arguments


def _kept(path: Path) -> IntentModel | None:
    try:
        return IntentModel.load(path) if path.exists() else None
    except ValueError as error:
        _log.warning("%s; it is learnt anew", error)
        return None


_LEAVES = re.compile(
    r"^\W*(?:算了|不改了|不用改|取消|先不|退出|没事了|never ?mind|cancel|stop|forget it|leave it|no thanks)\W*|^\W*(?:转人工|人工)\W*$",
    re.IGNORECASE,
)


def _asks_for_words(reading: Reading, question: PendingQuestion) -> bool:
    """Tell whether other words for a text of the bot were asked for: whatever comes is these words, and means nothing else."""
    return question.slot_type == "text" and "bot_text" in reading.view.flow_slots.values()


def _without_titles(reading: Reading, said: str) -> str:
    """Return the words with long names of goods as short ones: what stands in a title says nothing of what is wanted."""
    for item in reading.entities:
        if item.type == "amount" and item.value["minor"] < 0:
            said = said.replace(item.text, re.sub(r"^\D+", "", item.text) or "99")  # whatever is wrong with the figure
        if item.type == "product" and item.value.get("product_ids") and len(item.text) >= _LONG_NAME:
            said = said.replace(item.text, _GOODS["zh" if HAN.search(item.text) else "en"])
    return said


_LONG_NAME = 9
_GOODS = {"zh": "台灯", "en": "desk lamp"}
"""Goods that the examples are about."""


def _asks_for_figures(reading: Reading) -> bool:
    """Tell whether every word of a message serves a question about figures, which says over what time or by what they are cut."""
    goods = [item for item in reading.entities if item.type in {"product", "sku"}]
    found = read_question(reading.text.low, today=_SOME_DAY, vocabulary=_NO_VALUES, entities=goods)
    if not isinstance(found, Asked):
        return False
    return "period" not in found.assumed or bool(found.arguments.get("by")) or found.tool != "shop_figures"


_NO_VALUES = Vocabulary(dimensions=(), timezone="UTC", currency="", first=None, last=None)
_SOME_DAY = dt.date(2000, 1, 1)
"""Only whether a time is named is looked at here, not which."""


def _answers(reading: Reading, question: PendingQuestion) -> bool:
    """Tell whether a message is a button, or a yes or a no and nothing else."""
    low = reading.text.low
    if pending.pressed(low, question) is not None:
        return True
    sense = polarity.read(low)
    return sense.sense is not None and not low[sense.rest :].strip(" ,.!?。，！？")


def _figures(reading: Reading) -> list[Command] | None:
    """Return the price that is asked for, or another one in place of that which was to be confirmed: "no, make it 99"."""
    question, said = reading.view.pending, _amounts(reading.entities)
    if question is None or not said or not OF_PRICE & set(reading.view.flow_slots.values()):
        return None
    if question.slot_type in OF_PRICE:
        return [Provide(entities=said, text=reading.words(), score=0.9, source="pending")]
    if question.kind == "confirm" and not phrases.is_question(reading.text.low.strip()):
        return [Correct(entities=said, text=reading.words(), score=0.9, source="pending")]
    return None


def _within_a_budget(entities: Sequence[Entity]) -> bool:
    """Tell whether goods are looked for by what they may cost: "lamps under 99"; a price that is set is one figure."""
    return any(item.type == "amount" and item.value["relation"] in {"max", "min"} for item in entities)


def _amounts(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    return tuple(item for item in entities if item.type == "amount")
