"""Recommendation as `xiaoer models` fits, measures and serves it. Data, method and limits: ``docs/model-cards/recommendation.md``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from knowledge.db import Database
from knowledge.types import JsonObject
from tools.fitted import Capability, Progress, Score
from tools.fitted.capability import silent
from tools.recommendation.events import Interactions
from tools.recommendation.fitting import decayed_transitions, fit, popularity
from tools.recommendation.measure import figures
from tools.recommendation.model import Recommender
from tools.recommendation.reading import WANTS, read_interactions
from tools.recommendation.shop import own_interactions
from tools.recommendation.splits import following, split

NAME = "recommendation"
_OF = "next purchases"


class Recommendation(Capability[Interactions, Recommender]):
    """What a person is likely to buy next, among everything that is sold."""

    name = NAME
    wants = WANTS
    tolerance = 0.002

    def read(self, path: Path) -> Interactions:
        """Read a CSV."""
        return read_interactions(path)

    async def own(self, database: Database, now: dt.datetime) -> Interactions:
        """Read the shop's views, carts and purchases."""
        return await own_interactions(database, now)

    def split(self, rows: Interactions) -> tuple[Interactions, Interactions]:
        """Return the earlier events, and everybody's next new purchase."""
        return split(rows)

    def after(self, held: Interactions, rows: Interactions) -> Interactions:
        """Return the first purchases of `held` as what follows the histories of `rows`."""
        return following(held, rows)

    def fit(self, rows: Interactions, *, progress: Progress = silent) -> Recommender:
        """Learn the parts and their blend."""
        return fit(rows, progress)

    def cold(self) -> Recommender:
        """Return what knows nobody: the best liked of what fits is shown."""
        return Recommender()

    def baseline(self, rows: Interactions) -> Recommender:
        """Return decayed transitions, which show people without a history what is wanted most."""
        return decayed_transitions(rows)

    def score(self, model: Recommender, rows: Interactions) -> Score:
        """Measure the ranking of the next purchase among all items."""
        found = figures(model, rows, _OF)["ndcg_10"]
        low, high = found["interval"]
        return Score("ndcg_10", found["value"], (low, high), found["n"])

    def figures(self, model: Recommender, rows: Interactions) -> JsonObject:
        """Return every figure; beside them what showing everybody the most wanted items reaches."""
        plain = figures(popularity(rows), rows, _OF)
        return {**figures(model, rows, _OF), "popularity_ndcg_10": plain["ndcg_10"]}

    def training(self, model: Recommender) -> JsonObject:
        """Return what is written down with a version."""
        return dict(model.about)

    def save(self, model: Recommender, folder: Path) -> None:
        """Write the files."""
        model.save(folder)

    def load(self, folder: Path) -> Recommender:
        """Read the files."""
        return Recommender.load(folder)
