"""Category, priority, queue and skill of a case: one linear machine a head over the sentence embedding, the words and what is known.

Data: ``cases.yaml`` (templates in both languages, by one author) and what agents corrected. Method: least squares on
[embedding of the shopper's last messages, words and pairs of words, flags for reason, procedures, tools, codes and mood] with a
ridge, solved in its dual; a softmax whose temperature is fitted on templates that were held out. A feature's share of a label's
score is what it adds to it beyond the mean of the other labels, so that shares are exact. Figures: ``xiaoer eval tickets``.
Limits: the labels are one author's; long stories are read by their last five messages alone; with another embedder than the one
that it was made with, `Rules` answer.
"""

from __future__ import annotations

import dataclasses
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from knowledge.embedding import Embedder, FloatArray
from tools.fitted import TooLittleDataError, VersionError
from tools.ticketing.triage.labels import HEADS, USUAL
from tools.ticketing.triage.reading import Case, Example, labels_of

IntArray = npt.NDArray[np.int64]
SENSE = "*"
"""Names the share of the embedding: the sense of all words together."""
_RIDGE = 1.0
_GRAM_WEIGHT, _FLAG_WEIGHT = 0.5, 0.8
"""Chosen on held-out templates of the training part."""
_FOLDS = 5
_LEAST_OFTEN = 2
_FILE = "triage.npz"


@dataclasses.dataclass(frozen=True)
class Read:
    """What a model says of one case.

    Args:
        labels: head -> label.
        chances: head -> the chance of that label, calibrated.
        shares: what moved the category: feature -> share of its score, the weightiest first.
    """

    labels: Mapping[str, str]
    chances: Mapping[str, float]
    shares: tuple[tuple[str, float], ...] = ()


class TriageModel(Protocol):
    """Whatever tells the kind of a case."""

    @property
    def name(self) -> str:
        """Which it is."""
        ...

    def read(self, cases: Sequence[Case]) -> list[Read]:
        """Return one reading a case."""
        ...


_RULES: tuple[tuple[str, str], ...] = (
    ("by:safety", "safety"), ("tried:held_for_review", "risk"), ("flow:track_order", "delivery"), ("flow:order_status", "delivery"),
    ("flow:report_problem", "quality"), ("flow:return_items", "returns"), ("flow:exchange_items", "returns"),
    ("flow:refund_status", "returns"), ("flow:cancel_order", "order_change"), ("flow:change_order_address", "order_change"),
    ("flow:change_items", "order_change"), ("flow:change_payment", "order_change"), ("flow:request_invoice", "payment"),
    ("flow:price_protection", "price"), ("flow:price_match", "price"), ("flow:claim_coupon", "price"), ("flow:list_coupons", "price"),
    ("flow:identify", "account"), ("flow:profile", "account"), ("flow:change_default_address", "account"),
    ("by:anger", "complaint"), ("by:discontent", "complaint"), ("by:legal", "complaint"), ("by:knowledge_gap", "product"),
)  # fmt: skip
_URGENCY = {"safety": "urgent", "anger": "high", "legal": "high", "discontent": "high", "knowledge_gap": "low"}


class Rules:
    """What is known without having learnt: the category by procedure and reason, the priority by the reason."""

    name = "rules"

    def read(self, cases: Sequence[Case]) -> list[Read]:
        """See `TriageModel.read`; chances are 0: nothing is claimed."""
        return [self._read(case) for case in cases]

    @staticmethod
    def _read(case: Case) -> Read:
        flags = case.flags()
        flag, category = next(((flag, label) for flag, label in _RULES if flag in flags), ("", "other"))
        queue, skill = USUAL[category]  # type: ignore[index]
        priority = _URGENCY.get(case.reason, "normal")
        labels = {"category": category, "priority": priority, "queue": queue, "skill": skill}
        return Read(labels, dict.fromkeys(labels, 0.0), ((flag, 1.0),) if flag else ())


@dataclasses.dataclass(frozen=True)
class Machine:
    """The weights of one head."""

    labels: tuple[str, ...]
    weights: FloatArray
    """``[features, labels]``."""
    bias: FloatArray
    temperature: float

    def scores(self, rows: FloatArray) -> FloatArray:
        """Return ``[rows, labels]``."""
        return np.asarray(rows @ self.weights + self.bias, dtype=np.float32)


@dataclasses.dataclass(frozen=True)
class Fitted:
    """A fitted model; immutable, safe to share."""

    embedder: Embedder
    grams: tuple[str, ...]
    flags: tuple[str, ...]
    heads: Mapping[str, Machine]
    made_of: str
    """Fingerprint of data and code."""
    rows: int
    name: str = "triage"

    def read(self, cases: Sequence[Case]) -> list[Read]:
        """See `TriageModel.read`."""
        rows = _features(cases, self.embedder, self.grams, self.flags)
        scored = {head: machine.scores(rows) for head, machine in self.heads.items()}
        return [self._read(rows[at], {head: scores[at] for head, scores in scored.items()}) for at in range(len(cases))]

    def _read(self, row: FloatArray, scores: Mapping[str, FloatArray]) -> Read:
        labels, chances = {}, {}
        for head, machine in self.heads.items():
            chance = _softmax(scores[head][None] / machine.temperature)[0]
            best = int(chance.argmax())
            labels[head], chances[head] = machine.labels[best], float(chance[best])
        return Read(labels, chances, self._shares(row, labels["category"]))

    def _shares(self, row: FloatArray, category: str) -> tuple[tuple[str, float], ...]:
        machine = self.heads["category"]
        own = machine.labels.index(category)
        others = [place for place in range(len(machine.labels)) if place != own]
        added = row * (machine.weights[:, own] - machine.weights[:, others].mean(axis=1))
        sense = len(row) - len(self.grams) - len(self.flags)
        named = [(SENSE, float(added[:sense].sum()))]
        names = (*self.grams, *self.flags)
        named += [(names[place], float(added[sense + place])) for place in np.flatnonzero(row[sense:])]
        return tuple(sorted(named, key=lambda one: -abs(one[1])))

    def save(self, folder: Path) -> None:
        """Write ``triage.npz``, weights with half the digits."""
        about = {
            "embedder": [self.embedder.name, self.embedder.version],
            "grams": list(self.grams),
            "flags": list(self.flags),
            "heads": {head: [list(one.labels), one.temperature] for head, one in self.heads.items()},
            "made_of": self.made_of,
            "rows": self.rows,
        }
        arrays: dict[str, Any] = {f"{head}.weights": one.weights.astype(np.float16) for head, one in self.heads.items()}
        arrays |= {f"{head}.bias": one.bias for head, one in self.heads.items()}
        np.savez_compressed(folder / _FILE, about=np.array(json.dumps(about, ensure_ascii=False)), **arrays)

    @classmethod
    def load(cls, folder: Path, embedder: Embedder) -> Fitted:
        """Read what `save` wrote.

        Raises:
            VersionError: nothing readable, or made with another embedder.
        """
        path = folder / _FILE
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                about = json.loads(str(data["about"]))
                heads = {
                    head: Machine(
                        tuple(labels),
                        np.asarray(data[f"{head}.weights"], dtype=np.float32),
                        data[f"{head}.bias"],
                        degree,
                    )
                    for head, (labels, degree) in about["heads"].items()
                }
        except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise VersionError(f"{path} cannot be read: expected what the model of tickets saves") from error
        if about["embedder"] != [embedder.name, embedder.version]:
            raise VersionError(
                f"{path} was made with {about['embedder']}, not {[embedder.name, embedder.version]}: fit again"
            )
        if set(heads) != set(HEADS):
            raise VersionError(f"{path}: expected the heads {', '.join(HEADS)}, got {', '.join(heads)}")
        return cls(embedder, tuple(about["grams"]), tuple(about["flags"]), heads, about["made_of"], about["rows"])


def fit(rows: Sequence[Example], embedder: Embedder, *, made_of: str = "") -> Fitted:
    """Learn from labelled cases; the same rows give the same model.

    Raises:
        TooLittleDataError: fewer than two categories.
    """
    if len({row.labels["category"] for row in rows}) < 2:
        raise TooLittleDataError(f"expected cases of two categories or more, got {len(rows)} cases")
    grams = _often([row.case.grams() for row in rows], [row.group for row in rows])
    flags = tuple(sorted({flag for row in rows for flag in row.case.flags()}))
    features = _features([row.case for row in rows], embedder, grams, flags)
    weights = np.array([row.weight for row in rows], dtype=np.float32)
    groups = np.unique([row.group for row in rows], return_inverse=True)[1] % _FOLDS
    alike = features @ features.T
    heads = {head: _machine(features, alike, labels_of(rows, head), HEADS[head], weights, groups) for head in HEADS}
    return Fitted(embedder, grams, flags, heads, made_of, len(rows))


def _often(each: Sequence[frozenset[str]], groups: Sequence[str]) -> tuple[str, ...]:
    """Return the grams that come in several groups: a word of one author's single line tells nothing."""
    seen: dict[str, set[str]] = {}
    for grams, group in zip(each, groups, strict=True):
        for gram in grams:
            seen.setdefault(gram, set()).add(group)
    return tuple(sorted(gram for gram, where in seen.items() if len(where) >= _LEAST_OFTEN))


def _features(cases: Sequence[Case], embedder: Embedder, grams: Sequence[str], flags: Sequence[str]) -> FloatArray:
    """Return ``[cases, embedding + grams + flags]``; each part has the length of its weight at most."""
    sense = embedder.encode([case.text or " " for case in cases])
    words = _marked([case.grams() for case in cases], grams) * np.float32(_GRAM_WEIGHT)
    known = _marked([case.flags() for case in cases], flags, evened=False) * np.float32(_FLAG_WEIGHT)
    return np.asarray(np.hstack([sense, words, known]), dtype=np.float32)


def _marked(each: Sequence[frozenset[str]], names: Sequence[str], *, evened: bool = True) -> FloatArray:
    place = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(each), len(names)), dtype=np.float32)
    for row, found in zip(rows, each, strict=True):
        for name in found & place.keys():
            row[place[name]] = 1.0
    return rows / np.sqrt(np.maximum(rows.sum(axis=1, keepdims=True), 1.0)) if evened else rows


def _machine(
    features: FloatArray,
    alike: FloatArray,
    truth: Sequence[str],
    labels: tuple[str, ...],
    weights: FloatArray,
    folds: IntArray,
) -> Machine:
    """Fit one head; `alike` are the inner products of the rows, which all heads and folds share."""
    known = tuple(label for label in labels if label in set(truth))
    places = np.array([known.index(label) for label in truth])
    held = np.zeros((len(truth), len(known)), dtype=np.float32)
    for fold in range(_FOLDS):
        out, kept = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(out) and len(kept):
            dual, bias = _solved(alike[np.ix_(kept, kept)], places[kept], len(known), weights[kept])
            held[out] = alike[np.ix_(out, kept)] @ dual + bias
    dual, bias = _solved(alike, places, len(known), weights)
    return Machine(known, np.asarray(features.T @ dual, dtype=np.float32), bias, _temperature(held, places))


def _solved(alike: FloatArray, places: IntArray, labels: int, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve least squares with a ridge in the dual: as many unknowns as rows."""
    targets = np.eye(labels, dtype=np.float32)[places]
    # Rare labels count as much as frequent ones, half way.
    often = np.bincount(places, minlength=labels).astype(np.float32)
    importance = weights * np.sqrt(often.max() / often[places])
    bias = np.asarray((targets * importance[:, None]).sum(axis=0) / importance.sum(), dtype=np.float32)
    system = alike + np.diag(_RIDGE / importance)
    return np.asarray(np.linalg.solve(system, targets - bias), dtype=np.float32), bias


def _temperature(scores: FloatArray, places: IntArray) -> float:
    """Return the softmax temperature that surprises least."""
    degrees = np.geomspace(0.02, 1.0, 40)
    rows = np.arange(len(places))
    losses = [-np.log(np.maximum(_softmax(scores / d)[rows, places], 1e-9)).mean() for d in degrees]
    return float(degrees[int(np.argmin(losses))])


def _softmax(scores: FloatArray) -> FloatArray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)
