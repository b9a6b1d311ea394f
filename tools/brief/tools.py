"""The merchant's brief as a tool."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from tools.analytics.reading import desk_of
from tools.base import ToolContext, tool
from tools.brief.figures import WEEKS, explained, history_of, judged
from tools.brief.types import BriefOf, DailyBrief, DayFigure, Waiting
from tools.brief.waiting import waiting
from tools.errors import ArgumentError

_DAY = dt.timedelta(days=1)


@tool(
    "read",
    roles=("merchant",),
    needs_customer=False,
    timeout_s=60.0,
    en=(
        "The brief of a day: which of the shop's figures lay outside the usual range of their weekday and what that is made of, and what "
        "waits for a decision now (proposals, risk cases, late tickets, stock, coupons, prices). Use it for 'what happened yesterday', "
        "'give me the brief', 'what needs my attention'. Not for one figure (shop_figures). day: a day that is over, as 2026-03-09; left "
        "out: yesterday. Changes nothing; does not forecast."
    ),
    zh=(
        "某一天的日报：哪些指标超出该星期几的平常范围、变化由什么构成，以及现在有什么等着决定（提案、风险案件、超时工单、库存、优惠券、价格）。商家问“昨天怎么样”“给我日报”"
        "“有什么要我处理的”时使用；只问某个指标用 shop_figures。day：已结束的某一天，如 2026-03-09；不填为昨天。只读，不预测。"
    ),
)
async def daily_brief(context: ToolContext, arguments: BriefOf) -> DailyBrief:
    """Return the brief.

    Raises:
        ArgumentError: ``day_not_over``.
    """
    desk = await desk_of(context)
    day = arguments.day or desk.today - _DAY
    if day >= desk.today:
        raise ArgumentError(
            "day_not_over",
            f"expected a day before {desk.today}, got {day}",
            day=day.isoformat(),
            latest=(desk.today - _DAY).isoformat(),
        )
    history, last_order = await history_of(desk, day)
    figures = await explained(desk, history, judged(desk, history))
    open_ones = await waiting(desk)
    return DailyBrief(
        day=day,
        timezone=desk.zone.key,
        weeks=WEEKS,
        figures=figures,
        waiting=open_ones,
        state=_state(figures, open_ones, history.first, last_order),
        last_order=last_order,
        read_at=context.now,
    )


def _state(
    figures: tuple[DayFigure, ...], open_ones: Waiting, first: dt.date, last_order: dt.date | None
) -> Literal["news", "quiet", "new", "silent"]:
    if any(each.verdict == "far" for each in figures):
        return "news"
    if last_order is None or last_order < first:
        return "silent"
    if all(each.verdict == "too_little" for each in figures):
        return "new"
    return "news" if open_ones.count else "quiet"


TOOLS = (daily_brief,)
