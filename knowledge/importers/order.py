"""Puts the rows of a tree into an order in which every parent comes first."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.importers.base import Unit


def parents_first(units: Sequence[Unit], key: str, parent: str) -> list[Unit]:
    """Return single-row units of one table, each after the unit that it names as its parent.

    Units of a circle keep their order; the loader refuses them for want of a parent.
    """
    by_key = {unit.rows[0].values.get(key): unit for unit in units if unit.rows}
    placed: set[int] = set()
    ordered: list[Unit] = []
    for unit in units:
        line: list[Unit] = []
        following: Unit | None = unit
        while following is not None and id(following) not in placed:
            placed.add(id(following))
            line.append(following)
            following = by_key.get(following.rows[0].values.get(parent)) if following.rows else None
        ordered.extend(reversed(line))
    return ordered
