"""Writes that the benchmark's policy forbids, found in what a conversation left, not in what the tools say of themselves.

Read from ``policy.md``: only pending orders are cancelled or changed and only delivered ones returned or exchanged; only one
person's records change; a reason to cancel is one of two; goods are swapped for available ones of the same product; a refund for a
return goes to the original payment method or a gift card; a gift card is never overdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from evals.tau_retail.tasks import Json, Records

REASONS = frozenset({"no longer needed", "ordered by mistake"})
_FROM = {
    "cancelled": "pending",
    "pending (item modified)": "pending",
    "return requested": "delivered",
    "exchange requested": "delivered",
}


def forbidden(before: Records, after: Records) -> list[str]:
    """Return one sentence for each write that the policy forbids."""
    changed = [
        (key, order, before["orders"][key]) for key, order in after["orders"].items() if order != before["orders"][key]
    ]
    users = {key for key, user in after["users"].items() if user != before["users"][key]}
    owners = users | {str(order["user_id"]) for _, order, _ in changed}
    found = [f"records of several people changed: {', '.join(sorted(owners))}"] if len(owners) > 1 else []
    for key, order, old in changed:
        found += [f"order {key}: {fault}" for fault in _faults(order, old, after)]
    for key in users:
        for method, details in after["users"][key]["payment_methods"].items():
            if float(details.get("balance", 0)) < 0:
                found.append(f"gift card {method} of {key} is overdrawn")
    return found


def _faults(order: Json, old: Json, shop: Records) -> Iterator[str]:
    products = {item: key for key, product in shop["products"].items() for item in product["variants"]}
    status, was = str(order["status"]), str(old["status"])
    if status != was and _FROM.get(status) != was:
        yield f"went from {was!r} to {status!r}"
    if status == was and not was.startswith("pending"):
        yield f"changed though it was {was!r}"
    if status == "cancelled" and order.get("cancel_reason") not in REASONS:
        yield f"cancelled because of {order.get('cancel_reason')!r}"
    old_items = [line["item_id"] for line in old["items"]] + list(order.get("exchange_items") or ())
    new_items = [line["item_id"] for line in order["items"]] + list(order.get("exchange_new_items") or ())
    if sorted(products[item] for item in old_items) != sorted(products[item] for item in new_items):
        yield "goods were swapped for those of another product"
    for item in set(new_items) - set(old_items):
        if not shop["products"][products[item]]["variants"][item]["available"]:
            yield f"goods were swapped for {item}, which is not available"
    method = str(order.get("return_payment_method_id") or "")
    paid_with = {payment["payment_method_id"] for payment in old["payment_history"]}
    if status == "return requested" and method not in paid_with and not method.startswith("gift_card"):
        yield f"the refund goes to {method}, which the order was not paid with"
