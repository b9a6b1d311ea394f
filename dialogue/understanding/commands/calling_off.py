"""Wishes that are called off: all of them, one that is named, the first or the second, or what runs as it is: "the card is fine"."""

from __future__ import annotations

import re

from dialogue.commands import Cancel, Command, Entity
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.base import entity

_LONGEST = 80
_LEAD = r"^(?:(?:ok(?:ay)?|no|nah|oh|well|so|actually|sorry|wait|hmm+|please|you know what)(?![a-z'])|[嗯哦哎唉呃那]|那个|就是|好吧|[,.!，。！ ])*"
_ALL_EN = re.compile(
    rf"{_LEAD}(?:(?:just |please |let's |can you |could you )*(?:forget|drop|scrap|cancel|stop|skip|leave)(?: about)? (?:both|everything|all(?: of)?(?: (?:it|that|them|this))?|the (?:whole lot|lot|both))\b(?! (?:order|item|product|thing)s?\b)|(?:don't|do not|dont) do (?:any|either|both|anything)\b|(?:do|i want) (?:nothing|neither)\b)"
)
_ALL_ZH = re.compile(
    rf"{_LEAD}(?:(?:刚才|刚刚|前面)?(?:我)?(?:说|讲|提)?的?)?(?:这|那)?(?:两|几|三)?(?:个|件|样|项)?(?:事儿?|请求)?(?:啊|嘛|呢)?[，, ]*(?:都|全部?都?|统统|通通|一律|所有的?(?:都)?|两个都|一个都)(?:先|就)?(?:不用|不要|不必|别|算|先别|取消)(?:再)?(?:弄|办|做|处理|管|搞|动|要|操作|了)*(?:了|啦|吧|哈)*"
)
_WORDS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("cancel_order",), r"cancel(?:ling|ing|lation)?", r"取消"),
    (("return_items",), r"return(?:ing)?|send(?:ing)? (?:it|them|that) back|refund", r"退货?"),
    (("exchange_items", "change_items"), r"swap(?:ping)?|exchang(?:e|ing)|chang(?:e|ing)|switch(?:ing)?", r"换货?|改"),
    (("change_order_address", "change_default_address"), r"(?:new )?address(?: change)?|chang(?:e|ing)", r"(?:收货)?地址|改"),
    (("change_payment",), r"payment(?: (?:thing|method|change))?|chang(?:e|ing)", r"(?:付款|支付)(?:方式)?|改"),
    (("request_invoice",), r"invoice|receipt", r"(?:发|开)?票"),
    (("price_protection",), r"price (?:protection|match|adjustment)|price thing|difference", r"价保|保价|差价"),
    (("claim_coupon", "list_coupons"), r"coupon|voucher", r"(?:优惠)?券"),
    (("track_order", "order_status"), r"track(?:ing)?|parcel", r"物流|快递"),
)  # fmt: skip
"""Procedures, and the words for what they do."""
_OFF_EN = r"(?:(?:don't|do not|dont|no need (?:to|for)|needn't|need not|not|never mind|forget(?: about)?|skip|drop|scrap|leave out|leave off|without)(?: (?:the|that|this|my|any|an?|about|with|doing|bother with|need|want|part|to)\b)*)"
_OFF_ZH_AFTER = (
    r"(?:的?(?:事儿?|那个|部分|申请)?)(?:就|也|都|先|暂时|还是|那)*"
    r"(?:算了|放一?放|放着|再说|免了|省了|(?:不用|不必|不要|甭|别|莫|不)(?:再)?(?:开|弄|要|办|改|换|退|取消|申请|处理|查|领|管|搞)?(?:了|啦|吧|哈|呀|咯|哦)+)"
)
_OFF_ZH_BEFORE = r"(?:不用|不必|不想|不要|甭|别|莫|先别|先不|不)(?:再|给我|帮我|管|去)*"
_KEPT = re.compile(
    r"\b(?:keep|keeping|hold on to|hang on to|stick with) (?:it|them|mine|these|those|(?:the )?(?:ones?|what) i(?:'ve)? (?:got|have|already have))\b(?! in the)|\bleave (?:it|them|(?:the|my) (?:\w+ )?\w+) (?:alone|be)\b|\b(?:too much|not worth the) (?:hassle|trouble|bother|faff)\b"
    r"|(?:不|别|甭|莫)(?:想|用|要|再)?(?:弄|搞|动|办|折腾|麻烦)(?:了|啦|咯|吧|哈)*(?=\W|$)|太(?:麻烦|折腾)了"
    r"|\b(?:leave|keep) (?:it|that|them|everything) (?:(?:as|like)\b|on (?:my |the )?(?:\w+ )?(?:card|mastercard|visa|amex|pay ?pal|alipay)\b)|\b(?:the|my) (?:\w+ )?(?:card|address|one|size|colou?r|payment)s? (?:is|are) (?:fine|ok(?:ay)?|good|all right)\b"
    r"|(?:老|旧|原来的?|原先的?|之前的?)(?:地址|卡|方式|那个)?[^，,。]{0,4}(?:就行|就好|就可以|不变|挺好|没问题)|照旧|照原来的?|维持原样|保持(?:原样|不变)|还是原来的?(?:吧|就行)?\W*$"
)
"""What runs is to come to nothing: all stays as it is."""
_CONTENT = re.compile(
    rf"{_LEAD}(?:no\b|please don't\b|don't\b|do not\b|不|别)[^.;!?。；！？]{{0,24}}?(?:(?:it|they|these|this|that) (?:actually |do |does |now )?fits?\b|(?:it's|they're|it is|they are|that's|i'm) (?:actually |quite )?(?:fine|ok(?:ay)?|good|great|all right|happy with (?:it|them))|挺好的|(?:还|也)?(?:能|可以)穿|合适|没问题|凑合)"
)
"""A no, and that one is content with what there is."""
_TAKES_PARTS = frozenset({"return_items", "exchange_items", "change_items"})
_GENERIC = 0.3
"""Score of a word for anything at all: "item", 东西."""
_NEW_WISH = frozenset({"know", "look", "find", "make", None})


def called_off(reading: Reading) -> list[Command] | None:
    """Read what is called off; None when nothing is."""
    low, view = reading.text.low, reading.view
    if not view.waiting and view.active_flow is None:
        return None
    if len(low.strip()) > _LONGEST or low.rstrip().endswith(("?", "？", "吗")):
        return None
    if _ALL_EN.match(low) or _ALL_ZH.match(low):
        return [_cancel(reading, scope="all")]
    if phrases.is_question(low.strip()):
        return None
    if (chosen := _one_of_several(reading) or _some_goods(reading)) is not None:
        return [chosen]
    for flows, english, chinese in _WORDS:
        named = next((flow for flow in (*view.waiting, view.active_flow or "") if flow in flows), None)
        if named is not None and (off := _off(low, english, chinese)) and not _wants_more(low, off, reading):
            return [_cancel(reading, flow=named)]
    kept = _KEPT.search(low) or _CONTENT.match(low)
    if view.active_flow is not None and kept and not _wants_more(low, kept, reading):
        return [_cancel(reading, flow=view.active_flow)]
    return None


def _cancel(reading: Reading, **how: object) -> Cancel:
    return Cancel.model_validate({"text": reading.words(), "score": 0.9, "source": "pattern", **how})


def _off(low: str, english: str, chinese: str) -> re.Match[str] | None:
    return (
        re.search(
            rf"{_OFF_EN} ?(?:{english})\b(?: (?:thing|part|request|too|either|any ?more|after all|it|them|that))*", low
        )
        or re.search(rf"(?:{chinese}){_OFF_ZH_AFTER}", low)
        or re.search(rf"{_OFF_ZH_BEFORE}(?:{chinese})(?:了|啦|咯|吧|哈|哦|啊)*(?:谢谢|谢了|麻烦)?(?=\W|$)", low)
    )


def _wants_more(low: str, off: re.Match[str], reading: Reading) -> bool:
    """Whether something else is wanted beside what is called off, or only a part of it is."""
    rest = low[: off.start()] + " " + low[off.end() :]
    goods = any(item.type in {"product", "sku", "ordinal", "order_ref"} and item.score > 0.5 for item in reading.entities)  # fmt: skip
    return segments.cue(rest) not in _NEW_WISH or (goods and reading.view.active_flow in _TAKES_PARTS)


_ONLY = re.compile(r"\b(?:only|just)\b|[只光单](?!价|号)|仅")
_NOT_IT = re.compile(r"\b(?:not|don't|do not|dont|keep|still want)\b|不要?取消|别取消|不取消|我?(?:还)?要的|留着")


def _one_of_several(reading: Reading) -> Cancel | None:
    """ "No, only the second", 第一个不要取消: of several requests of the same procedure some are dropped."""
    view, low = reading.view, reading.text.low
    if view.active_flow is None or view.active_flow not in view.waiting or view.active_flow in _TAKES_PARTS:
        return None
    named = tuple(item for item in reading.entities if item.type in {"product", "ordinal", "order_ref", "sku"})
    only, negated = _ONLY.search(low), _NOT_IT.search(low)
    if not (named or re.search(r"\bother one\b|另(?:外)?一?个", low)) or not (only or negated):
        return None
    if not named:  # the other one than that which runs
        named = (entity(reading.text, "ordinal", {"n": 2}, (0, len(reading.text.raw))),)
    dropped = tuple(item for item in named if _is_not_it(low, item))
    # What is not to be done may be named by nothing but its colour: 灰的不取消了，键盘照取消.
    kept = tuple(item for item in named if item not in dropped) if only or not dropped else ()
    return _cancel(reading, scope="part", entities=dropped, only=kept)


_STAYS_BEFORE = re.compile(
    r"(?:\b(?:not|without|minus|except(?: for)?|apart from|other than|keep(?:ing)?|leave out|leave|skip|drop|remove|but not)|n't (?:return|exchange|swap|change|send back|touch)|不(?:要|用)?(?:退|换|改|动)?|别(?:退|换|改|动)?|除了|除开|不含|不包括|留(?:着|下)?)"
    r"(?: (?:the|my|those|these|that|this|return|returning|send|sending|back))*\W*(?:那|这)?[个件条双副]?$"
)
_STAYS_BEHIND = re.compile(
    r"^s?(?:\W*(?:themselves|though|please|pls))?\W*(?:(?:can |should |must |will )?(?:stays?|be kept)\b|i(?:'ll|'d like to| want to| would like to| do)? (?:\w+ )?(?:keep|want to keep)\b|(?:out of it|off (?:the|my|that) (?:list|return|order)|out of (?:the|that|my) (?:list|return)))"
    r"|^(?:那?[个件条双副单])?的?(?:还是|就|先|都|我|要|想|也)*(?:不(?:用|要|想)?(?:退|换|改|动)|别(?:退|换|改|动)|莫退|留(?:着|下|住)?|keep)"
)
_THE_REST_GOES = re.compile(
    r"\b(?:just|only|rest|others?|everything else|remaining)\b|[只光就仅]|其[他它余]|别的|剩下|照退|照换"
)


def _some_goods(reading: Reading) -> Cancel | None:
    """ "Not the mugs though", T恤还是不退了吧: goods that are taken out of what runs, whose rest stays as it was."""
    low = reading.text.low
    if reading.view.active_flow not in _TAKES_PARTS or reading.view.pending is None:
        return None
    things = [item for item in reading.entities if item.type in {"product", "sku"} and item.score > _GENERIC]
    stay = tuple(item for item in things if _stays(low, item))
    if not stay or (len(stay) < len(things) and not _THE_REST_GOES.search(low)):
        return None
    return _cancel(reading, scope="part", entities=stay)


def _stays(low: str, item: Entity) -> bool:
    return bool(_STAYS_BEFORE.search(low[: item.start]) or _STAYS_BEHIND.search(low[item.end :]))


def _is_not_it(low: str, item: Entity) -> bool:
    before, after = low[max(0, item.start - 20) : item.start], low[item.end : item.end + 24]
    return bool(
        re.search(r"(?:\bnot|n't|\bkeep|\bwant)(?: (?:cancel|the|my|to))*\W*$|(?:不要?|别)(?:取消)?$", before)
        or re.match(r"(?: order)?(?: one)?(?: i)?(?: do)?(?: still)?\s*(?:should |can |must )?(?:want|keep|need|stays?)\b|(?:那?单)?(?:我)?(?:还)?(?:不要?取消|别取消|不取消|要的|要|留着)", after)
    )  # fmt: skip
