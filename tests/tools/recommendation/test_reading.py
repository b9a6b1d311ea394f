from __future__ import annotations

from pathlib import Path

import pytest

from tools.fitted import DataError
from tools.recommendation.events import Facts, Seen
from tools.recommendation.reading import read_interactions


def _file(folder: Path, text: str) -> Path:
    path = folder / "events.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_events_are_sorted_by_time_and_items_described(tmp_path: Path) -> None:
    text = (
        "user,item,at,kind,category,price,title\n"
        "u,b,2026-02-01,purchase,tea,12.50,Tea\n"
        "u,a,2026-01-01,pv,,,\n"
        "v,a,2026-01-03,,cup,3,杯子\n"
    )
    rows = read_interactions(_file(tmp_path, text))
    assert dict(rows.histories()) == {"u": (Seen("a", "view"), Seen("b", "buy")), "v": (Seen("a", "buy"),)}
    assert rows.facts == {"b": Facts("tea", "", 1250, "Tea tea"), "a": Facts("cup", "", 300, "杯子 cup")}


def test_without_times_the_order_of_the_rows_counts(tmp_path: Path) -> None:
    rows = read_interactions(_file(tmp_path, "user,item\nu,b\nv,c\nu,a\n"))
    assert rows.at is None
    assert dict(rows.histories())["u"] == (Seen("b"), Seen("a"))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("user,thing\nu,a\n", r"events.csv, row 1, column 'item': expected a column of that name"),
        ("user,item,at\nu,a,yesterday\n", r"events.csv, row 2, column 'at': expected a time"),
        (
            "user,item,at\nu,a,2026-01-01\nu,b,\n",
            r"events.csv, row 3, column 'at': expected a time in every row or in none",
        ),
        ("user,item,kind\nu,a,sniffed\n", r"events.csv, row 2, column 'kind': expected one of view, cart, buy"),
        ("user,item,price\nu,a,-1\n", r"events.csv, row 2, column 'price': expected a number of 0 or more, got '-1'"),
        ("user,item\nu,\n", r"events.csv, row 2, column 'item': expected a text, got nothing"),
        ("user,item\n", r"events.csv: expected rows with user, item, got none"),
    ],
)
def test_what_is_wrong_is_said_with_file_row_and_column(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(DataError, match=wrong):
        read_interactions(_file(tmp_path, text))
