"""Make the model of moods: ``python -m dialogue.understanding.emotion.training --goemotions DIR``.

Reads ``mood_lines.yaml``, written for this project, and the training part of goemotions (Demszky et al. 2020, arXiv 2005.00547;
Apache-2.0; ``train.jsonl`` or ``train.jsonl.gz`` with ``text`` and ``labels``); writes the weights that ship. The same data, code and
encoder give the same weights.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dialogue.understanding import data
from dialogue.understanding.classifier.machine import targets_of
from dialogue.understanding.classifier.model import softmax
from dialogue.understanding.classifier.rows import Row
from dialogue.understanding.emotion.evidence import MOODS, evidence
from dialogue.understanding.emotion.model import NARROWNESS, WEIGHTS, MoodModel, Nearness, distances
from dialogue.understanding.text import read
from dialogue.understanding.training import expand
from knowledge.embedding import Embedder, FloatArray, default_embedder

IntArray = npt.NDArray[np.int64]

GOEMOTIONS = {
    "neutral": "calm", "curiosity": "calm",
    "admiration": "satisfied", "excitement": "satisfied", "gratitude": "satisfied", "joy": "satisfied", "love": "satisfied",
    "pride": "satisfied", "relief": "satisfied",
    "confusion": "confused", "fear": "anxious", "nervousness": "anxious", "annoyance": "annoyed", "anger": "angry", "disgust": "angry",
    "sadness": "sad", "grief": "sad", "disappointment": "sad",
}  # fmt: skip
"""Their emotions as our moods. What is not named (amusement, approval, caring, desire, disapproval, embarrassment, optimism,
realization, remorse, surprise) has no mood of ours; a comment counts where all its emotions are one mood."""

_DRAWS = 4
"""Messages that a line with alternatives gives."""
_COMMENT_WEIGHT = 0.05
"""What a comment of goemotions counts beside a message to a shop; chosen on held-out lines."""
_LINE_STEP, _COMMENT_STEP = 4, 150
"""Every so many messages of each kind is a landmark."""
_RIDGE = 0.3
_EVIDENCE_SCALE = 0.5
_BALANCE = 0.5
"""How far the moods' numbers of messages are evened out: 0 not at all, 1 wholly."""
_FOLDS = 5
_TEMPERATURES = np.geomspace(0.05, 1.0, 40)
_SPREAD_SAMPLE = 400
_TINY = 1e-6


def lines() -> list[Row]:
    """Return the messages that were written for this project; those of one line are of one group."""
    fillers = data.read_yaml("fillers.yaml")
    found: dict[str, Row] = {}
    for lang, moods in data.read_yaml("mood_lines.yaml").items():
        for mood, several in moods.items():
            for line in map(str, several):
                for text in _drawn(line, fillers[lang]):
                    found.setdefault(text, Row(text, mood, lang, group=line))
    return list(found.values())


def _drawn(line: str, fillers: dict[str, list[str]]) -> list[str]:
    texts = (expand(line, fillers, random.Random(f"{draw} {line}")) for draw in range(3 * _DRAWS))  # noqa: S311 (no secret)
    return list(dict.fromkeys(texts))[:_DRAWS]


def comments(folder: Path) -> list[Row]:
    """Return the training comments of goemotions that have one mood of ours.

    Raises:
        OSError: there are none in `folder`.
    """
    return [Row(text, mood, "en", weight=_COMMENT_WEIGHT) for text, mood in _mapped(folder)]


def _mapped(folder: Path) -> Iterator[tuple[str, str]]:
    packed = folder / "train.jsonl.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "train.jsonl").read_bytes()
    for line in text.decode("utf-8").splitlines():
        row = json.loads(line)
        moods = {GOEMOTIONS.get(label) for label in row["labels"]}
        if len(moods) == 1 and (mood := moods.pop()) is not None:
            yield row["text"].replace("[NAME]", "he"), mood


def fingerprint(embedder: Embedder) -> str:
    """Return a hash of the data and code in this package, and of the embedder, that a model is made of."""
    digest = hashlib.sha256(f"{embedder.name}|{embedder.version}".encode())
    here = Path(__file__).parent
    code = (here / name for name in ("evidence.py", "model.py", "training.py"))
    for path in (data.FOLDER / "moods.yaml", data.FOLDER / "mood_lines.yaml", *code):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def fit(own: Sequence[Row], others: Sequence[Row], embedder: Embedder) -> tuple[MoodModel, FloatArray]:
    """Fit; also return the chances of each of `own` by a model without its line, ``[own, moods]``."""
    rows = [*own, *others]
    vectors = embedder.encode([row.text for row in rows])
    features = np.stack([evidence(read(row.text)).features() for row in rows])
    nearness = _nearness(vectors[: len(own)], vectors[len(own) :])
    inputs, turned = _inputs(nearness, vectors, features)
    truth = np.array([MOODS.index(row.label) for row in rows])
    weights = np.array([row.weight for row in rows], dtype=np.float32) * _evened(truth, len(own))
    scores = np.zeros((len(own), len(MOODS)), dtype=np.float32)
    fold_of = _folds(own)
    for fold in range(_FOLDS):
        held = np.flatnonzero(fold_of == fold)
        learned = np.setdiff1d(np.arange(len(rows)), held)
        scores[held] = inputs[held] @ _solved(inputs[learned], truth[learned], weights[learned])
    temperature = float(min(_TEMPERATURES, key=lambda t: _surprise(scores / t, truth[: len(own)])))
    solved = _solved(inputs, truth, weights)
    count = len(nearness.landmarks)
    model = MoodModel(
        embedder=(embedder.name, embedder.version),
        fingerprint=fingerprint(embedder),
        nearness=nearness,
        near=np.asarray(turned @ solved[:count], dtype=np.float32),
        seen=np.asarray(_EVIDENCE_SCALE * solved[count:-1], dtype=np.float32),
        bias=solved[-1],
        temperature=temperature,
    )
    return model, softmax(scores / temperature)


def _nearness(own: FloatArray, others: FloatArray) -> Nearness:
    mean, deviation = own.mean(axis=0), own.std(axis=0)
    scale = np.asarray(1.0 / ((deviation + _TINY) * np.sqrt(np.float32(own.shape[1]))), dtype=np.float32)
    marks = np.vstack([own[::_LINE_STEP], others[::_COMMENT_STEP]])
    known = (own - mean) * scale
    spread = float(np.median(distances(known[:: max(1, len(known) // _SPREAD_SAMPLE)], known)))
    # Half the digits are kept: what is fitted must be what is shipped.
    landmarks = ((marks - mean) * scale).astype(np.float16).astype(np.float32)
    return Nearness(mean, scale, landmarks, spread)


def _inputs(nearness: Nearness, vectors: FloatArray, features: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the inputs of the least squares, and what turns nearness into their first columns (Nystroem, see `classifier.landmarks`)."""
    own = np.exp(distances(nearness.landmarks, nearness.landmarks) * np.float32(-NARROWNESS / nearness.spread))
    values, sides = np.linalg.eigh(own.astype(np.float64) + 1e-3 * np.eye(len(own)))
    turned = np.asarray(sides / np.sqrt(values), dtype=np.float32)
    near = nearness.of(vectors) @ turned
    return np.hstack([near, _EVIDENCE_SCALE * features, np.ones((len(near), 1), dtype=np.float32)]), turned


def _evened(truth: IntArray, own: int) -> FloatArray:
    """Return a weight for each row by how frequent its mood is among those of its kind; the first `own` are of one kind."""
    kinds = []
    for part in (truth[:own], truth[own:]):
        counts = np.bincount(part, minlength=len(MOODS))
        kinds.append((len(part) / len(MOODS) / counts[part]) ** _BALANCE)
    return np.concatenate(kinds).astype(np.float32)


def _folds(own: Sequence[Row]) -> IntArray:
    """Return the fold of each row, the same for all of a line."""
    return np.array([int(hashlib.sha256(str(row.group).encode()).hexdigest(), 16) % _FOLDS for row in own])


def _solved(inputs: FloatArray, truth: IntArray, weights: FloatArray) -> FloatArray:
    weighed = inputs * weights[:, None]
    targets = targets_of(truth[:, None].tolist(), len(MOODS))
    left = (weighed.T @ inputs).astype(np.float64) + _RIDGE * np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(left, weighed.T @ targets), dtype=np.float32)


def _surprise(logits: FloatArray, truth: IntArray) -> float:
    return float(-np.log(softmax(logits)[np.arange(len(truth)), truth] + 1e-9).mean())


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m dialogue.understanding.emotion.training")
    parser.add_argument("--goemotions", type=Path, required=True, help="folder with its train.jsonl or train.jsonl.gz")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    own, others = lines(), comments(given.goemotions)
    model, _ = fit(own, others, default_embedder())
    model.save(given.out)
    sys.stdout.write(
        f"{given.out}: {len(own)} messages, {len(others)} comments, temperature {model.temperature:.3f}, {given.out.stat().st_size} bytes\n"
    )


if __name__ == "__main__":
    main()
