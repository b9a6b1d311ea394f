"""What a merchant asks of the shop's figures."""

from __future__ import annotations

import functools

from sqlmodel import col, select

from knowledge.schema import Category, Customer, Order, Product, Return, Ticket
from tools.analytics.answering import answer
from tools.analytics.compiling import BEHIND, behind, cut_of
from tools.analytics.customers import customer_groups_of
from tools.analytics.dimensions import DIMENSIONS
from tools.analytics.metrics import METRICS
from tools.analytics.query import CustomersQuery, FigureQuery, WhyQuery
from tools.analytics.reading import Desk, desk_of, value_name
from tools.analytics.types import Behind, Customers, Figures, Value, Vocabulary, Why, WordsOf
from tools.analytics.why import explain
from tools.base import Arguments, Role, ToolContext, tool
from tools.evidence import LocalText

MERCHANT: tuple[Role, ...] = ("merchant",)
_WAIT_S = 20.0
_KNOWN = 400
"""Values of a dimension that are known by name; more are no words of everyday."""
_question = functools.partial(tool, "read", roles=MERCHANT, needs_customer=False, timeout_s=_WAIT_S)
_METRICS = ", ".join(METRICS)
_DIMENSIONS = ", ".join(DIMENSIONS)


@_question(
    en=(
        "A figure of the shop: in all, by dimensions, compared with another period, ranked, as shares or on average. Use it for 'what was "
        f"our revenue last month', 'top products', 'orders by country'. metric: one of {_METRICS}. by, filters.dimension: {_DIMENSIONS}. "
        "period: first and last day in the shop's time zone, left out: everything recorded. Changes nothing; does not forecast."
    ),
    zh=(
        "店铺指标：总量、按维度拆分、与其他时期比较、排名、占比或平均。商家问“上个月销售额多少”“卖得最好的商品”“各国家订单数”时使用。"
        f"metric：{_METRICS} 之一。by、filters.dimension：{_DIMENSIONS}。period：起止日期（店铺时区），不填为全部。只读，不预测。"
    ),
)
async def shop_figures(context: ToolContext, arguments: FigureQuery) -> Figures:
    """Return figures with their definition, period and filters."""
    return await answer(await desk_of(context), arguments)


@_question(
    en="The records behind a figure of shop_figures: up to 20 ids, the newest first. Same arguments; only metric, filters and period count.",
    zh="shop_figures 某个指标背后的记录：最多 20 个编号，最新的在前。参数相同，只看 metric、filters 和 period。",
)
async def figure_records(context: ToolContext, arguments: FigureQuery) -> Behind:
    """Return the ids of the records behind a figure."""
    desk = await desk_of(context)
    filters, _ = await desk.filters(arguments.filters)
    cut = cut_of(arguments.metric, (), filters)
    period = arguments.period or await desk.all_time()
    rows = await desk.rows(behind(cut, desk.frame(period)))
    kinds = {
        "stock": "sku", "rival": "product", "ticket": "ticket", "open_ticket": "ticket", "review": "review", "visit": "session",
        "sitting": "conversation", "score": "conversation", "clock": "ticket",
    }  # fmt: skip
    return Behind(
        metric=desk.metric(cut.metric),
        kind=kinds.get(cut.root, "order"),
        ids=tuple(str(row[0]) for row in rows[:BEHIND]),
        more=len(rows) > BEHIND,
        period=None if cut.metric.state else period,
    )


@_question(
    en=(
        "What a change of a figure between two periods is made of: its parts by a dimension, which sum to it, and for revenue its factors. Use "
        "it for 'why did sales fall in May'. Arithmetic, not causes. by left out: the dimension that tells most. metric, filters, period as "
        "in shop_figures; against: before or year_before, or against_period."
    ),
    zh=(
        "拆解指标在两个时期之间的变化：按维度给出各部分的贡献（合计等于变化），销售额还给出各因素的贡献。商家问“五月销售额为什么跌了”时使用；是算术拆解，不是因果。"
        "by 不填则取最能说明变化的维度。metric、filters、period 同 shop_figures；against：before 或 year_before，或 against_period。"
    ),
)
async def explain_change(context: ToolContext, arguments: WhyQuery) -> Why:
    """Return the parts of a change."""
    return await explain(await desk_of(context), arguments)


@_question(
    en="The customers of a period in segments (kind: rfm) or by the month of their first order with who came back (kind: cohorts). period: as in shop_figures.",
    zh="期间内顾客的 RFM 分层（kind: rfm），或按首单月份的同期群留存（kind: cohorts）。period：同 shop_figures。",
)
async def customer_groups(context: ToolContext, arguments: CustomersQuery) -> Customers:
    """Return segments or cohorts."""
    return await customer_groups_of(await desk_of(context), arguments)


class _Nothing(Arguments):
    """No arguments."""


@_question(
    en="The values that the shop's figures can be filtered by: its countries, regions, channels, categories, tiers, ..., with their names.",
    zh="店铺指标可以筛选的取值：国家、地区、渠道、品类、会员等级等，及其名称。",
)
async def figure_words(context: ToolContext, arguments: _Nothing) -> Vocabulary:
    """Return the values of every dimension that has few."""
    del arguments
    desk = await desk_of(context)
    days = await desk.all_time()
    some = (await context.session.exec(select(col(Order.id)).limit(1))).first() is not None
    return Vocabulary(
        dimensions=tuple([await _words(desk, each) for each in DIMENSIONS if DIMENSIONS[each].listed]),
        timezone=desk.zone.key,
        currency=desk.currency,
        first=days.first if some else None,
        last=days.last if some else None,
    )


async def _words(desk: Desk, name: str) -> WordsOf:
    dimension = DIMENSIONS[name]
    if name == "category":
        session = desk.context.session
        found = await session.exec(select(Category))
        values = [Value(key=each.id, name=LocalText(zh=each.name_zh, en=each.name_en)) for each in found]
        return WordsOf(dimension=name, values=tuple(values))
    columns = {
        "brand": col(Product.brand), "tier": col(Customer.tier), "region": col(Customer.region),
        "country": col(Order.address)["country"].as_string(), "channel": col(Order.channel), "status": col(Order.status),
        "coupon": col(Order.coupon_code), "return_reason": col(Return.reason), "queue": col(Ticket.queue),
        "ticket_reason": col(Ticket.reason), "priority": col(Ticket.priority), "ticket_category": col(Ticket.category),
        "agent": col(Ticket.assignee),
    }  # fmt: skip
    keys = list(dimension.words)
    if name in columns:
        rows = await desk.rows(select(columns[name]).distinct().order_by(columns[name]).limit(_KNOWN + 1))
        told = [str(row[0]) for row in rows if row[0]]
        keys = [*keys, *(key for key in told if key not in keys)] if len(told) <= _KNOWN else keys
    return WordsOf(dimension=name, values=tuple(Value(key=key, name=value_name(dimension, key)) for key in keys))


TOOLS = (shop_figures, explain_change, customer_groups, figure_records, figure_words)
