"""Files in the wrong encoding, with lone quotes, NULs and bytes that are no text: the row is named, the rest is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.db import Database
from knowledge.errors import ImportRefusedError
from knowledge.importers import ImportReport, import_shop
from tests.knowledge.importers.shops import SHOPS, rows, write

Change = Callable[[bytes], bytes]
MORE = b"".join(b"c%d,Ann,Lee,,,en,2025-02-02\n" % number for number in range(10, 40))


async def imported(database: Database, folder: Path, format_name: str, file: str, change: Change) -> ImportReport:
    write(folder, SHOPS[format_name])
    path = folder / file
    path.write_bytes(change(path.read_bytes()))
    return await import_shop(database, format_name, folder)


def gbk(content: bytes) -> bytes:
    return content.decode().encode("gb18030")


@pytest.mark.parametrize(
    ("change", "refused", "kept"),
    [
        (lambda content: b"\xef\xbb\xbf" + content, {}, 2),
        (lambda content: content.decode().encode("utf-16"), {}, 2),
        (lambda content: content.replace(b"\n", b"\r"), {}, 2),
        (gbk, {"2": "encoding: gb18030"}, 1),
        (lambda content: content.replace(b"Byrne", b"By\xffrne") + MORE, {"3": "is not UTF-8 text"}, 31),
        (lambda content: content.replace(b"Byrne", b"By\0rne") + MORE, {"3": "no text"}, 31),
        (lambda content: content.replace(b"Byrne", b'"Byrne') + MORE, {"3": "lone quote"}, 31),
        (
            lambda content: content.replace(b"Ada", b'"Ada') + MORE.replace(b"c12,", b'"c12,'),
            {"3": "lone quote", "6": "lone quote"},
            30,
        ),
        (lambda content: content + b"\0" * 500 + b"\n" + MORE, {"4": "expected 7 cells"}, 32),
    ],
)
async def test_a_row_that_cannot_be_read_is_named_and_the_others_are_kept(
    database: Database, tmp_path: Path, change: Change, refused: dict[str, str], kept: int
) -> None:
    report = await imported(database, tmp_path, "csv", "customers.csv", change)
    found = {refusal.row: refusal.reason for refusal in report.refused if refusal.file == "customers.csv"}
    assert found.keys() == refused.keys()
    assert all(reason in found[row] for row, reason in refused.items())
    assert len(await rows(database, "customer")) == kept
    assert report.text()
    assert str(report.to_json()).encode()


@pytest.mark.parametrize(
    ("format_name", "file", "change", "expected"),
    [
        ("shopify", "orders_export_1.csv", lambda c: c.replace(b"Ring twice", b'"Ring twice'), ("2", "lone quote")),
        ("shopify", "products_export.csv", lambda c: c.replace(b"Gift wrap,,", b'"Gift wrap,,'), ("4", "lone quote")),
        ("shopify", "customers_export.csv", lambda c: c.replace(b"Holt", b"H\xf8lt"), ("2", "cp1252")),
        ("olist", "olist_order_reviews_dataset.csv", lambda c: c.replace(b"rapido", b"rap\0ido"), ("2", "no text")),
        ("tau-retail", "db.json", lambda c: c.replace(b"Poe", b"P\0e"), ("ann_1", "no text")),
        ("tau-retail", "db.json", lambda c: c.replace(b"Poe", rb"P\ud800e"), ("ann_1", "no text")),
    ],
)
async def test_every_format_names_the_row(
    any_database: Database, tmp_path: Path, format_name: str, file: str, change: Change, expected: tuple[str, str]
) -> None:
    report = await imported(any_database, tmp_path, format_name, file, change)
    row, reason = expected
    assert reason in next(refusal.reason for refusal in report.refused if refusal.row == row)
    assert report.total.kept > 0


@pytest.mark.parametrize(
    ("format_name", "file", "content"),
    [
        ("csv", "customers.csv", b""),
        ("csv", "customers.csv", bytes(range(256)) * 20),
        ("csv", "customers.csv", b"PK\x03\x04workbook"),
        ("csv", "customers.csv", gbk("编号,姓名\n".encode())),
        ("tau-retail", "db.json", b'{"users": "\xff"}'),
        ("tau-retail", "db.json", b"{"),
        ("xiaoer", "manifest.json", b"[]"),
    ],
)
async def test_a_file_that_is_none_of_the_kind_is_refused_as_a_whole(
    database: Database, tmp_path: Path, format_name: str, file: str, content: bytes
) -> None:
    write(tmp_path, SHOPS.get(format_name, {}))
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ImportRefusedError, match=file):
        await import_shop(database, format_name, tmp_path)
    assert await rows(database, "customer") == []
