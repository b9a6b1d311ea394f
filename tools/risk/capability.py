"""Risk as a capability: reading, fitting, measuring and keeping the model."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from knowledge.db import Database
from knowledge.types import JsonObject
from tools.fitted import Capability, Progress, Score, TooLittleDataError
from tools.fitted.capability import silent
from tools.policy import RiskRules
from tools.risk.booster import SETTINGS, Booster
from tools.risk.events import Events
from tools.risk.measure import figures
from tools.risk.model import RiskModel, Rules, fit, velocity
from tools.risk.reading import read_events
from tools.risk.shop import own_events
from tools.risk.thresholds import thresholds

TRAINED_ON = 0.6
"""Share of the events, by time, that is trained on where the rest is measured."""


class Risk(Capability[Events, RiskModel]):
    """The chance that an order, a refund, a coupon or a changed address is fraud."""

    name = "risk"
    wants = (
        "a CSV, one row an event: at, account, amount, bad (1: it was fraud, empty: not known), and if there: id, card, device, address, "
        "ip, merchant, channel, browser, signed_up_at, emulator, modified, automated"
    )
    tolerance = 0.01

    def read(self, path: Path) -> Events:
        """Read a CSV."""
        return read_events(path)

    async def own(self, database: Database, now: dt.datetime) -> Events:
        """Read the shop's orders, with the charge-backs that are known and what people decided at the desk."""
        return await own_events(database, now)

    def split(self, rows: Events) -> tuple[Events, Events]:
        """Return the earlier 60 % of the events, as they were known then, and the later ones after them."""
        cut = int(len(rows.all) * TRAINED_ON)
        if not 0 < cut < len(rows.all):
            raise TooLittleDataError(f"expected two events or more, got {len(rows.all)}")
        then = rows.all[cut].at
        train = Events(tuple(event.known_by(then) for event in rows.all[:cut]), rows.start)
        held = Events(rows.all, cut)
        if not held.bad:
            raise TooLittleDataError(f"expected a known fraud among the later {len(rows.all) - cut} events, got none")
        return train, held

    def after(self, held: Events, rows: Events) -> Events:
        """Return what is measured with the past that it follows."""
        return held.after(rows)

    def fit(self, rows: Events, *, progress: Progress = silent) -> RiskModel:
        """Learn from the events whose outcome is known."""
        return fit(rows, progress=progress)

    def cold(self) -> RiskModel:
        """Return rules of bursts, links and devices."""
        return RiskModel(Rules())

    def baseline(self, rows: Events) -> RiskModel:
        """Return velocity alone."""
        return velocity(rows)

    def score(self, model: RiskModel, rows: Events) -> Score:
        """Measure the ranking."""
        found = figures(model, rows, "later events")["auc"]
        if found["value"] is None:
            raise TooLittleDataError(
                "expected known frauds and known others among what is measured, got one kind alone"
            )
        low, high = found["interval"]
        return Score("auc", found["value"], (low, high), found["n"])

    def figures(self, model: RiskModel, rows: Events) -> JsonObject:
        """Return every figure."""
        return figures(model, rows, "later events")

    def held_out(self, model: RiskModel, rows: Events) -> JsonObject:
        """Return what every threshold in whole percent would have held, caught and missed."""
        found = thresholds(model.chances(rows), rows, RiskRules(), [step / 100 for step in range(1, 100)])
        return {"thresholds": [each.counted() for each in found]}

    def training(self, model: RiskModel) -> JsonObject:
        """Return what is written down with a version."""
        known, bad = model.learnt_from
        about: JsonObject = {"events": known, "frauds": bad, "features": list(model.scorer.names)}
        if isinstance(model.scorer, Booster):
            calibration = {"scale": model.scorer.scale, "shift": model.scorer.shift}
            about |= {"regression": model.scorer.linear is not None}
            about |= {"rounds": model.scorer.rounds, "calibration": calibration, "settings": SETTINGS}
        return about

    def save(self, model: RiskModel, folder: Path) -> None:
        """Write trees as data, and what else is needed as JSON."""
        model.save(folder)

    def load(self, folder: Path) -> RiskModel:
        """Read a version."""
        return RiskModel.load(folder)
