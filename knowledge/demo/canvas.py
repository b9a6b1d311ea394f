"""A small drawing board for product pictures: units of a hundredth of the picture, colours of one product."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Rgb = tuple[int, int, int]
Point = tuple[float, float]

WHITE: Rgb = (250, 250, 248)
INK: Rgb = (52, 54, 62)
METAL: Rgb = (198, 202, 209)
GLASS: Rgb = (214, 232, 238)
WOOD: Rgb = (190, 150, 108)
GOLD: Rgb = (214, 178, 106)


def rgb(code: str) -> Rgb:
    """Read ``#rrggbb``."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return `one` with a share of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@dataclasses.dataclass
class Canvas:
    """Draws shapes; coordinates go from 0 (left, top) to 100. Shapes in the product's colour get a thin darker edge."""

    pen: ImageDraw
    scale: float
    main: Rgb
    look: int
    """A number of the product: details that differ from one to the next hang on it."""

    @property
    def dark(self) -> Rgb:
        """The colour in shade."""
        return mix(self.main, (20, 20, 40), 0.22)

    @property
    def darker(self) -> Rgb:
        """The colour in deep shade."""
        return mix(self.main, (20, 20, 40), 0.42)

    @property
    def light(self) -> Rgb:
        """The colour in the light."""
        return mix(self.main, (255, 255, 255), 0.35)

    def _at(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def _edge(self, fill: Rgb | None) -> Rgb | None:
        """Return the colour of a shape's edge: white parts get a grey one, or they would be lost on the bright ground."""
        return METAL if fill == WHITE else self.dark if fill is None else None

    def poly(self, points: Sequence[Point], fill: Rgb | None = None) -> None:
        """Draw a polygon."""
        color = fill or self.main
        spots = self._at(points)
        self.pen.polygon(spots, fill=color)
        if (edge := self._edge(fill)) is not None:
            self.pen.line([*spots, spots[0]], fill=edge, width=round(0.7 * self.scale), joint="curve")

    def mirror(self, points: Sequence[Point], fill: Rgb | None = None) -> None:
        """Draw a polygon from its left half: the right half mirrors it at the middle."""
        self.poly([*points, *((100 - x, y) for x, y in reversed(points))], fill)

    def oval(self, x0: float, y0: float, x1: float, y1: float, fill: Rgb | None = None) -> None:
        """Draw an ellipse in a box."""
        spots, edge = self._at([(x0, y0), (x1, y1)]), self._edge(fill)
        self.pen.ellipse(spots, fill=fill or self.main, outline=edge, width=round(0.7 * self.scale))

    def box(self, x0: float, y0: float, x1: float, y1: float, radius: float = 0, fill: Rgb | None = None) -> None:
        """Draw a rectangle with round corners."""
        spots, edge = self._at([(x0, y0), (x1, y1)]), self._edge(fill)
        self.pen.rounded_rectangle(
            spots, radius * self.scale, fill=fill or self.main, outline=edge, width=round(0.7 * self.scale)
        )

    def line(self, points: Sequence[Point], fill: Rgb | None = None, width: float = 0.8) -> None:
        """Draw a line through points."""
        self.pen.line(self._at(points), fill=fill or self.dark, width=max(1, round(width * self.scale)), joint="curve")

    def arc(self, x0: float, y0: float, x1: float, y1: float, degrees: tuple[int, int], width: float) -> None:
        """Draw a part of an ellipse in the product's colour; `degrees` run clockwise from three o'clock."""
        self.pen.arc(self._at([(x0, y0), (x1, y1)]), *degrees, fill=self.dark, width=round(width * self.scale))

    def dots(self, points: Sequence[Point], radius: float, fill: Rgb) -> None:
        """Draw round dots."""
        for x, y in points:
            self.oval(x - radius, y - radius, x + radius, y + radius, fill)
