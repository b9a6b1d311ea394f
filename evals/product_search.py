"""How well product search finds what shoppers ask for: ``python -m evals.product_search [--data FOLDER] [--misses] [--json]``.

Data: two sets of wishes about the demo shop with the categories that answer each, none where the shop has no such thing.
``product_wishes`` names goods in many ways; ``product_wishes_2`` names broad kinds, purposes, seasons and people. Each was
written for this project before any result on it was seen.

Figures, by set and language: *precision* is the mean over answerable wishes of the share of right products among the first
six (fewer where fewer were found; 0 where none was); *hit* the share of answerable wishes with a right product among them;
*first* the share whose first product is right; *silent* the share of the other wishes for which nothing was found.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.metrics import Share
from knowledge.db import Database, sqlite_url
from knowledge.demo import build_demo_shop
from knowledge.embedding import default_embedder
from knowledge.product_search import ProductQuery
from knowledge.products import ProductIndex, load_products
from knowledge.types import JsonObject

FOLDER = Path(__file__).with_name("data")
SETS = ("product_wishes", "product_wishes_2")
LANGS = ("zh", "en")
DEPTH = 6


@dataclasses.dataclass(frozen=True)
class ProductWish:
    """What a shopper types, and the categories that have it."""

    query: str
    lang: str
    kinds: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Looked:
    """A wish with the categories of what was found, best first."""

    wish: ProductWish
    found: tuple[str, ...]

    @property
    def right(self) -> list[bool]:
        """Which of the products found are right."""
        return [kind in self.wish.kinds for kind in self.found]


@dataclasses.dataclass(frozen=True)
class SearchFigures:
    """The figures of one set and language; see the module."""

    precision: float
    hit: Share
    first: Share
    silent: Share

    def to_json(self) -> JsonObject:
        """Return them as one JSON object."""
        shares = {"hit": self.hit.to_json(), "first": self.first.to_json(), "silent": self.silent.to_json()}
        return {"precision": round(self.precision, 4), **shares}


def read_wishes(path: Path) -> list[ProductWish]:
    """Read a set of wishes."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [ProductWish(row["query"], row["lang"], frozenset(row["kinds"])) for row in rows]


async def look(index: ProductIndex, wishes: Sequence[ProductWish]) -> list[Looked]:
    """Search for every wish."""
    looked = []
    for wish in wishes:
        findings = await index.search(ProductQuery(wish.query, limit=DEPTH))
        looked.append(Looked(wish, tuple(finding.product.category.id for finding in findings.found)))
    return looked


def figures(looked: Sequence[Looked]) -> SearchFigures:
    """Work the figures out."""
    answerable = [entry.right for entry in looked if entry.wish.kinds]
    others = [entry for entry in looked if not entry.wish.kinds]
    return SearchFigures(
        precision=sum(sum(right) / max(len(right), 1) for right in answerable) / max(len(answerable), 1),
        hit=Share.of([any(right) for right in answerable]),
        first=Share.of([right[:1] == [True] for right in answerable]),
        silent=Share.of([not entry.found for entry in others]),
    )


async def measure(data: Path) -> dict[str, list[Looked]]:
    """Search for the wishes of every set in the shop at `data`, building the demo shop where there is none."""
    database = Database(sqlite_url(data / "shop.db"))
    try:
        if not (data / "shop.db").exists():
            await database.create_tables()
            await build_demo_shop(database, media=data / "media", scale=1.0)
        index = await load_products(database, default_embedder())
        return {name: await look(index, read_wishes(FOLDER / f"{name}.jsonl")) for name in SETS}
    finally:
        await database.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the demo shop; none: it is built for this run")
    parser.add_argument("--misses", action="store_true", help="print every wish whose first products are not all right")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(measure(options.data or Path(folder)))
    table = {
        name: {lang: figures([entry for entry in looked if entry.wish.lang == lang]) for lang in LANGS}
        for name, looked in results.items()
    }
    if options.json:
        lines = [json.dumps({name: {lang: f.to_json() for lang, f in row.items()} for name, row in table.items()})]
    else:
        lines = [line(name, lang, found) for name, row in table.items() for lang, found in row.items()]
    if options.misses:
        sys.stderr.writelines(f"{miss}\n" for looked in results.values() for miss in misses(looked))
    sys.stdout.write("\n".join(lines) + "\n")


def line(name: str, lang: str, found: SearchFigures) -> str:
    """Return the figures of one set and language to read."""
    shares = f"hit {found.hit}   first {found.first}   silent {found.silent}"
    return f"{name} {lang}  precision@{DEPTH} {found.precision:.3f} (n {found.hit.n})   {shares}"


def misses(looked: Sequence[Looked]) -> list[str]:
    """Return the wishes that were not answered by right products alone, with what was found."""
    return [
        f"{entry.wish.lang} {entry.wish.query} {sorted(entry.wish.kinds)} -> {' '.join(entry.found)}"
        for entry in looked
        if not all(entry.right) or bool(entry.found) != bool(entry.wish.kinds)
    ]


if __name__ == "__main__":
    main()
