"""The one period that a message names, also a weekday as people say it: 周一, 上周五, "on Monday"."""

from __future__ import annotations

import datetime as dt
import re

from dialogue.understanding.figures.periods import periods
from tools.analytics.periods import Period

_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZH = re.compile(rf"(?P<last>上个?)?(?:周|星期|礼拜)(?P<day>[{_DAYS_ZH}天])")
_EN = re.compile(rf"\b(?P<day>{'|'.join(_DAYS_EN)})(?:'s|s)?\b")
_WEEK = 7


def said_period(low: str, today: dt.date) -> Period | None:
    """Return the first period that a lower-case message names; None where it names none.

    A weekday is the latest such day before `today`; 上周五 is the Friday of the week before this one.
    """
    if found := periods(low, today):
        return found[0].period
    day = _weekday(low, today)
    return Period(first=day, last=day) if day is not None else None


def _weekday(low: str, today: dt.date) -> dt.date | None:
    if match := _ZH.search(low):
        number = _DAYS_ZH.index(match["day"].replace("天", "日"))
        if match["last"]:
            return today - dt.timedelta(days=today.weekday() + _WEEK - number)
    elif match := _EN.search(low):
        number = _DAYS_EN.index(match["day"])
    else:
        return None
    return today - dt.timedelta(days=(today.weekday() - number - 1) % _WEEK + 1)
