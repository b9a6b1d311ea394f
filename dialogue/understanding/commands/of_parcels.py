"""Questions about what was bought and is not there yet: whether it has left, when it comes, that it never came."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue import browsing
from dialogue.commands import Entity
from dialogue.understanding import phrases
from dialogue.understanding.commands.of_goods import EFFECTS, FAULTS, SURE
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.segments import Segment

NEVER_CAME = frozenset({"not_received", "not_found"})
"""Codes of the reasons that goods never came, though they may be said to have been delivered, and were looked for."""
_OTHER_CUES = frozenset(
    {"cancel", "exchange", "return", "change", "address", "pay", "invoice", "coupon", "price", "compare"}
)
"""Families of verbs that ask for something to be done: it may be asked there how far that is, not where a parcel is."""
_OF_OTHER_THINGS = frozenset({"refund_status", "request_invoice", "list_coupons", "claim_coupon", "price_protection"})
"""Procedures about money and papers, which are sent and received as well."""
_GOES = r"(?:packed|wrapped up|shipped|dispatched|despatched|posted|mailed|sent|(?<!the )(?<!my )left(?! (?:side|ear|one|arm|shoe|hand|foot|leg|bud|speaker|sleeve|channel|cup)\b)|gone(?! (?:for|4|down|up|on sale|off|wrong|bad|flat|quiet|silent|dead|stiff|funny|weird|mouldy|rusty|blank)\b)|on (?:its|their|the) way|out (?:of|the)|leav(?:e|ing)|go out|ship out)"
_LEFT = re.compile(
    rf"\b(?:has|have|had|is|are|was|were|did)\b[^.!?,;]{{0,40}}\b{_GOES}\b(?! (?:with|in(?!\W*$)|by|from|via|as|free|for free|to me)\b)"
    rf"|(?<!not )(?<!n't )(?<!not been )(?<!n't been )\b{_GOES} (?:yet|already|or (?:not|no))\b"
    r"|\bwhen (?:(?:does|do|will|did|is|are)\b[^.!?,;]{0,30}\b(?:leave|leaving|ship|go out|going out|get (?:sent|shipped|packed)|be (?:sent|shipped|dispatched|posted|packed))|[^.!?,;]{0,30}\b(?:leaves|ships))\b"
    r"|还没(?:有|给我)?(?:发货|发出去?|寄出去?|出库|打包|发|寄)(?:对|是)?吧(?=\W*$)"
    r"|发没发|寄没寄|有没有(?:发货|发出|寄出|出库|打包)|(?:发货|发出来?|发出去|发走|寄出来?|寄出去|寄走|送出来?|出库|出仓|出货|打好?包|包好|备好货?|揽收)(?:了|过)?没(?:有|呢|呀|啊)?(?![\u3400-\u9fff]*(?:退|换|取消|改))"
    r"|(?:发|寄)了没|(?:发|寄)了吗|(?:发货|发出|寄出|寄走|发走|出库|出仓|打包|备货)(?:好|完)?了(?:吗|么)"
)
"""Whether goods have been packed and sent is asked."""
_NOT_YET = re.compile(
    rf"\b(?:hasn't|haven't|isn't|aren't|wasn't|weren't|didn't|not)\b[^.!?,;]{{0,40}}\b{_GOES}\b|(?:还没|还不|仍没|迟迟[没不])(?:有|给我|见)?(?:发货|发出|寄出|出库|打包|发(?![票现]))"
)
"""That they have not is said: a question where nothing else is wanted."""
_COMES = re.compile(
    r"\b(?:when|(?:what|which) (?:day|date|time)|how soon)\b[^.!?;]{0,40}\b(?:arriv\w*|com(?:e|es|ing)|get (?:here|to me|it|them)|gets (?:here|to me)|be here|here|reach\w*|land\w*|turn\w* up|show\w* up|deliver\w*|expect|keep (?:myself )?free|stay(?:ing)? (?:in|home|at home)|be (?:in|home|at home))\b"
    r"|\b(?:reached|arrived in|got to|made it to)\b[^.!?;]{0,20}\b(?:city|town|country|depot|hub|area|port)\b"
    r"|(?:咋|怎么?|为啥|为什么)(?:还|就|都)?[没不](?:见)?(?:来|到(?!账)|送)|还(?:没|不)(?:见)?(?:来|到(?![账了]))(?=[呀啊呢哦么的]?\W*$)"
    r"|(?:什么时候|啥时候|啥时|何时|几时|几号|哪一?天|多久|还要几天|几天|几点|明天|明儿|今天|今儿|后天|周[一二三四五六日末天]|礼拜[一二三四五六天])[^，。！？,!?]{0,6}(?:能到|会到|可以到|到(?=[不吗呀啊呢哦么了的]|$)|收(?:到|着|得到)|拿(?:到|得到)|送(?:到|来|过来|达)|签收|派送)"
    r"|(?:什么时候|啥时候|哪一?天|几号|几时)[^，。！？,!?]{0,4}(?:到货?|送到|签收|收到)的|(?:签收|送达|到货|派送|配送)(?:的)?(?:日期|时间)"
    r"|\b(?:delivery|arrival) (?:date|day|time)\b"
)
"""When goods come, or came."""
_ONLY_WHEN = re.compile(
    r"^\W*(?:(?:hello|hi|hey|there|good|morning|afternoon|evening|so|and|the|my|our|please|pls|now|tell me|just|那|那个|我的?|你好|您好|哈喽|请问|亲|嗯)\W*)*(?:when|what day|which day|eta|什么时候|啥时候|哪天|几号|几时)\W*(?:(?:please|pls|then|now|is it|呀|啊|呢|到)\W*)*$"
)
"""What is left beside the goods where nothing but the day is asked for: "speaker. when?"."""
_ON_ITS_WAY = re.compile(r"\b(?:on|along) (?:its|their) way\b|\bin transit\b|(?:在|半)路上")
"""Said of goods that were sent, which are somebody's own."""
_TO_ME = re.compile(
    r"\b(?:arrive|come|coming|turn up|show up|get|reach|land|be|delivered)\b[^.!?,;]{0,12}\b(?:at|to|with) (?:mine|me|my (?:place|door|house|home|flat))\b|到我(?:家|手|这)"
)
_MONEY_OR_PAPERS = re.compile(
    r"(?:退款|退的钱|钱|发票|券|验证码|短信|邮件|\b(?:refund|money|invoice|receipt|e-?mail|voucher|coupon|code))[^，。,.!?]{0,16}$"
)
_ANY = re.compile(r"\b(?:an?|any|some)(?: [\w-]+){0,2} $|(?:想要|想买|有没有)$")
_BEFORE_BUYING = re.compile(
    r"\b(?:if|suppose|in case|once i|after i (?:order|pay)|order (?:now|today|tonight)|in stock|restock\w*|available again|back in)\b|如果|假如|要是|万一|下单[后的了]|现在(?:买|拍|下单)|补货|有货|上架|预售"
)


def of_parcels(reading: Reading, part: Segment, entities: tuple[Entity, ...], best: str, chance: float) -> str | None:
    """Return the flow that a question about one's own goods under way asks for; None: it is none, or the classifier heard it.

    A stranger who names goods may as well want to buy them.

    Args:
        best, chance: what the classifier heard.
    """
    if _of_the_money(reading, part, entities, best):
        return "refund_status"
    whole, low, cue, known = reading.text.low, reading.text.low[part.start : part.end], part.cue, reading.view.known
    if _BEFORE_BUYING.search(low):
        return None
    low = _without_faults(reading, low, part.start)
    own = browsing.speaks_of_own(low) or any(item.type == "order_ref" for item in entities)
    own = own or bool(_TO_ME.search(low) and any(item.type == "product" for item in entities))
    named = own or (known and any(_is_one(item, whole) for item in entities))
    gone = cue in _OTHER_CUES - {"return"} or best in _OF_OTHER_THINGS - {"refund_status"}
    if never_came(entities, whole) and (known or own) and not gone and not phrases.supposes(low):
        return "track_order"
    if cue in _OTHER_CUES or (best in _OF_OTHER_THINGS and chance >= SURE):
        return None
    under_way = _ON_ITS_WAY.search(low) and not phrases.asks_for_it(low)
    if not named and not under_way:
        return None
    if best in {"order_status", "track_order"} and chance >= SURE:
        return None
    if _COMES.search(low) or under_way or phrases.asks_progress(low) or _ONLY_WHEN.match(_without_goods(low, entities)):
        return "track_order"
    if best == "report_problem" and chance >= SURE:
        return None  # "the zip on my jeans has gone"
    waits = _NOT_YET.search(low) and not (best in EFFECTS and chance >= SURE)
    return "order_status" if waits or _LEFT.search(low) else None


def _without_faults(reading: Reading, low: str, start: int) -> str:
    """Blank out what is wrong with goods: "one side has gone dead" says of nothing that it has gone."""
    for item in reading.within(start, start + len(low)):
        if item.type == "reason" and item.value.get("code") in FAULTS:
            low = low[: item.start - start] + " " * (item.end - item.start) + low[item.end - start :]
    return low


_OF_A_PARCEL = re.compile(
    r"包裹|快递|快件|物流|货|单|派送|配送|送|签收|寄|发|\b(?:parcel|package|packet|deliver\w*|courier|carrier|order\w*|ship\w*|sent|track\w*|box|post)\b"
)


def _of_the_money(reading: Reading, part: Segment, entities: tuple[Entity, ...], best: str) -> bool:
    """Whether what is late, and not named, is the refund that was just looked at: 怎么这么慢, "why is it so slow"."""
    view, low = reading.view, reading.text.low[part.start : part.end]
    looked_at = view.last_flow == "refund_status" and view.active_flow is None and not view.focused
    named = any(item.type not in {"reason", "date", "category"} for item in entities)
    return looked_at and best in {"track_order", "order_status"} and not named and not _OF_A_PARCEL.search(low)


def never_came(entities: Iterable[Entity], whole: str) -> bool:
    """Whether it is said that goods never came: not money or papers."""
    told = (item for item in entities if item.type == "reason" and item.value.get("code") in NEVER_CAME)
    return any(not _MONEY_OR_PAPERS.search(whole[: item.start]) for item in told)


def _is_one(item: Entity, whole: str) -> bool:
    """Whether goods are certain ones: "the speaker", not "a speaker"."""
    return item.type == "product" and bool(item.value.get("product_ids")) and not _ANY.search(whole[: item.start])


def _without_goods(low: str, entities: tuple[Entity, ...]) -> str:
    for item in entities:
        if item.type in {"product", "category", "option", "brand"}:
            low = low.replace(item.text.lower(), " ")
    return low
