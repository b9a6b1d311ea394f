"""Whether a line is drawn through an amount: a row of ink from one end to the other, in the middle of the letters."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tools.pricing.arrays import BoolArray, FloatArray
from tools.pricing.reading.ocr import Line

SURE = 0.86
"""Share of the columns that are ink along the line; without one, digits cover two thirds at most."""


def strike(image: Image.Image, line: Line, span: tuple[float, float]) -> float:
    """Return the longest share of the amount's columns [0, 1] that one nearly straight row of ink crosses in its middle."""
    letters = _straight(image, line, span)
    if letters.shape[1] < 8:
        return 0.0
    ground, ink = np.percentile(letters, 85), np.percentile(letters, 3)
    if np.median(letters) < (letters.min() + letters.max()) / 2:  # light letters on a dark ground
        ground, ink = np.percentile(letters, 15), np.percentile(letters, 97)
    if abs(ground - ink) < 20:
        return 0.0
    dark: BoolArray = np.greater((letters - ground) / (ink - ground), 0.35)
    height = len(dark)
    rows = dark[int(height * 0.36) : max(int(height * 0.68), int(height * 0.36) + 1)]
    best = 0.0
    for row in range(len(rows)):
        near: BoolArray = rows[max(row - 1, 0) : row + 2].max(axis=0) if height > 26 else rows[row]
        best = max(best, float(near[1:-1].mean()))
    return best


def without_strike(image: Image.Image, line: Line, span: tuple[float, float]) -> Image.Image:
    """Return an amount alone, upright, 48 pixels tall, the line through it painted over with what is above and below it."""
    pad = 0.012
    letters = _straight(image, line, (max(span[0] - pad, 0.0), min(span[1] + pad, 1.0)))
    ground = float(np.median(letters))
    ink = np.abs(letters - ground) > 0.35 * max(float(np.abs(letters - ground).max()), 1.0)
    full = np.flatnonzero(ink.mean(axis=1) > SURE - 0.1)
    if len(full) > max(len(letters) // 6, 2):
        full = full[:0]
    for row in full.tolist():
        above, below = letters[max(row - 2, 0)], letters[min(row + 2, len(letters) - 1)]
        kept = (np.abs(above - ground) + np.abs(below - ground)) / 2
        letters[row] = ground + np.sign(np.mean(letters[row]) - ground) * kept
    rows = np.flatnonzero(ink.sum(axis=1) > 1)
    if len(rows) > 6:
        letters = letters[max(rows[0] - 3, 0) : rows[-1] + 4]
    picture = Image.fromarray(np.clip(letters, 0, 255).astype(np.uint8))
    factor = 48 / max(picture.height, 1)
    return picture.resize((max(round(picture.width * factor), 8), 48), Image.Resampling.LANCZOS).convert("RGB")


def _straight(image: Image.Image, line: Line, span: tuple[float, float]) -> FloatArray:
    """Return the grey values of a part of a line, turned upright."""
    corners = np.array(line.corners)
    upper, lower = corners[1] - corners[0], corners[2] - corners[3]
    first, last = span
    quad = [
        corners[0] + upper * first, corners[3] + lower * first, corners[3] + lower * last, corners[0] + upper * last,
    ]  # fmt: skip
    width = max(int(np.linalg.norm(upper) * (last - first)), 1)
    height = max(int(line.height), 1)
    flat = tuple(float(value) for point in quad for value in point)
    turned = image.convert("L").transform((width, height), Image.Transform.QUAD, flat, Image.Resampling.BILINEAR)
    return np.asarray(turned, dtype=np.float64)
