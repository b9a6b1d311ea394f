"""What was there before an event: counts, sums, gaps and links by account, card, device, address and network.

`History.features` reads and `History.add` writes, so that a feature can know nothing of the event's future: an event is
read before it, or any later one, is added.

Each key keeps its last `KEPT` events, so that a score in service needs no more of the past than training has seen, and costs the
same for a key of a million events. A key of more than `CROWD` accounts (a public network, a parcel shop) links nobody.
"""

from __future__ import annotations

import bisect
import dataclasses
import math
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from tools.risk.events import LINKS, Event

KEPT = 200
CROWD = 20
HOUR_S, DAY_S = 3_600, 86_400
WINDOWS = {"1h": HOUR_S, "1d": DAY_S, "7d": 7 * DAY_S, "30d": 30 * DAY_S}
KEYS = ("account", *LINKS)
PLACES = ("merchant", "issuer")
"""What an event happens at: with habits of its own, which are nobody's guilt."""
PRIOR = 5.0
"""How many events of the shop's usual habit every place begins with."""
_LATE = (19, 3)
"""Hours of the evening and the night."""
Row = npt.NDArray[np.float32]


@dataclasses.dataclass(slots=True)
class _Past:
    """The last events of a key."""

    at: list[float] = dataclasses.field(default_factory=list)
    amounts: list[float] = dataclasses.field(default_factory=list)
    total: int = 0
    peak: int = 0
    """The most events within an hour so far."""
    others: dict[str, dict[str, None]] = dataclasses.field(default_factory=dict)
    """Different accounts, cards, devices, ... seen with it, `KEPT` at most."""

    def within(self, now: float, seconds: float) -> int:
        return len(self.at) - bisect.bisect_left(self.at, now - seconds)

    def add(self, now: float, amount: float) -> None:
        self.at.append(now)
        self.amounts.append(amount)
        self.total += 1
        self.peak = max(self.peak, self.within(now, HOUR_S))
        if len(self.at) > KEPT:
            del self.at[0], self.amounts[0]

    def see(self, kind: str, value: str) -> None:
        seen = self.others.setdefault(kind, {})
        if len(seen) < KEPT:
            seen[value] = None


@dataclasses.dataclass(slots=True)
class _Place:
    """The habits of a place: running sums."""

    past: _Past = dataclasses.field(default_factory=_Past)
    repeats: float = 0.0
    late: float = 0.0
    log_amount: float = 0.0


def _names() -> dict[str, int]:
    """Return the features with the sign of their effect that sense demands, 0 where it demands none.

    Many events in a short time may only raise the risk, and so may an emulator. Much use over long, or many accounts, may
    not: a family's tablet and a parcel shop have both. Nor is a young account always the worse one.
    """
    found = {"amount": 1, "no_device": 0, "since_signup_s": 0, "emulator": 1, "modified": 1, "automated": 1}
    found |= {"new_device": 0, "new_card": 0, "amount_ratio": 0, "account_cards": 0, "account_devices": 0, "linked": 0}
    for key in KEYS:
        found |= {f"{key}_n_1h": 1, f"{key}_n_1d": 1, f"{key}_n_7d": 1, f"{key}_n_30d": 0, f"{key}_n": 0}
        found |= {f"{key}_gap_s": -1, f"{key}_peak_1h": 0, f"{key}_sum_1d": 1, f"{key}_sum": 0}
        if key != "account":
            found[f"{key}_accounts"] = 0
    for place in PLACES:
        found |= {f"{place}_n_1d": 0, f"{place}_n_7d": 0, f"{place}_n": 0, f"{place}_sum_1d": 0, f"{place}_gap_s": 0}
        found |= {f"{place}_repeats": 1, f"{place}_late": 0, f"{place}_log_amount": 0, f"{place}_ratio": 0}
    return found


SIGNS = _names()
"""Feature -> 1: may only raise the risk, -1: may only lower it, 0: either."""
FEATURES = tuple(SIGNS)


class History:
    """The past of a sequence of events, one event after the other."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], _Past] = defaultdict(_Past)
        self._places: dict[tuple[str, str], _Place] = defaultdict(_Place)
        self._usual = _Place()

    def features(self, event: Event) -> Row:
        """Return the features of an event by what came before it, ``[FEATURES]`` as float32; nan where nothing can be said."""
        now, found = event.at.timestamp(), dict.fromkeys(FEATURES, math.nan)
        amount = event.amount_minor / 100
        found |= {
            "amount": amount,
            "no_device": float(not event.device),
            "emulator": _flag(event.emulator),
            "modified": _flag(event.modified),
            "automated": _flag(event.automated),
            "linked": float(len(self.linked(event))),
        }
        if event.signed_up_at is not None:
            found["since_signup_s"] = max(0.0, now - event.signed_up_at.timestamp())
        for key, value in _values(event).items():
            found |= self._of_key(key, value, now, event.account)
        found |= self._of_account(event, amount)
        for place, value in _places(event).items():
            found |= self._of_place(place, value, now, amount)
        return np.array([found[name] for name in FEATURES], dtype=np.float32)

    def linked(self, event: Event) -> set[str]:
        """Return the other accounts seen with a card, device, address or network of the event."""
        found: set[str] = set()
        for link in LINKS:
            value = getattr(event, link)
            past = self._keys.get((link, value)) if value else None
            accounts = past.others.get("account", {}) if past else {}
            if len(accounts) <= CROWD:
                found |= accounts.keys()
        return found - {event.account}

    def _of_key(self, key: str, value: str, now: float, account: str) -> dict[str, float]:
        past = self._keys.get((key, value))
        if past is None:
            past = _Past()
        found = {f"{key}_n_{window}": float(past.within(now, seconds)) for window, seconds in WINDOWS.items()}
        found |= {f"{key}_n": float(min(past.total, KEPT)), f"{key}_peak_1h": float(past.peak)}
        day = past.within(now, DAY_S)
        found |= {f"{key}_sum_1d": sum(past.amounts[len(past.amounts) - day :]), f"{key}_sum": sum(past.amounts)}
        if past.at:
            found[f"{key}_gap_s"] = now - past.at[-1]
        if key != "account":
            found[f"{key}_accounts"] = float(len(past.others.get("account", {}).keys() - {account}))
        return found

    def _of_account(self, event: Event, amount: float) -> dict[str, float]:
        past = self._keys.get(("account", event.account))
        if past is None:
            return {"account_cards": 0.0, "account_devices": 0.0}
        cards, devices = past.others.get("card", {}), past.others.get("device", {})
        return {
            "account_cards": float(len(cards)),
            "account_devices": float(len(devices)),
            "new_card": float(event.card not in cards) if event.card else math.nan,
            "new_device": float(event.device not in devices) if event.device else math.nan,
            "amount_ratio": amount / (sum(past.amounts) / len(past.amounts) + 0.01),
        }

    def _of_place(self, place: str, value: str, now: float, amount: float) -> dict[str, float]:
        found = self._places.get((place, value)) or _Place()
        past, usual, n = found.past, self._usual, float(found.past.total)
        whole = max(1.0, float(usual.past.total))
        day = past.within(now, DAY_S)
        log_amount = (found.log_amount + PRIOR * usual.log_amount / whole) / (n + PRIOR)
        return {
            f"{place}_n_1d": float(day),
            f"{place}_n_7d": float(past.within(now, WINDOWS["7d"])),
            f"{place}_n": min(n, float(KEPT)),
            f"{place}_sum_1d": sum(past.amounts[len(past.amounts) - day :]),
            f"{place}_gap_s": now - past.at[-1] if past.at else math.nan,
            f"{place}_repeats": (found.repeats + PRIOR * usual.repeats / whole) / (n + PRIOR),
            f"{place}_late": (found.late + PRIOR * usual.late / whole) / (n + PRIOR),
            f"{place}_log_amount": log_amount,
            f"{place}_ratio": math.log1p(amount) - log_amount,
        }

    def add(self, event: Event) -> None:
        """Let an event become the past."""
        now, amount = event.at.timestamp(), event.amount_minor / 100
        values = _values(event)
        repeats = any(self._seen_within_a_day(key, values.get(key, ""), now) for key in ("account", "card", "device"))
        for key, value in values.items():
            past = self._keys[key, value]
            past.add(now, amount)
            for other, seen in values.items():
                if other != key:
                    past.see(other, seen)
        late = event.at.hour >= _LATE[0] or event.at.hour < _LATE[1]
        for place in (*(self._places[each] for each in _places(event).items()), self._usual):
            place.past.add(now, amount)
            place.repeats += repeats
            place.late += late
            place.log_amount += math.log1p(amount)

    def _seen_within_a_day(self, key: str, value: str, now: float) -> bool:
        past = self._keys.get((key, value)) if value else None
        return past is not None and past.within(now, DAY_S) > 0


def _values(event: Event) -> dict[str, str]:
    return {key: value for key in KEYS if (value := getattr(event, key))}


def _places(event: Event) -> dict[str, str]:
    found = {"merchant": event.merchant, "issuer": event.issuer}
    return {place: value for place, value in found.items() if value}


def _flag(value: bool | None) -> float:  # noqa: FBT001  (a column's value)
    return math.nan if value is None else float(value)
