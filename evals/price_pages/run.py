"""``python -m evals.price_pages.run``: how many pages and prices are read exactly, on layouts that the reader was not written with.

300 drawn pages in four held-out layouts, half of them Chinese, as they are and after blur, rotation and JPEG. A price is read exactly where amount,
currency, kind and product are right; a page where all its prices are and nothing else was read. Intervals: Wilson over pages; over
prices a page's prices are not independent, so the page is the figure. ``--layouts development`` measures those it was written with.
"""

from __future__ import annotations

import collections
import json
import sys
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import typer

from evals.metrics import Share
from evals.price_pages.content import GOODS, Price
from evals.price_pages.degrading import degraded
from evals.price_pages.layouts import DEVELOPMENT, HELD_OUT, Drawn, pages
from knowledge.types import JsonObject
from tools.pricing.reading.matching import Titles
from tools.pricing.reading.ocr import Ocr, default_ocr
from tools.pricing.reading.reader import ReadPrice, read_prices

COUNT, SEED = 300, 2026
_TITLES = {title: title for goods in GOODS.values() for title in goods}


def judge(drawn: Sequence[Drawn], ocr: Ocr, *, spoil: bool, show: bool = False) -> JsonObject:
    """Read pages and count what was read exactly."""
    titles = Titles(_TITLES)
    whole, prices, by_layout = [], [], collections.defaultdict(list)
    for number, page in enumerate(drawn):
        image = degraded(page.image, np.random.default_rng((SEED, number))) if spoil else page.image
        wanted = collections.Counter(page.prices)
        got = collections.Counter(map(_price, read_prices(image, titles, ocr)))
        whole.append(wanted == got)
        by_layout[page.layout].append(wanted == got)
        prices += [True] * sum((wanted & got).values()) + [False] * sum((wanted - got).values())
        if show and wanted != got:
            print(page.number, page.layout, page.lang, "missed", wanted - got, "made up", got - wanted, file=sys.stderr)  # noqa: T201
    return {
        "pages_exact": {**Share.of(whole).to_json(), "unit": "page"},
        "prices_exact": {**Share.of(prices).to_json(), "unit": "price"},
        "by_layout": {name: Share.of(right).to_json() for name, right in by_layout.items()},
    }


def _price(read: ReadPrice) -> Price:
    return Price(read.product_id or "", read.amount, read.currency, read.kind)


def main(
    count: Annotated[int, typer.Option("--count", min=1)] = COUNT,
    layouts: Annotated[Literal["held-out", "development"], typer.Option("--layouts")] = "held-out",
    seed: Annotated[int, typer.Option("--seed")] = SEED,
    show: Annotated[bool, typer.Option("--show", help="Print what was misread, to stderr.")] = False,  # noqa: FBT002
) -> None:
    """Draw, read, count; print one JSON object."""
    drawn = pages(HELD_OUT if layouts == "held-out" else DEVELOPMENT, count, seed=seed)
    ocr = default_ocr()
    found = {
        "set": f"{count} drawn pages, {layouts} layouts, seed {seed}",
        "clean": judge(drawn, ocr, spoil=False, show=show),
        "degraded": judge(drawn, ocr, spoil=True, show=show),
    }
    typer.echo(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
