"""How it is paid or paid back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import Text
from knowledge.types import JsonObject

_ID = re.compile(r"\b((?:credit_card|gift_card|paypal|alipay|wechat_pay|bank_card)_\w+)\b", re.I)
_ORIGINAL = re.compile(
    r"\b(?:the |my )?original (?:form of |method of |mode of )?(?:payment|card|account|method)(?: method| form)?(?: (?:i|we) used)?"
    r"|\b(?:the )?same (?:card|payment(?: method)?|account|method)(?: (?:i|that i) (?:used|paid with|ordered with))?(?! for)"
    r"|\b(?:card|account|method|payment method) (?:that )?i (?:originally )?(?:paid|used|ordered)(?: (?:with|for)\b(?: (?:it|this|that|the order))?)?"
    r"|\bwhere it came from|\bhow i paid\b|\bback to the card\b(?! (?:that )?(?:end|number))"
    r"|原路(?:退回|返回|退款|退)?|原(?:来的?|先的?)?(?:的)?(?:支付|付款)(?:方式|账户|渠道)|原(?:来的)?(?:卡|账户)|付款(?:的)?(?:那张)?(?:卡|账户)|怎么付的(?:就)?(?:退)?(?:到)?哪"
)
_KINDS: tuple[tuple[str, str, JsonObject], ...] = (
    (r"\bvisa\b|维萨", "credit_card", {"brand": "visa"}),
    (r"\bmaster ?ca?rd\b|\bmc\b|万事达", "credit_card", {"brand": "mastercard"}),
    (r"\b(?:amex|american express)\b|运通", "credit_card", {"brand": "amex"}),
    (r"\bunion ?pay\b|银联", "bank_card", {"brand": "unionpay"}),
    (r"\bgift[ -]?cards?\b|\bgc\b|\bstore credit\b|礼品卡|礼物卡|购物卡|储值卡", "gift_card", {}),
    (r"\bpay ?pal\b|贝宝", "paypal", {}),
    (r"\bali ?pay\b|(?<![a-z])zfb(?![a-z])|支付宝|花呗", "alipay", {}),
    (r"\bwe ?chat(?: ?pay)?\b|(?<![a-z])wx(?![a-z])|微信(?:支付|钱包|零钱)?", "wechat_pay", {}),
    (r"\bdebit card\b|\bbank card\b|\bbank account\b|银行卡|储蓄卡|借记卡|[工农建招中交]行卡|招商银行卡?|建设银行卡?|工商银行卡?", "bank_card", {}),
    (r"\bcredit[ -]?cards?\b|\bcc\b|信用卡", "credit_card", {}),
    (r"(?:^|[,.;!?]\s*)(?:(?:ok|okay|well|no|hm+|sorry|then|so|just|actually)\W+)*card(?= (?:is (?:fine|good|ok|okay|better|best)|then|please|pls|again|after all|it is)\b|\W*$)|\b(?:my |the |a |another |other |different |new )(?:normal |usual |regular |ordinary |own |bank )?card\b(?! (?:is|was)\b(?! (?:the|ending|on file|saved))| (?:isn't|isnt|has|had|got|gets|keeps|expire[ds]|doesn't|doesnt|won't|wont|stopped)\b)|另(?:外)?一?张卡|别的卡|其他(?:的)?卡|那张卡|这张卡|我的卡|卡里", "credit_card", {}),
)  # fmt: skip
_TAIL = r"(?:\s*(?:card|卡))?[ ,(-]*(?:(?:that )?(?:end(?:s|ing)?|number)(?: (?:in|with|on|is))?|尾号(?:是|为)?|\*+|x{4}-?|#)\s*\(?(\d{4})\)?"
_KIND_PATTERNS = tuple(
    (re.compile(f"(?a:(?:{pattern})(?:{_TAIL}|(?: card)? \\(?(\\d{{4}})\\)?(?!\\d))?)"), kind, extra)
    for pattern, kind, extra in _KINDS
)
_TAIL_FIRST = re.compile(
    r"(?:the |my )?(?:card |one |account )(?:that )?(?:end(?:s|ing)?)(?: (?:in|with|on))?\s+(?P<en>\d{4})\b|\b(?:the|my) (?P<card>\d{4}) (?:card|one)\b"
    r"|(?:尾号(?:是|为)?\s*(?P<zh>\d{4})\s*的?(?:那张|那个)?|(?<![\da-z])(?P<bare>\d{4})(?:结尾)?的?(?:[那这]张的?|(?=[信银储礼]\w{1,2}卡|卡)))(?P<word>信用卡|银行卡|储蓄卡|礼品卡|卡)?"
)

_NOT_THIS = re.compile(
    r"(?:\binstead of|\brather than|\b(?:in|to take) (?:the )?place of|\bover|\bnot(?: on| to| with)?|\bfrom)(?: (?:my|the))? $|(?:而不是|不要用?|不用|别用|不是|从|代替|取代|替换?掉)(?:我的)?$"
)

_TAKEN_FROM = re.compile(
    r"\b(?:take|taken|charged?|pay|paid|deduct(?:ed)?|debit(?:ed)?|draw)\b[^,.;!?]{0,25}\bfrom (?:(?:my|the) )?$"
)
_PAYS_AFTER = re.compile(r"\s*(?:里|上)?(?:面)?(?:扣|付|出|走|划|支付)")


def payment_methods(text: Text) -> Iterator[Entity]:
    """Yield payment methods: by id, by kind and last digits, or "the original one"."""
    for match in _ID.finditer(text.plain):
        kind = match[1].lower().rsplit("_", 1)[0]
        yield entity(text, "payment_method", {"kind": kind, "id": match[1].lower()}, match.span())
    for match in _ORIGINAL.finditer(text.low):
        yield entity(text, "payment_method", {"original": True}, match.span())
    for match in _TAIL_FIRST.finditer(text.low):
        word = match["word"] or ""
        kind = {"信用卡": "credit_card", "银行卡": "bank_card", "储蓄卡": "bank_card", "礼品卡": "gift_card"}.get(word)
        value: JsonObject = {"last_four": match["en"] or match["card"] or match["zh"] or match["bare"]}
        yield entity(text, "payment_method", ({"kind": kind} if kind else {}) | value, match.span())
    for pattern, kind, extra in _KIND_PATTERNS:
        for match in pattern.finditer(text.low):
            value = ({"kind": kind} if kind else {}) | dict(extra)
            if last_four := match[1] or match[2]:
                value["last_four"] = last_four
            if _is_left(text.low, match):
                value["negated"] = True
            yield entity(text, "payment_method", value, match.span(), score=1.0 if value else 0.5)


def _is_left(low: str, method: re.Match[str]) -> bool:
    """Whether it is paid in this way no longer: "from the card to PayPal", but not "take it from PayPal"."""
    before = low[: method.start()]
    pays = _TAKEN_FROM.search(before[-45:]) or (before.endswith("从") and _PAYS_AFTER.match(low, method.end()))
    return bool(_NOT_THIS.search(before[-20:])) and not pays
