"""Reading events from somebody's own CSV.

One row an event, in any order. Columns: ``at`` (ISO 8601), ``account``, ``amount`` (major units), ``bad`` (1 or true: it
turned out as fraud; empty: not known), and where there are any ``id``, ``card``, ``device``, ``address``, ``ip``, ``merchant``, ``channel``,
``browser``, ``signed_up_at``, ``emulator``, ``modified``, ``automated``. `ALIASES` has other names that are understood; further columns are left alone,
sex and age among them: people are not judged by what they are.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tools.fitted import DataError
from tools.fitted.columns import Cells, moment, read_csv
from tools.risk.events import Event, Events

ALIASES = {
    "at": ("at", "transaction_date", "purchase_time", "placed_at", "created_at", "timestamp"),
    "account": ("account", "user_id", "customer_id", "account_id"),
    "amount": ("amount", "transaction_amount", "purchase_value", "total"),
    "bad": ("bad", "has_cbk", "class", "label", "is_fraud", "fraud", "chargeback"),
    "id": ("id", "transaction_id", "order_id"),
    "card": ("card", "card_number", "card_fingerprint"),
    "device": ("device", "device_id"),
    "address": ("address",),
    "ip": ("ip", "ip_address"),
    "merchant": ("merchant", "merchant_id"),
    "channel": ("channel", "source"),
    "browser": ("browser",),
    "signed_up_at": ("signed_up_at", "signup_time"),
    "emulator": ("emulator",),
    "modified": ("modified", "rooted", "jailbroken"),
    "automated": ("automated", "bot", "webdriver"),
}
"""Column -> names that it may have, the first that is there."""
NEEDED = ("at", "account", "amount", "bad")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read_events(path: Path) -> Events:
    """Read a file.

    Raises:
        DataError.
    """
    events = []
    named: dict[str, str] = {}
    for cells in read_csv(path, needs=()):
        if not named:
            named = _named(path, cells)
        events.append(_event(cells, named))
    if not events:
        raise DataError(path, f"rows with {', '.join(NEEDED)}", "none")
    return Events.of(events)


def _named(path: Path, cells: Cells) -> dict[str, str]:
    found = {column: next((name for name in names if name in cells), "") for column, names in ALIASES.items()}
    for column in NEEDED:
        if not found[column]:
            there = ", ".join(cells)[:200]
            raise DataError(
                path, f"a column of that name, or {', '.join(ALIASES[column][1:])}", there, row=1, column=column
            )
    return {column: name for column, name in found.items() if name}


def _event(cells: Cells, named: dict[str, str]) -> Event:
    def text(column: str) -> str:
        return cells.get(named.get(column, ""), "")

    def flag(column: str) -> bool | None:
        return cells.flag(named[column]) if text(column) else None

    return Event(
        id=text("id") or str(cells.row),
        at=cells.read(named["at"], _local, "a time such as 2026-03-01T18:30:00"),
        account=cells.text(named["account"]),
        amount_minor=cells.read(named["amount"], _minor, "an amount of 0 or more, such as 12.50"),
        signed_up_at=cells.read(named["signed_up_at"], _local, "a time such as 2026-03-01T18:30:00")
        if text("signed_up_at")
        else None,
        emulator=flag("emulator"),
        modified=flag("modified"),
        automated=flag("automated"),
        bad=flag("bad"),
        card=text("card"),
        device=text("device"),
        address=text("address"),
        ip=text("ip"),
        merchant=text("merchant"),
        channel=text("channel"),
        browser=text("browser"),
        issuer=text("card")[:6] if text("card")[:6].isdecimal() else "",
    )


def _local(cell: str) -> dt.datetime:
    """Return a time in its own zone, UTC without one; a 31st of a month of 30 days is the day after its last, as some systems write."""
    day = _DAY.match(cell)
    if day is None:
        raise ValueError
    year, month, number = map(int, day.groups())
    if not 1 <= month <= 12:
        raise ValueError
    over = max(0, number - calendar.monthrange(year, month)[1]) if number <= 31 else 0
    cell = f"{year:04d}-{month:02d}-{number - over:02d}{cell[day.end() :]}"
    found = dt.datetime.fromisoformat(cell) + dt.timedelta(days=over)
    return found if found.tzinfo is not None else moment(cell) + dt.timedelta(days=over)


def _minor(cell: str) -> int:
    try:
        amount = Decimal(cell)
    except InvalidOperation:
        raise ValueError from None
    if not amount.is_finite() or not 0 <= amount <= 10**12:
        raise ValueError
    return int((amount * 100).to_integral_value())
