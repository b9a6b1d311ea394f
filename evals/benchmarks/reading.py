"""Reads the files of public data sets; whatever is wrong with one is said with file and line."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.benchmarks.base import BenchmarkError

Json = dict[str, Any]


def json_rows(folder: Path, name: str, *, needs: Sequence[str] = ()) -> list[Json]:
    """Return the objects of ``name`` or ``name.gz``, one a line, each with the fields that are needed.

    Raises:
        BenchmarkError.
    """
    path = _existing(folder, name)
    rows = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BenchmarkError(f"{path}, line {number}: no JSON ({error})") from error
        _check(path, number, row, needs)
        rows.append(row)
    if not rows:
        raise BenchmarkError(f"{path} is empty: expected one JSON object a line")
    return rows


def csv_rows(folder: Path, name: str, *, needs: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the rows of a table with a header.

    Raises:
        BenchmarkError.
    """
    path = _existing(folder, name)
    rows = list(csv.DictReader(_lines(path)))
    for number, row in enumerate(rows, start=2):
        _check(path, number, row, needs)
    if not rows:
        raise BenchmarkError(f"{path} is empty: expected a header and rows")
    return rows


def json_file(folder: Path, name: str) -> Any:
    """Return what ``name`` or ``name.gz`` holds.

    Raises:
        BenchmarkError.
    """
    path = _existing(folder, name)
    try:
        return json.loads("\n".join(_lines(path)))
    except ValueError as error:
        raise BenchmarkError(f"{path}: no JSON ({error})") from error


def _existing(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise BenchmarkError(f"{folder / name} is not there; name the folder that holds {folder.name}")


def _lines(path: Path) -> Iterator[str]:
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path} cannot be read: {error}") from error
    yield from text.split("\n")


def _check(path: Path, number: int, row: object, needs: Sequence[str]) -> None:
    if not isinstance(row, dict):
        raise BenchmarkError(f"{path}, line {number}: expected an object, got {str(row)[:60]!r}")
    missing = [field for field in needs if row.get(field) is None]
    if missing:
        raise BenchmarkError(f"{path}, line {number}: expected {', '.join(needs)}; {missing[0]} is missing")
