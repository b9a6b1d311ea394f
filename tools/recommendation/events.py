"""What people viewed, put into the cart and bought, in the order of time; and what is known of the things themselves."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

Kind = Literal["view", "cart", "buy"]
KINDS: tuple[Kind, ...] = ("view", "cart", "buy")
WEIGHTS = np.array([0.3, 0.6, 1.0])
"""What an event of each of `KINDS` counts as: who buys says more than who looks."""


@dataclasses.dataclass(frozen=True)
class Event:
    """Somebody did something with an item.

    Args:
        at: seconds since 1970; None: only the order of the events is known.
    """

    user: str
    item: str
    kind: Kind = "buy"
    at: float | None = None


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is known of an item besides who wanted it; every field may be empty.

    Args:
        price_minor: in minor units of one currency.
        text: its title and whatever else describes it, in any language.
    """

    category: str = ""
    brand: str = ""
    price_minor: int | None = None
    text: str = ""


@dataclasses.dataclass(frozen=True)
class Seen:
    """An item of somebody's history."""

    item: str
    kind: Kind = "buy"


@dataclasses.dataclass(frozen=True)
class Case:
    """What is measured: a history, and the item that was bought next.

    Args:
        history: oldest first; empty for somebody new.
        touched: the first few items that were looked at or bought afterwards, where that is known.
    """

    user: str
    history: tuple[Seen, ...]
    target: str
    touched: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Interactions:
    """Events sorted by user and time, with their users and items numbered.

    Args:
        users: names by number.
        items: names by number, those that are only known from `facts` included.
        user: (n,) the number of each event's user.
        item: (n,) of its item.
        kind: (n,) its place in `KINDS`.
        at: (n,) seconds since 1970; None where only the order is known.
        facts: by the item's name.
        cases: what a model is measured on, where this is a held-out part.
    """

    users: tuple[str, ...]
    items: tuple[str, ...]
    user: IntArray
    item: IntArray
    kind: IntArray
    at: FloatArray | None
    facts: Mapping[str, Facts] = dataclasses.field(default_factory=dict)
    cases: tuple[Case, ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event], facts: Mapping[str, Facts] | None = None) -> Interactions:
        """Number and sort events; where one has no time, the order in which they came counts for all."""
        rows = list(events)
        known = facts or {}
        users = tuple(dict.fromkeys(row.user for row in rows))
        # Not by when they first appear: where scores tie, the order of the numbers decides, and it must not tell the future.
        items = tuple(
            sorted({row.item for row in rows}.union(known), key=lambda name: (zlib.crc32(name.encode()), name))
        )
        numbers, places = _numbered(users), _numbered(items)
        timed = all(row.at is not None for row in rows)
        user = np.array([numbers[row.user] for row in rows], dtype=np.int64)
        at = np.array([row.at if timed else place for place, row in enumerate(rows)], dtype=np.float64)
        order = np.lexsort((at, user))
        return cls(
            users,
            items,
            user[order],
            np.array([places[row.item] for row in rows], dtype=np.int64)[order],
            np.array([KINDS.index(row.kind) for row in rows], dtype=np.int64)[order],
            at[order] if timed else None,
            known,
        )

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.user)

    def where(self, keep: npt.NDArray[np.bool_]) -> Interactions:
        """Return the events that a mask keeps; users and items keep their numbers."""
        at = None if self.at is None else self.at[keep]
        return dataclasses.replace(
            self, user=self.user[keep], item=self.item[keep], kind=self.kind[keep], at=at, cases=()
        )

    def measured_on(self, cases: Sequence[Case]) -> Interactions:
        """Return the same events with other cases."""
        return dataclasses.replace(self, cases=tuple(cases))

    def starts(self) -> IntArray:
        """Return where each user's events begin, and at last where the last one's end."""
        return np.searchsorted(self.user, np.arange(len(self.users) + 1))

    def histories(self) -> Iterator[tuple[str, tuple[Seen, ...]]]:
        """Yield everybody who has events, with all of them, oldest first."""
        starts = self.starts()
        for number, name in enumerate(self.users):
            if starts[number] < starts[number + 1]:
                yield name, self.between(int(starts[number]), int(starts[number + 1]))

    def between(self, start: int, end: int) -> tuple[Seen, ...]:
        """Return a run of events as a history."""
        return tuple(
            Seen(self.items[item], KINDS[kind])
            for item, kind in zip(self.item[start:end].tolist(), self.kind[start:end].tolist(), strict=True)
        )

    def popularity(self) -> FloatArray:
        """Return how much was done with each item, by `WEIGHTS`; (items,)."""
        return np.bincount(self.item, WEIGHTS[self.kind], len(self.items)).astype(np.float64)


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}
