"""What an import did: rows read, kept and refused, and why."""

from __future__ import annotations

import dataclasses
from collections import Counter

from knowledge.importers.base import Refusal
from knowledge.types import JsonObject

_SHOWN = 20


@dataclasses.dataclass
class TableReport:
    """The rows of one table; read = new + updated + unchanged + refused."""

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def kept(self) -> int:
        """Rows of the file that are in the shop now."""
        return self.new + self.updated + self.unchanged


@dataclasses.dataclass
class ImportReport:
    """The report of one import."""

    format: str
    path: str
    tables: dict[str, TableReport] = dataclasses.field(default_factory=dict)
    refused: list[Refusal] = dataclasses.field(default_factory=list)
    """One for each row of a file; a row that feeds several tables stands here once."""
    notes: list[str] = dataclasses.field(default_factory=list)
    seconds: float = 0.0

    def table(self, name: str) -> TableReport:
        """Return the figures of a table, zero at first."""
        return self.tables.setdefault(name, TableReport())

    @property
    def total(self) -> TableReport:
        """The figures of all tables together."""
        total: Counter[str] = Counter()
        for table in self.tables.values():
            total.update(dataclasses.asdict(table))
        return TableReport(**total)

    def to_json(self) -> JsonObject:
        """Return the report as one JSON object."""
        return {
            "format": self.format,
            "path": self.path,
            **_figures(self.total),
            "tables": {name: _figures(table) for name, table in self.tables.items()},
            "refusals": [dataclasses.asdict(refusal) for refusal in self.refused],
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
        }

    def text(self, *, shown: int = _SHOWN) -> str:
        """Return the report as a table to read, with the first `shown` refused rows and every reason's count."""
        width = max([len(name) for name in self.tables] + [5])
        head = f"{'table':<{width}} {'read':>9} {'new':>9} {'updated':>9} {'unchanged':>9} {'refused':>9}"
        lines = [f"{self.format} from {self.path} in {self.seconds:.1f} s", "", head]
        lines += [_line(name, table, width) for name, table in self.tables.items()]
        lines.append(_line("all", self.total, width))
        if self.refused:
            lines += ["", f"{len(self.refused)} rows were refused:"]
            lines += [f"  {refusal}" for refusal in self.refused[:shown]]
        if len(self.refused) > shown:
            lines.append(f"  ... and {len(self.refused) - shown} more; --json lists all")
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)


def _figures(table: TableReport) -> JsonObject:
    return {**dataclasses.asdict(table), "kept": table.kept}


def _line(name: str, table: TableReport, width: int) -> str:
    return f"{name:<{width}} {table.read:>9,} {table.new:>9,} {table.updated:>9,} {table.unchanged:>9,} {table.refused:>9,}"
