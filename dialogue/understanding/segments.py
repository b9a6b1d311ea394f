"""A message cut into its requests: "cancel order W1 and return the speaker from W2" are two, "return A and B" is one."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence

from dialogue.understanding import conditions
from dialogue.understanding.openings import stripped
from dialogue.understanding.phrases import is_question, without_regard
from dialogue.understanding.text import Text, read

MAX_SEGMENTS = 6

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("cancel", r"(?<!noise[- ])cancel(?!led|lation|ed)\w*|(?:have|get|want|like|see|need|you)(?: [\w'-]+){0,5}? cancell?ed|(?:can|could|should|would|may|must|to|please)(?: [\w'-]+){0,6}? be cancell?ed|call(?:ed)? off|call (?:[\w'-]+ ){1,5}off\b|scrap|get rid of (?=the|my|that|this)|(?:stop|drop) (?=(?:the|my|that|this) (?:[\w-]+ ){0,2}order\b)|取消|拦(?:下|截|回|住)|撤(?:[销单回掉]|了(?!回|销))"),
    ("exchange", r"exchang\w*|swap\w*|replace(?!d)|trade|换货|调换|换(?:\W*$|成|个|一|大|小|新|码|(?=[黑白灰红蓝绿黄紫粉棕米藏酒深浅橙])|(?=x*[sml]\b|\d))|换掉|(?:become|turn into)(?= (?:an?|one)\b)"),
    ("return", r"return(?!ed)\w*|send (?:it |them |\w+ )?back|refund(?!ed)(?! status)|(?:get|have|want|give me) (?:my |the )?money back|give back|(?:go|goes|going) back(?! to\b(?! (?:you|the (?:shop|store|seller|warehouse|sender))\b))|退货|退掉|退款|退了|退(?=$|[\u4e00-\u9fff]|\d+[件个双条])"),
    ("change", r"chang(?:e|ing)|chang(?:ed)(?= (?:to|into) )|modify\w*|updat(?:e|ing)|edit|switch(?!(?:ed)? (?:off|on)\b)|correct(?= (?:the|my|it))|redirect|修改|更改|改(?:一下|成|到|下|为)|改(?=地址|颜色|尺码|支付|付款|[黑白灰红蓝绿黄紫粉棕藏酒深浅橙][\u3400-\u9fff]?色)|更新|变更"),
    ("look", r"track\w*|check(?!out)|find out|look up|tell me|show me|where is|where's|what is the status|查(?:一下|下|查|询|看)?|看(?:一下|看|下|一?眼)|[瞅瞧](?:一?[下眼])|跟踪|催"),
    ("make", r"make (?:it|that|them|the|my)\b"),
    ("address", r"(?:chang(?:e|ing)|updat(?:e|ing)|correct) (?:the |my |its |that |this )?(?:\w+ ){0,2}address|地址[^,，。;；]{0,6}(?:改|换)|(?:改|换|修改|更改|更新)(?:一?下)?[^,，。;；]{0,6}地址|(?:send|ship|deliver|mail|redirect|reroute)\b(?! (?:it |them |this |that |\w+ )?back)[^.;!?]{0,40}\bto (?:my|the|our|a|an|\d)|寄[到去往给]|(?:改|转)[寄送发邮]|[送寄发]我[^,，。]{0,8}(?:地址|那[边里儿])|送到|发[到往]"),
    ("pay", r"(?:put|charge|bill|move) (?:the |my |that |this )?(?:order|payment|it)\b(?=[^.;!?]{0,60}\b(?:on|to)\b)"),
    ("invoice", r"invoice|receipt|开(?:个|一张|张|一下)?(?:电子|增值税|专用)?发?票|发票[^,，。;；！？]{0,6}开"),
    ("coupon", r"claim|redeem|(?<![高低圆翻立衣方尖西领])领(?![口子带型])(?:个|一张|取|券)?|兑换"),
    ("find", r"looking for|recommend|buy|order (?:an?|another|some|one)\b|search|推荐|想买|找(?:个|一)|要买|买(?:个|一)"),
    ("compare", r"compare|对比|比较"),
    ("price", r"price (?:protection|match|adjust\w*)|price difference (?:on|for|back)|diff(?:erence)? back|(?:make|making) up (?:for )?the (?:price )?difference|(?:give|refund|get|pay (?=me|us)) ?(?:me |us )?(?:back )?the (?:price )?difference|价保|差价(?=[^,，。;；！？?]{0,6}[退补返给])|[退补返给](?:得了|我|个)?(?:一下)?差价|保价|保个价"),
    ("know", r"know|ask|问(?:一下|下)?(?!题)|想知道|咨询"),
)  # fmt: skip
_CUES = tuple(
    (name, re.compile(rf"(?:\b|(?<=[\u4e00-\u9fff])|(?<=\w)(?=[\u4e00-\u9fff]))(?:{pattern})"))
    for name, pattern in _FAMILIES
)
_VERB_EN = r"(?:cancel|return|exchange|swap|replace|refund|change|modify|update|switch|track|check|send|get|find|tell|show|know|see|look|compare|claim|apply|buy|ask|redirect|ship|give|make|help|have|pay|use|issue|what|how|where|when|is|are|do|does|can|could|if)"
_ARROW = re.compile(r"[\w)]\s*(?:[-=]>|→)\s*\w")
_LEAD_EN = r"(?:(?:i|we)(?:'d| would|'ll| will)?(?: also)?(?: just)?(?: (?:want|need|like|love|wish|wanna|have|am going))?(?: to)? |(?:can|could|would|will) (?:you|i|we) (?:also |please )*|please (?:also )?|help me (?:to )?|let me |let's |also |then |to )*"
_AND_EN = r"(?:,?\s*\b(?:but(?! not\b)(?: also| instead)?|and(?: also| then| please| finally| lastly| while you're at it)?|also|then|plus|additionally|besides(?: that)?|after that|secondly|second,|next,|finally|lastly|as well as|oh and|by the way|btw)\b,?\s+|,\s+)"
_SPLIT_EN = re.compile(rf"{_AND_EN}(?={_LEAD_EN}{_VERB_EN}\b)")
_AND_ZH = r"(?:[,，、]?\s*(?:然后|另外|还有|顺便|顺带|同时|并且|再帮我|再(?=退|换|取消|改|查|开|看|买|领|推)|以及|此外|对了|其次|最后|以后)[,，]?\s*|[,，]\s*)"
_LEAD_ZH = r"(?:我|还|也|再|想要?|要|帮我|帮忙|帮|请|麻烦(?:你|您)?|给我|把|能不能|可以|能|需要|顺便|一下|你|您|另外|把?(?:订单)?#?[a-z]?\d{4,}(?:这单|的)?)*"
_VERB_ZH = r"(?:退|换|取消|撤|改|修改|更改|查|看|开|推荐|找|买|领|比较|对比|问|申请|催|跟踪|价保|告诉|发票|地址|什么时候|怎么|多久|有没有|多少)"
_THING_ZH = r"[\u3400-\u9fffA-Za-z]{1,6}?(?:的(?:那?[件个双条款])?|那[件个双条款])"
"""A thing pointed to before the verb: 灰的, 白色那件."""
_SPLIT_ZH = re.compile(
    rf"{_AND_ZH}(?={_LEAD_ZH}{_VERB_ZH})|[,，;；]\s*(?={_THING_ZH}{_LEAD_ZH}(?:退|换|取消|改成|改为))|(?<=[\u4e00-\u9fff])(?:然后|顺便|另外|并且|同时|还有)(?={_LEAD_ZH}{_VERB_ZH})"
)
_MONEY_EN = r"(?:refund|money|difference|balance|cost|cash)"
_METHOD_EN = r"(?:gift ?card|pay ?pal|credit ?card|debit ?card|visa|master ?card|amex|card|payment method|original)"
_METHOD_ZH = r"(?:礼品卡|购物卡|信用卡|银行卡|paypal|visa|zfb|wx|支付宝|微信|原路|原支付|卡)"
_HOW_PAID = re.compile(
    rf"^\W*(?:and |also |then |please |just |with |having |you can |i(?:'ll| will|'d like to| want to| can)? )*(?:"
    rf"(?:refund|money|cash)\W+(?:my |the )?{_METHOD_EN}\b|(?:refund|money|cash)(?: (?:it|that|them|everything|the (?:money|rest)))?(?: back)? (?:to|on|onto|via|by|through|with)\b"
    rf"|(?:put|charge|pay|cover|use|take|send|give|apply|get|want)\b[^.;!?]{{0,30}}\b{_MONEY_EN}\b|(?:the |any |whatever )?(?:price )?{_MONEY_EN}s?\b[^.;!?]{{0,24}}\b(?:to|on|with|via|by|through|from)\b"
    rf"|(?:use|charge|via|with|by|on|from|to)? ?(?:my |the )?{_METHOD_EN}\b[^.;!?]{{0,40}}$|(?:pay|paid|paying) (?:with|by|via|from|using)\b"
    rf"|(?:use|charge) (?:my|the) {_METHOD_EN})"
    rf"|^\W*(?:钱|退款|差价|余额|多的|费用|款)?(?:就|都|也|请|我|帮我)*(?:退|走|用|打|返|付|付款|支付|刷)(?:款|钱|回)?(?:到|回|去|在|至)?(?:我的?)?{_METHOD_ZH}|^\W*(?:钱|退款|差价|退(?:的|回来的)(?:钱|款))[^。；！？]{{0,12}}{_METHOD_ZH}"
)
"""A sentence that only says how money moves: part of the request beside it, never one of its own there."""
_ASIDE = re.compile(
    r"[,，]\s*(?=(?:钱|退款|差价|余额|多的|费用)[^。；！？,，]{0,12}(?:退|走|用|到|付|付款))"
    rf"|(?<=[\u3400-\u9fff])\s+(?=(?:钱|退款|差价|余额|款)?[^。；！？,，\s]{{0,2}}(?:退|走|打|返|付)[款钱]?[到回去在至]?(?:我的?)?{_METHOD_ZH})"
)
"""Where a clause about money begins."""
_DROPPED = re.compile(
    r"^\W*(?:(?:hmm+|oh|well|actually|ok|okay|no|wait|on second thoughts?|hang on|hold on|sorry)\b[,. ]*)*"
    r"(?:forget(?: about)?|never mind|skip|scrap|drop|no|don't|not)\s+(?:(?:about|the|that|this|an?|any|my|to)\s+)*"
    r"(?:swap|exchange|return|replacement|cancellation|cancel|change)(?:ing)?\s*(?:after all|then|please|it|them)?\s*[,.;:!–-]\s*(?=\w)"
    r"|^\W*(?:[哎唉嗯额那]+[,，。 ]*)*(?:要不|还是|那)?(?:先)?(?:不|别)(?:退|换|取消|改)(?:货|款|了|吧|掉)*\s*[,，。;；!！]\s*(?=\S)"
)
"""A procedure named only to be given up, before what is wanted in its place: "forget the swap, ..."."""
_BEFOREHAND = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|wait|but|so|just)\b\W*)*before (?:you|we|i|that|this|it)\b[^,.;!?]*,?\s*$|^\W*[^,，。；！？]{0,10}(?:之前|以前)[,，]?\s*$"
)
"""It only says when something is to be answered: "before you change it, …"."""
_POLITE = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|thanks?|thank you|thx|please|pls|plz|great|perfect|hi|hello|hey|and|there|so much|very much|a lot|好的?|谢谢[您你]?|你好|您好|嗯)\b\W*)*$"
)
_ONE_MORE = r"(?:also|by the way|btw|another (?:thing|question)|one more (?:thing|question)|another one|另外|还有|此外|对了|顺便)"
_ADDED = re.compile(rf"(?:[,，;；]\s*|(?<=[吗呢么]))(?={_ONE_MORE})")
"""Where something is asked or wanted besides."""
_ADDS = (re.compile(rf"{_ONE_MORE}\W*$"), re.compile(rf"\W*{_ONE_MORE}"))
"""That it is, before the words and at their beginning."""
_DONE_TO_GOODS = frozenset({"cancel", "exchange", "return", "change", "price"})
"""Families of verbs that say in full what is wanted, without the condition beside them."""
_ASIDES = frozenset({None, "know", "look", "make", "find"})
"""Families of verbs that stand in many a sentence that asks for nothing: "as far as I know"."""
_THANKS_AFTER = re.compile(
    r"(?<=\S)[\s,.，。！!~～]+(?:(?:谢谢|多谢)[您你啦了]?|谢了|thanks?|thank you|thx|please|pls|plz|急|asap|哈|亲)\W*$",
    re.IGNORECASE,
)
"""Politeness at the end of a wish: it is no part of it."""
_LONG = re.compile(r"[\u3400-\u9fff]{8}|(?:[\w']+\W+){5}")
"""So much that thanks behind it are not what the message is about."""
_SENTENCE = re.compile(r"(?<=[。！？!?;；\n])\s*|(?<=[a-z0-9\)\"'\u4e00-\u9fff])\.(?=\s+|$)\s*")


_BEFORE_ORDER = re.compile(
    rf"(?:,\s*(?:(?:and|then|also)\s+)?|\s(?:and|then|also)\s+)(?=(?P<order>(?:on |for |order )?#?[a-z]{{0,2}}\d{{5,}}[,:]?\s+){_LEAD_EN}{_VERB_EN}\b)"
)
"""An order that is named before what is to be done with it: "..., and D1002000001, swap that dress"."""


@dataclasses.dataclass(frozen=True)
class Segment:
    """A part of the message with at most one request."""

    start: int
    end: int
    cue: str | None = None
    """Family of the request's verb; None when there is none."""
    question: bool = False
    core: tuple[tuple[int, int], ...] = ()
    """Where the request itself stands: without what beside it only says how money moves."""
    fallback: bool = False
    """Wanted only where the first request comes to nothing."""
    added: bool = False
    """Said to come besides: "by the way, …"."""
    body: tuple[int, int] | None = None
    """Where the request itself stands, apart from the condition under which it is wanted."""
    flow: str | None = None
    """The procedure that is asked for, where that is known by its clauses; "" where it says something of its own, nobody knows what."""
    wish: tuple[int, int] | None = None
    """From the first piece with the request's verb to the last: in a long story what stands before only tells how it came to it."""


def split(text: Text) -> list[Segment]:
    """Cut the message where a new request begins; what has no request of its own stays with its neighbour."""
    units = {one.start: one for one in conditions.guarded(text.low)}
    pieces = [
        guarded(text.low, units[start], end) if start in units else piece(text.low, start, end)
        for start, end in _pieces(text.low, list(units.values()))
        if text.low[start:end].strip(" ,.;:!?。，！？；、…")
    ]
    if not any(piece.core for piece in pieces):
        pieces = [
            dataclasses.replace(piece, core=((piece.start, piece.end),), cue=cue(text.low[piece.start : piece.end]))
            for piece in pieces
        ]
    return _merged(pieces)[:MAX_SEGMENTS]


def guarded(low: str, unit: conditions.Guarded, end: int) -> Segment:
    """Return a unit of condition and wish as a segment."""
    wanted = low[slice(*unit.body)]
    core = (unit.body,) if unit.holds and cue(wanted) in _DONE_TO_GOODS else ((unit.start, end),)
    body = unit.body if not unit.holds or core == (unit.body,) else None
    return Segment(unit.start, end, cue(wanted), is_question(wanted.strip()), core, not unit.holds, body=body)


def piece(low: str, start: int, end: int) -> Segment:
    """Return the words between two places as a segment; without a core where they only go with the request beside them."""
    words = low[start:end]
    if _DROPPED.match(f"{words}x") or _BEFOREHAND.match(words):
        return Segment(start, end)
    if cue(words) != "price" and _HOW_PAID.search(words) and not words.rstrip().endswith(("?", "？")):
        return Segment(start, end)
    family = cue(words)
    added = bool(_ADDS[0].search(low[:start]) or _ADDS[1].match(words))
    wish = (start, end) if family not in _ASIDES else None
    return Segment(start, end, family, is_question(words.strip()), ((start, end),), added=added, wish=wish)


def request_of(words: str) -> str:
    """Return the words without what in them only says how money moves; that alone, it is the request.

    ``request_of("Exchange the camera. I'll pay the difference with PayPal") == "Exchange the camera."``
    """
    found = split(read(words))
    spans = sorted(span for segment in found for span in segment.core)
    cores = [words[start:end].strip() for start, end in spans]
    request = " ".join(core for core in cores if not _POLITE.match(core.lower())) or " ".join(cores) or words
    bare = stripped(request)
    wish = _THANKS_AFTER.sub("", bare)
    asks = cue(wish.lower()) is not None or _LONG.search(wish)
    return without_regard(wish if asks else bare).strip() or request


def cue(low: str) -> str | None:
    """Return the family of the first request verb; "grey -> black" has none and asks for a change."""
    hits = [(match.start(), name) for name, pattern in _CUES if (match := pattern.search(low))]
    return min(hits)[1] if hits else "change" if _ARROW.search(low) else None


def cuts(low: str) -> set[int]:
    """Return where a verb tells that another request may begin."""
    found = {
        match.end() for pattern in (_SENTENCE, _SPLIT_EN, _SPLIT_ZH, _ASIDE, _ADDED) for match in pattern.finditer(low)
    }
    orders = list(_BEFORE_ORDER.finditer(low))
    return (found - {match.end("order") for match in orders}) | {match.end() for match in orders}


def _pieces(low: str, units: Sequence[conditions.Guarded]) -> list[tuple[int, int]]:
    places = {0, len(low), *(one.start for one in units), *(one.end for one in units)}
    if dropped := _DROPPED.match(low):
        places.add(dropped.end())
    places |= {place for place in cuts(low) if not any(one.start < place < one.end for one in units)}
    return list(itertools.pairwise(sorted(places)))


def _merged(pieces: list[Segment]) -> list[Segment]:
    """Join a piece without request to the one before it, at the beginning to the one after it."""
    merged: list[Segment] = []
    for piece in pieces:
        if merged and _belongs(merged[-1], piece):
            last = merged.pop()
            piece = Segment(  # noqa: PLW2901
                last.start,
                piece.end,
                last.cue or piece.cue,
                last.question or piece.question,
                last.core + piece.core,
                last.fallback,
                last.added,
                last.body or (piece.body if last.cue is None else None),
                wish=(last.wish[0], piece.wish[1]) if last.wish and piece.wish else last.wish or piece.wish,
            )
        merged.append(piece)
    return merged


def _belongs(last: Segment, piece: Segment) -> bool:
    if piece.added and (last.question or last.cue is not None) and (piece.question or piece.cue == "know"):
        return False
    if piece.fallback:
        return False
    if last.fallback and piece.cue is not None and piece.cue != last.cue:
        return False
    if piece.question and last.cue is not None and piece.cue != last.cue:
        return False
    if piece.cue is None or last.cue is None:
        return True
    same = (
        piece.cue == last.cue
        or {piece.cue, last.cue} in ({"exchange", "change"}, {"know", "look"})
        or piece.cue == "know"
    )
    return same and not (piece.question and not last.question)
