"""The documents about importing, run exactly as printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.db import Database
from knowledge.importers import Importer, import_shop
from knowledge.importers.csv_columns import TABLES, columns
from tests.docs import DOCS, blocks
from tests.knowledge.importers.shops import everything, rows, write

LINES = {
    "good": '{"sku": "CUP-S", "title": "Glass cup", "price": "19.90", "stock": 4}',
    "dear": '{"sku": "CUP-L", "title": "Large cup", "price": "1,299.00"}',
    "no price": '{"sku": "POT", "title": "Pot"}',
    "broken": '{"sku": ',
    "too exact": '{"sku": "JUG", "title": "Jug", "price": "1.999"}',
}


def documented() -> Importer:
    """The importer of the document."""
    [code] = blocks("add-an-importer", "python")
    names: dict[str, object] = {}
    exec(compile(code, "add-an-importer.md", "exec"), names)
    made = names["ProductFeed"]
    assert isinstance(made, type)
    importer: Importer = made()
    return importer


async def test_the_documented_importer_reads_what_is_right_and_says_what_is_not(
    database: Database, tmp_path: Path
) -> None:
    feed = write(tmp_path, {"feed.jsonl": "\n".join(LINES.values())}) / "feed.jsonl"
    report = await import_shop(database, documented(), feed)
    assert [(refusal.row, refusal.column) for refusal in report.refused] == [("3", "price"), ("4", ""), ("5", "price")]
    assert [(row["sku"], row["price_minor"]) for row in await rows(database, "variant")] == [
        ("CUP-L", 129900),
        ("CUP-S", 1990),
    ]


async def test_the_documented_importer_changes_nothing_the_second_time(database: Database, tmp_path: Path) -> None:
    feed = write(tmp_path, {"feed.jsonl": LINES["good"]}) / "feed.jsonl"
    await import_shop(database, documented(), feed)
    before = await everything(database)
    await import_shop(database, documented(), feed)
    assert await everything(database) == before


@pytest.mark.parametrize("mapped", [False, True])
async def test_the_documented_csv_files_are_read(database: Database, tmp_path: Path, mapped: bool) -> None:
    files = ["products.csv", "variants.csv", *(["mapping.yaml"] if mapped else [])]
    folder = write(tmp_path, {name: blocks("import-csv", name)[0] for name in files})
    if mapped:
        write(tmp_path, {"kunden.csv": blocks("import-csv", "kunden.csv")[0]}, encoding="latin-1")
    report = await import_shop(database, "csv", folder)
    assert report.refused == []
    variants = await rows(database, "variant")
    assert {row["sku"]: (row["price_minor"], row["options"]) for row in variants} == {
        "CUP-R-S": (1990, {"color": "red", "size": "S"}),
        "CUP-B-S": (129900, {"color": "blue", "size": "S"}),
    }
    named = [(row["first_name"], row["last_name"], row["lang"]) for row in await rows(database, "customer")]
    assert named == ([("Jörg", "Müller", "en")] if mapped else [])


def test_every_file_and_column_is_documented() -> None:
    text = (DOCS / "import-csv.md").read_text(encoding="utf-8")
    table = {
        stem: re.findall(r"[a-z_0-9]+", cells)
        for stem, cells in re.findall(r"^\| `(\w+)\.csv` \| (.*) \|$", text, re.M)
    }
    assert table == {entry.stem: list(columns(entry.model)) for entry in TABLES}
    required = {
        stem: re.findall(r"\*\*(\w+)\*\*", cells)
        for stem, cells in re.findall(r"^\| `(\w+)\.csv` \| (.*) \|$", text, re.M)
    }
    assert {stem: set(names) for stem, names in required.items()} == {
        entry.stem: set(entry.required) for entry in TABLES
    }
