"""The kinds of slot that a flow may have, each with the function that fills it from what was heard."""

from dialogue.flows.model import SlotSpec
from dialogue.slots import (
    address,
    changes,
    coupons,
    days,
    documents,
    figures,
    goods,
    order_lines,
    orders,
    payment,
    prices,
    products,
    simple,
    swaps,
    wording,
)
from dialogue.slots.base import DeadEnd, Elsewhere, Filled, Filling, Question, Reader, SlotContext, SlotFiller

SLOT_FILLERS: dict[str, SlotFiller] = {
    "order": orders.fill_order,
    "order_optional": orders.fill_order_optional,
    "order_lines": order_lines.fill_order_lines,
    "swaps": swaps.fill_swaps,
    "payment_method": payment.fill_payment_method,
    "address": address.fill_address,
    "reason": simple.fill_reason,
    "choice": simple.fill_choice,
    "yes_no": simple.fill_yes_no,
    "text": simple.fill_text,
    "tax_id": simple.fill_tax_id,
    "email": simple.fill_email,
    "contact": simple.fill_contact,
    "coupon": simple.fill_coupon,
    "proof": simple.fill_proof,
    "body": simple.fill_body,
    "product": products.fill_product,
    "products": products.fill_products,
    "options": products.fill_options,
    "question": products.fill_question,
    "search": products.fill_search,
    "amount": prices.fill_amount,
    "amounts": prices.fill_amounts,
    "picture": prices.fill_picture,
    "figures": figures.fill_figures,
    "count": prices.fill_count,
    "chance": simple.fill_chance,
    "shop_coupon": coupons.fill_shop_coupon,
    "coupon_terms": coupons.fill_coupon_terms,
    "document": documents.fill_document,
    "document_text": documents.fill_document_text,
    "open_change": changes.fill_open_change,
    "bot_text": wording.fill_bot_text,
    "bot_words": wording.fill_bot_words,
    "day": days.fill_day,
    "period": days.fill_period,
    "goods": goods.fill_goods,
}

ACCEPTS: dict[str, frozenset[str]] = {
    "order": frozenset({"order_ref"}),
    "order_optional": frozenset({"order_ref"}),
    "order_lines": frozenset({"product", "ordinal", "quantity"}),
    "swaps": frozenset({"option", "sku"}),
    "payment_method": frozenset({"payment_method"}),
    "address": frozenset({"address", "postcode", "phone"}),
    "reason": frozenset({"reason"}),
    "email": frozenset({"email"}),
    "contact": frozenset({"phone", "email"}),
    "tax_id": frozenset({"tax_id"}),
    "coupon": frozenset({"coupon_code"}),
    "body": frozenset({"height_cm", "weight_kg", "foot_length_mm", "option"}),
    "product": frozenset({"product", "ordinal"}),
    "products": frozenset({"product", "ordinal"}),
    "options": frozenset({"option"}),
    "search": frozenset({"product", "category", "brand", "option", "amount"}),
    "amount": frozenset({"amount"}),
    "amounts": frozenset({"amount"}),
    "count": frozenset({"amount", "quantity"}),
}
"""Which entities change a slot that is already filled."""


def accepts(spec: SlotSpec) -> frozenset[str]:
    """Return which entities change this slot once it is filled."""
    return ACCEPTS.get(spec.type, frozenset()) | ({spec.takes} if spec.takes is not None else frozenset())


__all__ = [
    "ACCEPTS",
    "SLOT_FILLERS",
    "DeadEnd",
    "Elsewhere",
    "Filled",
    "Filling",
    "Question",
    "Reader",
    "SlotContext",
    "SlotFiller",
    "accepts",
]
