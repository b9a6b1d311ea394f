"""A linear-chain conditional random field over sequences of words (Lafferty, McCallum and Pereira 2001, ICML).

Scores are ``[words, tags]``, those of all sequences one behind the other. A tag I-label follows B-label or I-label alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from dialogue.understanding.slots.spans import OUTSIDE
from knowledge.embedding import FloatArray
from knowledge.index import IntArray

_NEVER = np.float32(-1e4)


@dataclasses.dataclass(frozen=True)
class Steps:
    """The words of sequences by their place: those that stand first, those that stand second, ..."""

    at: tuple[IntArray, ...]
    """Word numbers, the longest sequence first: ``at[t][:len(at[t + 1])]`` stand right before ``at[t + 1]``."""
    last: IntArray
    """The last word of each sequence, in the same order."""

    @classmethod
    def of(cls, lengths: IntArray) -> Steps:
        """Lay out sequences of at least one word each."""
        order = np.argsort(-lengths, kind="stable")
        starts, sizes = (np.cumsum(lengths) - lengths)[order], lengths[order]
        at = tuple(starts[: int((sizes > step).sum())] + step for step in range(int(sizes[0])))
        return cls(at, starts + sizes - 1)


@dataclasses.dataclass(frozen=True)
class Links:
    """What it scores that a tag follows another ``[tags, tags]``, opens a sequence ``[tags]``, closes one ``[tags]``."""

    between: FloatArray
    opening: FloatArray
    closing: FloatArray

    @classmethod
    def none(cls, tags: int) -> Links:
        """Return those that know nothing yet."""
        return cls(*(np.zeros(shape, dtype=np.float32) for shape in ((tags, tags), (tags,), (tags,))))

    def allowed(self, tags: Sequence[str]) -> Links:
        """Return the same with what cannot be ruled out."""
        follows = np.array([[after[0] != "I" or before[2:] == after[2:] for after in tags] for before in tags])
        opens = np.array([tag[0] != "I" for tag in tags])
        return Links(
            np.where(follows, self.between, _NEVER).astype(np.float32),
            np.where(opens, self.opening, _NEVER).astype(np.float32),
            self.closing,
        )

    def over(self, temperature: float) -> Links:
        """Return the same, less sure of themselves."""
        return Links(self.between / temperature, self.opening / temperature, self.closing / temperature)


def marginals(scores: FloatArray, steps: Steps, links: Links) -> tuple[FloatArray, FloatArray]:
    """Return each word's chances of its tags ``[words, tags]``, and how many pairs of tags are expected ``[tags, tags]``.

    The forward-backward algorithm, each step scaled to sum 1 (Rabiner 1989).
    """
    between, closing = np.exp(links.between), np.exp(links.closing)
    here = np.exp(scores - scores.max(axis=1, keepdims=True))
    forward, backward = np.zeros_like(here), np.zeros_like(here)
    scale = np.ones((len(here), 1), dtype=here.dtype)
    reached = np.exp(links.opening)[None]
    for step, rows in enumerate(steps.at):
        if step:
            reached = forward[steps.at[step - 1][: len(rows)]] @ between
        came = here[rows] * reached
        scale[rows] = came.sum(axis=1, keepdims=True)
        forward[rows] = came / scale[rows]
    backward[steps.last] = closing / (forward[steps.last] @ closing)[:, None]
    pairs = np.zeros_like(between)
    for step in range(len(steps.at) - 1, 0, -1):
        rows = steps.at[step]
        before = steps.at[step - 1][: len(rows)]
        left = here[rows] * backward[rows] / scale[rows]
        pairs += forward[before].T @ left
        backward[before] = left @ between.T
    return forward * backward, pairs * between


def best_path(scores: FloatArray, links: Links) -> list[int]:
    """Return the likeliest tags of one sequence (Viterbi 1967)."""
    state = links.opening + scores[0]
    back: list[IntArray] = []
    for row in scores[1:]:
        routes = state[:, None] + links.between
        back.append(routes.argmax(axis=0))
        state = routes.max(axis=0) + row
    path = [int((state + links.closing).argmax())]
    for step in reversed(back):
        path.append(int(step[path[-1]]))
    return path[::-1]


def tags_for(labels: Sequence[str]) -> tuple[str, ...]:
    """Return every tag of these labels."""
    return (OUTSIDE, *(f"{part}-{label}" for label in labels for part in "BI"))
