"""What is wanted only if: "exchange it, or if there is none return it", 有41就换，没有就退. Pure functions over lower-case words.

A clause of such a kind has a condition and a body: the condition says when, the body what. The condition is no request, though
it speaks of stock or of what may be done ("if black is sold out"), and the body is none of its own but in the place of another.
"""

from __future__ import annotations

import dataclasses
import re

_OPENS = r"(?:(?:and|but|or|so|then|ok|okay|well)\b,? *)*"
_FAILS = (
    r"(?:\w+n't|cant|wont|doesnt|isnt|dont|cannot|not|no(?! (?:later|rush|need))|none|nothing|impossible|unavailable|fails?|failed|out|gone|too late|refused?|declined|sold"
    r"|(?:already |been )+(?:shipped|sent|dispatched|left))"
)
_LEFT_OVER = r"(?:(?:'s|been|do|does|be|get|it|that|this|is|so|possible|available|allowed|an option|in stock|of stock|sold out|out|gone|luck|way|go|work(?:ing|s)?(?: out)?|through|left|any(?: left)?|one|longer|done|already|too late|then|have|having|got|can|could|you|there|due|eligible|stock|yet|so far)\b ?)*"
_NOT_EN = rf"(?:if|in case|should|when|where)\b(?! not needed)[^,;.!?]{{0,44}}?\b{_FAILS}\b *{_LEFT_OVER}"
_ELSE_EN = rf"(?:otherwise|or else|else|failing (?:that|which)|if not(?: (?:possible|available|in stock))?|(?:if )?no luck|in (?:which|that) case|(?:not possible|can'?t be done)(?=\?)|{_NOT_EN}|(?:can'?t|cannot|unable to) do (?:it|that)(?=[^.!]{{0,4}}\?))"
_IF_SO_EN = r"if (?:yes|so|it (?:has|did|is)|it's (?:already )?(?:shipped|gone|left|sent)|they (?:have|did))\b(?! (?:possible|available))"
_CLAUSE_EN = rf"(?:^|(?<=[,;.!?:(])|(?<=\band)|(?<=\bbut)|(?<=\bor))[\s(]*{_OPENS}"
_ELSE = re.compile(
    rf"{_CLAUSE_EN}(?P<cond>{_ELSE_EN})(?P<gap>[\s,?:]*(?:then\b|just\b)?[\s,]*)(?=\w)|(?<=\w)\s+(?P<cond2>else|otherwise|or else|or if [^,;.!?]{{0,30}}?\b{_FAILS}\b *{_LEFT_OVER})(?P<gap2>[\s,]+(?:then\b)?\s*)(?=\w)"
)
_IF = r"(?:要是|如果|若是?|假如|万一|倘若|实在|真的?)"
_CANNOT = r"(?:[\u4e00-\u9fff]{0,3}不(?:了|成|到|上|通)(?!解)|(?:不|没法|无法)(?:能|可以|行|成|给|让|支持|同意)?|没有?|缺|断|无|卖完|售罄|晚了|来不及)"
_THEN = r"(?:的话|[就再]|那就|那么|那|只[能好]|[,，]|\s)"
_REST = r"[^,，。；;！？!?\s就再]{0,7}?"
_ELSE_ZH = re.compile(
    rf"(?:^|(?<=[,，。；;！？!?\s]))\s*(?:但是?|那|然后|而)?(?P<cond>否则|不然(?:的话)?|要不然"
    rf"|{_IF}{_REST}{_CANNOT}{_REST}(?={_THEN}|退|取消|换|改|$)"
    rf"|(?:不行|不能|不可以|不成|办不了|不给[\u4e00-\u9fff]?|(?:[\u4e00-\u9fff]{{1,3}})不(?:了|成|到)|没有{_REST}|没货|没了|缺货|断货|无货|没法[\u4e00-\u9fff]{{0,3}}|[\u4e00-\u9fff]{{0,3}}失败|[\u4e00-\u9fff]{{1,4}}(?:没有|没货|缺货|断货|卖完)了?|不能{_REST}|不可以{_REST}|没[\u4e00-\u9fff]{{0,3}})(?=的话|[就再]|那就|只能|[,，\s]|我就|退|取消|换|改))"
    rf"(?P<gap>(?:的话|那就|就|再|那|我|只能|只好|[,，\s])*)(?=\S)"
)
_STOCK_ZH = re.compile(
    rf"(?:^|(?<=[,，。；;！？!?\s]))(?P<cond>(?:{_IF})?(?:都?没货|缺货|断货|无货|没了|不行|不成))(?P<gap>(?:的话|那就|就|再|那|[,，\s])*)(?=\S)"
)
_IF_SO_ZH = re.compile(
    rf"(?<=[,，。；;！？!?\s])(?P<cond>{_IF}?(?:已经)?(?:发|寄|送|出库)[走出货]?(?:去)?了)(?P<gap>(?:的话|那|我|[,，\s])*(?:就|再)(?:只能)?)(?=\S)"
)
_IF_SO = re.compile(rf"(?<=[,;.!?])\s*{_OPENS}(?P<cond>{_IF_SO_EN})(?P<gap>[\s,]*(?:then\b)?\s*)(?=\w)")
_REVERSED = re.compile(
    rf"(?:^|(?<=[,;.!?(])|(?<=\bor))\s*(?:or )?(?!(?:and|but|or|so|then|please|pls|thanks|thx|cancel|return|refund|exchange|swap)\b)(?P<body>(?:in )?(?:the |a )?[a-z]+(?: one)?)(?: (?:will do|would do|is fine|works|is ok(?:ay)?))?\s+(?P<cond>{_NOT_EN}|as (?:an?|the|my) (?:back-?up|fallback|second choice|alternative))\s*(?=$|[,;.!?)])"
    rf"|\bor (?P<body2>[a-z][^,.;!?]{{2,30}}?) (?P<cond2>{_NOT_EN})\s*(?=$|[,;.!?)])"
)
""" "green if black is sold out", "or cancel it if you can't"."""
_WHETHER = re.compile(
    r"^\W*(?:please )?(?P<cond>(?:if|in case|as long as|provided)\b[^,;.!?]{0,50}?\b(?:there(?:'s| is| are)(?: still)?(?: an?| one| some)? \S+|(?:is|are|'s) (?:still )?(?:available|in stock|there|left)(?: in (?:an? |size )?\S+)?|you (?:still )?have (?:it|one|an?y?)?(?: in)? ?\S+))[\s,]+(?:then )?(?=\w)"
    r"|^\W*(?:do you (?:still )?have|have you got|is there|are there|is (?:it|the|that) [^?]{0,30}\b(?:available|in stock))\b[^?.!]{0,40}\?\s*(?P<so>if (?:so|yes|you do|there is|it is)\b)[\s,]*(?:then )?(?=\w)"
    rf"|^\W*(?P<cond2>{_IF}?(?:还|能)?(?:有|能换|可以换)[^,，。；;！？!?就]{{1,12}}(?:的话|的)?[,，]?就)"
)
"""That something is to be had, where it is said what shall be done with it then."""


@dataclasses.dataclass(frozen=True)
class Else:
    """A clause that says what shall be done where what was said before comes to nothing."""

    start: int
    body: tuple[int, int]
    """Where it is said what."""
    end: int


def alternatives(low: str) -> list[Else]:
    """Return the clauses of what shall be done otherwise, from left to right."""
    found = [
        Else(match.start(name), match.span(name), match.end())
        for match in _REVERSED.finditer(low)
        for name in ("body", "body2")
        if match[name] and match.start()
    ]
    leading = without_whether(low)
    for pattern in (_ELSE, _ELSE_ZH, _STOCK_ZH, _IF_SO, _IF_SO_ZH):
        for match in pattern.finditer(low):
            start, begin = match.start("cond" if match["cond"] else "cond2"), match.end()
            if still := _STILL.match(low, begin):
                begin = still.end()
            end = _end(low, begin)
            within = any(one.start <= start < one.end for one in found)
            if start >= leading and low[:start].strip(" ,.;:，。！？") and not within:
                found.append(Else(start, (begin, end), end))
    return sorted(found, key=lambda one: one.start)


def without_whether(low: str) -> int:
    """Return where the request begins behind a leading "if it is in stock"; 0 where none stands there."""
    match = _WHETHER.match(low)
    return match.end() if match else 0


_STILL = re.compile(r"[^,，。；;！？!?\s就再]{1,6}(?:的话|就|再)(?:我|就|再|只能)*(?=\S)")
"""What is left of a condition before its body: 要是不能|换就|退."""
_CLAUSE_ENDS = re.compile(r"[,，。.;；!！?？\n]|\s(?=[\u4e00-\u9fff])")


def _end(low: str, body: int) -> int:
    match = _CLAUSE_ENDS.search(low, body)
    return match.start() if match else len(low)
