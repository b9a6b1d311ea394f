from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import pytest_asyncio
from sqlmodel import select

from knowledge.db import Database
from knowledge.money import Money
from knowledge.schema import CompetitorPrice, PriceRecord, Shop, Variant
from tests.tools.pricing.panels import confounded
from tools.base import Identity, Outcome, ToolCall
from tools.capabilities import CAPABILITIES
from tools.executor import Services
from tools.fitted import Models, refit
from tools.fitted.store import ModelStore
from tools.pricing.capability import Pricing
from tools.pricing.merchant import TOOLS
from tools.pricing.types import CompetitorReport, PriceChange, PriceCurve, PriceSuggestion
from tools.testing import NOW, make_executor, make_shop, propose_and_confirm, shopper

OWNER = Identity(role="merchant", subject="owner")


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        person = await shop.customer("C1")
        await shop.product(
            "P00", "Tea", "茶", variants={"T-1": ({"size": "s"}, 10_000), "T-2": ({"size": "l"}, 15_000)}
        )
        for variant in (await session.exec(select(Variant))).all():
            variant.cost_minor = variant.price_minor * 4 // 10
        for number in range(4):
            await shop.order(f"W{number}", person, {"T-1": 4}, placed_days_ago=3 + 6 * number)
        for name, price, days in (("A", 9_000, 3), ("A", 9_500, 20), ("B", 12_000, 1), ("C", 1_000, 90)):
            observed = NOW - dt.timedelta(days=days)
            await shop.add(
                CompetitorPrice(
                    product_id="P00", competitor=name, price_minor=price, currency="CNY", observed_at=observed
                )
            )


async def ask(database: Database, name: str, *, services: Services | None = None, **arguments: object) -> Outcome:
    executor = make_executor(database, TOOLS, services=services)
    return await executor.call(ToolCall(name, {"product_id": "P00", **arguments}), OWNER, idempotency_key="k")


async def test_a_suggestion_has_reasons_and_an_interval_before_anything_was_fitted(database: Database) -> None:
    found = (await ask(database, "suggest_price")).evidence
    assert isinstance(found, PriceSuggestion)
    assert (found.sku, found.now, found.fitted, found.basis) == ("T-1", Money(10_000, "CNY"), False, "prior")
    assert found.units_a_week == 4
    assert found.profit_change.low.minor < found.profit_change.value.minor < found.profit_change.high.minor
    assert 8_500 <= found.suggested.minor <= 11_500
    assert {"elasticity", "cost", "rivals", "equilibrium"} <= {reason.code for reason in found.reasons}


async def test_a_fitted_model_answers_with_its_version(database: Database, tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "pricing")
    panel = confounded(stores=3, products=5, weeks=40, season=0.1)
    refit(Pricing(), panel, store, source="x", now=NOW, force=True)
    services = Services(models=Models(CAPABILITIES, tmp_path))
    await services.models.ready("pricing")
    found = (await ask(database, "suggest_price", services=services)).evidence
    assert isinstance(found, PriceSuggestion)
    assert (found.fitted, found.version, found.elasticity.value < -2) == (True, 1, True)
    assert "forecast" in {reason.code for reason in found.reasons}


async def test_the_curve_holds_the_prices_asked_and_says_which_are_allowed(database: Database) -> None:
    found = (await ask(database, "price_curve", prices=["80.00", "100", "120"])).evidence
    assert isinstance(found, PriceCurve)
    assert [point.price.minor for point in found.points] == [8_000, 10_000, 12_000]
    assert [point.allowed for point in found.points] == [False, True, False]
    assert found.points[0].units.value > found.points[1].units.value == 4
    every = (await ask(database, "price_curve")).evidence
    assert isinstance(every, PriceCurve)
    assert len(every.points) == 9


async def test_the_report_counts_only_fresh_prices_of_each_competitor(database: Database) -> None:
    found = (await ask(database, "competitor_report")).evidence
    assert isinstance(found, CompetitorReport)
    assert [(rival.competitor, rival.price.minor, rival.difference) for rival in found.rivals] == [
        ("A", 9_000, -0.1),
        ("B", 12_000, 0.2),
    ]
    assert found.rank == 2
    assert found.equilibrium is not None


async def test_a_change_waits_for_a_yes_and_then_moves_all_variants_alike(database: Database) -> None:
    executor = make_executor(database, TOOLS)
    staged = await executor.call(
        ToolCall("change_price", {"product_id": "P00", "price": "110"}), OWNER, idempotency_key="k"
    )
    assert staged.status == "needs_confirmation"
    assert isinstance(staged.evidence, PriceChange)
    assert [(each.sku, each.after.minor) for each in staged.evidence.changes] == [("T-1", 11_000), ("T-2", 16_500)]
    async with database.read() as session:
        assert (await session.get_one(Variant, "T-1")).price_minor == 10_000
    assert staged.proposal_id is not None
    done = await executor.confirm(staged.proposal_id, OWNER)
    assert done.status == "ok"
    async with database.read() as session:
        assert (await session.get_one(Variant, "T-2")).price_minor == 16_500
        records = (await session.exec(select(PriceRecord).where(PriceRecord.reason == "manual"))).all()
    assert {(row.sku, row.price_minor, row.valid_from) for row in records} == {
        ("T-1", 11_000, NOW),
        ("T-2", 16_500, NOW),
    }


async def test_a_step_that_is_too_large_is_told_but_is_the_merchants_choice(database: Database) -> None:
    done = await propose_and_confirm(
        make_executor(database, TOOLS), "change_price", {"product_id": "P00", "price": "70", "sku": "T-1"}, OWNER
    )
    assert isinstance(done.evidence, PriceChange)
    assert (done.status, done.evidence.warnings, len(done.evidence.changes)) == ("ok", ("step_down",), 1)


@pytest.mark.parametrize(("price", "code"), [("41", "price_rule"), ("100.00", "price_unchanged")])
async def test_what_no_yes_makes_right_is_refused(database: Database, price: str, code: str) -> None:
    outcome = await ask(database, "change_price", price=price)
    assert (outcome.status, outcome.code) == ("refused", code)


async def test_the_shops_own_rules_count_and_broken_ones_are_told(database: Database) -> None:
    async with database.write() as session:
        row = (await session.exec(select(Shop))).one()
        row.settings = {"pricing": {"minimum_advertised": {"P00": 9_900}}}
        session.add(row)
    assert (await ask(database, "change_price", price="98")).facts["rule"] == "minimum_advertised"
    async with database.write() as session:
        row = (await session.exec(select(Shop))).one()
        row.settings = {"pricing": {"minimum_margin": 3}}
        session.add(row)
    assert (await ask(database, "suggest_price")).code == "price_rules_invalid"


async def test_shoppers_have_no_part_in_it(database: Database) -> None:
    executor = make_executor(database, TOOLS)
    outcome = await executor.call(ToolCall("suggest_price", {"product_id": "P00"}), shopper("C1"), idempotency_key="k")
    assert outcome.status == "refused"


async def test_unknown_goods_are_named(database: Database) -> None:
    assert (await ask(database, "suggest_price", product_id="P9")).code == "product_not_found"
    assert (await ask(database, "suggest_price", sku="X")).code == "variant_not_found"


@pytest.mark.parametrize("person", ["customer_id", "customer", "tier", "for"])
async def test_a_price_of_one_persons_own_cannot_even_be_asked_for(person: str, database: Database) -> None:
    call = ToolCall("change_price", {"product_id": "P00", "price": "120", person: "C1"})
    refused = await make_executor(database, TOOLS).call(call, OWNER, idempotency_key="k")
    assert (refused.status, refused.code) == ("refused", "bad_arguments")
    async with database.read() as session:
        assert {row.price_minor for row in (await session.exec(select(Variant))).all()} == {10_000, 15_000}
