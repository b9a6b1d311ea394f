"""Measures slots as CoNLL-2000 and xSID do: right is a slot with exactly the marked boundaries and label; micro-averaged."""

from __future__ import annotations

import statistics
import time
from collections.abc import Hashable, Sequence

import numpy as np

from dialogue.understanding.classifier import Row
from dialogue.understanding.classifier.rows import languages
from dialogue.understanding.slots import Slot, SlotFinder
from evals.benchmarks.figures import IntArray, bootstrapped
from knowledge.types import JsonObject

Found = Sequence[Slot]
_TIMED = 200


def f1(rows: Sequence[Row], found: Sequence[Found], of: str, *, units: Sequence[Hashable] | None = None) -> JsonObject:
    """Return the micro-averaged F1 over the slots of all rows; None where none is marked and none found.

    Args:
        units: which unit each row belongs to, where rows are not independent.
    """
    wanted, got, right = counts(rows, found)

    def statistic(some: IntArray) -> float:
        return _ratio(2 * int(right[some].sum()), int(wanted[some].sum() + got[some].sum()))

    figure = bootstrapped(range(len(rows)) if units is None else units, statistic, of, unit="message")
    return {**figure, "slots": int(wanted.sum())}


def judge(finder: SlotFinder, rows: Sequence[Row], found: Sequence[Found], of: str) -> JsonObject:
    """Return every figure that rows with marked slots give: over all, by language, by label."""
    whole = _scores(rows, found)
    told: JsonObject = {
        "slot_f1": f1(rows, found, of),
        "slot_precision": whole["precision"],
        "slot_recall": whole["recall"],
    }
    for lang in languages(rows):
        mine = [(row, slots) for row, slots in zip(rows, found, strict=True) if row.lang == lang]
        told[f"slot_f1_{lang}"] = f1([row for row, _ in mine], [slots for _, slots in mine], of)
    labels = sorted(
        {slot.label for row in rows for slot in row.slots or ()} | {slot.label for some in found for slot in some}
    )
    by_label = {label: _scores(rows, found, label) for label in labels}
    return {**told, "slots_by_label": by_label, "slots_ms_per_message": milliseconds(finder, rows)}


def counts(
    rows: Sequence[Row], found: Sequence[Found], label: str | None = None
) -> tuple[IntArray, IntArray, IntArray]:
    """Return how many slots (of a label) each row wants, gets, and gets right, each ``[rows]``."""
    pairs = [(_of(row.slots or (), label), _of(slots, label)) for row, slots in zip(rows, found, strict=True)]
    each = np.array([(len(want), len(got), len(want & got)) for want, got in pairs], dtype=np.int64).reshape(-1, 3)
    return each[:, 0], each[:, 1], each[:, 2]


def _of(slots: Found, label: str | None) -> set[Slot]:
    return {slot for slot in slots if label is None or slot.label == label}


def _scores(rows: Sequence[Row], found: Sequence[Found], label: str | None = None) -> JsonObject:
    wanted, got, right = (int(each.sum()) for each in counts(rows, found, label))
    ratios = {"precision": _ratio(right, got), "recall": _ratio(right, wanted), "f1": _ratio(2 * right, wanted + got)}
    return {"n": wanted, **{name: None if np.isnan(ratio) else round(ratio, 4) for name, ratio in ratios.items()}}


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def milliseconds(finder: SlotFinder, rows: Sequence[Row]) -> float:
    """Return the median time of one message, without the intent's."""
    taken = []
    for row in rows[:_TIMED]:
        started = time.perf_counter()
        finder.find(row.text, {row.label: 1.0} if row.label else {})
        taken.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(taken), 2)
