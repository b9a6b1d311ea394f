"""Talk about the list of products just shown: narrowing it, more of it, the first two of it. Pure functions over words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dialogue.commands import Entity
from dialogue.understanding.numerals import parse
from knowledge.product_words import wished_kinds
from knowledge.questions import questions

_MORE = re.compile(
    r"^\W*(?:(?:那|然后|请|麻烦|嗯|好的)\W*)*(?:还有(?:没有)?(?:别的|其他的?|其它的?|更多的?|另外的)?(?:款式?|选择)?(?:吗|么|呢|没有)?|(?:再|多)(?:看|推荐|来)(?:看|几个|几款|一些|点|别的)*(?:吧|吗)?|换一批|下一页|更多|(?:看看)?(?:别的|其他的?)(?:呢|吗)?)\W*$"
    r"|^\W*(?:(?:ok|okay|hmm|and|please|no)\b\W*)*(?:(?:can you |could you )?(?:show|give|let) me (?:see )?|(?:do you have|have you got|got|are there|is there|see|what about|how about) )?(?:any |some |the )?(?:more|others?|other ones|other options|anything else|something else|next page|next)(?: (?:ones|options|of (?:them|those|these)))?(?: please)?\W*$"
)
_EMPTY = re.compile(
    r"有没有|有吗|有么|有|那|这|就|要|想|给我|看看|看下|来|的|呢|吗|么|吧|点|一点|款|些|个|能|可以|换成|最好|只要|不要|在|之|内|左右|预算|码|号|再|还是|最"
    r"|\b(?:do|does|you|have|got|is|are|there|any|some|in|the|a|an|of|them|these|those|ones?|what|how|about|and|with|but|not|please|only|just|show|me|i|want|need|would|like|prefer|can|could|something|anything|come|which|for|my|budget|ok|okay|size|colou?r|then|instead|maybe|available|make|'d|'s|s|d)\b"
)
_CHEAPER = re.compile(
    r"[再更还]?便宜一?[点些]?|[再更]?实惠[点些]?|太贵了?|贵了|\b(?:too (?:expensive|dear|pricey)|(?:even |a (?:bit|little) |much )?cheaper|cheapest|less expensive|lower price)\b"
)
_CHEAPEST = re.compile(r"最便宜|最实惠|最低价|\bcheapest\b|\blowest price\b")
_ONLY_THE_CHEAPEST = re.compile(
    r"\W*(?:just |ok |then |i(?:'ll| want| want to see| would like| need)? |show me |give me |what(?:'s| is) )*(?:the )?cheapest(?: ones?| of them)?(?: please| then)?\W*"
    r"|\W*(?:那?就?(?:要|给我|来|看|选|拿))?最(?:便宜|实惠)的?(?:那?一?[个款种件])?[吧呢]?\W*"
)
_STYLE = re.compile(
    r"(?:换|别的?|其他的?|其它的?|另外?的?|不同的?|不一样的?|不喜欢|不要|不是)(?:一?[个种些点下]|[这那][个种些])?(?:别的?|其他的?|不同的?|不一样的?)?(?:风格|款式|样式)(?:\W*(?:再|重新)?换(?:换|一?[下个批些]))?|(?:风格|款式|样式)(?:再)?换一?下?|不一样的|不同的"
    r"|\b(?:(?:an?other|other|(?:a )?(?:totally |completely )?different) (?:styles?|looks?|designs?|kinds?)|(?:some|any)(?:thing)? (?:totally |completely )?different|different ones?|not (?:this|that|my) style)\b"
)
"""Words by which something of another style is wanted: 换个风格, "another style", "something different"."""
_LIKE_IT = re.compile(
    r"(?:找|有没有|有|要|想要|来)?(?:和|跟|与|像)?(?:这|那|图片?[里上中]?|照片[里上中]?)的?(?:一?[个款件双条种张样])?(?:差不多|类似|一样|相似|同样)?的?(?:款式?|样子|东西)?|同款|类似的?|差不多的?|相似的?|但是?|不过|而且"
    r"|\b(?:something |anything |one |ones )?(?:like|similar to|same as|looking like|as in) (?:this|that|it|these|those|the (?:picture|photo|image|one))(?: one)?\b|\b(?:similar|the same|this|that|it|picture|photo)\b"
)
"""Words that point at a picture: 像这个但…, "like this but ..."."""
_FIRST_FEW = re.compile(r"\bfirst (two|three|four|[234])\b|前([两二三四234])[个款件双]?")
_LAST_FEW = re.compile(r"\blast (two|three|four|[234])\b|(?:后|最后)([两二三四234])[个款件双]")
_HAS = re.compile(
    r"^\W*(?:(?:请问|你好|您好|那|亲|你们|您们|店里|这里|你家|咱们?|还)[,， ]*)*(?:有没有|有无|有卖|卖不卖|有)|有没有|(?:推荐|找|挑|选|介绍)(?:一?[个款件双台条]|几[个款件双]|点)|(?:有吗|有么|有没有|有卖吗|卖吗)\W*$"
    r"|^\W*(?:(?:hi|hello|hey|there|good (?:morning|afternoon|evening)|ok|and|so|also|u+m+)\b\W*)*(?:do you (?:guys )?(?:have|sell|carry|stock)|have you got|got any|are there any|is there an?y?|any|(?:can|could|would|will) you (?:please )?(?:find|show|recommend|suggest|get|pick)(?: me)?|(?:please )?(?:find|recommend|suggest) me)\b"
)
_LISTS = re.compile(
    r"(?:都)?有(?:哪些|什么|啥|哪几款)(?:款式?|牌子|品牌)?(?:吗|呢|呀|啊)?\W*$|\b(?:what|which) (?:[\w-]+ ){1,4}(?:do you (?:guys )?(?:have|sell|carry|stock)|have you got|are there)\W*$"
)
_BOUGHT = re.compile(
    r"\b(?:i|we) (?:just |recently )?(?:bought|ordered|got|purchased|received)\b|\bmy (?:new )?(?!order|account|address|refund|card|mind|money|e-?mail|phone|number|question|parcel|package|voucher|coupon|invoice|password|points|place|name)\w+|我(?:刚|上次|之前|最近|昨天|前天|早上|上周)?(?:买|收到|下单)的|(?<![想要能家人户])(?:买|拍|下单)的那|买(?:回来|到手)(?!之?前)|我(?:的|那[件个双条台款])"
)
_WHICH = re.compile(r"\bwhich\b|\bwhat(?:'s| is) the \w+(?: \w+)? (?:one|of)\b|哪[一]?[个款件双台种支瓶只条]|哪些|谁")
_EXTREME = re.compile(
    r"\bthe (?:\w+ ){0,2}(?:\w+er|\w+est|most \w+|more \w+|best|better)(?: (?:one|of (?:them|those|these)))?\b|最[\u3400-\u9fff]{1,4}的?(?:那|这|一)?|更[\u3400-\u9fff]{1,4}的?那|[\u3400-\u9fff]{1,2}一?[点些]的那"
)
_WISH = re.compile(
    r"\b(?:something|anything|stuff|things|gear|gifts?|presents?|looking for|ideas?)\b|东西|礼物|礼品|送|穿的|用的|推荐"
)

_ADVICE = re.compile(
    r"推荐|安利|种草|(?:帮我|给我|替我|给[^，。]{1,4})(?:挑|选)|买(?:点)?(?:什么|啥)好|有什么好(?:东西|物)|送(?:什么|啥)|礼物|礼品"
    r"|\b(?:recommend(?:ations?)?|suggest(?:ions?)?|gifts?|presents?|gift ideas?|what should i (?:buy|get)|surprise me|pick (?:something|one) for)\b"
)
_GOES_WITH = re.compile(
    r"(?:可以|能|好|要|该|应该)?(?:配|搭)(?:点|些)?(?:什么|啥|哪)|(?:怎么|如何|咋)(?:搭|配)|搭配(?:什么|啥|一下|建议|的)|(?:还能|还可以|可以)(?:一起|搭着)买"
    r"|\b(?:what|which|anything|something|stuff|recommend|suggest)\b.*(?:\b(?:goes?|going|go) (?:well |nicely )?(?:together )?with\b|\bto (?:match|pair) (?:with )?(?:it|this|that|these|those)\b|\bpairs? (?:well |nicely )?with\b|\bmatch(?:es)? (?:it|this|that|these|those)\b)"
)
_REFUSED = re.compile(
    r"^\W*(?:(?:嗯|唉|额|no|nah|hmm|sorry)\W+)*(?:(?:我)?不(?:要|喜欢|想要|太?喜欢|考虑)(?:这|那|第[一二三四五六\d])[个款件双条些种]?(?:[\u3400-\u9fff]{0,3})?|这[个款件些]?(?:都)?不(?:行|好看|合适|喜欢|要)|换(?:一)?(?:个|款|件)别的?|(?:都|全)不(?:喜欢|要|行))(?:[，, ].*)?\W*$"
    r"|^\W*(?:(?:no|nah|hmm|sorry|ok)\b\W*)*(?:not (?:that|this|the \w+|those|these)(?: ones?)?|(?:i )?(?:don'?t|do not) (?:like|want|fancy|need) (?:that|this|it|them|those|these|the \w+)(?: ones?)?|anything but (?:that|this)(?: one)?|none of (?:them|those|these))(?:[,;.] .*)?\W*$"
)

_ALL_REFUSED = re.compile(r"都|全|些|\b(?:those|these|them|any|none)\b")


def asks_for_advice(text: str) -> bool:
    """Tell whether goods are to be picked for somebody: "recommend something", 给我妈挑个礼物."""
    return bool(_ADVICE.search(text.lower()))


def asks_what_goes_with(text: str) -> bool:
    """Tell whether goods are wanted that go with others: "what goes with this?", 这个配什么好."""
    return bool(_GOES_WITH.search(text.lower()))


def refuses_shown(text: str) -> bool:
    """Tell whether something just shown is refused, and others are wanted: "not that one", 不要这个."""
    return bool(_REFUSED.search(text.lower()))


def refuses_all(text: str) -> bool:
    """Tell whether whoever refuses means everything shown: "none of those", 都不喜欢."""
    return bool(_ALL_REFUSED.search(text.lower()))


def asks_for_more(text: str) -> bool:
    """Tell whether somebody wants to see the next products of a list: 还有别的吗, "show me more"."""
    return bool(_MORE.search(text.lower()))


def wants_cheaper(text: str) -> bool:
    """Tell whether a list was too dear: 便宜点的, "anything cheaper"."""
    return bool(_CHEAPER.search(text.lower()))


def wants_the_cheapest(text: str) -> bool:
    """Tell whether the lowest price is wanted, and not just a lower one: 最便宜的, "the cheapest"."""
    return bool(_CHEAPEST.search(text.lower()))


def only_wants_the_cheapest(text: str) -> bool:
    """Tell whether a message says no more than that: 要最便宜的. What a price was is another question."""
    return _ONLY_THE_CHEAPEST.fullmatch(text.lower()) is not None


def wants_another_style(text: str) -> bool:
    """Tell whether a list was not to somebody's taste: 换个风格, "another style", "something different"."""
    low = text.lower()
    return bool(_STYLE.search(low)) and not re.search(r"\w", _EMPTY.sub(" ", _STYLE.sub(" ", low)))


def narrows(text: str, entities: Iterable[Entity]) -> bool:
    """Tell whether words say no more than options and prices: 有没有黑色的, "any in black under 200?"."""
    said = [entity.text.lower() for entity in entities if entity.type in ("option", "amount")]
    rest = _CHEAPER.sub(" ", text.lower())  # first: "a bit cheaper" is more than the option "cheaper" heard in it
    for words in sorted(said, key=len, reverse=True):
        rest = rest.replace(words, " ", 1)
    found = bool(said) or wants_cheaper(text)
    return found and not re.search(r"\w", _EMPTY.sub(" ", rest))


def points_at_picture(text: str) -> bool:
    """Tell whether words point at something that looks alike: 像这个但要蓝色的, "something like this in blue"."""
    return bool(
        re.search(
            r"像|类似|差不多|同款|相似|一样的|\blike (?:this|that|it|these|those|the)\b|\bsimilar\b|\bsame\b",
            text.lower(),
        )
    )


def without_pointing(text: str) -> str:
    """Return words without those that point at a picture."""
    return _LIKE_IT.sub(" ", text.lower())


def asks_which(text: str) -> bool:
    """Tell whether it is asked which of several goods comes first: 哪个更轻, "which of those is the cheapest?"."""
    return bool(_WHICH.search(text.lower())) and questions().compared_by(text) is not None


def picks_one(text: str) -> bool:
    """Tell whether one of several goods is picked out by what it is most of: "the cheapest one", 最轻的那个."""
    return bool(_EXTREME.search(text.lower())) and questions().compared_by(text) is not None


def few_of(text: str, shown: Sequence[str]) -> list[str]:
    """Return the products of a list that a range names: "the first two", 后三个."""
    low = text.lower()
    if match := _FIRST_FEW.search(low):
        return list(shown[: int(parse(match[1] or match[2]) or 0)])
    if match := _LAST_FEW.search(low):
        return list(shown[-int(parse(match[1] or match[2]) or len(shown)) :])
    return []


def asks_for_goods(text: str) -> bool:
    """Tell whether it is asked if the shop has some goods: 有没有…, "do you have any ..."."""
    return bool(_HAS.search(text.lower()))


def asks_about_own(text: str) -> bool:
    """Tell whether something is asked of goods that somebody has bought: "how do I wash the sweater I bought", 我买的毛衣能机洗吗."""
    return speaks_of_own(text) and bool(questions().asked(text))


def speaks_of_own(text: str) -> bool:
    """Tell whether goods are somebody's own: 我那个口红, "the sweater I bought"."""
    return bool(_BOUGHT.search(text.lower()))


def asks_for_a_list(text: str) -> bool:
    """Tell whether all of some goods are asked for: 机械键盘有哪些, "what keyboards do you have"."""
    return bool(_LISTS.search(text.lower()))


def wishes_vaguely(text: str, entities: Iterable[Entity] = ()) -> bool:
    """Tell whether somebody wants goods for a purpose, or of a sort, without naming any: "something for the kitchen", "for dry skin"."""
    sort = any(entity.type == "option" and entity.value.get("value") and entity.value.get("key") for entity in entities)
    return bool(_WISH.search(text.lower())) and (sort or bool(wished_kinds(text)))
