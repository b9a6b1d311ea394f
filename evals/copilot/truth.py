"""The answers, worked out from the invoice lines with numpy and without the copilot's layer, its SQL or the shop's database.

An expectation is a mapping: ``of`` a measure, ``from`` and ``to`` (London's days, both included), and as needed ``by``, ``n``, ``least``,
``where`` and ``not`` ({country|product|customer: [...]}), ``weekdays`` (1 Monday to 7), ``against`` ([from, to]), ``share``, ``per`` (day, week,
month).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.copilot.invoices import Invoices

Value = int | float | None
Mask = npt.NDArray[np.bool_]
_COLUMNS = ("country", "product", "customer")


@dataclasses.dataclass(frozen=True)
class Truth:
    """What an answer must be: the whole, the whole before, and the groups in order, each with its value, the one before, its share."""

    total: Value
    before: Value = None
    groups: tuple[tuple[str, Value, Value, float | None], ...] = ()


class Books:
    """The invoice lines as columns."""

    def __init__(self, invoices: Invoices) -> None:
        lines = invoices.lines
        self.text: dict[str, npt.NDArray[np.str_]] = {
            "country": np.array([line.country for line in lines]),
            "product": np.array([line.code for line in lines]),
            "customer": np.array([line.customer for line in lines]),
            "invoice": np.array([line.invoice for line in lines]),
        }
        self.codes = {name: np.unique(column, return_inverse=True)[1] for name, column in self.text.items()}
        self.at = np.array([line.at for line in lines], dtype="datetime64[m]")
        self.day = self.at.astype("datetime64[D]")
        self.quantity = np.array([line.quantity for line in lines], dtype=np.int64)
        self.pence = self.quantity * np.array([line.pence for line in lines], dtype=np.int64)
        first: dict[str, str] = {}
        for line in lines:
            first[line.customer] = min(first.get(line.customer, line.at), line.at)
        self.is_first = self.at == np.array([first[line.customer] for line in lines], dtype="datetime64[m]")
        self.note_day = np.array([note.at[:10] for note in invoices.notes], dtype="datetime64[D]")
        self.note_pence = np.array([note.pence for note in invoices.notes], dtype=np.int64)
        self.refunded = np.isin(self.text["invoice"], np.array([note.invoice for note in invoices.notes]))
        self.first_at = {customer: np.datetime64(at, "D") for customer, at in first.items()}

    def answer(self, asked: Mapping[str, Any]) -> Truth:
        """Return what an expectation comes to."""
        span = (_day(asked["from"]), _day(asked["to"]))
        measure = str(asked["of"])
        if measure in {"refunds", "refund_count"}:
            return self._of_notes(asked, span)
        now = self._mask(asked, span)
        then = self._mask(asked, tuple(map(_day, asked["against"]))) if "against" in asked else None
        total, before = self._measure(measure, now), self._measure(measure, then) if then is not None else None
        if per := asked.get("per"):
            return Truth(
                _averaged(total, span, per),
                _averaged(before, tuple(map(_day, asked["against"])), per) if then is not None else None,
            )
        if "by" not in asked:
            return Truth(total, before)
        return Truth(total, before, self._groups(asked, now, then, total, span))

    def _of_notes(self, asked: Mapping[str, Any], span: tuple[Any, Any]) -> Truth:
        found = []
        for start, end in (span, tuple(map(_day, asked["against"])) if "against" in asked else (None, None)):
            inside = (self.note_day >= start) & (self.note_day <= end) if start is not None else None
            whole = (
                None
                if inside is None
                else int(self.note_pence[inside].sum() if asked["of"] == "refunds" else inside.sum())
            )
            found.append(whole)
        if "by" not in asked:
            return Truth(found[0], found[1])
        key, inside = _step(asked["by"]), (self.note_day >= span[0]) & (self.note_day <= span[1])
        sums = dict.fromkeys(_steps(span, key), 0)
        for day, pence in zip(self.note_day[inside], self.note_pence[inside], strict=True):
            sums[key(day)] += int(pence) if asked["of"] == "refunds" else 1
        return Truth(found[0], found[1], tuple((step, value, None, None) for step, value in _limited(asked, sums)))

    def _mask(self, asked: Mapping[str, Any], span: Sequence[Any]) -> Mask:
        mask: Mask = (self.day >= span[0]) & (self.day <= span[1])
        for name, wanted in asked.get("where", {}).items():
            mask &= np.isin(self.text[name], wanted)
        for name, wanted in asked.get("not", {}).items():
            mask &= ~np.isin(self.text[name], wanted)
        if "weekdays" in asked:
            mask &= np.isin((self.day.astype(np.int64) + 3) % 7 + 1, asked["weekdays"])
        return mask

    def _measure(self, name: str, mask: Mask) -> Value:
        return _MEASURES[name](self, mask)

    def different(self, column: str, mask: Mask) -> int:
        """Count the different values of a column."""
        return len(np.unique(self.codes[column][mask]))

    def repeaters(self, mask: Mask) -> int:
        """Count the customers with two or more invoices."""
        pairs = np.unique(np.stack([self.codes["customer"][mask], self.codes["invoice"][mask]], axis=1), axis=0)
        return int((np.unique(pairs[:, 0], return_counts=True)[1] >= 2).sum()) if len(pairs) else 0

    def _groups(
        self, asked: Mapping[str, Any], now: Mask, then: Mask | None, total: Value, span: tuple[Any, Any]
    ) -> tuple[tuple[str, Value, Value, float | None], ...]:
        by, measure = asked["by"], str(asked["of"])
        if by in _COLUMNS:
            masks = {
                str(each): self.text[by] == each
                for each in np.unique(self.text[by][now if then is None else now | then])
            }
        else:
            key = _step(by)
            if by == "hour":
                labels = np.array([f"{each:02d}" for each in (self.at.astype(np.int64) // 60) % 24])
            else:
                days, inverse = np.unique(self.day, return_inverse=True)
                labels = np.array([key(day) for day in days])[inverse]
            masks = {step: labels == step for step in _steps(span, key, by)}
        values = {name: self._measure(measure, now & mask) for name, mask in masks.items()}
        olds = {name: self._measure(measure, then & mask) for name, mask in masks.items()} if then is not None else {}
        shown = _limited(asked, values)
        only = asked.get("only")
        shares = {
            name: value / total if asked.get("share") and total and value is not None else None
            for name, value in values.items()
        }
        return tuple(
            (name, value, olds.get(name), shares[name]) for name, value in shown if only is None or name in only
        )


_MEASURES: dict[str, Callable[[Books, Mask], Value]] = {
    "revenue": lambda books, mask: int(books.pence[mask].sum()),
    "units": lambda books, mask: int(books.quantity[mask].sum()),
    "orders": lambda books, mask: books.different("invoice", mask),
    "buyers": lambda books, mask: books.different("customer", mask),
    "products_sold": lambda books, mask: books.different("product", mask),
    "aov": lambda books, mask: _pence(int(books.pence[mask].sum()), books.different("invoice", mask)),
    "price": lambda books, mask: _pence(int(books.pence[mask].sum()), int(books.quantity[mask].sum())),
    "per_buyer": lambda books, mask: _pence(int(books.pence[mask].sum()), books.different("customer", mask)),
    "basket": lambda books, mask: _over(int(books.quantity[mask].sum()), books.different("invoice", mask)),
    "frequency": lambda books, mask: _over(books.different("invoice", mask), books.different("customer", mask)),
    "new_customers": lambda books, mask: books.different("customer", mask & books.is_first),
    "new_share": lambda books, mask: _over(books.different("customer", mask & books.is_first), books.different("customer", mask)),
    "repeat_buyers": lambda books, mask: books.repeaters(mask),
    "repeat_rate": lambda books, mask: _over(books.repeaters(mask), books.different("customer", mask)),
    "refund_rate": lambda books, mask: _over(books.different("invoice", mask & books.refunded), books.different("invoice", mask)),
}  # fmt: skip


def _over(top: int, bottom: int) -> float | None:
    return top / bottom if bottom else None


def _pence(top: int, bottom: int) -> int | None:
    """Divide to whole pence, half a penny to the even one."""
    if not bottom:
        return None
    whole, rest = divmod(top, bottom)
    return whole + (2 * rest > bottom or (2 * rest == bottom and whole % 2 == 1))


def _day(day: object) -> np.datetime64:
    return np.datetime64(str(day), "D")


def _averaged(total: Value, span: Sequence[Any], per: str) -> Value:
    days = int((span[1] - span[0]).astype(int)) + 1
    months = int(span[1].astype("datetime64[M]").astype(int) - span[0].astype("datetime64[M]").astype(int)) + 1
    return None if total is None else total / {"day": days, "week": days / 7, "month": months}[per]


def _step(by: str) -> Callable[[np.datetime64], str]:
    def of(day: np.datetime64) -> str:
        date: dt.date = day.astype("datetime64[D]").item()
        return {
            "day": date.isoformat(),
            "week": (date - dt.timedelta(days=date.isoweekday() - 1)).isoformat(),
            "month": date.isoformat()[:7],
            "quarter": f"{date.year}-Q{-(-date.month // 3)}",
            "year": str(date.year),
            "weekday": str(date.isoweekday()),
            "hour": "",
        }[by]

    return of


def _steps(span: Sequence[Any], key: Callable[[np.datetime64], str], by: str = "") -> list[str]:
    if by == "hour":
        return [f"{hour:02d}" for hour in range(24)]
    if by == "weekday":
        return [str(day) for day in range(1, 8)]
    return list(dict.fromkeys(key(day) for day in np.arange(span[0], span[1] + 1)))


def _limited(asked: Mapping[str, Any], values: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """Put groups in the order of their figures, or a whole trend in that of time."""
    if asked["by"] not in _COLUMNS and "n" not in asked:
        return list(values.items())
    sign = 1 if asked.get("least") else -1
    found: list[tuple[str, Value]] = [(name, value) for name, value in values.items() if value is not None]
    found.sort(key=lambda pair: (sign * (pair[1] or 0), pair[0]))
    return found if asked.get("only") else found[: asked.get("n", 10)]
