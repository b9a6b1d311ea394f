"""The chance of fraud from which on a person looks, as a staged change; with what it would have cost on events not seen before."""

from __future__ import annotations

import functools
from typing import ClassVar

import pydantic
from sqlmodel import select

from knowledge.money import Money
from knowledge.schema import Shop
from knowledge.types import JsonObject
from tools.base import Arguments, Evidence, Role, ToolContext, tool
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.fitted import InService
from tools.policy import Measure, RiskKind, RiskRules
from tools.risk.guard import NAME
from tools.risk.model import RiskModel
from tools.risk.rules import SETTINGS, risk_rules
from tools.staging import Difference, Restoration, Staged, changed, untouched

MERCHANT: tuple[Role, ...] = ("merchant",)
_KINDS: dict[str, LocalText] = {
    "refund": LocalText(zh="退款与取消", en="refunds and cancellations"),
    "address": LocalText(zh="改地址", en="changed addresses"),
    "coupon": LocalText(zh="领券", en="claimed coupons"),
}


class SetRiskThreshold(Arguments):
    """`kind`: what is held back; `hold_from`: the chance of fraud, a fraction, from which on; 1 holds nothing that is not certain."""

    kind: RiskKind
    hold_from: float = pydantic.Field(ge=0.01, le=1, allow_inf_nan=False)


class Weighed(Evidence):
    """What holding from a chance on would have done with the later events that the model had not seen."""

    hold_from: float
    held: int
    caught: int
    cost: Money
    """Of the frauds that pass, of looking at what is held, and of honest people who wait."""


class RiskThreshold(Staged):
    """A threshold before and after."""

    estimates: ClassVar[frozenset[str]] = frozenset({"events", "frauds", "weighed"})

    kind: RiskKind
    before: float
    after: float
    events: int = 0
    frauds: int = 0
    weighed: tuple[Weighed, Weighed] | None = None
    """Before and after; None: no fitted model in service has kept them."""

    def about(self) -> str:
        """See `Staged`."""
        return f"risk:{self.kind}"

    def differences(self) -> tuple[Difference, ...]:
        """Return the threshold."""
        return changed(_named(self.kind), _percent(self.before), _percent(self.after))

    def expected(self) -> LocalText | None:
        """Return what either threshold would have held, caught and cost."""
        if self.weighed is None:
            return None
        before, after = self.weighed
        return LocalText(
            zh=(
                f"按模型没见过的较晚 {self.events} 笔（其中欺诈 {self.frauds} 笔）回算：改后拦下 {after.held} 笔、抓到 {after.caught} 笔，"
                f"总代价 {after.cost.format('zh')}；现在拦下 {before.held} 笔、抓到 {before.caught} 笔，总代价 {before.cost.format('zh')}"
            ),
            en=(
                f"Of the {self.events} later events that the model had not seen ({self.frauds} of them fraud) it would have held "
                f"{after.held} and caught {after.caught}, at a cost of {after.cost.format()} in all; the present one {before.held} and "
                f"{before.caught}, at {before.cost.format()}"
            ),
        )

    def measures(self) -> dict[Measure, float]:
        """Return by how much it moves."""
        return {"risk_threshold": round(abs(self.after - self.before), 6)}


def _named(kind: str) -> LocalText:
    name = _KINDS[kind]
    return LocalText(zh=f"风险阈值 · {name.zh}", en=f"Risk threshold · {name.en}")


def _percent(chance: float) -> str:
    return f"{chance * 100:.4g} %"


async def preview_threshold(context: ToolContext, arguments: SetRiskThreshold) -> RiskThreshold:
    """Work out what another threshold would hold.

    Raises:
        RefusedError: ``threshold_unchanged``.
    """
    rules = await risk_rules(context.session, context.policy.risk)
    before = rules.hold_from(arguments.kind)
    if before == arguments.hold_from:
        raise RefusedError("threshold_unchanged", "it is that already")
    change = RiskThreshold(kind=arguments.kind, before=before, after=arguments.hold_from)
    service: InService[RiskModel] = await context.services.models.ready(NAME)
    kept = service.version.figures.get("thresholds") if service.version is not None else None
    if not kept:
        return change
    shop = (await context.session.exec(select(Shop).limit(1))).one()
    weighed = (_weighed(kept, before, rules, shop.currency), _weighed(kept, arguments.hold_from, rules, shop.currency))
    return change.model_copy(update={"events": kept[0]["events"], "frauds": kept[0]["frauds"], "weighed": weighed})


def _weighed(kept: list[JsonObject], hold_from: float, rules: RiskRules, currency: str) -> Weighed:
    """Return the nearest of the thresholds that were kept, at what mistakes cost the shop today."""
    row = min(kept, key=lambda each: abs(each["hold_from"] - hold_from))
    cost = (
        row["missed_minor"] + row["held"] * rules.review_minor + (row["held"] - row["caught"]) * rules.honest_held_minor
    )
    return Weighed(hold_from=row["hold_from"], held=row["held"], caught=row["caught"], cost=Money(cost, currency))


async def undo_threshold(context: ToolContext, done: RiskThreshold) -> Restoration:
    """Work out the threshold before; raises as `tools.staging.untouched`."""
    now = (await risk_rules(context.session, context.policy.risk)).hold_from(done.kind)
    untouched({done.kind: (_named(done.kind), _percent(done.after), _percent(now))})
    shop = (await context.session.exec(select(Shop).limit(1))).one()
    return Restoration(
        changed(_named(done.kind), _percent(done.after), _percent(done.before)),
        functools.partial(_set, context, shop, done.kind, done.before),
    )


def _set(context: ToolContext, shop: Shop, kind: RiskKind, hold_from: float) -> None:
    given = shop.settings.get(SETTINGS)
    own = given if isinstance(given, dict) else {}
    shop.settings = {**shop.settings, SETTINGS: {**own, kind: hold_from}}
    context.session.add(shop)


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_threshold,
    undo=undo_threshold,
    en=(
        "Stage the chance of fraud from which on a person looks at a request; it waits as a proposal, with what it would have held and cost. "
        "kind: refund, address or coupon; hold_from: a fraction such as 0.3."
    ),
    zh=(
        "提交风险阈值的修改：欺诈概率从多少起转人工；先作为提案等待批准，并给出会拦下多少、代价多少。kind：refund、address 或 coupon；hold_from：小数，如 0.3。"
    ),
)
async def set_risk_threshold(context: ToolContext, arguments: SetRiskThreshold) -> RiskThreshold:
    """Set the threshold; it counts from the next request on."""
    change = await preview_threshold(context, arguments)
    shop = (await context.session.exec(select(Shop).limit(1))).one()
    _set(context, shop, arguments.kind, arguments.hold_from)
    return change


TOOLS = (set_risk_threshold,)
