"""What every external inbox can do, whatever its interface looks like."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from knowledge.types import Lang


@dataclasses.dataclass(frozen=True)
class Contact:
    """The shopper. `id` is opaque; name and e-mail only where they may be given away."""

    id: str
    name: str
    email: str | None = None


@dataclasses.dataclass(frozen=True)
class Case:
    """A ticket as it is opened elsewhere."""

    ticket_id: str
    subject: str
    text: str
    """Summary and transcript: for the people there, never for the shopper."""
    words: str
    """What the shopper wrote last."""
    priority: str
    queue: str
    lang: Lang
    contact: Contact


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a case is: its id there, and the shopper's."""

    external_id: str
    contact_id: str


@dataclasses.dataclass(frozen=True)
class Said:
    """A person there answered the shopper."""

    external_id: str
    message_id: str
    text: str


@dataclasses.dataclass(frozen=True)
class Ended:
    """A person there ended the case."""

    external_id: str


Happened = Said | Ended


class ExternalInbox(Protocol):
    """An inbox elsewhere. Every call raises `DeliveryError` where it does not succeed."""

    async def open(self, case: Case, key: str) -> Place:
        """Open a case; the same `key` again opens no second one, as far as the system can tell."""

    async def say(self, place: Place, text: str) -> None:
        """Add words of the shopper."""

    async def note(self, place: Place, text: str) -> None:
        """Add words that only the people there see."""

    async def resolve(self, place: Place) -> None:
        """End the case."""

    def is_theirs(self, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> bool:
        """Tell whether a message to us is signed with the secret that was agreed on, and not an old one."""

    def read(self, body: bytes) -> Sequence[Happened]:
        """Return what a message of theirs tells; nothing for what concerns us not, such as an echo of what we wrote.

        Raises:
            ValueError: it is no message of such a system.
        """
