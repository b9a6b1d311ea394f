"""Fits a finder of slots by stochastic gradients, with what is seen of the words dropped at random.

The gradients are those of the field's likelihood; AdaGrad sets the size of each step (Duchi, Hazan and Singer 2011, JMLR). Half of
the facts and of the view are hidden from each word each time (dropout, Srivastava et al. 2014, JMLR), so that a slot is known by what
stands around it where its own words are new; to that end few rows are also learned from with the values of others (`swapping`). The weights
are the mean over the second half of the rounds. A fact's weights are sums over tags that have something in common (`_kin`): what
tells of a slot's first word tells of its others too.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from dialogue.errors import DialogueError
from dialogue.understanding.slots.facts import Fact, facts
from dialogue.understanding.slots.field import Links, Steps, marginals, tags_for
from dialogue.understanding.slots.model import SlotFinder, View, rows_of, vectors
from dialogue.understanding.slots.spans import OUTSIDE, Slot, tags_of, words
from dialogue.understanding.slots.swapping import Values
from knowledge.embedding import FloatArray
from knowledge.index import IntArray
from knowledge.token_embedding import TokenEmbedder

_HIDDEN = 0.5
_RATE = 0.15
_START = 1e-2
"""What AdaGrad divides by at first: its square root bounds the first step."""
_DECAY, _DECAY_SEEN = 1e-4, 1e-2
"""A sequence's pull of the weights of facts, and of the view, towards 0."""
_SEEN_DIMENSION, _VIEW_TEXTS = 128, 500
"""The directions are those of so many texts: the vectors of 10,000 would take 0.7 GB."""
_ROUNDS, _LEAST_ROUNDS, _READINGS = 30, 4, 80_000
"""Rounds over the rows: fewer where so many readings of a row come from fewer rounds."""
_BATCH = 16
_REPEATS, _MANY = 3, 2000
"""With up to so many rows the weights are the mean of so many fits, and values are swapped: 0.7 and about 2 points of F1 for Chinese."""
_SCARCE = 100
"""With fewer rows than this a fact of a single word is kept."""


class SlotFittingError(DialogueError):
    """Rows that no slot can be learned from."""


@dataclasses.dataclass(frozen=True)
class Example:
    """A text with all of its slots, and its intent where it is known."""

    text: str
    slots: tuple[Slot, ...]
    intent: str = ""


@dataclasses.dataclass(frozen=True)
class _Given:
    """Rows made ready to be learned from, the words of all one behind the other."""

    facts: Any
    """Sparse ``[words, facts]``."""
    seen: FloatArray
    """``[words, dimension]``."""
    tags: IntArray
    lengths: IntArray

    def take(self, rows: IntArray) -> _Given:
        """Return the words of some rows."""
        starts = np.cumsum(self.lengths) - self.lengths
        mine = np.concatenate([np.arange(starts[row], starts[row] + self.lengths[row]) for row in rows])
        return _Given(self.facts[mine], self.seen[mine], self.tags[mine], self.lengths[rows])

    def partly_hidden(self, rng: np.random.Generator) -> _Given:
        """Return the same with half of what is seen left out, the rest doubled."""
        kept = self.facts.copy()
        kept.data = _dropped(kept.data, rng)
        return dataclasses.replace(self, facts=kept, seen=_dropped(self.seen, rng))


def _dropped(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    stays = rng.random(values.shape, dtype=np.float32) >= _HIDDEN
    return np.asarray(values * stays / (1 - _HIDDEN), dtype=np.float32)


def fit(examples: Sequence[Example], embedder: TokenEmbedder | None, *, seed: int = 7) -> SlotFinder:
    """Fit on texts with their slots; those without one teach where there is none. Deterministic with the seed.

    600 rows of 33 labels take about 25 s (12 s without the copies), 10,000 about 40 s and 0.9 GB (one core); finding is 1 to 3 ms a message.

    Raises:
        SlotFittingError: no text has a slot, or none has a word that is read.
    """
    rng, few = np.random.default_rng(seed), len(examples) <= _MANY
    more = _swapped(examples, rng) if few else ()
    read = [(example, where) for example in (*examples, *more) if (where := words(example.text))]
    labels = sorted({slot.label for example, _ in read for slot in example.slots})
    if not labels:
        raise SlotFittingError(f"expected at least one slot, got none in {len(examples)} rows")
    tags = tags_for(labels)
    stated = [
        fact
        for example, where in read
        for fact in facts(example.text, where, {example.intent: 1.0} if example.intent else {})
    ]
    vocabulary = _vocabulary(stated, len(read))
    sample = read[:: max(1, len(read) // _VIEW_TEXTS)]
    view = _view(np.vstack([vectors(example.text, where, embedder) for example, where in sample]))
    number = {tag: i for i, tag in enumerate(tags)}
    given = _Given(
        facts=rows_of(stated, {fact: i for i, fact in enumerate(vocabulary)}),
        seen=np.vstack([view.of(vectors(example.text, where, embedder)) for example, where in read]),
        tags=np.array([number[tag] for example, where in read for tag in tags_of(where, example.slots)]),
        lengths=np.array([len(where) for _, where in read]),
    )
    learned = [_learned(given, tags, rng) for _ in range(_REPEATS if few else 1)]
    weights, seen, *links = (np.asarray(np.mean(each, axis=0)) for each in zip(*learned, strict=True))
    return SlotFinder(tags, vocabulary, weights, view, seen, Links(*links).allowed(tags), embedder)


def _swapped(examples: Sequence[Example], rng: np.random.Generator) -> Iterator[Example]:
    """Yield a copy of each text with slots, most of which have values of others."""
    values = Values.of((example.text, example.slots) for example in examples)
    for example in examples:
        if example.slots:
            text, slots = values.swapped(example.text, example.slots, rng)
            yield Example(text, slots, example.intent)


def _vocabulary(rows: Sequence[Sequence[Fact]], texts: int) -> tuple[str, ...]:
    counts = Counter(fact for row in rows for fact, _ in row)
    least = 1 if texts < _SCARCE else 2
    return tuple(sorted(fact for fact, count in counts.items() if count >= least))


def _view(found: FloatArray) -> View:
    """Return the directions of the greatest differences (principal components of standardised vectors)."""
    mean, scale = found.mean(axis=0), 1.0 / (found.std(axis=0) + 1e-6)
    if not found.shape[1]:
        return View(mean, np.zeros((0, 0), dtype=np.float32))
    standard = (found - mean) * scale
    _, turned = np.linalg.eigh((standard.T @ standard).astype(np.float64))
    directions = scale[:, None] * turned[:, ::-1][:, :_SEEN_DIMENSION]
    spread = ((found - mean) @ directions).std(axis=0).mean()
    return View(mean, np.asarray(directions / (spread + 1e-6), dtype=np.float32))


def _kin(tags: Sequence[str]) -> FloatArray:
    """Return which tags share weights, ``[groups, tags]``: each one alone, those of one label, those of one part of a slot."""
    groups = [[tag] for tag in tags]
    groups += [
        [tag for tag in tags if tag[2:] == label] for label in sorted({tag[2:] for tag in tags if tag != OUTSIDE})
    ]
    groups += [[tag for tag in tags if tag[0] == part] for part in "BI"]
    return np.array([[float(tag in group) for tag in tags] for group in groups], dtype=np.float32)


class _Block:
    """Weights that AdaGrad moves."""

    def __init__(self, values: FloatArray, decay: float = 0.0) -> None:
        self.values = values
        self._squares = np.full_like(values, _START)
        self._decay = np.float32(decay)
        self._sum = np.zeros_like(values)
        self._kept = 0

    def move(self, slope: FloatArray, rows: Any = ...) -> None:
        """Step against a slope, of some rows alone where they are named."""
        slope = slope + self._decay * self.values[rows]
        squares = self._squares[rows] + slope * slope
        self._squares[rows] = squares
        self.values[rows] -= np.float32(_RATE) * slope / np.sqrt(squares)

    def keep(self) -> None:
        """Let the present weights count for the mean."""
        self._sum += self.values
        self._kept += 1

    @property
    def mean(self) -> FloatArray:
        """What was kept, on average."""
        return np.asarray(self._sum / self._kept, dtype=np.float32)


def _learned(given: _Given, tags: Sequence[str], rng: np.random.Generator) -> tuple[FloatArray, ...]:
    """Return the weights of facts and of the view, each ``[..., tags]``, and the parts of the links."""
    kin = _kin(tags)
    none = Links.none(len(tags))
    of_facts = _Block(np.zeros((given.facts.shape[1], len(kin)), dtype=np.float32), _DECAY * _BATCH)
    of_seen = _Block(np.zeros((given.seen.shape[1], len(kin)), dtype=np.float32), _DECAY_SEEN * _BATCH)
    of_links = [_Block(part) for part in (none.between, none.opening, none.closing)]
    rounds = min(_ROUNDS, max(_LEAST_ROUNDS, _READINGS // len(given.lengths)))
    for turn in range(rounds):
        for part in _batches(given, rng):
            columns, local = _columns(part.facts)
            scores = (local @ of_facts.values[columns] + part.seen @ of_seen.values) @ kin
            links = Links(*(block.values for block in of_links))
            surplus, *of_pairs = _surplus(part, scores, links.allowed(tags))
            shared = surplus @ kin.T
            of_facts.move(local.T @ shared, columns)
            of_seen.move(part.seen.T @ shared)
            for block, slope in zip(of_links, of_pairs, strict=True):
                block.move(slope)
        if turn >= rounds // 2:
            for block in (of_facts, of_seen, *of_links):
                block.keep()
    return of_facts.mean @ kin, of_seen.mean @ kin, *(block.mean for block in of_links)


def _batches(given: _Given, rng: np.random.Generator) -> Iterator[_Given]:
    order = rng.permutation(len(given.lengths))
    for start in range(0, len(order), _BATCH):
        yield given.take(order[start : start + _BATCH]).partly_hidden(rng)


def _columns(rows: Any) -> tuple[IntArray, Any]:
    """Return the columns that are not empty, and the matrix of these alone."""
    columns, places = np.unique(rows.indices, return_inverse=True)
    return columns, csr_matrix((rows.data, places, rows.indptr), shape=(rows.shape[0], len(columns)))


def _surplus(part: _Given, scores: FloatArray, links: Links) -> tuple[FloatArray, ...]:
    """Return by how much the field expects more of each tag of each word, each pair, each opening and closing tag than there is."""
    steps = Steps.of(part.lengths)
    chances, pairs = marginals(scores, steps, links)
    first = np.cumsum(part.lengths) - part.lengths
    last = first + part.lengths - 1
    opening, closing = chances[first].sum(axis=0), chances[last].sum(axis=0)
    np.subtract.at(opening, part.tags[first], 1)
    np.subtract.at(closing, part.tags[last], 1)
    follows = np.setdiff1d(np.arange(len(part.tags)), first)
    np.subtract.at(pairs, (part.tags[follows - 1], part.tags[follows]), 1)
    chances[np.arange(len(part.tags)), part.tags] -= 1
    return chances, pairs, opening, closing
