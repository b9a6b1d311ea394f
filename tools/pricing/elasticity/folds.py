"""Folds of cross-fitting that share neither store nor time."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator

import numpy as np

from tools.pricing.arrays import BoolArray, IntArray
from tools.pricing.panel import Labels, Panel


@dataclasses.dataclass(frozen=True)
class Fold:
    """What is predicted, and what may be learnt from for it."""

    held: BoolArray
    train: BoolArray


def folds(panel: Panel, *, groups: int = 3, blocks: int = 3, gap: int = 4) -> Iterator[Fold]:
    """Yield a fold for each group of stores in each block of time.

    A row is predicted by models that saw neither its group nor its block, nor `gap` periods on both sides of the block
    (lagged prices reach so far). With one store products are grouped instead; with few periods there is one block.
    """
    owner = panel.store if len(panel.store.names) > 2 else panel.product
    group = _parts(owner, min(groups, len(owner.names)))
    block, edges = _blocks(panel.period, blocks)
    for part in range(int(group.max()) + 1):
        for place, (first, last) in enumerate(edges):
            held = (group == part) & (block == place)
            if not held.any():
                continue
            apart = group != part
            if len(edges) > 1:
                apart &= (panel.period < first - gap) | (panel.period > last + gap)
            yield Fold(held, apart)


def _parts(owner: Labels, parts: int) -> IntArray:
    """Number the groups: names in the order of a hash, dealt out in turn, so that parts are about equal."""
    order = sorted(range(len(owner.names)), key=lambda i: hashlib.sha256(owner.names[i].encode()).hexdigest())
    part = np.empty(len(owner.names), dtype=np.int64)
    part[order] = np.arange(len(order)) % parts
    return part[owner.codes]


def _blocks(period: IntArray, blocks: int) -> tuple[IntArray, list[tuple[int, int]]]:
    spans = np.unique(period)
    count = blocks if len(spans) >= 8 * blocks else 1
    cuts = np.array_split(spans, count)
    block = np.searchsorted(np.array([cut[-1] for cut in cuts]), period)
    return block.astype(np.int64), [(int(cut[0]), int(cut[-1])) for cut in cuts]
