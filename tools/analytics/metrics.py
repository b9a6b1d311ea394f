"""The shop's figures, each declared once: names, definition, unit, and what it is a sum, a count or a quotient of."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, Numeric, and_, case, cast, distinct, func, or_
from sqlmodel import col

from knowledge.schema import (
    BehaviourEvent,
    CompetitorPrice,
    Order,
    OrderLine,
    Rating,
    Refund,
    ReturnLine,
    Review,
    Sitting,
    Stock,
    Ticket,
    TicketClock,
    Variant,
)
from tools.analytics.names import Named, named
from tools.analytics.sources import ASKED, FIRST, REFUNDED, REOPENED, RETURNED, Frame, Root, sitting_over, sold
from tools.evidence import LocalText

Unit = Literal["money", "pieces", "orders", "people", "count", "share", "days", "hours", "minutes", "points", "ratio"]
Fold = Literal["line", "order", "customer", "own", "none"]
"""Down to what its parts may be added up: the units of all lines are the units; the buyers of two products are not the buyers."""
Aggregate = Callable[[Frame], Any]


@dataclasses.dataclass(frozen=True)
class Metric:
    """A figure: `top`, or `top` over `bottom`.

    `adds` tells by which dimensions its parts sum to the whole. `of_all` counts cancelled orders too. `state`: it is how things
    stand now, whatever the period. `twice`: it looks at each customer's orders first.
    """

    id: str
    names: Named
    definition: LocalText
    unit: Unit
    roots: tuple[Root, ...]
    top: Aggregate
    bottom: Aggregate | None = None
    adds: Fold = "none"
    joins: tuple[str, ...] = ()
    where: Callable[[], Any] | None = None
    of_all: bool = False
    state: bool = False
    twice: bool = False
    scale: float = 1.0
    quantile: float | None = None
    """Not the sum of `top` but its value at this share of the rows, the nearest that occurs: 0.5 is the median."""
    better: Literal["up", "down", ""] = "up"
    rows: Aggregate | None = None
    """Which rows of its source are the records behind it; None: all that it looks at."""

    @property
    def is_ratio(self) -> bool:
        """Whether it is a quotient, or a value among others: its parts do not add up."""
        return self.bottom is not None or self.quantile is not None


def _a(expression: Any) -> Aggregate:
    return lambda _frame: expression


def _text(zh: str, en: str) -> LocalText:
    return LocalText(zh=zh, en=en)


_ORDERS = func.count(distinct(col(Order.id)))
_BUYERS = func.count(distinct(col(Order.customer_id)))
_VALUE = func.sum(col(OrderLine.quantity) * col(OrderLine.unit_price_minor))
_PIECES = func.sum(col(OrderLine.quantity))
_NEW = func.count(distinct(case((FIRST.at == col(Order.placed_at), col(Order.customer_id)))))
_COSTED = col(Variant.cost_minor).is_not(None)
_PROFIT = func.sum(col(OrderLine.quantity) * (col(OrderLine.unit_price_minor) - col(Variant.cost_minor)))
_OPEN = case((col(Order.status) == "cancelled", col(Order.id)))
_SESSIONS = func.count(distinct(col(BehaviourEvent.session_id)))
_BOUGHT = func.count(distinct(case((col(BehaviourEvent.kind) == "buy", col(BehaviourEvent.session_id)))))
_CLAIM = "claimed"


def _sold_a_day(frame: Frame) -> Any:
    return cast(func.sum(func.coalesce(sold(frame).c.pieces, 0)), Numeric) / frame.period.days


def _hours(frame: Frame) -> Any:
    done, opened = col(Ticket.resolved_at), col(Ticket.created_at)
    if frame.dialect == "sqlite":
        return func.sum((func.julianday(done) - func.julianday(opened)) * 24)
    return func.sum(func.extract("epoch", done - opened) / 3600)


def _seconds(frame: Frame, start: Any, end: Any) -> Any:
    """Return the seconds between two instants."""
    if frame.dialect == "sqlite":
        return (func.julianday(end) - func.julianday(start)) * 86_400
    return func.extract("epoch", end - start)


def _waited(frame: Frame) -> Any:
    return _seconds(frame, col(Ticket.created_at), col(Ticket.claimed_at)) / 60


def _counted(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _with_ending(ending: str) -> Aggregate:
    return lambda frame: and_(sitting_over(frame), col(Sitting.ending) == ending)


def _ended(ending: str) -> Aggregate:
    return lambda frame: _counted(_with_ending(ending)(frame))


def _all_over(frame: Frame) -> Any:
    return _counted(sitting_over(frame))


def _old(frame: Frame) -> ColumnElement[bool]:
    """Whether a sitting was ended, and so long ago that it is known whether the shopper came back to it."""
    return and_(sitting_over(frame), col(Sitting.ending) != "abandoned", col(Sitting.ended_at) <= frame.now - LASTING)


def _stayed_away(frame: Frame) -> ColumnElement[bool]:
    away = _seconds(frame, col(Sitting.ended_at), col(Sitting.next_at))
    return and_(_old(frame), or_(col(Sitting.next_at).is_(None), away > LASTING.total_seconds()))


def _young(frame: Frame) -> ColumnElement[bool]:
    return and_(sitting_over(frame), col(Sitting.ending) != "abandoned", col(Sitting.ended_at) > frame.now - LASTING)


def _open_time(goal: str) -> Callable[[], Any]:
    return lambda: and_(col(TicketClock.goal) == goal, col(TicketClock.ended))


LASTING = dt.timedelta(days=7)
"""What nobody came back to for so long is durable."""
TURNED = 0.15
"""Change of displeasure from which a mood is better or worse, as in the conversation itself."""
_FELT = and_(col(Sitting.first_displeasure).is_not(None), col(Sitting.last_displeasure).is_not(None))
_TURN = col(Sitting.last_displeasure) - col(Sitting.first_displeasure)
_ANSWERED = func.count(col(Rating.score))
_PLEASED = _counted(col(Rating.score) >= 4)
_TICKETS = func.count(col(Ticket.id))
_KEPT_KNOWN = func.count(col(TicketClock.kept))
_MINUTES = col(TicketClock.open_s) / 60
_HOURS = col(TicketClock.open_s) / 3600
_CLAIMED = col(Ticket.claimed_at).is_not(None)
_BOTH: tuple[Root, ...] = ("order", "line")
_ALL: tuple[Metric, ...] = (
    Metric(
        "revenue", named("销售额|营业额|营收|成交额|销售收入|GMV|卖了多少钱|收入|销售金额|消费金额|消费额|业绩|生意|卖了多少", "revenue|sales|turnover|GMV|sales revenue|takings|sales value|income|how much did we sell|how much have we sold|how much did we make|how much money did we make|how much did we earn|spending|spend|business"),
        _text("期间内下单商品的件数×单价之和，不含已取消订单，未扣订单优惠、运费和退款", "pieces times unit price of everything ordered in the period, without cancelled orders, before order discounts, shipping and refunds"),
        "money", ("line",), _a(_VALUE), adds="line",
    ),
    Metric(
        "paid", named("实付金额|实收|实付|实收金额", "amount paid|paid amount|payments received"),
        _text("期间内下单订单的实付总额（商品减优惠加运费），不含已取消订单", "what shoppers paid for the orders of the period (goods less discounts plus shipping), without cancelled orders"),
        "money", ("order",), _a(func.sum(col(Order.total_minor))), adds="order",
    ),
    Metric(
        "discounts", named("优惠金额|折扣金额|优惠了多少钱|让利", "discounts|discount amount|discounts given"),
        _text("期间内下单订单的优惠总额，不含已取消订单", "discounts on the orders of the period, without cancelled orders"),
        "money", ("order",), _a(func.sum(col(Order.discount_minor))), adds="order", better="",
    ),
    Metric(
        "shipping", named("运费收入|运费", "shipping income|shipping charges|shipping fees"),
        _text("期间内下单订单收取的运费，不含已取消订单", "shipping charged on the orders of the period, without cancelled orders"),
        "money", ("order",), _a(func.sum(col(Order.shipping_minor))), adds="order", better="",
    ),
    Metric(
        "orders", named("订单数|订单量|单量|订单|多少单|几单|成交单数|单数", "orders|number of orders|order count|order volume"),
        _text("期间内下单的订单数，不含已取消订单", "orders placed in the period, without cancelled ones"),
        "orders", _BOTH, _a(_ORDERS), adds="order",
    ),
    Metric(
        "units", named("销量|销售件数|件数|卖了多少件|销售数量|卖出件数|卖出多少件|多少件", "units|units sold|pieces|pieces sold|quantity sold|items sold|sales volume|sold quantity|how many did we sell|how many were sold|how many have we sold|sold units"),
        _text("期间内下单的商品件数，不含已取消订单", "pieces ordered in the period, without cancelled orders"),
        "pieces", ("line",), _a(_PIECES), adds="line",
    ),
    Metric(
        "aov", named("客单价|笔单价|平均订单金额|单均金额|平均每单金额|订单均价", "average order value|AOV|average order|average basket|basket value|value per order"),
        _text("实付总额÷订单数，不含已取消订单", "amount paid over number of orders, without cancelled ones"),
        "money", ("order",), _a(func.sum(col(Order.total_minor))), _a(_ORDERS),
    ),
    Metric(
        "price", named("件单价|平均售价|平均单价|均价", "average selling price|average price|price per piece|average unit price|ASP"),
        _text("销售额÷销量", "revenue over units sold"),
        "money", ("line",), _a(_VALUE), _a(_PIECES), better="",
    ),
    Metric(
        "basket", named("连带率|平均每单件数|每单件数|单均件数", "units per order|pieces per order|items per order|basket size|average basket size"),
        _text("销量÷订单数", "units sold over number of orders"),
        "ratio", ("line",), _a(_PIECES), _a(_ORDERS),
    ),
    Metric(
        "buyers", named("买家数|客户数|顾客数|下单人数|购买人数|成交客户数|多少顾客|多少客户|多少买家|多少人买|下单客户数|顾客人数|买家人数|多少人下单", "buyers|number of customers|customers|number of buyers|active customers|customer count|paying customers|unique customers|shoppers"),
        _text("期间内下过单的不同顾客数，不含已取消订单", "different customers who ordered in the period, cancelled orders not counted"),
        "people", _BOTH, _a(_BUYERS), adds="customer",
    ),
    Metric(
        "new_customers", named("新客数|新客|新客户|新顾客|新客户数|新顾客数|新客人数|首次购买人数|新买家", "new customers|new buyers|first-time buyers|first time customers|first-time customers|number of new customers|first-time shoppers|new shoppers"),
        _text("首个未取消订单在期间内的顾客数", "customers whose first order ever, cancelled ones aside, lies in the period"),
        "people", _BOTH, _a(_NEW), joins=("first",), adds="order",
    ),
    Metric(
        "new_share", named("新客占比|新客率|新顾客占比|新客户占比", "share of new customers|new customer share|new customer rate|proportion of new customers"),
        _text("新客数÷买家数", "new customers over buyers"),
        "share", _BOTH, _a(_NEW), _a(_BUYERS), joins=("first",), better="",
    ),
    Metric(
        "per_buyer", named("人均消费|人均销售额|客均消费|人均消费额|每客消费", "revenue per customer|revenue per buyer|spend per customer|average spend per customer|sales per customer"),
        _text("销售额÷买家数", "revenue over buyers"),
        "money", ("line",), _a(_VALUE), _a(_BUYERS),
    ),
    Metric(
        "frequency", named("人均订单数|购买频次|购买频率|人均单数", "orders per customer|orders per buyer|purchase frequency|order frequency"),
        _text("订单数÷买家数", "orders over buyers"),
        "ratio", _BOTH, _a(_ORDERS), _a(_BUYERS),
    ),
    Metric(
        "repeat_rate", named("复购率|重复购买率|回购率", "repeat rate|repeat purchase rate|repurchase rate|share of repeat customers|repeat customer rate"),
        _text("期间内下单两次及以上的顾客÷买家数，不含已取消订单", "customers with two or more orders in the period over buyers, cancelled orders not counted"),
        "share", _BOTH, _a(None), _a(None), twice=True,
    ),
    Metric(
        "repeat_buyers", named("复购人数|复购客户数|复购顾客数|回头客数|复购客户|复购顾客", "repeat customers|repeat buyers|number of repeat customers"),
        _text("期间内下单两次及以上的顾客数，不含已取消订单", "customers with two or more orders in the period, cancelled orders not counted"),
        "people", _BOTH, _a(None), twice=True, adds="customer",
    ),
    Metric(
        "products_sold", named("动销商品数|动销数|卖出的商品种数|动销品数|多少种商品", "products sold|different products sold|number of products sold|distinct products|distinct products sold|different products|how many products|how many different products"),
        _text("期间内有成交的不同商品数，不含已取消订单", "different products ordered in the period, cancelled orders not counted"),
        "count", ("line",), _a(func.count(distinct(col(OrderLine.product_id)))),
    ),
    Metric(
        "profit", named("毛利|毛利额|利润|毛利润|赚了多少", "gross profit|profit|gross profits"),
        _text("期间内下单商品的（单价－现行成本）×件数，只计有成本的规格，不含已取消订单", "price less today's cost of everything ordered in the period; variants without a cost and cancelled orders are left out"),
        "money", ("line",), _a(_PROFIT), joins=("variant",), where=lambda: _COSTED, adds="line",
    ),
    Metric(
        "margin", named("毛利率|利润率", "gross margin|margin|profit margin"),
        _text("毛利÷同样这些规格的销售额（按现行成本，只计有成本的规格）", "gross profit over the revenue of the same variants, at today's cost; variants without a cost are left out"),
        "share", ("line",), _a(_PROFIT), _a(_VALUE), joins=("variant",), where=lambda: _COSTED,
    ),
    Metric(
        "refunds", named("退款额|退款金额|退款总额|退了多少钱|退了多少|退款", "refunds|refund amount|refunded amount|money refunded|amount refunded|refund total|value of refunds"),
        _text("期间内发起的退款总额", "refunds begun in the period"),
        "money", ("refund",), _a(func.sum(col(Refund.amount_minor))), adds="order", of_all=True, better="down",
    ),
    Metric(
        "refund_count", named("退款笔数|退款单数|退款次数|退款数", "number of refunds|refund count|how many refunds"),
        _text("期间内发起的退款笔数", "number of refunds begun in the period"),
        "count", ("refund",), _a(func.count(col(Refund.id))), adds="order", of_all=True, better="down",
    ),
    Metric(
        "refund_rate", named("退款率|退款订单占比", "refund rate|share of orders refunded|share of refunded orders|refunded share"),
        _text("期间内下单的订单（不含已取消）中有过退款的占比", "share of the orders placed in the period, cancelled ones aside, with a refund since"),
        "share", _BOTH, _a(func.count(distinct(REFUNDED.order_id))), _a(_ORDERS), joins=("refunded",), better="down",
    ),
    Metric(
        "returned_units", named("退货件数|退货量|退货数|退货数量", "returned units|units returned|pieces returned|returned pieces|number of returns"),
        _text("期间内申请退货的件数，不含被拒和撤销的", "pieces asked to be returned in the period, rejected and withdrawn ones aside"),
        "pieces", ("return_line",), _a(func.sum(col(ReturnLine.quantity))), adds="line", of_all=True, better="down",
    ),
    Metric(
        "return_rate", named("退货率", "return rate|returns rate"),
        _text("期间内下单商品中后来退货的件数÷销量", "pieces of those ordered in the period that were returned since, over units sold"),
        "share", ("line",), _a(func.sum(func.coalesce(RETURNED.pieces, 0))), _a(_PIECES), joins=("returned",), better="down",
    ),
    Metric(
        "cancelled", named("取消订单数|取消单数|取消数|取消的订单数|取消量", "cancelled orders|canceled orders|cancellations|number of cancelled orders"),
        _text("期间内下单、后来取消的订单数", "orders placed in the period and cancelled since"),
        "orders", _BOTH, _a(func.count(distinct(_OPEN))), adds="order", of_all=True, better="down",
    ),
    Metric(
        "cancel_rate", named("取消率|订单取消率", "cancellation rate|cancel rate|share of cancelled orders"),
        _text("期间内下单、后来取消的订单÷期间内全部订单", "orders placed in the period and cancelled since, over all orders of the period"),
        "share", _BOTH, _a(func.count(distinct(_OPEN))), _a(_ORDERS), of_all=True, better="down",
    ),
    Metric(
        "stock", named("库存|库存量|现有库存|在库数量|库存件数|库存数量", "stock|stock on hand|inventory|pieces in stock|stock level|on hand"),
        _text("仓库现有件数", "pieces in the warehouse now"),
        "pieces", ("stock",), _a(func.sum(col(Stock.on_hand))), adds="line", state=True, better="",
    ),
    Metric(
        "stock_days", named("库存天数|可售天数|库存可售天数|库存周转天数|周转天数", "stock days|days of stock|days of inventory|days of cover|stock cover"),
        _text("现有件数÷期间内日均销量", "pieces in the warehouse now over the pieces sold a day in the period"),
        "days", ("stock",), _a(func.sum(col(Stock.on_hand))), _sold_a_day, joins=("sold",), better="",
    ),
    Metric(
        "out_of_stock", named("缺货规格数|缺货数|断货数|缺货", "out of stock variants|variants out of stock|stockouts|out of stock"),
        _text("现在可卖件数为零的规格数", "variants with nothing left to sell now"),
        "count", ("stock",), _a(func.sum(case((col(Stock.on_hand) - col(Stock.reserved) <= 0, 1), else_=0))), adds="line", state=True, better="down",
    ),
    Metric(
        "low_stock", named("低库存规格数|低库存|需补货规格数|库存不足", "low stock variants|variants low on stock|low stock|variants to reorder"),
        _text("现有件数不高于补货点的规格数", "variants at or below their reorder point now"),
        "count", ("stock",), _a(func.sum(case((col(Stock.on_hand) <= col(Stock.reorder_point), 1), else_=0))), adds="line", state=True, better="down",
    ),
    Metric(
        "price_index", named("价格指数|比价指数|竞品价格指数", "price index|price index against competitors|competitor price index"),
        _text("现行最低售价之和÷期间内记录的竞品价格之和，逐条对应；大于 1 表示我们更贵，不计未核实的报价", "our lowest price today over the competitors' recorded in the period, record by record and summed; above 1 we are dearer; unchecked claims are left out"),
        "ratio", ("rival",), _a(func.sum(ASKED.minor)), _a(func.sum(col(CompetitorPrice.price_minor))), joins=("asked",),
        where=lambda: col(CompetitorPrice.kind) != _CLAIM, better="",
    ),
    Metric(
        "tickets", named("工单数|工单量|工单|转人工数", "tickets|number of tickets|tickets opened|support tickets|cases"),
        _text("期间内新建的工单数", "tickets opened in the period"),
        "count", ("ticket",), _a(func.count(col(Ticket.id))), adds="own", better="down",
    ),
    Metric(
        "open_tickets", named("待处理工单数|待处理工单|未处理工单|未解决工单|未完成工单", "open tickets|unresolved tickets|waiting tickets|pending tickets|outstanding tickets"),
        _text("现在还没有解决的工单数", "tickets that are not resolved now"),
        "count", ("open_ticket",), _a(func.count(col(Ticket.id))), adds="own", where=lambda: col(Ticket.status) != "resolved", state=True, better="down",
    ),
    Metric(
        "resolution_hours", named("工单解决时长|解决时长|平均解决时长|处理时长", "resolution time|time to resolution|average resolution time|hours to resolve"),
        _text("期间内新建且已解决的工单从新建到解决的平均小时数", "hours from opening to resolution, averaged over the tickets opened in the period and resolved since"),
        "hours", ("ticket",), _hours, _a(func.count(col(Ticket.id))), where=lambda: col(Ticket.resolved_at).is_not(None), better="down",
    ),
    Metric(
        "resolved_tickets", named("已解决工单数|解决工单数|解决的工单", "tickets resolved|resolved tickets|resolved cases"),
        _text("期间内新建且现已解决的工单数", "tickets opened in the period and resolved by now"),
        "count", ("ticket",), _a(_counted(col(Ticket.status) == "resolved")), adds="own",
        rows=_a(col(Ticket.status) == "resolved"),
    ),
    Metric(
        "reopened", named("重开工单数|重新打开的工单|重开了多少工单|重开的工单|重开数", "tickets reopened|tickets were reopened|reopened tickets|reopened cases"),
        _text("期间内新建、解决后又被重新打开的工单数", "tickets opened in the period that were resolved and opened again"),
        "count", ("ticket",), _a(func.count(REOPENED.ticket_id)), joins=("reopened",), adds="own", better="down",
        rows=_a(REOPENED.ticket_id.is_not(None)),
    ),
    Metric(
        "reopened_share", named("工单重开率|重开率", "reopening rate|reopened share|share of tickets reopened|share of reopened tickets|reopen rate"),
        _text("重开工单数÷期间内新建的工单数", "tickets reopened over tickets opened in the period"),
        "share", ("ticket",), _a(func.count(REOPENED.ticket_id)), _a(_TICKETS), joins=("reopened",), better="down",
        rows=_a(REOPENED.ticket_id.is_not(None)),
    ),
    Metric(
        "waiting", named("等待时长中位数|排队时长|等待时长|平均等待时长", "median waiting time|waiting time|wait time|time in the queue|queue time"),
        _text("期间内新建的工单从新建到被认领的分钟数（日历时间），取中位数", "minutes from opening to claim of the tickets opened in the period, by the calendar: the median"),
        "minutes", ("ticket",), _waited, where=lambda: _CLAIMED, quantile=0.5, better="down",
    ),
    Metric(
        "waiting_p90", named("等待时长P90|等待时长九十分位", "p90 waiting time|waiting time p90|90th percentile waiting time"),
        _text("同上，九成工单不超过该分钟数", "the same: nine in ten tickets waited no longer"),
        "minutes", ("ticket",), _waited, where=lambda: _CLAIMED, quantile=0.9, better="down",
    ),
    Metric(
        "first_response", named("首次响应时长|首响时长|首次响应", "first response time|time to first response|time to answer|median first response time"),
        _text("期间内新建的工单从新建到人工首次回复（或解决）的工作时间分钟数，取中位数", "minutes of the desk's open hours from opening to a person's first answer (or the end), of the tickets opened in the period: the median"),
        "minutes", ("clock",), _a(_MINUTES), where=_open_time("first_response"), quantile=0.5, better="down",
    ),
    Metric(
        "first_response_p90", named("首次响应时长P90|首响P90", "p90 first response time|first response time p90"),
        _text("同上，九成工单不超过该分钟数", "the same: nine in ten tickets waited no longer"),
        "minutes", ("clock",), _a(_MINUTES), where=_open_time("first_response"), quantile=0.9, better="down",
    ),
    Metric(
        "next_response", named("后续响应时长|后续响应", "next response time|time to next response|median next response time"),
        _text("期间内顾客在首次回复之后的每次提问到人工回复的工作时间分钟数，取中位数", "minutes of open hours from each question after the first answer to a person's answer, of the questions of the period: the median"),
        "minutes", ("clock",), _a(_MINUTES), where=_open_time("next_response"), quantile=0.5, better="down",
    ),
    Metric(
        "next_response_p90", named("后续响应时长P90", "p90 next response time|next response time p90"),
        _text("同上，九成不超过该分钟数", "the same: nine in ten waited no longer"),
        "minutes", ("clock",), _a(_MINUTES), where=_open_time("next_response"), quantile=0.9, better="down",
    ),
    Metric(
        "open_resolution", named("工作时间解决时长|工作时间内解决时长", "resolution time in open hours|median resolution time|open hours to resolution"),
        _text("期间内新建且已解决的工单从新建到解决的工作时间小时数（等待顾客时不计），取中位数", "hours of the desk's open hours from opening to resolution (not while the shopper was waited for), of the tickets opened in the period and resolved since: the median"),
        "hours", ("clock",), _a(_HOURS), where=_open_time("resolution"), quantile=0.5, better="down",
    ),
    Metric(
        "open_resolution_p90", named("工作时间解决时长P90", "p90 resolution time|resolution time p90"),
        _text("同上，九成工单不超过该小时数", "the same: nine in ten tickets took no longer"),
        "hours", ("clock",), _a(_HOURS), where=_open_time("resolution"), quantile=0.9, better="down",
    ),
    Metric(
        "promises_kept", named("服务承诺达成率|SLA达成率|达标率|承诺达成率", "service levels kept|SLA|SLA kept|promises kept|service level attainment|SLA attainment"),
        _text("期间内开始的响应与解决承诺中按时完成的占比；未到期且未完成的不计", "of the promises (first response, next response, resolution) begun in the period, the share that was kept; those not decided yet are left out"),
        "share", ("clock",), _a(_counted(col(TicketClock.kept))), _a(_KEPT_KNOWN),
        rows=_a(col(TicketClock.kept).is_(False)),
    ),
    Metric(
        "conversations", named("对话数|会话量|对话量|咨询量|接待量|多少对话|顾客对话数", "conversations|number of conversations|chats|number of chats|shopper conversations|conversation volume"),
        _text("期间内开始的顾客对话次数；顾客写下第一条消息算开始，一小时无人说话且没有未结工单算结束", "shoppers' conversations begun in the period: from what they wrote first until nobody had written for an hour and no ticket was open"),
        "count", ("sitting",), _a(func.count(col(Sitting.conversation_id))), adds="own", better="",
    ),
    Metric(
        "solved_alone", named("机器人独立解决率|机器人单独解决了多少比例的对话|机器人独立解决了多少比例的对话|机器人独立解决的对话占比|机器人单独解决的对话|机器人独立解决的对话|机器人解决了百分之几的对话|独立解决率|自助解决率|机器人解决率|机器人单独解决的占比", "solved by the bot alone|bot solved alone|bot solve alone|solved alone|share solved by the bot alone|share of conversations that the bot solved alone|conversations did the bot solve alone|conversations the bot solved alone|automation rate|autonomous resolution rate|containment rate"),
        _text("期间内开始且已结束的对话中，由机器人单独办完、没有遗留问题的占比", "of the conversations begun in the period that are over: those in which the bot alone did or answered something and nothing was left open"),
        "share", ("sitting",), _ended("autonomous"), _all_over,
        rows=_with_ending("autonomous"),
    ),
    Metric(
        "assisted_share", named("人工协助率|协助率", "assisted share|share assisted|assistance rate|share helped by a person and given back"),
        _text("已结束的对话中，人工协助后交还机器人的占比", "of the conversations that are over: those in which a person helped and the bot went on"),
        "share", ("sitting",), _ended("assisted"), _all_over, better="",
        rows=_with_ending("assisted"),
    ),
    Metric(
        "handed_over_share", named("转人工率|人工结案率", "hand-over rate|conversations handed over|conversations were handed over|conversations did a person end|handover rate|handed over share|share handed over|share ended by a person|escalation rate"),
        _text("已结束的对话中，由人工结束的占比", "of the conversations that are over: those that a person ended"),
        "share", ("sitting",), _ended("handed_over"), _all_over, better="down",
        rows=_with_ending("handed_over"),
    ),
    Metric(
        "abandoned_share", named("对话放弃率|中途离开率|流失对话占比", "abandonment rate|conversations was abandoned|conversations were abandoned|abandoned conversations|abandoned share|share abandoned|share left open|drop-out rate"),
        _text("已结束的对话中，顾客离开时仍有未答的问题、未听懂的话，或什么也没办成的占比", "of the conversations that are over: those that the shopper left with a question open, a message not understood or not answered, or nothing done"),
        "share", ("sitting",), _ended("abandoned"), _all_over, better="down",
        rows=_with_ending("abandoned"),
    ),
    Metric(
        "durable_share", named("持久解决率|七日内未再来|一次解决率", "durable resolution rate|durable share|share durable|share not come back to|first contact resolution"),
        _text("办完（未中途离开）且结束已满 7 天的对话中，同一顾客 7 天内没有再来的占比；不论为何而来，结束未满 7 天的不计", "of the conversations that ended (not left open) at least 7 days ago: those whose shopper did not come back within 7 days, for whatever reason; younger ones are left out"),
        "share", ("sitting",), lambda frame: _counted(_stayed_away(frame)), lambda frame: _counted(_old(frame)),
        rows=_stayed_away,
    ),
    Metric(
        "too_young", named("结束未满七天的对话数", "conversations too young to tell|ended less than 7 days ago"),
        _text("办完但结束未满 7 天、还说不准是否持久的对话数", "conversations that ended less than 7 days ago, of which it is not known yet whether they are durable"),
        "count", ("sitting",), lambda frame: _counted(_young(frame)), adds="own", better="",
        rows=_young,
    ),
    Metric(
        "mood_better", named("情绪好转率|情绪变好占比", "mood improved|share whose mood improved|mood improvement rate"),
        _text("期间内开始、读得出情绪的对话中，最后一次情绪比第一次明显更好的占比；转人工后的文字不再读情绪", "of the conversations begun in the period with a mood that could be read: those whose last is clearly better than the first; what is written to a person is not read for its mood"),
        "share", ("sitting",), _a(_counted(and_(_FELT, _TURN < -TURNED))), _a(_counted(_FELT)),
        rows=_a(and_(_FELT, _TURN < -TURNED)),
    ),
    Metric(
        "mood_worse", named("情绪恶化率|情绪变差占比", "mood worsened|share whose mood worsened|mood deterioration rate"),
        _text("同上，最后一次情绪比第一次明显更差的占比", "the same: those whose last mood is clearly worse than the first"),
        "share", ("sitting",), _a(_counted(and_(_FELT, _TURN > TURNED))), _a(_counted(_FELT)), better="down",
        rows=_a(and_(_FELT, _TURN > TURNED)),
    ),
    Metric(
        "csat", named("服务满意度|客服满意度|满意度|CSAT|满意率", "customer satisfaction|CSAT|satisfaction|satisfaction rate|service satisfaction|CSAT score"),
        _text("期间内发出且已回答的评价中，打 4 或 5 星的占比", "of the ratings asked for in the period and given: those with 4 or 5 stars"),
        "share", ("score",), _a(_PLEASED), _a(_ANSWERED),
        rows=_a(col(Rating.score).is_not(None)),
    ),
    Metric(
        "service_stars", named("服务评分|服务平均星级|客服评分", "service rating|average service rating|average service stars|mean service rating"),
        _text("期间内发出且已回答的服务评价的平均星级，1 至 5", "average stars of the ratings of service asked for in the period and given, 1 to 5"),
        "points", ("score",), _a(func.sum(col(Rating.score))), _a(_ANSWERED),
        rows=_a(col(Rating.score).is_not(None)),
    ),
    Metric(
        "service_ratings", named("服务评价数|满意度评价数|服务评价", "service ratings|number of service ratings|CSAT answers|CSAT responses|CSAT ratings"),
        _text("期间内发出且已回答的服务评价数", "ratings of service asked for in the period and given"),
        "count", ("score",), _a(_ANSWERED), adds="own", better="",
        rows=_a(col(Rating.score).is_not(None)),
    ),
    Metric(
        "rating_response", named("评价回复率|评价参评率|参评率", "CSAT response rate|rating response rate|survey response rate"),
        _text("期间内发出的服务评价邀请中已回答的占比", "of the times that shoppers were asked in the period how they were served: those answered"),
        "share", ("score",), _a(_ANSWERED), _a(func.count(col(Rating.id))), better="",
    ),
    Metric(
        "reviews", named("评价数|评论数|评价|评论", "reviews|number of reviews|review count"),
        _text("期间内的评价数", "reviews written in the period"),
        "count", ("review",), _a(func.count(col(Review.id))), adds="line",
    ),
    Metric(
        "rating", named("评分|平均评分|好评分|平均星级", "rating|average rating|stars|average stars|review score"),
        _text("期间内评价的平均分，1 至 5", "average of the reviews written in the period, 1 to 5"),
        "points", ("review",), _a(func.sum(col(Review.rating))), _a(func.count(col(Review.id))),
    ),
    Metric(
        "visits", named("访问量|访问次数|访客数|访客|会话数|流量", "visits|sessions|visitors|traffic|number of visits"),
        _text("期间内有行为记录的不同会话数", "different sessions with something recorded in the period"),
        "count", ("visit",), _a(_SESSIONS),
    ),
    Metric(
        "conversion", named("转化率|成交转化率|下单转化率", "conversion|conversion rate"),
        _text("期间内有购买记录的会话÷全部会话", "sessions with a purchase over all sessions of the period"),
        "share", ("visit",), _a(_BOUGHT), _a(_SESSIONS),
    ),
)  # fmt: skip
METRICS: Mapping[str, Metric] = {each.id: each for each in _ALL}
