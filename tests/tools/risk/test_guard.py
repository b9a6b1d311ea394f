from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import AuditRow, Conversation, CouponGrant, Order, Proposal, Return, RiskCase
from tools.base import Outcome, ToolCall, ToolContext
from tools.capabilities import CAPABILITIES
from tools.executor import Executor, Services
from tools.fitted import Models, ModelStore, Version
from tools.orders.types import CancelOrder
from tools.policy import Policy, load_policy
from tools.risk.guard import RiskGuard, score
from tools.risk.model import RiskModel, Rules, table
from tools.risk.neighbourhood import Asked, neighbourhood
from tools.risk.shop import DECIDED_WEIGHT, own_events
from tools.risk.types import OrderRisk, Rings, RiskCases, RiskCaseView
from tools.testing import NOW, FixedClock, agent, make_executor, make_shop, shopper

RETURN: dict[str, Any] = {
    "order_id": "B0",
    "lines": [{"line_id": "B0-1"}],
    "refund_method_id": "credit_card_C0",
    "reason": "too small",
}
ADDRESS = {"line1": "1 New Road", "city": "Hangzhou", "postcode": "310000", "recipient": "B", "phone": "1"}


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    """An honest customer with an order, and a burst of orders of four accounts from one device with one card."""
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("P1", "Mug", "杯子", variants={"MUG-RED": ({"color": "red"}, 4900)})
        await shop.coupon("ALL20")
        honest = await shop.customer("H1")
        await shop.order("H", honest, {"MUG-RED": 1}, status="delivered", device_id="dev-h")
        for number in range(4):
            customer = await shop.customer(f"C{number}")
            for step in range(5):
                await shop.order(
                    f"B{number}" if step == 4 else f"B{number}-{step}",
                    customer,
                    {"MUG-RED": 1},
                    status="delivered" if number == 0 else "pending",
                    placed_days_ago=5 - (step * 4 + number) / 5_000,
                    device_id="dev-b",
                )
        await shop.conversation("conv", await session.get_one(type(honest), "C0"))
        await shop.conversation("conv-h", honest)


def keep(data: Path) -> None:
    """Put a model in service that weighs as the rules do."""
    version = Version(number=0, at=NOW, source="test")
    ModelStore(data, "risk").keep(lambda folder: RiskModel(Rules()).save(folder), version)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    keep(tmp_path / "data")
    return tmp_path / "data"


def executor(
    database: Database, data: Path | None, *, policy: Policy | str = "default", clock: FixedClock | None = None
) -> Executor:
    models = Models(CAPABILITIES, data)
    return make_executor(
        database, policy=policy, clock=clock, services=Services(models=models), guard=RiskGuard(models)
    )


async def rows(database: Database, table: type[Any]) -> list[Any]:
    async with database.read() as session:
        return list((await session.exec(select(table))).all())


async def ask(run: Executor, tool: str, arguments: dict[str, Any], who: str = "C0", key: str = "k") -> Outcome:
    conversation = "conv-h" if who == "H1" else "conv"
    return await run.call(ToolCall(tool, arguments), shopper(who, conversation), idempotency_key=key)


@pytest.mark.parametrize(
    ("tool", "arguments", "kind", "subject"),
    [
        ("return_items", RETURN, "refund", "b0"),
        ("claim_coupon", {"code": "ALL20"}, "coupon", "all20"),
    ],
)
async def test_a_high_risk_waits_for_a_person_with_its_reasons(
    tool: str, arguments: dict[str, Any], kind: str, subject: str, database: Database, data: Path
) -> None:
    run = executor(database, data)
    outcome = await ask(run, tool, arguments)
    await run.close()
    assert (outcome.status, outcome.code, outcome.facts["needs_person"]) == ("refused", "held_for_review", True)
    [case] = await rows(database, RiskCase)
    assert (case.id, case.tool, case.kind, case.subject) == (outcome.facts["case_id"], tool, kind, subject)
    assert (case.customer_id, case.conversation_id, case.status, case.model) == ("C0", "conv", "open", "risk 1")
    assert case.chance >= case.held_from == 0.5
    assert {reason["feature"] for reason in case.reasons} >= {"device_n_1h", "linked"}
    assert await rows(database, Proposal) == await rows(database, Return) == await rows(database, CouponGrant) == []
    [audit] = await rows(database, AuditRow)
    assert (audit.outcome, audit.reason) == ("refused", "held_for_review")


async def test_a_changed_address_is_scored_too(database: Database, data: Path) -> None:
    outcome = await ask(executor(database, data), "change_order_address", {"order_id": "#B1", "address": ADDRESS}, "C1")
    assert outcome.code == "held_for_review"
    [case] = await rows(database, RiskCase)
    assert (case.kind, case.subject) == ("address", "b1")


async def test_a_low_risk_passes_and_leaves_no_trace(database: Database, data: Path) -> None:
    arguments = {"order_id": "H", "lines": [{"line_id": "H-1"}], "refund_method_id": "credit_card_H1"}
    outcome = await ask(executor(database, data), "return_items", arguments, "H1")
    assert outcome.status == "needs_confirmation"
    assert await rows(database, RiskCase) == []


@pytest.mark.parametrize("why", ["nothing fitted", "switched off", "higher threshold", "broken files"])
async def test_all_is_as_before_without_a_fitted_model_or_where_the_shop_says_so(
    why: str, database: Database, data: Path, tmp_path: Path
) -> None:
    policy = load_policy("default")
    changes: dict[str, dict[str, Any]] = {"switched off": {"enabled": False}, "higher threshold": {"refund_from": 1.0}}
    policy = policy.model_copy(update={"risk": policy.risk.model_copy(update=changes.get(why, {}))})
    if why == "broken files":
        (data / "models/risk/0001/risk.json").write_text("{")
    chosen = tmp_path / "empty" if why == "nothing fitted" else data
    outcome = await ask(executor(database, chosen, policy=policy), "return_items", RETURN)
    assert outcome.status == "needs_confirmation"
    assert await rows(database, RiskCase) == []


async def test_what_looks_and_other_tools_do_is_never_scored(database: Database, data: Path) -> None:
    run = executor(database, data)
    for tool, arguments in (
        ("get_order", {"order_id": "B0"}),
        ("request_invoice", {"order_id": "B0", "kind": "personal", "title": "C", "email": "c@d.io"}),
    ):
        assert (await ask(run, tool, arguments)).status in {"ok", "needs_confirmation"}
    assert await rows(database, RiskCase) == []


async def test_somebody_elses_order_is_not_found_whatever_the_risk(database: Database, data: Path) -> None:
    outcome = await ask(executor(database, data), "return_items", {**RETURN, "order_id": "H"})
    assert outcome.code == "order_not_found"
    assert await rows(database, RiskCase) == []


async def test_asking_again_keeps_the_case(database: Database, data: Path) -> None:
    run = executor(database, data)
    first, second = await ask(run, "return_items", RETURN), await ask(run, "return_items", RETURN, key="k2")
    assert first.facts["case_id"] == second.facts["case_id"]
    assert len(await rows(database, RiskCase)) == 1


async def test_a_risk_that_rose_after_the_consent_was_asked_for_is_seen_before_the_effect(
    database: Database, data: Path
) -> None:
    waiting = await ask(executor(database, None), "return_items", RETURN)
    assert waiting.proposal_id is not None
    outcome = await executor(database, data).confirm(waiting.proposal_id, shopper("C0"))
    assert outcome.code == "held_for_review"
    assert await rows(database, Return) == []
    [proposal] = await rows(database, Proposal)
    assert proposal.status == "failed"


async def decide(run: Executor, case_id: str, decision: str, key: str = "d") -> Outcome:
    arguments = {"case_id": case_id, "decision": decision, "note": "called the customer"}
    return await run.call(ToolCall("decide_risk_case", arguments), agent("ann"), idempotency_key=key)


async def test_a_person_lets_it_pass_for_a_week_and_that_is_learnt(database: Database, data: Path) -> None:
    clock = FixedClock()
    run = executor(database, data, clock=clock)
    held = await ask(run, "return_items", RETURN)
    decided = await decide(run, held.facts["case_id"], "allow")
    assert isinstance(decided.evidence, RiskCaseView)
    assert (decided.evidence.status, decided.evidence.decided_by, decided.evidence.note) == (
        "allowed",
        "ann",
        "called the customer",
    )
    assert (await ask(run, "return_items", RETURN, key="k2")).status == "needs_confirmation"
    clock.advance(days=8)
    late = Policy.model_validate({"name": "x", "returns": {"window_days": None}})
    assert (
        await ask(executor(database, data, policy=late, clock=clock), "return_items", RETURN, key="k3")
    ).code == "held_for_review"
    order = next(event for event in (await own_events(database, NOW + dt.timedelta(1))).all if event.id == "B0")
    assert (order.bad, order.weight, order.known_at) == (False, DECIDED_WEIGHT, NOW)


async def test_a_confirmed_fraud_is_learnt_as_one(database: Database, data: Path) -> None:
    run = executor(database, data)
    held = await ask(run, "return_items", RETURN)
    assert (await decide(run, held.facts["case_id"], "fraud")).status == "ok"
    again = await decide(run, held.facts["case_id"], "fraud", key="d2")
    assert (again.status, again.code) == ("refused", "risk_case_decided")
    order = next(event for event in (await own_events(database, NOW)).all if event.id == "B0")
    assert order.bad is True
    assert (await ask(run, "return_items", RETURN, key="k2")).code == "held_for_review"


async def test_an_agent_who_does_it_for_the_shopper_has_decided(database: Database, data: Path) -> None:
    run = executor(database, data)
    await ask(run, "return_items", RETURN)
    identity = agent("ann", customer_id="C0", conversation_id="conv")
    waiting = await run.call(ToolCall("return_items", RETURN), identity, idempotency_key="a")
    assert waiting.proposal_id is not None
    assert (await run.confirm(waiting.proposal_id, identity)).status == "ok"
    [case] = await rows(database, RiskCase)
    assert (case.status, case.decided_by) == ("allowed", "ann")


async def test_people_see_cases_scores_and_rings_and_shoppers_do_not(database: Database, data: Path) -> None:
    run = executor(database, data)
    held = await ask(run, "return_items", RETURN)
    listed = await run.call(ToolCall("list_risk_cases", {"conversation_id": "conv"}), agent(), idempotency_key="l")
    assert isinstance(listed.evidence, RiskCases)
    [case] = listed.evidence.cases
    assert case.case_id == held.facts["case_id"]
    words = {reason.feature: reason.words for reason in case.reasons}
    assert words["device_n_1h"].en.endswith("events of this device within an hour")
    assert words["device_n_1h"].zh.startswith("这台设备一小时内有")
    scored = await run.call(ToolCall("order_risk", {"order_id": "b0"}), agent(), idempotency_key="s")
    assert isinstance(scored.evidence, OrderRisk)
    assert (scored.evidence.order_id, scored.evidence.model) == ("B0", "risk 1")
    rings = await run.call(ToolCall("risk_rings", {"pictures": 1}), agent(), idempotency_key="r")
    assert isinstance(rings.evidence, Rings)
    for tool in ("list_risk_cases", "order_risk", "risk_rings", "decide_risk_case"):
        assert (await ask(run, tool, {}, key=tool)).code == "not_allowed"
    missing = await run.call(ToolCall("order_risk", {"order_id": "nope"}), agent(), idempotency_key="m")
    assert (missing.code, missing.mendable) == ("order_not_found", True)


async def test_the_rules_of_a_cold_start_score_for_people_and_hold_nothing_back(database: Database) -> None:
    scored = await executor(database, None).call(
        ToolCall("order_risk", {"order_id": "B3"}), agent(), idempotency_key="s"
    )
    assert isinstance(scored.evidence, OrderRisk)
    assert scored.evidence.model == "rules"
    assert scored.evidence.chance > 0.5


async def test_every_order_has_the_features_in_service_that_it_has_in_training(database: Database) -> None:
    zone = zoneinfo.ZoneInfo("Asia/Shanghai")
    events = await own_events(database, NOW)
    expected = dict(zip((event.id for event in events.all), table(events, {}), strict=True))
    for order in await rows(database, Order):
        async with database.read() as session:
            event, history = next(await neighbourhood(session, Asked(order.customer_id, order.id.lower(), NOW, zone)))
        assert np.array_equal(history.features(event), expected[order.id], equal_nan=True)


async def test_what_the_device_of_the_conversation_says_is_a_reason(database: Database, data: Path) -> None:
    async def chance() -> float:
        run = executor(database, data)
        async with database.write() as session:
            context = ToolContext(session, shopper("H1", "conv-h"), run.policy, NOW)
            scored = await score(context, RiskModel(Rules()), CancelOrder(order_id="H"))
            assert scored is not None
            return scored.chance

    before = await chance()
    async with database.write() as session:
        conversation = await session.get_one(Conversation, "conv-h")
        conversation.device = {"id": "never-seen", "emulator": True, "automated": "yes"}
        session.add(conversation)
    lying = await chance()
    assert lying / (1 - lying) == pytest.approx(before / (1 - before) * np.exp(1.5))


@pytest.mark.parametrize(("said", "device"), [("dev-b", "dev-b"), ("never-seen", "dev-h"), ("", "dev-h")])
async def test_a_device_is_that_of_the_conversation_where_orders_came_from_it(
    said: str, device: str, database: Database
) -> None:
    asked = Asked("H1", "h", NOW, zoneinfo.ZoneInfo("UTC"), device={"id": said})
    async with database.read() as session:
        [(placed, _), (present, history)] = await neighbourhood(session, asked)
    assert (placed.device, present.device) == ("dev-h", device)
    assert ("C1" in history.linked(dataclasses.replace(present, address="", card="", ip=""))) == (device == "dev-b")
