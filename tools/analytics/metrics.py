"""The shop's figures, each declared once: names, definition, unit, and what it is a sum, a count or a quotient of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

from sqlalchemy import Numeric, case, cast, distinct, func
from sqlmodel import col

from knowledge.schema import (
    BehaviourEvent,
    CompetitorPrice,
    Order,
    OrderLine,
    Refund,
    ReturnLine,
    Review,
    Stock,
    Ticket,
    Variant,
)
from tools.analytics.names import Named, named
from tools.analytics.sources import ASKED, FIRST, REFUNDED, RETURNED, Frame, Root, sold
from tools.evidence import LocalText

Unit = Literal["money", "pieces", "orders", "people", "count", "share", "days", "hours", "points", "ratio"]
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
    better: Literal["up", "down", ""] = "up"

    @property
    def is_ratio(self) -> bool:
        """Whether it is a quotient, whose parts do not add up."""
        return self.bottom is not None


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
