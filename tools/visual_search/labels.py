"""A shop's own labels of what its pictures show, one a row: ``picture-labels.csv`` in its data folder, or wherever ``--data`` says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.fitted import DataError
from tools.fitted.columns import Cells, read_csv

FILE = "picture-labels.csv"
MOST_ATTRIBUTES = 400
Labels = dict[str, dict[str, str]]
"""Product or file -> attribute -> value."""


def read_labels(path: Path, names: tuple[str, ...] = ("product", "file")) -> Labels:
    """Read ``product`` or ``file``, ``attribute``, ``value``; the first of `names` that a row has says what is labelled.

    Raises:
        DataError: names file, row and column; also where one thing gets two values of an attribute, or there are over `MOST_ATTRIBUTES`.
    """
    found: Labels = {}
    attributes: set[str] = set()
    for cells in read_csv(path, needs=("attribute", "value")):
        thing = next((cells[name] for name in names if cells.get(name, "")), "")
        if not thing:
            raise DataError(path, " or ".join(names), "neither", row=cells.row, column=names[0])
        _add(found.setdefault(thing, {}), cells)
        attributes.add(cells["attribute"].lower())
        if len(attributes) > MOST_ATTRIBUTES:
            raise DataError(path, f"at most {MOST_ATTRIBUTES} attributes", str(len(attributes)), row=cells.row)
    return found


def _add(known: dict[str, str], cells: Cells) -> None:
    attribute, value = cells.text("attribute").lower(), cells.text("value").lower()
    before = known.setdefault(attribute, value)
    if before != value:
        raise DataError(
            cells.path, f"one value of {attribute}; it was {before} before", value, row=cells.row, column="value"
        )


def of(labels: Mapping[str, Mapping[str, str]], *things: str) -> dict[str, str]:
    """Return what is said of a product and of its file together; the last named counts."""
    return {name: value for thing in things for name, value in labels.get(thing, {}).items()}
