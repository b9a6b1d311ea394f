"""What a staged change tells of itself: before and after, what is expected of it, how far it goes, and how it is undone."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from knowledge.money import Money
from tools.base import Evidence, ToolContext
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.policy import Measure


class Difference(Evidence):
    """One field before and after a change, as people read it; None: there was, or will be, nothing."""

    what: LocalText
    before: str | None
    after: str | None


class Staged(Evidence):
    """Evidence of a change that waits for approval, the same before the yes and after it."""

    estimates: ClassVar[frozenset[str]] = frozenset()
    """Fields that may differ between the yes and the doing: they tell what is expected, not what is done."""

    @abc.abstractmethod
    def about(self) -> str:
        """Return what is changed: of two proposals about the same thing in one conversation the newer counts."""

    @abc.abstractmethod
    def differences(self) -> tuple[Difference, ...]:
        """Return every field that changes."""

    def expected(self) -> LocalText | None:
        """Return what the change is expected to do and how that was estimated; None: it is not estimated."""
        return None

    def measures(self) -> Mapping[Measure, float]:
        """Return how far the change goes, for the shop's caps."""
        return {}


@dataclasses.dataclass(frozen=True)
class Restoration:
    """What a roll-back would put back."""

    differences: tuple[Difference, ...]
    apply: Callable[[], None]
    """Puts it back, within the running transaction."""


Undo = Callable[[ToolContext, Any], Awaitable[Restoration]]
"""Works out how to put back what a call changed, given the evidence of its receipt; changes nothing by itself.

Raises `RefusedError`: ``changed_since`` where something else changed it meanwhile (see `untouched`)."""


def untouched(set_by_change: Mapping[str, tuple[LocalText, str | None, str | None]]) -> None:
    """Make sure that every field still holds what the change set: ``{key: (what, set, now)}``.

    Raises:
        RefusedError: ``changed_since``; its facts name each field, what was set and what stands there now.
    """
    moved = [(what, was, now) for what, was, now in set_by_change.values() if was != now]
    if moved:
        found = [Difference(what=what, before=was, after=now).model_dump(mode="json") for what, was, now in moved]
        raise RefusedError("changed_since", "something else changed it since", changes=found)


def amount(money: Money | None) -> str | None:
    """Write money as a page in either language shows it."""
    return None if money is None else money.format("zh")


def changed(what: LocalText, before: str | None, after: str | None) -> tuple[Difference, ...]:
    """Return the difference of one field, or none where it stays."""
    return () if before == after else (Difference(what=what, before=before, after=after),)
