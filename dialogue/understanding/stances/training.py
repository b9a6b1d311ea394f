"""Make the model of stances: ``python -m dialogue.understanding.stances.training``.

Reads ``stance_lines.zh.txt`` and ``stance_lines.en.txt``, written for this project; writes the weights that ship. The same data, code
and encoder give the same weights.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dialogue.understanding import data
from dialogue.understanding.classifier.choosing import temperature
from dialogue.understanding.classifier.landmarks import WideMachine
from dialogue.understanding.classifier.machine import targets_of
from dialogue.understanding.classifier.model import softmax
from dialogue.understanding.classifier.space import Space
from dialogue.understanding.stances import lines
from dialogue.understanding.stances.model import STANCES, WEIGHTS, StanceModel, vectors
from dialogue.understanding.stances.spoken import Asked, asked
from knowledge.embedding import Embedder, FloatArray, default_embedder
from knowledge.index import IntArray
from knowledge.types import Lang

_GRAM_WEIGHT = 0.5
_RIDGE = 0.3
"""Chosen on held-out lines."""
_LANDMARKS = 1500
_FOLDS = 5
_CODE = (
    "classifier/grams.py", "classifier/landmarks.py", "classifier/machine.py", "classifier/space.py", "conjugate_gradients.py",
    "stances/lines.py", "stances/spoken.py", "stances/training.py",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Example:
    """A subject with the stance towards it; those of one `line` are never on both sides of a split."""

    asked: Asked
    stance: str
    lang: Lang
    line: str
    of_a_thing: bool


def examples() -> list[Example]:
    """Return every subject of every message, each once."""
    found: dict[Asked, Example] = {}
    for told in lines.told():
        for subject, stance in told.stances:
            row = asked(told.text, subject, told.things, told.situation)
            found.setdefault(row, Example(row, stance, told.lang, told.line, subject.thing is not None))
    return list(found.values())


def fit(rows: Sequence[Example], embedder: Embedder) -> tuple[StanceModel, FloatArray]:
    """Fit; also return the chances of each row by a model without its line, ``[rows, stances]``."""
    machine = machine_of(rows, embedder)
    scores = np.zeros_like(machine.targets)
    for held in _folds(rows):
        scores[held] = machine.held_out(held)
    degree = temperature(scores, np.array([STANCES.index(row.stance) for row in rows]))
    made_of = (embedder.name, embedder.version, fingerprint(embedder))
    kept = machine.texts.take(machine.landmarks)
    return StanceModel(made_of, machine.space, kept, machine.weights, degree), softmax(scores / degree)


def machine_of(rows: Sequence[Example], embedder: Embedder) -> WideMachine:
    """Return the machine that learns from the rows, without a temperature: that wants scores of rows that were held out."""
    truth = [[STANCES.index(row.stance)] for row in rows]
    every = vectors([row.asked for row in rows], embedder)
    words = [row.asked.grams for row in rows]
    space = dataclasses.replace(Space.of(words, every), gram_weight=_GRAM_WEIGHT)
    kept = np.sort(np.random.default_rng(7).permutation(len(rows))[:_LANDMARKS])
    ridge = np.full(len(rows), _RIDGE, dtype=np.float32)
    return WideMachine(space, space.read(words, every), kept, targets_of(truth, len(STANCES)), ridge)


def _folds(rows: Sequence[Example]) -> list[IntArray]:
    fold_of = np.array([int(hashlib.sha256(row.line.encode()).hexdigest(), 16) % _FOLDS for row in rows])
    return [np.flatnonzero(fold_of == fold) for fold in range(_FOLDS)]


def fingerprint(embedder: Embedder) -> str:
    """Return a hash of the data, the code and the embedder that a model is made of."""
    digest = hashlib.sha256(f"{embedder.name}|{embedder.version}".encode())
    here = Path(__file__).parent.parent
    for path in (*sorted(data.FOLDER.glob("stance_lines.*.txt")), *(here / name for name in _CODE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m dialogue.understanding.stances.training")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    rows = examples()
    model, held_out = fit(rows, default_embedder())
    model.save(given.out)
    right = np.mean([STANCES[best] == row.stance for best, row in zip(held_out.argmax(axis=1), rows, strict=True)])
    sys.stdout.write(
        f"{given.out}: {len(rows)} subjects, {right:.3f} right held out, temperature {model.temperature:.3f}, {given.out.stat().st_size} bytes\n"
    )


if __name__ == "__main__":
    main()
