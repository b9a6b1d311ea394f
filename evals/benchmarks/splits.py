"""Splits that leak nothing: by group and by what a text says, with a seed; and the check of it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from dialogue.understanding.classifier.fitting import bare

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Split(Generic[T]):
    """What is trained on, and what is measured."""

    train: tuple[T, ...]
    held: tuple[T, ...]
    name: str
    """Names what is measured, as a result does."""


def grouped(rows: Sequence[T], group: Callable[[T], Hashable], *, parts: int, seed: int = 7) -> list[list[T]]:
    """Cut rows into parts of about the same size; a group is in one part as a whole, by a hash of its name and the seed."""

    def place(row: T) -> int:
        return int(hashlib.sha256(f"{seed}:{group(row)}".encode()).hexdigest()[:8], 16) % parts

    found: list[list[T]] = [[] for _ in range(parts)]
    for row in rows:
        found[place(row)].append(row)
    return found


def without(rows: Iterable[T], held: Iterable[T], text: Callable[[T], str]) -> tuple[T, ...]:
    """Return the rows that say nothing that one of `held` says."""
    said = {bare(text(row)) for row in held}
    return tuple(row for row in rows if bare(text(row)) not in said)


def shared(train: Iterable[T], held: Iterable[T], key: Callable[[T], Hashable]) -> set[Hashable]:
    """Return the keys that stand on both sides: groups, or `bare` texts."""
    return {key(row) for row in train} & {key(row) for row in held}
