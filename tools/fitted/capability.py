"""What the model of a capability must be able to do, to be fitted, measured, compared, kept and put in service."""

from __future__ import annotations

import abc
import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from knowledge.db import Database
from knowledge.types import JsonObject

Rows = TypeVar("Rows")
"""What a capability reads its data into; may hold any number of tables."""
Model = TypeVar("Model")
"""A fitted model, immutable."""

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, in [0, 1]."""


def silent(_what: str, _share: float) -> None:
    """Report progress to nobody."""


@dataclasses.dataclass(frozen=True)
class Score:
    """The one figure by which two models of a capability are compared; more is better.

    Args:
        figure: its name, such as ``auc``.
        value: on rows that the model has not seen.
        interval: 95 %, over the units that are independent.
        n: how many were judged.
    """

    figure: str
    value: float
    interval: tuple[float, float]
    n: int

    def to_json(self) -> JsonObject:
        """Return it as a figure."""
        return {"value": round(self.value, 4), "interval": [round(end, 4) for end in self.interval], "n": self.n}


class Capability(abc.ABC, Generic[Rows, Model]):
    """The model of a capability. Its methods are synchronous and may take minutes, but for `own`; none keeps state.

    Heavy packages (xgboost, torch, onnxruntime) are imported inside the methods.
    """

    name: ClassVar[str]
    """As in ``xiaoer models fit NAME``, and the folder of its versions."""
    wants: ClassVar[str]
    """What PATH must be: the file or folder and its columns, for the help and for errors."""
    tolerance: ClassVar[float] = 0.0
    """By how much the score of a refitted model may lie below that of the one in service: what is noise, not drift."""

    def at(self, folder: Path) -> Capability[Rows, Model]:
        """Return the capability of the shop in a data folder, for one that reads files of the shop beside its database."""
        del folder
        return self

    @abc.abstractmethod
    def read(self, path: Path) -> Rows:
        """Read somebody's own files.

        Raises:
            DataError: names file, row and column.
        """

    @abc.abstractmethod
    async def own(self, database: Database, now: dt.datetime) -> Rows:
        """Read the shop's own data, as it was known at `now`.

        Raises:
            TooLittleDataError.
        """

    @abc.abstractmethod
    def split(self, rows: Rows) -> tuple[Rows, Rows]:
        """Return what is trained on and what is measured: by time, or by disjoint groups. Never by row.

        Raises:
            TooLittleDataError: one of the two would be empty.
        """

    def after(self, held: Rows, rows: Rows) -> Rows:
        """Return rows that are measured together with those before them, where a model looks at the past of a row."""
        del rows
        return held

    @abc.abstractmethod
    def fit(self, rows: Rows, *, progress: Progress = silent) -> Model:
        """Learn from all of the rows; the same rows give the same model.

        Raises:
            TooLittleDataError.
        """

    @abc.abstractmethod
    def cold(self) -> Model:
        """Return what answers as long as nothing was fitted: fixed rules."""

    def baseline(self, rows: Rows) -> Model:
        """Return the simple model that every fitted one is measured beside; `cold` unless one is learnt from `rows`."""
        del rows
        return self.cold()

    @abc.abstractmethod
    def score(self, model: Model, rows: Rows) -> Score:
        """Measure a model on rows that it has not seen by the one figure that decides."""

    @abc.abstractmethod
    def figures(self, model: Model, rows: Rows) -> JsonObject:
        """Return every figure of a model on rows that it has not seen.

        A figure is ``{"value", "interval": [low, high], "n", "unit"}``; rates are fractions.
        """

    def held_out(self, model: Model, rows: Rows) -> JsonObject:
        """Return what else is to be kept with a version of how it did on rows that it had not seen; most keep nothing."""
        del model, rows
        return {}

    @abc.abstractmethod
    def training(self, model: Model) -> JsonObject:
        """Return what to write down about a fitted model: rows, features, settings."""

    @abc.abstractmethod
    def save(self, model: Model, folder: Path) -> None:
        """Write the files of a model into an empty folder."""

    @abc.abstractmethod
    def load(self, folder: Path) -> Model:
        """Read what `save` wrote, without running code that stands in it.

        Raises:
            VersionError: the files cannot be read.
        """
