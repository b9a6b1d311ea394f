"""An export of xiaoer itself (see `knowledge.export`), folder or zip file: every row comes back as it was.

The files are compared with the manifest first: a damaged or edited export is refused as a whole. Rows are taken as
they are; only what the database cannot hold (a wrong type, a missing parent) is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from sqlmodel import SQLModel

from knowledge import schema
from knowledge.archive import MANIFEST, Archive
from knowledge.errors import ImportRefusedError
from knowledge.importers.base import BadValueError, ImportContext, Refusal, Row, Unit, table_name
from knowledge.importers.order import parents_first
from knowledge.schema.accounts import OF_THE_INSTALLATION
from knowledge.types import JsonObject, UtcDateTime

_VERSION = 1
_FORMAT = "xiaoer-export"


class Xiaoer:
    """Reads an export of our own."""

    name = "xiaoer"
    strict = False

    def units(self, path: Path, context: ImportContext) -> Iterator[Unit]:
        """Yield every row of every table, the shop first, then parents before children."""
        archive = Archive(path)
        try:
            tables = _manifest(archive)
            order = _models(tables)
            total, done = max(sum(int(tables[table_name(model)]["rows"]) for model in order), 1), 0
            for model in order:
                for unit in _table(archive, model, tables[table_name(model)]):
                    yield unit
                    done += 1
                    context.stage, context.share = table_name(model), done / total
        finally:
            archive.close()


def copy_files(path: Path, *, media: Path | None, attachments: Path | None) -> int:
    """Copy the pictures and attachments of an export into their folders; return how many there were."""
    archive = Archive(path)
    copied = 0
    try:
        for name in archive.names():
            parts = PurePosixPath(name).parts
            folder = {"media": media, "attachments": attachments}.get(parts[0]) if len(parts) > 1 else None
            if folder is not None:
                _copy(archive.open(name), folder.joinpath(*parts[1:]))
                copied += 1
    finally:
        archive.close()
    return copied


def _copy(source: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    with source, part.open("wb") as stream:
        shutil.copyfileobj(source, stream)
    part.replace(target)


def _manifest(archive: Archive) -> dict[str, JsonObject]:
    """Return the tables of the manifest after comparing every file with it."""
    where = archive.path.name
    with archive.open(MANIFEST) as stream:
        try:
            manifest = json.load(stream)
        except ValueError as error:
            raise ImportRefusedError(f"{where}: {MANIFEST} is not JSON: {error}") from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != _FORMAT
        or not isinstance(manifest.get("tables"), dict)
    ):
        raise ImportRefusedError(f"{where}: {MANIFEST} is not that of an export of xiaoer")
    if manifest.get("version") != _VERSION:
        raise ImportRefusedError(
            f"{where}: the export has version {manifest.get('version')!r}, this program reads {_VERSION}: update it"
        )
    tables: dict[str, JsonObject] = manifest["tables"]
    for name, entry in tables.items():
        if not isinstance(entry, dict) or not {"file", "rows", "sha256"} <= set(entry):
            raise ImportRefusedError(f"{where}: {MANIFEST} lacks file, rows or sha256 of the table {name!r}")
        if _digest(archive.open(str(entry["file"]))) != entry["sha256"]:
            raise ImportRefusedError(f"{where}: {entry['file']} is not the file that was exported: damaged or edited")
    return tables


def _digest(stream: IO[bytes]) -> str:
    with stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # zip members do as well


def _models(tables: Mapping[str, JsonObject]) -> list[type[SQLModel]]:
    models = {table_name(model): model for model in (getattr(schema, name) for name in schema.__all__)}
    unknown = sorted(set(tables) - set(models))
    if unknown:
        raise ImportRefusedError(f"the export has tables that this version lacks: {', '.join(unknown)}: update xiaoer")
    taken = set(tables) - OF_THE_INSTALLATION
    order = [table.name for table in SQLModel.metadata.sorted_tables if table.name in taken]
    order.sort(key=lambda name: name != "shop")
    return [models[name] for name in order]


def _table(archive: Archive, model: type[SQLModel], entry: JsonObject) -> Iterator[Unit]:
    file = str(entry["file"])
    with archive.open(file) as stream:
        units: Iterator[Unit] = (_unit(model, file, str(n), line) for n, line in enumerate(stream, start=1))
        if table_name(model) == "category":
            units = iter(parents_first(list(units), "id", "parent_id"))
        yield from units


def _unit(model: type[SQLModel], file: str, row: str, line: bytes) -> Unit:
    name = table_name(model)
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise BadValueError("", "expected a JSON object")
        for column in SQLModel.metadata.tables[name].columns:
            value = values.get(column.name)
            if isinstance(column.type, UtcDateTime) and isinstance(value, str):
                values[column.name] = dt.datetime.fromisoformat(value)
    except BadValueError as error:
        return Unit(faults=(Refusal(file, row, error.column, error.reason, name),))
    except ValueError as error:
        return Unit(faults=(Refusal(file, row, "", f"cannot be read: {error}", name),))
    return Unit((Row(model, values, file, row),))
