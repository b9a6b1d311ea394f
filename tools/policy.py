"""The shop's policy as data: who may do what, until when, refunded where, what may change in which status.

One YAML file is one policy set; ``tools/policies/default.yaml`` and ``tools/policies/tau_retail.yaml`` ship, a shop's own
lies in its data folder as ``policy.yaml``. Tools ask the policy; no tool has a rule of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pydantic
import yaml

POLICIES = Path(__file__).parent / "policies"

RefundTarget = Literal["original", "gift_card", "any"]
Proof = Literal["email", "name_postcode", "order_phone"]


class _Rules(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class IdentityRules(_Rules):
    """How a person without a token may prove who they are."""

    proofs: tuple[Proof, ...] = ("email", "name_postcode", "order_phone")
    max_attempts: int = 5
    signed_in_counts: bool = True
    """False: even a signed-in person must prove it in the chat."""


class CancelRules(_Rules):
    """When an order may be cancelled."""

    statuses: tuple[str, ...] = ("pending",)
    reasons: tuple[str, ...] | None = None
    """The only reasons accepted; None takes any and needs none."""
    after_modification: bool = True


class ModifyRules(_Rules):
    """What may be changed in an order that is not on its way."""

    statuses: tuple[str, ...] = ("pending",)
    address: bool = True
    payment_method: bool = True
    items: bool = True
    items_once: bool = False
    """True: after one change of items the order is locked."""
    payment_must_differ: bool = True


class ReturnRules(_Rules):
    """Returns for money."""

    statuses: tuple[str, ...] = ("delivered",)
    window_days: int | None = 7
    reasons: tuple[str, ...] | None = None
    refund_to: tuple[RefundTarget, ...] = ("original", "gift_card")
    excluded_categories: tuple[str, ...] = ()
    once_per_order: bool = False
    quality_window_days: int | None = None
    """A longer window when the goods are faulty."""


class ExchangeRules(_Rules):
    """Swaps for another variant of the same product."""

    statuses: tuple[str, ...] = ("delivered",)
    window_days: int | None = 15
    once_per_order: bool = False
    same_product_only: bool = True


class RefundRules(_Rules):
    """How long money takes on its way back."""

    gift_card_days: int = 0
    other_days: int = 7


class PriceProtectionRules(_Rules):
    """价保: the difference back when the price falls soon after the purchase."""

    enabled: bool = True
    window_days: int = 15
    statuses: tuple[str, ...] = ("pending", "processing", "shipped", "delivered")
    once_per_line: bool = True


class InvoiceRules(_Rules):
    """发票."""

    enabled: bool = True
    statuses: tuple[str, ...] = ("pending", "processing", "shipped", "delivered")
    window_days: int | None = 365


class HumanRules(_Rules):
    """Cases that only a person decides."""

    refund_over_minor: int | None = None
    """A refund above this (in the shop's currency) becomes a ticket."""
    reasons: tuple[str, ...] = ()
    """Return reasons that go to a person, such as ``injury``."""


class Policy(_Rules):
    """A whole policy set."""

    name: str
    identity: IdentityRules = IdentityRules()
    cancel: CancelRules = CancelRules()
    modify: ModifyRules = ModifyRules()
    returns: ReturnRules = ReturnRules()
    exchanges: ExchangeRules = ExchangeRules()
    refunds: RefundRules = RefundRules()
    price_protection: PriceProtectionRules = PriceProtectionRules()
    invoices: InvoiceRules = InvoiceRules()
    human: HumanRules = HumanRules()


class PolicyError(ValueError):
    """A policy file that cannot be used; says file, field and what was expected."""


def load_policy(name: str, folder: Path | None = None) -> Policy:
    """Return the policy set `name`: ``folder/policy.yaml`` if the shop wrote its own under that name, else a shipped one.

    Raises:
        PolicyError: no such set, or a field is unknown or has the wrong form.
    """
    own = folder / "policy.yaml" if folder is not None else None
    if own is not None and own.exists():
        return read_policy(own)
    path = POLICIES / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(entry.stem for entry in POLICIES.glob("*.yaml")))
        raise PolicyError(f"no policy set {name!r}: expected one of {known}")
    return read_policy(path)


def read_policy(path: Path) -> Policy:
    """Read one policy file."""
    try:
        return Policy.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, pydantic.ValidationError) as error:
        raise PolicyError(f"{path}: {error}") from error
