"""Periods as merchants say them: 上周, 2011年12月, Q3, "the last 7 days", "from March to May 2011"."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Sequence

from dialogue.understanding.numerals import EN_NUMBERS, EN_ORDINALS, ZH_NUMBER, parse
from tools.analytics.periods import Period, month_of, months

Day = dt.date
_ONE = dt.timedelta(days=1)
_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
_MONTHS = {name: n for n, full in enumerate(_NAMES, 1) for name in (full, full[:3])} | {"sept": 9}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_N = rf"(?:{ZH_NUMBER}|\d{{1,3}})"
_EN_N = r"(?:\d{1,3}|" + "|".join(sorted(EN_NUMBERS, key=len, reverse=True)) + ")"
_YEAR = r"(?:19|20)\d\d"
_ORD = "(?:first|second|third|fourth|1st|2nd|3rd|4th)"


@dataclasses.dataclass(frozen=True)
class Said:
    """A period at its place in the message."""

    start: int
    end: int
    period: Period
    dated: bool = True
    """Whether it names its year, or stands in relation to today."""


def _days(first: Day, last: Day) -> Period:
    return Period(first=first, last=last)


def _whole_year(year: int) -> Period:
    return _days(Day(year, 1, 1), Day(year, 12, 31))


def _quarter(year: int, number: int) -> Period:
    first = Day(year, 3 * number - 2, 1)
    return _days(first, months(first, 3) - _ONE)


def _half(year: int, second: bool) -> Period:  # noqa: FBT001
    return _days(Day(year, 7, 1), Day(year, 12, 31)) if second else _days(Day(year, 1, 1), Day(year, 6, 30))


def _week(today: Day, back: int) -> Period:
    monday = today - dt.timedelta(days=today.weekday() + 7 * back)
    return _days(monday, min(monday + dt.timedelta(days=6), max(today, monday)))


def _month(today: Day, back: int) -> Period:
    found = month_of(months(today.replace(day=1), -back))
    return _days(found.first, min(found.last, today)) if back == 0 else found


def _quarter_back(today: Day, back: int) -> Period:
    first = months(Day(today.year, 3 * ((today.month - 1) // 3) + 1, 1), -3 * back)
    last = months(first, 3) - _ONE
    return _days(first, min(last, today))


def _year_back(today: Day, back: int) -> Period:
    return _days(Day(today.year - back, 1, 1), min(Day(today.year - back, 12, 31), today))


def _recent(count: int, unit: str, today: Day) -> Period:
    """The last `count` days, weeks, months or years, today included."""
    if unit in {"day", "天", "日"}:
        first = today - dt.timedelta(days=count - 1)
    elif unit in {"week", "周", "星期", "礼拜"}:
        first = today - dt.timedelta(days=7 * count - 1)
    else:
        first = months(today, -count * (12 if unit in {"year", "年"} else 1)) + _ONE
    return _days(first, today)


def _int(text: str) -> int:
    return int(parse(text) or 0)


def _ordinal(text: str) -> int:
    return EN_ORDINALS.get(text) or int(text[0])


def _month_number(text: str) -> int:
    return _MONTHS[text.rstrip(".")]


def _last_such(month: int, today: Day) -> int:
    """Return the year in which a month without a year was last."""
    return today.year if month <= today.month else today.year - 1


Found = tuple[Period, bool]
_Rule = Callable[[re.Match[str], Day], Found]


def _zh_month(match: re.Match[str], today: Day) -> Found:
    month = _int(match["m"])
    year = _zh_year(match["y"], today) if match["y"] else _last_such(month, today)
    return month_of(Day(year, month, 1)), bool(match["y"])


def _zh_year(text: str, today: Day) -> int:
    if text[0].isdigit():
        number = int(re.sub(r"\D", "", text))
        return number if number > 99 else 2000 + number
    return today.year - {"今": 0, "本": 0, "去": 1, "前": 2}[text[0]]


def _zh_day(match: re.Match[str], today: Day) -> Found:
    month, day = _int(match["m"]), _int(match["d"])
    found = Day(_zh_year(match["y"], today) if match["y"] else today.year, month, day)
    if not match["y"] and found > today:
        found = found.replace(year=today.year - 1)
    return _days(found, found), bool(match["y"])


def _en_month(match: re.Match[str], today: Day) -> Found:
    month = _month_number(match["m"])
    said = match["y"]
    year = _last_such(month, today) if not said else int(said) if said.isdigit() else _en_year(said, today)
    return month_of(Day(year, month, 1)), bool(said)


def _en_year(text: str, today: Day) -> int:
    return today.year - ("last" in text)


def _en_day(match: re.Match[str], today: Day) -> Found:
    found = Day(int(match["y"]) if match["y"] else today.year, _month_number(match["m"]), int(match["d"]))
    if not match["y"] and found > today:
        found = found.replace(year=today.year - 1)
    return _days(found, found), bool(match["y"])


def _zh_quarter(match: re.Match[str], today: Day) -> Found:
    number = _int(match["q"])
    year = _zh_year(match["y"], today) if match["y"] else today.year - (3 * number - 2 > today.month)
    return _quarter(year, number), bool(match["y"])


def _en_quarter(match: re.Match[str], today: Day) -> Found:
    said = match["q"]
    number = int(said[-1]) if said[-1].isdigit() else _ordinal(said)
    year = int(match["y"]) if match["y"] else today.year - (3 * number - 2 > today.month)
    return _quarter(year, number), bool(match["y"])


def _at(period: Callable[[Day], Period]) -> _Rule:
    return lambda _match, today: (period(today), True)


_ZH_YEAR = rf"(?P<y>(?:{_YEAR}|\d\d)年|今年|本年|去年|前年)"
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"(?<!\d)(?P<y>{_YEAR})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?!\d)", _zh_day),
        (rf"(?<!\d)(?P<y>{_YEAR})[-/](?P<m>\d{{1,2}})(?![-/\d])", _zh_month),
        (rf"{_ZH_YEAR}?的?(?P<m>{_N})月份?(?P<d>{_N})[日号]", _zh_day),
        (rf"{_ZH_YEAR}?的?(?P<m>{_N})月份?(?![个之内前])", _zh_month),
        (rf"{_ZH_YEAR}?的?(?:第?(?P<q>[一二三四1-4])个?季度)", _zh_quarter),
        (r"(?P<y>(?!))?(?P<q>q[1-4])(?![a-z0-9])", _en_quarter),
        (rf"(?<![\da-z])(?P<q>q[1-4])(?: of| in|,)? ?(?P<y>{_YEAR})(?!\d)", _en_quarter),
        (rf"(?<!\d)(?P<y>{_YEAR}) ?年?的?(?P<q>q[1-4])(?![a-z0-9])", _en_quarter),
        (rf"\b(?:the )?(?P<q>{_ORD}) quarter(?: of| in)? ?(?P<y>{_YEAR})?\b", _en_quarter),
        (rf"{_ZH_YEAR}?的?上半年", lambda m, t: (_half(_zh_year(m["y"], t) if m["y"] else t.year, second=False), bool(m["y"]))),
        (rf"{_ZH_YEAR}?的?下半年", lambda m, t: (_half(_zh_year(m["y"], t) if m["y"] else t.year - (t.month < 7), second=True), bool(m["y"]))),
        (rf"\b(?:the )?first half of (?P<y>{_YEAR})|\bh1 (?P<z>{_YEAR})", lambda m, _t: (_half(int(m["y"] or m["z"]), second=False), True)),
        (rf"\b(?:the )?second half of (?P<y>{_YEAR})|\bh2 (?P<z>{_YEAR})", lambda m, _t: (_half(int(m["y"] or m["z"]), second=True), True)),
        (rf"(?<![\d.,/-])(?P<y>{_YEAR})年?(?:全年|整年)?(?![\d/.-]*\d)", lambda m, _t: (_whole_year(int(m["y"])), True)),
        (rf"\b(?P<m>{_MONTH})(?: of)?,? ?(?P<y>{_YEAR}|last year|this year)?\b(?! ?\d)", _en_month),
        (rf"\b(?P<m>{_MONTH}) (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>{_YEAR}))?\b", _en_day),
        (rf"\b(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})(?:,? (?P<y>{_YEAR}))?\b", _en_day),
        (r"\btoday\b|今天|今日", _at(lambda t: _days(t, t))),
        (r"\byesterday\b|昨天|昨日", _at(lambda t: _days(t - _ONE, t - _ONE))),
        (r"\b(?:the )?day before yesterday\b|前天", _at(lambda t: _days(t - 2 * _ONE, t - 2 * _ONE))),
        (r"\bthis week\b|(?:这个?|本)(?:周|星期|礼拜)(?![一二三四五六日天])", _at(lambda t: _week(t, 0))),
        (r"\b(?:last|the previous) week\b|(?<!上)上个?(?:周|星期|礼拜)(?![一二三四五六日天])", _at(lambda t: _week(t, 1))),
        (r"\b(?:the )?week before last\b|上上个?(?:周|星期|礼拜)", _at(lambda t: _week(t, 2))),
        (r"\bthis month(?: so far)?\b|\bmonth to date\b|\bmtd\b|这个?月|本月(?:以来|至今)?|当月", _at(lambda t: _month(t, 0))),
        (r"\b(?:last|the previous) month\b|(?<!上)上个?月", _at(lambda t: _month(t, 1))),
        (r"\b(?:the )?month before last\b|上上个?月", _at(lambda t: _month(t, 2))),
        (r"\bthis quarter\b|(?:这个?|本)季度", _at(lambda t: _quarter_back(t, 0))),
        (r"\b(?:last|the previous) quarter\b|上个?季度", _at(lambda t: _quarter_back(t, 1))),
        (r"\bthis year(?: so far)?\b|\byear to date\b|\bytd\b|今年(?:以来)?|本年|年初至今", _at(lambda t: _year_back(t, 0))),
        (r"\b(?:last|the previous) year\b|去年(?!同期)", _at(lambda t: _year_back(t, 1))),
        (r"\b(?:the )?year before last\b|前年", _at(lambda t: _year_back(t, 2))),
        (rf"\b(?:the |these )?(?:last|past) (?P<n>{_EN_N}) (?P<u>day|week|month|year)s?\b", lambda m, t: (_recent(_int(m["n"]), m["u"], t), True)),
        (r"\b(?:the )?past (?P<u>day|week|month|year)\b", lambda m, t: (_recent(1, m["u"], t), True)),
        (rf"(?:最近|近|过去|前)(?P<n>{_N})个?(?P<u>天|日|周|星期|礼拜|月|年)(?:内|里|来|以来)?", lambda m, t: (_recent(_int(m["n"]), m["u"], t), True)),
    )
)  # fmt: skip
_TO = re.compile(r"\s*(?:to|until|till|through|and|-|–|—|~|到|至)\s*")
_SINCE = re.compile(r"(?:\bsince|自从?|从)\s*(?:the )?$")
_ONWARD = re.compile(r"\s*(?:以来|至今|到现在|开始)")
_DAY_ONLY = re.compile(r"(?P<d>\d{1,2})[日号]?(?:st|nd|rd|th)?(?:,? (?P<y>(?:19|20)\d\d)\b)?(?!\d|月|年| ?(?:%|days?))")
ALWAYS = re.compile(
    r"\b(?:of all time|all time|all-time|ever|overall|in total|so far|since the (?:start|beginning)|altogether|to date)\b"
    r"|有史以来|历史上|历史|总共|一共|累计|至今|开店以来|全部时间|迄今|总计"
)
"""Words that mean everything recorded, where no period is named."""


def periods(low: str, today: Day) -> list[Said]:
    """Return the periods of a lower-case message by place; ranges as one."""
    found: list[Said] = []
    for pattern, rule in _RULES:
        for match in pattern.finditer(low):
            try:
                period, dated = rule(match, today)
            except ValueError:
                continue  # the 31st of June is no period: its words stay unread
            found.append(Said(match.start(), match.end(), period, dated))
    found.sort(key=lambda each: (each.start - each.end, each.start))
    kept: list[Said] = []
    for each in found:
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return _ranges(low, sorted(kept, key=lambda each: each.start), today)


def _ranges(low: str, said: Sequence[Said], today: Day) -> list[Said]:
    found: list[Said] = []
    rest = list(said)
    while rest:
        first = rest.pop(0)
        opened = re.search(r"(?:\bfrom|\bbetween|从|自)\s*(?:the )?$", low[: first.start])
        link = _TO.match(low, first.end)
        spoken = link is not None and (link[0].strip() != "and" or (opened and "between" in opened[0]))
        if link is not None and spoken:
            if rest and rest[0].start == link.end():
                found.append(_joined(first, rest.pop(0), opened.start() if opened else first.start))
                continue
            day = _DAY_ONLY.match(low, link.end())
            if day and first.period.days == 1 and (ranged := _to_day(first, day, opened)) is not None:
                found.append(ranged)
                continue
        if (since := _SINCE.search(low[: first.start])) and first.period.first <= today:
            onward = _ONWARD.match(low, first.end)
            if "since" in since[0] or onward:
                end = onward.end() if onward else first.end
                found.append(Said(since.start(), end, _days(first.period.first, today)))
                continue
        if (onward := _ONWARD.match(low, first.end)) and first.period.first <= today:
            found.append(Said(first.start, onward.end(), _days(first.period.first, today)))
            continue
        found.append(first)
    return found


def _joined(first: Said, last: Said, start: int) -> Said:
    """Make one period of two; one without a year takes that of the other."""
    begins, ends = first.period, last.period
    if not first.dated and last.dated:
        years = ends.first.year - begins.first.year
        begins = _moved(begins, years if _moved(begins, years).first <= ends.first else years - 1)
    elif first.dated and not last.dated:
        years = begins.first.year - ends.first.year
        ends = _moved(ends, years if _moved(ends, years).last >= begins.first else years + 1)
    elif not first.dated and begins.first > ends.last:
        begins = _moved(begins, -1)
    if begins.first > ends.last:
        return dataclasses.replace(first, start=start)  # what follows stays unread
    return Said(start, last.end, _days(begins.first, ends.last))


def _moved(period: Period, years: int) -> Period:
    whole = period.last == month_of(period.last).last
    last = months(period.last, 12 * years)
    return _days(months(period.first, 12 * years), month_of(last).last if whole else last)


def _to_day(first: Said, day: re.Match[str], opened: re.Match[str] | None) -> Said | None:
    begins = first.period.first
    if day["y"]:
        begins = begins.replace(year=int(day["y"]))
    try:
        last = begins.replace(day=int(day["d"]))
    except ValueError:
        return None
    return Said(opened.start() if opened else first.start, day.end(), _days(begins, last)) if last >= begins else None
