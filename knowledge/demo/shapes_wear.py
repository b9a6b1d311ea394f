"""How clothes, shoes and bags look, one function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from knowledge.demo.canvas import GOLD, INK, METAL, WHITE, Canvas

BODY = [(38, 24), (25, 31), (14, 47), (24, 54), (31, 45), (31, 80)]


def _pattern(c: Canvas, left: float, top: float, right: float, bottom: float) -> None:
    """Decorate the middle of a garment, one of six ways."""
    middle = (left + right) / 2
    if c.look == 1:
        for row in range(4):
            y = top + (bottom - top) * (row + 0.5) / 4
            c.line([(left, y), (right, y)], c.light, 2.2)
    elif c.look == 2:
        c.oval(middle - 7, top + 3, middle + 7, top + 17, c.light)
        c.poly([(middle - 5, top + 13), (middle, top + 5), (middle + 5, top + 13)], c.darker)
    elif c.look == 3:
        c.box(middle + 4, top + 4, middle + 13, top + 15, 1, c.dark)
    elif c.look == 4:
        c.dots([(left + 4 + 7 * i, top + 5 + 8 * j) for i in range(5) for j in range(4)], 1.1, c.light)
    elif c.look == 5:
        c.box(left, top + 10, right, top + 24, 0, c.light)


def tshirt(c: Canvas) -> None:
    """A T-shirt."""
    c.mirror(BODY)
    _pattern(c, 33, 42, 67, 76)
    c.oval(40, 18, 60, 31, c.darker)
    c.oval(42, 16, 58, 28, WHITE)


def shirt(c: Canvas) -> None:
    """A shirt with collar and buttons."""
    c.mirror([(40, 22), (26, 29), (15, 66), (24, 69), (32, 46), (31, 82)])
    if c.look == 1:
        for x in range(34, 68, 5):
            c.line([(x, 34), (x, 80)], c.light, 0.9)
    c.line([(50, 28), (50, 81)], c.dark, 0.8)
    c.dots([(50, y) for y in range(36, 80, 9)], 1.2, c.darker)
    c.poly([(40, 20), (50, 30), (43, 36), (36, 25)], c.light)
    c.poly([(60, 20), (50, 30), (57, 36), (64, 25)], c.light)


def hoodie(c: Canvas) -> None:
    """A hoodie with a pouch."""
    c.oval(33, 12, 67, 42, c.dark)
    c.mirror([(38, 28), (24, 34), (13, 70), (23, 73), (31, 52), (31, 83)])
    c.oval(39, 18, 61, 40, c.darker)
    c.mirror([(38, 62), (34, 76), (50, 76)], c.dark)
    c.line([(46, 38), (45, 52)], WHITE, 1)
    c.line([(54, 38), (55, 52)], WHITE, 1)
    if c.look % 3 == 1:
        c.line([(50, 40), (50, 82)], METAL, 1.2)
    c.box(31, 80, 69, 84, 1, c.dark)


def sweater(c: Canvas) -> None:
    """A knitted sweater."""
    c.mirror([(40, 24), (25, 31), (14, 70), (24, 73), (32, 50), (31, 80)])
    c.box(40, 17 if c.look % 2 else 20, 60, 29, 3, c.dark)
    for x in range(36, 66, 7):
        c.line([(x + (2 if (y // 5) % 2 else 0), y) for y in range(36, 76, 5)], c.dark, 0.9)
    c.box(31, 77, 69, 83, 1, c.dark)
    c.line([(15, 68), (25, 71)], c.darker, 1.6)
    c.line([(85, 68), (75, 71)], c.darker, 1.6)


def jacket(c: Canvas) -> None:
    """A zipped jacket."""
    c.mirror([(39, 22), (24, 30), (12, 72), (23, 75), (31, 50), (30, 84)])
    c.poly([(39, 20), (50, 32), (44, 40), (34, 26)], c.dark)
    c.poly([(61, 20), (50, 32), (56, 40), (66, 26)], c.dark)
    c.line([(50, 32), (50, 83)], METAL, 1.4)
    c.box(34, 60, 45, 64, 1, c.darker)
    c.box(55, 60, 66, 64, 1, c.darker)
    if c.look % 3 == 1:
        c.box(55, 42, 64, 51, 1, c.dark)
    c.box(30, 80, 70, 85, 1, c.darker)


def down_jacket(c: Canvas) -> None:
    """A quilted down jacket."""
    bottom = 92 if c.look % 2 else 82
    c.oval(35, 10, 65, 36, c.dark)
    c.mirror([(38, 24), (22, 32), (10, 70), (22, 75), (29, 54), (28, bottom)])
    for y in range(36, bottom - 2, 9):
        c.line([(29, y), (50, y + 2), (71, y)], c.dark, 1.1)
    for y in range(40, 70, 9):
        c.line([(22 - (y - 40) / 4, y), (30, y + 3)], c.dark, 1.1)
        c.line([(78 + (y - 40) / 4, y), (70, y + 3)], c.dark, 1.1)
    c.oval(41, 16, 59, 33, c.darker)
    c.line([(50, 33), (50, bottom)], METAL, 1.3)


def jeans(c: Canvas) -> None:
    """A pair of jeans."""
    hem = {0: 32, 1: 36, 2: 24}[c.look % 3]
    c.mirror([(33, 14), (31, 34), (hem, 90), (hem + 14, 90), (50, 42)])
    c.box(33, 14, 67, 20, 1, c.darker)
    c.line([(50, 20), (50, 42)], c.darker, 0.9)
    c.line([(35, 22), (42, 29), (47, 22)], GOLD, 0.8)
    c.line([(65, 22), (58, 29), (53, 22)], GOLD, 0.8)
    c.line([(hem + 1, 86), (hem + 13.5, 86)], GOLD, 0.8)
    c.line([(99 - hem, 86), (86.5 - hem, 86)], GOLD, 0.8)
    c.dots([(50, 17)], 1.4, GOLD)


def trousers(c: Canvas) -> None:
    """A pair of trousers with a crease."""
    c.mirror([(34, 12), (32, 34), (35, 91), (46, 91), (50, 42)])
    c.box(34, 12, 66, 18, 1, c.dark)
    c.line([(40, 20), (40.5, 90)], c.dark, 0.7)
    c.line([(60, 20), (59.5, 90)], c.dark, 0.7)
    if c.look % 3 == 2:
        c.box(32, 52, 39, 64, 1, c.dark)
        c.box(61, 52, 68, 64, 1, c.dark)


def dress(c: Canvas) -> None:
    """A dress."""
    c.mirror([(41, 14), (36, 22), (39, 42), (22, 86), (50, 89)])
    c.box(39, 40, 61, 44, 1, c.darker)
    if c.look % 2:
        c.dots([(34 + 6 * i + (3 if j % 2 else 0), 52 + 8 * j) for i in range(6) for j in range(4)], 1.2, c.light)
    else:
        for x in (36, 43, 50, 57, 64):
            c.line([(50 + (x - 50) * 0.4, 46), (x, 86)], c.dark, 0.7)
    c.poly([(44, 14), (56, 14), (50, 22)], WHITE)
    if c.look % 3 == 0:
        c.oval(29, 17, 41, 30, c.light)
        c.oval(59, 17, 71, 30, c.light)


def skirt(c: Canvas) -> None:
    """A skirt."""
    hem = 18 if c.look % 2 else 28
    c.mirror([(36, 24), (hem, 78), (50, 81)])
    c.box(35, 20, 65, 27, 1, c.darker)
    for share in (0.15, 0.32, 0.5, 0.68, 0.85):
        c.line([(36 + 28 * share, 28), (hem + (100 - 2 * hem) * share, 79)], c.dark, 0.8)


def sneakers(c: Canvas) -> None:
    """A sneaker from the side."""
    top = 28 if c.look % 3 == 2 else 38
    c.poly([(16, 66), (18, top), (38, top), (46, 48), (62, 55), (84, 60), (88, 70), (16, 70)])
    c.poly([(16, 66), (18, top), (27, top), (28, 68)], c.dark)
    sole = 80 if c.look % 2 else 76
    c.box(13, 68, 90, sole, 3, WHITE)
    c.line([(14, 73), (89, 73)], METAL, 0.8)
    for step in range(4):
        c.line([(36 + 6 * step, 46 + 2.6 * step), (42 + 6 * step, 40 + 3.6 * step)], WHITE, 1.5)
    c.oval(66, 56, 88, 72, c.light)
    c.box(13, 68, 90, sole, 3, WHITE)


def running_shoes(c: Canvas) -> None:
    """A running shoe with a thick sole."""
    c.poly([(15, 64), (13, 42), (24, 36), (36, 38), (46, 46), (64, 53), (88, 60), (91, 68), (15, 69)])
    for step in range(5):
        c.line([(40 + 5 * step, 66), (46 + 5 * step, 49 + 1.8 * step)], c.light, 1.3)
    c.line([(36, 44), (44, 40)], WHITE, 1.6)
    c.line([(42, 48), (50, 44)], WHITE, 1.6)
    c.poly([(10, 68), (94, 66), (92, 74), (80, 79), (40, 78), (16, 81)], WHITE)
    c.poly([(16, 81), (40, 78), (80, 79), (92, 74), (86, 82), (18, 84)], c.darker)


def backpack(c: Canvas) -> None:
    """A backpack."""
    c.arc(40, 8, 60, 28, degrees=(180, 360), width=3)
    c.box(26, 18, 74, 86, 14)
    c.box(32, 52, 68, 80, 5, c.dark)
    c.line([(32, 60), (68, 60)], METAL, 1.1)
    c.line([(30, 38), (70, 38)], c.darker, 1.2)
    c.box(20, 46, 27, 76, 3, c.darker)
    c.box(73, 46, 80, 76, 3, c.darker)
    if c.look % 2:
        c.box(43, 24, 57, 32, 2, c.light)
    c.dots([(66, 60)], 1.5, GOLD)


def cap(c: Canvas) -> None:
    """A baseball cap."""
    c.pen.pieslice([20 * c.scale, 26 * c.scale, 74 * c.scale, 92 * c.scale], 180, 360, fill=c.main, outline=c.dark)
    c.poly([(56, 58), (72, 56), (94, 62), (92, 67), (66, 66)], c.darker)
    c.line([(47, 27), (47, 58)], c.dark, 0.9)
    c.line([(47, 28), (33, 58)], c.dark, 0.7)
    c.line([(47, 28), (62, 58)], c.dark, 0.7)
    c.dots([(47, 26.5)], 2, c.darker)
    if c.look % 2:
        c.oval(42, 38, 54, 50, c.light)
    c.line([(20, 59), (74, 59)], INK, 0.8)


SHAPES: Mapping[str, Callable[[Canvas], None]] = {
    shape.__name__: shape
    for shape in (
        tshirt, shirt, hoodie, sweater, jacket, down_jacket, jeans, trousers, dress, skirt, sneakers, running_shoes, backpack, cap
    )
}  # fmt: skip
