"""Product pictures: flat drawings in the product's colour, one file a product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.demo import shapes_devices, shapes_living, shapes_wear
from knowledge.demo.canvas import Canvas, Rgb, mix, rgb
from knowledge.demo.catalogue import Product
from knowledge.demo.order_rows import Row
from knowledge.demo.words import colors

SIZE = 400
FINE = 2
"""Drawn so many times larger and reduced, for smooth edges."""
FOLDER = "demo"
BACKGROUNDS = ("#eef3f8", "#f8f1ea", "#eef6ef", "#f6eef5", "#f7f5e8", "#ecf4f5", "#f3f0fa")
COLORLESS = ("#cfe3d4", "#f2d7d9", "#d6e2f0", "#f3e3c3", "#e2d8ee", "#f0cdb8")
"""For goods without a colour option."""

_SHAPES = {**shapes_wear.SHAPES, **shapes_devices.SHAPES, **shapes_living.SHAPES}


def image_path(product: Product) -> str:
    """Return where a product's picture lies below the media folder."""
    return f"{FOLDER}/{product.id}.webp"


def image_rows(products: Sequence[Product]) -> Iterator[Row]:
    """Yield the rows of the pictures."""
    for product in products:
        color = product.colors[0] if product.colors else ""
        yield {
            "id": f"img_{product.id}",
            "product_id": product.id,
            "path": image_path(product),
            "alt_zh": product.title.zh + (f"，{colors()[color].zh}" if color else ""),
            "alt_en": product.title.en + (f", {color}" if color else ""),
            "position": 0,
        }


def draw_pictures(products: Sequence[Product], media: Path) -> None:
    """Draw every picture into ``media/demo/``; files of an earlier build are written over."""
    (media / FOLDER).mkdir(parents=True, exist_ok=True)
    for product in products:
        draw_picture(product, media / image_path(product))


def draw_picture(product: Product, path: Path) -> None:
    """Draw one product."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  (only the build needs it)

    side = SIZE * FINE
    number = product.index
    background = rgb(BACKGROUNDS[number % len(BACKGROUNDS)])
    image = Image.new("RGB", (side, side), background)
    pen = ImageDraw.Draw(image)
    canvas = Canvas(pen, side / 100, _color(product), number % 6)
    canvas.oval(9, 7, 91, 89, mix(background, (255, 255, 255), 0.6))
    canvas.oval(20, 84, 80, 93, mix(background, (70, 70, 90), 0.13))
    _SHAPES[product.kind.id](canvas)
    image.reduce(FINE).save(path, "WEBP", quality=82, method=0)


def _color(product: Product) -> Rgb:
    if product.colors:
        return rgb(colors()[product.colors[0]].rgb)
    return rgb(COLORLESS[product.index % len(COLORLESS)])
