"""Questions about what the shop sells: about one of the goods just listed, or whether there is some kind of goods at all."""

from __future__ import annotations

import re

from dialogue import browsing
from dialogue.commands import Entity, View
from dialogue.understanding.phrases import is_question
from knowledge.questions import questions

_AMONG = re.compile(r"\b(?:and|or|than|vs\.?|versus|between)\b|[和跟与比]|还是")
SURE = 0.40
"""Chance above which an intent is acted on without asking."""
CLEAR = 0.62
"""Chance above which a message that could answer the pending question is taken for another wish."""
GUESSED = 0.5
"""Score of a question to the documents in which nothing else was heard."""
HEARD = 0.25
"""Chance from which a search for goods that are named is taken for one: it shows and changes nothing."""
EFFECTS = frozenset(
    {
        "return_items",
        "exchange_items",
        "cancel_order",
        "change_items",
        "change_payment",
        "price_protection",
        "change_order_address",
        "change_default_address",
    }
)
"""Procedures that change something: "who pays for it?" starts none of them unless it is clear."""
_FLOWS = frozenset(
    {"product_details", "check_stock", "compare_products", "price_history", "size_advice", "find_products"}
)
FAULTS = frozenset({"bad_quality", "damaged", "defective", "not_as_described"})
_PROCEDURES_BESIDE = frozenset({"inform", "affirm", "deny", "repeat", "cancel_flow", "out_of_scope", "ask_human"})


def of_goods(view: View, low: str, entities: tuple[Entity, ...], best: str, chance: float) -> str | None:
    """Return the flow that a question about goods asks for, where the classifier heard none or another one; None: leave it to that.

    Args:
        best, chance: what the classifier heard.
    """
    if any(item.type == "order_ref" for item in entities):
        return None
    talk = best == "ask_knowledge" or best in _PROCEDURES_BESIDE or best.startswith("chit_chat.")
    unsure = talk or chance < (SURE if best in _FLOWS else CLEAR)
    priced = unsure or (chance < CLEAR and best != "price_history")
    if (talk or best in _FLOWS) and _compares(low, entities):
        return "compare_products"
    if (unsure and _of_the_shown(view, low, entities)) or _of_one_shown(view, best, entities):
        return "product_details"
    topics = {topic.name for topic in questions().asked(low)} if _names_one(entities) else set()
    stated = talk and topics and "warranty" not in topics  # the documents know of warranties
    if (talk and _asks_about_own(low, entities)) or stated or (priced and "price" in topics):
        return "product_details"
    if chance < CLEAR and best not in _FLOWS and view.shown > 1 and questions().asked(low):
        return "product_details"
    kind = any(item.type == "product" and item.value.get("kinds") for item in entities)
    if not kind:
        has_it = unsure and browsing.asks_for_goods(low) and any(item.value.get("product_ids") for item in entities)
        return "check_stock" if has_it and any(item.type == "option" for item in entities) else None
    if browsing.speaks_of_own(low):
        return None
    if best == "find_products" and chance >= HEARD:
        return best
    if best in _FLOWS and chance >= SURE:
        return "find_products" if browsing.asks_for_a_list(low) else None
    return "find_products" if chance < CLEAR and browsing.asks_for_goods(low) else None


def _compares(low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether it is asked which of two products named comes first: "is the satin lipstick dearer than the matte one?"."""
    named = [frozenset(item.value.get("product_ids") or ()) for item in entities if item.type == "product"]
    apart = any(one and other and not one <= other and not other <= one for one in named for other in named)
    return apart and bool(_AMONG.search(low)) and questions().compared_by(low) is not None


def _asks_about_own(low: str, entities: tuple[Entity, ...]) -> bool:
    named = any(item.type == "product" and item.value.get("product_ids") for item in entities)
    return named and browsing.asks_about_own(low)


def _names_one(entities: tuple[Entity, ...]) -> bool:
    """Whether a product is named, not only its kind: "how much is the Book 14", Buds 2续航多久."""
    return any(
        item.type == "product" and item.value.get("product_ids") and not item.value.get("generic") for item in entities
    )


_PAID_BACK = re.compile(
    r"退(?:款|钱|回|到|给|我|的)*(?:支付宝|微信|信用卡|银行卡|礼品卡|花呗|原路|原来的卡|卡里|visa|paypal)"
    r"|\b(?:refund|money)(?: it| me| goes?| back)* (?:to|on|onto) (?:my |the )?(?:original |credit |debit |gift )?(?:card|visa|mastercard|paypal|alipay|account)\b"
)


def wants_money_back(low: str) -> bool:
    """Whether it is said where a refund shall go: of faulty goods that they shall go back."""
    return bool(_PAID_BACK.search(low))


def of_the_procedure(view: View, best: str) -> bool:
    """Whether "does that cost me anything?" is about what is going on: no goods are on the table that it could be about."""
    about_goods = best in _FLOWS and best != "find_products"
    return about_goods and view.active_flow not in (None, *_FLOWS) and not view.focused and view.shown == 0


def _of_the_shown(view: View, low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether one of the goods just listed is meant: "the battery life of the second one", 最轻的那个有白色吗."""
    places = [item.value.get("n") for item in entities if item.type == "ordinal"]
    listed = any(isinstance(n, int) and (n == -1 or n <= view.shown) for n in places)
    return listed or (view.shown > 1 and browsing.picks_one(low))


def _of_one_shown(view: View, best: str, entities: tuple[Entity, ...]) -> bool:
    """Whether just one of the goods listed is pointed to by its place, and no others are named."""
    places = [item.value.get("n") for item in entities if item.type in {"ordinal", "product"}]
    heard = best in {"compare_products", "check_stock"} and view.shown > 1
    return heard and len(places) == 1 and isinstance(places[0], int) and places[0] <= view.shown


def complains_of_own(low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether something is said to be wrong with goods that were bought: 我买的黑T恤起球了怎么办."""
    codes = {item.value.get("code") for item in entities if item.type == "reason"}
    return "missing_item" in codes or (bool(codes & FAULTS) and _is_own(low, entities))


def _is_own(low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether goods have been bought: it is said, they came, or something is stated of them that nobody knows of goods on sale."""
    named = any(item.type == "product" and item.value.get("product_ids") for item in entities)
    states = not (is_question(low.strip()) or browsing.asks_for_goods(low)) or _HOW_COME.search(low) is not None
    return browsing.speaks_of_own(low) or (named and (states or _CAME.search(low) is not None))


_HOW_COME = re.compile(
    r"(?:怎么|咋)[^,，。！？?]{1,8}了\W*$|^\W*(?:why|how come) (?:is|does|has|did|are|do) (?:my|the)\b"
)
"""A question that only complains: 台灯怎么不亮了."""
_CAME = re.compile(r"\b(?:arrived|came|turned up|unpacked|unboxed|opened)\b|到手|刚到|拆开")
