"""Texts that say the same, by the cosine of their vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.embedding import FloatArray

ALIKE = 0.7
"""Cosine from which two short texts may say the same."""


def alike_groups(vectors: FloatArray, kinds: Sequence[object], alike: float = ALIKE) -> list[list[int]]:
    """Return the rows in groups of one kind each: a row that is in none yet begins one and takes in what is alike to it.

    Args:
        vectors: one row a text, those that shall begin groups first.
        kinds: of each row; rows of two kinds never meet.
    """
    if not len(vectors):
        return []
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    free = np.ones(len(unit), dtype=bool)
    groups: list[list[int]] = []
    for row in range(len(unit)):
        if not free[row]:
            continue
        near = np.flatnonzero((unit @ unit[row] >= alike) & free)
        members = [row, *(other for other in map(int, near) if other != row and kinds[other] == kinds[row])]
        free[members] = False
        groups.append(members)
    return groups
