"""Wrong proofs over many conversations: counted by who guesses and by whom the guess is about, in this process.

A conversation's own wrong proofs are counted in the audit log. These counts stop who opens one conversation after the
other, and who sends many visitors after one order or one name. Whether the order or the name exists makes no
difference, so the lock tells nothing of it.
"""

from __future__ import annotations

import collections
import datetime as dt
from collections.abc import Iterable

WINDOW = dt.timedelta(days=1)
KEPT = 50_000
"""Keys kept at most; the one that was guessed at longest ago goes first."""


class Guesses:
    """When each key was guessed at within the last day."""

    def __init__(self) -> None:
        self._times: collections.OrderedDict[str, list[dt.datetime]] = collections.OrderedDict()

    def most(self, keys: Iterable[str], now: dt.datetime) -> int:
        """Return the number of guesses of the key that has the most."""
        return max((len(self._recent(key, now)) for key in keys), default=0)

    def note(self, keys: Iterable[str], now: dt.datetime) -> None:
        """Count one more wrong guess for each key."""
        for key in keys:
            self._times[key] = [*self._recent(key, now), now]
            self._times.move_to_end(key)
        while len(self._times) > KEPT:
            self._times.popitem(last=False)

    def _recent(self, key: str, now: dt.datetime) -> list[dt.datetime]:
        return [at for at in self._times.get(key, ()) if now - at < WINDOW]
