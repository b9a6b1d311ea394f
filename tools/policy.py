"""The shop's policy as data: who may do what, until when, refunded where, what may change in which status.

One YAML file is one policy set; those in ``tools/policies`` ship, a shop's own lies in its data folder as ``policy.yaml``.
A file may say ``extends: default`` and then holds only what differs. Tools ask the policy; no tool has a rule of its own.
"""

from __future__ import annotations

import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
import yaml

from knowledge.types import JsonObject
from knowledge.yaml_files import read_yaml
from tools.desk_rules import DeskRules, Priority

POLICIES = Path(__file__).parent / "policies"

RefundTarget = Literal["original", "gift_card", "any"]
Proof = Literal["email", "name_postcode", "order_phone"]
RefundKind = Literal["cancel", "return", "price_protection", "price_difference"]
OrderStatus = Literal[
    "pending", "processing", "shipped", "delivered", "cancelled", "return_requested", "exchange_requested"
]
RiskKind = Literal["refund", "address", "coupon"]
Measure = Literal["price_change", "discount", "coupon_total", "risk_threshold", "reserved_text"]
"""What a shop may cap: the largest relative move of a price; the share of the least spend that a coupon takes off; the money, in
minor units, that a coupon can take off in all (infinite without a limit); the move of a risk threshold; 1 for a text of safety, of the law or of
personal data. Shares are fractions."""
Chance = Annotated[float, pydantic.Field(ge=0, le=1)]
Days = Annotated[int, pydantic.Field(ge=0, le=36_500)]


class _Rules(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class IdentityRules(_Rules):
    """How a person without a token may prove who they are."""

    proofs: tuple[Proof, ...] = ("email", "name_postcode", "order_phone")
    max_attempts: int = 5
    """Wrong proofs in one conversation; then a person has to help."""
    max_attempts_a_day: int = 10
    """Wrong proofs of one visitor, or about one order or one name, over all conversations."""
    signed_in_counts: bool = True
    """False: even a signed-in person must prove it in the chat."""


class CancelRules(_Rules):
    """When an order may be cancelled."""

    statuses: tuple[OrderStatus, ...] = ("pending",)
    reasons: tuple[str, ...] | None = None
    """The only reasons accepted; None takes any and needs none."""
    after_modification: bool = True
    """False: not once the items were changed."""
    return_coupon: bool = True
    """Put the coupon that was spent on the order back into the wallet."""


class ModifyRules(_Rules):
    """What may be changed in an order that is not on its way."""

    statuses: tuple[OrderStatus, ...] = ("pending",)
    address: bool = True
    payment_method: bool = True
    items: bool = True
    items_once: bool = False
    """True: after one change of items the order is locked."""
    same_product_only: bool = True
    different_variant: bool = True
    """False: a line may be swapped for what it is already."""
    record_even_swap: bool = False
    """True: a swap without a difference still leaves a refund of zero in the order's payments, as some ledgers do."""
    payment_must_differ: bool = True


class ReturnRules(_Rules):
    """Returns for money."""

    statuses: tuple[OrderStatus, ...] = ("delivered",)
    window_days: Days | None = 7
    """Counted from delivery; None: for ever."""
    reasons: tuple[str, ...] | None = None
    """The only reasons accepted; None takes any and needs none."""
    refund_to: tuple[RefundTarget, ...] = ("original", "gift_card")
    """``gift_card`` is one that the shopper has on file."""
    excluded_categories: tuple[str, ...] = ()
    """Ids of categories (with all below them) whose goods never come back, unless they are faulty."""
    once_per_order: bool = False
    """True: one return or exchange an order, and then no other."""
    quality_window_days: Days | None = None
    """A longer window when the goods are faulty."""
    quality_reasons: tuple[str, ...] = (
        "defective",
        "damaged",
        "faulty",
        "wrong_item",
        "missing_item",
        "not_as_described",
    )
    """Reasons that mean faulty goods."""


class ExchangeRules(_Rules):
    """Swaps for another variant of the same product."""

    statuses: tuple[OrderStatus, ...] = ("delivered",)
    window_days: Days | None = 15
    """Counted from delivery; None: for ever."""
    once_per_order: bool = False
    """True: one return or exchange an order, and then no other."""
    same_product_only: bool = True
    different_variant: bool = True
    """False: a line may be swapped for what it is already."""
    same_if_faulty: bool = False
    """True: faulty goods (`ReturnRules.quality_reasons`) may be swapped for the same once more."""


class RefundRules(_Rules):
    """How long money takes on its way back."""

    gift_card_days: Days = 0
    """0: the balance grows at once."""
    other_days: Days = 7
    business_days: bool = False
    """True: both count Monday to Friday."""
    goods_days: Days = 7
    """How long goods that come back usually travel and wait for inspection; the refund of a return is expected after that."""


class PriceProtectionRules(_Rules):
    """价保: the difference back when the price falls soon after the purchase."""

    enabled: bool = True
    window_days: Days | None = 15
    """Counted from the purchase; None: for ever."""
    statuses: tuple[OrderStatus, ...] = ("pending", "processing", "shipped", "delivered")
    once_per_line: bool = True


class InvoiceRules(_Rules):
    """发票."""

    enabled: bool = True
    statuses: tuple[OrderStatus, ...] = ("pending", "processing", "shipped", "delivered")
    window_days: Days | None = 365
    """Counted from the purchase; None: for ever."""


class HumanRules(_Rules):
    """Cases that only a person decides."""

    refund_over_minor: pydantic.NonNegativeInt | None = None
    """A refund above this (in the shop's currency) becomes a ticket."""
    refund_kinds: tuple[RefundKind, ...] = ("return", "price_difference", "price_protection")
    """The kinds of refund that the limit is for."""
    reasons: tuple[str, ...] = ()
    """Return reasons that go to a person, such as ``injury``."""
    resolve_within_h: dict[Priority, pydantic.PositiveFloat] = {"urgent": 4, "high": 8, "normal": 24, "low": 72}
    """Hours from the opening of a ticket to its resolution, by priority; one that is open longer is late. Counted by
    the clock; a priority that is not named has no such limit."""


class RiskRules(_Rules):
    """What waits for a person because a fitted model gives it a high chance of fraud, and what mistakes cost the shop.

    `xiaoer models thresholds` shows what each threshold would have held, missed and cost.
    """

    enabled: bool = True
    refund_from: Chance = 0.5
    """A return, a cancelled order or price protection with this chance of fraud or more becomes a ticket."""
    address_from: Chance = 0.5
    coupon_from: Chance = 0.5
    review_minor: pydantic.NonNegativeInt = 1_500
    """What it costs when a person looks at a case."""
    honest_held_minor: pydantic.NonNegativeInt = 3_000
    """What it costs when an honest shopper has to wait for that."""

    def hold_from(self, kind: RiskKind) -> float:
        """Return the threshold of a kind of call."""
        return {"refund": self.refund_from, "address": self.address_from, "coupon": self.coupon_from}[kind]


class Cap(_Rules):
    """How far one person alone may go; beyond it, `approvals` different people must approve."""

    most: Annotated[float, pydantic.Field(ge=0)]
    """In the unit of the measure; see `Measure`."""
    approvals: Annotated[int, pydantic.Field(ge=2, le=5)] = 2
    proposer_counts: bool = False
    """True: who proposed it may be one of them."""


ALWAYS: dict[Measure, Cap] = {"reserved_text": Cap(most=0, approvals=2, proposer_counts=True)}
"""Caps that hold where a shop sets none: its own of that measure takes their place."""


class ChangeRules(_Rules):
    """Changes that wait for approval: prices, coupons, thresholds, what the bot says."""

    open_hours: Annotated[int, pydantic.Field(ge=1, le=24 * 90)] = 24
    """How long one waits before it expires."""
    caps: dict[Literal["merchant"], dict[Measure, Cap]] = {}
    """By role, what goes beyond which needs several people; none: one approval is enough for everything."""


class RatingRules(_Rules):
    """Whether shoppers are asked how they were served. Why the rules are what they are: ``docs/desk-statistics.md``."""

    ask: Literal["never", "after_person", "after_bot"] = "after_person"
    """``after_person``: when a person has resolved a case; ``after_bot``: also when the bot finished a matter and the shopper goes."""
    every_days: Annotated[int, pydantic.Field(ge=0, le=366)] = 14
    """Nobody is asked again sooner; and once in a conversation."""
    answer_hours: Annotated[int, pydantic.Field(ge=1, le=24 * 90)] = 24 * 7
    """How long after the question it may be answered."""
    change_hours: Annotated[int, pydantic.Field(ge=0, le=24 * 90)] = 24
    """How long after the answer it may be changed."""
    not_in: tuple[str, ...] = ("openai", "mcp", "cli")
    """Channels in which nobody is asked: other programs and those who try things out."""


class Policy(_Rules):
    """A whole policy set."""

    name: str
    timezone: str | None = None
    """Windows end at midnight in this time zone (``Asia/Shanghai``), the day of the event not counted; None counts to the second."""
    identity: IdentityRules = IdentityRules()
    cancel: CancelRules = CancelRules()
    modify: ModifyRules = ModifyRules()
    returns: ReturnRules = ReturnRules()
    exchanges: ExchangeRules = ExchangeRules()
    refunds: RefundRules = RefundRules()
    price_protection: PriceProtectionRules = PriceProtectionRules()
    invoices: InvoiceRules = InvoiceRules()
    human: HumanRules = HumanRules()
    risk: RiskRules = RiskRules()
    changes: ChangeRules = ChangeRules()
    desk: DeskRules = DeskRules()
    rating: RatingRules = RatingRules()

    @pydantic.field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str | None) -> str | None:
        try:
            return value if value is None else zoneinfo.ZoneInfo(value).key
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("expected a time zone such as Asia/Shanghai") from error


class PolicyError(ValueError):
    """A policy file that cannot be used; says file, field and what was expected."""


def load_policy(name: str, folder: Path | None = None) -> Policy:
    """Return the shop's own ``folder/policy.yaml`` if it wrote one, else the shipped set `name`.

    Raises:
        PolicyError: no such set, or a field is unknown or has the wrong form.
    """
    own = folder / "policy.yaml" if folder is not None else None
    return read_policy(own if own is not None and own.exists() else _shipped(name))


def read_policy(path: Path) -> Policy:
    """Read one policy file, laid over the one that it extends.

    Raises:
        PolicyError: the file cannot be read, or a field is unknown or has the wrong form.
    """
    fields = _fields(path, seen=())
    try:
        return Policy.model_validate(fields)
    except pydantic.ValidationError as error:
        raise PolicyError("; ".join(f"{path}: {_complaint(detail)}" for detail in error.errors())) from error


def _shipped(name: str) -> Path:
    path = POLICIES / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(entry.stem for entry in POLICIES.glob("*.yaml")))
        raise PolicyError(f"no policy set {name!r}: expected one of {known}")
    return path


def _fields(path: Path, *, seen: tuple[Path, ...]) -> JsonObject:
    """Read the file's fields; those of the set it extends lie below them."""
    if path in seen:
        raise PolicyError(f"{path}: extends itself")
    try:
        own = read_yaml(path)
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from error
    if not isinstance(own, dict):
        raise PolicyError(f"{path}: expected fields such as `name: my_shop`, got {type(own).__name__}")
    base = own.pop("extends", None)
    return own if base is None else laid_over(_fields(_shipped(str(base)), seen=(*seen, path)), own)


def laid_over(base: JsonObject, own: JsonObject) -> JsonObject:
    """Return `base` with every field of `own` put in; sections are merged, lists are replaced."""
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _complaint(detail: Any) -> str:
    """One field's fault: ``returns.window_days: Input should be a valid integer, got 'seven'``."""
    field = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return f"{field}: no such field"
    return f"{field}: {detail['msg']}, got {detail['input']!r}"
