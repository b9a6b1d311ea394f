"""How shops lay out a page. Those of `DEVELOPMENT` were looked at while the reader was written, those of `HELD_OUT` were not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from evals.price_pages.content import Item, Price, items, noise
from evals.price_pages.drawing import BLACK, GREY, RED, WHITE, Page
from knowledge.types import Lang

WORDS: dict[Lang, dict[str, tuple[str, ...]]] = {
    "zh": {
        "struck": ("原价", "划线价", "市场价", ""),
        "promotional": ("券后价", "券后", "到手价", "活动价"),
        "now": ("", "", "现价", "售价"),
    },
    "en": {
        "struck": ("Was", "List price", "RRP", ""),
        "promotional": ("With coupon", "After coupon", "Deal price", "Member price"),
        "now": ("", "", "Now", "Price"),
    },
}


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A page and what must be read on it."""

    image: Image.Image
    prices: tuple[Price, ...]
    lang: Lang
    layout: str
    number: int


def _word(page: Page, lang: Lang, kind: str) -> str:
    words = WORDS[lang][kind]
    return words[int(page.rng.integers(len(words)))]


def _unit(item: Item, lang: Lang, page: Page) -> str:
    assert item.unit is not None  # noqa: S101  (callers ask)
    amount, name = item.unit
    form = int(page.rng.integers(3))
    if lang == "zh":
        return (f"{item.symbol}{amount}/{name}", f"({item.symbol}{amount}/{name})", f"约{item.symbol}{amount}/{name}")[
            form
        ]
    return (f"{item.symbol}{amount}/{name}", f"({item.symbol}{amount} per {name})", f"{item.symbol}{amount} / {name}")[
        form
    ]


def _labelled(  # noqa: PLR0913, PLR0917
    page: Page, x: int, y: int, label: str, text: str, size: int, colour: tuple[int, int, int]
) -> int:
    if label:
        x = page.text(x, y, label, size, colour) + size // 3
    return page.text(x, y, text, size, colour)


def _struck(page: Page, x: int, y: int, item: Item, lang: Lang, size: int) -> int:
    assert item.struck is not None  # noqa: S101
    label = _word(page, lang, "struck")
    if label:
        x = page.text(x, y, label, size, GREY) + size // 3
    return page.text(x, y, item.text(item.struck), size, GREY, struck=True)


def _rest(page: Page, x: int, y: int, item: Item, lang: Lang, size: int) -> int:
    """Write coupon and unit price below one another; returns the next y."""
    if item.promotional is not None:
        label = _word(page, lang, "promotional")
        page.badge(x + size // 3, y, f"{label} {item.text(item.promotional)}", size)
        y += size * 2
    if item.unit is not None:
        page.text(x, y, _unit(item, lang, page), size, GREY)
        y += int(size * 1.7)
    return y


def detail_wide(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """A desktop product page: picture left, facts right."""
    [item] = items(rng, lang, 1)
    page = Page.of(1100, 560, rng)
    page.picture(40, 40, 420, 460)
    page.text(500, 50, item.title, 30, bold=True)
    page.text(500, 104, noise(rng, lang, item.symbol), 18, GREY)
    label = _word(page, lang, "now")
    right = page.text(500, 160, label, 20, GREY) + 10 if label else 500
    right = page.text(right, 148, item.text(item.now), 44, RED, bold=True)
    if item.struck is not None:
        _struck(page, right + 26, 168, item, lang, 20)
    y = _rest(page, 500, 230, item, lang, 20)
    page.text(500, y + 14, noise(rng, lang, item.symbol), 18, GREY)
    return page.image, [item]


def mobile(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """A phone's product page: sign and decimals smaller than the whole number."""
    [item] = items(rng, lang, 1)
    page = Page.of(750, 1150, rng)
    page.picture(0, 0, 750, 640)
    right = page.split_price(30, 664, item.text(item.now), 60, RED)
    if item.struck is not None:
        _struck(page, right + 24, 700, item, lang, 26)
    y = _rest(page, 30, 762, item, lang, 26)
    page.text(30, y + 10, item.title, 34, bold=True)
    page.text(30, y + 74, noise(rng, lang, item.symbol), 24, GREY)
    page.text(30, y + 120, noise(rng, lang, item.symbol), 24, GREY)
    return page.image, [item]


def rows(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """Results one below the other."""
    found = items(rng, lang, 3)
    page = Page.of(900, 690, rng)
    for number, item in enumerate(found):
        y = 20 + number * 225
        page.picture(24, y, 190, 190)
        page.text(240, y, item.title, 26, bold=True)
        right = page.text(240, y + 50, item.text(item.now), 34, RED, bold=True)
        if item.struck is not None:
            _struck(page, right + 20, y + 64, item, lang, 19)
        _rest(page, 240, y + 108, item, lang, 19)
        page.text(640, y + 62, noise(rng, lang, item.symbol), 18, GREY)
    return page.image, found


def cards(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """A grid of two columns: picture, title, price."""
    found = items(rng, lang, 4)
    page = Page.of(960, 1120, rng, (245, 245, 245))
    for number, item in enumerate(found):
        x, y = 24 + (number % 2) * 468, 20 + (number // 2) * 550
        page.picture(x, y, 440, 280)
        page.text(x + 8, y + 296, item.title, 25)
        right = page.text(x + 8, y + 346, item.text(item.now), 36, RED, bold=True)
        if item.struck is not None:
            _struck(page, right + 16, y + 362, item, lang, 20)
        _rest(page, x + 8, y + 408, item, lang, 20)
    return page.image, found


def flash(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """A sale on a dark ground: light letters, the old price below."""
    [item] = items(rng, lang, 1)
    page = Page.of(820, 620, rng, (32, 26, 60))
    page.picture(40, 120, 320, 380)
    page.text(40, 36, item.title, 32, WHITE, bold=True)
    page.text(400, 130, "限时抢购" if lang == "zh" else "Flash sale", 26, (255, 214, 10))
    page.text(400, 180, item.text(item.now), 56, (255, 214, 10), bold=True)
    y = 268
    if item.struck is not None:
        label = _word(page, lang, "struck")
        right = page.text(400, y, label, 22, (200, 200, 210)) + 8 if label else 400
        page.text(right, y, item.text(item.struck), 22, (200, 200, 210), struck=True)
        y += 44
    if item.promotional is not None:
        label = _word(page, lang, "promotional")
        _labelled(page, 400, y, label, item.text(item.promotional), 26, WHITE)
        y += 50
    if item.unit is not None:
        page.text(400, y, _unit(item, lang, page), 22, (200, 200, 210))
        y += 44
    page.text(400, y + 10, noise(rng, lang, item.symbol), 20, (200, 200, 210))
    return page.image, [item]


def label(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """A shelf label: name above, a very large price, small print in the corners."""
    [item] = items(rng, lang, 1)
    page = Page.of(700, 440, rng, (255, 241, 118))
    page.text(28, 22, item.title, 36, bold=True)
    text = item.text(item.now)
    page.text(672 - page.width(text, 84, bold=True), 130, text, 84, BLACK, bold=True)
    if item.struck is not None:
        _struck(page, 28, 120, item, lang, 26)
    if item.promotional is not None:
        _labelled(page, 28, 190, _word(page, lang, "promotional"), item.text(item.promotional), 28, RED)
    if item.unit is not None:
        page.text(28, 330, _unit(item, lang, page), 24, BLACK)
    page.text(420, 380, noise(rng, lang, item.symbol), 18, BLACK)
    return page.image, [item]


def right_aligned(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """Results with the prices on the right, the old one before the new one."""
    found = items(rng, lang, 3)
    page = Page.of(1000, 620, rng)
    for number, item in enumerate(found):
        y = 24 + number * 198
        page.picture(20, y, 150, 150)
        page.text(196, y + 4, item.title, 26, bold=True)
        page.text(196, y + 52, noise(rng, lang, item.symbol), 18, GREY)
        text = item.text(item.now)
        left = 970 - page.width(text, 36, bold=True)
        page.text(left, y + 90, text, 36, RED, bold=True)
        if item.struck is not None:
            old = item.text(item.struck)
            page.text(left - 24 - page.width(old, 20), y + 106, old, 20, GREY, struck=True)
        x = 196
        if item.promotional is not None:
            x = _labelled(page, x, y + 104, _word(page, lang, "promotional"), item.text(item.promotional), 20, RED) + 24
        if item.unit is not None:
            page.text(196, y + 142, _unit(item, lang, page), 18, GREY)
    return page.image, found


def columns(rng: np.random.Generator, lang: Lang) -> tuple[Image.Image, list[Item]]:
    """Three narrow cards beside one another, title below the price."""
    found = items(rng, lang, 3)
    page = Page.of(1290, 640, rng)
    for number, item in enumerate(found):
        x = 20 + number * 425
        page.picture(x, 20, 395, 250)
        right = page.split_price(x + 6, 286, item.text(item.now), 42, RED)
        if item.struck is not None:
            page.text(right + 16, 306, item.text(item.struck), 21, GREY, struck=True)
        page.text(x + 6, 352, item.title, 22, bold=True)
        _rest(page, x + 6, 404, item, lang, 20)
    return page.image, found


Layout = Callable[[np.random.Generator, Lang], tuple[Image.Image, list[Item]]]
DEVELOPMENT: tuple[Layout, ...] = (detail_wide, mobile, rows, cards)
HELD_OUT: tuple[Layout, ...] = (flash, label, right_aligned, columns)


def pages(layouts: Sequence[Layout], count: int, *, seed: int) -> list[Drawn]:
    """Draw pages: layouts and languages in turn; the same arguments give the same pixels with the same fonts."""
    found = []
    for number in range(count):
        layout = layouts[number % len(layouts)]
        lang: Lang = "zh" if (number // len(layouts)) % 2 == 0 else "en"
        image, shown = layout(np.random.default_rng((seed, number)), lang)
        truth = tuple(price for item in shown for price in item.truth())
        found.append(Drawn(image, truth, lang, layout.__name__, number))
    return found
