"""Prices and sales over time: the one table that every price model is fitted on, and how it is read from CSV."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import gzip
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tools.pricing.arrays import BoolArray, FloatArray, IntArray

REQUIRED = ("product", "period", "price", "units")
EXTRAS = (
    "promotion", "cost", "stock", "views", "reviews", "rating", "freight", "tier_share", "returns_rate", "list_price",
)  # fmt: skip
"""Optional numeric columns that are used where a file has them; every ``competitor_*`` column is a competitor's price."""


class PanelError(ValueError):
    """A table that cannot be used: says file, row, column, what was expected and what came."""


@dataclasses.dataclass(frozen=True)
class Labels:
    """A column of names as whole numbers: row `i` has the name ``names[codes[i]]``."""

    names: tuple[str, ...]
    codes: IntArray

    @classmethod
    def of(cls, values: Sequence[str]) -> Labels:
        """Number the names in their own order."""
        names, codes = np.unique(np.array(values, dtype=object).astype(str), return_inverse=True)
        return cls(tuple(map(str, names)), codes.astype(np.int64).reshape(-1))

    def at(self, rows: IntArray | BoolArray) -> Labels:
        """Keep some rows; the numbers stay."""
        return Labels(self.names, self.codes[rows])


@dataclasses.dataclass(frozen=True)
class Panel:
    """One row for each product, store and period in which it was on sale.

    `price` is in major units of one currency and positive; `units` at least 0; `period` is a running number of equal
    spans (weeks, months), `season` the share of the year in [0, 1). What is unknown in `extras` is nan. Rows are ordered by
    store, product and period.
    """

    product: Labels
    store: Labels
    category: Labels
    period: IntArray
    season: FloatArray
    price: FloatArray
    units: FloatArray
    extras: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.price)

    def at(self, rows: IntArray | BoolArray) -> Panel:
        """Keep some rows."""
        return Panel(
            self.product.at(rows),
            self.store.at(rows),
            self.category.at(rows),
            self.period[rows],
            self.season[rows],
            self.price[rows],
            self.units[rows],
            {name: values[rows] for name, values in self.extras.items()},
        )

    @property
    def shelf(self) -> IntArray:
        """The number of each row's product in its store."""
        return np.unique(self.store.codes * len(self.product.names) + self.product.codes, return_inverse=True)[1]

    def category_of(self) -> IntArray:
        """Return the category of each product; of several the last row's."""
        found = np.zeros(len(self.product.names), dtype=np.int64)
        found[self.product.codes] = self.category.codes
        return found


def make_panel(  # noqa: PLR0913  (one argument a column)
    *,
    product: Sequence[str],
    period: Sequence[int] | IntArray,
    price: Sequence[float] | FloatArray,
    units: Sequence[float] | FloatArray,
    store: Sequence[str] | None = None,
    category: Sequence[str] | None = None,
    season: Sequence[float] | FloatArray | None = None,
    extras: Mapping[str, FloatArray] | None = None,
    periods_a_year: int = 52,
) -> Panel:
    """Make a panel of columns of one length; without stores or categories there is one of each."""
    count = len(product)
    times = np.asarray(period, dtype=np.int64)
    made = Panel(
        Labels.of(product),
        Labels.of(store if store is not None else [""] * count),
        Labels.of(category if category is not None else [""] * count),
        times,
        np.asarray(season, dtype=np.float64) if season is not None else (times % periods_a_year) / periods_a_year,
        np.asarray(price, dtype=np.float64),
        np.asarray(units, dtype=np.float64),
        {name: np.asarray(values, dtype=np.float64) for name, values in (extras or {}).items()},
    )
    return made.at(np.lexsort((made.period, made.product.codes, made.store.codes)))


def read_panel(path: Path) -> Panel:
    """Read a CSV file (or ``.csv.gz``; in a folder ``sales.csv``) with a header.

    Columns: ``product``, ``period`` (a day such as 2026-05-31, then weeks are made of it, or a whole number), ``price``,
    ``units``; optional ``store``, ``category``, ``competitor_NAME`` and those of `EXTRAS`. An empty cell is unknown.

    Raises:
        PanelError: names file, row and column.
    """
    source = _file_of(path)
    try:
        raw = source.read_bytes()
        text = (gzip.decompress(raw) if source.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise PanelError(f"{source}: cannot be read ({error})") from error
    reader = csv.DictReader(io.StringIO(text))
    header = reader.fieldnames or []
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise PanelError(f"{source}, row 1: expected the columns {', '.join(REQUIRED)}; {missing[0]!r} is missing")
    return _panel_of(source, list(reader), header)


def _file_of(path: Path) -> Path:
    if not path.is_dir():
        if not path.is_file():
            raise PanelError(f"{path}: there is no such file")
        return path
    for name in ("sales.csv", "sales.csv.gz"):
        if (path / name).is_file():
            return path / name
    raise PanelError(f"{path}: expected sales.csv or sales.csv.gz in this folder")


def _panel_of(source: Path, rows: Sequence[Mapping[str, str | None]], header: Sequence[str]) -> Panel:
    if not rows:
        raise PanelError(f"{source}: expected rows below the header, got none")
    where = _Cells(source, rows)
    days, periods = where.periods()
    extras = [name for name in header if name in EXTRAS or name.startswith("competitor_")]
    return make_panel(
        product=where.names("product"),
        period=periods,
        price=where.numbers("price", above=0.0),
        units=where.numbers("units", least=0.0),
        store=where.names("store") if "store" in header else None,
        category=where.names("category") if "category" in header else None,
        season=days,
        extras={name: where.numbers(name, optional=True) for name in extras},
    )


@dataclasses.dataclass(frozen=True)
class _Cells:
    source: Path
    rows: Sequence[Mapping[str, str | None]]

    def _error(self, number: int, column: str, expected: str, got: object) -> PanelError:
        return PanelError(
            f"{self.source}, row {number + 2}, column {column!r}: expected {expected}, got {str(got)[:60]!r}"
        )

    def names(self, column: str) -> list[str]:
        found = [(row.get(column) or "").strip() for row in self.rows]
        if "" in found and column == "product":
            raise self._error(found.index(""), column, "a name", "")
        return found

    def numbers(
        self, column: str, *, above: float = -math.inf, least: float = -math.inf, optional: bool = False
    ) -> FloatArray:
        found = np.full(len(self.rows), np.nan)
        for number, row in enumerate(self.rows):
            cell = (row.get(column) or "").strip()
            if not cell and optional:
                continue
            value = _number(cell)
            if value is None or value <= above or value < least:
                kind = "a number above 0" if above == 0.0 else "a number of at least 0" if least == 0.0 else "a number"
                raise self._error(number, column, kind, cell)
            found[number] = value
        return found

    def periods(self) -> tuple[FloatArray | None, IntArray]:
        """Return the share of the year, where days are given, and running numbers of weeks."""
        cells = [(row.get("period") or "").strip() for row in self.rows]
        if all(cell.lstrip("-").isdigit() for cell in cells):
            return None, np.array([int(cell) for cell in cells], dtype=np.int64)
        days = []
        for number, cell in enumerate(cells):
            try:
                days.append(dt.date.fromisoformat(cell[:10]))
            except ValueError:
                raise self._error(number, "period", "a day such as 2026-05-31, or whole numbers", cell) from None
        weeks = np.array([day.toordinal() // 7 for day in days], dtype=np.int64)
        return np.array([(day.timetuple().tm_yday - 1) / 366 for day in days]), weeks - weeks.min()


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
