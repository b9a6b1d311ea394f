"""``csv``: one documented CSV file a table (``docs/import-csv.md``), with a mapping file for a shop's own names.

A column of a file has the name of the table's column; an amount ``price_minor`` is the column ``price`` in major units
(``89.00``). Options may stand in one column (``color=red; size=M``) or each in its own (``option:color``).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from knowledge.errors import ImportRefusedError
from knowledge.importers.base import BadValueError, ImportContext, Refusal, Row, Unit, table_name
from knowledge.importers.csv_columns import TABLES, CsvTable, Reading, columns
from knowledge.importers.csv_mapping import CsvMapping, read_mapping
from knowledge.importers.files import CsvFile, Record, open_csv
from knowledge.importers.order import parents_first
from knowledge.importers.values import has_chinese, phone
from knowledge.schema import OrderLine, Payment
from knowledge.types import Options

_ADDRESS = ("recipient", "phone", "line1", "line2", "district", "city", "state", "postcode", "country")


class Csv:
    """Reads a folder of CSV files; those that are not there are left out."""

    name = "csv"
    strict = True

    def units(self, path: Path, context: ImportContext) -> Iterator[Unit]:
        """Yield the shop and every table; an order with its lines and payments is one unit."""
        mapping = read_mapping(context, tuple(table.stem for table in TABLES))
        variants = dict(context.existing.variants)
        readers = [_Reader(table, file, mapping, context, variants) for table, file in _files(path, mapping)]
        for reader in readers:
            reader.require()
        yield Unit((mapping.shop_row(context),))
        has_orders = any(reader.table.stem == "orders" for reader in readers)
        for reader in readers:
            if reader.table.stem == "orders":
                yield from _orders(reader, [other for other in readers if other.table.of_order])
            elif reader.table.stem == "categories":
                yield from parents_first(list(reader.units()), "id", "parent_id")
            elif not (has_orders and reader.table.of_order):
                yield from reader.units()


def _files(path: Path, mapping: CsvMapping) -> list[tuple[CsvTable, CsvFile]]:
    folder = path if path.is_dir() else path.parent
    found = []
    for table in TABLES:
        own = mapping.file(table.stem)
        file = folder / (own.file or f"{table.stem}.csv")
        if own.file or file.is_file():
            opened = open_csv(file, encoding=own.encoding or mapping.encoding, delimiter=mapping.delimiter)
            found.append((table, opened))
    if not found:
        stems = ", ".join(f"{table.stem}.csv" for table in TABLES)
        there = ", ".join(sorted(file.name for file in folder.glob("*.csv"))) or "no CSV file"
        raise ImportRefusedError(
            f"{folder}: expected some of {stems}; found {there}. Rename them, or give a mapping file"
        )
    return found


@dataclasses.dataclass
class _Children:
    """Rows of one file by the id of their order."""

    rows: dict[str, list[Row]]
    faults: dict[str, list[Refusal]]


def _orders(reader: _Reader, of_order: list[_Reader]) -> Iterator[Unit]:
    children = [child.by_parent() for child in of_order]
    for unit in reader.units():
        key = str(unit.rows[0].values.get("id")) if unit.rows else unit.faults[0].key
        rows = [row for child in children for row in child.rows.pop(key, [])]
        faults = [fault for child in children for fault in child.faults.pop(key, [])]
        if unit.rows:
            head, rows = _with_total(unit.rows[0], rows), [_paid_like(row, unit.rows[0]) for row in rows]
            unit = Unit((head,))  # noqa: PLW2901
        yield Unit((*unit.rows, *rows), (*unit.faults, *faults))
    for child in children:  # of orders that are in the shop already, or nowhere
        yield from (Unit((row,)) for rows in child.rows.values() for row in rows)
        yield from (Unit(faults=(fault,)) for faults in child.faults.values() for fault in faults)


def _with_total(order: Row, rows: list[Row]) -> Row:
    """Return the order with the total of its lines where the file has none."""
    if "total_minor" in order.values:
        return order
    lines = [row.values for row in rows if row.table is OrderLine]
    total = sum(_number(line.get("unit_price_minor")) * _number(line.get("quantity", 1)) for line in lines)
    total += _number(order.values.get("shipping_minor", 0)) - _number(order.values.get("discount_minor", 0))
    return dataclasses.replace(order, values={**order.values, "total_minor": max(total, 0)})


def _paid_like(row: Row, order: Row) -> Row:
    """Return a payment with the time and the method of its order where the file does not say them."""
    if row.table is not Payment:
        return row
    known = {
        "created_at": order.values.get("placed_at"),
        "payment_method_id": order.values.get("payment_method_id") or "",
    }
    missing = {name: value for name, value in known.items() if not row.values.get(name)}
    return dataclasses.replace(row, values={**row.values, **missing})


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


class _Reader:
    """Turns the records of one file into rows."""

    def __init__(
        self,
        table: CsvTable,
        file: CsvFile,
        mapping: CsvMapping,
        context: ImportContext,
        variants: dict[str, tuple[str, Options]],
    ) -> None:
        self.table, self.file, self.mapping, self.context, self.variants = table, file, mapping, context, variants
        self.own = mapping.file(table.stem)
        self.name = table_name(table.model)
        self.columns = columns(table.model)
        self.headers = {column: self.own.columns.get(column, column) for column in self.columns}
        self.names = {self.columns[column].field: header for column, header in self.headers.items()}
        self.options = [cell for cell in file.header if cell.startswith("option:") and "options" in self.columns]
        self.address = [cell for cell in file.header if cell.startswith("address_") and "address" in self.columns]
        self.zone = mapping.zone
        self._numbers: dict[str, int] = defaultdict(int)

    def require(self) -> None:
        """Refuse the file when a column is missing, note the ones that are not used."""
        self.file.require([self.headers[column] for column in self.table.required if column not in self.own.defaults])
        said = {*self.own.columns, *self.own.values, *self.own.defaults}
        unknown = sorted(said - set(self.columns))
        if unknown:
            known = ", ".join(sorted(self.columns))
            raise ImportRefusedError(f"the mapping file, files.{self.table.stem}: {unknown[0]!r} is none of {known}")
        unused = set(self.file.header) - set(self.headers.values()) - set(self.options) - set(self.address) - {""}
        if unused:
            self.context.notes.append(f"{self.file.path.name}: not used: {', '.join(sorted(unused))}")

    def units(self) -> Iterator[Unit]:
        """Yield every record as a unit of its own."""
        for record in self.file.records(self.context):
            row = self._row(record)
            yield Unit((row,)) if isinstance(row, Row) else Unit(faults=(row,))

    def by_parent(self) -> _Children:
        """Read the whole file, by the order that a row belongs to."""
        found = _Children(defaultdict(list), defaultdict(list))
        for record in self.file.records(self.context):
            row = self._row(record)
            if isinstance(row, Row):
                found.rows[str(row.values.get(self.table.parent))].append(row)
            else:
                found.faults[record.text(self.headers[self.table.parent])].append(row)
        return found

    def _row(self, record: Record) -> Row | Refusal:
        if record.fault:
            return record.refusal(self.name, "", record.fault)
        try:
            return self._read(record)
        except BadValueError as error:
            key = record.text(self.headers.get("id", self.headers.get("sku", "")))
            return record.refusal(self.name, self.names.get(error.column, error.column), error.reason, key=key)

    def _read(self, record: Record) -> Row:
        currency = record.text(self.headers.get("currency", "")) or self.mapping.currency(self.context)
        values: dict[str, object] = {}
        for name, column in self.columns.items():
            text = self._text(record, name)
            if text:
                reading = Reading(self.headers[name], currency, self.zone, self.mapping.dates)
                values[column.field] = column.value(text, reading)
            elif text is not None and (column.nullable or column.is_text):
                values[column.field] = None if column.nullable else ""
        self._join(values, record)
        if "currency" in self.columns and not values.get("currency"):
            values["currency"] = currency
        self._number_and_follow(values)
        dated = self.table.dated
        once = {dated: self.context.now} if dated and dated not in values else {}
        return Row(self.table.model, values, record.file, record.row, once=once, names=self.names)

    def _text(self, record: Record, name: str) -> str | None:
        """Return the cell, after the mapping of its values; None when the file has neither the column nor a default."""
        header = self.headers[name]
        if header not in record.cells:
            return self.own.defaults.get(name)
        text = record.text(header)
        return self.own.values.get(name, {}).get(text, text) or self.own.defaults.get(name, "")

    def _join(self, values: dict[str, object], record: Record) -> None:
        """Add what several columns make together."""
        if self.options:
            own = values.get("options")
            found = {cell.removeprefix("option:"): record.text(cell) for cell in self.options if record.text(cell)}
            values["options"] = {**found, **(own if isinstance(own, dict) else {})}
        if self.address:
            given = {cell.removeprefix("address_"): record.text(cell) for cell in self.address}
            values["address"] = {**dict.fromkeys(_ADDRESS, ""), **given}

    def _number_and_follow(self, values: dict[str, object]) -> None:
        """Fill in what a row need not say."""
        if self.table.parent:
            parent = str(values.get(self.table.parent))
            self._numbers[parent] += 1
            if not values.get("id"):
                values["id"] = f"{parent}:{self._numbers[parent]}"
            if self.table.of_order or "position" in self.columns:
                values.setdefault("position", self._numbers[parent] - 1)
        _FOLLOWERS.get(self.table.stem, _nothing)(values, self.variants)


def _nothing(_values: dict[str, object], _variants: Mapping[str, tuple[str, Options]]) -> None:
    """Most rows say everything."""


def _variant(values: dict[str, object], variants: dict[str, tuple[str, Options]]) -> None:
    options = values.get("options")
    variants[str(values.get("sku"))] = (str(values.get("product_id")), options if isinstance(options, dict) else {})


def _line(values: dict[str, object], variants: Mapping[str, tuple[str, Options]]) -> None:
    product_id, options = variants.get(str(values.get("sku")), ("", {}))
    if not values.get("product_id"):
        values["product_id"] = product_id
    if not values.get("options"):
        values["options"] = options


def _payment(values: dict[str, object], _variants: Mapping[str, tuple[str, Options]]) -> None:
    values["kind"] = values.get("kind") or "payment"


def _customer(values: dict[str, object], _variants: Mapping[str, tuple[str, Options]]) -> None:
    values["email"] = str(values.get("email") or "").lower()
    values["phone"] = phone(str(values.get("phone") or ""))
    values.setdefault("first_name", "")
    values.setdefault("last_name", "")


def _coupon(values: dict[str, object], _variants: Mapping[str, tuple[str, Options]]) -> None:
    values.setdefault("title_zh", "")
    values.setdefault("title_en", "")


def _document(values: dict[str, object], _variants: Mapping[str, tuple[str, Options]]) -> None:
    values["slug"] = values.get("slug") or values.get("id")


def _review(values: dict[str, object], _variants: Mapping[str, tuple[str, Options]]) -> None:
    values["lang"] = values.get("lang") or ("zh" if has_chinese(str(values.get("text"))) else "en")


_FOLLOWERS = {
    "variants": _variant,
    "order_lines": _line,
    "payments": _payment,
    "customers": _customer,
    "coupons": _coupon,
    "documents": _document,
    "reviews": _review,
}
