"""Fitting with a check of drift: what is worse than the model in service does not take its place."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TypeVar

from knowledge.types import JsonObject
from tools.fitted.capability import Capability, Progress, Score, silent
from tools.fitted.errors import VersionError
from tools.fitted.store import ModelStore, Version

Rows = TypeVar("Rows")
Model = TypeVar("Model")

KEPT = 10
"""Versions that stay."""


@dataclasses.dataclass(frozen=True)
class Refit:
    """What came of fitting.

    Args:
        version: as it was kept, in service or not.
        new: the score of a model fitted on the earlier part of the rows, on the later part.
        baseline: that of the simple baseline on the same rows.
        old: that of the model in service; None: there was none. It may have seen some of the rows, which favours it.
        reason: why the version is or is not in service, in a sentence.
    """

    version: Version
    new: Score
    baseline: Score
    old: Score | None
    reason: str

    def to_json(self) -> JsonObject:
        """Return it as one JSON object."""
        return {
            "version": self.version.number,
            "in_service": self.version.adopted,
            "reason": self.reason,
            **self.version.figures,
            "training": self.version.training,
        }


def refit(  # noqa: PLR0913  (one keyword for each thing that differs between a command, a server and a test)
    capability: Capability[Rows, Model],
    rows: Rows,
    store: ModelStore,
    *,
    source: str,
    now: dt.datetime,
    held: Rows | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Refit:
    """Fit on the earlier rows, compare on the later ones, fit on all of them, keep it, and use it unless it is worse.

    Args:
        rows: what is learnt from.
        source: where they come from, for the record.
        held: what to compare on; None: the later part of `rows`.
        force: use it even where it is worse.

    Raises:
        TooLittleDataError.
    """
    train, measured = capability.split(rows) if held is None else (rows, capability.after(held, rows))
    trial = capability.fit(train, progress=lambda what, share: progress(what, share * 0.45))
    progress("comparing", 0.45)
    new, baseline = capability.score(trial, measured), capability.score(capability.baseline(train), measured)
    old = _in_service(capability, store, measured)
    adopted, reason = _verdict(new, baseline, old, capability.tolerance)
    model = (
        trial
        if held is not None
        else capability.fit(rows, progress=lambda what, share: progress(what, 0.5 + share * 0.45))
    )
    progress("keeping", 0.97)
    figures = {"figure": new.figure, "new": new.to_json(), "baseline": baseline.to_json()}
    version = Version(
        number=0,
        at=now,
        source=source,
        training=capability.training(model),
        figures=figures | ({"old": old.to_json()} if old else {}) | capability.held_out(trial, measured),
        adopted=adopted or force,
    )
    kept = store.keep(lambda folder: capability.save(model, folder), version)
    store.forget(KEPT)
    return Refit(kept, new, baseline, old, reason if adopted or not force else f"{reason}; put in service by force")


def _in_service(capability: Capability[Rows, Model], store: ModelStore, rows: Rows) -> Score | None:
    try:
        active = store.active()
        return None if active is None else capability.score(capability.load(store.files(active.number)), rows)
    except VersionError:  # what cannot be loaded cannot be served either: any model is better
        return None


def _verdict(new: Score, baseline: Score, old: Score | None, tolerance: float) -> tuple[bool, str]:
    if old is not None and new.value < old.value - tolerance:
        return False, f"worse than the model in service: {new.figure} {new.value:.4f} after {old.value:.4f}"
    if new.value <= baseline.value:
        return False, f"no better than the baseline: {new.figure} {new.value:.4f} beside {baseline.value:.4f}"
    beside = f"baseline {baseline.value:.4f}" + (f", before {old.value:.4f}" if old else "")
    return True, f"in service: {new.figure} {new.value:.4f} ({beside})"


def evaluate(
    capability: Capability[Rows, Model], rows: Rows, held: Rows | None = None, *, progress: Progress = silent
) -> JsonObject:
    """Fit on `rows` and measure on `held`, or on the later part of `rows`: every figure, beside the simple baseline's.

    Raises:
        TooLittleDataError.
    """
    train, measured = capability.split(rows) if held is None else (rows, capability.after(held, rows))
    model = capability.fit(train, progress=lambda what, share: progress(what, share * 0.7))
    progress("measuring", 0.75)
    new, baseline = capability.score(model, measured), capability.score(capability.baseline(train), measured)
    found = {
        "score": {"figure": new.figure, **new.to_json()},
        "model": capability.figures(model, measured),
        "baseline": capability.figures(capability.baseline(train), measured),
        "better_than_baseline": new.value > baseline.value,
        "training": capability.training(model),
    }
    progress("measuring", 1.0)
    return found
