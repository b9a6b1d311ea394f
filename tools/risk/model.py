"""The risk model: what it scores, by what, and why.

A score is the calibrated chance that an event turns out as fraud, given what came before it. Its reasons are the features with
their exact shares of the log odds.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tools.fitted import TooLittleDataError, VersionError
from tools.risk.booster import Booster, boost
from tools.risk.events import Event, Events
from tools.risk.history import FEATURES, SIGNS, History

FEWEST_BAD = 20
"""Known frauds without which nothing is learnt."""
KINDS = ("channel", "browser")
LEVELS = 8
"""Of a kind, the most frequent so many are features."""
RULES = {
    "account_n_1h": 0.6,
    "device_n_1h": 0.6,
    "card_n_1h": 0.6,
    "linked": 0.3,
    "emulator": 1.5,
    "modified": 1.0,
    "automated": 1.0,
}
"""What answers a cold start: log odds for each unit, 4 at most of a feature."""
RULES_BASE = -4.7
SIGNALS = ("emulator", "modified", "automated")
"""What a device says of itself. Where no event that was learnt from had one, it weighs as in `RULES`: it is no reason to forget it."""
Matrix = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Reason:
    """What one feature did to a score.

    Args:
        feature: its name in `tools.risk.history.FEATURES`, or ``channel=ads``.
        value: what it was; None: nothing could be said.
        share: of the log odds; all shares and the base add up to them.
    """

    feature: str
    value: float | None
    share: float


@dataclasses.dataclass(frozen=True)
class Scored:
    """The score of one event.

    Args:
        chance: of fraud, calibrated, in (0, 1).
        log_odds: of the chance; the shares of all `reasons` and the `base` add up to it.
        reasons: every feature that counted, the weightiest first.
    """

    chance: float
    log_odds: float
    base: float
    reasons: tuple[Reason, ...]


class Scorer(Protocol):
    """What gives log odds, and why."""

    def log_odds(self, rows: Matrix) -> FloatArray:
        """Return the log odds of features, ``[rows]``."""

    def shares(self, rows: Matrix) -> FloatArray:
        """Return what each feature adds, the base last, ``[rows, names + 1]``."""

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the columns."""


@dataclasses.dataclass(frozen=True)
class Rules:
    """What answers as long as nothing was learnt: bursts, links and devices that lie, weighed by hand."""

    names: tuple[str, ...] = tuple(RULES)

    def shares(self, rows: Matrix) -> FloatArray:
        """Return what each feature adds, the base last."""
        weights = np.array([RULES[name] for name in self.names])
        found = np.minimum(np.nan_to_num(rows.astype(np.float64)), 4.0) * weights
        return np.hstack([found, np.full((len(rows), 1), RULES_BASE)])

    def log_odds(self, rows: Matrix) -> FloatArray:
        """Return the log odds of features."""
        return np.asarray(self.shares(rows).sum(axis=1))


@dataclasses.dataclass(frozen=True)
class RiskModel:
    """A fitted model, or the rules of a cold start.

    Args:
        levels: the values of a kind that have a feature of their own, ``{"channel": ("ads", ...)}``.
        learnt_from: events with a known outcome, and frauds among them.
    """

    scorer: Scorer
    levels: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    learnt_from: tuple[int, int] = (0, 0)

    def chances(self, events: Events) -> FloatArray:
        """Return the chance of every judged event by what came before it, ``[judged]``."""
        odds = self.scorer.log_odds(self._columns(table(events, self.levels)))
        odds = odds + [math.fsum(reason.share for reason in self._not_learnt(event)) for event in events.judged]
        return np.asarray(1 / (1 + np.exp(-odds)))

    def score(self, event: Event, history: History) -> Scored:
        """Return the score of an event by a history of what came before it."""
        row = self._columns(np.hstack([history.features(event), _one_hot(event, self.levels)])[None])
        *shares, base = self.scorer.shares(row)[0]
        reasons = [
            Reason(name, None if math.isnan(value) else float(value), float(share))
            for name, value, share in zip(self.scorer.names, row[0], shares, strict=True)
            if share
        ]
        reasons += self._not_learnt(event)
        odds = float(base) + math.fsum(reason.share for reason in reasons)
        ordered = tuple(sorted(reasons, key=lambda reason: -abs(reason.share)))
        return Scored(1 / (1 + math.exp(-odds)), odds, float(base), ordered)

    def _not_learnt(self, event: Event) -> list[Reason]:
        """Return what the device says that the fitted model knows nothing of."""
        if not isinstance(self.scorer, Booster):
            return []
        new = (name for name in SIGNALS if name not in self.scorer.names and getattr(event, name))
        return [Reason(name, 1.0, RULES[name]) for name in new]

    def _columns(self, rows: Matrix) -> Matrix:
        places = {name: column for column, name in enumerate(_all_names(self.levels))}
        return np.ascontiguousarray(rows[:, [places[name] for name in self.scorer.names]])

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder."""
        if isinstance(self.scorer, Booster):
            self.scorer.save(folder)
        about = {"levels": self.levels, "learnt_from": self.learnt_from, "rules": not isinstance(self.scorer, Booster)}
        (folder / "risk.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> RiskModel:
        """Read what `save` wrote.

        Raises:
            VersionError.
        """
        try:
            about = json.loads((folder / "risk.json").read_text(encoding="utf-8"))
            levels = {kind: tuple(values) for kind, values in about["levels"].items()}
            known, bad = about["learnt_from"]
            rules = bool(about["rules"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise VersionError(f"{folder} cannot be read: expected risk.json") from error
        scorer: Scorer = Rules() if rules else Booster.load(folder)
        model = RiskModel(scorer, levels, (known, bad))
        if unknown := set(scorer.names) - set(_all_names(levels)):
            raise VersionError(f"{folder} was made with other features: {', '.join(sorted(unknown)[:5])}; fit it again")
        return model


def fit(events: Events, *, progress: Callable[[str, float], None]) -> RiskModel:
    """Learn from the judged events whose outcome is known.

    Raises:
        TooLittleDataError: fewer than `FEWEST_BAD` frauds, or no event that is none.
    """
    bad, known = events.bad, events.labelled
    if bad < FEWEST_BAD or bad == known:
        raise TooLittleDataError(
            f"expected {FEWEST_BAD} known frauds and events that were none, got {bad} of {known} known"
        )
    levels = _levels(events.judged)
    progress("reading what came before each event", 0.05)
    rows = table(events, levels, progress=lambda share: progress("reading what came before each event", share * 0.4))
    wanted = np.array([event.bad is not None for event in events.judged])
    truth = np.array([event.bad is True for event in events.judged])
    weights = np.array([event.weight for event in events.judged])
    progress("growing trees", 0.45)
    booster = boost(rows[wanted], truth[wanted], weights[wanted], _all_names(levels), SIGNS)
    progress("growing trees", 1.0)
    return RiskModel(booster, levels, (known, bad))


def velocity(events: Events) -> RiskModel:
    """Return the simple baseline that a model is measured beside: the account's, card's and device's events of the past day."""
    del events
    return RiskModel(_Velocity())


@dataclasses.dataclass(frozen=True)
class _Velocity:
    names: tuple[str, ...] = ("account_n_1d", "card_n_1d", "device_n_1d")

    def shares(self, rows: Matrix) -> FloatArray:
        return np.hstack([np.nan_to_num(rows.astype(np.float64)), np.full((len(rows), 1), RULES_BASE)])

    def log_odds(self, rows: Matrix) -> FloatArray:
        return np.asarray(self.shares(rows).sum(axis=1))


def table(
    events: Events,
    levels: dict[str, tuple[str, ...]],
    *,
    progress: Callable[[float], None] = lambda _share: None,
) -> Matrix:
    """Return the features of the judged events, ``[judged, names]`` as float32, each by what came before it alone."""
    history, rows = History(), []
    for place, event in enumerate(events.all):
        if place >= events.start:
            rows.append(np.hstack([history.features(event), _one_hot(event, levels)]))
        history.add(event)
        if place % 2_000 == 0:
            progress(place / len(events.all))
    width = len(_all_names(levels))
    return np.stack(rows) if rows else np.empty((0, width), dtype=np.float32)


def _levels(events: Iterable[Event]) -> dict[str, tuple[str, ...]]:
    counts = {kind: Counter[str]() for kind in KINDS}
    for event in events:
        for kind in KINDS:
            counts[kind][getattr(event, kind)] += 1
    return {kind: tuple(level for level, _ in found.most_common(LEVELS) if level) for kind, found in counts.items()}


def _all_names(levels: dict[str, tuple[str, ...]]) -> Sequence[str]:
    return (*FEATURES, *(f"{kind}={level}" for kind in KINDS for level in levels.get(kind, ())))


def _one_hot(event: Event, levels: dict[str, tuple[str, ...]]) -> Matrix:
    return np.array(
        [float(getattr(event, kind) == level) for kind in KINDS for level in levels.get(kind, ())], dtype=np.float32
    )
