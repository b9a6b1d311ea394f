"""Slots of time in a merchant's words: a day that is over, a period."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from dialogue.slots.base import Filled, Filling, SlotContext
from dialogue.understanding.figures.days import said_period
from dialogue.understanding.text import read
from tools.analytics.periods import Period


async def fill_day(context: SlotContext) -> Filling:
    """Read which day is meant: ``{"day", "said"}``; ``said`` is ``day``, ``today``, ``longer`` (more than a day) or ``""``."""
    today, period = _said(context)
    if period is None or period.first == period.last == today:
        return Filled({"day": None, "said": "today" if period else ""})
    if period.days > 1:
        return Filled({"day": None, "said": "longer"})
    return Filled({"day": period.first.isoformat(), "said": "day"})


async def fill_period(context: SlotContext) -> Filling:
    """Read which period is meant: its first and last day, or None where none is named."""
    _, period = _said(context)
    return Filled(period.model_dump(mode="json") if period is not None else None)


def _said(context: SlotContext) -> tuple[dt.date, Period | None]:
    today = context.now.astimezone(ZoneInfo(context.timezone)).date()
    return today, said_period(read(context.frame.text).low, today)
