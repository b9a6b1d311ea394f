from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tools.fitted import DataError
from tools.fitted.columns import read_csv


def written(folder: Path, text: str) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(text.encode())
    return path


def test_cells_are_read_by_their_kind_plain_or_gzipped(tmp_path: Path) -> None:
    text = "\ufeffat, amount ,bad\n2026-03-01T08:00:00+08:00,12.5,TRUE\n\n2026-03-01,0,no\n"
    gzipped = tmp_path / "rows.csv.gz"
    gzipped.write_bytes(gzip.compress(text.encode()))
    for path in (written(tmp_path, text), gzipped):
        rows = list(read_csv(path, needs=("at", "amount", "bad")))
        assert [(row.time("at").isoformat(), row.number("amount"), row.flag("bad")) for row in rows] == [
            ("2026-03-01T00:00:00+00:00", 12.5, True),
            ("2026-03-01T00:00:00+00:00", 0.0, False),
        ]
        assert [row.row for row in rows] == [2, 4]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "rows.csv: expected a header with amount, got an empty file"),
        ("price\n1\n", "rows.csv, row 1, column 'amount': expected a column of that name; there are price"),
        ("amount,b\n1\n", "rows.csv, row 2: expected 2 cells, got 1"),
        ("amount\nmuch\n", "rows.csv, row 2, column 'amount': expected a number of 0 or more, got 'much'"),
        ("amount\n1\n-2\n", "rows.csv, row 3, column 'amount': expected a number of 0 or more, got '-2'"),
        ("amount\nnan\n", "rows.csv, row 2, column 'amount': expected a number of 0 or more, got 'nan'"),
        ('amount\n1\n"2\n', "rows.csv, row 3: expected CSV in UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        [row.number("amount", least=0) for row in read_csv(written(tmp_path, text), needs=("amount",))]
    assert str(error.value).removeprefix(f"{tmp_path}/").startswith(sentence)


def test_absent_files_folders_and_other_encodings_are_named(tmp_path: Path) -> None:
    (tmp_path / "gbk.csv").write_bytes("金额\n1\n".encode("gbk"))
    (tmp_path / "no.csv.gz").write_bytes(b"plain")
    for name, sentence in {
        "nowhere.csv": "got nothing there",
        ".": "got a folder",
        "gbk.csv": "UTF-8",
        "no.csv.gz": "CSV",
    }.items():
        with pytest.raises(DataError, match=sentence):
            list(read_csv(tmp_path / name, needs=("amount",)))
