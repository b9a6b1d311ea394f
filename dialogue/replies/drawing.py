"""Plain drawings of figures: lines over time, bars, a heat map. SVG without scripts; the caller has the same as words and table."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Sequence

from knowledge.types import Lang

WIDTH, LEFT, RIGHT, TOP = 640, 150, 110, 40
_LINE_HEIGHT, _BAR, _CELL = 320, 24, 26
_INK, _PALE = "#1f5fbf", "#9aa7b8"
_NAME = 20
"""Characters of a name that fit beside a bar."""

Box = tuple[float, float, float, float]
"""Left, top, width, height of what stands for a row, for those who point at it."""


@dataclasses.dataclass(frozen=True)
class Row:
    """A bar, or a point of a line: its name, value and how that is written; `old` is the value it is compared with."""

    name: str
    value: float
    shown: str
    old: float | None = None


def bars(rows: Sequence[Row], title: str, told: str, lang: Lang) -> str:
    """Draw a bar for each row, to the left of zero where it is negative; what it is compared with is a thin bar below."""
    values = [0.0, *(row.value for row in rows), *(row.old for row in rows if row.old is not None)]
    low, high = min(values), max(values)
    scale = (WIDTH - LEFT - RIGHT) / ((high - low) or 1)
    zero = LEFT - low * scale
    parts = []
    for number, row in enumerate(rows):
        y = TOP + number * _BAR
        x, width = zero + min(row.value, 0) * scale, max(abs(row.value) * scale, 1)
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{html.escape(_cut(row.name))}</text>'
            f'<rect x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="12" fill="{_INK}"/>'
            f'<text x="{max(x + width, zero) + 6:.1f}" y="{y + 13}" text-anchor="start">{html.escape(row.shown)}</text>'
        )
        if row.old is not None:
            x, width = zero + min(row.old, 0) * scale, max(abs(row.old) * scale, 1)
            parts.append(f'<rect x="{x:.1f}" y="{y + 16}" width="{width:.1f}" height="4" fill="{_PALE}"/>')
    return _sheet(TOP + len(rows) * _BAR + 20, "".join(parts), title, told, lang)


def bar_boxes(count: int) -> list[Box]:
    """Return where the bars of `bars` stand, with their names."""
    return [(0, TOP + number * _BAR, WIDTH, _BAR) for number in range(count)]


def line(rows: Sequence[Row], title: str, told: str, lang: Lang) -> str:
    """Draw a line over time; what it is compared with is a dashed one."""
    values = [0.0, *(row.value for row in rows), *(row.old for row in rows if row.old is not None)]
    low, high = min(values), max(values)
    step = (WIDTH - LEFT - 40) / max(len(rows) - 1, 1)

    def up(value: float) -> float:
        return TOP + (_LINE_HEIGHT - TOP - 60) * (high - value) / ((high - low) or 1)

    old = " ".join(f"{LEFT + n * step:.1f},{up(row.old):.1f}" for n, row in enumerate(rows) if row.old is not None)
    now = " ".join(f"{LEFT + n * step:.1f},{up(row.value):.1f}" for n, row in enumerate(rows))
    every = max(1, -(-len(rows) // 8))
    names = "".join(
        f'<text x="{LEFT + n * step:.1f}" y="{_LINE_HEIGHT - 35}">{html.escape(row.name)}</text>'
        for n, row in enumerate(rows)
        if n % every == 0
    )
    most = max(rows, key=lambda row: row.value)
    sides = (
        f'<text x="{LEFT - 8}" y="{up(most.value) + 4:.1f}" text-anchor="end">{html.escape(most.shown)}</text>'
        f'<line x1="{LEFT}" y1="{up(0):.1f}" x2="{WIDTH - 40}" y2="{up(0):.1f}" stroke="#ccc"/>'
        f'<text x="{LEFT - 8}" y="{up(0) + 4:.1f}" text-anchor="end">0</text>'
    )
    drawn = f'<polyline points="{now}" fill="none" stroke="{_INK}" stroke-width="2"/>'
    if old:
        drawn += f'<polyline points="{old}" fill="none" stroke="{_PALE}" stroke-width="2" stroke-dasharray="5 4"/>'
    return _sheet(_LINE_HEIGHT, sides + drawn + names, title, told, lang)


def line_boxes(count: int) -> list[Box]:
    """Return a strip around each point of `line`."""
    step = (WIDTH - LEFT - 40) / max(count - 1, 1)
    strip = min(step, WIDTH - LEFT - 40)
    return [
        (round(LEFT + (number - 0.5) * strip, 1), TOP, round(strip, 1), _LINE_HEIGHT - TOP - 30)
        for number in range(count)
    ]


def heat(
    down: Sequence[str], across: Sequence[str], cells: Sequence[Sequence[Row | None]], title: str, told: str, lang: Lang
) -> str:
    """Draw a cell for each pair, the darker the larger; `cells` are rows of `down`, one for each of `across`."""
    most = max((cell.value for row in cells for cell in row if cell is not None), default=0.0) or 1.0
    width = (WIDTH - LEFT - 20) / max(len(across), 1)
    parts = [
        f'<text x="{LEFT + (n + 0.5) * width:.1f}" y="{TOP + 8}">{html.escape(_cut(name, 9))}</text>'
        for n, name in enumerate(across)
    ]
    for number, (name, row) in enumerate(zip(down, cells, strict=True)):
        y = TOP + 16 + number * _CELL
        parts.append(f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{html.escape(_cut(name))}</text>')
        for column, cell in enumerate(row):
            if cell is None:
                continue
            dark = max(cell.value, 0) / most
            ink = "#fff" if dark > 0.55 else "#222"
            x = LEFT + column * width
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width - 1:.1f}" height="{_CELL - 2}" fill="{_INK}" fill-opacity="{0.05 + 0.95 * dark:.2f}"/>'
                f'<text x="{x + width / 2:.1f}" y="{y + 16}" fill="{ink}">{html.escape(cell.shown)}</text>'
            )
    return _sheet(TOP + 30 + len(down) * _CELL, "".join(parts), title, told, lang)


def heat_box(row: int, column: int, columns: int) -> Box:
    """Return where a cell of `heat` stands."""
    width = (WIDTH - LEFT - 20) / max(columns, 1)
    return (round(LEFT + column * width, 1), TOP + 16 + row * _CELL, round(width - 1, 1), _CELL - 2)


def _cut(name: str, most: int = _NAME) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _sheet(height: int, drawn: str, title: str, told: str, lang: Lang) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d" lang="{lang}">'
        f'<title id="t">{html.escape(title)}</title><desc id="d">{html.escape(told)}</desc>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<g font-family="sans-serif" font-size="11" text-anchor="middle" fill="#222">'
        f'<text x="{WIDTH / 2}" y="20" font-size="14">{html.escape(_cut(title, 70))}</text>{drawn}</g></svg>'
    )
