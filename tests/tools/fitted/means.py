"""A capability as small as one can be: it foretells the mean of a column."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import numpy as np
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import Order
from knowledge.types import JsonObject
from tools.fitted import Capability, Progress, Score, TooLittleDataError, VersionError
from tools.fitted.columns import read_csv

Values = tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Mean:
    value: float


class Means(Capability[Values, Mean]):
    name = "means"
    wants = "a CSV with the column value"
    tolerance = 0.01

    def read(self, path: Path) -> Values:
        return tuple(row.number("value") for row in read_csv(path, needs=("value",)))

    async def own(self, database: Database, now: dt.datetime) -> Values:
        async with database.read() as session:
            orders = (await session.exec(select(Order).where(Order.placed_at < now))).all()
        return tuple(float(order.total_minor) for order in orders)

    def split(self, rows: Values) -> tuple[Values, Values]:
        if len(rows) < 2:
            raise TooLittleDataError(f"expected two values or more, got {len(rows)}")
        half = len(rows) // 2
        return rows[:half], rows[half:]

    def fit(self, rows: Values, *, progress: Progress = lambda _what, _share: None) -> Mean:
        progress("adding", 0.5)
        if not rows:
            raise TooLittleDataError("expected a value, got none")
        return Mean(sum(rows) / len(rows))

    def cold(self) -> Mean:
        return Mean(0.0)

    def score(self, model: Mean, rows: Values) -> Score:
        value = 1 / (1 + float(np.mean([abs(row - model.value) for row in rows])))
        return Score("nearness", value, (0.0, 1.0), len(rows))

    def figures(self, model: Mean, rows: Values) -> JsonObject:
        return {"nearness": self.score(model, rows).to_json()}

    def training(self, model: Mean) -> JsonObject:
        return {"mean": model.value}

    def save(self, model: Mean, folder: Path) -> None:
        (folder / "mean.json").write_text(json.dumps(model.value))

    def load(self, folder: Path) -> Mean:
        try:
            return Mean(float(json.loads((folder / "mean.json").read_text())))
        except (OSError, ValueError) as error:
            raise VersionError(f"{folder} cannot be read") from error
