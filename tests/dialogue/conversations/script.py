"""How a conversation test is written: who talks, what they write, what must come back, and how the shop stands at the end.

Talk(
    "a-mistaken-order-is-taken-back",
    "zh",
    EMMA,
    says("取消键盘那单", shows="D1001000003", asks="consent"),
    says("不对 是T恤那单", shows="D1001000002", hides="键盘"),
    says("确认", did="cancel_order"),
    repair="correction",
    rows=cancelled("D1001000002"),
)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from knowledge.types import Lang
from tests.dialogue.conversations.shop import Rows

Expects = Literal["consent", "choice", "offer", "nothing"]
"""What the buttons of a turn ask for: yes or no to an effect, one of some choices, yes or no to an offer, or nothing."""
Shown = Literal["text", "products", "order", "citation", "handoff"]

WANG, EMMA, LI, REED, CHEN = "C1001", "C1002", "C1003", "C1004", "C1005"
VISITOR = "visitor"
"""Nobody knows who this is until it is proven in the chat."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One turn: what the shopper writes (several messages: before the answer comes), and what the answer must be."""

    messages: tuple[str, ...]
    shows: tuple[str, ...]
    hides: tuple[str, ...]
    asks: Expects | None
    offers: tuple[str, ...]
    did: tuple[str, ...]
    kind: Shown | None
    lang: Lang | None
    silent: bool


def says(
    *messages: str,
    shows: str | tuple[str, ...] = (),
    hides: str | tuple[str, ...] = (),
    asks: Expects | None = None,
    offers: str | tuple[str, ...] = (),
    did: str | tuple[str, ...] = (),
    kind: Shown | None = None,
    lang: Lang | None = None,
    silent: bool = False,
) -> Line:
    """Write a turn.

    Args:
        shows: what the answer must contain, in its words, buttons or cards; `hides`: what it must not.
        asks: what the answer leaves open.
        offers: choices that must be among the buttons, by a part of their label.
        did: the tools that wrote something, in order; a turn that names none must have written nothing.
        kind: a reply of this type must be there.
        lang: language of the answer, where it is not the conversation's.
        silent: the bot must not answer at all.
    """
    return Line(messages, _many(shows), _many(hides), asks, _many(offers), _many(did), kind, lang, silent)


@dataclasses.dataclass(frozen=True)
class Desk:
    """What an agent does between two messages."""

    does: Literal["claims", "writes", "hands back"]
    text: str = ""


CLAIMS, HANDS_BACK = Desk("claims"), Desk("hands back")


@dataclasses.dataclass(frozen=True)
class Talk:
    """A conversation test. `rows` are the only changes in the shop; `ticket` is why a person was called, None: nobody was."""

    name: str
    lang: Lang
    who: str
    lines: tuple[Line | Desk, ...]
    repair: str = ""
    rows: Rows = dataclasses.field(default_factory=dict)
    ticket: str | None = None


def talk(
    name: str,
    lang: Lang,
    who: str,
    *lines: Line | Desk,
    repair: str = "",
    rows: Rows | None = None,
    ticket: str | None = None,
) -> Talk:
    """Return a conversation test, its lines in order."""
    return Talk(name, lang, who, lines, repair, rows or {}, ticket)


def _many(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def joined(*changes: Rows) -> Rows:
    """Return the rows of several effects together."""
    tables = dict.fromkeys(table for change in changes for table in change)
    return {table: [row for change in changes for row in change.get(table, ())] for table in tables}


# What the tools leave in the shop


def cancelled(order: str, *, refund: str, minor: int, reserved: int = 1, reason: str | None = None) -> Rows:
    """An order is cancelled, its money goes back the way it came, and its goods are free again."""
    why = {} if reason is None else {"cancel_reason": reason}
    return {
        "order": [{"id": order, "status": "cancelled", **why}],
        "payment": [_money(order, "refund", refund, minor)],
        "refund": [{**_money(order, "cancel", refund, minor), "status": "processing"}],
        "stock": [{}] * reserved,
    }


def returned(order: str, *skus: str, refund: str, minor: int, reason: str, quantities: Mapping[str, int] | None = None) -> Rows:  # fmt: skip
    """A return is requested; the refund waits for the goods."""
    counts = quantities or {}
    return {
        "order": [{"id": order, "status": "return_requested"}],
        "return": [{"order_id": order, "status": "requested", "reason": reason, "refund_minor": minor, "refund_method_id": refund}],
        "returnline": [{"sku": sku, "quantity": counts.get(sku, 1)} for sku in skus],
        "refund": [{**_money(order, "return", refund, minor), "status": "pending"}],
    }  # fmt: skip


def exchanged(order: str, swaps: Mapping[str, str], *, reason: str | None = None) -> Rows:
    """An exchange without difference in price is requested; the new goods are set aside."""
    why = {} if reason is None else {"reason": reason}
    return {
        "order": [{"id": order, "status": "exchange_requested"}],
        "exchange": [{"order_id": order, "status": "requested", "price_difference_minor": 0, **why}],
        "exchangeline": [{"old_sku": old, "new_sku": new} for old, new in swaps.items()],
        "stock": [{}] * len(swaps),
    }


def swapped(order: str, line: str, sku: str) -> Rows:
    """A line of an order that has not left becomes another variant at the same price."""
    return {
        "order": [{"id": order, "items_modified": 1}],
        "orderline": [{"id": line, "sku": sku}],
        "stock": [{}] * 2,
    }


def repaid(order: str, *, old: str, new: str, minor: int) -> Rows:
    """An order is paid another way."""
    return {
        "order": [{"id": order, "payment_method_id": new}],
        "payment": [_money(order, "payment", new, minor), _money(order, "refund", old, minor)],
        "refund": [{**_money(order, "payment_change", old, minor), "status": "processing"}],
    }


def protected(order: str, *, refund: str, minor: int) -> Rows:
    """The fall of a price is paid back."""
    return {
        "order": [{"id": order}],
        "payment": [_money(order, "refund", refund, minor)],
        "refund": [{**_money(order, "price_protection", refund, minor), "status": "processing"}],
    }


def _money(order: str, kind: str, method: str, minor: int) -> dict[str, object]:
    return {"order_id": order, "kind": kind, "payment_method_id": method, "amount_minor": minor}
