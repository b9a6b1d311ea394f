"""Brings other shops' data in: ``report = await import_shop(database, "shopify", Path("export/"))``.

A format is one module with an `Importer`; how to add one stands in ``docs/add-an-importer.md``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import sqlmodel
import yaml
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.errors import ImportRefusedError
from knowledge.importers.base import ExistingShop, ImportContext, Importer, Progress, Refusal, Row, Unit
from knowledge.importers.csv_mapping import beside
from knowledge.importers.csv_tables import Csv
from knowledge.importers.load import Loader
from knowledge.importers.olist import Olist
from knowledge.importers.report import ImportReport, TableReport
from knowledge.importers.shopify import Shopify
from knowledge.importers.tau_retail import TauRetail
from knowledge.importers.xiaoer import Xiaoer, copy_files
from knowledge.person import digest_of
from knowledge.schema import Customer, Erasure, Shop, Variant
from knowledge.schema.accounts import OF_THE_INSTALLATION
from knowledge.types import JsonObject, utc_now
from knowledge.yaml_files import read_yaml

__all__ = [
    "FORMATS",
    "ExistingShop",
    "ImportContext",
    "ImportReport",
    "Importer",
    "Progress",
    "Refusal",
    "Row",
    "TableReport",
    "Unit",
    "import_shop",
]

_BATCH = 1000

FORMATS: dict[str, Importer] = {
    importer.name: importer for importer in (Shopify(), Olist(), TauRetail(), Csv(), Xiaoer())
}
"""Every format by its name."""


_NOT_EMPTIED = OF_THE_INSTALLATION | {"erasure"}
"""What a replaced shop leaves: who may come in, and the proof of whom it has erased."""


async def import_shop(  # noqa: PLR0913
    database: Database,
    format: str | Importer,  # noqa: A002  (the word of the command line)
    path: Path,
    *,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
    mapping: Path | None = None,
    replace: bool = False,
    media: Path | None = None,
    attachments: Path | None = None,
) -> ImportReport:
    """Import a shop's files in one transaction and report every row.

    Rows are told apart by their ids: what is new is inserted, what has changed is updated, what is equal stays; a
    second import of the same files changes nothing. A row that is wrong is refused with file, row and reason, and so
    is every row that depends on it.

    Args:
        database: with its tables made.
        format: a name of `FORMATS`, or an importer of your own.
        path: the folder or file of the format.
        progress: told the file and the share done.
        now: the time that rows get whose file has no date.
        mapping: a YAML file with the shop's own names (see ``docs/import-csv.md``); without it the ``mapping.yaml`` of
            the folder, if there is one.
        replace: empty the database first, in the same transaction.
        media: where the pictures of an export of xiaoer go; they are left out without it.
        attachments: where the attachments of its conversations go.

    Raises:
        ImportRefusedError: the files cannot be read as a whole; nothing was written.
        DatabaseBusyError: another process is writing; nothing was written.
        StorageFullError: the disk is full; nothing was written.
    """
    importer = _importer(format)
    _require(path)
    started = time.perf_counter()
    report = ImportReport(importer.name, str(path))
    context = ImportContext(now=now or utc_now(), mapping=_read_mapping(mapping or beside(path)))
    async with database.write() as session:
        connection = await session.connection()
        if replace:
            await _empty(connection)
        context.existing = await _existing(connection)
        loader = Loader(connection, report, strict=importer.strict)
        units = importer.units(path, context)
        while batch := await asyncio.to_thread(_take, units):
            await loader.add(batch)
            if progress is not None:
                progress(context.stage or importer.name, context.share)
        await loader.finish()
        context.notes += await _back_again(session)
        if importer.name == Xiaoer.name:
            await asyncio.to_thread(copy_files, path, media=media, attachments=attachments)
    report.notes += context.notes
    report.seconds = time.perf_counter() - started
    return report


def _importer(wanted: str | Importer) -> Importer:
    if not isinstance(wanted, str):
        return wanted
    if wanted not in FORMATS:
        raise ImportRefusedError(f"there is no format {wanted!r}: expected one of {', '.join(FORMATS)}")
    return FORMATS[wanted]


def _require(path: Path) -> None:
    if not path.exists():
        raise ImportRefusedError(f"{path}: there is no such file or folder")


def _take(units: Iterator[Unit]) -> list[Unit]:
    return list(itertools.islice(units, _BATCH))


def _read_mapping(path: Path | None) -> JsonObject:
    if path is None:
        return {}
    try:
        found = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ImportRefusedError(f"{path}: the mapping file cannot be read: {error}") from error
    if not isinstance(found, Mapping):
        raise ImportRefusedError(f"{path}: expected a YAML mapping with `shop` and `files`")
    return dict(found)


async def _empty(connection: AsyncConnection) -> None:
    for table in reversed(SQLModel.metadata.sorted_tables):
        if table.name == "category":
            await connection.execute(table.update().values(parent_id=None))
        if table.name not in _NOT_EMPTIED:
            await connection.execute(delete(table))


async def _back_again(session: AsyncSession) -> list[str]:
    """Return a note where the import brought people back whose data was erased here."""
    erased = set((await session.exec(sqlmodel.select(Erasure.digest))).all())
    known = (await session.exec(sqlmodel.select(Customer.id))).all() if erased else ()
    back = sorted(customer_id for customer_id in known if digest_of(customer_id) in erased)
    if not back:
        return []
    named = ", ".join(back[:10]) + (" ..." if len(back) > 10 else "")
    return [
        f"{len(back)} customers are back whose data was erased here: {named}; erase them again with xiaoer customers erase ID"
    ]


async def _existing(connection: AsyncConnection) -> ExistingShop:
    tables = SQLModel.metadata.tables
    customers, variants, shops = (tables[str(t.__tablename__)].c for t in (Customer, Variant, Shop))
    emails = await connection.execute(select(customers.email, customers.id).where(customers.email != ""))
    known = await connection.execute(select(variants.sku, variants.product_id, variants.options))
    return ExistingShop(
        currency=(await connection.execute(select(shops.currency))).scalars().first(),
        customer_by_email={row.email: row.id for row in emails},
        variants={sku: (product_id, options) for sku, product_id, options in known},
    )
