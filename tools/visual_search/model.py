"""The model of searching by picture: a projection, how sure a find is, and a head for each attribute. See ``docs/model-cards/visual-search.md``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tools.fitted import Progress, TooLittleDataError, VersionError
from tools.fitted.capability import silent
from tools.visual_search.attributes import Head, fit_heads
from tools.visual_search.encoder import ENCODERS, Encoder, Vectors, default_encoder
from tools.visual_search.familiarity import Familiarity
from tools.visual_search.familiarity import learnt as learnt_familiarity
from tools.visual_search.projection import Projection, learnt, plain
from tools.visual_search.rows import Pictures

FOLDS = 3
TEMPERATURES = (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 60.0)
COLD_TEMPERATURE = 30.0
"""Of the encoder as it is; the most likely one for 363 phone photos of 81 packshots (img_grocery_store)."""


@dataclasses.dataclass(frozen=True)
class VisualModel:
    """What ranks products by a picture.

    Args:
        encoder: name of the encoder whose vectors it takes.
        temperature: the chance of a product is the softmax of its cosine times this; fitted on pictures kept apart.
        learnt_from: pictures, products; zeros where nothing was learnt.
        familiarity: tells what is foreign; None: nothing is.
        refused: attributes of which there were too few pictures, and why; not kept with the model.
    """

    encoder: str
    projection: Projection
    temperature: float
    heads: tuple[Head, ...] = ()
    learnt_from: tuple[int, int] = (0, 0)
    familiarity: Familiarity | None = None
    refused: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def project(self, vectors: Vectors, *, catalogue: bool) -> Vectors:
        """Return rows of length 1 that are compared by inner product; ``vectors``: ``[pictures, views, dimension]``."""
        return self.projection(vectors, catalogue=catalogue)

    def knows(self, vectors: Vectors) -> npt.NDArray[np.bool_]:
        """Tell of each picture, ``[pictures, views, dimension]``, whether it shows anything like the shop's goods."""
        return self.familiarity.knows(vectors) if self.familiarity else np.ones(len(vectors), dtype=bool)

    def chances(self, cosines: Vectors) -> Vectors:
        """Return the chance of each product, ``[pictures, products]``, given that one of them is meant."""
        scaled = self.temperature * (cosines - cosines.max(axis=1, keepdims=True))
        powers = np.exp(scaled)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def by_product(cosines: Vectors, owners: npt.NDArray[np.int64], products: int) -> Vectors:
    """Return the best cosine of each product, ``[photos, products]``, of cosines with its pictures; -1 without a picture."""
    best = np.full((products, len(cosines)), -1.0, dtype=np.float32)
    np.maximum.at(best, owners, cosines.T)
    return best.T


def cold_model(encoder: Encoder | None = None) -> VisualModel:
    """Return the encoder as it is: nothing learnt."""
    encoder = encoder or default_encoder()
    return VisualModel(encoder.name, plain(encoder.dimension, encoder.plain), COLD_TEMPERATURE)


def fit_model(rows: Pictures, *, progress: Progress = silent) -> VisualModel:
    """Learn from pictures of which products are known.

    Raises:
        TooLittleDataError: fewer than two products have two pictures.
    """
    products = rows.products
    if (np.bincount(products) > 1).sum() < 2:
        raise TooLittleDataError("expected two products or more with two pictures each")
    projection = _projection(rows)
    progress("learning how sure a find is", 0.3)
    temperature = _temperature(rows)
    progress("learning attributes", 0.6)
    heads, refused = fit_heads(rows)
    progress("learnt", 1.0)
    learnt_from = (len(rows), int(products.max()) + 1)
    familiarity = learnt_familiarity(rows)
    return VisualModel(rows.encoder, projection, temperature, heads, learnt_from, familiarity, refused)


def _projection(rows: Pictures) -> Projection:
    return learnt(rows.vectors, rows.products, np.array([one.catalogue for one in rows.shown]))


def _temperature(rows: Pictures) -> float:
    """Choose the temperature under which what really is there was most likely, on folds of groups kept apart."""
    folds = folds_of(rows)
    found: list[tuple[Vectors, npt.NDArray[np.int64]]] = []
    for fold in range(FOLDS):
        train, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known = rows.only(train)
        if not len(held) or len(set(known.products)) < 2:
            continue
        projection = _projection(known)
        names = sorted({one.product for one in known.shown})
        asked = [int(row) for row in held if rows.shown[row].product in set(names)]
        if not asked:
            continue
        searched = [row for row, one in enumerate(known.shown) if one.catalogue] or list(range(len(known)))
        gallery = known.only(searched)
        owners = np.array([names.index(one.product) for one in gallery.shown], dtype=np.int64)
        photos = projection(rows.vectors[asked], catalogue=False)
        cosines = by_product(photos @ projection(gallery.vectors, catalogue=True).T, owners, len(names))
        found.append((cosines, np.array([names.index(rows.shown[row].product) for row in asked])))
    if not found:
        return COLD_TEMPERATURE
    return min(TEMPERATURES, key=lambda value: sum(_loss(cosines, truth, value) for cosines, truth in found))


def _loss(cosines: Vectors, truth: npt.NDArray[np.int64], temperature: float) -> float:
    scaled = temperature * cosines
    top = scaled.max(axis=1)
    return float(np.sum(top + np.log(np.exp(scaled - top[:, None]).sum(axis=1)) - scaled[np.arange(len(truth)), truth]))


def folds_of(rows: Pictures, folds: int = FOLDS, seed: int = 7) -> npt.NDArray[np.int64]:
    """Return a fold for each photo, -1 for the catalogue's pictures; a group is in one fold, products are spread over them."""
    rng = np.random.default_rng(seed)
    found = np.full(len(rows), -1, dtype=np.int64)
    groups: dict[str, list[int]] = {}
    for row in rows.rows(catalogue=False):
        groups.setdefault(rows.shown[row].group, []).append(row)
    names = sorted(groups, key=lambda name: (rows.shown[groups[name][0]].product, rng.random()))
    for place, name in enumerate(names):
        found[groups[name]] = place % folds
    return found


def save_model(model: VisualModel, folder: Path) -> None:
    """Write arrays as ``.npz`` and the rest as JSON."""
    arrays = {"photos": model.projection.photos, "catalogue": model.projection.catalogue} | {
        f"head{number}_{name}": getattr(head, name)
        for number, head in enumerate(model.heads)
        for name in ("weights", "bias", "mean")
    }
    if model.familiarity is not None:
        arrays["references"] = model.familiarity.references.astype(np.float16)
    np.savez(folder / "model.npz", matrix=model.projection.matrix, **arrays)
    about = {
        "encoder": model.encoder,
        "temperature": model.temperature,
        "learnt_from": model.learnt_from,
        "familiar_from": model.familiarity.least if model.familiarity else None,
        "heads": [head.about() for head in model.heads],
    }
    (folder / "model.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def load_model(folder: Path) -> VisualModel:
    """Read what `save_model` wrote.

    Raises:
        VersionError: the files cannot be read, or the encoder does not run here.
    """
    try:
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            projection = Projection(arrays["photos"], arrays["catalogue"], arrays["matrix"])
            least = about.get("familiar_from")
            familiarity = None if least is None else Familiarity(arrays["references"].astype(np.float32), float(least))
            heads = tuple(
                Head.made(one, *(arrays[f"head{number}_{name}"] for name in ("weights", "bias", "mean")))
                for number, one in enumerate(about["heads"])
            )
        pictures, products = about["learnt_from"]
        temperature = float(about["temperature"])
        model = VisualModel(about["encoder"], projection, temperature, heads, (pictures, products), familiarity)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VersionError(f"{folder} cannot be read: expected what `xiaoer models fit` writes") from error
    if model.encoder not in ENCODERS or default_encoder().name != model.encoder:
        raise VersionError(f"{folder} wants the encoder {model.encoder}; install the extra `pictures`, or fit again")
    return model
