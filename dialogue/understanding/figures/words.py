"""The words of a question about figures, each a pattern with what it says."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from dialogue.understanding.numerals import EN_NUMBERS, ZH_NUMBER
from tools.analytics.dimensions import DIMENSIONS
from tools.analytics.metrics import METRICS
from tools.analytics.types import Value, Vocabulary

Kind = Literal[
    "metric", "dimension", "value", "product", "period", "always", "each", "rank", "most", "least", "before", "year_before", "against",
    "why", "share", "average", "trend", "rfm", "cohorts", "records", "which", "weekend", "workday", "exclude", "glue", "again", "best", "worst", "change", "unsettled",
]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Piece:
    """Words of the message and what they say."""

    start: int
    end: int
    kind: Kind
    value: Any = None


_N = rf"({ZH_NUMBER}|\d{{1,3}})"
_EN_N = r"(\d{1,3}|" + "|".join(sorted((word for word in EN_NUMBERS if word != "zero"), key=len, reverse=True)) + ")"
_SIGNS: tuple[tuple[Kind, str], ...] = (
    ("rank", rf"\btop[- ]{_EN_N}\b|\b{_EN_N} (?=(?:best|highest|largest|biggest|top|most)\b)|前{_N}[名个大位]?(?!天|日|周|月|年)"),
    ("rank", rf"(?<=[高多大好少低差小])的?{_N}[个名款种位家件]|{_N}[个名款种位家](?=[^\d]{{0,12}}?(?:最|卖得))|\b{_EN_N} (?=(?:worst|lowest|least|smallest|fewest)\b)|\bbottom[- ]{_EN_N}\b|(?:倒数|后){_N}[名个位]?"),
    ("most", r"\btop\b|\b(?:the )?(?:most|highest|largest|biggest|greatest|best)\b|最高|最多|最大|最强|排名|排行榜?|排第一|第一名"),
    ("least", r"\bbottom\b|\b(?:the )?(?:lowest|least|smallest|fewest|worst|weakest)\b|最低|最少|最小|最差|倒数|垫底"),
    ("best", r"\b(?:best|top)[- ]?sell(?:ing|ers?)\b|\b(?:sell|sold|sells|selling) (?:the )?(?:best|most)\b|\b(?:sell|sold|sells|selling) (?:really )?well\b|卖得最好|卖得最多|卖得(?:很|比较|挺)?好|卖得不错|最畅销|最好卖|热销|畅销|销量冠军"),
    ("worst", r"\bworst[- ]?sell(?:ing|ers?)\b|\b(?:sell|sold|sells|selling) (?:the )?(?:worst|least)\b|\b(?:sell|sold|sells|selling) (?:really )?(?:badly|poorly)\b|卖得最(?:差|少|不好)|卖得(?:很|比较|挺)?(?:差|不好)|卖不动|最(?:不畅销|难卖|不好卖|卖不动)|滞销"),
    ("before", r"环比|(?:\b(?:compared? (?:to|with)|versus|vs\.?|against|over|on|than) )(?:the )?(?:period before(?: it)?|previous period|prior period|preceding period|(?:period |month |week |quarter |day )?before)\b|\b(?:period|month|week|quarter)[- ](?:over|on)[- ](?:period|month|week|quarter)\b|\b(?:mom|wow|qoq)\b|(?:和|与|跟|比|较|同)?(?:上期|上一期|前一期|上一周期)(?:相比|比较|比)?"),
    ("year_before", r"同比|(?:和|与|跟|比|较|同)?(?:去年|上年|一年前)(?:同期|同一时期|的?同期|同月)(?:相比|比较|比)?|(?:和|与|跟|同)(?:去年|上年)(?:相比|比较|比)|比去年|较去年|\byear[- ](?:over|on)[- ]year\b|\byoy\b|(?:\b(?:compared? (?:to|with)|versus|vs\.?|against|over|on|than) )(?:the )?(?:same (?:period|month|time|week|quarter)(?: of)?(?: the)? (?:last|previous|prior) year|(?:same (?:period|month|time) )?(?:a|one) year (?:ago|before|earlier)|last year|the year before|(?:previous|prior) year)\b"),
    ("against", r"\b(?:compared? (?:to|with)|in comparison (?:to|with)|versus|vs\.?|against|than)(?= |$)|相比于?|对比|相较于?|(?:和|与|跟|同|比|较)(?=(?:\d|上|去|前|本|这|今|昨|[一二三四五六七八九十]+月|q))"),
    ("why", r"\bwhy (?:did|has|have|is|are|was|were|do|does)\b|\bwhy\b|\bwhat (?:drove|caused|explains|is behind|was behind|made)\b|\breasons? (?:for|of|behind)\b|为什么|为啥|为何|怎么会|什么原因|是什么导致|原因是什么|原因|归因"),
    ("share", r"\b(?:what )?(?:share|percentage|percent|proportion|part|fraction) of(?: the| our| all)?(?: total)?\b|\bas a share\b|\bshares?\b|占比|份额|所占的?比例|占(?:了|总)?(?=销售额|订单|销量|营收)|占(?:了|总)?的?(?:多少|几成|百分之几)|百分比|百分之几|百分之多少|比重|的比例|占总?(?=销售额|订单|销量)"),
    ("average", r"\b(?:daily|weekly|monthly) average\b|\baverage (?:daily|weekly|monthly)\b|日均|周均|月均|平均每[天日周月]|每个?[天日周月]平均|平均(?:一|每)?个?[天日周月]|\bon average (?:per|a|each|every) (?:day|week|month)\b|\b(?:per|a|each|every) (?:day|week|month),? on average\b|\baverage(?=.{3,30}\b(?:per|a|each) (?:day|week|month)\b)"),
    ("trend", r"\btrends?\b|\bover time\b|\bdevelop(?:ed|ment|ing)?\b|\bevol(?:ved|ution)\b|趋势|走势|变化曲线|变化情况|曲线"),
    ("each", r"\b(?:by|per|for each|for every|each|every|across|broken down by|split by|grouped by|break down by|split up by|by each|breakdown(?: by)?|a)(?= |$)|按照?|各个?|每一?个?|分(?=[国渠品地类等季月周天小客商会星新年])|逐"),
    ("rfm", r"\brfm(?: analysis| segments?)?\b|\bcustomer segments?\b|\bsegment(?:s|ation)?(?: of)?(?: our| the)? customers?\b|\bcustomer segmentation\b|rfm(?:分析|分层|模型)?|(?:客户|顾客|会员|用户)(?:价值)?(?:分层|分群|分组)"),
    ("cohorts", r"\bcohorts?(?: analysis| table)?\b|\bcustomer retention\b|\bretention(?: rate| table)?\b|同期群(?:分析)?|(?:客户|顾客|用户)?留存率?(?:分析|情况)?|队列分析"),
    ("records", r"\b(?:list|show(?: me)?|give me|which are) (?:the )?(?:orders|records|rows|tickets) (?:behind|of|in)(?: (?:it|that|this|them))?\b|\bwhich orders\b|\border ids\b|\bdrill[- ]?down\b|明细|哪些订单|具体是哪些订单|订单列表|订单明细|订单编号"),
    ("change", r"(?<=\bare )(?:up|down)\b|(?<=\bis )(?:up|down)\b|(?<=\bsales )(?:up|down)\b|\b(?:go|goes|went|gone|going) (?:up|down)\b|\b(?:changed?|changes|differences?|differ|rise|risen|rose|rising|fall|fell|fallen|falling|drop|dropped|drops|decline[sd]?|decreased?|decreases|increased?|increases|grow|grew|grown|growing|growth|lower|higher|more|less|fewer|better|worse)\b|增长|增加|上涨|上升|涨|下降|下滑|下跌|减少|降|跌|变化|变了|变|增减|多了|少了"),
    ("unsettled", r"\b(?:still )?(?:open|waiting|unresolved|unanswered|unsolved|pending|outstanding|not (?:yet )?(?:resolved|solved|answered|closed|dealt with))\b(?: yet)?|(?:还|尚|仍)?(?:没|未)(?:有|被|人)?(?:处理|解决|完成|回复|关闭|结|办)(?:完|好|掉)?|(?:还)?(?:待|等着?)(?:处理|解决|回复)"),
    ("weekend", r"\b(?:on |at |during )?(?:the )?weekends?\b|周末|双休日"),
    ("workday", r"\b(?:on )?(?:workdays|working days)\b|工作日"),
    ("exclude", r"\b(?:excluding|except(?: for)?|without|outside(?: of)?|other than|not (?:in|from|counting|including)|ignoring|leaving out|but not)(?: the)?(?= |$)|除了|除去|不含|不包括|不算|排除|剔除|去掉|除(?!外)"),
    ("which", r"\b(?:which|what)(?= )|哪个|哪一个|哪一?(?=[天月周年季国家款种件小])|哪些|哪几个|哪家|什么"),
    ("again", r"^\W*(?:and|what about|how about|and what about|ok(?:ay)?,? (?:and|now)|now|then|also|same)\b(?: the same)?|^\W*(?:那么?|还有|再看看?|换成|改成|只看)|呢\W*$|\binstead\b|^\W*(?:no|nope|sorry|wait)\b[,. ]*(?:i (?:meant|mean)|make (?:it|that))\b|^\W*i (?:meant|mean)\b|^\W*(?:不对|不是|错了|说错了|等等)?[,，。 ]*我(?:是说|说的是|的意思是|指的是|问的是)"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _SIGNS)
_GLUE = """a about all am an and any are as at be been but by can could did do does during each earned every far find for
    from get give had has have he hi hello how i if in into is it its just know let like look made make many may me
    much my number of on one or our out overall please pls question records report see shall shop should show so
    some store tell than that the their them then there these they this those through to took total us view want
    was we were what when where which while who whole will with within would you your figures figure value amount
    amounts generate generated bring brought come came happen happened go going went high low gone entire quick
    quickly exactly currently now right moment present today's sum numbers count placed there's what's i'd how's
    let's we've receive received order ordered place per customers' shop's since compare compared comparison ranked
    ranking sorted list breakdown ordering take account accounted accounts terms performance perform performed
    doing only ran run running members member bought buy buys sell sold selling purchased purchase s away"""
_GLUE_EN = frozenset(_GLUE.split())
_GLUE_ZH = (
    "请问|帮我|给我|麻烦|看一下|看看|看下|看|查一下|查查|查询|查看|查|告诉我|我想知道|想知道|想看|我想|我要|我们|咱们|咱|本店|店铺|店里|全店|我店|的话|的|了|是|有|吗|呢|啊|吧|"
    "呀|嘛|哦|多少钱|多少个|多少件|多少单|多少人|多少位|多少名|多少家|多少笔|多少元|多少次|多少|几个|几张|多少张|几单|几件|几人|几位|多不多|高不高|怎么样|怎样|如何|情况|数据|数字|一下|一共|总共|合计|总的|全部|所有|整体|整个|分别|"
    "各自|大概|大约|到底|究竟|现在|目前|当前|在|里面|里|内|期间|时候|这段时间|这里|这|那|我|你|您|和|与|及|以及|跟|从|到|至|对|为|也|都|还|就|能|可以|会|来自|来|卖出|卖掉|卖|买|产生|贡献|带来|达到|成交|下单|购买|"
    "是不是|列出来|列出|列一下|展示|显示|统计|汇总|算一下|报告|报表|排序|排列|名单|画图|画个图|画|图表|比较|相比|其中|当中|把|方面|角度|发生|表现|"
    "拆分|拆解|分布|构成|细分|维度|时间|日期|共有|共|以外|之外|除外|份|户|给|用|呈现|只看|总|个|哪里|得"
)
_ZH = re.compile("|".join(sorted(_GLUE_ZH.split("|"), key=len, reverse=True)))
_WORD = re.compile(r"[a-z0-9][a-z0-9'’.&-]*|[\u3400-\u9fff]+|\d+")


def signs(low: str) -> Iterator[Piece]:
    """Yield the words that say how something is asked."""
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(low):
            number = next((group for group in match.groups() if group), None) if match.groups() else None
            if match.end() > match.start():
                yield Piece(match.start(), match.end(), kind, (number, match[0]))


def names(low: str) -> Iterator[Piece]:
    """Yield the metrics and dimensions that are named."""
    for identity, pattern in _named():
        for match in pattern.finditer(low):
            kind, name = identity
            yield Piece(match.start(), match.end(), kind, name)


@functools.cache
def _named() -> tuple[tuple[tuple[Kind, str], re.Pattern[str]], ...]:
    found: list[tuple[tuple[Kind, str], re.Pattern[str]]] = []
    found += [(("metric", each.id), _any_of((*each.names.zh, *each.names.en))) for each in METRICS.values()]
    found += [(("dimension", each.id), _any_of((*each.names.zh, *each.names.en))) for each in DIMENSIONS.values()]
    return tuple(found)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    parts = [_bounded(word.lower()) for word in sorted(set(words), key=len, reverse=True) if word.strip()]
    return re.compile("|".join(parts) or "(?!)")


def _bounded(word: str) -> str:
    """Match an English word whole, with the spaces or hyphens it has; a Chinese one anywhere."""
    if not word.isascii():
        return re.escape(word)
    return rf"(?<![a-z0-9]){re.escape(word).replace(chr(92) + ' ', '[ -]')}(?![a-z0-9])"


def values(low: str, vocabulary: Vocabulary) -> Iterator[Piece]:
    """Yield the shop's own values that are named: a country, a category, a channel."""
    for words in vocabulary.dimensions:
        known, named = DIMENSIONS[words.dimension].words, DIMENSIONS[words.dimension].names.en
        for value in words.values:
            said = known.get(value.key)
            spelt = (*said.zh, *said.en) if said else _spelt(value)
            for match in _any_of(spelt).finditer(low):
                if match[0] in _GLUE_EN and not low[: match.start()].rstrip().endswith(named):
                    continue  # "on Monday" is not Ontario; "region ON" is
                yield Piece(match.start(), match.end(), "value", (words.dimension, value.key))


def _spelt(value: Value) -> tuple[str, ...]:
    spelt = {value.name.zh, value.name.en, value.key, *_COUNTRIES.get(value.name.en, ())}
    return tuple(word for word in spelt if len(word) > 1 or not word.isascii())


_COUNTRIES = {
    "United Kingdom": ("uk", "u.k.", "great britain", "britain", "英国"), "EIRE": ("ireland", "爱尔兰"), "France": ("法国",),
    "Germany": ("德国",), "Netherlands": ("the netherlands", "holland", "荷兰"), "Spain": ("西班牙",), "Belgium": ("比利时",),
    "Switzerland": ("瑞士",), "Portugal": ("葡萄牙",), "Australia": ("澳大利亚", "澳洲"), "Norway": ("挪威",), "Italy": ("意大利",),
    "Channel Islands": ("the channel islands", "海峡群岛"), "Finland": ("芬兰",), "Cyprus": ("塞浦路斯",), "Sweden": ("瑞典",),
    "Austria": ("奥地利",), "Denmark": ("丹麦",), "Japan": ("日本",), "Poland": ("波兰",), "USA": ("u.s.", "united states", "america", "美国"),
    "Israel": ("以色列",), "Singapore": ("新加坡",), "Iceland": ("冰岛",), "Canada": ("加拿大",), "Greece": ("希腊",), "Malta": ("马耳他",),
    "Brazil": ("巴西",), "Hong Kong": ("香港",), "China": ("中国",), "United Arab Emirates": ("uae", "阿联酋"), "Lebanon": ("黎巴嫩",),
    "Lithuania": ("立陶宛",), "Czech Republic": ("czechia", "捷克"), "Bahrain": ("巴林",), "Saudi Arabia": ("沙特", "沙特阿拉伯"), "RSA": ("south africa", "南非"),
}  # fmt: skip
"""Other names of countries as orders have them."""


def left_over(low: str, used: Iterable[tuple[int, int]]) -> list[str]:
    """Return the words that nothing was made of and that may mean something."""
    rest = list(low)
    for start, end in used:
        rest[start:end] = " " * (end - start)
    found = []
    for match in _WORD.finditer("".join(rest)):
        word = match[0].strip(".-'’&")
        if "\u3400" <= word[:1] <= "\u9fff":
            found += [part for part in re.split(r"\s+", _ZH.sub(" ", word)) if part]
        elif word and word not in _GLUE_EN:
            found.append(word)
    return found
