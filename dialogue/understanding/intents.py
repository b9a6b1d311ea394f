"""The intent classifier: sentence embedding and n-grams into one linear least-squares machine, with calibrated chances.

Data: the utterances in ``data/zh`` and ``data/en``, written for this project; any other rows of (text, intent) can be used.
Method: kernel ridge regression (a least-squares SVM) on [standardised embedding, tf-idf of n-grams], solved by conjugate gradients
and kept as primal weights; chances are a softmax whose temperature is fitted on held-out rows. Not an out-of-scope
detector of its own: out of scope is a class with examples, and `margin` tells how sure the choice is.
"""

from __future__ import annotations

import dataclasses
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dialogue.understanding.conjugate_gradients import solved
from knowledge.embedding import Embedder

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FloatArray = npt.NDArray[np.float32]

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|#\d|[\u3400-\u9fff]+|[?!]")
_HAN = re.compile(r"[\u3400-\u9fff]")
MAX_CHARS = 300
_RIDGE = 0.35
_NGRAM_WEIGHT = 0.35
_EMBEDDING_WEIGHT = 2.0
"""Weights of the two kernels (each about 1 for a text with itself), chosen on held-out lines."""

_TOLERANCE = 1e-4
"""Share of the targets that may be left unexplained by the solution of the equations: scores are right to three digits."""
_MOST_STEPS = 200


@dataclasses.dataclass(frozen=True)
class Example:
    """A training row; rows of one `group` come from the same template and are never on both sides of a split."""

    text: str
    intent: str
    lang: str = ""
    group: int = 0
    weight: float = 1.0
    """How many times it counts."""


def ngrams(text: str) -> Counter[str]:
    """Count words, pairs of words and letters 3-4 of English; characters 1-3 of Chinese."""
    found: Counter[str] = Counter()
    previous = "^"
    for word in _WORD.findall(text.lower()):
        if _HAN.match(word):
            for size in (1, 2, 3):
                found.update(word[i : i + size] for i in range(len(word) - size + 1))
            previous = "^"
            continue
        found[f"w:{word}"] += 1
        found[f"p:{previous} {word}"] += 1
        previous = word
        if len(word) > 3:
            padded = f"<{word}>"
            found.update(padded[i : i + size] for size in (3, 4) for i in range(len(padded) - size + 1))
    return found


class IntentModel:
    """A fitted classifier; immutable, safe to share."""

    def __init__(  # noqa: PLR0913, PLR0917
        self, labels: Sequence[str], mean: FloatArray, scale: FloatArray, dense: FloatArray, vocabulary: Sequence[str], idf: FloatArray,
        sparse: FloatArray, bias: FloatArray, temperature: float,
    ) -> None:  # fmt: skip
        self.labels = tuple(labels)
        self._mean, self._scale, self._dense = mean, scale, dense
        self._vocabulary = tuple(vocabulary)
        self._index = {gram: i for i, gram in enumerate(self._vocabulary)}
        self._idf, self._sparse, self._bias = idf, sparse, bias
        self.temperature = temperature

    def scores(self, text: str, vector: FloatArray) -> FloatArray:
        """Return the raw score of every label for a text and its embedding, shape ``[labels]``."""
        total = ((vector - self._mean) * self._scale) @ self._dense + self._bias
        counts = ngrams(text[:MAX_CHARS])
        known = [(self._index[gram], count) for gram, count in counts.items() if gram in self._index]
        if known:
            rows = np.fromiter((i for i, _ in known), dtype=np.int64, count=len(known))
            weights = (
                np.fromiter((1.0 + math.log(c) for _, c in known), dtype=np.float32, count=len(known)) * self._idf[rows]
            )
            norm = float(np.linalg.norm(weights))
            total = total + (weights / norm) @ self._sparse[rows]
        return np.asarray(total, dtype=np.float32)

    def chances(self, text: str, vector: FloatArray) -> FloatArray:
        """Return the calibrated chance of every label, shape ``[labels]``, sum 1."""
        return _softmax(self.scores(text, vector) / self.temperature)

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        try:
            np.savez(
                partial, labels=np.array(self.labels), mean=self._mean, scale=self._scale, dense=self._dense,
                vocabulary=np.array("\n".join(self._vocabulary)), idf=self._idf, sparse=self._sparse, bias=self._bias,
                temperature=np.array(self.temperature),
            )  # fmt: skip
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)  # half a file on a full disk takes the room of others

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """Read what `save` wrote.

        Raises:
            ValueError: the file is not a model.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                return cls(
                    [str(x) for x in data["labels"]], data["mean"], data["scale"], data["dense"], str(data["vocabulary"]).split("\n"),
                    data["idf"], data["sparse"], data["bias"], float(data["temperature"]),
                )  # fmt: skip
        except (KeyError, OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError(f"{path} is not a fitted intent model") from error


def fit(examples: Sequence[Example], embedder: Embedder, vectors: FloatArray | None = None) -> IntentModel:
    """Fit on `examples`: twice, once without every fourth group to find the temperature, once on all.

    11,000 rows take about 10 s on one core and as long for embedding; `vectors` are those of the texts, where they are known.
    """
    labels = sorted({example.intent for example in examples})
    truth = np.array([labels.index(example.intent) for example in examples])
    if vectors is None:
        vectors = embedder.encode([example.text[:MAX_CHARS] for example in examples])
    held = np.array([example.group % 4 == 0 for example in examples])
    temperature = 0.1
    if 0 < int(held.sum()) < len(examples):
        part = _solve(
            [e for e, out in zip(examples, held, strict=True) if not out], vectors[~held], truth[~held], labels
        )
        raw = np.stack([part.scores(e.text, v) for e, v, out in zip(examples, vectors, held, strict=True) if out])
        temperature = min(np.geomspace(0.03, 0.6, 30), key=lambda t: _loss(raw / t, truth[held]))
    model = _solve(examples, vectors, truth, labels)
    model.temperature = float(temperature)
    return model


def _solve(
    examples: Sequence[Example], vectors: FloatArray, truth: npt.NDArray[np.int64], labels: Sequence[str]
) -> IntentModel:
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    mean = vectors.mean(axis=0)
    scale = np.float32(math.sqrt(_EMBEDDING_WEIGHT / vectors.shape[1])) / (vectors.std(axis=0) + np.float32(1e-6))
    dense = (vectors - mean) * scale
    counts = [ngrams(example.text[:MAX_CHARS]) for example in examples]
    frequency = Counter(gram for count in counts for gram in count)
    vocabulary = sorted(gram for gram, n in frequency.items() if n > 1)
    index = {gram: i for i, gram in enumerate(vocabulary)}
    idf = np.array([math.log((1 + len(examples)) / (1 + frequency[gram])) + 1 for gram in vocabulary], dtype=np.float32)
    data, rows, columns = [], [], []
    for row, count in enumerate(counts):
        known = [(index[gram], (1 + math.log(n)) * idf[index[gram]]) for gram, n in count.items() if gram in index]
        norm = math.sqrt(sum(w * w for _, w in known)) or 1.0
        data += [w / norm for _, w in known]
        columns += [i for i, _ in known]
        rows += [row] * len(known)
    sparse = csr_matrix((np.array(data, dtype=np.float32), (rows, columns)), shape=(len(examples), len(vocabulary)))
    gain = np.float32(_NGRAM_WEIGHT)
    targets = np.full((len(examples), len(labels)), -1.0 / len(labels), dtype=np.float32)
    targets[np.arange(len(examples)), truth] = 1.0
    ridge = np.array([[_RIDGE / example.weight] for example in examples], dtype=np.float32)
    alpha = _dual(np.hstack([dense, np.ones((len(dense), 1), dtype=np.float32)]), sparse, gain, ridge, targets)
    weights = np.asarray(sparse.T @ alpha * gain, dtype=np.float32)
    return IntentModel(
        labels, mean.astype(np.float32), scale.astype(np.float32), np.asarray(dense.T @ alpha, dtype=np.float32), vocabulary, idf,
        weights, np.asarray(alpha.sum(axis=0), dtype=np.float32), 0.1,
    )  # fmt: skip


def _dual(
    dense: FloatArray, sparse: csr_matrix, gain: np.float32, ridge: FloatArray, targets: FloatArray
) -> FloatArray:
    """Return x of ``(dense dense' + gain sparse sparse' + diag(ridge)) x = targets``, shape ``[rows, labels]``.

    Conjugate gradients for all labels at once, preconditioned with what is left without the n-grams, whose inverse is a small
    matrix (Woodbury): the big one is never formed, and some 30 steps are enough.
    """
    from scipy.linalg import cho_factor, cho_solve  # noqa: PLC0415

    scaled = dense / ridge
    small = cho_factor(np.eye(dense.shape[1], dtype=np.float32) + dense.T @ scaled)
    transposed = sparse.T.tocsr()

    def near(residual: FloatArray) -> FloatArray:
        return np.asarray(residual / ridge - scaled @ cho_solve(small, scaled.T @ residual))

    def image(x: FloatArray) -> FloatArray:
        return np.asarray(dense @ (dense.T @ x) + gain * (sparse @ (transposed @ x)) + ridge * x)

    return solved(image, near, targets, tolerance=_TOLERANCE, steps=_MOST_STEPS)


def _softmax(scores: FloatArray) -> FloatArray:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def _loss(scores: FloatArray, truth: npt.NDArray[np.int64]) -> float:
    chances = _softmax(scores)
    return float(-np.log(chances[np.arange(len(truth)), truth] + 1e-9).mean())
