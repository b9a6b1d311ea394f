"""A ring as a picture: accounts on the outside, what they share inside; SVG with a text that says the same."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

from knowledge.types import Lang
from tools.risk.graph import Ring, Shared

SIZE = 640
MOST_THINGS = 12
"""Shared things that are drawn; the text names them all."""
_COLORS = {"card": "#b3261e", "device": "#1f5fbf", "address": "#6a4a00", "ip": "#3d6b35"}
_DASHES = {"card": "", "device": "8 4", "address": "2 4", "ip": "12 4 2 4"}
_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {"card": "银行卡", "device": "设备", "address": "地址", "ip": "网络"},
    "en": {"card": "card", "device": "device", "address": "address", "ip": "network"},
}
_SHORT = 14


def described(ring: Ring, lang: Lang) -> str:
    """Return what the picture shows, in words."""
    parts = [_thing(thing, lang) for thing in ring.shared]
    if lang == "zh":
        born = f"注册时间 {ring.signed_up[0]:%Y-%m-%d} 至 {ring.signed_up[1]:%Y-%m-%d}。" if ring.signed_up else ""
        return (
            f"{len(ring.accounts)} 个账号疑似同一人控制：{'、'.join(ring.accounts)}。{born}共用：{'；'.join(parts)}。"
        )
    born = f" Opened from {ring.signed_up[0]:%Y-%m-%d} to {ring.signed_up[1]:%Y-%m-%d}." if ring.signed_up else ""
    return (
        f"{len(ring.accounts)} accounts that look like one hand: {', '.join(ring.accounts)}.{born} "
        f"They share: {'; '.join(parts)}."
    )


def _thing(thing: Shared, lang: Lang) -> str:
    word = _WORDS[lang][thing.kind]
    if lang == "zh":
        return f"{word} {thing.value}（{'、'.join(thing.accounts)}）"
    return f"{word} {thing.value} ({', '.join(thing.accounts)})"


def svg(ring: Ring, lang: Lang) -> str:
    """Return the picture: kinds of things differ in colour, in the pattern of their lines and by name."""
    middle = SIZE / 2
    places = _circle(ring.accounts, middle - 70)
    things = ring.shared[:MOST_THINGS]
    inner = _circle([f"{thing.kind} {thing.value}" for thing in things], middle / 2.6 if len(things) > 1 else 0)
    title = f"{len(ring.accounts)} 个关联账号" if lang == "zh" else f"{len(ring.accounts)} linked accounts"
    lines, marks = [], []
    for thing in things:
        x, y = inner[f"{thing.kind} {thing.value}"]
        for account in thing.accounts:
            to_x, to_y = places[account]
            lines.append(
                f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{_COLORS[thing.kind]}" '
                f'stroke-width="1.5" stroke-dasharray="{_DASHES[thing.kind]}"/>'
            )
        word = f"{_WORDS[lang][thing.kind]} {_short(thing.value)}"
        marks.append(
            f'<rect x="{x - 62:.1f}" y="{y - 12:.1f}" width="124" height="24" rx="4" fill="{_COLORS[thing.kind]}"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" fill="#fff">{html.escape(word)}</text>'
        )
    for account, (x, y) in places.items():
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="26" fill="#fff" stroke="#222" stroke-width="2"/>'
            f'<text x="{x:.1f}" y="{y + 4:.1f}" fill="#222">{html.escape(_short(account, 8))}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-labelledby="t d" lang="{lang}">'
        f'<title id="t">{html.escape(title)}</title><desc id="d">{html.escape(described(ring, lang))}</desc>'
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/>{"".join(lines)}'
        f'<g font-family="sans-serif" font-size="11" text-anchor="middle">{"".join(marks)}</g></svg>'
    )


def _circle(names: Sequence[str], radius: float) -> dict[str, tuple[float, float]]:
    step = 2 * math.pi / max(1, len(names))
    return {
        name: (SIZE / 2 + radius * math.sin(step * at), SIZE / 2 - radius * math.cos(step * at))
        for at, name in enumerate(names)
    }


def _short(value: str, most: int = _SHORT) -> str:
    return value if len(value) <= most else value[: most - 1] + "…"
