"""How well photos find what they show, with intervals by group."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.types import JsonObject
from tools.fitted import TooLittleDataError
from tools.fitted.figures import bootstrapped
from tools.visual_search.model import VisualModel, by_product
from tools.visual_search.rows import Pictures

BoolArray = npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Found:
    """Photos ranked against the catalogue's pictures."""

    groups: list[str]
    ranks: npt.NDArray[np.int64]
    """Of the right product, from 0."""
    alike: npt.NDArray[np.float64]
    """Share of the ten nearest pictures that are of the right product or kind."""
    sure: npt.NDArray[np.float32]
    """Chance given to the first product."""


def search(model: VisualModel, rows: Pictures) -> Found:
    """Search with every photo whose product has a picture in the catalogue.

    Raises:
        TooLittleDataError: there is nothing to search with or in.
    """
    gallery = rows.only(rows.rows(catalogue=True))
    names = sorted({one.product for one in gallery.shown})
    places = {name: place for place, name in enumerate(names)}
    photos = rows.only([row for row in rows.rows(catalogue=False) if rows.shown[row].product in places])
    if not len(photos) or len(names) < 2:
        raise TooLittleDataError("expected photos and pictures of two products or more to search in")
    owners = np.array([places[one.product] for one in gallery.shown], dtype=np.int64)
    truth = np.array([places[one.product] for one in photos.shown])
    cosines = model.project(photos.vectors, catalogue=False) @ model.project(gallery.vectors, catalogue=True).T
    of_products = by_product(cosines, owners, len(names))
    own = of_products[np.arange(len(truth)), truth][:, None]
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :10]
    return Found(
        [one.group for one in photos.shown],
        (of_products > own).sum(axis=1),
        (owners[nearest] == truth[:, None]).mean(axis=1),
        model.chances(of_products).max(axis=1),
    )


def figures(model: VisualModel, rows: Pictures, of: str) -> JsonObject:
    """Return top-1, top-5, mean reciprocal rank, precision of the ten nearest, how sure the model was, and each attribute."""
    found = search(model, rows)

    def figure(values: npt.NDArray[np.floating[Any]]) -> JsonObject:
        return bootstrapped(found.groups, lambda chosen: float(values[chosen].mean()), of, unit="group")

    told: JsonObject = {
        "top_1": figure((found.ranks < 1).astype(np.float64)),
        "top_5": figure((found.ranks < 5).astype(np.float64)),
        "mrr": figure(1.0 / (1.0 + found.ranks)),
        "precision_at_10": figure(found.alike),
        "mean_chance": figure(found.sure.astype(np.float64)),
    }
    for head in model.heads:
        photos = [row for row in rows.rows(catalogue=False) if rows.shown[row].labels.get(head.name) is not None]
        if photos:
            named = np.argmax(head.chances(rows.vectors[photos]), axis=1)
            right = np.array([
                head.values[value] == rows.shown[row].labels[head.name] for value, row in zip(named, photos, strict=True)
            ])  # fmt: skip
            told[f"attribute_{head.name}"] = bootstrapped(
                [rows.shown[row].group for row in photos],
                lambda chosen, right=right: float(right[chosen].mean()),  # type: ignore[misc]
                of,
                unit="group",
            )
    return told
