"""The brief of a shop: what it calls unusual and why, and what waits."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import Coupon, Proposal, RiskCase, Shop, Stock, Supplier, SupplierOffer, Ticket
from tests.tools.brief.conftest import DAY, NOW, an_order, ask, brief, lay_shop, noon
from tools.base import Identity
from tools.brief.types import DailyBrief, DayFigure
from tools.brief.unusual import LEAST

HOUR = dt.timedelta(hours=1)


def figure(found: DailyBrief, metric: str) -> DayFigure:
    return next(each for each in found.figures if each.metric.id == metric)


def far(found: DailyBrief) -> list[str]:
    return [each.metric.id for each in found.figures if each.verdict == "far"]


async def test_a_day_like_the_others_is_quiet(any_database: Database) -> None:
    await lay_shop(any_database)
    found = await brief(any_database)
    assert (found.day, found.state, far(found), found.waiting.count) == (DAY, "quiet", [], 0)
    assert figure(found, "orders").days == found.weeks == 12


async def test_a_day_on_which_the_shop_stood_still_is_news_with_its_largest_part(any_database: Database) -> None:
    await lay_shop(any_database, orders=lambda day: 1 if day == DAY else 20 + day.toordinal() % 3)
    found = await brief(any_database)
    assert found.state == "news"
    assert {"revenue", "orders", "visits"} <= set(far(found))
    assert "conversion" not in far(found)  # of a single visit nothing can be said
    revenue = figure(found, "revenue")
    assert (revenue.value, revenue.away is not None and revenue.away < -3.5) == (1000, True)
    assert revenue.cause is not None
    assert (revenue.cause.against.weekday(), revenue.cause.value.name.en) == (DAY.weekday(), "Kitchen")
    assert revenue.cause.difference < revenue.cause.gave < 0
    furthest = [abs(each.away or 0) for each in found.figures if each.verdict == "far"]
    assert furthest == sorted(furthest, reverse=True)


async def test_the_same_weekday_is_what_a_day_is_set_beside(database: Database) -> None:
    busy_mondays = lambda day: 60 if day.weekday() == DAY.weekday() else 5  # noqa: E731
    await lay_shop(database, orders=busy_mondays)
    assert far(await brief(database)) == []
    sunday = await brief(database, day=(DAY - dt.timedelta(days=1)).isoformat())
    assert figure(sunday, "orders").middle == 5


@pytest.mark.parametrize(("weeks", "state"), [(LEAST - 1, "new"), (LEAST, "quiet")])
async def test_with_too_little_history_nothing_is_called_unusual(database: Database, weeks: int, state: str) -> None:
    await lay_shop(database, weeks=weeks)
    found = await brief(database)
    assert (found.state, figure(found, "orders").days, far(found)) == (state, weeks, [])


async def test_a_shop_without_orders_says_so(any_database: Database) -> None:
    await lay_shop(any_database, orders=lambda _day: 0)
    found = await brief(any_database)
    assert (found.state, found.last_order) == ("silent", None)


async def test_a_shop_whose_records_end_long_before_names_the_last_day(database: Database) -> None:
    await lay_shop(database)
    found = await brief(database, now=NOW + dt.timedelta(days=200))
    assert (found.state, found.last_order) == ("silent", DAY)


async def test_no_shop_at_all_is_no_crash(database: Database) -> None:
    assert (await brief(database)).state == "silent"


@pytest.mark.parametrize("day", [DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=30)])
async def test_a_day_that_is_not_over_is_refused(database: Database, day: dt.date) -> None:
    await lay_shop(database, weeks=1)
    outcome = await ask(database, day=day.isoformat())
    assert (outcome.status, outcome.code, outcome.mendable) == ("refused", "day_not_over", True)
    assert outcome.facts == {"day": day.isoformat(), "latest": DAY.isoformat()}


@pytest.mark.parametrize(
    "identity", [Identity("shopper", "A", "A"), Identity("agent", "ada"), Identity("shopper"), Identity("system")]
)
async def test_only_merchants_get_it(database: Database, identity: Identity) -> None:
    assert (await ask(database, identity=identity)).code == "not_allowed"


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("America/New_York", "2026-03-09 03:59", dt.date(2026, 3, 7)),  # 23:59 of Sunday, the day of 23 hours
        (
            "America/New_York",
            "2026-03-09 04:00",
            dt.date(2026, 3, 8),
        ),  # midnight, an hour earlier in UTC than the day before
        ("Asia/Shanghai", "2026-03-09 15:59", dt.date(2026, 3, 8)),
        ("Asia/Shanghai", "2026-03-09 16:00", DAY),
        ("Europe/Paris", "2026-10-25 22:59", dt.date(2026, 10, 24)),  # the day of 25 hours
        ("Europe/Paris", "2026-10-25 23:00", dt.date(2026, 10, 25)),
    ],
)
async def test_yesterday_is_the_shops(database: Database, zone: str, now: str, day: dt.date) -> None:
    await lay_shop(database, weeks=0, zone=zone)
    at = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    assert (await brief(database, now=at)).day == day


async def test_a_day_has_its_own_hours_where_clocks_change(any_database: Database) -> None:
    """New York, 8 March 2026: 23 hours; an order at its last minute belongs to it, one at midnight does not."""
    sunday, zone = dt.date(2026, 3, 8), "America/New_York"
    await lay_shop(any_database, weeks=12, zone=zone)
    async with any_database.write() as session:
        last, first = an_order(sunday, 900, zone), an_order(sunday, 901, zone)
        last.placed_at, first.placed_at = noon(sunday, zone, 23, 59), noon(DAY, zone, 0, 0)
        session.add_all([last, first])
    usual = 20 + sunday.toordinal() % 3
    assert figure(await brief(any_database, day=sunday.isoformat()), "orders").value == usual + 1
    assert figure(await brief(any_database), "orders").value == 20 + DAY.toordinal() % 3 + 1


async def test_what_waits_is_told_with_how_long(any_database: Database) -> None:
    await lay_shop(any_database)
    async with any_database.write() as session:
        tickets = [
            ("t-late", "normal", 25),
            ("t-urgent", "urgent", 5),
            ("t-in-time", "normal", 23),
            ("t-low", "low", 70),
        ]
        session.add_all(
            Ticket(id=name, conversation_id="C", reason="asked", priority=priority, subject=name, created_at=NOW - hours * HOUR)
            for name, priority, hours in tickets
        )  # fmt: skip
        session.add(
            Ticket(
                id="t-done", conversation_id="C", reason="asked", status="resolved", created_at=NOW - 90 * HOUR, resolved_at=NOW
            )
        )  # fmt: skip
        for number, (approver, until) in enumerate([("merchant", HOUR), ("merchant", -HOUR), ("shopper", HOUR)]):
            session.add(
                Proposal(
                    id=f"p{number}", tool="change_price", arguments_hash="h", approver=approver, created_at=NOW, expires_at=NOW + until
                )
            )  # fmt: skip
        for number, (chance, status) in enumerate([(0.6, "open"), (0.9, "open"), (0.99, "fraud")]):
            session.add(
                RiskCase(
                    id=f"r{number}", customer_id="A", tool="return_items", subject=f"O{number}", kind="refund", chance=chance,
                    held_from=0.5, model="risk 1", status=status, created_at=NOW - number * HOUR,
                )
            )  # fmt: skip
        for code, days in (("SOON", 2), ("LATER", 9), ("OVER", -1)):
            session.add(
                Coupon(
                    code=code, title_zh="券", title_en="coupon", kind="percent", value=10, currency="EUR",
                    starts_at=NOW - 90 * 24 * HOUR, ends_at=NOW + days * 24 * HOUR,
                )
            )  # fmt: skip
    waiting = (await brief(any_database)).waiting
    assert [each.ticket_id for each in waiting.late] == ["t-late", "t-urgent"]
    assert [each.due_at - each.opened_at for each in waiting.late] == [24 * HOUR, 4 * HOUR]
    assert [each.proposal_id for each in waiting.proposals] == ["p0"]
    assert waiting.cases is not None
    assert (waiting.cases.count, waiting.cases.subjects, waiting.cases.oldest_at) == (2, ("O1", "O0"), NOW - HOUR)
    assert [each.code for each in waiting.coupons] == ["SOON"]
    assert waiting.count == 2 + 1 + 2 + 1


@pytest.mark.parametrize(
    ("on_hand", "reserved", "lead", "restock_in", "short"),
    [
        (20, 0, None, None, True),  # about 5 a day: 4 days, new stock takes 14
        (20, 0, 3, None, False),  # a supplier takes 3
        (100, 0, None, None, False),
        (100, 90, None, None, True),
        (20, 0, None, 2, False),  # more is there before they are gone
        (20, 0, None, 9, True),
        (0, 0, None, None, True),
    ],
)
async def test_stock_is_short_where_it_is_gone_before_more_can_come(
    database: Database,
    on_hand: int,
    reserved: int,
    lead: int | None,
    restock_in: int | None,
    short: bool,
) -> None:
    await lay_shop(database, weeks=5)
    async with database.write() as session:
        hat = (await session.exec(select(Stock).where(Stock.sku == "HAT-1"))).one()
        hat.on_hand, hat.reserved = on_hand, reserved
        hat.restock_at = NOW + restock_in * 24 * HOUR if restock_in is not None else None
        session.add(hat)
        if lead is not None:
            session.add(Supplier(id="sup", name="s", lead_time_days=lead))
            await session.flush()
            session.add(SupplierOffer(supplier_id="sup", product_id="HAT", cost_minor=1, currency="EUR"))
    waiting = (await brief(database)).waiting
    assert [each.sku for each in waiting.short] == (["HAT-1"] if short else [])
    for each in waiting.short:
        assert each.days == pytest.approx((on_hand - reserved) * 28 / each.sold, abs=0.05)
        assert each.days_low <= each.days <= each.days_high


async def test_price_rules_that_cannot_be_used_do_not_take_the_brief_away(database: Database) -> None:
    await lay_shop(database, weeks=5)
    async with database.write() as session:
        shop = (await session.exec(select(Shop))).one()
        shop.settings = {"pricing": {"minimum_margin": "a lot"}}
        session.add(shop)
    waiting = (await brief(database)).waiting
    assert (waiting.prices, waiting.priced) == ((), 0)
