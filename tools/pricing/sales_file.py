"""Prices and sales from somebody's own CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tools.fitted import DataError
from tools.fitted.columns import Cells, read_csv
from tools.pricing.arrays import FloatArray
from tools.pricing.panel import Panel, make_panel

REQUIRED = ("product", "period", "price", "units")
EXTRAS = (
    "promotion", "cost", "stock", "views", "reviews", "rating", "freight", "tier_share", "returns_rate",
)  # fmt: skip
"""Optional numeric columns that are used where a file has them; every ``competitor_*`` column is a competitor's price."""
WANTS = (
    "a CSV with product, period (a day such as 2026-05-31, or the running number of a week or month), price and units; optional store, "
    f"category, competitor_NAME, {', '.join(EXTRAS)}; in a folder sales.csv"
)


def read_sales(path: Path) -> Panel:
    """Read a CSV file (or ``.csv.gz``; in a folder ``sales.csv``) with a header; days are gathered into weeks.

    Raises:
        DataError: names file, row and column.
    """
    source = next((path / name for name in ("sales.csv", "sales.csv.gz") if (path / name).is_file()), path)
    rows = list(read_csv(source, needs=REQUIRED))
    if not rows:
        raise DataError(source, "rows below the header", "none")
    _check(rows)
    days = [_day(row) for row in rows]
    periods = [
        day.toordinal() // 7 if day is not None else row.read("period", int, "a whole number like the rows before")
        for row, day in zip(rows, days, strict=True)
    ]
    _check_kind(rows, days)
    seasons = [(day.timetuple().tm_yday - 1) / 366 for day in days if day is not None]
    names = [name for name in rows[0] if name in EXTRAS or name.startswith("competitor_")]
    return make_panel(
        product=[row.text("product") for row in rows],
        period=periods,
        price=[_price(row) for row in rows],
        units=[row.number("units", least=0) for row in rows],
        store=[row.get("store", "") for row in rows],
        category=[row.get("category", "") for row in rows],
        season=seasons or None,
        extras={name: _column(rows, name) for name in names},
    )


def _price(row: Cells) -> float:
    def kind(cell: str) -> float:
        value = float(cell)
        if not 0 < value < float("inf"):
            raise ValueError
        return value

    return row.read("price", kind, "a number above 0")


def _day(row: Cells) -> dt.date | None:
    cell = row["period"]
    if cell.lstrip("-").isdigit():
        return None
    return row.read(
        "period", lambda text: dt.date.fromisoformat(text[:10]), "a day such as 2026-05-31, or a whole number"
    )


def _check_kind(rows: Sequence[Cells], days: Sequence[dt.date | None]) -> None:
    for row, day in zip(rows, days, strict=True):
        if (day is None) != (days[0] is None):
            expected = "a whole number like the rows before" if days[0] is None else "a day like the rows before"
            raise DataError(row.path, expected, repr(row["period"]), row=row.row, column="period")


def _column(rows: Sequence[Cells], name: str) -> FloatArray:
    return np.array([float("nan") if not row[name] else row.number(name) for row in rows])


def _check(rows: Sequence[Cells]) -> None:
    """Refuse two rows for one product, store and period: which price was it sold at?"""
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row["product"], row.get("store", ""), row["period"])
        if key in seen:
            came = f"a second one (the first is row {seen[key]})"
            raise DataError(row.path, "one row for each product, store and period", came, row=row.row, column="period")
        seen[key] = row.row
