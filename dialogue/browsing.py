"""Talk about the list of products just shown: narrowing it, more of it, the first two of it. Pure functions over words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dialogue.commands import Entity
from dialogue.understanding.numerals import parse
from knowledge.product_words import wished_kinds

_MORE = re.compile(
    r"^\W*(?:(?:那|然后|请|麻烦|嗯|好的)\W*)*(?:还有(?:没有)?(?:别的|其他的?|其它的?|更多的?|另外的)?(?:款式?|选择)?(?:吗|么|呢|没有)?|(?:再|多)(?:看|推荐|来)(?:看|几个|几款|一些|点|别的)*(?:吧|吗)?|换一批|下一页|更多|(?:看看)?(?:别的|其他的?)(?:呢|吗)?)\W*$"
    r"|^\W*(?:(?:ok|okay|hmm|and|please|no)\b\W*)*(?:(?:can you |could you )?(?:show|give|let) me (?:see )?|(?:do you have|have you got|got|are there|is there|see|what about|how about) )?(?:any |some |the )?(?:more|others?|other ones|other options|anything else|something else|next page|next)(?: (?:ones|options|of (?:them|those|these)))?(?: please)?\W*$"
)
_EMPTY = re.compile(
    r"有没有|有吗|有么|有|那|这|就|要|想|给我|看看|看下|来|的|呢|吗|么|吧|点|一点|款|些|个|能|可以|换成|最好|只要|不要|在|之|内|左右|预算|码|号|再|还是|最"
    r"|\b(?:do|does|you|have|got|is|are|there|any|some|in|the|a|an|of|them|these|those|ones?|what|how|about|and|with|but|not|please|only|just|show|me|i|want|need|would|like|prefer|can|could|something|anything|come|which|for|my|budget|ok|okay|size|colou?r|then|instead|maybe|available|make|'d|'s|s|d)\b"
)
_CHEAPER = re.compile(
    r"便宜一?[点些]?|实惠[点些]?|太贵了?|贵了|\b(?:too expensive|cheaper|cheapest|less expensive|lower price)\b"
)
_FIRST_FEW = re.compile(r"\bfirst (two|three|four|[234])\b|前([两二三四234])[个款件双]?")
_LAST_FEW = re.compile(r"\blast (two|three|four|[234])\b|(?:后|最后)([两二三四234])[个款件双]")
_WISH = re.compile(
    r"\b(?:something|anything|stuff|things|gear|gifts?|presents?|looking for|ideas?)\b|东西|礼物|礼品|送|穿的|用的|推荐"
)


def asks_for_more(text: str) -> bool:
    """Tell whether somebody wants to see the next products of a list: 还有别的吗, "show me more"."""
    return bool(_MORE.search(text.lower()))


def wants_cheaper(text: str) -> bool:
    """Tell whether a list was too dear: 便宜点的, "anything cheaper"."""
    return bool(_CHEAPER.search(text.lower()))


def narrows(text: str, entities: Iterable[Entity]) -> bool:
    """Tell whether words say no more than options and prices: 有没有黑色的, "any in black under 200?"."""
    said = [entity.text.lower() for entity in entities if entity.type in ("option", "amount")]
    rest = text.lower()
    for words in sorted(said, key=len, reverse=True):
        rest = rest.replace(words, " ", 1)
    found = bool(said) or wants_cheaper(rest)
    rest = _EMPTY.sub(" ", _CHEAPER.sub(" ", rest))
    return found and not re.search(r"\w", rest)


def few_of(text: str, shown: Sequence[str]) -> list[str]:
    """Return the products of a list that a range names: "the first two", 后三个."""
    low = text.lower()
    if match := _FIRST_FEW.search(low):
        return list(shown[: int(parse(match[1] or match[2]) or 0)])
    if match := _LAST_FEW.search(low):
        return list(shown[-int(parse(match[1] or match[2]) or len(shown)) :])
    return []


def wishes_vaguely(text: str) -> bool:
    """Tell whether somebody wants goods for a purpose without naming any: "something for the kitchen"."""
    return bool(_WISH.search(text.lower())) and bool(wished_kinds(text))
