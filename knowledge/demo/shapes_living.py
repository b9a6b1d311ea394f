"""How things for the home and for beauty look, one function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from knowledge.demo.canvas import GLASS, GOLD, INK, METAL, WHITE, WOOD, Canvas, mix


def bedding(c: Canvas) -> None:
    """A made bed."""
    c.box(12, 24, 88, 56, 5, WOOD)
    c.box(18, 36, 48, 54, 6, WHITE)
    c.box(52, 36, 82, 54, 6, WHITE)
    c.poly([(12, 52), (88, 52), (92, 82), (8, 82)])
    c.poly([(12, 52), (88, 52), (89, 59), (11, 59)], c.light)
    if c.look % 3 == 1:
        for x in range(16, 90, 9):
            c.line([(x, 60), (x + (x - 50) * 0.06, 81)], c.light, 1.3)
    elif c.look % 3 == 2:
        c.dots([(16 + 9 * i, 64 + 7 * j) for i in range(9) for j in range(3)], 1.3, c.light)
    c.box(10, 82, 16, 90, 1, WOOD)
    c.box(84, 82, 90, 90, 1, WOOD)


def towel(c: Canvas) -> None:
    """Folded towels."""
    for step, y in enumerate((64, 46, 28)):
        c.box(18, y, 82, y + 17, 7)
        c.line([(22, y + 12), (80, y + 12)], c.light if step % 2 == c.look % 2 else c.darker, 1.6)
        c.box(74, y, 82, y + 17, 5, c.dark)


def mug(c: Canvas) -> None:
    """A steaming mug."""
    c.arc(58, 40, 86, 70, degrees=(270, 90), width=5)
    c.box(24, 32, 68, 82, 6)
    c.oval(24, 27, 68, 38, c.darker)
    c.oval(27, 29, 65, 37, (112, 74, 48))
    if c.look % 3 == 1:
        c.box(24, 56, 68, 64, 0, c.light)
    elif c.look % 3 == 2:
        c.poly([(46, 66), (37, 56), (41, 51), (46, 55), (51, 51), (55, 56)], c.light)
    for x in (38, 46, 54):
        c.line([(x, 24), (x + 2, 19), (x, 14), (x + 2, 9)], WHITE, 1.3)


def bottle(c: Canvas) -> None:
    """An insulated bottle."""
    c.box(41, 8, 59, 20, 3, c.darker)
    if c.look % 2:
        c.arc(50, 4, 66, 18, degrees=(230, 90), width=2)
    c.box(38, 18, 62, 26, 2, METAL)
    c.box(34, 24, 66, 92, 8)
    c.box(37, 30, 42, 86, 2, c.light)
    c.box(34, 78, 66, 82, 0, c.dark)
    if c.look % 3 == 0:
        c.oval(46, 44, 60, 58, c.light)


def desk_lamp(c: Canvas) -> None:
    """A desk lamp with its light."""
    c.poly([(56, 34), (88, 34), (96, 84), (48, 84)], (253, 244, 206))
    c.line([(32, 82), (30, 46), (56, 22)], c.dark, 3)
    c.dots([(30, 46)], 3, c.darker)
    c.poly([(52, 20), (66, 12), (90, 34), (54, 36)])
    c.box(18, 81, 48, 87, 3)
    c.dots([(26, 84)], 1.3, GOLD)


def pan(c: Canvas) -> None:
    """A frying pan with an egg."""
    c.poly([(64, 52), (92, 76), (96, 70), (70, 46)], WOOD)
    c.oval(10, 22, 72, 80)
    c.oval(16, 28, 66, 74, c.darker)
    if c.look % 2:
        c.oval(28, 38, 56, 62, WHITE)
        c.oval(37, 45, 48, 55, (246, 190, 70))
    else:
        c.oval(22, 32, 60, 66, mix(c.darker, WHITE, 0.1))


def storage_box(c: Canvas) -> None:
    """A storage box with a lid."""
    c.box(16, 38, 84, 82, 3)
    c.box(12, 28, 88, 40, 3, c.light if c.look % 2 else WOOD)
    c.box(42, 52, 58, 58, 3, c.darker)
    for y in (66, 74):
        c.line([(18, y), (82, y)], c.dark, 0.8)
    if c.look % 3 == 0:
        c.dots([(24, 86), (76, 86)], 3.5, INK)


def candle(c: Canvas) -> None:
    """A candle in a glass."""
    c.box(28, 36, 72, 86, 5, GLASS)
    c.box(30, 48, 70, 84, 4)
    c.oval(30, 44, 70, 53, c.light)
    c.line([(50, 48), (50, 38)], INK, 1)
    c.poly([(50, 18), (57, 32), (50, 40), (43, 32)], (250, 190, 80))
    c.poly([(50, 26), (53, 33), (50, 38), (47, 33)], (255, 240, 190))
    c.box(36, 60, 64, 76, 1, WHITE)
    c.line([(40, 65), (60, 65)], c.darker, 0.9)
    c.line([(43, 70), (57, 70)], c.dark, 0.9)


def cushion(c: Canvas) -> None:
    """A cushion."""
    c.mirror([(50, 22), (30, 20), (16, 16), (20, 50), (16, 84), (30, 80), (50, 78)])
    if c.look % 3 == 0:
        c.dots([(30 + 10 * i, 32 + 9 * j) for i in range(5) for j in range(5)], 1.4, c.light)
    elif c.look % 3 == 1:
        for x in range(28, 76, 8):
            c.line([(x, 24), (x, 76)], c.dark, 1.2)
    else:
        c.mirror([(50, 32), (32, 50), (50, 68)], c.light)
    for x, y in ((15, 15), (85, 15), (15, 85), (85, 85)):
        c.dots([(x, y)], 2.4, c.darker)


def rice_cooker(c: Canvas) -> None:
    """A rice cooker."""
    c.box(18, 36, 82, 84, 14)
    c.mirror([(50, 18), (30, 22), (18, 42), (50, 44)], c.light)
    c.box(42, 15, 58, 20, 2, c.darker)
    c.line([(18, 43), (82, 43)], c.darker, 1)
    c.box(36, 52, 64, 72, 3, INK)
    c.box(40, 55, 60, 62, 1, (150, 220, 200))
    c.dots([(43, 67), (50, 67), (57, 67)], 1.5, METAL)
    c.box(24, 84, 34, 87, 1, INK)
    c.box(66, 84, 76, 87, 1, INK)


def kettle(c: Canvas) -> None:
    """An electric kettle."""
    c.arc(60, 28, 90, 76, degrees=(270, 80), width=5)
    c.mirror([(38, 26), (28, 80), (50, 82)])
    if c.look % 2:
        c.line([(32, 66), (18, 48), (14, 32)], c.dark, 3)
    else:
        c.poly([(37, 30), (22, 34), (34, 46)], c.dark)
    c.box(37, 21, 63, 28, 3, c.darker)
    c.dots([(50, 18)], 2.5, INK)
    c.box(24, 81, 76, 88, 3, INK)
    c.box(40, 44, 45, 72, 2, c.light)


def vacuum(c: Canvas) -> None:
    """A vacuum cleaner: a robot or a stick."""
    if c.look % 2:
        c.oval(12, 30, 88, 84, c.darker)
        c.oval(12, 24, 88, 78)
        c.oval(40, 38, 60, 53, c.darker)
        c.oval(44, 41, 56, 50, INK)
        c.dots([(50, 68)], 2, (120, 210, 130))
        c.arc(18, 28, 82, 76, degrees=(200, 340), width=1)
        return
    c.line([(60, 30), (36, 80)], METAL, 3)
    c.poly([(18, 80), (52, 80), (56, 88), (14, 88)])
    c.box(50, 14, 76, 36, 7)
    c.oval(44, 24, 60, 42, c.darker)
    c.arc(62, 6, 88, 32, degrees=(250, 90), width=4)


def lipstick(c: Canvas) -> None:
    """A lipstick and its cap."""
    c.poly([(34, 42), (34, 24), (46, 14), (48, 16), (48, 42)])
    c.box(32, 42, 50, 56, 1, GOLD)
    c.box(29, 55, 53, 88, 2, INK)
    c.box(60, 44, 80, 88, 3, INK)
    c.box(60, 76, 80, 80, 0, GOLD)
    c.box(64, 48, 67, 72, 1, (92, 94, 104))


def _label(c: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    """Draw a paper label with three lines of print."""
    c.box(x0, y0, x1, y1, 1, WHITE)
    middle, third = (x0 + x1) / 2, (y1 - y0) / 4
    for row, share in enumerate((0.3, 0.38, 0.22)):
        half = (x1 - x0) * share
        c.line([(middle - half, y0 + third * (row + 1)), (middle + half, y0 + third * (row + 1))], c.darker, 0.8)


def cleanser(c: Canvas) -> None:
    """A tube on its cap."""
    c.poly([(30, 12), (70, 12), (64, 74), (36, 74)])
    c.line([(30, 14), (70, 14)], c.darker, 2)
    c.box(38, 74, 62, 90, 2, WHITE)
    _label(c, 39, 30, 61, 58)


def face_cream(c: Canvas) -> None:
    """A jar."""
    c.box(20, 48, 80, 84, 8)
    c.box(18, 32, 82, 50, 4, GOLD if c.look % 2 else WHITE)
    c.line([(18, 44), (82, 44)], c.dark, 0.8)
    _label(c, 34, 55, 66, 76)


def serum(c: Canvas) -> None:
    """A bottle with a dropper."""
    c.oval(43, 6, 57, 24, INK)
    c.box(42, 20, 58, 34, 2, GOLD)
    c.box(32, 34, 68, 88, 8)
    c.box(49, 36, 51, 70, 0, GLASS)
    _label(c, 36, 52, 64, 78)


def sunscreen(c: Canvas) -> None:
    """A flat bottle with a sun."""
    c.box(40, 10, 60, 26, 3, WHITE)
    c.box(28, 24, 72, 90, 12)
    c.oval(41, 38, 59, 56, (250, 206, 92))
    for dx, dy in ((0, -13), (0, 13), (-13, 0), (13, 0), (9, 9), (-9, -9), (9, -9), (-9, 9)):
        c.line([(50 + dx * 0.85, 47 + dy * 0.85), (50 + dx * 1.15, 47 + dy * 1.15)], (250, 206, 92), 1.4)
    _label(c, 36, 66, 64, 82)


def sheet_mask(c: Canvas) -> None:
    """A sachet with a face."""
    c.box(24, 12, 76, 90, 2)
    c.box(24, 12, 76, 19, 0, c.darker)
    c.oval(34, 28, 66, 72, WHITE)
    c.oval(39, 42, 47, 47, c.main)
    c.oval(53, 42, 61, 47, c.main)
    c.oval(44, 60, 56, 64, c.main)
    c.line([(50, 48), (48, 55), (51, 55)], c.dark, 0.9)
    c.line([(36, 80), (64, 80)], c.light, 1.6)


def shampoo(c: Canvas) -> None:
    """A pump bottle."""
    c.box(48, 8, 52, 24, 1, INK)
    c.box(30, 6, 54, 11, 2, INK)
    c.box(40, 22, 60, 30, 2, INK)
    c.box(28, 28, 72, 92, 10)
    _label(c, 35, 44, 65, 76)


def hand_cream(c: Canvas) -> None:
    """A small tube lying aslant."""
    c.poly([(16, 62), (30, 82), (72, 44), (62, 28)])
    c.line([(16, 62), (30, 82)], c.darker, 2.4)
    c.poly([(62, 28), (72, 44), (82, 36), (72, 20)], WHITE)
    c.poly([(34, 58), (42, 68), (60, 52), (52, 42)], c.light)


def perfume(c: Canvas) -> None:
    """A perfume bottle."""
    c.box(42, 10, 58, 26, 2, GOLD)
    c.box(46, 26, 54, 32, 0, METAL)
    if c.look % 2:
        c.box(26, 32, 74, 86, 5, GLASS)
        c.box(29, 48, 71, 83, 3)
    else:
        c.oval(22, 30, 78, 88, GLASS)
        c.oval(26, 40, 74, 86)
    _label(c, 38, 56, 62, 72)


def foundation(c: Canvas) -> None:
    """A glass bottle of make-up."""
    c.box(38, 10, 62, 40, 2, INK)
    c.box(38, 34, 62, 38, 0, GOLD)
    c.box(30, 40, 70, 90, 6)
    c.box(34, 45, 38, 84, 2, c.light)
    _label(c, 42, 56, 64, 76)


SHAPES: Mapping[str, Callable[[Canvas], None]] = {
    shape.__name__: shape
    for shape in (
        bedding, towel, mug, bottle, desk_lamp, pan, storage_box, candle, cushion, rice_cooker, kettle, vacuum, lipstick, cleanser,
        face_cream, serum, sunscreen, sheet_mask, shampoo, hand_cream, perfume, foundation
    )
}  # fmt: skip
