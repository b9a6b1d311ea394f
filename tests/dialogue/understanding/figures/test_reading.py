"""Questions about figures, and what of them is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dialogue.commands import Entity
from dialogue.understanding.figures import Asked, Unread, read_question
from dialogue.understanding.figures.periods import periods
from dialogue.understanding.text import read
from tools.analytics.types import Value, Vocabulary, WordsOf
from tools.evidence import LocalText

TODAY = dt.date(2026, 4, 10)  # a Friday


def values(dimension: str, **names: str) -> WordsOf:
    return WordsOf(
        dimension=dimension,
        values=tuple(Value(key=key, name=LocalText(zh=zh, en=key)) for key, zh in names.items()),
    )


VOCABULARY = Vocabulary(
    dimensions=(
        values("country", France="法国", Germany="德国"),
        values("channel", web="网页", app="app", mini_program="小程序"),
        values("category", Shoes="鞋子", Lamps="灯具"),
    ),
    timezone="Asia/Shanghai",
    currency="CNY",
    first=dt.date(2025, 1, 1),
    last=TODAY,
)


def ask(text: str, previous: dict[str, Any] | None = None, entities: tuple[Entity, ...] = ()) -> Asked | Unread:
    return read_question(read(text).low, today=TODAY, vocabulary=VOCABULARY, entities=entities, previous=previous)


def asked(text: str, previous: dict[str, Any] | None = None) -> dict[str, Any]:
    found = ask(text, previous)
    assert isinstance(found, Asked), found
    return found.arguments


def span(first: str, last: str) -> dict[str, str]:
    return {"first": first, "last": last}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last week", "2026-03-30", "2026-04-05"),
        ("上周", "2026-03-30", "2026-04-05"),
        ("上上周", "2026-03-23", "2026-03-29"),
        ("this week", "2026-04-06", "2026-04-10"),
        ("last month", "2026-03-01", "2026-03-31"),
        ("上个月", "2026-03-01", "2026-03-31"),
        ("本月", "2026-04-01", "2026-04-10"),
        ("the last 7 days", "2026-04-04", "2026-04-10"),
        ("最近30天", "2026-03-12", "2026-04-10"),
        ("近三个月", "2026-01-11", "2026-04-10"),
        ("今年", "2026-01-01", "2026-04-10"),
        ("去年", "2025-01-01", "2025-12-31"),
        ("2011年12月", "2011-12-01", "2011-12-31"),
        ("去年十二月", "2025-12-01", "2025-12-31"),
        ("in december", "2025-12-01", "2025-12-31"),
        ("in december 2010", "2010-12-01", "2010-12-31"),
        ("3月5日", "2026-03-05", "2026-03-05"),
        ("on may 5th, 2025", "2025-05-05", "2025-05-05"),
        ("q3", "2025-07-01", "2025-09-30"),
        ("2025年第三季度", "2025-07-01", "2025-09-30"),
        ("the second quarter of 2025", "2025-04-01", "2025-06-30"),
        ("last quarter", "2026-01-01", "2026-03-31"),
        ("2025年下半年", "2025-07-01", "2025-12-31"),
        ("between 1 march 2025 and 15 april 2025", "2025-03-01", "2025-04-15"),
        ("from march to may 2025", "2025-03-01", "2025-05-31"),
        ("from november to february 2025", "2024-11-01", "2025-02-28"),
        ("2025年3月到5月", "2025-03-01", "2025-05-31"),
        ("3月1日到15日", "2026-03-01", "2026-03-15"),
        ("2025-03-01 to 2025-03-07", "2025-03-01", "2025-03-07"),
        ("since february", "2026-02-01", "2026-04-10"),
        ("2月以来", "2026-02-01", "2026-04-10"),
        ("yesterday", "2026-04-09", "2026-04-09"),
        ("year to date", "2026-01-01", "2026-04-10"),
    ],
)
def test_a_period_is_read_whole(text: str, first: str, last: str) -> None:
    [found] = periods(read(text).low, TODAY)
    assert (str(found.period.first), str(found.period.last)) == (first, last)


def test_a_day_that_does_not_exist_is_no_period() -> None:
    assert isinstance(ask("revenue on 31 june 2025"), Unread)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("revenue by country last month", {"metric": "revenue", "by": ["country"]}),
        ("上个月各国家的销售额", {"metric": "revenue", "by": ["country"]}),
        ("which channel had the fewest orders last month", {"metric": "orders", "by": ["channel"], "order": "least", "limit": 1}),
        ("上个月哪个渠道订单最少", {"metric": "orders", "by": ["channel"], "order": "least", "limit": 1}),
        ("top three products by units last month", {"metric": "units", "by": ["product"], "limit": 3}),
        ("上个月销量前三名的商品", {"metric": "units", "by": ["product"], "limit": 3}),
        ("top 5 customers by orders last month", {"metric": "orders", "by": ["customer"], "limit": 5}),
        ("revenue by country and month last month", {"metric": "revenue", "by": ["country", "month"]}),
        ("last month's revenue year over year", {"metric": "revenue", "against": "year_before"}),
        ("上个月销售额同比", {"metric": "revenue", "against": "year_before"}),
        ("上个月销售额比去年同期", {"metric": "revenue", "against": "year_before"}),
        ("last month's orders vs february", {"metric": "orders", "against_period": span("2026-02-01", "2026-02-28")}),
        ("上个月和2月相比的订单数", {"metric": "orders", "against_period": span("2026-02-01", "2026-02-28")}),
        ("how much did revenue grow last month", {"metric": "revenue", "against": "before"}),
        ("上个月销售额涨了多少", {"metric": "revenue", "against": "before"}),
        ("average weekly orders last month", {"metric": "orders", "per": "week"}),
        ("上个月日均订单数", {"metric": "orders", "per": "day"}),
        ("which products sold worst last month", {"metric": "units", "by": ["product"], "order": "least"}),
        ("上个月卖得最差的3个商品", {"metric": "units", "by": ["product"], "order": "least", "limit": 3}),
        ("top sellers last month", {"metric": "units", "by": ["product"]}),
        ("which products had the highest revenue last month", {"metric": "revenue", "by": ["product"]}),
        ("how was business last month", {"metric": "revenue"}),
        ("上个月退了多少", {"metric": "refunds"}),
        ("上个月小程序占订单数的比例", {"metric": "orders", "by": ["channel"], "share": True, "filters": [], "only": ["mini_program"]}),
        ("上个月除了法国的退款率", {"metric": "refund_rate", "filters": [{"dimension": "country", "values": ["France"], "exclude": True}]}),
        ("refund rate last month excluding france and germany", {"metric": "refund_rate", "filters": [{"dimension": "country", "values": ["France", "Germany"], "exclude": True}]}),
        ("revenue of shoes in france last month", {"metric": "revenue", "filters": [{"dimension": "category", "values": ["Shoes"]}, {"dimension": "country", "values": ["France"]}]}),
    ],
)  # fmt: skip
def test_a_question_is_read_into_a_query(text: str, expected: dict[str, Any]) -> None:
    assert asked(text) == {**expected, "period": span("2026-03-01", "2026-03-31")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how many tickets are open?", {"metric": "open_tickets"}),
        ("还有几张工单没处理", {"metric": "open_tickets"}),
        ("unresolved tickets by queue", {"metric": "open_tickets", "by": ["queue"]}),
        ("按优先级看待处理的工单", {"metric": "open_tickets", "by": ["priority"]}),
    ],
)
def test_tickets_that_are_not_resolved_are_counted_as_they_stand_now(text: str, expected: dict[str, Any]) -> None:
    assert asked(text) == expected


def test_what_is_left_out_ends_where_something_else_begins() -> None:
    left_out = {"dimension": "country", "values": ["France"], "exclude": True}
    kept = {"dimension": "country", "values": ["Germany"]}
    assert asked("revenue without france in germany last month")["filters"] == [left_out, kept]
    assert asked("上个月法国除外的销售额")["filters"] == [left_out]


def test_where_no_period_is_named_the_one_that_is_taken_is_told() -> None:
    found = ask("top 5 products by revenue")
    assert isinstance(found, Asked)
    assert (found.arguments["period"], found.assumed) == (span("2026-03-12", "2026-04-10"), ("period",))
    assert "period" not in asked("how many customers in total")
    assert "period" not in asked("库存")


def test_a_period_that_still_runs_is_set_against_the_same_days() -> None:
    assert asked("revenue this month compared with last month")["against"] == "before"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("why did revenue fall last month", {"metric": "revenue", "period": span("2026-03-01", "2026-03-31")}),
        ("上个月订单为什么少了", {"metric": "orders", "period": span("2026-03-01", "2026-03-31")}),
        ("上个月销售额为什么下降", {"metric": "revenue", "period": span("2026-03-01", "2026-03-31")}),
        ("why did orders drop last month by channel", {"metric": "orders", "by": "channel", "period": span("2026-03-01", "2026-03-31")}),
    ],
)  # fmt: skip
def test_why_asks_for_an_explanation(text: str, expected: dict[str, Any]) -> None:
    found = ask(text)
    assert isinstance(found, Asked)
    assert (found.tool, found.arguments) == ("explain_change", expected)


@pytest.mark.parametrize(
    ("text", "kind"), [("rfm analysis", "rfm"), ("客户分层", "rfm"), ("今年的同期群留存", "cohorts")]
)
def test_customers_in_groups(text: str, kind: str) -> None:
    found = ask(text)
    assert isinstance(found, Asked)
    assert (found.tool, found.arguments["kind"]) == ("customer_groups", kind)


FRANCE = {
    "metric": "revenue",
    "by": ["month"],
    "filters": [{"dimension": "country", "values": ["France"]}],
    "period": span("2025-01-01", "2025-12-31"),
}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("and in germany?", {"filters": [{"dimension": "country", "values": ["Germany"]}]}),
        ("那德国呢", {"filters": [{"dimension": "country", "values": ["Germany"]}]}),
        ("那按季度看呢", {"by": ["quarter"]}),
        ("and for shoes?", {"filters": [*FRANCE["filters"], {"dimension": "category", "values": ["Shoes"]}]}),
        ("and orders?", {"metric": "orders"}),
        ("那上个月呢", {"period": span("2026-03-01", "2026-03-31")}),
        ("和去年比", {"against": "year_before"}),
        ("no, i meant germany", {"filters": [{"dimension": "country", "values": ["Germany"]}]}),
        ("不对，我是说德国", {"filters": [{"dimension": "country", "values": ["Germany"]}]}),
    ],
)
def test_a_follow_up_goes_on_with_the_question_before_it(text: str, changed: dict[str, Any]) -> None:
    assert asked(text, FRANCE) == {**FRANCE, **changed}


def test_a_whole_question_starts_anew() -> None:
    assert asked("how many orders last week", FRANCE) == {
        "metric": "orders",
        "period": span("2026-03-30", "2026-04-05"),
    }


def test_the_records_behind_are_those_of_the_last_figure() -> None:
    found = ask("明细", FRANCE)
    assert isinstance(found, Asked)
    assert found.tool == "figure_records"
    assert found.arguments == {key: FRANCE[key] for key in ("metric", "filters", "period")}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("revenue from rainy days last month", "unknown_words", ("rainy", "days")),
        ("上个月女性顾客的销售额", "unknown_words", ("女性",)),
        ("上个月销售额的中位数", "unknown_words", None),
        ("orders over 500 last month", "unknown_words", None),
        ("超过500元的订单数", "unknown_words", None),
        ("revenue and orders last month", "two_metrics", ("revenue", "orders")),
        ("how are things", "unknown_words", ("things",)),
        ("what was it last month", "no_metric", ()),
        ("why did revenue fall", "why_when", ()),
        ("how many refunds are open", "unknown_words", ("open",)),
        ("还有多少订单没处理", "unknown_words", ("没处理",)),
        ("the highest revenue last month", "unknown_words", ("the highest",)),
        ("上个月前5名的销售额", "unknown_words", ("前5名",)),
        ("revenue by country, channel and month last month", "too_many_cuts", None),
        ("上个月平均销售额", "unknown_words", ("平均",)),
        ("average revenue last month", "unknown_words", ("average",)),
        ("revenue in january, february and march", "too_many_periods", ()),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_answered(
    text: str, code: str, words: tuple[str, ...] | None
) -> None:
    found = ask(text)
    assert isinstance(found, Unread), found
    assert found.code == code
    assert words is None or found.words == words


def test_one_word_of_a_longer_title_names_no_product() -> None:
    text = "revenue of the sunny lamp last month"
    lamp = Entity(type="product", value={"product_ids": ["P1"], "generic": False}, text="sunny lamp", start=15, end=25)
    found = ask(text, entities=(lamp,))
    assert isinstance(found, Asked)
    assert found.arguments["filters"] == [{"dimension": "product", "values": ["P1"]}]
    sunny = lamp.model_copy(update={"text": "sunny", "end": 20})
    assert isinstance(ask("revenue of the sunny last month", entities=(sunny,)), Unread)


@pytest.mark.parametrize(
    ("text", "metric", "by"),
    [
        ("what share of conversations did the bot solve alone last month", "solved_alone", []),
        ("上个月机器人单独解决了多少比例的对话", "solved_alone", []),
        ("上个月机器人独立解决率", "solved_alone", []),
        ("what share of conversations was abandoned last month", "abandoned_share", []),
        ("上个月转人工率", "handed_over_share", []),
        ("durable resolution rate last month", "durable_share", []),
        ("上个月持久解决率", "durable_share", []),
        ("CSAT by agent last month", "csat", ["agent"]),
        ("上个月各客服的满意度", "csat", ["agent"]),
        ("satisfaction by who served last month", "csat", ["served_by"]),
        ("CSAT response rate last month", "rating_response", []),
        ("上个月评价参评率", "rating_response", []),
        ("median waiting time by priority last month", "waiting", ["priority"]),
        ("上个月等待时长按优先级", "waiting", ["priority"]),
        ("first response time by agent last month", "first_response", ["agent"]),
        ("上个月各客服的首次响应时长", "first_response", ["agent"]),
        ("how many tickets were reopened last month", "reopened", []),
        ("上个月重开了多少工单", "reopened", []),
        ("SLA kept by promise last month", "promises_kept", ["promise"]),
        ("conversations by language last month", "conversations", ["lang"]),
        ("上个月有多少对话", "conversations", []),
        ("average rating by product last month", "rating", ["product"]),
    ],
)
def test_a_merchant_asks_how_shoppers_were_served(text: str, metric: str, by: list[str]) -> None:
    found = asked(text)
    assert (found["metric"], found.get("by", []), found["period"]) == (metric, by, span("2026-03-01", "2026-03-31"))
