"""What figures may be told apart by, each declared once: names, how it is read, and where it exists."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, case, cast, func
from sqlmodel import col

from knowledge.schema import (
    Category,
    CompetitorPrice,
    Customer,
    Order,
    OrderLine,
    Product,
    Rating,
    Refund,
    Return,
    Review,
    Sitting,
    Stock,
    Ticket,
    TicketClock,
)
from tools.analytics.names import Named, named
from tools.analytics.periods import GRAINS
from tools.analytics.sources import FIRST, SOURCES, Frame, Root, local_text, sitting_over

Level = Literal["line", "order", "customer", "time", "own"]
"""What has exactly one value of it: a line, an order, a customer; ``time``: a step of time; ``own``: a row of its one source."""
Expression = Callable[[Frame, Root], Any]


@dataclasses.dataclass(frozen=True)
class Dimension:
    """A way to tell figures apart.

    `labels` are its value's names in Chinese and English where the key is not a name itself; `words` are those of fixed values.
    """

    id: str
    names: Named
    level: Level
    key: Expression
    roots: frozenset[str]
    joins: tuple[str, ...] = ()
    labels: tuple[Any, Any] | None = None
    words: Mapping[str, Named] = dataclasses.field(default_factory=dict)
    listed: bool = True
    """Whether its values are few enough to be known by name."""

    @property
    def is_time(self) -> bool:
        """Whether it is a step of time."""
        return self.level == "time"


_ORDERED = frozenset({"line", "order", "refund", "return_line"})
_SERVED = frozenset({"ticket", "open_ticket", "sitting", "score", "clock"})
"""Where a ticket is, or is joined."""
_GOODS = frozenset({"line", "return_line", "stock", "rival", "review"})


def _column(column: Any) -> Expression:
    return lambda _frame, _root: column


def _product_key(_frame: Frame, root: Root) -> Any:
    return {
        "line": col(OrderLine.product_id),
        "return_line": col(OrderLine.product_id),
        "rival": col(CompetitorPrice.product_id),
        "review": col(Review.product_id),
    }.get(root, col(Product.id))


def _sku_key(_frame: Frame, root: Root) -> Any:
    return col(Stock.sku) if root == "stock" else col(OrderLine.sku)


def _lang_key(_frame: Frame, root: Root) -> Any:
    return {"sitting": col(Sitting.lang), "score": col(Rating.lang)}.get(root, col(Ticket.lang))


def _agent_key(_frame: Frame, root: Root) -> Any:
    return {"sitting": col(Sitting.agent_id), "score": col(Rating.agent_id)}.get(root, col(Ticket.assignee))


def _server_key(_frame: Frame, root: Root) -> Any:
    return (
        col(Rating.served_by) if root == "score" else case((col(Sitting.agent_id).is_not(None), "agent"), else_="bot")
    )


def _ending_key(frame: Frame, _root: Root) -> Any:
    return case((sitting_over(frame), col(Sitting.ending)), else_="open")


def _newness(_frame: Frame, _root: Root) -> ColumnElement[str]:
    return case((FIRST.at == col(Order.placed_at), "new"), else_="returning")


_FORMATS = {
    "hour": ("%H", "HH24"),
    "day": ("%Y-%m-%d", "YYYY-MM-DD"),
    "month": ("%Y-%m", "YYYY-MM"),
    "year": ("%Y", "YYYY"),
}


def _time(grain: str) -> Expression:
    def key(frame: Frame, root: Root) -> Any:
        at = SOURCES[root].at
        if grain == "week":
            if frame.dialect == "sqlite":
                return local_text(at, "%Y-%m-%d|weekday 0|-6 days", "", frame)
            return func.to_char(func.date_trunc("week", func.timezone(frame.zone.key, at)), "YYYY-MM-DD")
        if grain == "quarter":
            if frame.dialect == "sqlite":
                month = local_text(at, "%m", "", frame)
                quarter = case((month <= "03", "-Q1"), (month <= "06", "-Q2"), (month <= "09", "-Q3"), else_="-Q4")
                return local_text(at, "%Y", "", frame).concat(quarter)
            return local_text(at, "", 'YYYY"-Q"Q', frame)
        if grain == "weekday":
            day = local_text(at, "%w", "ID", frame)
            return case((day == "0", "7"), else_=day) if frame.dialect == "sqlite" else day
        return local_text(at, *_FORMATS[grain], frame)

    return key


_TIMED = frozenset(root for root, source in SOURCES.items() if source.at is not None)
_GRAIN_NAMES = {
    "hour": named("小时|钟点|时段", "hour|hour of the day|time of day"),
    "weekday": named("星期几|周几|礼拜几|星期", "weekday|day of the week|weekdays"),
    "day": named("天|日|每日", "day|date|daily"),
    "week": named("周|礼拜|每周", "week|weekly"),
    "month": named("月|月份|月度|每月|每个月", "month|monthly"),
    "quarter": named("季度|季", "quarter|quarterly"),
    "year": named("年|年份|年度", "year|yearly|annual"),
}
_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS = {
    str(number): Named(
        (f"星期{zh}", f"周{zh}", f"礼拜{zh}", *(("星期天", "周天", "礼拜天") if number == 7 else ())), (en, f"{en}s")
    )
    for number, (zh, en) in enumerate(zip(_DAYS_ZH, _DAYS_EN, strict=True), 1)
}
_STATUSES = {
    "pending": named("待发货|未发货", "pending"),
    "processing": named("处理中|配货中", "processing"),
    "shipped": named("已发货|运输中", "shipped"),
    "delivered": named("已送达|已签收|已完成", "delivered"),
    "cancelled": named("已取消|取消的", "cancelled|canceled"),
    "return_requested": named("申请退货|退货中", "return requested"),
    "exchange_requested": named("申请换货|换货中", "exchange requested"),
}
_TIERS = {
    "new": named("新会员", "new tier"),
    "regular": named("普通会员", "regular|regular tier"),
    "silver": named("银卡|银卡会员|白银会员", "silver"),
    "gold": named("金卡|金卡会员|黄金会员", "gold"),
}
_CHANNELS = {
    "web": named("网页|网站|网页端|官网", "web|website|web shop"),
    "app": named("app|应用|客户端", "app|mobile app"),
    "mini_program": named("小程序", "mini program|mini-program|mini programme"),
}
_KINDS = {
    "cancel": named("取消订单退款", "order cancellation"),
    "return": named("退货退款", "goods returned"),
    "price_protection": named("价保|价格保护", "price protection"),
    "price_difference": named("退差价", "price difference"),
    "payment_change": named("更换支付方式", "payment change"),
    "goodwill": named("补偿", "goodwill"),
    "chargeback": named("拒付", "chargeback"),
}
_PRIORITIES = {
    "urgent": named("紧急", "urgent"),
    "high": named("高优先级", "high priority"),
    "normal": named("普通优先级", "normal priority"),
    "low": named("低优先级", "low priority"),
}
_LANGS = {"zh": named("中文|汉语", "Chinese"), "en": named("英文|英语", "English")}
_SERVERS = {"bot": named("机器人|小二", "bot|the bot"), "agent": named("人工", "person|a person|human|people")}
_ENDINGS = {
    "autonomous": named("机器人独立解决", "solved by the bot alone"),
    "assisted": named("人工协助后交还", "helped by a person and given back"),
    "handed_over": named("由人工结束", "ended by a person"),
    "abandoned": named("中途离开", "left open"),
    "open": named("仍在进行", "still going on"),
}
_MOODS = {
    "calm": named("平静", "calm"),
    "satisfied": named("情绪满意", "in a satisfied mood"),
    "confused": named("困惑", "confused"),
    "anxious": named("焦急", "anxious"),
    "annoyed": named("情绪不满", "annoyed"),
    "angry": named("生气|愤怒", "angry"),
    "sad": named("难过", "sad"),
}
_PROMISES = {
    "first_response": named("首次响应", "first response"),
    "next_response": named("后续响应", "next response"),
    "resolution": named("解决", "resolution"),
}

_ALL: tuple[Dimension, ...] = (
    Dimension(
        "product", named("商品|产品|单品|货品|宝贝", "product|products|item|items|article"), "line", _product_key, _GOODS,
        ("product",), (col(Product.title_zh), col(Product.title_en)), listed=False,
    ),
    Dimension("sku", named("规格|SKU", "SKU|variant|variants"), "line", _sku_key, frozenset({"line", "return_line", "stock"}), listed=False),
    Dimension(
        "category", named("品类|类目|分类|类别|商品类目", "category|categories"), "line", _column(col(Product.category_id)), _GOODS,
        ("category",), (col(Category.name_zh), col(Category.name_en)),
    ),
    Dimension("brand", named("品牌", "brand|brands"), "line", _column(col(Product.brand)), _GOODS, ("product",)),
    Dimension(
        "customer", named("顾客|客户|买家|会员", "customer|customers|buyer|buyers|shopper"), "customer",
        _column(col(Order.customer_id)), _ORDERED, listed=False,
    ),
    Dimension("tier", named("会员等级|等级|会员级别|客户等级", "tier|tiers|customer tier|membership level|member tier"), "customer", _column(col(Customer.tier)), _ORDERED, ("customer",), words=_TIERS),
    Dimension("country", named("国家|收货国家|国别", "country|countries"), "order", _column(col(Order.address)["country"].as_string()), _ORDERED),
    Dimension("region", named("地区|区域|省份|地域", "region|regions|state|province"), "customer", _column(col(Customer.region)), _ORDERED, ("customer",)),
    Dimension("channel", named("渠道|销售渠道", "channel|channels"), "order", _column(col(Order.channel)), _ORDERED, words=_CHANNELS),
    Dimension("status", named("订单状态|状态", "order status|status"), "order", _column(col(Order.status)), _ORDERED, words=_STATUSES),
    Dimension("coupon", named("优惠券|券码", "coupon|coupons|coupon code"), "order", _column(col(Order.coupon_code)), _ORDERED),
    Dimension(
        "newness", named("新老客|新老顾客|新客老客", "new or returning|new and returning customers|new versus returning"), "order", _newness,
        frozenset({"line", "order"}), ("first",),
        words={"new": named("首单", "first orders"), "returning": named("老客|老顾客|回头客", "returning customers|returning")},
    ),
    Dimension("refund_kind", named("退款类型|退款原因", "kind of refund|refund kind|refund reason"), "own", _column(col(Refund.kind)), frozenset({"refund"}), words=_KINDS),
    Dimension("return_reason", named("退货原因", "return reason|reason for return"), "own", _column(col(Return.reason)), frozenset({"return_line"})),
    Dimension("competitor", named("竞品|竞争对手|对手", "competitor|competitors|rival"), "own", _column(col(CompetitorPrice.competitor)), frozenset({"rival"})),
    Dimension("queue", named("工单队列|队列", "queue|ticket queue"), "own", _column(col(Ticket.queue)), _SERVED),
    Dimension("ticket_reason", named("工单原因|转人工原因", "ticket reason|reason of the ticket"), "own", _column(col(Ticket.reason)), _SERVED),
    Dimension("priority", named("优先级", "priority"), "own", _column(col(Ticket.priority)), _SERVED, words=_PRIORITIES),
    Dimension("ticket_category", named("工单类别|工单分类|问题类别|咨询类别", "ticket category|ticket categories|kind of case|topic"), "own", _column(col(Ticket.category)), _SERVED),
    Dimension("lang", named("语言|语种", "language|languages"), "own", _lang_key, _SERVED, words=_LANGS),
    Dimension("agent", named("客服|客服人员|坐席|人工客服", "agent|agents|support agent|support agents|colleague|colleagues"), "own", _agent_key, _SERVED),
    Dimension("served_by", named("服务方|由谁服务|谁服务的", "who served|served by|bot or person|bot or agent"), "own", _server_key, frozenset({"sitting", "score"}), words=_SERVERS),
    Dimension("ending", named("对话结果|对话结局|结束方式", "outcome|outcomes|ending|endings|how it ended|how they ended"), "own", _ending_key, frozenset({"sitting"}), words=_ENDINGS),
    Dimension("first_mood", named("开始时情绪|最初情绪", "first mood|mood at the start|opening mood"), "own", _column(col(Sitting.first_mood)), frozenset({"sitting"}), words=_MOODS),
    Dimension("last_mood", named("结束时情绪|最后情绪", "last mood|mood at the end|closing mood"), "own", _column(col(Sitting.last_mood)), frozenset({"sitting"}), words=_MOODS),
    Dimension("first_voice", named("开始时语音情绪", "first voice|voice at the start"), "own", _column(col(Sitting.first_voice)), frozenset({"sitting"}), words=_MOODS),
    Dimension("last_voice", named("结束时语音情绪", "last voice|voice at the end"), "own", _column(col(Sitting.last_voice)), frozenset({"sitting"}), words=_MOODS),
    Dimension("stars", named("评价星级|打分星级", "star score|number of stars"), "own", _column(cast(col(Rating.score), String)), frozenset({"score"})),
    Dimension("promise", named("承诺|服务承诺", "promise|promises|service level"), "own", _column(col(TicketClock.goal)), frozenset({"clock"}), words=_PROMISES),
    *(
        Dimension(
            grain, _GRAIN_NAMES[grain], "time", _time(grain), _TIMED,
            words=_WEEKDAYS if grain == "weekday" else {}, listed=grain == "weekday",
        )
        for grain in GRAINS
    ),
)  # fmt: skip
DIMENSIONS: Mapping[str, Dimension] = {each.id: each for each in _ALL}
