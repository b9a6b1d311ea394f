"""Make the model of who asks for a person: ``python -m dialogue.understanding.persons.training``.

Reads ``person_lines.zh.txt`` and ``person_lines.en.txt`` and the utterances of the intents, all written for this project; writes the
weights that ship. The same data and code give the same weights.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from dialogue.understanding import data
from dialogue.understanding.persons.lines import Line, lines
from dialogue.understanding.persons.model import (
    ASKS_FROM,
    HEADINGS,
    WEIGHTS,
    PersonModel,
    Vocabulary,
)
from dialogue.understanding.persons.spoken import grams
from knowledge.embedding import FloatArray

_STRENGTH = 40.0
"""Inverse of the ridge; chosen on the development part of ``evals/data/escalation``."""
_FAMILIES = 2
"""In which a gram must stand."""
_FOLDS = 5
_CODE = ("persons/lines.py", "persons/model.py", "persons/spoken.py", "persons/training.py")
_Flags = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class _Fitted:
    """A logistic regression for each heading."""

    weights: FloatArray
    bias: FloatArray

    @classmethod
    def of(cls, texts: Any, wanted: _Flags) -> _Fitted:
        """Fit, from sparse rows and ``[rows, headings]``."""
        columns = [_regression().fit(texts, wanted[:, heading]) for heading in range(len(HEADINGS))]
        weights = np.stack([column.coef_[0] for column in columns], axis=1)
        return cls(weights.astype(np.float32), np.array([column.intercept_[0] for column in columns], np.float32))

    def scores(self, texts: Any) -> FloatArray:
        """Return log-odds, ``[rows, headings]``."""
        return np.asarray(texts @ self.weights + self.bias, dtype=np.float32)


def fit(rows: Sequence[Line]) -> tuple[PersonModel, FloatArray]:
    """Fit; also return the calibrated chances of each row by a model without its family, ``[rows, headings]``."""
    wanted = np.array([[row.wish == heading for heading in HEADINGS] for row in rows])
    told = [list(grams(row.low)) for row in rows]
    vocabulary = _vocabulary(rows, told)
    texts = vocabulary.rows_of(told)
    scores = np.zeros(wanted.shape, dtype=np.float32)
    for held in _folds(rows):
        scores[held] = _Fitted.of(texts[~held], wanted[~held]).scores(texts[held])
    slopes, offsets = _calibrated(scores, wanted)
    whole = _Fitted.of(texts, wanted)
    model = PersonModel(fingerprint(), vocabulary, whole.weights, whole.bias, slopes, offsets)
    return model, np.asarray(1 / (1 + np.exp(-(scores * slopes + offsets))), dtype=np.float32)


def _vocabulary(rows: Sequence[Line], told: Sequence[Sequence[str]]) -> Vocabulary:
    """Return the grams that stand in `_FAMILIES` families: what only one has tells nothing of others."""
    counts = Counter(gram for one in told for gram in set(one))
    families = Counter(
        gram for _, gram in {(row.family, gram) for row, one in zip(rows, told, strict=True) for gram in one}
    )
    known = tuple(sorted(gram for gram, many in families.items() if many >= _FAMILIES))
    idf = [math.log((1 + len(rows)) / (1 + counts[gram])) + 1 for gram in known]
    return Vocabulary(known, np.array(idf, dtype=np.float32))


def _calibrated(scores: FloatArray, wanted: _Flags) -> tuple[FloatArray, FloatArray]:
    fits = [LogisticRegression(C=1e6).fit(scores[:, [heading]], wanted[:, heading]) for heading in range(len(HEADINGS))]
    slopes, offsets = [one.coef_[0, 0] for one in fits], [one.intercept_[0] for one in fits]
    return np.array(slopes, dtype=np.float32), np.array(offsets, dtype=np.float32)


def _regression() -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=7)


def _folds(rows: Sequence[Line]) -> list[_Flags]:
    fold_of = np.array([int(hashlib.sha256(row.family.encode()).hexdigest(), 16) % _FOLDS for row in rows])
    return [fold_of == fold for fold in range(_FOLDS)]


def fingerprint() -> str:
    """Return a hash of the data and the code that a model is made of."""
    digest = hashlib.sha256()
    here = Path(__file__).parent.parent
    for path in (*sorted(data.FOLDER.glob("person_lines.*.txt")), *(here / name for name in _CODE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m dialogue.understanding.persons.training")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    rows = lines()
    model, held_out = fit(rows)
    model.save(given.out)
    found = held_out[:, HEADINGS.index("asks")] >= ASKS_FROM
    asks = np.array([row.wish == "asks" for row in rows])
    sys.stdout.write(
        f"{given.out}: {len(rows)} messages; of families held out heard {found[asks].mean():.3f}, false alarms {found[~asks].mean():.3f}; {given.out.stat().st_size} bytes\n"
    )


if __name__ == "__main__":
    main()
