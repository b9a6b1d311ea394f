"""Questions about the shop's rules: those of several clauses, and what of their words the documents are searched by."""

from __future__ import annotations

import re

from dialogue import browsing
from dialogue.commands import AskKnowledge, Command, Entity, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS, GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.text import HAN

WHOLE = 0.5
"""Chance from which a message of several clauses is one question."""
_RULED = frozenset({"request_invoice", "claim_coupon", "list_coupons", "order_status", "track_order", "refund_status"})
"""Procedures besides those with an effect that the shop's rules are asked about."""


def is_one_question(reading: Reading, found: list[Command]) -> bool:
    """Whether a message of several clauses is one question about the shop's rules: "if I only buy a cream, what do you charge?".

    The clauses before the question only say for which case it is asked: alone they are no clear wish.
    """
    if any("id" in item.value for item in reading.entities):
        return False
    if len(found) > 1 and all(isinstance(one, AskKnowledge) for one in found):
        return asks_where_refunds_go(reading, tuple(reading.entities), reading.text.low)
    best, chance = reading.classify(reading.masked())[0]
    if best != "ask_knowledge" or chance < WHOLE:
        return False
    wishes = [one for one in found if isinstance(one, StartFlow)]
    rules = all(one.flow in EFFECTS | _RULED for one in wishes)
    unclear = all(
        (one.score < CLEAR and segments.cue(one.text.lower()) is None) or phrases.asks_what(one.text.lower())
        for one in wishes
    )
    return bool(wishes) and rules and unclear


def of_the_rules(reading: Reading, entities: tuple[Entity, ...], low: str) -> bool:
    """Whether words that sound like a wish ask for the shop's rules: more goods for an order, a proof that is lost, a coupon that was forgotten, where returns and refunds go."""
    if lacks_a_proof(low, reading.text.low) or asks_where_to_send(reading, low) or asks_before_buying(low, entities):
        return True
    if may_go_back(reading, entities, low) or _MISSED_COUPON.search(low):
        return True
    return adds_to_an_order(low) or asks_where_refunds_go(reading, entities, low)


def asks_where_refunds_go(reading: Reading, entities: tuple[Entity, ...], low: str) -> bool:
    """Whether it is asked by which way refunds go, of none in particular: where one is being made it says which way this one shall go."""
    ways = any(item.type == "payment_method" for item in entities)
    of_one = any(item.type in _OF_ONE and item.score > GUESSED for item in entities)
    takes_money = "payment_method" in reading.view.flow_slots.values()
    return ways and not of_one and not takes_money and phrases.asks_where_refunds_go(low)


_OF_ONE = frozenset({"product", "order_ref", "sku", "ordinal", "date"})
"""What tells one purchase from others."""
_ADDS = re.compile(
    r"\b(?:add|put|pop|slip|stick|include|throw|toss|squeeze|extra|another|one more|additional)\b[^.!?]{0,60}\b(?:to|2|in|into|on|onto)\b[^.!?]{0,20}(?:\border\b|#?\b[a-z]{1,3}\d{4,})"
    r"|(?:订单|单|[a-z]?\d{4,})[^，。！？]{0,8}(?:多|再|添|追加|补)(?:加|放|塞|来|添)?(?:上|进)?[一两几]?[个件双条瓶支只份](?!月|小时|多|(?:电子|纸质|增值税)?(?:发票|专票|普票|票|收据|单据|凭证))|(?:加|添|塞)(?:到|进|在)[^，。！？]{0,8}(?:订单|那单|单子|[a-z]?\d{4,})"
)


_MISSED_COUPON = re.compile(
    r"\b(?:didn't|didnt|did not|forgot to) (?:\w+ )?(?:apply|use|enter|add|put|redeem)\b[^.;!?]{0,16}\b(?:coupon|voucher|(?:promo|discount) code)s?\b"
    r"|忘(?:了|记)?(?:用|使用|填|输|勾)[^,，。]{0,6}(?:券|优惠码)|(?:券|优惠码)[^,，。]{0,4}忘(?:了|记)?(?:用|使用|填|输|勾)"
)
"""A coupon that was not used when it was time to: whether it can be made good is for the rules."""
_PROOF = r"(?:receipt|packing slip|proof of purchase|till slip)"
_LACKS = re.compile(
    rf"\b(?:don't have|do not have|dont have|haven't got|have not got|no longer have|(?:can't|cannot|cant|couldn't) find|lost|misplaced|threw (?:away|out)|(?:i have|i've|i've got|got|with) no|without)\b[^.;!?]{{0,16}}\b{_PROOF}\b|\b{_PROOF}\b[^.;!?]{{0,12}}\b(?:is gone|got lost|is lost|went missing|is missing)\b"
    r"|(?:小票|收据|购物凭证|购买凭证)[^,，。]{0,6}(?:丢|没(?!到)|找不[到着]|扔|不见|不在)|(?:没有?(?!收)|丢了|弄丢了?|找不到|扔了)[^,，。]{0,4}(?:小票|收据|购物凭证|购买凭证)"
)
_ASKS_FOR_ONE = re.compile(
    r"\b(?:another|new|copy|duplicate|fresh|send|resend|reissue|e-?mail|print|get|issue|give|invoice|(?:can|could|may) i have)\b|补|重新|再[开打给发]|[开打]一?[张份]|给我|发我|发票"
)


def lacks_a_proof(low: str, whole: str) -> bool:
    """Whether it is said that the receipt is gone, and no other one is asked for in the message: "I don't have the receipt", 小票丢了还能退吗."""
    return bool(_LACKS.search(low)) and not _ASKS_FOR_ONE.search(whole)


_IN_SHOPPING = frozenset({"find_products", "product_details", "check_stock", "compare_products", "size_advice"})
_MAY_GO_BACK = re.compile(
    r"(?:可以|能|可不可以|能不能)(?:不[能可])?(?:以)?(?:退|换)(?:货|掉)?(?:吗|么|不|嘛)?\W*$|\b(?:can|could) (?:i|we|she|he|they) (?:return|exchange|send) (?:it|them|this)(?: back)?\b"
)
_NOT_BOUGHT = frozenset({"order_ref", "product", "sku", "date"})


def may_go_back(reading: Reading, entities: tuple[Entity, ...], low: str) -> bool:
    """Whether it is asked if goods may go back that are only looked at: 她不喜欢可以退吗, after 口红有吗."""
    looks = reading.view.last_flow in _IN_SHOPPING and reading.view.active_flow is None
    named = any(item.type in _NOT_BOUGHT for item in entities)
    return looks and not named and not browsing.speaks_of_own(low) and bool(_MAY_GO_BACK.search(low))


_IF_ORDERED = re.compile(
    r"\b(?:if|when|once) i (?:order|buy|pay)\b|\border(?:ed)? (?:it )?(?:now|today|tonight)\b|(?:现在|今天|今晚|马上)(?:买|拍|下单)"
)
_HOW_SOON = re.compile(
    r"\b(?:when|how (?:soon|long|fast))\b[^.!?]{0,40}\b(?:arriv\w*|deliver\w*|get|come|here|ship\w*)\b|(?:几天|多久|多长时间|什么时候|啥时候|几号|哪天)[^,，。！？]{0,6}(?:到|发|送|收)"
)


def asks_before_buying(low: str, entities: tuple[Entity, ...]) -> bool:
    """Whether it is asked how soon goods would come that are not ordered yet: 现在下单几天到北京; with goods named their page may say."""
    named = any(item.type == "product" and item.value.get("product_ids") for item in entities)
    return not named and bool(_IF_ORDERED.search(low) and _HOW_SOON.search(low))


_WHERE_TO = re.compile(
    r"\b(?:where|(?:what|which) address) (?:do|should|shall|must|would|can) (?:i|we) (?:send|post|ship|mail|take|bring|drop|return)\b|(?:[寄邮]|[退送]回|退)(?:回|货)?(?:到|去|给|往)?(?:你们)?(?:哪|谁|(?:什么|啥)地[方址])"
)
_SENT_BACK = frozenset({"return_items", "exchange_items"})


def asks_where_to_send(reading: Reading, low: str) -> bool:
    """Whether it is asked where goods that go back are sent, while that is done or just after: "where do I send it?", 寄到哪."""
    view = reading.view
    return bool({view.active_flow, view.last_flow} & _SENT_BACK) and bool(_WHERE_TO.search(low))


_OF_AN_ORDER = re.compile(
    r"\b(?:order(?:s|ed)?|shipping|postage|delivery|return|refund|warranty)\b|订单|单子|那单|运费|邮费|快递费|包邮|退|保修"
)


def adds_to_an_order(low: str) -> bool:
    """Whether more goods are to go into an order that is placed: "add one more candle to D1", 那单再加一件. The rules say whether they may."""
    return bool(_ADDS.search(low))


def to_documents(reading: Reading, start: int, end: int, score: float, source: str = "classifier") -> AskKnowledge:
    """Return a question to the documents, without the names of people: no document speaks of them."""
    words = reading.words(start, end)
    entities = reading.within(start, end)
    named = any(item.type == "person_name" for item in entities)
    query = reading.masked(start, end) if named else words
    generic = _generic(reading, start, end, entities)
    goods = tuple(item for item in entities if item.type in {"product", "category", "option"})
    goods = goods if any(item.value.get("product_ids") for item in goods) else ()
    return AskKnowledge(query=query, goods=goods, generic=generic, text=words, score=score, source=source)


def _generic(reading: Reading, start: int, end: int, entities: tuple[Entity, ...]) -> str:
    if not _OF_AN_ORDER.search(reading.text.low[start:end]) and not any(one.type == "order_ref" for one in entities):
        return ""
    chinese = bool(HAN.search(reading.text.plain[start:end]))
    goods, order = ("商品", "订单") if chinese else ("item", "my order")
    said = {item.start: (item.end, goods if item.type == "product" else order) for item in entities if _is_a_name(item)}
    pieces, place = [], start
    for at in sorted(said):
        if at >= place:
            pieces += [reading.text.plain[place:at], said[at][1]]
            place = said[at][0]
    return " ".join("".join([*pieces, reading.text.plain[place:end]]).split()) if pieces else ""


def _is_a_name(item: Entity) -> bool:
    return item.type == "product" or (item.type == "order_ref" and "id" in item.value)
