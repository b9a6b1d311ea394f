"""Dates and relative dates against a fixed clock: Tuesday, 10 March 2026."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.entities.base import without_overlaps
from dialogue.understanding.entities.dates import dates
from dialogue.understanding.text import read

TODAY = dt.date(2026, 3, 10)
DAYS = st.dates(min_value=dt.date(2001, 1, 1), max_value=dt.date(2098, 12, 31))


def spans(text: str, today: dt.date = TODAY) -> list[tuple[str, str]]:
    kept = without_overlaps(dates(read(text), today))
    return [(str(item.value["from"]), str(item.value["to"])) for item in kept]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-03-09"), ("昨天那单", "2026-03-09"), ("昨晚买的", "2026-03-09"), ("today", "2026-03-10"), ("今天", "2026-03-10"),
        ("the day before yesterday", "2026-03-08"), ("前天", "2026-03-08"), ("大前天", "2026-03-07"), ("tomorrow", "2026-03-11"), ("明天", "2026-03-11"),
        ("day after tomorrow", "2026-03-12"), ("后天", "2026-03-12"), ("大后天", "2026-03-13"),
        ("上周三", "2026-03-04"), ("上星期三", "2026-03-04"), ("上上周五", "2026-02-27"), ("这周一", "2026-03-09"), ("周日", "2026-03-08"),
        ("last Wednesday", "2026-03-04"), ("on Monday", "2026-03-09"), ("next Friday", "2026-03-13"), ("下周五", "2026-03-20"),
        ("3 days ago", "2026-03-07"), ("three days ago", "2026-03-07"), ("三天前", "2026-03-07"), ("一个星期前", None), ("两天前", "2026-03-08"),
        ("双十一", "2025-11-11"), ("双11买的", "2025-11-11"), ("singles' day", "2025-11-11"), ("618", "2025-06-18"), ("christmas", "2025-12-25"),
        ("3月5号", "2026-03-05"), ("三月五日", "2026-03-05"), ("2025年12月1日", "2025-12-01"), ("March 5th", "2026-03-05"), ("5 March", "2026-03-05"),
        ("Dec 1, 2025", "2025-12-01"), ("12/1", "2025-12-01"), ("25/12/2025", "2025-12-25"), ("2025-12-01", "2025-12-01"), ("十二月二十号", "2025-12-20"),
    ],
)  # fmt: skip
def test_a_day(text: str, day: str | None) -> None:
    if day is None:
        assert spans(text) == [("2026-02-28", "2026-03-06")]
    else:
        assert spans(text) == [(day, day)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last week", "2026-03-02", "2026-03-08"), ("上周", "2026-03-02", "2026-03-08"), ("上个星期", "2026-03-02", "2026-03-08"),
        ("this week", "2026-03-09", "2026-03-15"), ("last month", "2026-02-01", "2026-02-28"), ("上个月", "2026-02-01", "2026-02-28"),
        ("本月", "2026-03-01", "2026-03-31"), ("最近三天", "2026-03-07", "2026-03-10"), ("in the past two weeks", "2026-02-24", "2026-03-10"),
        ("最近一个月", "2026-02-08", "2026-03-10"), ("上上周", "2026-02-23", "2026-03-01"),
    ],
)  # fmt: skip
def test_a_period(text: str, first: str, last: str) -> None:
    assert spans(text) == [(first, last)]


@pytest.mark.parametrize(
    "text",
    [
        "618块",
        "99/100 stars",
        "2月30号",
        "13/45",
        "size M",
        "周到",
        "may I ask something",
        "sunglasses",
        "一天",
        "I will march on",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert spans(text) == []


@given(DAYS, DAYS)
def test_a_full_date_is_read_whatever_day_it_is(day: dt.date, today: dt.date) -> None:
    wanted = [(day.isoformat(), day.isoformat())]
    assert spans(day.isoformat(), today) == wanted
    assert spans(f"{day.year}年{day.month}月{day.day}日", today) == wanted
    assert spans(f"{day:%B} {day.day}, {day.year}", today) == wanted


@given(DAYS, st.integers(min_value=2, max_value=300))
def test_days_ago_mean_the_same_in_both_languages(today: dt.date, count: int) -> None:
    day = (today - dt.timedelta(count)).isoformat()
    assert spans(f"{count} days ago", today) == spans(f"{count}天前", today) == [(day, day)]


@given(DAYS, st.sampled_from(["上周", "last month", "上上周", "this week", "最近5天"]))
def test_a_period_begins_before_it_ends(today: dt.date, words: str) -> None:
    [(first, last)] = spans(words, today)
    assert first <= last
