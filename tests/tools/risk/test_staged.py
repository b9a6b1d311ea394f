"""Risk thresholds as staged changes: weighed on what the model had not seen, in force at once, rolled back."""

from __future__ import annotations

import pytest

from knowledge.db import Database
from knowledge.types import JsonObject
from tools.base import Identity, ToolCall
from tools.fitted import InService
from tools.fitted.store import Version
from tools.policy import RiskRules
from tools.risk.model import RiskModel, Rules
from tools.risk.rules import risk_rules, with_thresholds
from tools.risk.staged import RiskThreshold
from tools.testing import NOW, make_executor, make_shop, propose_and_confirm

OWNER = Identity("merchant", subject="owner")
KEPT: list[JsonObject] = [
    {"hold_from": 0.3, "events": 100, "frauds": 10, "held": 20, "caught": 9, "missed_minor": 5_000},
    {"hold_from": 0.5, "events": 100, "frauds": 10, "held": 8, "caught": 6, "missed_minor": 60_000},
]


async def test_a_threshold_is_weighed_set_and_rolled_back(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with any_database.write() as session:
        await make_shop(session)
    executor = make_executor(any_database)
    version = Version(number=1, at=NOW, source="shop", figures={"thresholds": KEPT})

    async def ready(_name: str) -> InService[RiskModel]:
        return InService(RiskModel(Rules()), version)

    monkeypatch.setattr(executor.services.models, "ready", ready)
    done = await propose_and_confirm(executor, "set_risk_threshold", {"kind": "refund", "hold_from": 0.3}, OWNER)
    assert isinstance(done.evidence, RiskThreshold)
    assert done.evidence.weighed is not None
    now, then = done.evidence.weighed
    assert (now.held, now.cost.minor) == (8, 60_000 + 8 * 1_500 + 2 * 3_000)
    assert (then.caught, then.cost.minor) == (9, 5_000 + 20 * 1_500 + 11 * 3_000)
    effect = done.evidence.expected()
    assert effect is not None
    assert "100" in effect.zh
    async with any_database.read() as session:
        rules = await risk_rules(session, RiskRules())
    assert (rules.refund_from, rules.coupon_from) == (0.3, 0.5)
    [made] = await executor.proposals(OWNER, status="executed")
    undone = await propose_and_confirm(executor, "roll_back", {"proposal_id": made.id}, OWNER)
    assert undone.status == "ok"
    async with any_database.read() as session:
        assert (await risk_rules(session, RiskRules())).refund_from == 0.5
    await executor.close()


async def test_without_a_fitted_model_nothing_is_estimated(database: Database) -> None:
    async with database.write() as session:
        await make_shop(session)
    call = ToolCall("set_risk_threshold", {"kind": "coupon", "hold_from": 0.2})
    outcome = await make_executor(database).call(call, OWNER, idempotency_key="k")
    assert isinstance(outcome.evidence, RiskThreshold)
    assert outcome.evidence.expected() is None
    assert outcome.evidence.measures() == {"risk_threshold": 0.3}


@pytest.mark.parametrize(
    ("hold_from", "code"), [(0.5, "threshold_unchanged"), (0, "bad_arguments"), (1.5, "bad_arguments")]
)
async def test_what_cannot_be_is_refused(database: Database, hold_from: float, code: str) -> None:
    async with database.write() as session:
        await make_shop(session)
    call = ToolCall("set_risk_threshold", {"kind": "refund", "hold_from": hold_from})
    assert (await make_executor(database).call(call, OWNER, idempotency_key="k")).code == code


def test_settings_that_cannot_be_used_leave_the_policy_as_it_is() -> None:
    rules = RiskRules(refund_from=0.4)
    for broken in ({}, {"risk_thresholds": 3}, {"risk_thresholds": {"refund": 7}}, {"risk_thresholds": {"other": 0.1}}):
        assert with_thresholds(rules, broken) == rules
