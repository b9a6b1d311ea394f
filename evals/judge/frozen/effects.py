"""The rows that the effects of a conversation left in the shop, as a scenario expects them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dialogue.turn import Action
from evals.judge.scenario import Row
from knowledge.money import Money
from knowledge.types import JsonObject

Placed = tuple[str, str, Row]
"""Table, what tells the row from the others of its table, and its fields. A later effect on the same row wins."""


def expected_rows(effects: Iterable[Action]) -> dict[str, tuple[Row, ...]]:
    """Return table -> rows; an effect of a shop's own tool is not told."""
    known = [action for action in effects if action.tool in _ROWS]
    placed = [each for action in known for each in _ROWS[action.tool](action.arguments, action.result)]
    if any(table == "refunds" for table, _, _ in placed):  # a table that is named is exact: the money of the others too
        placed += [each for action in known for each in _refunded(action)]
    found: dict[str, dict[str, Row]] = {}
    for table, key, row in placed:
        rows = found.setdefault(table, {})
        rows[key] = {**rows.get(key, {}), **row}
    return {table: tuple(rows.values()) for table, rows in found.items()}


def _refunded(action: Action) -> Iterator[Placed]:
    """Yield the refunds that an effect brought with it."""
    if action.tool == "claim_price_protection":
        return
    one = action.result.get("refund")
    for place, part in enumerate(action.result.get("refunds") or ([one] if one else [])):
        order = _order(action.result)
        row = {"order": order, "amount": _major(part["amount"]), "refund_to": part["method"]["kind"]}
        yield "refunds", f"{action.receipt} {place}", row


def _cancelled(_arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    order = _order(done)
    yield "orders", order, {"id": order, "status": "cancelled"}
    if done["coupon_code"]:
        yield "coupons", done["coupon_code"], {"code": done["coupon_code"], "status": "unused"}


def _readdressed(arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    order = str(arguments["order_id"])
    yield "orders", order, {"id": order, **_address(done["after"])}


def _repaid(arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    order = str(arguments["order_id"])
    yield "orders", order, {"id": order, "paid_with": done["charged"]["kind"]}


def _changed(_arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    order = _order(done)
    pieces = {line["line_id"]: line["quantity"] for line in done["order"]["lines"]}
    for swap in done["swaps"]:
        line, quantity = swap["line"], swap["line"]["quantity"]
        yield (
            "lines",
            f"{line['line_id']} {swap['new_sku']}",
            {"order": order, "sku": swap["new_sku"], "quantity": quantity},
        )
        if left := pieces[line["line_id"]] - quantity:
            yield "lines", line["line_id"], {"order": order, "sku": line["sku"], "quantity": left}


def _exchanged(_arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    for swap in done["swaps"]:
        line = swap["line"]
        row = {"order": _order(done), "sku": line["sku"], "new_sku": swap["new_sku"], "quantity": line["quantity"]}
        yield "exchanges", line["line_id"], {**row, "price_difference": _major(done["difference"])}


def _returned(_arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    refund = done["refund"]
    money = {"refund": _major(refund["amount"]), "refund_to": refund["method"]["kind"]}
    for line in done["lines"]:
        row = {"order": _order(done), "sku": line["sku"], "quantity": line["quantity"], "status": "requested"}
        yield "returns", f"{done['return_id']} {line['line_id']}", {**row, **money}


def _moved(_arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    yield "addresses", "default", {**_address(done["after"]), "default": True}


def _invoiced(arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    fields = {name: done[name] for name in ("kind", "title", "tax_id", "email")}
    order = str(arguments["order_id"])
    yield "invoices", str(done["invoice_id"]), {"order": order, **fields, "amount": _major(done["amount"])}


def _protected(_arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    order, amount = _order(done), done["refund"]["amount"]
    for line in done["lines"]:
        row = {"order": order, "kind": "price_protection", "refund_to": done["refund"]["method"]["kind"]}
        yield (
            "refunds",
            line["line"]["line_id"],
            {**row, "amount": _major(line["difference"] if len(done["lines"]) > 1 else amount)},
        )


def _claimed(_arguments: JsonObject, done: JsonObject) -> Iterator[Placed]:
    code = str(done["coupon"]["code"])
    yield "coupons", code, {"code": code, "status": "unused"}


_ROWS: dict[str, Callable[[JsonObject, JsonObject], Iterator[Placed]]] = {
    "cancel_order": _cancelled,
    "change_default_address": _moved,
    "change_order_address": _readdressed,
    "change_order_items": _changed,
    "change_order_payment": _repaid,
    "claim_coupon": _claimed,
    "claim_price_protection": _protected,
    "exchange_items": _exchanged,
    "request_invoice": _invoiced,
    "return_items": _returned,
}


def _order(done: JsonObject) -> str:
    return str(done["order"]["order_id"])


def _address(fields: JsonObject) -> dict[str, Any]:
    return {name: fields[name] for name in ("line1", "city", "postcode")}


def _major(amount: JsonObject) -> float:
    return float(Money(amount["minor"], amount["currency"]).major)
