"""The shop's own pictures as rows: those of the catalogue, and distorted copies that stand for photos nobody has labelled yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlmodel import col, select

from knowledge.db import Database
from knowledge.schema import Product, ProductImage, Variant
from tools.fitted import TooLittleDataError
from tools.visual_search import labels as own_labels
from tools.visual_search.encoder import default_encoder
from tools.visual_search.gallery import looked_at
from tools.visual_search.labels import read_labels
from tools.visual_search.pictures import opened
from tools.visual_search.rows import Pictures, Shown

if TYPE_CHECKING:
    from PIL.Image import Image

COPIES = 4
"""Distorted copies a picture: the last fourth of them is kept apart to measure on."""
MOST = 2_000
"""Pictures that are learnt from; a larger shop is sampled by order of id."""


async def own_pictures(database: Database, folder: Path) -> Pictures:
    """Return the pictures of products on sale below ``media/`` with copies of each.

    Raises:
        TooLittleDataError: fewer than two products have a picture that opens.
        DataError: the shop's own labels cannot be read.
    """
    async with database.read() as session:
        found = (
            await session.exec(
                select(ProductImage.product_id, ProductImage.path, Product.category_id, Product.attributes)
                .join(Product, col(Product.id) == col(ProductImage.product_id))
                .where(Product.status == "active")
                .order_by(col(ProductImage.product_id), col(ProductImage.position))
                .limit(MOST)
            )
        ).all()
        colours = dict(
            (
                await session.exec(select(Variant.product_id, Variant.options).order_by(col(Variant.position).desc()))
            ).all()
        )
    labels = read_labels(folder / own_labels.FILE) if (folder / own_labels.FILE).exists() else {}
    rows = [
        (product, path, _labels(category, attributes, colours.get(product, {})) | own_labels.of(labels, product, path))
        for product, path, category, attributes in found
        if "://" not in path
    ]
    return await asyncio.to_thread(_read, rows, folder)


def _labels(category: str | None, attributes: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, str]:
    known = {
        name: str(value).lower()
        for name, value in attributes.items()
        if name in ("material", "pattern", "sleeve", "neckline", "fit")
    }
    colour = {"colour": str(options["color"]).lower()} if options.get("color") else {}
    return {"kind": category} | known | colour if category else known | colour


def _read(rows: list[tuple[str, str, dict[str, str]]], folder: Path) -> Pictures:
    encoder = default_encoder()
    known = looked_at(folder, [path for _, path, _ in rows], encoder)
    shown: list[Shown] = []
    vectors = []
    for number, (product, path, labels) in enumerate(rows):
        if path not in known:
            continue
        shown.append(Shown(path, product, catalogue=True, group=product, labels={}))
        vectors.append(known[path])
        picture = opened(folder / "media" / path)
        for copy, distorted in enumerate(distortions(picture, number)):
            shown.append(Shown(f"{path}#{copy}", product, catalogue=False, group=f"{product}#{copy}", labels=labels))
            vectors.append(encoder.encode(distorted))
    if len({one.product for one in shown}) < 2:
        raise TooLittleDataError("expected pictures of two products or more below media/")
    return Pictures(encoder.name, tuple(shown), np.stack(vectors))


def distortions(picture: Image, seed: int) -> Iterator[Image]:
    """Yield copies as a phone might take them: cut, turned, in other light, on another ground, blurred."""
    from PIL import Image, ImageEnhance, ImageFilter, ImageOps  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    for _ in range(COPIES):
        width, height = picture.size
        share = rng.uniform(0.65, 0.95)
        left, top = rng.uniform(0, 1 - share) * width, rng.uniform(0, 1 - share) * height
        copy = picture.crop((int(left), int(top), int(left + share * width), int(top + share * height)))
        ground = tuple(int(value) for value in rng.integers(60, 240, 3))
        copy = copy.rotate(rng.uniform(-15, 15), Image.Resampling.BICUBIC, expand=True, fillcolor=ground)
        copy = ImageOps.expand(copy, border=int(rng.uniform(0, 0.25) * width), fill=ground)
        copy = ImageOps.mirror(copy) if rng.random() < 0.5 else copy
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            copy = enhance(copy).enhance(rng.uniform(0.75, 1.25))
        yield copy.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5)))
