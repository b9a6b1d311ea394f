"""The chances that a message asks for a person, and that it asks who answers.

Method: two logistic regressions on the n-grams of `dialogue.understanding.persons.spoken`, calibrated on families of wording that were
held out, beside fixed phrases (`dialogue.understanding.persons.patterns`); they need no encoder, so that a person is heard with every
embedder alike. Of a message of several sentences the likeliest counts. Data, figures and limits: ``docs/model-cards/persons.md``; made by `dialogue.understanding.persons.training`.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from scipy.sparse import csr_matrix

from dialogue.errors import DialogueError
from dialogue.understanding.data import FOLDER
from dialogue.understanding.persons import patterns
from dialogue.understanding.persons.spoken import grams, pieces
from knowledge.embedding import FloatArray

Heading = Literal["asks", "who"]
HEADINGS: tuple[Heading, ...] = get_args(Heading)
WEIGHTS = FOLDER / "persons.npz"
ASKS_FROM = 0.6
"""Chance from which a person is asked for in words that no pattern knows: lower, and everyday messages are taken for it."""
_WHO_FROM = 0.5
_CODE = re.compile(r"\b(?=[a-z]*\d)[\da-z-]*[a-z]{2}[\da-z-]*\b")
"""Coupons and numbers of orders: "super50" is no supervisor."""
_WORDS = re.compile(r"[^\W\d_]{2}")
"""Who asks for a person writes two letters or characters together at the least."""
_FIXED = 0.99
"""Chance that a fixed phrase gives."""
_BARELY = 0.3
"""Chance below which not even a fixed phrase asks: "is a human checking the returns?"."""
_CERTAIN = re.compile(
    r"\W*(?:转|接|找|要)?(?:人工|真人)(?:客服|服务)?\W*|\W*(?:human|agent|operator|representative)(?: please)?\W*"
)
"""The bare word, which needs no model."""
_FIRST = re.compile(r"[,，、:：]")
"""Behind the first clause, which may be that word, with the business behind it: 转人工，订单号12345."""
_log = logging.getLogger(__name__)


class PersonModelError(DialogueError):
    """A file that holds no model of who asks for a person."""


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    """The n-grams that are weighed, with their inverse document frequencies."""

    grams: tuple[str, ...]
    idf: FloatArray

    @functools.cached_property
    def _index(self) -> dict[str, int]:
        return {gram: column for column, gram in enumerate(self.grams)}

    def rows(self, lows: Sequence[str]) -> Any:
        """Return a sparse float32 matrix ``[len(lows), len(grams)]``; every kind of gram weighs the same in a row."""
        return self.rows_of([grams(low) for low in lows])

    def rows_of(self, told: Sequence[Iterable[str]]) -> Any:
        """Return the same of texts whose grams are known."""
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for one in told:
            counts = Counter(self._index[gram] for gram in one if gram in self._index)
            kinds: dict[str, list[tuple[int, float]]] = {}
            for column, count in counts.items():
                kinds.setdefault(self.grams[column][0], []).append((column, (1 + math.log(count)) * self.idf[column]))
            for members in kinds.values():
                norm = math.sqrt(len(kinds) * sum(weight * weight for _, weight in members))
                columns += [column for column, _ in members]
                values += [weight / norm for _, weight in members]
            ends.append(len(columns))
        shape = (len(told), len(self.grams))
        return csr_matrix((np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32), ends), shape=shape)


@dataclasses.dataclass(frozen=True)
class PersonModel:
    """A fitted model; immutable, safe to share. The columns of its weights are `HEADINGS`."""

    made_of: str
    """Fingerprint of data and code."""
    vocabulary: Vocabulary
    weights: FloatArray
    """``[grams, headings]``."""
    bias: FloatArray
    slopes: FloatArray
    offsets: FloatArray
    """The chance is that of slope x score + offset, fitted on what was held out (Platt 1999)."""

    def chances(self, lows: Sequence[str]) -> FloatArray:
        """Return the calibrated chances of lower-case texts, ``[texts, headings]``."""
        scores = self.vocabulary.rows(lows) @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-(scores * self.slopes + self.offsets))), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` file, with half the digits."""
        np.savez_compressed(
            path, headings=np.array(HEADINGS), made_of=np.array(self.made_of), vocabulary=np.array("\n".join(self.vocabulary.grams)),
            idf=self.vocabulary.idf.astype(np.float16), weights=self.weights.astype(np.float16), bias=self.bias,
            slopes=self.slopes, offsets=self.offsets,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> PersonModel:
        """Read what `save` wrote.

        Raises:
            PersonModelError: the file is absent, no model, or one of other headings.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                headings, made_of = tuple(map(str, data["headings"])), str(data["made_of"])
                known = tuple(str(data["vocabulary"]).split("\n"))
                idf, weights, bias, slopes, offsets = (
                    data[name].astype(np.float32) for name in ("idf", "weights", "bias", "slopes", "offsets")
                )
        except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise PersonModelError(f"{path} holds no model of asking for a person ({type(error).__name__})") from error
        if headings != HEADINGS:
            raise PersonModelError(f"{path}: expected the headings {HEADINGS}, got {headings}")
        return cls(made_of, Vocabulary(known, idf), weights, bias, slopes, offsets)


@dataclasses.dataclass(frozen=True)
class Heard:
    """What was heard in a message."""

    asks: float
    """Calibrated chance that a person is asked for."""
    who: float
    """Calibrated chance that it is asked whether a person or a program writes."""
    words: str
    """The sentence that asks for a person, if any does, or the whole message; in lower case."""
    fixed: bool
    """Whether a fixed phrase asks for one."""


@functools.lru_cache(maxsize=256)
def hear(low: str) -> Heard:
    """Read a lower-case message (`dialogue.understanding.text.read`) by the fixed phrases and by the model."""
    parts = pieces(low)
    if certain := next(filter(_CERTAIN.fullmatch, (*parts, _FIRST.split(low, maxsplit=1)[0])), None):
        return Heard(1.0, 0.0, certain, fixed=True)
    fixed = patterns.asks_human(low)
    model = _shipped(WEIGHTS)
    read = [(part, bare) for part in parts if _WORDS.search(bare := _CODE.sub("", part))]
    if model is None or not read:
        return Heard(_FIXED if fixed else 0.0, 0.0, low if fixed else "", fixed)
    chances = model.chances([bare for _, bare in read])
    asks, who = chances[:, HEADINGS.index("asks")], chances[:, HEADINGS.index("who")]
    best = int(asks.argmax())
    chance = float(asks[best])
    fixed = fixed and chance >= _BARELY
    words = low if fixed and chance < ASKS_FROM else read[best][0]
    return Heard(max(chance, _FIXED) if fixed else chance, float(who.max()), words, fixed)


def asks_human(low: str, *, asks_from: float = ASKS_FROM) -> bool:
    """Whether a person is asked for: not where one is mentioned, refused or asked about, nor where it is rather asked who answers."""
    heard = hear(low)
    return heard.fixed or (heard.asks >= asks_from and not asks_who_answers(low))


def asks_who_answers(low: str) -> bool:
    """Whether it is asked if a person or a program writes: "am I talking to a human?", 你是机器人还是人."""
    heard = hear(low)
    return heard.who >= _WHO_FROM and heard.asks < heard.who


@functools.cache
def _shipped(weights: Path) -> PersonModel | None:
    try:
        return PersonModel.load(weights)
    except PersonModelError as error:
        _log.warning("%s; only fixed phrases ask for a person", error)
        return None
