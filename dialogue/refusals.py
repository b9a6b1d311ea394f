"""What a refusal of the executor makes the flow do: ask again for something, or hand over."""

from __future__ import annotations

REASK: dict[str, tuple[str, ...]] = {
    "order_not_found": ("order",),
    "line_not_found": ("order_lines",),
    "quantity_too_high": ("order_lines",),
    "variant_unavailable": ("swaps",),
    "variant_not_found": ("swaps",),
    "same_variant": ("swaps",),
    "not_same_product": ("swaps",),
    "method_not_allowed": ("payment_method",),
    "payment_method_not_found": ("payment_method",),
    "same_method": ("payment_method",),
    "balance_too_low": ("payment_method",),
    "reason_not_accepted": ("reason",),
    "reason_needed": ("reason",),
    "line_repeated": ("order_lines",),
    "address_incomplete": ("address",),
    "address_unchanged": ("address",),
    "several_customers": ("proof",),
    "not_recognised": ("proof",),
    "tax_id_invalid": ("tax_id",),
    "tax_id_needed": ("tax_id",),
    "email_invalid": ("email",),
    "contact_invalid": ("contact",),
    "contact_needed": ("contact",),
    "coupon_not_found": ("coupon",),
    "product_not_found": ("product",),
    "price_rule": ("amount",),
    **dict.fromkeys(
        (
            "text_fact_missing",
            "text_unknown_fact",
            "text_claims",
            "text_markup",
            "text_wrong_language",
            "text_too_long",
        ),
        ("bot_words", "text"),
    ),
}
"""Refusal code -> the slot type that is forgotten and asked again."""

NEEDS_PERSON = frozenset({"refund_needs_person", "reason_needs_person", "needs_person", "too_many_attempts"})
