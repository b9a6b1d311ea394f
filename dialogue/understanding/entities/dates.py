"""When: dates and relative dates in both languages, against the shop's clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.numerals import EN_NUMBERS, ZH_NUMBER, parse
from dialogue.understanding.text import Text

Span = tuple[dt.date, dt.date]

_WEEKDAYS = {day: n for n, days in enumerate((("monday", "mon"), ("tuesday", "tues", "tue"), ("wednesday", "wed"), ("thursday", "thurs", "thu"), ("friday", "fri"), ("saturday", "sat"), ("sunday", "sun"))) for day in days}  # fmt: skip
_ZH_DAYS = {c: n for n, chars in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7")) for c in chars}
_MONTHS = {name: n for n, full in enumerate(["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"], 1) for name in (full, full[:3])}  # fmt: skip
_MONTHS["sept"] = 9
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_WEEKDAY = "(?:" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + ")"
_COUNT = r"(\d{1,3}|a|an|a couple of|" + "|".join(EN_NUMBERS) + ")"
_HOLIDAYS = {
    "双十一": (11, 11), "双11": (11, 11), "双12": (12, 12), "双十二": (12, 12), "618": (6, 18), "六一八": (6, 18), "元旦": (1, 1), "国庆": (10, 1),
    "五一": (5, 1), "圣诞": (12, 25), "情人节": (2, 14), "妇女节": (3, 8), "singles' day": (11, 11), "singles day": (11, 11), "double 11": (11, 11),
    "christmas": (12, 25), "new year's day": (1, 1), "valentine's day": (2, 14), "halloween": (10, 31),
}  # fmt: skip


def _days(back: int) -> Callable[[re.Match[str], dt.date], Span]:
    return lambda _match, today: (today - dt.timedelta(back), today - dt.timedelta(back))


def _count(word: str) -> int:
    if word in {"a", "an"}:
        return 1
    if word.startswith("a couple"):
        return 2
    return int(parse(word) or 0)


def _ago(match: re.Match[str], today: dt.date) -> Span:
    count = min(_count(match[1]), 999)
    unit = match[2]
    if unit.startswith(("month", "个月", "月")):
        day = today - dt.timedelta(round(30.4 * count))
        return day - dt.timedelta(7), day + dt.timedelta(7)
    if unit.startswith(("week", "个星期", "周", "星期", "个礼拜", "礼拜")):
        day = today - dt.timedelta(7 * count)
        return day - dt.timedelta(3), day + dt.timedelta(3)
    return today - dt.timedelta(count), today - dt.timedelta(count)


def _past_days(match: re.Match[str], today: dt.date) -> Span:
    scale = {"w": 7, "周": 7, "星": 7, "m": 30, "月": 30, "个": 30}.get(match[2][0], 1)
    return today - dt.timedelta(min(_count(match[1]), 999) * scale), today


def _week(back: int) -> Callable[[re.Match[str], dt.date], Span]:
    def span(_match: re.Match[str], today: dt.date) -> Span:
        monday = today - dt.timedelta(today.weekday() + 7 * back)
        return monday, monday + dt.timedelta(6)

    return span


def _month_back(back: int) -> Callable[[re.Match[str], dt.date], Span]:
    def span(_match: re.Match[str], today: dt.date) -> Span:
        first = today.replace(day=1)
        for _ in range(back):
            first = (first - dt.timedelta(1)).replace(day=1)
        return first, (first + dt.timedelta(32)).replace(day=1) - dt.timedelta(1)

    return span


def _zh_weekday(match: re.Match[str], today: dt.date) -> Span:
    week = match[1] or ""
    back = len(week) if week.startswith("上") else 0
    forward = 1 if week.startswith("下") else 0
    day = today - dt.timedelta(today.weekday() + 7 * back - 7 * forward) + dt.timedelta(_ZH_DAYS[match[2]])
    if not week and day > today:
        day -= dt.timedelta(7)
    return day, day


def _en_weekday(match: re.Match[str], today: dt.date) -> Span:
    wanted = _WEEKDAYS[match[2]]
    if match[1] and match[1].startswith("next"):
        day = today + dt.timedelta((wanted - today.weekday() - 1) % 7 + 1)
    else:
        day = today - dt.timedelta((today.weekday() - wanted - 1) % 7 + 1)
    return day, day


def _calendar(year: int | None, month: int, day: int, today: dt.date) -> Span | None:
    """The day named; without a year the last such day, or the coming one when it is near."""
    try:
        if year is not None:
            found = dt.date(year + 2000 if year < 100 else year, month, day)
        else:
            found = dt.date(today.year, month, day)
            if found > today + dt.timedelta(45):
                found = dt.date(today.year - 1, month, day)
    except ValueError:
        return None
    return found, found


def _month_day(match: re.Match[str], today: dt.date) -> Span | None:
    return _calendar(int(match[3]) if match[3] else None, _MONTHS[match[1]], int(match[2]), today)


def _day_month(match: re.Match[str], today: dt.date) -> Span | None:
    return _calendar(int(match[3]) if match[3] else None, _MONTHS[match[2]], int(match[1]), today)


def _zh_month_day(match: re.Match[str], today: dt.date) -> Span | None:
    month, day = parse(match[2]), parse(match[3])
    year = int(match[1]) if match[1] else None
    return _calendar(year, int(month or 0), int(day or 0), today)


def _iso(match: re.Match[str], today: dt.date) -> Span | None:
    return _calendar(int(match[1]), int(match[2]), int(match[3]), today)


def _slashed(match: re.Match[str], today: dt.date) -> Span | None:
    first, second = int(match[1]), int(match[2])
    month, day = (first, second) if first <= 12 else (second, first)
    return _calendar(int(match[3]) if match[3] else None, month, day, today)


def _holiday(match: re.Match[str], today: dt.date) -> Span | None:
    month, day = _HOLIDAYS[match[0].removesuffix("节")] if match[0] not in _HOLIDAYS else _HOLIDAYS[match[0]]
    return _calendar(None, month, day, today)


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], dt.date], Span | None]], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?!\d)", _iso),
        (rf"(?:(\d{{4}})年)?({ZH_NUMBER}|\d{{1,2}})月({ZH_NUMBER}|\d{{1,2}})[号日]?", _zh_month_day),
        (rf"\b({_MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?\b", _month_day),
        (rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b(?:,? (\d{{4}}))?", _day_month),
        (r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?(?![\d/])", _slashed),
        (r"\bday before yesterday\b|(?<!大)前天|前日", _days(2)),
        (r"大前天", _days(3)),
        (r"\byesterday\b|昨天|昨日|昨晚|\blast night\b|\byday\b", _days(1)),
        (r"\bday after tomorrow\b|(?<!大)后天", _days(-2)),
        (r"大后天", _days(-3)),
        (r"\btomorrow\b|\btmrw?\b|明天|明日", _days(-1)),
        (r"\btoday\b|\bthis (?:morning|afternoon|evening)\b|\btonight\b|今天|今日|今早|今晚", _days(0)),
        (r"(上上|上|下|这|本)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天1-7])(?![0-9个天])", _zh_weekday),
        (rf"\b(last|this past|this|on|next)? ?({_WEEKDAY})\b", _en_weekday),
        (rf"\b{_COUNT} (days?|weeks?|months?) ago\b|(?!)", _ago),
        (rf"({ZH_NUMBER}|\d{{1,3}})(天|个?星期|个?礼拜|周|个?月)(?:之)?前", _ago),
        (rf"\b(?:in the )?(?:last|past) {_COUNT} (days?|weeks?|months?)\b", _past_days),
        (rf"(?:最近|近|过去)({ZH_NUMBER}|\d{{1,3}})(天|周|星期|个月|月)", _past_days),
        (r"\bweek before last\b|上上(?:个)?(?:周|星期|礼拜)", _week(2)),
        (r"\blast week\b|上(?:个)?(?:周|星期|礼拜)", _week(1)),
        (r"\bthis week\b|(?:这|本)(?:个)?(?:周|星期|礼拜)", _week(0)),
        (r"\blast month\b|上个?月", _month_back(1)),
        (r"\bthis month\b|(?:这个|本|这)月", _month_back(0)),
        ("|".join(sorted(map(re.escape, _HOLIDAYS), key=len, reverse=True)), _holiday),
    )
)


def dates(text: Text, today: dt.date) -> Iterator[Entity]:
    """Yield days and periods; `today` is the shop's."""
    for pattern, rule in _RULES:
        for match in pattern.finditer(text.low):
            if match[0] in {"618"} and text.low[match.end() : match.end() + 1] in set("0123456789块元"):
                continue
            if span := rule(match, today):
                yield entity(text, "date", {"from": span[0].isoformat(), "to": span[1].isoformat()}, match.span())
