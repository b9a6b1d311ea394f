"""The lexicon of shops that came in through the importers, one of every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.db import Database
from knowledge.importers import import_shop
from knowledge.lexicon import build_lexicon
from tests.knowledge.importers import shops


@pytest.mark.parametrize(
    ("form", "text", "found"),
    [
        ("csv", "is the clay pot in red there", [("product", "clay pot"), ("option", "red")]),
        ("csv", "黑色的紫砂壶和POT-R", [("option", "黑色的"), ("product", "紫砂壶"), ("sku", "POT-R")]),
        ("csv", "看看茶具", [("category", "茶具")]),
        ("shopify", "a linnen shirt in sand", [("product", "linnen shirt"), ("option", "sand")]),
        ("shopify", "LS-S-L，要L码", [("sku", "LS-S-L"), ("option", "L码")]),
        ("olist", "any toys?", [("product", "toys")]),
        ("tau-retail", "a blue lamp", [("option", "blue"), ("product", "lamp")]),
        ("tau-retail", "台灯要蓝色的", [("product", "台灯"), ("option", "蓝色")]),
    ],
)
async def test_what_an_imported_shop_sells_is_found(
    database: Database, tmp_path: Path, form: str, text: str, found: list[tuple[str, str]]
) -> None:
    await import_shop(database, form, shops.write(tmp_path / "shop", shops.SHOPS[form]))
    lexicon = await build_lexicon(database)
    assert [(mention.kind, mention.text) for mention in lexicon.find(text)] == found


async def test_what_is_not_sold_any_more_is_not_found(database: Database, tmp_path: Path) -> None:
    await import_shop(database, "shopify", shops.write(tmp_path / "shop", shops.SHOPIFY))
    lexicon = await build_lexicon(database)
    assert [mention.product_ids for mention in lexicon.find("a gift wrap")] in ([], [()])
