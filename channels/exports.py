"""Figures as files: CSV that a spreadsheet opens, a workbook, a picture."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote

from channels.problems import ProblemError
from dialogue.replies.sheets import Cell, Sheet, drawing_of, sheet_of
from knowledge.types import Lang

Format = Literal["csv", "xlsx", "png"]
MEDIA: Mapping[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
}
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
"""What a spreadsheet would take for a formula."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER_FORMATS = {"money": "#,##0.00", "share": "0.0%", "whole": "#,##0", "number": "#,##0.00"}
_WIDEST = 60
_PICTURE_SCALE = 2
FAMILY = "Noto Sans CJK SC"
"""Preferred for pictures; without it the renderer takes whatever font of the machine has the letters."""


def exported(found: Mapping[str, Any], tool: str, kind: Format, lang: Lang) -> bytes:
    """Return a figure's evidence as a file's bytes.

    Raises:
        ProblemError: ``no_chinese_font``: a picture in Chinese is wanted of a machine that has no letters for it.
    """
    if kind == "png":
        return picture(drawing_of(found, tool, lang))
    sheet = sheet_of(found, tool, lang)
    return as_csv(sheet) if kind == "csv" else as_workbook(sheet)


def file_name(title: str, kind: Format, day: dt.date) -> str:
    """Return a name that every file system takes."""
    plain = re.sub(r"[^\w-]+", "-", title).strip("-")
    return f"{plain or 'figure'}-{day.isoformat()}.{kind}"


def disposition(name: str) -> str:
    """Return the header that names a download, for old and new browsers."""
    plain = name.encode("ascii", "ignore").decode().lstrip("-") or "figure"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def as_csv(sheet: Sheet) -> bytes:
    """Return the numbers as CSV in UTF-8 with a byte order mark, by which Excel knows it; texts cannot be formulas."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_harmless(column.name) for column in sheet.columns])
    writer.writerows([[_plain(cell) for cell in row] for row in sheet.rows])
    return file.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _harmless(cell)
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def as_workbook(sheet: Sheet) -> bytes:
    """Return a workbook: the numbers as numbers, and a second sheet that says what they mean."""
    from openpyxl import Workbook  # noqa: PLC0415  (takes a third of a second)
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    table = book.active
    if table is None:
        raise RuntimeError("a new workbook has no sheet")
    table.title = re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:31]
    for number, column in enumerate(sheet.columns, 1):
        _write(table, 1, number, column.name).font = Font(bold=True)
        lengths = [len(str(row[number - 1])) for row in sheet.rows]
        table.column_dimensions[get_column_letter(number)].width = min(
            _WIDEST, 4 + max([8, len(column.name) * 2, *lengths])
        )
        for place, row in enumerate(sheet.rows, 2):
            _write(table, place, number, row[number - 1], _NUMBER_FORMATS.get(column.kind))
    table.freeze_panes = "A2"
    about = book.create_sheet(
        "说明" if any("\u4e00" <= letter <= "\u9fff" for letter in sheet.facts[0][0]) else "About"
    )
    for place, (name, fact) in enumerate(sheet.facts, 1):
        _write(about, place, 1, name).font = Font(bold=True)
        _write(about, place, 2, fact)
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 18, 80
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write(table: Any, row: int, column: int, value: Cell, number_format: str | None = None) -> Any:
    cell = table.cell(row, column)
    if isinstance(value, str):
        cell.value = _CONTROL.sub("", value)
        cell.data_type = "s"  # also where it begins like a formula
    elif value is not None:
        cell.value = value
        cell.number_format = number_format or "General"
    return cell


def picture(svg: str) -> bytes:
    """Return a drawing as PNG.

    Raises:
        ProblemError: ``no_chinese_font``.
    """
    if re.search("[\u4e00-\u9fff]", svg) and not _shows_chinese():
        raise ProblemError("no_chinese_font")
    return _rendered(svg)


@functools.cache
def _shows_chinese() -> bool:
    """Tell whether two different characters look different: a letter that no font has is left out, or is an empty box."""
    frame = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><text y="30" font-size="24">{}</text></svg>'
    return _rendered(frame.format("销")) != _rendered(frame.format("一"))


def _rendered(svg: str) -> bytes:
    import resvg_py  # noqa: PLC0415  (loads a library)

    return bytes(
        resvg_py.svg_to_bytes(svg_string=svg, zoom=_PICTURE_SCALE, sans_serif_family=FAMILY, font_family=FAMILY)
    )
