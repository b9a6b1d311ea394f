"""What a scenario file says: the shop as it is given, a shopper with an agenda, and the end that is expected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal, Self

import pydantic

from knowledge.types import Lang

Fact = str | int | bool
Facts = Fact | tuple[Fact, ...]
Row = dict[str, Any]
"""Field -> the value that a row must have; fields that are not named may hold anything."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class GivenCustomer(_Part):
    """A person who shops here."""

    id: str
    name: str = "Robin Reed"
    """First name and last name; in Chinese the last name comes first, without a space."""
    email: str | None = None
    phone: str = ""
    postcode: str = "200001"
    lang: Lang = "en"
    tier: str = "regular"
    methods: tuple[str, ...] = ("credit_card",)
    """Ways to pay: ``credit_card``, ``alipay``, ``paypal``, ``gift_card:50.00``, ..., the first is the usual one."""


class GivenVariant(_Part):
    """One size and colour of a product."""

    sku: str
    options: dict[str, str] = {}
    price: Decimal
    cost: Decimal | None = None
    """What the shop pays for a piece; None: not on file."""
    stock: int | None = 20
    """None: not counted."""


class GivenReview(_Part):
    """What somebody wrote about a product."""

    text: str
    rating: int = pydantic.Field(default=5, ge=1, le=5)
    lang: Lang = "en"


class GivenProduct(_Part):
    """Something that the shop sells."""

    id: str
    title: dict[Lang, str]
    variants: tuple[GivenVariant, ...] = pydantic.Field(min_length=1)
    category: str | None = None
    description: dict[Lang, str] = {}
    attributes: dict[str, Any] = {}
    reviews: tuple[GivenReview, ...] = ()


class GivenLine(_Part):
    """A line of an order."""

    sku: str
    quantity: int = pydantic.Field(default=1, ge=1)
    price: Decimal | None = None
    """What was paid for a piece; None: today's price."""


class GivenOrder(_Part):
    """An order that was placed before the conversation."""

    id: str
    customer: str | None = None
    """None: the scenario's customer."""
    status: Literal["pending", "processing", "shipped", "delivered", "cancelled"] = "delivered"
    lines: tuple[GivenLine, ...] = pydantic.Field(min_length=1)
    paid_with: str | None = None
    """Kind or id of the payment method; None: the customer's first."""
    placed_days_ago: float = 6
    delivered_days_ago: float = 2
    due_in_days: float = 1
    """When a parcel on its way should arrive; below 0: it is late."""
    carrier: str = "SF"
    """Who brings it, by the name that they give."""
    note: str = ""
    """What the customer wrote to the shop when ordering."""


class GivenCoupon(_Part):
    """A coupon in the customer's wallet."""

    code: str
    title: str = ""
    """Its name, in both languages; "": one is made of the code."""
    tiers: tuple[str, ...] = ()
    """Who else may claim it; none: everybody."""
    amount_off: Decimal
    customer: str | None = None


class Given(_Part):
    """Rows that are laid into the shop before the conversation begins, so that a scenario stands alone."""

    customers: tuple[GivenCustomer, ...] = ()
    products: tuple[GivenProduct, ...] = ()
    orders: tuple[GivenOrder, ...] = ()
    coupons: tuple[GivenCoupon, ...] = ()
    policy: dict[str, Any] = {}
    """What differs from the shop's policy, written as in a ``policy.yaml``."""
    rows: dict[str, tuple[Row, ...]] = {}
    """Table of the shop -> rows as they stand in it, laid before all others: what `xiaoer replay --to-scenario` writes."""
    at: dt.datetime | None = None
    """When the conversation takes place; None: now, and on the demo shop at its fixed moment."""


class Wish(_Part):
    """Something else that the shopper wants, once it is its turn."""

    says: tuple[str, ...] = pydantic.Field(min_length=1)
    """Wordings; one of them is said."""
    when: Literal["done", "asked", "confirming"] = "done"
    """After what came before was dealt with; instead of an answer to a question; instead of a yes or no to a confirmation."""
    knows: dict[str, Facts] = {}
    """Facts from here on, in place of those of the same name."""


class Later(_Part):
    """A message that came after a while: what was to be confirmed may have run out."""

    says: str
    after_s: float = pydantic.Field(gt=0)
    """Seconds since the message before."""


class Page(_Part):
    """A page of another shop, drawn in plain Latin letters: a product with its price and, struck through, the one before."""

    title: str
    price: str
    """As it is written there: ``$99.00``."""
    before: str = ""


class User(_Part):
    """An agenda, not a script: the simulated shopper answers what it is asked."""

    goal: str = ""
    """In plain words, for whoever reads the report (and for an LLM as shopper)."""
    opens_with: tuple[str, ...] = pydantic.Field(min_length=1)
    """Wordings of the first message; another one is tried when it was not understood."""
    script: tuple[str | Later, ...] | None = None
    """A script in place of an agenda: after the first message these, in this order, whatever is answered."""
    sends: Literal["image", "audio"] | None = None
    """A picture or a voice message that comes with the first message; an opener ``""`` is the attachment alone."""
    page: Page | None = None
    """A screenshot of another shop's page that comes with the first message."""
    knows: dict[str, Facts] = {}
    """Fact -> value, given when it is asked for: ``order``, ``item``, ``reason``, ``email``, ``name``, ``postcode``, ...; several
    values where several may be chosen. What is not here, the shopper does not know."""
    then: tuple[Wish, ...] = ()
    """What it wants next, in this order."""
    mood: tuple[Literal["calm", "confused", "anxious", "annoyed", "angry"], ...] = ("calm",)
    """How it changes when the answer does not help."""
    says_no_to: tuple[str, ...] = ()
    """A confirmation or an offer with one of these words in it is refused; ``*`` refuses all."""
    accepts_offers: bool = False
    """Says yes when a colleague is offered."""

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> Self:
        sends = self.sends is not None or self.page is not None
        if not any(self.opens_with) or (not all(self.opens_with) and not sends):
            raise ValueError(
                'an opener "" is a picture or voice message alone: it needs `sends` or `page`, and another opener in words'
            )
        return self


class Expect(_Part):
    """How the shop must stand in the end, and what the shopper must have been told."""

    rows: dict[str, tuple[Row, ...]] = {}
    """Table (`evals.judge.rows.TABLES`) -> rows that are new or changed, each matched by one row. Nothing: no effect at all."""
    no_other_writes: bool = True
    handed_over: bool | None = False
    """Whether a person has the conversation in the end; None: either is right."""
    replies_mention: tuple[str, ...] = ()
    replies_never_mention: tuple[str, ...] = ()
    last_reply_in: Lang | None = None
    """The language that the last answer is in."""


class Scenario(_Part):
    """One conversation and how it is judged."""

    id: str = pydantic.Field(pattern=r"^[\w.-]+$")
    lang: Lang
    role: Literal["shopper", "merchant"] = "shopper"
    """Who talks; a merchant has no `customer`."""
    customer: str | None = None
    """Who is signed in; None: a visitor, who proves who they are with what they know."""
    given: Given = Given()
    user: User
    expect: Expect = Expect()
    max_turns: int = pydantic.Field(default=16, ge=1, le=60)
    tags: tuple[str, ...] = ()
    """Flow and repair that it is about, for the figures."""

    @pydantic.model_validator(mode="after")
    def _of_one_role(self) -> Self:
        if self.role == "merchant" and self.customer is not None:
            raise ValueError("a merchant is no customer: leave `customer` out")
        return self

    @property
    def goal(self) -> str:
        """What the shopper wants."""
        return self.user.goal
