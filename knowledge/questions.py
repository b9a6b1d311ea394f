"""What a question about one product is about: topics with the attributes and the words that answer them, in both languages."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from knowledge.vocabulary import vocabulary
from knowledge.words import tokens
from knowledge.yaml_files import read_yaml

_FILE = Path(__file__).with_name("questions.yaml")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENDINGS = r"(?:s|es|d|ed|ing|able)?"
_MEASURE = re.compile(r"(?<![a-z0-9.])(\d[\d,]*(?:\.\d+)?)\s*-?\s*([a-z]*)")
_UNITS = {"kg": 1000.0, "l": 1000.0, "tb": 1024.0, "m": 100.0, "days": 24.0, "day": 24.0}
"""To grams, millilitres, gigabytes, centimetres and hours."""
_SENTENCE = re.compile(r"[^。！？!?.]+(?:\.\d+[^。！？!?.]*)*[。！？!?.]*")
_ASKS = re.compile(
    r"[?？]|[吗么]|多少|多久|多[大长高重]|怎么|哪[些个种]|什么|是不是|能不能|有没有|会不会|可不可以"
    r"|^\W*(?:and |but |so |ok |also )?(?:is|are|was|does|do|did|can|could|will|would|should|has|have|what|which|how|when|where|why)\b"
)


@dataclasses.dataclass(frozen=True)
class Topic:
    """Something that shoppers ask of a product."""

    name: str
    ask: re.Pattern[str]
    keys: tuple[str, ...]
    """Attributes and options that answer it, the best first."""
    text: re.Pattern[str] | None
    """Finds a sentence that speaks of it."""


@dataclasses.dataclass(frozen=True)
class Comparative:
    """What several goods are put in order by: "lighter", 最便宜."""

    name: str
    ask: re.Pattern[str]
    by: str
    """``price``, ``rating`` or the name of a topic."""
    best: Literal["least", "most"] | None
    """None where the page says words and no measure."""
    said: dict[str, str]
    """What the best one is called, by language."""


@dataclasses.dataclass(frozen=True)
class Questions:
    """All topics, and the words that ask for everything, or for what buyers say."""

    topics: tuple[Topic, ...]
    comparatives: tuple[Comparative, ...]
    general: re.Pattern[str]
    reviews: re.Pattern[str]
    filler: frozenset[str]

    def asked(self, question: str) -> tuple[Topic, ...]:
        """Return the topics of a question, in the order of the file; the words of one topic inside a longer word of another do not count."""
        hits = [(topic, found) for topic in self.topics for found in topic.ask.finditer(question.lower())]
        best = [
            (topic, found)
            for topic, found in hits
            if not any(_within(found, other) for owner, other in hits if owner is not topic)
        ]
        return tuple(dict.fromkeys(topic for topic, _ in best))

    def compared_by(self, question: str) -> Comparative | None:
        """Return what goods are to be put in order by; None where no order is asked for."""
        low = question.lower()
        return next((one for one in self.comparatives if one.ask.search(low)), None)

    def topic(self, name: str) -> Topic | None:
        """Return a topic by its name."""
        return next((topic for topic in self.topics if topic.name == name), None)


@functools.cache
def questions() -> Questions:
    """Return the shipped topics, read once."""
    raw = read_yaml(_FILE)
    topics = tuple(
        Topic(
            str(name),
            one_of(entry["ask"]),
            tuple(map(str, entry.get("keys", ()))),
            one_of(entry["text"]) if entry.get("text") else None,
        )
        for name, entry in raw["topics"].items()
    )
    filler = frozenset(token for word in raw["filler"] for token in tokens(str(word)))
    comparatives = tuple(_comparative(str(name), entry) for name, entry in raw["comparatives"].items())
    return Questions(topics, comparatives, one_of(raw["general"]), one_of(raw["reviews"]), filler)


def _comparative(name: str, entry: Mapping[str, Any]) -> Comparative:
    adjectives = "|".join(sorted(map(str, entry["zh"]), key=len, reverse=True))
    chinese = rf"(?:更|最|比较|哪[一]?[个款件双台种支瓶只条]|谁|哪些)(?:的)?(?:更|最|比较)?(?:{adjectives})|(?:{adjectives})(?:一?[点些]|的(?:那|是)|得多)"
    return Comparative(
        name, re.compile(f"{one_of(entry['en']).pattern}|{chinese}"), str(entry["by"]), entry.get("best"), entry["say"]
    )


def measure(value: str) -> float | None:
    """Return the size of a measure in its base unit, for putting measures in order: "1.2 kg" is 1200, "14 h" is 14; None for words.

    Numbers of different kinds of units cannot be compared; within one attribute they are of one kind.
    """
    found = _MEASURE.search(value.lower())
    return float(found[1].replace(",", "")) * _UNITS.get(found[2], 1.0) if found else None


def one_of(words: Iterable[object]) -> re.Pattern[str]:
    """Return a pattern that finds any of the words, longest first: Chinese anywhere, others as words with their endings."""
    ordered = sorted({str(word).lower() for word in words}, key=len, reverse=True)
    return re.compile("|".join(_pattern(word) for word in ordered))


def unsaid(question: str, topics: Iterable[Topic]) -> str:
    """Return a question without the words that bring its topics up: the "large" of "does it run large" is no size.

    Words of a topic that attributes answer stay: they may name the value.
    """
    low = question.lower()
    for topic in topics:
        low = low if topic.keys else topic.ask.sub(" ", low)
    return low


def asks(question: str) -> bool:
    """Tell whether the words ask something, and are not only the name of a product."""
    return bool(_ASKS.search(question.lower()))


def keys_asked(question: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Return those of a product's attribute and option keys that a question names: 容量, "what colours"."""
    low, found = question.lower(), []
    for key in keys:
        others = vocabulary().keys.get(key, ())
        words = [word for word in (key, *others) if len(word) > 1 or not _HAN.match(word)]
        if hit := one_of(words).search(low):
            found.append((hit.start(), key))
    return tuple(key for _, key in sorted(found))


def value_asked(question: str, key: str) -> str | None:
    """Return the value of an attribute that a question names: 纯棉 is cotton of the material."""
    low = question.lower()
    words = [(word, value) for value, others in vocabulary().values.get(key, {}).items() for word in (value, *others)]
    said = [
        (len(word), value)
        for word, value in words
        if (len(word) > 1 or not _HAN.match(word)) and re.search(_pattern(word.lower()), low)
    ]
    return max(said)[1] if said else None


def sentences(text: str) -> list[str]:
    """Return the sentences of a description; a decimal point ends none."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def content(question: str) -> frozenset[str]:
    """Return the words of a question that may name something of the goods."""
    return frozenset(token for token in tokens(question) if token not in questions().filler and len(token) > 1)


def _within(found: re.Match[str], other: re.Match[str]) -> bool:
    longer = other.end() - other.start() > found.end() - found.start()
    return longer and other.start() <= found.start() and found.end() <= other.end()


def _pattern(word: str) -> str:
    return re.escape(word) if _HAN.search(word) else rf"(?<![a-z0-9'’]){re.escape(word)}{_ENDINGS}(?![a-z])"
