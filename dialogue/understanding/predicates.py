"""What a condition says: that the first wish can be had, or that it cannot. Pure functions over lower-case words.

The parts are counted, so that nobody has to list their combinations: "gone out" rules a cancellation out, "hasn't gone out" does
not; "in stock" is for an exchange, "out of stock" and "not in stock" are against it.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Literal

_AGAINST_EN = (
    r"impossible|unavailable|unsuccessful|fail(?:s|ed|ing|ure)?|too late|later than|past (?:the (?:point|time)|cancel\w*)|refus\w+|declin\w+|reject\w+|denied|ineligible"
    r"|(?:sold|run|ran|runs|all|now|is|are|are all|being|be|of stock|it's|they're|go|goes) out|out of\b|out\b(?=\W*$)|(?:sold|all|now|they're|it's|is|are) gone|gone\b(?=\W*$)"
)
_AWAY_EN = r"shipp?(?:ed|ing)?(?= |\W*$)|sent(?: out| off)?|dispatched|posted|deliver(?:ed|y has)|arrived|in transit|with the courier|on (?:its|the|their) way|gone out|went out|out (?:for delivery|the door)|left\b(?! in (?:stock|black|that))|underway|en route|en-route|packed|gone off|on the (?:truck|van|lorry|road)|loaded"
_NO_EN = r"\w+n't|cannot|cant|wont|doesnt|isnt|dont|dun|arent|hasnt|havent|didnt|not|no|none|nothing|never|neither|nobody|unable|without"
_FOR_EN = r"possible|available|availability|comes? in(?! handy)|in stock|on hand|still (?:with you|there|here|in|open|has|have|can)|there(?:'s| is| are)|you(?:'ve| have)?(?: still)? (?:got|have)|have (?:it|one|any|some|them|that|those)|can|could|able|works?|get|gets|got|give|doable|feasible|allowed|permitted|eligible|entitled|due|owed|approved|granted|accepted|goes through|stock|any left|one left|some left|left in"
_ECHO_EN = r"(?:it|that|they|this|there|you|the (?:order|parcel|one))(?:'s)?(?: (?:has|have|did|does|do|is|are|was|were|isn't|hasn't|haven't|didn't|doesn't|don't|aren't|has not|is not|isnt|hasnt|havent|didnt|doesnt|dont))?(?: already| yet| any ?more)?"
_BARE_EN = r"(?:not|so|yes|yeah|yep|no|nope)"
_LEFT_OVER_STOCK = re.compile(
    r"\b(?:any|one|some|none|nothing|pairs?|pieces?|stock|are|is|there|\d+) left\b|\b(?:there|no|any|got|you've|you have)\b[^,.]* left\W*$"
)
"""What is left is there; what has left is away."""
_OF_ITSELF = re.compile(
    r"\b(?:do|does|did)(?:n't| not|nt)\s+(?!(?:have|got|stock|carry|sell|offer|go|work|apply|qualify|count|allow|accept|exist|come|happen|do|manage|get)\b)[a-z]+"
)
"""That something is not as it should be, not that it cannot be had: "if they don't fit", but "if you don't have it"."""
_AGAINST_ZH = (
    r"卖完|卖光|售罄|售完|抢光|抢完|晚了|太晚|迟了|来晚|来不及|失败|空了|断码|超(?:期|时|过)|被拒|拒绝|驳回|[卖缺断]货"
)
_AWAY_ZH = r"打(?:好)?包|装[箱车]|出仓|揽件|发(?:货|出|走|了|掉|车)|寄(?:出|走|了|送)|送出|出库|发(?=$)|走(?=$|了|[呢啊的]$)|出发|上路|在路上|派送|揽收|在途|已?经?到货"
_NO_ZH = r"不|没|无|未|缺|断|[木冇](?=有|得)|么得|甭"
_FOR_ZH = r"能|可以|可|行|成|有|支持|同意|允许|给|来得及|赶得上|现货|库存|还在"
_ONLY_LEFT_ZH = re.compile(r"只(?:能|好|可以)(?:走|申请|改)?(?:退|换|取消|拒收)")
"""Where only the second choice is left, the first is out."""
_WITHOUT_SENSE = re.compile(r"不知道?|不管|不论|无论|能不能|有没有|是不是|可不可以|行不行|不?好意思|不好意思")
_BECAUSE = re.compile(
    r"(?P<main>.+?) (?:because|since|as(?! (?:soon|long|far|well|much|good)\b)|cos|cause|due to|now that|given that)\b (?=\w)|(?:因为|由于)[^，]*?(?:所以|而|就|了)(?P<main_zh>(?:不[能可给让]|没法|无法|[取退换]\S{0,2}不了).*)"
)
"""Why a condition may hold says nothing of the first wish beside the condition itself: "if that's not possible because it has shipped"."""
_ECHO_ZH = re.compile(r"(?:还|已经?|都)?(?:是|不是|对|没|没有|有|否|不)")


@dataclasses.dataclass(frozen=True)
class Said:
    """What a condition says of the first wish."""

    out: bool
    """Whether it rules it out."""
    stem: bool
    """Whether it would without its noes: "shipped" in "hasn't shipped"."""
    form: Literal["full", "echo", "bare"] = "full"
    """``echo`` takes up the verb of what was asked or said before ("if it has"), ``bare`` its answer ("if not", "if so")."""


def said(condition: str) -> Said | None:
    """Return what a condition says; None where it says nothing of whether something can be had."""
    words = _WITHOUT_SENSE.sub("", condition.strip(" \t,.;:!?，。；：！？'\""))
    if (because := _BECAUSE.match(words)) and (main := said(because["main"] or because["main_zh"])) is not None:
        return main
    if re.search(r"[\u3400-\u9fff]", words):
        return _in_chinese(words)
    if re.fullmatch(_BARE_EN, words):
        return Said(words in {"not", "no", "nope"}, stem=False, form="bare")
    noes = len(re.findall(rf"\b(?:{_NO_EN})\b", words))
    if re.fullmatch(_ECHO_EN, words):
        return Said(bool(noes % 2), stem=False, form="echo")
    stays = _LEFT_OVER_STOCK.search(words)
    away = not stays and bool(re.search(rf"\b(?:{_AWAY_EN})\b", words))
    stem = away or bool(re.search(rf"\b(?:{_AGAINST_EN})\b", words))
    can_be = stays or re.search(rf"\b(?:{_FOR_EN})\b", words)
    if not stem and not can_be and (not noes or _OF_ITSELF.search(words)):
        return None
    return Said(bool((noes + stem) % 2), stem)


def is_away(condition: str) -> bool:
    """Whether a condition speaks of goods that have left, in English: "when it has shipped" is a time rather than a condition."""
    return bool(re.search(rf"\b(?:{_AWAY_EN})\b", condition)) and not _LEFT_OVER_STOCK.search(condition)


def _in_chinese(words: str) -> Said | None:
    if _ONLY_LEFT_ZH.search(words):
        return Said(out=True, stem=False)
    against = re.findall(_AGAINST_ZH, words)
    rest = re.sub(_AGAINST_ZH, "", words)
    away = bool(re.search(_AWAY_ZH, rest))
    noes = len(re.findall(_NO_ZH, rest))
    if _ECHO_ZH.fullmatch(words):
        return Said(bool(noes % 2), stem=False, form="echo")
    stem = bool(against) or away
    if not stem and not noes and not re.search(_FOR_ZH, rest):
        return None
    return Said(bool((noes + stem) % 2), stem)
