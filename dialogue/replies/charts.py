"""Drawings in a reply: SVG without scripts, with the same figures as a sentence and as a table."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.replies import templates as words
from dialogue.replies.types import ChartReply
from knowledge.types import Lang

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 90, 45, 40, 60
"""Pixels around the plot."""
APART = 16
"""Pixels between two figures on the side."""
_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "title": "{title}：不同售价下预计的每周毛利",
        "head": "售价|每周销量|销售额|毛利|毛利区间（95 %）|规则",
        "yes": "可用", "no": "超出定价规则", "now": "现价", "best": "最高",
        "text": "{title}：现价 {now} 时预计每周毛利 {profit}；所列价格中 {best} 最高，为 {most}（{low} 至 {high}）。",
    },
    "en": {
        "title": "{title}: expected weekly profit by price",
        "head": "Price|Units a week|Revenue|Profit|95 % interval|Rules",
        "yes": "allowed", "no": "outside the price rules", "now": "now", "best": "best",
        "text": "{title}: at today's {now} a week is expected to bring {profit} of profit; of the prices shown {best} brings most, {most} ({low} to {high}).",
    },
}  # fmt: skip


def price_chart(curve: Mapping[str, Any], text: str, lang: Lang) -> ChartReply:
    """Return `tools.pricing.types.PriceCurve` (as JSON) as a drawing of the profit with its interval."""
    points, said = curve["points"], _WORDS[lang]
    title = words.text(curve["title"], lang)
    now = min(points, key=lambda point: abs(point["price"]["minor"] - curve["now"]["minor"]))
    best = max(points, key=lambda point: int(point["profit"]["value"]["minor"]))
    sentence = said["text"].format(
        title=title,
        now=words.money(now["price"], lang),
        profit=words.money(now["profit"]["value"], lang),
        best=words.money(best["price"], lang),
        most=words.money(best["profit"]["value"], lang),
        low=words.money(best["profit"]["low"], lang),
        high=words.money(best["profit"]["high"], lang),
    )
    told = "\n".join(filter(None, (text, sentence)))
    svg = _drawn(points, {"now": now, "best": best}, said["title"].format(title=title), told, lang)
    return ChartReply(text=told, lang=lang, svg=svg, table=_table(points, lang))


def _table(points: Sequence[Mapping[str, Any]], lang: Lang) -> tuple[tuple[str, ...], ...]:
    said = _WORDS[lang]
    rows = [
        (
            words.money(point["price"], lang),
            f"{point['units']['value']:.1f}",
            words.money(point["revenue"], lang),
            words.money(point["profit"]["value"], lang),
            f"{words.money(point['profit']['low'], lang)} – {words.money(point['profit']['high'], lang)}",
            said["yes"] if point["allowed"] else said["no"],
        )
        for point in points
    ]
    return (tuple(said["head"].split("|")), *rows)


def _drawn(
    points: Sequence[Mapping[str, Any]], marked: Mapping[str, Mapping[str, Any]], title: str, told: str, lang: Lang
) -> str:
    prices = [int(point["price"]["minor"]) for point in points]
    profits = {part: [int(point["profit"][part]["minor"]) for point in points] for part in ("value", "low", "high")}
    across = _Scale(min(prices), max(prices), LEFT, WIDTH - RIGHT)
    up = _Scale(min((0, *profits["low"])), max((1, *profits["high"])), HEIGHT - BOTTOM, TOP)
    at = [across.place(price) for price in prices]
    line = " ".join(f"{x:.1f},{up.place(value):.1f}" for x, value in zip(at, profits["value"], strict=True))
    edges = [*zip(at, profits["high"], strict=True), *reversed(list(zip(at, profits["low"], strict=True)))]
    band = " ".join(f"{x:.1f},{up.place(value):.1f}" for x, value in edges)
    marks = [
        f'<circle cx="{x:.1f}" cy="{up.place(value):.1f}" r="5" stroke="#1f5fbf" stroke-width="2" '
        f'fill="{"#1f5fbf" if point["allowed"] else "#fff"}"/>'
        f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}">{html.escape(words.money(point["price"], lang))}</text>'
        for x, value, point in zip(at, profits["value"], points, strict=True)
    ]
    for name, point in marked.items():
        x, y = across.place(int(point["price"]["minor"])), up.place(int(point["profit"]["value"]["minor"]))
        lift = 14 if name == "best" else -24
        marks.append(f'<text x="{x:.1f}" y="{y - lift:.1f}" font-weight="bold">{_WORDS[lang][name]}</text>')
    currency = points[0]["price"]["currency"]
    sides = "".join(
        f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ccc"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
        f"{html.escape(words.money({'minor': value, 'currency': currency}, lang))}</text>"
        for value, y in _apart(
            [(value, up.place(value)) for value in (0, max(profits["value"]), min(profits["value"]))]
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d" lang="{lang}">'
        f'<title id="t">{html.escape(title)}</title><desc id="d">{html.escape(told)}</desc>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<g font-family="sans-serif" font-size="11" text-anchor="middle" fill="#222">'
        f'<text x="{WIDTH / 2}" y="20" font-size="14">{html.escape(title)}</text>{sides}'
        f'<polygon points="{band}" fill="#1f5fbf" fill-opacity="0.15"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f5fbf" stroke-width="2"/>{"".join(marks)}</g></svg>'
    )


def _apart(places: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the figures that do not stand in one another's way, the first ones before the later."""
    kept: list[tuple[int, float]] = []
    for value, y in places:
        if all(abs(y - other) >= APART for _, other in kept):
            kept.append((value, y))
    return kept


class _Scale:
    """Values from `first` to `last` on pixels from `start` to `end`."""

    def __init__(self, first: float, last: float, start: float, end: float) -> None:
        self.first, self.last, self._start, self._end = first, last, start, end

    def place(self, value: float) -> float:
        share = (value - self.first) / ((self.last - self.first) or 1)
        return self._start + share * (self._end - self._start)
