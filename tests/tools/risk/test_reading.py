from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.tools.risk.frauds import csv, shop
from tools.fitted import DataError
from tools.risk.reading import read_events


def written(folder: Path, *lines: str) -> Path:
    path = folder / "events.csv"
    path.write_text("\n".join(lines))
    return path


def test_events_are_read_in_time_order(tmp_path: Path) -> None:
    events = shop()
    found = read_events(csv(tmp_path / "shop.csv", events))
    assert [(one.id, one.at, one.bad) for one in found.all] == [(one.id, one.at, bool(one.bad)) for one in events.all]


def test_other_names_days_past_a_month_and_unknown_outcomes_are_understood(tmp_path: Path) -> None:
    [one, two] = read_events(
        written(
            tmp_path,
            "transaction_date,user_id,transaction_amount,has_cbk,device_id,sex,signup_time",
            "2019-11-31T08:00:00.5,7,12.345,True,d1,F,2019-11-30T08:00:00",
            "2019-12-02T08:00:00+08:00,8,3,,,M,",
        )
    ).all
    assert one.at == dt.datetime(2019, 12, 1, 8, 0, 0, 500_000, tzinfo=dt.UTC)
    assert (one.account, one.amount_minor, one.bad, one.device) == ("7", 1234, True, "d1")
    assert one.signed_up_at == dt.datetime(2019, 11, 30, 8, tzinfo=dt.UTC)
    assert (two.at.hour, two.bad, two.signed_up_at) == (8, None, None)  # the hour of its own zone


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["at,account,amount"], "expected rows with at, account, amount, bad, got none"),
        (["at,account,amount", "2026-01-01,1,2"], "row 1, column 'bad': expected a column of that name, or has_cbk"),
        (["at,account,amount,bad", "soon,1,2,0"], "row 2, column 'at': expected a time such as"),
        (["at,account,amount,bad", "2026-13-01,1,2,0"], "row 2, column 'at': expected a time"),
        (["at,account,amount,bad", "2026-01-41,1,2,0"], "row 2, column 'at': expected a time"),
        (["at,account,amount,bad", "2026-01-01,,2,0"], "row 2, column 'account': expected a text, got nothing"),
        (["at,account,amount,bad", "2026-01-01,1,-2,0"], "row 2, column 'amount': expected an amount of 0 or more"),
        (["at,account,amount,bad", "2026-01-01,1,x,0"], "row 2, column 'amount': expected an amount of 0 or more"),
        (["at,account,amount,bad", "2026-01-01,1,2,perhaps"], "row 2, column 'bad': expected 1 or 0, true or false"),
    ],
)
def test_what_is_wrong_is_named_with_file_row_and_column(lines: list[str], sentence: str, tmp_path: Path) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(DataError) as error:
        read_events(path)
    assert str(error.value).startswith(f"{path}")
    assert sentence in str(error.value)
