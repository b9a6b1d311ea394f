"""Searching by picture as `xiaoer models` fits, measures and serves it. Data, method and limits: ``docs/model-cards/visual-search.md``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import ClassVar

import numpy as np

from knowledge.db import Database
from knowledge.types import JsonObject
from tools.fitted import Capability, Progress, Score, TooLittleDataError
from tools.fitted.capability import silent
from tools.visual_search.measure import figures
from tools.visual_search.model import VisualModel, cold_model, fit_model, folds_of, load_model, save_model
from tools.visual_search.own_pictures import own_pictures
from tools.visual_search.rows import WANTS, Pictures, read_manifest

HELD = 4
"""One photo in so many, by group, is measured on where no others are given."""


class VisualSearch(Capability[Pictures, VisualModel]):
    """Which product a picture shows, and which attributes.

    Args:
        folder: the shop's data folder, where its pictures lie below ``media/``; None: no pictures of its own.
    """

    name: ClassVar[str] = "visual_search"
    wants: ClassVar[str] = WANTS
    tolerance: ClassVar[float] = 0.02

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def at(self, folder: Path) -> VisualSearch:
        """Return the capability of the shop in a data folder."""
        return VisualSearch(folder)

    def read(self, path: Path) -> Pictures:
        """Read a manifest; see `wants`."""
        return read_manifest(path)

    async def own(self, database: Database, now: dt.datetime) -> Pictures:
        """Read the pictures of the shop's products; where buyers' photos are none, distorted copies stand for them."""
        del now
        if self._folder is None:
            raise TooLittleDataError("expected a data folder with the shop's pictures, got none")
        return await own_pictures(database, self._folder)

    def split(self, rows: Pictures) -> tuple[Pictures, Pictures]:
        """Return what is learnt from, and one group of photos in four with what they are searched in."""
        folds = folds_of(rows, HELD)
        held, kept = np.flatnonzero(folds == 0), np.flatnonzero(folds != 0)
        if not len(held) or not len(kept):
            raise TooLittleDataError("expected photos of two groups or more")
        train = rows.only(kept)
        return train, self.after(rows.only(held), train)

    def after(self, held: Pictures, rows: Pictures) -> Pictures:
        """Return photos with what they are searched in: the catalogue, or where there is none the pictures learnt from."""
        if held.rows(catalogue=True):
            return held
        gallery = rows.only(rows.rows(catalogue=True) or range(len(rows)))
        shown = tuple(dataclasses.replace(one, catalogue=True) for one in gallery.shown)
        return Pictures(held.encoder, held.shown + shown, np.concatenate([held.vectors, gallery.vectors]))

    def fit(self, rows: Pictures, *, progress: Progress = silent) -> VisualModel:
        """Learn the projection, how sure it is, and the attributes."""
        return fit_model(rows, progress=progress)

    def cold(self) -> VisualModel:
        """Return the encoder as it is."""
        return cold_model()

    def score(self, model: VisualModel, rows: Pictures) -> Score:
        """Return the share of photos whose first product is right."""
        found = figures(dataclasses.replace(model, heads=()), rows, "photos kept apart")["top_1"]
        low, high = found["interval"]
        return Score("top_1", found["value"], (low, high), found["n"])

    def figures(self, model: VisualModel, rows: Pictures) -> JsonObject:
        """Return every figure."""
        return figures(model, rows, "photos kept apart")

    def training(self, model: VisualModel) -> JsonObject:
        """Return what is written down with a version."""
        pictures, products = model.learnt_from
        return {
            "encoder": model.encoder,
            "pictures": pictures,
            "products": products,
            "width": model.projection.matrix.shape[1],
            "temperature": model.temperature,
            "attributes": {
                head.name: {
                    "values": len(head.values),
                    "pictures": head.pictures,
                    "accuracy": head.accuracy,
                    "baseline": round(head.baseline, 4),
                }
                for head in model.heads
            },
            "not_learnt": dict(model.refused),
            "familiar_from": round(model.familiarity.least, 4) if model.familiarity else None,
        }

    def save(self, model: VisualModel, folder: Path) -> None:
        """Write the files."""
        save_model(model, folder)

    def load(self, folder: Path) -> VisualModel:
        """Read the files."""
        return load_model(folder)
