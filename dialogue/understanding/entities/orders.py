"""Which order: ids, endings, and words such as "my last order" or 昨天那单; SKUs, coupon codes, tracking numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import Text
from knowledge.types import JsonObject

_ID = re.compile(
    r"(?<![A-Za-z0-9_@.-])#\s?([A-Za-z]{0,3}-?\d{3,16})(?![A-Za-z0-9_@])|(?<![A-Za-z0-9_#@.-])([WwDdOo]-?\d{6,14}|[A-Z]{1,3}-?\d{7,14}|O\d{4,6})(?![A-Za-z0-9_@])"
)
_NAMED_ID = re.compile(
    r"(?:\border(?:s)?(?: (?:number|no\.?|id|num|ref(?:erence)?))?\s*(?:is|was|:|=|#)*\s*|订单(?:编号|号码|号)?\s*(?:是|为|:|=|#)*\s*|单号\s*(?:是|为|:)*\s*)"
    r"#?([A-Za-z]{0,3}-?\d{4,16})(?![A-Za-z0-9_@.]*\d)", re.I)  # fmt: skip
_MORE_IDS = re.compile(r"\s*(?:,|and|&|、|和|跟|以及|or|还有)\s*#?([A-Za-z]{0,3}-?\d{4,16})(?![A-Za-z0-9_])", re.I)
_TRACKING = re.compile(
    r"(?:tracking (?:number|no\.?|id|code)|快递单号|运单号|物流单号|快递号|包裹号)\s*(?:is|was|:|是|为|#)*\s*([A-Za-z]{0,4}\d{6,22}[A-Za-z]{0,2})"
    r"|(?<![A-Za-z0-9])((?:SF|YT|ZTO|JDVB|JDX|JD|STO|YD|EMS|1Z)[0-9A-Z]{10,18})(?![A-Za-z0-9])", re.I)  # fmt: skip
_COUPON = re.compile(
    r"(?:coupon|promo|promotion|discount|voucher)(?: code)?\s*(?:is|:|called|named)?\s*[\"']?([A-Z][A-Z0-9_-]{3,15})\b"
    r"|(?:优惠券?码|券码|折扣码|兑换码|口令)\s*(?:是|为|:)*\s*([A-Za-z0-9_-]{4,16})|(?a:(?<![\w#-])([A-Z]{3,12}\d{1,4}(?:OFF)?)(?![\w-]))"
)
_TAIL_EN = re.compile(
    r"\b(?:order|one|number)s?(?: number)?\s+(?:that )?(?:end(?:s|ing)?|finish(?:es|ing)?)(?: (?:in|with|on))?\s+(?:#)?(\d{2,6})\b"
    r"|\bthe [¥$£€]?(\d{3,5}) order\b"
)
_TAIL_ZH = re.compile(
    r"(?:订单|单)?(?:号)?(?:的)?(?:尾号|末尾|末[两三四]位|后[两三四]位|最后[两三四]位|结尾)(?:数)?(?:是|为|:)?\s*(\d{2,6})(?:\s*(?:的)?(?:那)?(?:个|笔|一)?(?:订单|单))?|(?<!\d)(\d{3,5})(?:块钱?|元)?(?:的?那|的)(?:一?[个笔])?(?:订单|单)|(\d{2,6})\s*(?:结尾|尾号)(?:的)?(?:那)?(?:个|笔)?(?:订单|单)"
)
_TAILS = re.compile(
    r"(?<![\da-z])#?\d{2,4}(?:\s*(?:[、,，和跟与及]|以及|还有)\s*#?\d{2,4})+(?=\s*的?(?:这|那)?(?:[两二三四几]|\d)?(?:个|笔)?(?:订单|单))"
    r"|(?<=\borders )(?:(?:ending|finishing) (?:in|with|on) )?#?\d{2,3}(?:(?:\s*,\s*(?:and )?|\s*(?:and|&)\s*)#?\d{2,3})+(?![\w-])"
)
"""Several orders by their endings: 01和03这两个订单, "orders 01 and 03"."""
_CARD_BEFORE = re.compile(r"(?:card|visa|mastercard|amex|卡)[^,.;，。；]{0,12}$")

_RELATIVE: tuple[tuple[str, JsonObject], ...] = (
    (r"(?<!quick )\b(?:the )?(?:order|one) before (?:that|this|the last(?: one)?|it(?! (?:goes|leaves|ships|is|gets|has|was|can|will|even|comes|arrives)\b))|\b(?:my |the )?(?:second|2nd)[ -](?:to[ -])?last order|上上(?:一)?(?:个|次|笔)?(?:的)?(?:订单|单)|再?(?:上|前)一单之前|前面?(?:那|一)个订单|再之前(?:的)?那?(?:个|单)|倒数第二(?:个|单|笔)(?:订单)?", {"relative": "previous"}),
    (r"\ball (?:of )?(?:my |the )?(?:pending|unshipped|open) orders?|(?:所有|全部)(?:的)?(?:待发货|未发货|没发货|待处理)(?:的)?订单", {"status": "pending", "all": True}),
    (r"\ball (?:of )?(?:my |the )?delivered orders?|(?:所有|全部)(?:的)?(?:已送达|已签收|已收到|收到)(?:的)?订单", {"status": "delivered", "all": True}),
    (r"\b(?:my |the |that |any )?(?:pending|unshipped|open|not yet shipped) orders?|(?:那个|这个)?(?:还)?(?:待发货|未发货|没发货|待处理)(?:的)?(?:那)?(?:个|笔|一)?(?:订单|单)", {"status": "pending"}),
    (r"\b(?:my |the |that )?delivered orders?|(?:已送达|已签收|已收到|签收)(?:的)?(?:那)?(?:个|笔)?(?:订单|单)", {"status": "delivered"}),
    (r"\b(?:my |the )?(?:shipped|in[- ]transit) orders?|(?:已发货|在路上|运输中|配送中)(?:的)?(?:那)?(?:个|笔)?(?:订单|单)", {"status": "shipped"}),
    (r"\b(?:my |the )?cancell?ed orders?|(?:已取消|取消了)的(?:那)?(?:个|笔)?(?:订单|单)", {"status": "cancelled"}),
    (r"\b(?:all|every(?: one)?)(?: of)?(?: my| the| these| those)? orders?\b|\bboth (?:of )?(?:my |the )?orders|(?:所有|全部)(?:的)?(?:订单|单子)|(?:订单|单子)(?:全部|全都|都)", {"all": True}),
    (r"\b(?:my |the )?(?:last|latest|newest|most recent|recent|previous) (?:order|purchase|one i (?:ordered|bought|placed))\b|\border i(?:'ve| have)? just (?:placed|made|ordered)|\b(?:things?|stuff|items?|one|order|what) i (?:just (?:ordered|bought|placed)|(?:ordered|bought|placed) (?:just now|last time|recently|last))\b|\bjust (?:placed|made) (?:an?|the|this) order\b|\border(?:ed)? just now", {"relative": "last"}),
    (r"(?:我)?(?:最近|最新|最后)(?:的|下的|买的)?(?:那|一|这)(?:个|笔|次|一)*(?:的)?(?:订单|单子|单)|(?:我)?(?:最新|最后)(?:的)?(?:订单|单子|单)|(?:我)?最近(?:的)?(?:那)?(?:单子|单)|(?:刚刚|刚才|刚)(?:才)?(?:下|买|拍|订)(?:的|了)(?:那|一|这)*(?:个|笔)?(?:的)?(?:订单|单子|单)?|上(?:一|个)?(?:个|笔)?(?:订单|单)(?!号|位)|上(?:一)?次(?:买|下|订|拍|购买)(?:的)?(?:那|一|这)*(?:个|笔)?(?:订单|单)?|上次(?:那|的)(?:一)?(?:个|笔)?(?:订单|单)", {"relative": "last"}),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), value) for pattern, value in _RELATIVE)


def ids(text: Text) -> Iterator[Entity]:
    """Yield order ids, and what looks like one: SKU-like codes are for the catalogue."""
    for match in _TRACKING.finditer(text.plain):
        group = 1 if match[1] else 2
        yield entity(text, "tracking_number", {"text": match[group].upper()}, match.span(group))
    for match in _ID.finditer(text.plain):
        group = 1 if match[1] else 2
        yield _order(text, match[group], match.span())
        yield from _following(text, match.end())
    for match in _NAMED_ID.finditer(text.plain):
        yield _order(
            text,
            match[1],
            (text.plain.rfind("#", match.start(), match.start(1)) if "#" in match[0] else match.start(1), match.end(1)),
        )
        yield from _following(text, match.end())


def _following(text: Text, end: int) -> Iterator[Entity]:
    while match := _MORE_IDS.match(text.plain, end):
        yield _order(text, match[1], match.span(1), score=0.9)
        end = match.end()


def _order(text: Text, written: str, span: tuple[int, int], *, score: float = 1.0) -> Entity:
    return entity(text, "order_ref", {"id": written.strip("# ").replace("-", "").upper()}, span, score=score)


def coupon_codes(text: Text) -> Iterator[Entity]:
    """Yield codes of coupons: named as such, or in capitals with a figure at the end."""
    for match in _COUPON.finditer(text.plain):
        group = next(i for i in (1, 2, 3) if match[i])
        if group != 1 or match[1].upper() == match[1]:
            yield entity(
                text, "coupon_code", {"text": match[group].upper()}, match.span(group), score=1.0 if group < 3 else 0.6
            )


def described(text: Text) -> Iterator[Entity]:
    """Yield orders named by their ending or by words."""
    for pattern in (_TAIL_EN, _TAIL_ZH):
        for match in pattern.finditer(text.low):
            around = text.low[max(0, match.start() - 16) : match.end()] + text.low[match.end() : match.end() + 4]
            if not _CARD_BEFORE.search(text.low[max(0, match.start() - 16) : match.start()]) and "卡" not in around:
                yield entity(text, "order_ref", {"suffix": next(filter(None, match.groups()))}, match.span())
    for several in _TAILS.finditer(text.low):
        if not _CARD_BEFORE.search(text.low[max(0, several.start() - 16) : several.start()]):
            for tail in re.finditer(r"\d+", several[0]):
                start = several.start()
                span = (start + tail.start(), start + tail.end())
                yield entity(text, "order_ref", {"suffix": tail[0]}, span)
    for regex, value in _COMPILED:
        for match in regex.finditer(text.low):
            if match.end() > match.start():
                yield entity(text, "order_ref", dict(value), match.span(), score=0.9)


_DATED = re.compile(
    r"^\s*(?:的|下的|买的|拍的|订的)?(?:那|这)?(?:一)?(?:个|笔)?(?:订单|单)|^\s*(?:下|买|拍|订|购)(?:单)?的|^(?:'s| 's)? (?:order|purchase)"
)
_DATED_BEFORE = re.compile(r"\b(?:order(?:s|ed)?|purchased?|bought|placed|made)\b(?: [a-z]+){0,3} ?(?:from|on|of)? ?$")


def dated(text: Text, dates: list[Entity]) -> Iterator[Entity]:
    """Yield orders named by the day they were placed, from the dates of the message."""
    for date in dates:
        after = _DATED.match(text.low[date.end :])
        before = _DATED_BEFORE.search(text.low[max(0, date.start - 40) : date.start])
        if after or before:
            first, last = date.value["from"], date.value["to"]
            value: JsonObject = {"date": first} if first == last else {"date": first, "date_to": last}
            yield entity(text, "order_ref", value, (date.start, date.end + (after.end() if after else 0)), score=0.85)
