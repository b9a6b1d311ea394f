"""Puts units of rows into the tables: new rows are inserted, changed ones updated, bad ones refused with their unit."""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy.exc
from sqlalchemy import Connection, Table, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from knowledge import schema
from knowledge.errors import ImportRefusedError
from knowledge.importers.base import BadValueError, Refusal, Row, Unit, table_name
from knowledge.importers.check import check_meaning, complete
from knowledge.importers.report import ImportReport

Key = tuple[object, ...]

_CHUNK = 500
_NATURAL_KEYS: dict[str, tuple[str, ...]] = {
    "trackingevent": ("shipment_id", "at", "status"),
    "pricerecord": ("sku", "valid_from"),
    "competitorprice": ("product_id", "competitor", "kind", "observed_at"),
    "supplieroffer": ("supplier_id", "product_id"),
    "behaviourevent": ("session_id", "at", "kind", "product_id"),
    "returnline": ("return_id", "order_line_id"),
    "exchangeline": ("exchange_id", "order_line_id"),
}
"""What tells two rows apart in a table whose ids the database gives; the first one is what they are looked up by."""


@dataclasses.dataclass
class _Candidate:
    """A row that passed its checks and waits to be written."""

    row: Row
    whole: dict[str, object]
    key: Key


@functools.cache
def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


@functools.cache
def _order() -> dict[str, int]:
    return {table.name: position for position, table in enumerate(SQLModel.metadata.sorted_tables)}


@functools.cache
def _references(name: str) -> tuple[tuple[str, str], ...]:
    """Return the columns that name a row of another table, with that table."""
    found = [(key.parent.name, key.column.table.name) for key in _table(name).foreign_keys]
    return tuple(sorted(found))


def _key_columns(name: str, given: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that identify a row; a row that brings no id of its own has its natural key."""
    primary = tuple(column.name for column in _table(name).primary_key)
    return primary if set(primary) <= set(given) else _NATURAL_KEYS.get(name, primary)


class Loader:
    """Writes units in the order in which they come, inside one transaction of the caller's."""

    def __init__(self, connection: AsyncConnection, report: ImportReport, *, strict: bool) -> None:
        self.connection = connection
        self.report = report
        self.strict = strict
        self._seen: dict[str, dict[Key, str]] = defaultdict(dict)
        self._kept: dict[str, set[Key]] = defaultdict(set)
        self._refused: dict[str, dict[Key, str]] = defaultdict(dict)
        self._was_empty: dict[str, bool] = {}
        self._numbered: set[str] = set()

    async def add(self, units: Sequence[Unit]) -> None:
        """Check and write a batch of units."""
        checked = [(unit, self._check(unit)) for unit in units]
        await self._find_parents([candidate for _, candidates in checked for candidate in candidates])
        batch: dict[str, list[_Candidate]] = defaultdict(list)
        for unit, candidates in checked:
            fault = self._missing_parent(candidates)
            if fault is not None:
                self._refuse(unit, [fault])
                continue
            for candidate in candidates:
                name = table_name(candidate.row.table)
                self._kept[name].add(candidate.key)
                batch[name].append(candidate)
        for name in sorted(batch, key=lambda name: _order()[name]):
            await self._write(name, batch[name])

    async def finish(self) -> None:
        """Let PostgreSQL go on numbering after the ids that the rows brought along."""
        if self.connection.dialect.name == "postgresql":
            for name in sorted(self._numbered):
                await self.connection.run_sync(_go_on_numbering, name)

    # --- checking

    def _check(self, unit: Unit) -> list[_Candidate]:
        faults = list(unit.faults)
        candidates = []
        own: dict[tuple[str, Key], str] = {}
        for row in unit.rows:
            try:
                candidate = self._candidate(row, own)
            except BadValueError as error:
                faults.append(row.refusal(error.column, error.reason))
            else:
                own[table_name(row.table), candidate.key] = _place(row)
                candidates.append(candidate)
        if faults:
            self._refuse(unit, faults)
            return []
        for (name, key), place in own.items():
            self._seen[name][key] = place
        return candidates

    def _candidate(self, row: Row, own: Mapping[tuple[str, Key], str]) -> _Candidate:
        whole = complete(row)
        if self.strict:
            check_meaning(row, whole)
        name = table_name(row.table)
        columns = _key_columns(name, row.values)
        key = tuple(whole[column] for column in columns)
        before = self._seen[name].get(key) or own.get((name, key))
        if before is not None:
            raise BadValueError(columns[-1], f"{key[-1]!r} was already read ({before}); it must be unique")
        return _Candidate(row, whole, key)

    def _refuse(self, unit: Unit, faults: Sequence[Refusal]) -> None:
        """Refuse a whole unit; each row of a file is listed once, with the reason or whose fault it is."""
        first = faults[0]
        listed = {(fault.file, fault.row) for fault in faults}
        counted = [fault.table for fault in faults]
        self.report.refused += faults
        of_faults = {(fault.file, fault.row, fault.table) for fault in faults}
        for fault in faults:
            self._refused[fault.table].setdefault((fault.key,), f"{fault.file}, row {fault.row}")
        for row in unit.rows:
            name = table_name(row.table)
            self._refused[name].setdefault(_given_key(row), _place(row))
            if (row.file, row.row, name) in of_faults:
                of_faults.discard((row.file, row.row, name))
                continue
            counted.append(name)
            if (row.file, row.row) not in listed:
                listed.add((row.file, row.row))
                reason = f"refused together with {first.file}, row {first.row}: {first.reason}"
                self.report.refused.append(row.refusal("", reason))
        for name in counted:
            self.report.table(name).read += 1
            self.report.table(name).refused += 1

    async def _find_parents(self, candidates: Sequence[_Candidate]) -> None:
        """Look up in the database the parents that this import has not brought."""
        wanted: dict[str, set[object]] = defaultdict(set)
        for candidate in candidates:
            for column, parent in _references(table_name(candidate.row.table)):
                value = candidate.whole[column]
                if value is not None and (value,) not in self._kept[parent]:
                    wanted[parent].add(value)
        for parent, values in wanted.items():
            if not await self._empty(parent):
                key = next(iter(_table(parent).primary_key))
                for chunk in _chunks(sorted(values, key=str)):
                    found = await self.connection.execute(select(key).where(key.in_(chunk)))
                    self._kept[parent].update((value,) for value in found.scalars())

    def _missing_parent(self, candidates: Sequence[_Candidate]) -> Refusal | None:
        own = {(table_name(candidate.row.table), candidate.key) for candidate in candidates}
        for candidate in candidates:
            for column, parent in _references(table_name(candidate.row.table)):
                value = candidate.whole[column]
                key = (value,)
                if value is None or key in self._kept[parent] or (parent, key) in own:
                    continue
                where = self._refused[parent].get(key)
                reason = f"{parent} {value!r} was refused ({where})" if where else f"there is no {parent} {value!r}"
                return candidate.row.refusal(column, reason)
        return None

    # --- writing

    async def _empty(self, name: str) -> bool:
        """Whether the table had no rows when the import began."""
        if name not in self._was_empty:
            found = await self.connection.execute(select(_table(name)).limit(1))
            self._was_empty[name] = found.first() is None
        return self._was_empty[name]

    async def _write(self, name: str, candidates: Sequence[_Candidate]) -> None:
        if name == table_name(schema.Shop):
            await self._require_same_shop(candidates)
        existing = {} if await self._empty(name) else await self._existing(name, candidates)
        figures = self.report.table(name)
        figures.read += len(candidates)
        fresh: list[_Candidate] = []
        for candidate in candidates:
            before = existing.get(candidate.key)
            if before is None:
                fresh.append(candidate)
                continue
            changed = {c: v for c, v in candidate.row.values.items() if before[c] != v}
            if changed:
                await self._change(name, before, changed)
                figures.updated += 1
            else:
                figures.unchanged += 1
        await self._insert(name, fresh)

    async def _require_same_shop(self, candidates: Sequence[_Candidate]) -> None:
        ids = [candidate.whole["id"] for candidate in candidates]
        shops = _table("shop")
        other = await self.connection.execute(select(shops).where(shops.c.id.not_in(ids)))
        shop = other.first()
        if shop is not None:
            raise ImportRefusedError(
                f"the database holds another shop, {shop.name_en or shop.name_zh or shop.id!r}: import into an empty "
                "data folder, or ask for the shop in it to be replaced"
            )

    async def _existing(self, name: str, candidates: Sequence[_Candidate]) -> dict[Key, dict[str, object]]:
        found: dict[Key, dict[str, object]] = {}
        by_columns: dict[tuple[str, ...], list[_Candidate]] = defaultdict(list)
        for candidate in candidates:
            by_columns[_key_columns(name, candidate.row.values)].append(candidate)
        for columns, group in by_columns.items():
            first = _table(name).c[columns[0]]
            for chunk in _chunks(sorted({candidate.key[0] for candidate in group}, key=str)):
                rows = await self.connection.execute(select(_table(name)).where(first.in_(chunk)))
                found.update((tuple(row[c] for c in columns), dict(row)) for row in rows.mappings())
        return found

    async def _change(self, name: str, before: dict[str, object], changed: dict[str, object]) -> None:
        statement = update(_table(name)).values(changed)
        for column in _table(name).primary_key:
            statement = statement.where(column == bindparam(f"key_{column.name}", before[column.name], column.type))
        await self.connection.execute(statement)

    async def _insert(self, name: str, fresh: Sequence[_Candidate]) -> None:
        if not fresh:
            return
        numbered = [candidate for candidate in fresh if candidate.whole.get("id", "") is not None]
        unnumbered = [candidate for candidate in fresh if candidate.whole.get("id", "") is None]
        for group in (numbered, unnumbered):
            rows = [_without_empty_id(candidate.whole) for candidate in group]
            if rows:
                await self._insert_group(name, group, rows)
        if numbered and isinstance(numbered[0].whole.get("id"), int):
            self._numbered.add(name)

    async def _insert_group(self, name: str, group: Sequence[_Candidate], rows: list[dict[str, object]]) -> None:
        if await self._contradiction(name, rows) is None:
            self.report.table(name).new += len(rows)
            return
        for candidate, row in zip(group, rows, strict=True):
            contradiction = await self._contradiction(name, [row])
            if contradiction is None:
                self.report.table(name).new += 1
            else:
                self.report.refused.append(candidate.row.refusal("", f"contradicts a row of the shop: {contradiction}"))
                self.report.table(name).refused += 1
                self._kept[name].discard(candidate.key)

    async def _contradiction(self, name: str, rows: list[dict[str, object]]) -> str | None:
        """Insert the rows, or none of them and return which rule of the table they break.

        Every other error ends the import: after a full disk SQLite has no savepoint left to go back to.
        """
        savepoint = await self.connection.begin_nested()
        try:
            await self.connection.execute(insert(_table(name)), rows)
        except sqlalchemy.exc.IntegrityError as error:
            await savepoint.rollback()
            return str(error.orig)
        await savepoint.commit()
        return None


def _go_on_numbering(connection: Connection, name: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(name)
    highest = connection.execute(select(func.max(_table(name).c.id))).scalar_one()
    statement = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)")
    connection.execute(statement, {"table": quoted, "highest": highest})


def _without_empty_id(whole: dict[str, object]) -> dict[str, object]:
    return {column: value for column, value in whole.items() if column != "id" or value is not None}


def _given_key(row: Row) -> Key:
    name = table_name(row.table)
    return tuple(row.values.get(column, row.once.get(column)) for column in _key_columns(name, row.values))


def _place(row: Row) -> str:
    return f"{row.file}, row {row.row}"


def _chunks(values: Sequence[object]) -> Iterable[Sequence[object]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
