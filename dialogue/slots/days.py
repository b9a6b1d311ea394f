"""Slots of time in a merchant's words: a day that is over."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dialogue.slots.base import Filled, Filling, SlotContext
from dialogue.understanding.figures.days import said_period
from dialogue.understanding.text import read


async def fill_day(context: SlotContext) -> Filling:
    """Read which day is meant: ``{"day", "said"}``; ``said`` is ``day``, ``today``, ``longer`` (more than a day) or ``""``."""
    today = context.now.astimezone(ZoneInfo(context.timezone)).date()
    period = said_period(read(context.frame.text).low, today)
    if period is None or period.first == period.last == today:
        return Filled({"day": None, "said": "today" if period else ""})
    if period.days > 1:
        return Filled({"day": None, "said": "longer"})
    return Filled({"day": period.first.isoformat(), "said": "day"})
