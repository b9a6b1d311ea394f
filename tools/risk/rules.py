"""The risk rules in force: those of the policy, with the thresholds that the shop's merchants have set since."""

from __future__ import annotations

import pydantic
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Shop
from knowledge.types import JsonObject
from tools.policy import RiskRules

SETTINGS = "risk_thresholds"
"""Where they stand in the shop's settings: kind -> chance."""


async def risk_rules(session: AsyncSession, policy: RiskRules) -> RiskRules:
    """Return the rules in force; thresholds that cannot be used are left out."""
    shop = (await session.exec(select(Shop).limit(1))).first()
    return policy if shop is None else with_thresholds(policy, shop.settings)


def with_thresholds(policy: RiskRules, settings: JsonObject) -> RiskRules:
    """Lay the thresholds of the shop's settings over a policy."""
    given = settings.get(SETTINGS)
    if not isinstance(given, dict):
        return policy
    known = {f"{kind}_from": value for kind, value in given.items() if f"{kind}_from" in RiskRules.model_fields}
    try:
        return RiskRules.model_validate(policy.model_dump() | known)
    except pydantic.ValidationError:
        return policy
