"""Every kind of goods has a drawing of its own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PIL import Image, ImageChops

from knowledge.demo.pictures import SIZE, draw_picture
from knowledge.demo.world import World


def _drawn(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def test_pictures_are_square_and_differ_by_kind(world: World, tmp_path: Path) -> None:
    staples = [
        dataclasses.replace(product, index=0, colors=("blue",))
        for product in world.catalogue.products
        if product.staple
    ]
    seen: dict[bytes, str] = {}
    for product in staples:
        draw_picture(product, tmp_path / f"{product.id}.webp")
        image = _drawn(tmp_path / f"{product.id}.webp")
        assert image.size == (SIZE, SIZE)
        assert len(image.getcolors(SIZE * SIZE) or []) > 50
        seen[image.tobytes()] = product.id
    assert len(seen) == len(staples)


def test_a_picture_shows_the_colour_of_the_product(world: World, tmp_path: Path) -> None:
    product = next(product for product in world.catalogue.products if product.id == "TS001")
    for color in ("red", "blue"):
        draw_picture(dataclasses.replace(product, colors=(color,)), tmp_path / f"{color}.webp")
    red, blue = _drawn(tmp_path / "red.webp"), _drawn(tmp_path / "blue.webp")
    middle = (SIZE // 2, SIZE * 7 // 10)
    assert red.getpixel(middle)[0] > red.getpixel(middle)[2] + 80  # type: ignore[index]
    assert blue.getpixel(middle)[2] > blue.getpixel(middle)[0] + 80  # type: ignore[index]
    assert ImageChops.difference(red, blue).getbbox() is not None
