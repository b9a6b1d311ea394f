"""Where in a clause it is said when something is wanted: "if shipped return it", 没有就退, "no stock then refund". Pure functions."""

from __future__ import annotations

import dataclasses
import itertools
import re

from dialogue.understanding import predicates
from dialogue.understanding.predicates import Said

_LEADS = re.compile(
    r"\W*(?:(?:and|but|or|so|ok|okay|well|also|only|either|ideally)\b\W*|(?:但是?|那么?|然后|而且?|或者?)(?=\W*[如要若不没否有能可]))*\W*"
)
_ELSE = re.compile(
    r"(?:(?:or else|otherwise|elsewise|else|failing (?:that|which|this)|in (?:the |any )?other case|in (?:which|that) case|if no luck|no luck|no joy|second choice|back-?up|fallback|plan b)\b|否则|要么|要不然|不然|要不|备选|次选|其次|退而求其次|第二(?:选择|志愿))(?:的话)?\W*(?:(?:then|is|would be)\b\W*|那?就|那|是|选)*"
)
"""What by itself says that the rest is wanted instead."""
_ALTERNATIVE = re.compile(
    r"\b(?P<first>cancel|exchange|swap|replace|price[- ](?:match|protect)\w*|difference)\b(?!ed|led)[^,.;!?]*?\s(?P<or>or (?:else )?(?:just |simply |to )*)"
    r"(?=(?:(?:i|we)(?:'d| would|'ll| will)?(?: rather| just)? (?:(?:want|like|need|prefer|have) (?:to )?)?(?:(?:it|them|that|the (?:order|lot)) )?)?(?P<second>cancel|return|refund|send (?:it|them) back|(?:give|get) me (?:a refund|my money back))(?:led|ed|ing)?\b)"
    r"|(?P<first_zh>换货?|取消|价保|退差价)[^,，。；！？吗]*?(?P<or_zh>要么|或者?|不然)(?:就|直接|给我|帮我)*(?=(?P<second_zh>退(?!差价)|取消))"
)
"""One thing or another, of which the first is the one that is wanted: "price match it or cancel it"."""
_OR = re.compile(r"\W*or (?:else )?(?:just |simply )*(?=(?:cancel|return|refund|send (?:it|them) back)\b)")
_ELSE_BEHIND = re.compile(
    r"\s(?:is|as) (?:my |the |our )?(?:second|next|back-?up|fall-?back)(?: choice| best| option)?\W*$|\s(?:otherwise|as (?:an?|the|my) (?:back-?up|fallback|second choice|alternative|plan b))\W*$"
    r"|(?:as well|too|instead)? ?(?:will|would|is|are|works?) (?:also |be )?(?:do|fine|ok|okay|alright|all right)?(?: too| as well| instead)\W*$|也(?:可以|行|好|成|ok|凑合|能接受)(?:的?[吧啊呀哈]?)?\W*$"
)
"""The same behind what is wanted: "refund otherwise", 黑色也行."""
_NO_IF = re.compile(
    r"(?:\b(?:glad|grateful|great|appreciate(?: it)?|nice|lovely|helpful|kind|wonderful|mind|good|thankful|check|see|know|tell me|wonder(?:ing)?|ask|look|looking|confirm|sure|brilliant|happy|obliged|as|even|what)|看看?|问问?|知道|确认|查查?|确定)\s*(?:一下|下)?$"
)
"""Before an "if" that guards nothing: "I'd be glad if you …", "see if …"."""
_IF_EN = re.compile(
    r"\b(?P<unless>unless)\b|\b(?P<when>when(?:ever)?)\b|\b(?:(?:only )?if|in case|in the event(?: that)?|provided(?: that)?|providing|as long as|so long as|assuming|on condition that|where(?= (?:\w+ ){0,3}(?:in stock|available|unavailable|possible|not|out)))\b"
    r"|\bshould\b(?= (?:\w+ ){1,4}(?:be|not|have|prove|turn|fail|come)\b)(?! (?:i|we|also|be)\b)"
)
_IF_ZH = re.compile(
    r"前提是|除非|要是|只有(?=[^,，。]*才)|如果|若是?|假如|假使|万一|倘若|实在|只要|如(?=[^何果今下]{1,8}(?:无|没|不|有|能|缺))"
)
_ELSE_AHEAD_ZH = re.compile(r"否则|不然")
"""除非有货，否则退 says when the rest is wanted, 退吧，除非有货 when what stands before is not."""
_WISH_EN = re.compile(
    r"\b(?:then|just|please|pls|i'd|i'll|ill|i will|i would|i want|i shall|i return|i take|i'?m (?=\w+ing)|im (?=\w+ing)|i don'?t want|we'll|we will|kindly|cancel|return|refund|exchange|swap|send (?:it|them|mine|those)|(?:give|get) me|take|make|switch|go (?:for|with)|change|keep|leave|do (?:a|the)|(?:start|open|begin|set up|arrange|raise|process) (?:an?|the|my)|claim|i (?:choose|pick|accept|settle|go))\b"
)
"""By which a wish begins behind its condition, with nothing between: "if shipped return it"."""
_DENIED = re.compile(
    r"\W*(?:(?:you|u|we|i|it|that)\b ?)?(?:can'?t|cannot|can not|unable to|not able to|too late to|past (?:the (?:point|time)|cancel\w*))\b"
)
"""Before a verb that is no wish then: "cannot cancel then return"."""
_WILL_DO_EN = re.compile(
    r"(?<=\s)(?:(?:the|an?|some) )?[\w-]+(?: ones?)?(?:(?:'ll| will| would|'d)(?: also| just)? (?:do|be (?:ok|okay|fine|good|alright|all right|great))|(?:'s| is| are)(?: also)? (?:ok|okay|fine|good|alright|all right|acceptable)| works)\b"
)
_WILL_DO_ZH = re.compile(
    r"[藏酒深浅墨天米卡咖]?[\u3400-\u9fff](?:色|的)*(?:那?[件个款双]的?)?也(?:可以|行|成|中|好|ok|凑合|将就|能接受|没问题)"
)
"""What will do, behind a condition with nothing between: "if you're out of burgundy black is ok", 卖完了黑的也可以."""
_PROCEDURE = re.compile(r"\b(?:cancel\w*|return\w*|refund\w*|exchange\w*|swap\w*|change|switch)\b")
_ASKS = re.compile(
    r"\W*(?:has|have|is|are|was|were|do|does|did|can|could|will|would|when|where|what|how|why|who|which)\b"
)
_UNFINISHED = re.compile(
    r"(?:\b(?:can|can't|cant|cannot|could|couldn't|won't|to|you|we|be|not|able|still|possible to|i|the|a|my)|能|不能|可以|没法|无法|不可以|不|没|还能|给|有|是|没有|[想要]|来不及|来得及|赶不上)\s*$"
)
"""A condition that goes on with the verb: "if you can't | cancel it"."""
_AT_AN_END = re.compile(
    r"^.*\b(?:out of stock|in stock|sold out|run out|ran out|out|gone|unavailable|available|impossible|possible|left|fail(?:s|ed)?|(?:dont|don't|do not|haven't) (?:have|got) (?:it|one|them|any))\b(?P<rest>.*)$"
)
_GOES_ON = re.compile(
    r"\s*(?:to|for|in|with|by|of|on|at|from|that|this|it|your|as|when|because|any|anymore|already|yet|now|today|so|stock)\b"
)
_NONE_EN = re.compile(r"(?:no|none|not|out of|sold out)\b")
_THEN_BEHIND_EN = re.compile(r"[,;.…-]\s*(?:well,? )?then\b")
"""A no, and a clause behind it that says what then: "no black, then green"."""
_THEN_EN = re.compile(r"(?:\bthen\b|\s(?:[-=]+>|→|=)\s)\W*")
_THEN_ZH = re.compile(
    r"\s?(?:[-=]+>|→|=)\s?|(?:的话[,，]?)?(?:(?:那么?|我|咱们?|你们?|您)*(?:就|则|便|才(?=[退换取改选走要用给考])|也(?=不[要留想])|只[能好]|再(?=我|帮|给|退|换|取消|改|申请|走))(?:是|给我|帮我|麻烦|请|只[能好]|再|直接|干脆|按|走)*|的话(?:那(?![边个件双条单款])(?:么|给我|帮我)?)?|那(?=给我|帮我|[\u3400-\u9fff]{1,3}(?:色|的)?(?:也|就)))"
)
_WISH_ZH = re.compile(r"(?:帮我?|麻烦|请|给我|我要?|把)*(?:退|换|取消|改|申请)(?!不|得|没)")
_SHORT_ZH, _SHORT_EN = 9, 34
"""Characters of a condition without a word for if: 没有就退, "no stock then refund"."""
_MAY_BE_BARE = re.compile(
    r"(?:没|无|缺|断|不[能行可成给肯让批够符支满补保赔]|不[退换](?!了)|给(?=[退换补保赔])|[\u3400-\u9fff]不(?:[了到成上通掉]|下来)|没(?:戏|资格)|能|可以|有|[发寄](?:货|了|出|走)|走|没发|没寄|出库|出仓|打(?:好)?包|装[箱车]|卖|售|晚了|来[得不]及|行|还在|失败)"
)
_NOT_A_CONDITION = re.compile(
    r"没(?:几|过[几多两三]|多久|[两三]天|一?会儿)|不(?:[想要喜合需适用穿戴懂知记]|满意)|没有?(?:收|到货|穿|用|拆|洗|看|买|人|问题|事|想|说|打(?!包|好包)|关系|必要|意思)|有(?:问题|事|点|人|个|没有|多少)|说不定|不一定|原因|理由|能不能|有没有|是不是|可不可以|吗$"
)
"""What is told or asked, though it has a no in it: 不想要了就退吧."""
_BARE_ZH = re.compile(
    r"(?:实在|真的?|都|要)?(?:没货|缺货|断货|无货|没了|不行|不成|没现货|没库存|没有|不能|不可以|[\u3400-\u9fff]{1,3}不(?:[了到成上通掉]|下来)|[\u3400-\u9fff]{1,4}(?:没有|没货|缺货|断货|卖完|卖光)了?|没(?:得|戏|差价|这个?码|[\u3400-\u9fff]{1,2}(?:色|码|款))|(?:已经?)?[发寄](?:货|出|走)?了)(?:就?(?:拉倒|算了|作罢))?"
)
_BEGINS_ZH = re.compile(
    r"没有?|无|不[能行]|不(?:给[退换补保]?|[退换补保])(?=我|就)|[发寄]了|[\u3400-\u9fff]{1,2}不(?:[了到成上通掉]|下来)"
)
_NONE_OF_IT_ZH = re.compile(r"(?:没有?|无|缺|不)[\u3400-\u9fffa-z\d]{1,5}(?:的话)?")
_THEN_BEHIND_ZH = re.compile(r"[\W嗯呃额]*(?:那么?|就)(?![边里个件双条单款种样])")
"""A no, and a clause behind it that says what then: 没酒红…那就黑的吧."""
_NO_STOCK_ZH = re.compile(
    r"(?:都)?(?:没货|缺货|断货|无货|没了|不行|不成|没现货|没库存)(?!的话|了|就?(?:拉倒|算了|作罢))(?=[^\W_])"
)
"""What stands right before a wish as its condition: 没货黑色."""
_ASKED_FOR = re.compile(r"有(?!没有)[^,，。！]{1,16}(?:[吗么?？]|没)|有没有|有的?(?:话|就)|还有[^,，。]{1,8}[吗?？]")
_NONE_ZH = re.compile(r"没有?(?:的话)?(?=[换退取改])")
"""What stands right before a wish as its condition where it was asked whether there is any: 有酒红吗？有就换，没有换黑色."""
_WISHES_ZH = re.compile(r"退|换|取消|改(?!主意)|申请|查|价保|保价|要(?!是)")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclasses.dataclass(frozen=True)
class Guard:
    """The words of a clause that say when."""

    unit: int
    """Where the words begin that belong to what is guarded."""
    start: int
    said: Said
    body: int | None = None
    """Where a wish begins behind the condition in the same clause."""
    unless: bool = False
    instead: bool = False
    """ "Otherwise": whatever the condition was, the contrary."""
    then: bool = False
    """Only "then": the answer to what was asked before."""
    bare: bool = False
    """Without a word for if: it never stands behind what it guards."""
    behind: bool = False
    """It always does: 前提是."""


INSTEAD = Said(out=True, stem=False)


def only_leads(words: str) -> bool:
    """Whether nothing is said but "and", "or" and the like."""
    return not _LEADS.sub("", words, count=1).strip(" \t'\"-")


def asks(low: str, start: int, end: int) -> Said | None:
    """Return what a question asks about the first wish: whether it can be had, or has gone out. A wish put as a question asks nothing."""
    asked = re.sub(r"^\W*(?:please )?(?:can|could|is|are|am|do|does|has|have)\b", "", low[start:end])
    if _PROCEDURE.search(asked) and not (_DENIED.match(low[start:end]) or _DENIED.match(asked)):
        return None
    return predicates.said(asked)


def guard_of(low: str, start: int, end: int, *, first: bool, asked: bool) -> Guard | None:
    """Return the guard of a clause; None where it says what is wanted without a condition.

    Args:
        first: no clause stands before.
        asked: a question mark stands behind.
    """
    lead = _LEADS.match(low, start, end)
    begin = lead.end() if lead else start
    if (match := _ELSE.match(low, begin, end)) and not first and not _counts(low, begin):
        return Guard(begin, begin, INSTEAD, match.end() if match.end() < end else None, instead=True)
    if _HAN.search(low[start:end]):
        guard = _in_chinese(low, start, begin, end, first=first)
    else:
        guard = _in_english(low, start, begin, end, first=first, asked=asked)
    if guard is None and not (asked or first) and (match := _OR.match(low, start, end)):
        return Guard(begin, begin, INSTEAD, match.end(), instead=True)
    if guard is None and not asked and (match := _ALTERNATIVE.search(low, begin, end)) and _are_two(match):
        begins, ends = match.span("or" if match["or"] else "or_zh")
        return Guard(begins, begins, INSTEAD, ends, instead=True)
    if guard is None and not first and (match := _ELSE_BEHIND.search(low[:end], begin)) and match.start() > begin:
        return Guard(begin, match.start(), INSTEAD, instead=True)
    return guard


def _counts(low: str, begin: int) -> bool:
    """Whether what comes next is the second of a list, and not a second choice: 首先…，其次…."""
    return low.startswith("其次", begin) and _FIRST_OF_ALL.search(low[:begin]) is not None


_FIRST_OF_ALL = re.compile(r"首先|第一|一是")


def _are_two(match: re.Match[str]) -> bool:
    """Whether what is wanted otherwise is another procedure: "cancel it or cancel that" leaves open what is."""
    return (match["first"] or match["first_zh"]) != (match["second"] or match["second_zh"])


def _in_english(low: str, start: int, begin: int, end: int, *, first: bool, asked: bool) -> Guard | None:
    for opener in _IF_EN.finditer(low, start, end):
        if _NO_IF.search(low[start : opener.start()].rstrip()):
            continue
        body = _body_behind(low, opener.end(), end)
        if body is None and re.search(r"\bor\W*(?:then |maybe |perhaps )?$", low[start : opener.start()]):
            body = _whatever_is_left(low, opener.end(), end)
        condition = low[opener.end() : end if body is None else body]
        said = predicates.said(condition)
        if opener["when"] and (asked or said is None or not said.out or predicates.is_away(condition)):
            continue
        if said is not None:
            unit = opener.start() if _WISH_EN.search(low[start : opener.start()]) else start
            return Guard(unit, opener.start(), said, _begin(low, body, end), unless=bool(opener["unless"]))
    return _bare_in_english(low, begin, end, first=first, asked=asked)


def _bare_in_english(low: str, begin: int, end: int, *, first: bool, asked: bool) -> Guard | None:
    """Read "no stock then refund" and "not possible? …", which have no "if"; "then" after a question is "if so"."""
    then = _THEN_EN.search(low, begin, end)
    if then and then.start() == begin and not first:
        return Guard(begin, begin, Said(out=False, stem=False, form="bare"), then.end(), then=True)
    words = low[begin : then.start() if then else end].strip()
    denied = bool(_DENIED.match(words))
    short = bool(words) and len(words) <= _SHORT_EN and (denied or not _WISH_EN.search(words))
    said = predicates.said(words) if short else None
    if said is None or not (said.out or said.stem or (then is not None and said.form == "bare")):
        return None
    if not asked and then is None and _NONE_EN.match(words) and _THEN_BEHIND_EN.match(low, end):
        return Guard(begin, begin, said, bare=True)
    if then is not None and then.end() < end:
        return Guard(begin, begin, said, then.end())
    answers = denied or not _ASKS.match(words)
    return Guard(begin, begin, said, bare=True) if asked and answers and (not first or denied or said.stem) else None


def _body_behind(low: str, start: int, end: int) -> int | None:
    """Return where a wish begins behind a condition in the same clause."""
    for match in _WISH_EN.finditer(low, start, end):
        condition = low[start : match.start()]
        said = predicates.said(condition) if condition.strip() else None
        if said is not None and (said.form == "bare" or not _UNFINISHED.search(condition)):
            return match.start()
    for match in _WILL_DO_EN.finditer(low, start, end):
        if predicates.said(low[start : match.start()]) is not None:
            return match.start()
    ended = _AT_AN_END.match(low[start:end])
    if ended and ended["rest"].strip() and len(ended["rest"].split()) <= 4 and not _GOES_ON.match(ended["rest"]):
        return start + ended.start("rest")
    return None


def _whatever_is_left(low: str, start: int, end: int) -> int | None:
    """Return where something is said behind a condition that is in the place of the wish: "or if you're out of black the green one"."""
    match = _AT_AN_END.match(low[start:end])
    return start + match.start("rest") if match and match["rest"].strip() else None


def _begin(low: str, body: int | None, end: int) -> int | None:
    if body is None:
        return None
    then = re.compile(r"\W*(?:then\b\W*|just\b\W*)*").match(low, body, end)
    place = then.end() if then else body
    return place if place < end else None


def _in_chinese(low: str, start: int, begin: int, end: int, *, first: bool) -> Guard | None:
    opener = _IF_ZH.search(low, start, end)
    if opener is not None and _NO_IF.search(low[start : opener.start()]):
        opener = None
    place = opener.end() if opener else begin
    then = _THEN_ZH.search(low, place + 1, end)
    words = low[place : then.start() if then else end]
    body: int | None = then.end() if then else None
    if opener and then is None and (wish := _wish_behind(low, place, end)) is not None:
        words, body = low[place:wish], wish
    elif not opener and then is None:
        return _bare_in_chinese(low, begin, end, first=first)
    if not opener and not (_length(words) <= _SHORT_ZH and (_MAY_BE_BARE.search(words) or not _HAN.search(words))):
        return None
    said = None if not opener and _NOT_A_CONDITION.search(words) else predicates.said(words)
    if said is None:
        return None
    at = opener.start() if opener else begin
    unit = at if opener and _WISHES_ZH.search(low[start:at]) else start
    unless = opener is not None and opener[0] == "除非" and not _ELSE_AHEAD_ZH.search(low, end)
    wish_at = body if body is not None and low[body:end].strip(" 的了吧呢啊") else None
    return Guard(
        unit, at, said, wish_at, unless=unless, behind=unless or (opener is not None and opener[0] == "前提是")
    )


def _length(words: str) -> int:
    """Return how long Chinese words are, a Latin word in them as one: "41 out of stock就"."""
    return len(re.findall(r"[\u3400-\u9fff]|[a-z\d]+", words))


def _wish_behind(low: str, start: int, end: int) -> int | None:
    found = itertools.chain(_WISH_ZH.finditer(low, start + 1, end), _WILL_DO_ZH.finditer(low, start + 1, end))
    for match in found:
        condition = low[start : match.start()]
        if not _UNFINISHED.search(condition) and predicates.said(condition) is not None:
            return match.start()
    return None


def _bare_in_chinese(low: str, begin: int, end: int, *, first: bool) -> Guard | None:
    """Read 没货退货 and 不行，退货, which have neither a word for if nor one for then."""
    words = low[begin:end].strip()
    if first or _NOT_A_CONDITION.search(words):
        return None
    match = _NO_STOCK_ZH.match(low, begin, end)
    if match is None and _ASKED_FOR.search(low[:begin]) and (none := _NONE_ZH.match(low, begin, end)):
        return Guard(begin, begin, INSTEAD, none.end())
    bare = _BARE_ZH.fullmatch(words) or (_NONE_OF_IT_ZH.fullmatch(words) and _THEN_BEHIND_ZH.match(low, end))
    if match is None and bare and (said := predicates.said(words)) is not None:
        return Guard(begin, begin, said, bare=True)
    wish = match.end() if match else _wish_behind(low, begin, end) if _BEGINS_ZH.match(words) else None
    said = predicates.said(low[begin:wish]) if wish is not None else None
    return (
        Guard(begin, begin, said, wish) if said is not None and wish is not None and wish - begin <= _SHORT_ZH else None
    )
