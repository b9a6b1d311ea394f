"""How many and which of several: quantities, ordinals, body measures."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.numerals import EN_NUMBER, EN_ORDINALS, TOGETHER, ZH_NUMBER, parse
from dialogue.understanding.text import Text

_ZH_MEASURE = "件个双条台部瓶盒套只支把张本块片包袋对份箱顶枚副盏"
_QUANTITY_ZH = re.compile(
    rf"(?<![第前后这那哪每\d月])(\d{{1,5}}|{ZH_NUMBER})([{_ZH_MEASURE}])(?!月|钱|星期|礼拜|小时|工作日|单|订单|以内|以下|左右|尺码|号|事)"
)
_THINGS_ZH = re.compile(r"([两二三四五六]|(?<!\d)[2-6])样(?:东西|商品|物件)")
_QUANTITY_EN = re.compile(
    rf"\b(?<!\ba )(?<!size )(\d{{1,5}}|{EN_NUMBER}) (?:(?:more|extra|additional) )?(?:of (?:them|these|those|the|my)|pieces?\b|pcs\b|units?\b|copies\b|pairs?\b|x\b)|\b(?:qty|quantity)(?: of| is|:)? ?(\d{{1,3}})\b|\bx ?(\d{{1,2}})\b|(?<![\w.])(\d{{1,2}}) ?x(?= )"
)
_QUANTITY_BACK = re.compile(
    rf"\b(?<!has )(?<!have )(?<!need )(?<!needs )(?<!got )(\d{{1,2}}|{EN_NUMBER})(?: of (?:them|these|those))?(?: (?:can|could|should|may|might|has to|needs to|to|will))? (?:go|goes|come|comes|be sent) back\b"
    rf"|\b(?:send|sending|return|returning|give|giving|exchange|exchanging|swap|swapping|refund) (?:just |only )?(\d{{1,2}}|{EN_NUMBER})(?= back\b| of (?:them|these|those)\b| only\b|(?: please)?[.!,]? *$)"
)
"""How many of what was named before: "the tees - I want to send one back"; not of "it has 2 go back"."""
_QUANTITY_ALONE = re.compile(
    rf"^\W*(?:(?:ok|okay|no|oh|sorry|actually|please|and|but)\b\W*)*(?:just|only)(?: the)? (\d{{1,4}}|{EN_NUMBER})(?: of (?:them|these|those))?(?: please| then| is enough)?\W*$"
    rf"|^\W*(?:(?:那|嗯|哦|好的?)\W*)*(?:就|只|先)(?:要|退|换|取消|来)?(\d{{1,4}}|{ZH_NUMBER})[{_ZH_MEASURE}](?:就?(?:行|好|够)了?|吧)?\W*$"
)
"""A whole answer that is only a number of pieces."""
_QUANTITY_NAMED = re.compile(
    rf"(?:数量|件数)[^,，。\d]{{0,6}}?(?:改成|改为|改到|应该是|是|为)(\d{{1,4}}|{ZH_NUMBER})(?![\d.{_ZH_MEASURE}])"
)
"""数量改成一."""
_OF_THE = re.compile(r"\bof (?:the|my|those|these) $")
_ONLY = re.compile(r"\b(?:only|just)\b[^.,;!?]{0,20}$")
"""Makes a number of "one mug", which is an article elsewhere."""
_MATTERS = re.compile(
    r" (?:(?:quick|small|more) )?(?:things?|questions?|requests?|matters?|points?|issues?)\s*(?:[:,;.–-]|(?:please|pls|(?:my )?(?:dear|love|darling|mate|friend|sir|madam)|guys|to (?:ask|do|say))\b)"
)
"""Counted are wishes, not goods: "two things: ..."."""
_COUNT_EN = re.compile(rf"\b(\d{{1,5}}|{EN_NUMBER}) (?:(?:more|extra|additional|different|separate) )?$")

_ORDINAL_WORD = "|".join(EN_ORDINALS)
_NTH_EN = re.compile(
    rf"\b(?:the )?(?:({_ORDINAL_WORD})|(\d{{1,2}})(?:st|nd|rd|th)) (?:one|item|order|option|choice|product|address|line|listed|card|thing)s?\b|\b(?:number|option|choice|no\.) ?#?(\d{{1,2}}|one|two|three|four|five)\b|\b(?:only |just )?the ({_ORDINAL_WORD})(?=$|[ ,.!?]*$|,| please| and)|^\W*({_ORDINAL_WORD})\W*$|^\W*(?:the )?(\d{{1,2}})(?:st|nd|rd|th)(?: (?:please|pls|thanks|then))?\W*$"
)
_NTH_ZH = re.compile(rf"第\s?(\d{{1,2}}|{ZH_NUMBER})\s?(?:[{_ZH_MEASURE}单款种项笔样]|地址|件商品)?")
_FIRST_FEW = re.compile(
    rf"\b(?:the )?(?P<place>first|last|top|bottom) (?P<n>two|three|four|2|3|4)\b(?= (?:ones?|items?|things?|lines?|of (?:them|these|those)|only|please|pls)\b|\W*$|[,.;!])"
    rf"|(?P<place_zh>最?[前后头上下]面?的?)(?:那|这)?(?P<n_zh>[两二三四]|[2-4])(?:[样款]|[{_ZH_MEASURE}](?!月|星期|礼拜|小时|工作日))"
)
_LAST = re.compile(
    r"\b(?:the )?one at the (?:bottom|end)\b|\b(?:the )?(?:very )?(?:last|bottom|final) (?:one|item|option|choice|product|line)\b|^\W*(?:the )?last\W*$|\bthe last(?=\W*$|,| please| and)|最后(?:一|那|面)?(?:个|件|款|种|项|双|条)|最下面(?:的)?(?:那)?(?:个|件|款)?|末尾那个"
)
_FIRST = re.compile(
    r"\b(?:the )?(?:top(?:most)? one|one (?:at|on) (?:the )?top|former)\b|^\W*(?:the )?first\W*$|最上面(?:的)?(?:那)?(?:个|件|款)?|头一个"
)
_MIDDLE = re.compile(
    r"\b(?:the )?middle (?:one|item|option|choice|product|line)\b|^\W*(?:the )?middle\W*$|中间的?(?:那|这)?一?[个件款样双条种项单]|^\W*中间的?\W*$"
)
_LATTER = re.compile(r"\bthe latter\b|后(?:面)?(?:那|一|者)(?:个|款|件)?|后者")
_ALL = re.compile(
    r"\bboth(?: of (?:them|these|those|the \w+))?\b|\ball (?:of (?:them|these|those|it)|three|four|five|items?|the items|of the items|my items|things)\b|\beverything\b(?! else)|\bthe (?:whole|entire) (?:thing|lot|order)\b|\ball of (?:the|my)\b|^\W*all\W*$|\bthe two of them\b"
    rf"|(?:{ZH_NUMBER}|\d)(?:[{_ZH_MEASURE}样款])都|都(?:帮我|给我|想|请)?(?:要|退|换|取消|可以|买|改)|全部|全都|所有(?:的)?(?:商品|东西|件)?|统统|一起(?:退|换)|整单|全(?:退|换|要|买)"
)
_NOT_ALL = re.compile(
    r"(?:不是|没说|并非)(?:[俩两][个件]?|全部?)?$|\bnot (?:the )?$|\b(?:happy|pleased|content|satisfied|fine|ok|okay) with $|\b(?:i|we) (?:do |really |just )*(?:love|like) $"
)
"""Before "all" it says that not all are meant, 不是俩都退, or that they are as they should be: "I'm happy with everything for the house"."""
_ALL_FINE = re.compile(
    r" (?:is|are|was|were|fits?|looks?)(?: \w+)? (?:fine|good|great|lovely|ok|okay|perfect|nice|all right|alright)\b(?=[^.;!?]*\b(?:but|except|only|just)\b)"
)
"""Behind it, all but some are as they should be: "everything is fine but the jumper"."""
_REST = re.compile(
    r"\b(?:the )?(?:everything else|rest|others|other (?:ones|items|things)|remaining(?: ones| items)?)\b(?: of (?:them|it|the \w+))?|(?:其余|剩下|剩余|其他|另外)(?:的)?(?:几|那|两|三)?(?:个|件|些|款)?(?:商品|东西)?(?=$|[,，。都也就不先退换要别]|的)"
)

_CM = re.compile(
    r"(?:身高|我|净高|height|tall|i'm|i am|有)?\s*(?:是|:|大概|约|about|is)*\s*(1[3-9]\d(?:\.\d)?|2[0-2]\d)\s*(?:cm|厘米|公分|cent[ei]m[ei]t(?:er|re)s?)(?![a-z0-9])"
)
_BARE_CM = re.compile(
    r"(?:身高|\bheight)(?:[^\d,，]{0,8}[,，]?)\s*(1[3-9]\d|20\d)(?!\d)|(?<!\d)(1[4-9]\d)\s*[,/ ，、和]\s*(?=\d{2,3}\s*(?:斤|kg|公斤))|(?<!\d)(1[4-9]\d)\s*(?:高|的身高)"
)
_METRE = re.compile(
    r"(?<![\d.])([12])\s?(?:米|m)\s?(\d{1,2})(?![\d.])|(?<![\d.])([12]\.\d{1,2})\s?(?:米|m\b|meters?|metres?)|一米([一二三四五六七八九])([一二三四五六七八九零])?"
)
_FEET = re.compile(
    r"(?<![\d.])([4-7])\s?(?:'|ft\.?|feet|foot)\s?(\d{1,2})?(?:\s?(?:\"|''|in\b|inches))?(?=$|[ ,.;!?)]|\b)"
)
_KG = re.compile(r"(?<![\d.-])(\d{2,3}(?:\.\d)?)\s*(kg|kgs|kilos?|kilograms?|公斤|千克|斤|lbs?|pounds?)(?![a-z])")
_BARE_KG = re.compile(
    r"(?:体重|weigh(?:t)?(?: is)?)\s*(?:是|:|大概|约|about)*\s*(\d{2,3}(?:\.\d)?)(?!\s*(?:斤|kg|公斤|lb|pound|千克|\d))"
)
_FOOT = re.compile(
    r"(?:脚长|脚|foot length|feet(?: are| r)?|foot(?: is)?|insole)\s*(?:是|:|大概|约|about|is|长|measures?|of|=)*\s*(\d{3}|\d{2}(?:\.\d)?)(?![\d.])\s*(cm|厘米|公分|mm|毫米)?"
    r"|(?<![\d.])(?P<before>\d{2}(?:\.\d)?|\d{3})\s*(?:cm|厘米|公分|mm|毫米)\s*(?:long )?(?:的?脚|foot|feet)"
)


_POINTS = re.compile(r"\b(?:that|this|which|each|the (?:other|\w+))\s$")
"""Before "one" that stands for goods: "that one goes back"."""


def quantities(text: Text, thing_starts: list[int]) -> Iterator[Entity]:
    """Yield numbers of pieces; `thing_starts` are where products are mentioned ("two speakers")."""
    for number, span in _counted(text.low):
        if number:
            yield entity(text, "quantity", {"n": int(number)}, span)
    for start in thing_starts:
        count = _COUNT_EN.search(text.low[:start])
        if count is None or _OF_THE.search(text.low[: count.start()]):
            continue  # "one of the two mugs" are not two
        if _MATTERS.match(text.low, count.end(1)):
            continue
        if (number := parse(count[1])) and (count[1] != "one" or _ONLY.search(text.low[: count.start()])):
            yield entity(text, "quantity", {"n": int(number)}, count.span(1), score=0.8)


def _counted(low: str) -> Iterator[tuple[float | None, tuple[int, int]]]:
    for match in _QUANTITY_ZH.finditer(low):
        if not low.startswith("都", match.end()) and not TOGETHER.match(low, match.start()):
            yield parse(match[1]), match.span()
    for match in _THINGS_ZH.finditer(low):
        yield parse(match[1]), match.span(1)
    for match in _QUANTITY_EN.finditer(low):
        yield parse(next(filter(None, match.groups()))), match.span()
    for match in _QUANTITY_BACK.finditer(low):
        group = 1 if match[1] else 2
        if not low.startswith(" of ", match.end()) and not _POINTS.search(low[: match.start(group)]):
            yield parse(match[group]), match.span(group)
    for match in _QUANTITY_NAMED.finditer(low):
        yield parse(match[1]), match.span(1)
    if alone := _QUANTITY_ALONE.match(low):
        yield parse(alone[1] or alone[2]), alone.span(1 if alone[1] else 2)


def ordinals(text: Text) -> Iterator[Entity]:
    """Yield places in a list: the second, the last, all, the rest."""
    for match in _FIRST_FEW.finditer(text.low):
        count = int(parse(match["n"] or match["n_zh"]) or 0)
        behind = (match["place"] or match["place_zh"]).startswith(("last", "bottom", "后", "下", "最后", "最下"))
        yield entity(text, "ordinal", {"n": -count, "to": -1} if behind else {"n": 1, "to": count}, match.span())
    for pattern in (_NTH_EN, _NTH_ZH):
        for match in pattern.finditer(text.low):
            word = next(filter(None, match.groups()))
            number = EN_ORDINALS.get(word) or parse(word)
            if number and number <= 50:
                yield entity(text, "ordinal", {"n": int(number)}, match.span())
    for pattern, number in ((_LAST, -1), (_FIRST, 1), (_LATTER, -1), (_MIDDLE, 0)):
        for match in pattern.finditer(text.low):
            yield entity(text, "ordinal", {"n": number}, match.span())
    for match in _ALL.finditer(text.low):
        if _NOT_ALL.search(text.low[: match.start()]) or _ALL_FINE.match(text.low[match.end() :]):
            continue
        yield entity(text, "ordinal", {"all": True}, match.span())
    for match in _REST.finditer(text.low):
        yield entity(text, "ordinal", {"rest": True}, match.span(), score=0.9)


_NOT_THIS = re.compile(
    r"(?:不是|并非)\s*\d{2,3}(?:\.\d)?\s*(?:cm|厘米|公分|kg|公斤|斤)?[，,、\s]*(?:而?是\s*)?|\bnot \d{2,3}(?:\.\d)?\b ?(?:cm|kg)?"
)
"""A measure that somebody does not have: 身高不是165，是158."""


def measures(text: Text) -> Iterator[Entity]:
    """Yield body heights (cm), weights (kg) and foot lengths (mm)."""
    text = dataclasses.replace(text, low=_NOT_THIS.sub(lambda match: " " * len(match[0]), text.low))
    for match in _FOOT.finditer(text.low):
        number = float(match[1] or match["before"])
        if 180 <= (length := number * 10 if number < 100 else number) <= 330:
            yield entity(text, "foot_length_mm", {"n": length}, match.span())
    for pattern in (_CM, _BARE_CM):
        for match in pattern.finditer(text.low):
            yield entity(text, "height_cm", {"n": float(next(filter(None, match.groups())))}, match.span())
    for match in _METRE.finditer(text.low):
        yield entity(text, "height_cm", {"n": _metres(match)}, match.span())
    for match in _FEET.finditer(text.low):
        told = (
            match[2] is not None
            or re.search(r"(?:i'm|i am|im|tall|height)\W*(?:is |about |around )?$", text.low[: match.start()])
            or "tall" in text.low[match.end() : match.end() + 6]
        )
        if told and int(match[2] or 0) < 12:
            yield entity(
                text,
                "height_cm",
                {"n": round(30.48 * int(match[1]) + 2.54 * int(match[2] or 0), 1)},
                match.span(),
                score=0.9,
            )
    yield from _weights(text)


def _metres(match: re.Match[str]) -> float:
    if match[3]:
        return round(float(match[3]) * 100, 1)
    if match[4]:
        return 100.0 + 10 * (parse(match[4]) or 0) + ((parse(match[5]) or 0) if match[5] else 0)
    rest = match[2]
    return 100.0 * int(match[1]) + int(rest) * (10 if len(rest) == 1 else 1)


def _weights(text: Text) -> Iterator[Entity]:
    for match in _KG.finditer(text.low):
        number, unit = float(match[1]), match[2]
        factor = 0.5 if unit == "斤" else 0.4536 if unit.startswith(("lb", "pound")) else 1.0
        if 25 <= number * factor <= 200:
            yield entity(text, "weight_kg", {"n": round(number * factor, 1)}, match.span())
    for match in _BARE_KG.finditer(text.low):
        number = float(match[1])
        yield entity(text, "weight_kg", {"n": number if number < 90 else round(number / 2, 1)}, match.span(), score=0.7)
