"""What a risk is scored for: an order, a refund, a coupon, a changed address; and sequences of them in time order."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

LINKS = ("card", "device", "address", "ip")
"""What two accounts may share."""


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One thing that an account does. A text is ``""`` and a value None where nobody knows.

    Args:
        id: its own.
        at: when, aware; late hours are told in its zone.
        account: whose.
        amount_minor: what is at stake, in minor units of one currency.
        card: a fingerprint, equal for the same card on two accounts.
        device: a fingerprint of the device.
        address: the delivery address, folded.
        ip: the address in the network.
        merchant: the seller, on a market place.
        channel: how the account came (search, advertisement, ...).
        browser: its kind.
        issuer: who gave the card, by its first six digits.
        signed_up_at: when the account was opened.
        emulator: whether the device is emulated.
        modified: whether the device's system was modified (root, jailbreak, hooks).
        automated: whether a program drives the device.
        bad: whether it turned out as fraud; None: not known.
        known_at: when `bad` became known; None: at once.
        weight: how much it counts in training.
    """

    id: str
    at: dt.datetime
    account: str
    amount_minor: int
    card: str = ""
    device: str = ""
    address: str = ""
    ip: str = ""
    merchant: str = ""
    channel: str = ""
    browser: str = ""
    issuer: str = ""
    signed_up_at: dt.datetime | None = None
    emulator: bool | None = None
    modified: bool | None = None
    automated: bool | None = None
    bad: bool | None = None
    known_at: dt.datetime | None = None
    weight: float = 1.0

    def known_by(self, moment: dt.datetime) -> Event:
        """Return the event as it was known at a moment: without an outcome that came later."""
        if self.bad is None or self.known_at is None or self.known_at <= moment:
            return self
        return dataclasses.replace(self, bad=None, known_at=None)


@dataclasses.dataclass(frozen=True)
class Events:
    """Events in time order; those before `start` are the past, seen and not judged."""

    all: tuple[Event, ...]
    start: int = 0

    @staticmethod
    def of(events: Iterable[Event]) -> Events:
        """Return events in time order; what has the same time stays in the order given."""
        return Events(tuple(sorted(events, key=lambda event: event.at)))

    @property
    def judged(self) -> tuple[Event, ...]:
        """Those from `start` on."""
        return self.all[self.start :]

    @property
    def labelled(self) -> int:
        """How many of the judged have a known outcome."""
        return sum(event.bad is not None for event in self.judged)

    @property
    def bad(self) -> int:
        """How many of the judged are known as fraud."""
        return sum(event.bad is True for event in self.judged)

    def after(self, past: Events) -> Events:
        """Return these events with others before them as the past, whatever those are known as."""
        seen = [dataclasses.replace(event, bad=None, known_at=None) for event in past.all]
        first = self.all[0].at if self.all else None
        seen = [event for event in seen if first is None or event.at <= first]
        return Events((*seen, *self.all), start=len(seen) + self.start)
