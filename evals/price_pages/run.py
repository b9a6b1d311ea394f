"""``python -m evals.price_pages.run``: how many pages and prices are read exactly, on layouts that the reader was not written with.

300 drawn pages in four held-out layouts, half of them Chinese, as they are and after blur, rotation and JPEG. A price is read exactly where amount,
currency, kind and product are right; a page where all its prices are and nothing else was read. Intervals: Wilson over pages; over
prices a page's prices are not independent, so the page is the figure. ``--layouts development`` measures those it was written with.
"""

from __future__ import annotations

import collections
import dataclasses
import json
from collections.abc import Callable, Sequence
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

COUNT, SEED = 300, 2028
_TITLES = {title: title for goods in GOODS.values() for title in goods}


@dataclasses.dataclass
class Count:
    """What was read of some pages."""

    pages: list[bool] = dataclasses.field(default_factory=list)
    prices: list[bool] = dataclasses.field(default_factory=list)
    by_layout: dict[str, list[bool]] = dataclasses.field(default_factory=lambda: collections.defaultdict(list))

    def add(self, page: Drawn, read: Sequence[ReadPrice]) -> str:
        """Count a page; returns what was wrong, "" where nothing was."""
        wanted, got = collections.Counter(page.prices), collections.Counter(map(_price, read))
        self.pages.append(wanted == got)
        self.by_layout[page.layout].append(wanted == got)
        self.prices += [True] * sum((wanted & got).values()) + [False] * sum((wanted - got).values())
        return "" if wanted == got else f"missed {_short(wanted - got)}, made up {_short(got - wanted)}"

    def to_json(self) -> JsonObject:
        """Return the figures."""
        return {
            "pages_exact": {**Share.of(self.pages).to_json(), "unit": "page"},
            "prices_exact": {**Share.of(self.prices).to_json(), "unit": "price"},
            "by_layout": {name: Share.of(right).to_json() for name, right in self.by_layout.items()},
        }


def _short(prices: collections.Counter[Price]) -> str:
    return (
        ", ".join(f"{price.amount} {price.currency} {price.kind} of {price.product}" for price in prices) or "nothing"
    )


def judge(drawn: Sequence[Drawn], ocr: Ocr, tell: Callable[[str], None]) -> JsonObject:
    """Read each page as it is and spoilt, and count what was read exactly."""
    titles = Titles(_TITLES)
    counts = {"clean": Count(), "degraded": Count()}
    for number, page in enumerate(drawn):
        spoilt = degraded(page.image, np.random.default_rng((SEED, page.number)))
        for name, image in (("clean", page.image), ("degraded", spoilt)):
            wrong = counts[name].add(page, read_prices(image, titles, ocr))
            if wrong:
                tell(f"{page.number} {page.layout} {page.lang} {name}: {wrong}")
        if (number + 1) % 20 == 0:
            tell("; ".join(f"{name} {Share.of(count.pages)}" for name, count in counts.items()))
    return {name: count.to_json() for name, count in counts.items()}


def _price(read: ReadPrice) -> Price:
    return Price(read.product_id or "", read.amount, read.currency, read.kind)


def main(
    count: Annotated[int, typer.Option("--count", min=1)] = COUNT,
    layouts: Annotated[Literal["held-out", "development"], typer.Option("--layouts")] = "held-out",
    seed: Annotated[int, typer.Option("--seed")] = SEED,
    show: Annotated[bool, typer.Option("--show", help="Print what was misread as it goes, to stderr.")] = False,  # noqa: FBT002
) -> None:
    """Draw, read, count; print one JSON object."""
    drawn = pages(HELD_OUT if layouts == "held-out" else DEVELOPMENT, count, seed=seed)

    def tell(what: str) -> None:
        if show:
            typer.echo(what, err=True)

    found = {"set": f"{count} drawn pages, {layouts} layouts, seed {seed}", **judge(drawn, default_ocr(), tell)}
    typer.echo(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
