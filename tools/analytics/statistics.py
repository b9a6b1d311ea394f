"""The desk's statistics: the figures of conversations, tickets and ratings side by side, by the same metrics that a merchant asks of.

A supervisor or a merchant sees everybody's; an agent only what they served themselves.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal

import pydantic
from sqlmodel import col, or_, select

from knowledge.schema import DeskAgent, Ticket
from tools.analytics.answering import answer, answer_totals
from tools.analytics.compiling import Cut, behind, cut_of
from tools.analytics.metrics import METRICS
from tools.analytics.periods import Period, before
from tools.analytics.query import FigureQuery, Filter
from tools.analytics.reading import Desk, desk_of
from tools.analytics.types import Figures, FilterView, Value
from tools.base import Arguments, Evidence, Identity, ToolContext, tool
from tools.errors import ArgumentError
from tools.evidence import LocalText
from tools.shares import Share, share

DEFAULT_DAYS = 30
LONGEST_DAYS = 3660
MOST_RECORDS = 100
_GROUPS = 50
Step = Literal["hour", "weekday", "day", "week", "month"]
Part = Literal["volume", "endings", "waiting", "moods", "ratings", "agents"]


@dataclasses.dataclass(frozen=True)
class Card:
    """One figure of the statistics: a metric, and what it is told apart by; ``step`` stands for the step of time that is asked for."""

    id: str
    part: Part
    metric: str
    by: tuple[str, ...] = ()


def _cards(part: Part, *given: str) -> Iterable[Card]:
    """Make cards of ``metric`` or ``metric/dimension``."""
    for each in given:
        metric, _, dimension = each.partition("/")
        yield Card(each.replace("/", "."), part, metric, (dimension,) if dimension else ())


CARDS: tuple[Card, ...] = (
    *_cards("volume", "conversations", "tickets", "resolved_tickets", "reopened", "reopened_share"),
    *_cards("volume", "conversations/step", "conversations/hour", "conversations/lang", "tickets/queue", "tickets/ticket_category"),
    *_cards("endings", "solved_alone", "assisted_share", "handed_over_share", "abandoned_share", "durable_share", "too_young", "conversations/ending"),
    *_cards("waiting", "waiting", "waiting_p90", "first_response", "first_response_p90", "next_response", "next_response_p90", "open_resolution", "open_resolution_p90", "promises_kept"),
    *_cards("waiting", "waiting/priority", "waiting_p90/priority", "first_response/priority", "first_response_p90/priority", "open_resolution/priority", "promises_kept/promise"),
    *_cards("moods", "mood_better", "mood_worse", "conversations/first_mood", "conversations/last_mood", "conversations/first_voice", "conversations/last_voice"),
    *_cards("ratings", "csat", "service_stars", "service_ratings", "rating_response", "csat/served_by", "service_ratings/served_by", "service_ratings/stars"),
    *_cards("agents", "resolved_tickets/agent", "first_response/agent", "csat/agent", "service_ratings/agent", "reopened/agent"),
)  # fmt: skip
"""Every figure, in the order in which they are shown. Those of ``agents`` are for who sees everybody's."""
_BY_ID = {card.id: card for card in CARDS}


class DeskStatistics(Arguments):
    """Which conversations and tickets are counted; without a period the last 30 days up to today."""

    period: Period | None = None
    queue: str | None = pydantic.Field(None, max_length=64)
    lang: Literal["zh", "en"] | None = None
    agent: str | None = pydantic.Field(None, max_length=64)
    by: Step = "day"
    """The step of time that the volume is told apart by."""
    cards: tuple[str, ...] | None = pydantic.Field(None, max_length=len(CARDS))
    """Only these figures; None: all."""

    @pydantic.model_validator(mode="after")
    def _known(self) -> DeskStatistics:
        if unknown := [each for each in self.cards or () if each not in _BY_ID]:
            raise ValueError(f"expected one of {', '.join(_BY_ID)}, got {unknown[0][:40]!r}")
        if self.period is not None and self.period.days > LONGEST_DAYS:
            raise ValueError(f"expected at most {LONGEST_DAYS} days")
        return self


class StatisticsRecords(DeskStatistics):
    """One figure, or one row of it, whose records are wanted."""

    card: str
    key: str | None = pydantic.Field(None, max_length=200)
    """Of the row; None: of the whole figure."""


class CardView(Evidence):
    """A figure with where it stands."""

    id: str
    part: Part
    figures: Figures


class RatedView(Evidence):
    """Satisfaction with its interval: how much so many answers say."""

    dimension: str
    """``""``: all; ``served_by`` or ``agent``."""
    key: str
    name: LocalText
    share: Share


class Statistics(Evidence):
    """All figures of a period beside those of the period before."""

    period: Period
    against: Period
    timezone: str
    everybody: bool
    """False: only what the asking agent served."""
    filters: tuple[FilterView, ...]
    cards: tuple[CardView, ...]
    rated: tuple[RatedView, ...]
    queues: tuple[str, ...]
    agents: tuple[str, ...]
    """What may be filtered by; agents only for who sees everybody's."""
    read_at: dt.datetime


class RecordView(Evidence):
    """A ticket behind a figure; without a ticket the conversation that the bot had alone."""

    conversation_id: str
    ticket_id: str | None
    subject: str
    status: str
    at: dt.datetime


class RecordsView(Evidence):
    """What is behind a figure, the newest first."""

    records: tuple[RecordView, ...]
    more: bool


@tool(
    "read",
    roles=("agent", "merchant"),
    needs_customer=False,
    timeout_s=60.0,
    en=(
        "The desk's statistics of a period, beside the period before: volume, how conversations ended, waiting and service levels, moods, "
        "satisfaction, and for supervisors and merchants each agent's. period, queue, lang, agent narrow it; by: the step of time. Changes nothing."
    ),
    zh=(
        "客服工作台某一时期的统计，并与上一时期对比：数量、对话如何结束、等待与服务承诺、情绪、满意度；主管和商家还能看到每位客服的数据。"
        "period、queue、lang、agent 用于筛选；by 为时间粒度。只读。"
    ),
)
async def desk_statistics(context: ToolContext, arguments: DeskStatistics) -> Statistics:
    """Answer every figure by the shop's own metrics."""
    desk = await desk_of(context)
    asked = _seen_by(context.identity, arguments)
    period, filters = _period(desk, asked), _filters(asked)
    everybody = _sees_everybody(context.identity)
    wanted = [
        card
        for card in CARDS
        if (asked.cards is None or card.id in asked.cards) and (everybody or card.part != "agents")
    ]
    plain = [METRICS[card.metric] for card in wanted if not card.by and METRICS[card.metric].where is None]
    whole = await answer_totals(desk, plain, filters, period, before(period))
    cards = [
        CardView(
            id=card.id,
            part=card.part,
            figures=whole[card.id] if card.id in whole else await answer(desk, _query(card, asked, period, filters)),
        )
        for card in wanted
    ]
    _, views = await desk.filters(filters)
    return Statistics(
        period=period,
        against=before(period),
        timezone=desk.zone.key,
        everybody=everybody,
        filters=views,
        cards=tuple(cards),
        rated=tuple(_rated(cards)),
        queues=await _names(context, select(Ticket.queue).distinct()),
        agents=await _names(context, select(DeskAgent.subject)) if everybody else (),
        read_at=context.now,
    )


@tool(
    "read",
    roles=("agent", "merchant"),
    needs_customer=False,
    timeout_s=30.0,
    en="The tickets and conversations behind a figure of desk_statistics, or behind one row of it (key): up to 100, the newest first. Same arguments.",
    zh="desk_statistics 某个指标（card）或其中一行（key）背后的工单和对话：最多 100 条，最新的在前。其余参数相同。",
)
async def statistics_records(context: ToolContext, arguments: StatisticsRecords) -> RecordsView:
    """Return what was counted."""
    card = _BY_ID.get(arguments.card)
    if card is None or (card.part == "agents" and not _sees_everybody(context.identity)):
        raise ArgumentError("no_such_card", "expected the id of a figure of the statistics", card=arguments.card[:40])
    desk = await desk_of(context)
    asked = _seen_by(context.identity, arguments)
    query = _query(card, asked, _period(desk, asked), _filters(asked))
    filters = list(query.filters)
    if arguments.key is not None and query.by:
        filters.append(Filter(dimension=query.by[0], values=(arguments.key,)))
    cut = cut_of(card.metric, (), filters)
    rows = await desk.rows(behind(cut, desk.frame(_period(desk, asked)), most=MOST_RECORDS))
    found = await _records(context, cut, [(str(row[0]), row[1]) for row in rows[:MOST_RECORDS]])
    return RecordsView(records=tuple(found), more=len(rows) > MOST_RECORDS)


def _sees_everybody(identity: Identity) -> bool:
    return identity.role == "merchant" or identity.supervisor


def _seen_by(identity: Identity, asked: DeskStatistics) -> DeskStatistics:
    """Return what is asked as far as this person may see it: agents see what they served themselves."""
    return asked if _sees_everybody(identity) else asked.model_copy(update={"agent": identity.actor})


def _period(desk: Desk, asked: DeskStatistics) -> Period:
    return asked.period or Period(first=desk.today - dt.timedelta(days=DEFAULT_DAYS - 1), last=desk.today)


def _filters(asked: DeskStatistics) -> tuple[Filter, ...]:
    given = {"queue": asked.queue, "lang": asked.lang, "agent": asked.agent}
    return tuple(Filter(dimension=name, values=(value,)) for name, value in given.items() if value is not None)


def _query(card: Card, asked: DeskStatistics, period: Period, filters: tuple[Filter, ...]) -> FigureQuery:
    by = tuple(asked.by if each == "step" else each for each in card.by)
    timed = by[:1] in {("hour",), ("weekday",), ("day",), ("week",), ("month",)}
    if by[:1] in {("first_voice",), ("last_voice",), ("first_mood",), ("last_mood",), ("stars",)}:
        filters = (*filters, Filter(dimension=by[0], values=("",), exclude=True))
    limit = None if timed or not by else _GROUPS
    return FigureQuery(metric=card.metric, by=by, filters=filters, period=period, against="before", limit=limit)


def _rated(cards: Sequence[CardView]) -> Iterable[RatedView]:
    """Yield satisfaction with its interval, for all and for each who served."""
    figures = {card.id: card.figures for card in cards}
    for dimension in ("", "served_by", "agent"):
        ending = f".{dimension}" if dimension else ""
        pleased, counts = figures.get(f"csat{ending}"), figures.get(f"service_ratings{ending}")
        if pleased is None or counts is None:
            continue
        answers = {"": counts.total} | {group.values[0].key: group.value for group in counts.groups}
        groups = [(each.values[0], each.value) for each in pleased.groups]
        for value, part in groups if dimension else [(Value(key="", name=LocalText()), pleased.total)]:
            of = int(answers.get(value.key) or 0)
            found = share(round(float(part or 0) * of), of)
            if found is not None:
                yield RatedView(dimension=dimension, key=value.key, name=value.name, share=found)


async def _names(context: ToolContext, statement: object) -> tuple[str, ...]:
    found = (await context.session.exec(statement)).all()  # type: ignore[call-overload]  # a select of one column of text
    return tuple(sorted(str(each) for each in found if each))


async def _records(context: ToolContext, cut: Cut, ids: Sequence[tuple[str, object]]) -> list[RecordView]:
    """Return the tickets of the rows that were counted, in their order."""
    wanted = [each for each, _ in ids]
    of_tickets = cut.root in {"ticket", "clock"}
    where = col(Ticket.id).in_(wanted) if of_tickets else col(Ticket.conversation_id).in_(wanted)
    tickets = (await context.session.exec(select(Ticket).where(or_(where)).order_by(col(Ticket.created_at)))).all()
    known = {ticket.id if of_tickets else ticket.conversation_id: ticket for ticket in tickets}
    return [_record(each, at, known.get(each)) for each, at in ids]


def _record(key: str, at: object, ticket: Ticket | None) -> RecordView:
    when = at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(str(at))
    return RecordView(
        conversation_id=ticket.conversation_id if ticket else key,
        ticket_id=ticket.id if ticket else None,
        subject=ticket.subject if ticket else "",
        status=ticket.status if ticket else "",
        at=when if when.tzinfo else when.replace(tzinfo=dt.UTC),
    )


TOOLS = (desk_statistics, statistics_records)
