"""Time as the desk counts it: additive, monotonous, never a closed minute, over changes of the clocks too."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from pathlib import Path

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.desk_rules import DeskRules, Shift
from tools.policy import PolicyError, load_policy
from tools.ticketing.calendars import WEEK, Calendar, after, closing, is_open, open_between, opening, spans

DAYS = st.integers(0, 700 * 24 * 3600).map(lambda s: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=s))
LENGTHS = st.integers(0, 21 * 24 * 3600).map(lambda seconds: dt.timedelta(seconds=seconds))
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])


@st.composite
def shifts(draw: st.DrawFn) -> list[str]:
    ends = sorted(draw(st.lists(st.integers(0, 95), unique=True, min_size=2, max_size=6)))
    pairs = list(zip(ends[::2], ends[1::2], strict=False))
    return [f"{a // 4:02}:{a % 4 * 15:02}-{b // 4:02}:{b % 4 * 15:02}" for a, b in pairs]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    rules = DeskRules.model_validate(
        {
            "hours": {"daily": draw(shifts()), **draw(st.dictionaries(st.sampled_from(WEEK), shifts(), max_size=3))},
            "holidays": draw(st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), max_size=4)),
            "special_days": {dt.date(2026, 3, 29): draw(shifts()), dt.date(2026, 11, 1): ["20:00-04:00"]},
        }
    )
    return Calendar.of(rules, draw(ZONES))


def calendar(zone: str = "Asia/Shanghai", **rules: object) -> Calendar:
    return Calendar.of(DeskRules.model_validate(rules), zone)


def at(text: str, zone: str = "Asia/Shanghai") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(dt.UTC)


@given(calendars(), DAYS, LENGTHS, LENGTHS)
@settings(max_examples=15, deadline=None)
def test_open_time_adds_up_and_never_exceeds_what_passes(
    found: Calendar, begin: dt.datetime, first: dt.timedelta, second: dt.timedelta
) -> None:
    middle, end = begin + first, begin + first + second
    whole = open_between(found, begin, end)
    assert whole == open_between(found, begin, middle) + open_between(found, middle, end)
    assert dt.timedelta() <= whole <= end - begin


@given(calendars(), DAYS, st.integers(1, 48 * 60))
@settings(max_examples=15, deadline=None)
def test_the_moment_after_is_the_first_at_which_so_much_was_open(
    found: Calendar, begin: dt.datetime, minutes: int
) -> None:
    worked = dt.timedelta(minutes=minutes)
    due = after(found, begin, worked)
    assert due is not None
    assert open_between(found, begin, due) == worked
    assert open_between(found, begin, due - dt.timedelta(seconds=1)) < worked


@given(calendars(), DAYS)
@settings(max_examples=15, deadline=None)
def test_nothing_counts_while_it_is_closed_and_everything_while_it_is_open(found: Calendar, begin: dt.datetime) -> None:
    opens = opening(found, begin)
    assert opens is not None
    assert open_between(found, begin, opens) == dt.timedelta()
    assert is_open(found, opens)
    closes = closing(found, begin)
    assert closes is not None
    assert open_between(found, opens, closes) == closes - opens
    assert not is_open(found, closes)


@given(calendars(), DAYS)
@settings(max_examples=15, deadline=None)
def test_spans_are_in_order_and_what_the_wall_clock_says(found: Calendar, begin: dt.datetime) -> None:
    last = begin
    for number, (opens, closes) in enumerate(spans(found, begin)):
        assert last <= opens < closes
        last = closes
        if number == 20:
            break


def test_split_shifts_holidays_and_special_days() -> None:
    found = calendar(
        hours={"daily": ["09:00-12:00", "13:30-21:00"], "sun": []},
        holidays=["2026-10-01", "2026-10-02"],
        special_days={dt.date(2026, 10, 2): ["10:00-12:00"]},
    )
    assert open_between(found, at("2026-09-30T20:30"), at("2026-10-03T09:30")) == dt.timedelta(hours=3)
    assert after(found, at("2026-09-30T20:30"), dt.timedelta(hours=1)) == at("2026-10-02T10:30")
    assert opening(found, at("2026-10-03T21:00")) == at("2026-10-05T09:00")  # over Sunday
    assert [is_open(found, at(f"2026-09-30T{time}")) for time in ("11:59", "12:00", "13:29", "13:30")] == [
        True, False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)], ids=["spring", "usual", "autumn"]
)
def test_a_whole_day_has_the_hours_that_it_has(day: str, hours: int) -> None:
    found = calendar("Europe/Berlin", hours={"daily": ["00:00-24:00"]}, holidays=["2020-01-01"])
    begin = at(f"{day}T00:00", "Europe/Berlin")
    assert open_between(found, begin, begin + dt.timedelta(hours=48)) == dt.timedelta(hours=48)
    following = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    assert open_between(found, begin, at(f"{following}T00:00", "Europe/Berlin")) == dt.timedelta(hours=hours)


def test_a_shift_through_the_night_in_which_clocks_change() -> None:
    found = calendar("Europe/Berlin", hours={"sat": ["22:00-06:00"]})
    for evening, hours in (("2026-03-28", 7), ("2026-10-24", 9), ("2026-06-06", 8)):
        begin = at(f"{evening}T12:00", "Europe/Berlin")
        assert open_between(found, begin, begin + dt.timedelta(days=2)) == dt.timedelta(hours=hours)


def test_a_shift_that_begins_in_the_hour_which_does_not_exist_begins_when_that_hour_is_over() -> None:
    found = calendar("Europe/Berlin", hours={"sun": ["02:30-05:00"]})
    begin = at("2026-03-29T00:00", "Europe/Berlin")
    assert opening(found, begin) == at("2026-03-29T03:00", "Europe/Berlin")
    assert open_between(found, begin, begin + dt.timedelta(days=1)) == dt.timedelta(hours=2)


def test_a_desk_that_never_opens_has_no_opening() -> None:
    found = calendar(hours={"mon": []})
    assert opening(found, at("2026-10-01T10:00")) is None
    assert after(found, at("2026-10-01T10:00"), dt.timedelta(seconds=1)) is None


@pytest.mark.parametrize("text", ["9-12", "09:00", "09:00-24:30", "25:00-26:00", "09:60-10:00"])
def test_what_is_no_shift_is_told_with_the_form_of_one(text: str) -> None:
    with pytest.raises(pydantic.ValidationError, match="09:00-12:30"):
        Shift.model_validate(text)


def test_shifts_that_overlap_are_refused() -> None:
    with pytest.raises(pydantic.ValidationError, match="overlap"):
        DeskRules.model_validate({"hours": {"mon": ["09:00-12:00", "11:00-13:00"]}})


def test_the_rules_of_the_documentation_are_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "run-the-desk.md").read_text(encoding="utf-8")
    [rules] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "policy.yaml").write_text(rules, encoding="utf-8")
    desk = load_policy("default", tmp_path).desk
    found = Calendar.of(desk)
    assert opening(found, at("2026-10-01T10:00")) == at("2026-10-03T10:00")  # two holidays, then a Saturday
    assert open_between(found, at("2026-11-11T00:00"), at("2026-11-12T00:00")) == dt.timedelta(hours=24)
    assert desk.targets["normal"].resolution_min == 480
    assert desk.targets["low"] == DeskRules().targets["low"]


def test_a_shift_that_cannot_be_read_stops_the_start_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("extends: default\ndesk: {hours: {mon: ['9 to 5']}}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"policy.yaml: desk.hours.mon.0: .*09:00-12:30.*'9 to 5'"):
        load_policy("default", tmp_path)
