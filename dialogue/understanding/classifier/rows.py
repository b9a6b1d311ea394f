"""Labelled texts as people keep them: JSON lines with ``text``, ``intent`` (or ``label``), ``slots``, and ``lang`` where it is known.

``slots`` are either ``{"city": "Paris", "day": ["Monday", "Tuesday"]}``, as one writes by hand: each value is sought in the text; or
``[{"start": 8, "end": 13, "label": "city"}]``, as annotation tools write, in characters, the end not included.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from dialogue.errors import DialogueError
from dialogue.understanding.slots import Slot
from dialogue.understanding.slots.marks import SlotsError, marked

OUTSIDE = frozenset({"oos", "out_of_scope"})
"""Labels that say: none of the others."""


class RowsError(DialogueError):
    """A file of labelled texts that cannot be read; says file, line and what was expected."""


@dataclasses.dataclass(frozen=True)
class Row:
    """A text with its label. Rows of one `group` are kept on one side wherever rows are held out; None: a group of its own."""

    text: str
    label: str
    """Empty: nobody said; such a row teaches slots alone."""
    lang: str = ""
    group: str | None = None
    weight: float = 1.0
    """How much it counts: below 1 for a row of a neighbouring subject, which then teaches but sets no temperature."""
    also: tuple[str, ...] = ()
    """Further labels, where a text can have several."""
    slots: tuple[Slot, ...] | None = None
    """All slots of the text by their place; None: nobody marked them."""

    @property
    def outside(self) -> bool:
        """Whether it is marked as belonging to none of the labels."""
        return self.label in OUTSIDE


def read_rows(path: Path) -> list[Row]:
    """Read a file.

    Raises:
        RowsError: absent, not UTF-8, a line that is no such object, or no row at all.
    """
    rows = [_row(path, number, fields) for number, fields in json_lines(path)]
    if not rows:
        raise RowsError(f'{path} is empty: expected lines like {{"text": "...", "intent": "..."}}')
    return rows


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield line numbers, from 1, and objects; empty lines are passed over.

    Raises:
        RowsError.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RowsError(f"{path} is not UTF-8 text") from error
    except OSError as error:
        raise RowsError(f"{path} cannot be read ({error.strerror or type(error).__name__})") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _object(path, number, line)


def _object(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise RowsError(f"{path}, line {number}: no JSON ({error})") from error
    if not isinstance(found, dict):
        raise RowsError(f"{path}, line {number}: expected a JSON object, got {line[:60]!r}")
    return found


def _row(path: Path, number: int, fields: dict[str, object]) -> Row:
    text = fields.get("text")
    label = fields.get("intent", fields.get("label"))
    lang = fields.get("lang") or ""
    if not isinstance(text, str) or not text.strip():
        raise RowsError(f'{path}, line {number}: expected a "text" with words in it, got {text!r}')
    if label is None and "slots" in fields:
        label = ""
    elif not isinstance(label, str) or not label:
        raise RowsError(f'{path}, line {number}: expected an "intent" or "label", got {label!r}')
    try:
        return Row(text, label, str(lang), slots=marked(text, fields.get("slots")))
    except SlotsError as error:
        raise RowsError(f"{path}, line {number}: {error}") from error


def languages(rows: Sequence[Row]) -> list[str]:
    """Return the languages that rows name, sorted."""
    return sorted({row.lang for row in rows if row.lang})
