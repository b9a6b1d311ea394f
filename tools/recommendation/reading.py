"""Reading events from somebody's own CSV."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from tools.fitted import DataError
from tools.fitted.columns import Cells, read_csv
from tools.recommendation.events import KINDS, Event, Facts, Interactions, Kind

WANTS = (
    "a CSV, one row an event: user, item, and if there: at (a time; without it each user's rows stand in the order of time), kind (view, cart or "
    "buy; buy without it), and of the item category, brand, price, title"
)
_NAMES: dict[str, Kind] = {
    **{kind: kind for kind in KINDS}, "click": "view", "pv": "view", "purchase": "buy", "order": "buy", "add_to_cart": "cart", "transaction": "buy",
}  # fmt: skip


def read_interactions(path: Path) -> Interactions:
    """Read a file.

    Raises:
        DataError.
    """
    facts: dict[str, Facts] = {}
    found = Interactions.of(_events(path, facts), facts)
    if not len(found):
        raise DataError(path, "rows with user, item", "none")
    return found


def _events(path: Path, facts: dict[str, Facts]) -> Iterator[Event]:
    """Yield the rows and note what they say of the items; the last row that says something of an item counts."""
    timed: bool | None = None
    for cells in read_csv(path, needs=("user", "item")):
        at = cells.time("at").timestamp() if cells.get("at", "") else None
        if timed is not None and timed != (at is not None):
            raise DataError(
                path, "a time in every row or in none", repr(cells.get("at", "")), row=cells.row, column="at"
            )
        timed = at is not None
        item = cells.text("item")
        if described := _facts(cells):
            facts[item] = described
        kind = cells.optional("kind", _kind, f"one of {', '.join(_NAMES)}") or "buy"
        yield Event(cells.text("user"), item, kind, at)


def _kind(cell: str) -> Kind:
    if cell.lower() not in _NAMES:
        raise ValueError
    return _NAMES[cell.lower()]


def _facts(cells: Cells) -> Facts | None:
    price = cells.number("price", least=0) if cells.get("price", "") else None
    text = " ".join(cells.get(column, "") for column in ("title", "category", "brand")).strip()
    if price is None and not text:
        return None
    minor = int((Decimal(str(price)) * 100).to_integral_value()) if price is not None else None
    return Facts(cells.get("category", ""), cells.get("brand", ""), minor, text)
