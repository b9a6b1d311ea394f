"""How electronics look, one function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from knowledge.demo.canvas import GLASS, GOLD, INK, METAL, WHITE, Canvas, Rgb, mix

SCREENS: tuple[tuple[Rgb, Rgb], ...] = (
    ((58, 96, 168), (126, 178, 222)),
    ((92, 60, 140), (214, 130, 170)),
    ((26, 92, 96), (120, 190, 160)),
    ((44, 48, 78), (236, 168, 96)),
)


def _screen(c: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    """Draw a lit screen with hills."""
    low, high = SCREENS[c.look % 4]
    c.box(x0, y0, x1, y1, 1.5, low)
    steps = 6
    for step in range(steps):
        y = y0 + (y1 - y0) * step / steps
        c.box(x0, y, x1, min(y1, y + (y1 - y0) / steps + 0.2), 0, mix(high, low, step / steps))
    width = x1 - x0
    c.oval(x0 + width * 0.6, y0 + (y1 - y0) * 0.15, x0 + width * 0.75, y0 + (y1 - y0) * 0.15 + width * 0.15, WHITE)
    c.poly([(x0, y1), (x0 + width * 0.35, y0 + (y1 - y0) * 0.55), (x0 + width * 0.7, y1)], low)
    c.poly([(x0 + width * 0.4, y1), (x0 + width * 0.75, y0 + (y1 - y0) * 0.65), (x1, y1)], mix(low, INK, 0.3))


def phone(c: Canvas) -> None:
    """A phone, front and back."""
    c.box(46, 12, 78, 82, 5)
    c.box(50, 16, 64, 34, 4, c.dark)
    c.dots([(54, 21), (60, 21), (57, 29)], 2.6, INK)
    c.box(22, 18, 54, 88, 5, INK)
    _screen(c, 24, 21, 52, 85)
    c.box(34, 23, 42, 25, 1, INK)


def laptop(c: Canvas) -> None:
    """An open laptop."""
    c.box(18, 20, 82, 66, 3)
    _screen(c, 21, 23, 79, 62)
    c.poly([(18, 66), (82, 66), (94, 78), (6, 78)])
    c.poly([(24, 68), (76, 68), (80, 73), (20, 73)], c.darker)
    c.poly([(42, 74), (58, 74), (60, 77), (40, 77)], c.dark)


def tablet(c: Canvas) -> None:
    """A tablet with a pen."""
    c.box(18, 16, 74, 84, 4)
    _screen(c, 22, 20, 70, 80)
    c.poly([(80, 20), (85, 20), (85, 74), (82.5, 82), (80, 74)], WHITE)
    c.box(80, 20, 85, 25, 1, c.dark)


def headphones(c: Canvas) -> None:
    """Headphones."""
    c.arc(22, 14, 78, 80, degrees=(180, 360), width=5)
    c.arc(26, 18, 74, 76, degrees=(200, 340), width=2)
    for x0, x1, inner in ((16, 34, 28), (66, 84, 66)):
        c.box(x0, 44, x1, 78, 8)
        c.box(inner, 48, inner + 6, 74, 3, c.darker)
    if c.look % 2:
        c.line([(25, 78), (26, 90), (40, 92)], INK, 1)


def earbuds(c: Canvas) -> None:
    """Earbuds above their open case."""
    c.box(24, 54, 76, 88, 13)
    c.box(24, 54, 76, 68, 10, c.dark)
    c.line([(25, 68), (75, 68)], c.darker, 0.9)
    c.dots([(50, 78)], 1.5, (120, 210, 130))
    for x, side in ((36, -1), (64, 1)):
        c.oval(x - 9, 18, x + 9, 36)
        c.oval(x - 9 - 3 * side, 22, x + 1 - 3 * side, 32, c.darker)
        c.box(x - 3 + 3 * side, 30, x + 3 + 3 * side, 52, 3)
    if c.look % 3 == 2:
        c.arc(22, 8, 46, 34, degrees=(160, 330), width=2)
        c.arc(54, 8, 78, 34, degrees=(210, 20), width=2)


def keyboard(c: Canvas) -> None:
    """A keyboard."""
    c.box(8, 34, 92, 70, 4)
    keys = [(224, 104, 90), (250, 250, 246), (120, 170, 214)]
    for row in range(4):
        for column in range(13):
            x, y = 11 + column * 6.1, 38 + row * 7.4
            accent = (row, column) in {(0, 0), (2, 12)} or (c.look % 2 and row == 3 and 3 < column < 9)
            c.box(x, y, x + 5.2, y + 6.2, 1, keys[c.look % 3] if accent else c.light if c.look % 3 else c.darker)
    if c.look % 3 == 0:
        c.line([(50, 34), (50, 22), (58, 16)], INK, 1.2)


def mouse(c: Canvas) -> None:
    """A mouse from above."""
    if c.look % 2:
        c.line([(50, 24), (50, 14), (60, 8)], INK, 1.3)
    c.oval(31, 18, 69, 86)
    c.line([(50, 19), (50, 46)], c.darker, 1)
    c.line([(32, 46), (68, 46)], c.darker, 0.8)
    c.box(47, 28, 53, 40, 3, c.darker)
    c.box(30, 50, 33, 62, 1, c.darker)


def power_bank(c: Canvas) -> None:
    """A power bank."""
    c.box(30, 14, 70, 86, 7)
    c.box(33, 17, 40, 83, 3, c.light)
    c.box(44, 20, 56, 26, 1, INK)
    c.dots([(52 + 4 * i, 78) for i in range(4)], 1.1, (120, 210, 130))
    c.poly([(54, 38), (44, 54), (51, 54), (47, 66), (59, 49), (52, 49)], c.darker)
    if c.look % 2:
        c.line([(68, 20), (80, 26), (80, 50)], INK, 1.6)


def charger(c: Canvas) -> None:
    """A plug charger."""
    c.box(40, 10, 45, 26, 1, METAL)
    c.box(55, 10, 60, 26, 1, METAL)
    c.box(28, 24, 72, 80, 8)
    c.box(31, 27, 38, 77, 3, c.light)
    for port in range(1 + c.look % 3):
        c.box(43, 66 - 10 * port, 57, 71 - 10 * port, 2.5, INK)
    c.poly([(53, 30), (45, 40), (50, 40), (48, 47), (56, 37), (51, 37)], GOLD)


def smartwatch(c: Canvas) -> None:
    """A watch with rings."""
    c.box(37, 6, 63, 94, 6, c.dark)
    for y in (12, 17, 83, 88):
        c.dots([(50, y)], 1.1, c.darker)
    if c.look % 2:
        c.oval(24, 24, 76, 76)
        c.oval(28, 28, 72, 72, INK)
    else:
        c.box(26, 25, 74, 75, 12)
        c.box(29, 28, 71, 72, 10, INK)
    for step, color in enumerate(((232, 92, 110), (132, 214, 120), (96, 180, 232))):
        edge = 35 + 5 * step
        spots = [edge * c.scale, edge * c.scale, (100 - edge) * c.scale, (100 - edge) * c.scale]
        c.pen.arc(spots, -90, 130 + 40 * step, fill=color, width=round(3 * c.scale))
    c.box(76, 46, 79, 54, 1, c.darker)


def speaker(c: Canvas) -> None:
    """A speaker."""
    if c.look % 2:
        c.box(12, 36, 88, 70, 16)
        c.dots([(24 + 4 * i, 43 + 4 * j) for i in range(14) for j in range(6)], 0.9, c.darker)
        c.box(42, 48, 58, 58, 3, c.light)
    else:
        c.box(28, 14, 72, 88, 7)
        c.oval(34, 44, 66, 80, c.darker)
        c.oval(40, 51, 60, 73, INK)
        c.oval(41, 20, 59, 39, c.darker)
        c.oval(46, 25, 54, 34, INK)
    c.dots([(50, 53 if c.look % 2 else 62)], 2, METAL)


def monitor(c: Canvas) -> None:
    """A monitor on its foot."""
    c.box(10, 16, 90, 68, 2)
    _screen(c, 12.5, 18.5, 87.5, 64)
    c.box(46, 68, 54, 80, 0, METAL)
    c.box(32, 79, 68, 84, 2, METAL)
    c.dots([(50, 66)], 0.8, GLASS)


SHAPES: Mapping[str, Callable[[Canvas], None]] = {
    shape.__name__: shape
    for shape in (
        phone, laptop, tablet, headphones, earbuds, keyboard, mouse, power_bank, charger, smartwatch, speaker, monitor
    )
}  # fmt: skip
