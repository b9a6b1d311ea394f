"""Pictures that tests draw: shapes in colours, as the shop shows them and as somebody photographs them."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = {"red": (200, 30, 40), "blue": (30, 60, 200), "green": (20, 150, 60), "yellow": (230, 210, 40)}


def drawing(
    colour: str, *, round_: bool, shift: int = 0, ground: tuple[int, int, int] = (255, 255, 255)
) -> Image.Image:
    picture = Image.new("RGB", (96, 96), ground)
    pen = ImageDraw.Draw(picture)
    box = (20 + shift, 24 - shift, 76 + shift, 72 - shift)
    (pen.ellipse if round_ else pen.rectangle)(box, fill=COLOURS[colour])
    return picture


def manifest(folder: Path, *, photos: int = 4) -> Path:
    """Write eight products, one picture of the catalogue and some photos each, and return the CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["file,product,role,group,colour"]
    for colour in COLOURS:
        for round_ in (True, False):
            product = f"{colour}-{'ball' if round_ else 'box'}"
            drawing(colour, round_=round_).save(folder / f"{product}.png")
            lines.append(f"{product}.png,{product},catalogue,{product},{colour}")
            for number in range(photos):
                ground = (200 - 20 * number, 190, 180 + 10 * number)
                drawing(colour, round_=round_, shift=4 * number - 6, ground=ground).save(
                    folder / f"{product}{number}.png"
                )
                lines.append(f"{product}{number}.png,{product},photo,{product}{number},{colour}")
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def as_bytes(picture: Image.Image, kind: str = "PNG") -> bytes:
    kept = io.BytesIO()
    picture.save(kept, kind)
    return kept.getvalue()
