"""The catalogue's mentions as entities: products, options with negation, categories, brands, SKUs."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence

from dialogue.commands import Entity
from dialogue.understanding import numerals
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import HAN, Text
from knowledge.lexicon import Lexicon, Mention
from knowledge.types import JsonObject
from knowledge.vocabulary import vocabulary

_NEGATED = re.compile(
    r"(?:\bnot(?: the| a| in)?|\binstead of(?: the| a)?|\brather than(?: the| a)?|\bno|\bnon|\bwithout|\bexcept|\bisn't|\b(?:don't|do not|dont|didn't|never) (?:want|like|need)(?: the| a| any)?|\bfrom(?: the)?|不是|不要|别|而不是|除了|不想要|从)[ -]?$"
)
_NO_BEFORE_IT = re.compile(
    r"^\W*(?:(?:oh|um+|hmm+|wait|ugh|sorry|actually)\W+)*no (?=\S+(?: one)?(?: is| was| would| looks| suits| after all| then| instead| actually| (?:like|as) i| please| pls)\b)"
)
"""An answer, and then the value: "no black is better"."""
_HAS_ONE = re.compile(
    r"^(?:的|色的?)?(?:我|家里)?(?:已经|都|就)?有(?:一[件条双个]|了)| i (?:already )?(?:have|own|got)\b"
)
"""Said after what one has already and does not want once more."""
_FROM = re.compile(r"(?:\bfrom(?: the)?|从)[ -]?$")
_ANSWERS = frozenset({"yes", "no", "none", "without", "是", "否", "有", "无", "不"})
"""Values that are everyday words: they are values only with the name of their key, as in "no backlight"."""


def catalog(text: Text, mentions: Sequence[Mention]) -> Iterator[Entity]:
    """Yield what the lexicon found, longest first."""
    for mention in sorted(mentions, key=lambda m: m.start - m.end):
        span = (mention.start, mention.end)
        if mention.kind == "option" and mention.text.lower() in _ANSWERS:
            continue
        if mention.kind == "option":
            key, value = mention.options[0]
            if len({k for k, _ in mention.options}) > 1:
                key = ""
            found: JsonObject = {"key": key, "value": value}
            if len(mention.options) > 1:
                found["keys"] = sorted({k for k, _ in mention.options})
            before = text.low[max(0, mention.start - 16) : mention.start]
            if _is_negated(text.low, mention.start) or _HAS_ONE.match(text.low[mention.end :]):
                found["negated"] = True
                if _FROM.search(before) and not re.match(r"\s*(?:to|into|for|换|改|成|到)", text.low[mention.end :]):
                    del found["negated"]
            yield entity(text, "option", found, span)
        elif mention.kind == "sku":
            yield entity(text, "sku", {"text": mention.id, "product_ids": list(mention.product_ids)}, span)
        else:
            yield _thing(text, mention)


def _is_negated(low: str, start: int) -> bool:
    return bool(_NEGATED.search(low[max(0, start - 16) : start])) and not _NO_BEFORE_IT.match(low)


def _thing(text: Text, mention: Mention) -> Entity:
    span = (mention.start, mention.end)
    if mention.kind == "brand":
        return entity(text, "brand", {"id": mention.id, "name": mention.terms}, span, score=0.9)
    value: JsonObject = {"terms": mention.terms, "product_ids": list(mention.product_ids), "generic": mention.generic}
    if mention.kinds:
        value["kinds"] = list(mention.kinds)
    if mention.kind == "category":
        value["category_id"] = mention.id
    return entity(text, "product", value, span, score=mention.score)


def categories(text: Text, mentions: Sequence[Mention]) -> Iterator[Entity]:
    """Yield the categories among the mentions; they stand beside the products that the same words can mean."""
    for mention in mentions:
        if mention.kind == "category":
            yield entity(text, "category", {"id": mention.id, "name": mention.terms}, (mention.start, mention.end))


_YES_NO = re.compile(
    r"(?P<no>\b(?:not?|non|isn't|aren't|without|don't need)[ -](?:be )?|不|非|没有?)?(?P<word>water[ -]?proof(?:ing)?\b|water[ -]resistan(?:t|ce)\b|防水(?:的|款)?)"
)


def yes_no_options(text: Text, lexicon: Lexicon, product_ids: list[str]) -> Iterator[Entity]:
    """Yield "waterproof" as a value of the key that the things spoken of have."""
    owned = {key for product_id in product_ids for key in lexicon.option_keys.get(product_id, ())}
    for match in _YES_NO.finditer(text.low):
        key = next((key for key in ("waterproof", "water resistance") if key in owned), "waterproof")
        yield entity(text, "option", {"key": key, "value": "no" if match["no"] else "yes"}, match.span(), score=0.9)


def lacking(text: Text, lexicon: Lexicon) -> Iterator[Entity]:
    """Yield "no backlight", 不带背光 as the value that says so, for option keys of the catalogue that have one."""
    for key, value in lexicon.lacking_values.items():
        for match in _without(key).finditer(text.low):
            yield entity(text, "option", {"key": key, "value": value}, match.span(), score=0.95)


@functools.cache
def _without(key: str) -> re.Pattern[str]:
    words = {key, *vocabulary().keys.get(key, ())}
    english = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word.isascii())
    chinese = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if not word.isascii())
    pattern = rf"\b(?:no|without(?: an?y?| the)?|w/o|has no|doesn't have(?: a| any)?) (?:{english})s?\b"
    return re.compile(f"{pattern}|(?:没有?|无|不带|不要|不含)(?:{chinese})" if chinese else pattern)


_BARE_SIZE = re.compile(
    r"(?<![\w.#:/-])\d{1,3}(?:\.5)?(?![\w:%/-]|\.\w)|(?<=[\u3400-\u9fff])\d{1,3}(?:\.5)?(?![\w:%/-]|\.\w)|(?<![\w.#:/-])\d{1,3}(?:\.5)?(?=[\u3400-\u9fff])",
    re.ASCII,
)
_ANY_SIZE = re.compile(
    rf"(?:{_BARE_SIZE.pattern}|(?<=\bw)\d{{2}}\b|(?<![\w.#:/-])\d{{2}}(?=s\b))(?![年月日号点件块元天分个岁折%]| ?(?:cm|kg|days?|weeks?|pm|am)\b)|(?<![a-z0-9'])(?:x{{0,3}}[sl]|m|[2-5]xl)(?![a-z0-9'])",
    re.ASCII,
)
_LETTER_SIZE = re.compile(r"(?<![a-z0-9'])(?:x{0,3}[sl]|m|[2-5]xl)(?![a-z0-9'])", re.ASCII)
"""A size in letters, where it stands right behind another value or goods: 黑色m的, 卫衣L还有吗."""
_SPELT_SIZE = re.compile(
    r"\b(?:twenty|thirty|forty)[ -](?:one|two|three|four|five|six|seven|eight|nine)\b(?!-)|[二三四]十[一二三四五六七八九]?(?=[码号吧]|就(?:行|好|可以|成)|的(?!时候|话)|\W*$)(?!号[楼院路门店])"
)
"""A size in words: "a twenty-seven", 四十一码."""
_SIZE_BEFORE = re.compile(
    r"(?:\b(?:in|for|to|into|get|want|take|need|try|wear|have|make it|rather|no|wait|actually|sorry|mean|not|but)(?: (?:an?|the|it))?[,.]?|\ban?|换(?:[成到]?(?:一?[个双件条])?)?|[要拿选来有穿试]|改(?:成|为|要)?|还是|不对|不是|就|成)[\s,，]*$"
)
_SIZE_AFTER = re.compile(
    r"^(?:的|吧|吗|呢|有|行|可以|就|没|缺|号(?![楼院路门店]))|^\W*(?:$|[,.;!?，。；！？])|^\s+(?:[\u3400-\u9fff]|#?[a-z]{1,2}\d{5,})|^ (?:then|please|instead|now|or|if|else|and|would|is|was|will|swap|exchange|change|available|left|in stock|as well|in (?:the|my|those|exchange))\b"
)


def bare_sizes(text: Text, lexicon: Lexicon, options: Sequence[Entity]) -> Iterator[Entity]:
    """Yield a number that some goods have as their size: those that are named, or any where it is wished for or beside another option.

    能换43的吗, "in a 29", 黑色43, "no wait, 30". Whether the goods in question come in it is for grounding to say.
    """
    ends = {item.end for item in options if item.type == "option"}
    starts = {item.start for item in options if item.type == "option"}
    goods = {item.end for item in options if item.type == "product"}
    named = {str(one) for item in options if item.type == "product" for one in item.value.get("product_ids") or ()}
    for match in _BARE_SIZE.finditer(text.low):
        gap = len(text.low[: match.start()].rstrip(" ,，"))
        beside = (
            gap in ends or match.end() + len(text.low[match.end() :]) - len(text.low[match.end() :].lstrip()) in starts
        )
        before = match.start() in goods or _SIZE_BEFORE.search(text.low[: match.start()])
        wished = before and _SIZE_AFTER.search(text.low[match.end() :])
        theirs = len(match[0]) > 1 and lexicon.comes_in(match[0], named) and _ANY_SIZE.match(text.low, match.start())
        if (beside or wished or theirs) and (keys := lexicon.size_keys(match[0])):
            yield _size(text, match, match[0], keys, score=0.7)
    for match in _LETTER_SIZE.finditer(text.low):
        value = match[0].upper()
        place = len(text.low[: match.start()].rstrip(" ,，的"))
        if (place in ends or (place in goods and HAN.match(text.low, place - 1))) and (
            keys := lexicon.size_keys(value)
        ):
            yield _size(text, match, value, keys, score=0.7)


def sizes_alone(text: Text, lexicon: Lexicon, others: Sequence[Entity]) -> Iterator[Entity]:
    """Yield every size that goods of the catalogue have, whatever stands beside it: for where a variant is being chosen."""
    yield from _spelt(text, lexicon, _SPELT_SIZE.finditer(text.low))
    taken = [(item.start, item.end) for item in others if item.type != "quantity"]
    for match in _ANY_SIZE.finditer(text.low):
        value = match[0].upper()
        free = all(match.end() <= start or match.start() >= end for start, end in taken)
        if free and (keys := lexicon.size_keys(value)):
            yield _size(text, match, value, keys, score=0.6)


def spelt_sizes(text: Text, lexicon: Lexicon) -> Iterator[Entity]:
    """Yield a size in words where it is wished for: "in a twenty-seven", 换成四十一码."""
    wished = (
        one
        for one in _SPELT_SIZE.finditer(text.low)
        if one[0][0] in "二三四" or _SIZE_BEFORE.search(text.low[: one.start()])
    )
    yield from _spelt(text, lexicon, wished)


def _spelt(text: Text, lexicon: Lexicon, matches: Iterable[re.Match[str]]) -> Iterator[Entity]:
    for match in matches:
        value = f"{numerals.parse(match[0]):.0f}"
        if keys := lexicon.size_keys(value):
            yield _size(text, match, value, keys, score=0.7)


def _size(text: Text, match: re.Match[str], value: str, keys: set[str], *, score: float) -> Entity:
    found: JsonObject = {"key": next(iter(keys)) if len(keys) == 1 else "", "value": value, "keys": sorted(keys)}
    if _is_negated(text.low, match.start()):
        found["negated"] = True
    return entity(text, "option", found, match.span(), score=score)
