"""Prices and sales over time: the one table that every price model is fitted on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from tools.pricing.arrays import BoolArray, FloatArray, IntArray


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
    aligned: bool = True
    """False: a period of one product is another time than the same number of another one."""

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
            self.aligned,
        )

    @property
    def shelf(self) -> IntArray:
        """The number of each row's product in its store."""
        key = self.store.codes * len(self.product.names) + self.product.codes
        numbers: IntArray = np.unique(key, return_inverse=True)[1].astype(np.int64)
        return numbers

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
    aligned: bool = True,
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
        aligned,
    )
    return made.at(np.lexsort((made.period, made.product.codes, made.store.codes)))


def joined(first: Panel, second: Panel) -> Panel:
    """Return the rows of two panels as one; a row that both have is the second's. Columns that one lacks are nan there."""
    names = sorted({*first.extras, *second.extras})
    key = {_key(second, row) for row in range(len(second))}
    kept = first.at(np.array([row for row in range(len(first)) if _key(first, row) not in key], dtype=np.int64))
    parts = (kept, second)
    return make_panel(
        product=[part.product.names[code] for part in parts for code in part.product.codes],
        store=[part.store.names[code] for part in parts for code in part.store.codes],
        category=[part.category.names[code] for part in parts for code in part.category.codes],
        period=np.concatenate([part.period for part in parts]),
        season=np.concatenate([part.season for part in parts]),
        price=np.concatenate([part.price for part in parts]),
        units=np.concatenate([part.units for part in parts]),
        extras={
            name: np.concatenate([part.extras.get(name, np.full(len(part), np.nan)) for part in parts])
            for name in names
        },
    )


def _key(panel: Panel, row: int) -> tuple[str, str, int]:
    return (
        panel.store.names[panel.store.codes[row]],
        panel.product.names[panel.product.codes[row]],
        int(panel.period[row]),
    )
