"""Pictures of nothing that a shop has: photos of the other public set, and drawn ones: noise, blurs, plain colours, pages of text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evals.benchmarks.reading import csv_rows
from knowledge.types import JsonObject
from tools.fitted.figures import bootstrapped
from tools.visual_search.encoder import Encoder, Vectors
from tools.visual_search.familiarity import FALSE_REJECTS, Familiarity, nearness
from tools.visual_search.model import VisualModel
from tools.visual_search.pictures import opened

if TYPE_CHECKING:
    from PIL.Image import Image

MOST, DRAWN = 200, 25
_LISTS = {"img_grocery_store": "photos.csv", "img_clothing_small": "manifest.csv"}


def turned_away(model: VisualModel, own: Vectors, data: Path, name: str, encoder: Encoder) -> JsonObject:
    """Return what share of photos of goods was wrongly turned away, and of foreign pictures rightly, as the threshold was calibrated."""
    found = {"turned_away_own": _share(model, own, f"{name}, photos of goods")}
    for other in sorted(set(_LISTS) - {name}):
        if (data / other / _LISTS[other]).exists():
            rows = csv_rows(data / other, _LISTS[other], needs=("file",))
            files = [data / other / row["file"] for row in rows[:: max(1, len(rows) // MOST)]]
            looks = np.stack([encoder.encode(opened(file)) for file in files])
            found["turned_away_foreign"] = _share(model, looks, f"photos of {other}")
            found["foreign_at_5_percent"] = _at_five_percent(model, own, looks, f"photos of {other}")
    for kind, draw in _DRAWN.items():
        looks = np.stack([encoder.encode(draw(np.random.default_rng(number))) for number in range(DRAWN)])
        found[f"turned_away_{kind}"] = _share(model, looks, kind)
    return found


def _at_five_percent(model: VisualModel, own: Vectors, foreign: Vectors, of: str) -> JsonObject:
    """Return the share turned away by the threshold that turns away 5 % of these very photos of goods."""
    if model.familiarity is None:
        return {"value": 0.0, "interval": [0.0, 0.0], "n": len(foreign)}
    references = model.familiarity.references
    least = float(np.quantile(nearness(own, references), FALSE_REJECTS))
    return _share(dataclasses.replace(model, familiarity=Familiarity(references, least)), foreign, of)


def _share(model: VisualModel, vectors: Vectors, of: str) -> JsonObject:
    foreign = ~model.knows(vectors)
    names = [str(row) for row in range(len(vectors))]
    return bootstrapped(names, lambda chosen: float(foreign[chosen].mean()), of, unit="picture")


def _noise(rng: np.random.Generator) -> Image:
    from PIL import Image  # noqa: PLC0415  (heavy)

    return Image.fromarray(rng.integers(0, 255, (224, 224, 3), dtype=np.uint8))


def _blur(rng: np.random.Generator) -> Image:
    from PIL import Image  # noqa: PLC0415

    spots: npt.NDArray[np.uint8] = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(spots).resize((320, 240), Image.Resampling.BICUBIC)


def _plain(rng: np.random.Generator) -> Image:
    from PIL import Image  # noqa: PLC0415

    red, green, blue = (int(value) for value in rng.integers(0, 255, 3))
    return Image.new("RGB", (240, 240), (red, green, blue))


def _text(rng: np.random.Generator) -> Image:
    from PIL import Image, ImageDraw  # noqa: PLC0415

    page = Image.new("RGB", (400, 640), (255, 255, 255))
    pen = ImageDraw.Draw(page)
    for top in range(20, 620, 18):
        pen.text((20, top), "".join(_letters(rng)), fill=(30, 30, 30))
    return page


def _letters(rng: np.random.Generator) -> Iterator[str]:
    for _ in range(int(rng.integers(10, 55))):
        yield chr(int(rng.integers(97, 123))) if rng.random() < 0.85 else " "


_DRAWN: dict[str, Callable[[np.random.Generator], Image]] = {
    "noise": _noise,
    "blur": _blur,
    "plain": _plain,
    "text": _text,
}
