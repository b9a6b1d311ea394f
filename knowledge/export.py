"""The whole shop and its conversations as files that `import_shop(database, "xiaoer", path)` reads again, equal.

An export is a folder, or a zip file when the path ends in ``.zip``::

    manifest.json            format, version, schema revision, and for every table its rows and the SHA-256 of its file
    tables/customer.jsonl    one JSON object a line, one file a table; times in ISO 8601 (UTC), amounts in minor units
    media/...                product pictures, attachments/... what people sent: where these folders are given

It holds personal data: whoever has the file has the customers. The accounts of the shop's people and what still waits to be told to other systems stay behind.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import RowMapping, Table, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from knowledge.archive import MANIFEST, Sink, writing
from knowledge.db import Database, translated_errors
from knowledge.importers.base import Progress
from knowledge.migrations import head
from knowledge.schema.accounts import OF_THE_INSTALLATION
from knowledge.types import JsonObject

FORMAT = "xiaoer-export"
VERSION = 1
_BATCH = 2000


@dataclasses.dataclass
class ExportReport:
    """What was written."""

    path: str
    tables: dict[str, int] = dataclasses.field(default_factory=dict)
    """Rows by table."""
    files: int = 0
    """Pictures and attachments."""
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.tables.values())

    def to_json(self) -> JsonObject:
        """Return the report as one JSON object."""
        return {**dataclasses.asdict(self), "rows": self.rows}

    def text(self) -> str:
        """Return the report to read."""
        lines = [f"{table:<20} {rows:>10,}" for table, rows in self.tables.items() if rows]
        return "\n".join([*lines, f"{self.rows:,} rows and {self.files:,} files in {self.path} ({self.seconds:.1f} s)"])


async def export_shop(
    database: Database,
    path: Path,
    *,
    media: Path | None = None,
    attachments: Path | None = None,
    progress: Progress | None = None,
) -> ExportReport:
    """Write everything to `path`, as it is at one moment; the shop goes on meanwhile.

    The export is written beside its place and renamed at the end: what stands at `path` is always whole.

    Raises:
        ExportRefusedError: something else is at `path`.
        StorageFullError: the disk is full; nothing is left behind.
    """
    started = time.perf_counter()
    report = ExportReport(str(path))
    manifest: JsonObject = {"format": FORMAT, "version": VERSION, "revision": head(), "tables": {}}
    with translated_errors(), writing(path) as sink:
        async with database.read() as session:
            connection = await session.connection()
            tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in OF_THE_INSTALLATION]
            for number, table in enumerate(tables):
                rows, digest = await _write_table(connection, table, sink)
                report.tables[table.name] = rows
                manifest["tables"][table.name] = {"file": _file(table), "rows": rows, "sha256": digest}
                if progress is not None:
                    progress(table.name, (number + 1) / len(tables))
        for name, folder in (("media", media), ("attachments", attachments)):
            report.files += await asyncio.to_thread(_copy_folder, sink, name, folder)
        _write(sink, MANIFEST, json.dumps(manifest, indent=2).encode())
    report.seconds = time.perf_counter() - started
    return report


def _file(table: Table) -> str:
    return f"tables/{table.name}.jsonl"


async def _write_table(connection: AsyncConnection, table: Table, sink: Sink) -> tuple[int, str]:
    digest = hashlib.sha256()
    rows = 0
    wanted = select(table).where(true() if table.info.get("exported", True) else false())
    result = await connection.stream(wanted.order_by(*table.primary_key))
    with sink.open(_file(table)) as stream:
        async for batch in result.mappings().partitions(_BATCH):
            block = await asyncio.to_thread(_lines, batch)
            await asyncio.to_thread(stream.write, block)
            digest.update(block)
            rows += len(batch)
    return rows, digest.hexdigest()


def _lines(batch: Sequence[RowMapping]) -> bytes:
    return b"".join(_line(dict(row)) for row in batch)


def _line(row: JsonObject) -> bytes:
    try:
        return _dump(row, ascii_only=False)
    except UnicodeEncodeError:  # half a surrogate pair inside a JSON column
        return _dump(row, ascii_only=True)


def _dump(row: JsonObject, *, ascii_only: bool) -> bytes:
    return (json.dumps(row, ensure_ascii=ascii_only, separators=(",", ":"), default=_plain) + "\n").encode()


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _copy_folder(sink: Sink, name: str, folder: Path | None) -> int:
    if folder is None or not folder.is_dir():
        return 0
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()]
    for file in files:
        with file.open("rb") as source, sink.open(f"{name}/{file.relative_to(folder).as_posix()}") as target:
            shutil.copyfileobj(source, target)
    return len(files)


def _write(sink: Sink, name: str, content: bytes) -> None:
    with sink.open(name) as stream:
        stream.write(content)


async def count_rows(database: Database) -> dict[str, int]:
    """Return how many rows every table has."""
    counts = {}
    async with database.read() as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            counts[table.name] = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
    return counts
