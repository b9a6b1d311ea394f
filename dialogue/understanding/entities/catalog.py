"""The catalogue's mentions as entities: products, options with negation and relation, categories, brands, SKUs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import Text
from knowledge.lexicon import Lexicon, Mention
from knowledge.types import JsonObject

_NEGATED = re.compile(
    r"(?:\bnot(?: the| a| in)?|\binstead of(?: the| a)?|\brather than(?: the| a)?|\bno|\bnon|\bwithout|\bexcept|\bisn't|\bfrom(?: the)?|不是|不要|别|而不是|除了|不想要|从)[ -]?$"
)
_FROM = re.compile(r"(?:\bfrom(?: the)?|从)[ -]?$")
_RELATIONS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (relation, re.compile(pattern), key)
    for relation, pattern, key in (
        (
            "same",
            r"\bsame (?P<key>colou?r|size|material|style|type|capacity|storage|model|length|brand)\b|(?:同样|一样|相同|同|原来)(?:的)?(?P<zhkey>颜色|尺码|尺寸|材质|款式|型号|码)|(?P<zhkey2>颜色|尺码|尺寸|码数|材质|款式)(?:不变|一样|不用变|相同)",
            "",
        ),
        (
            "same",
            r"\b(?:the )?(?:exact )?same (?:one|item|product|thing|model)\b|\bidentical\b|一模一样(?:的)?|同款|同样的(?!颜色|尺码)|原款",
            "",
        ),
        (
            "larger",
            r"\b(?:a |one |the )?(?:size (?:up|larger|bigger)|(?:bigger|larger)(?: size| one| version)?|next size up)\b|大一?[号码点]|(?:大一?些)|加大(?:一)?(?:号|码)|再大",
            "size",
        ),
        (
            "smaller",
            r"\b(?:a |one |the )?(?:size (?:down|smaller)|smaller(?: size| one| version)?|next size down)\b|小一?[号码点]|(?:小一?些)|再小",
            "size",
        ),
        (
            "cheapest",
            r"\b(?:the )?(?:cheapest|least expensive|lowest[- ]priced?)(?: (?:one|version|option|available))?\b|最便宜(?:的)?(?:那)?(?:个|款|件)?|价格最低(?:的)?",
            "price",
        ),
        (
            "most_expensive",
            r"\b(?:the )?most expensive(?: (?:one|version|option))?\b|\bpriciest\b|最贵(?:的)?(?:那)?(?:个|款)?",
            "price",
        ),
        (
            "cheaper",
            r"\b(?:a |the )?(?:cheaper|less expensive)(?: (?:one|version|option))?\b|(?:更|再)?便宜(?:一)?(?:点|些)(?:的)?|更便宜(?:的)?",
            "price",
        ),
    )
)
_ZH_KEYS = {
    "颜色": "color",
    "尺码": "size",
    "尺寸": "size",
    "码": "size",
    "码数": "size",
    "材质": "material",
    "款式": "style",
    "型号": "model",
}
_YES_NO_KEYS = {"waterproof": "waterproof", "water resistance": "water resistan(?:ce|t)|waterproof"}


def catalog(text: Text, lexicon: Lexicon) -> Iterator[Entity]:
    """Yield what the lexicon finds, longest first."""
    mentions = lexicon.find(text.plain)
    for mention in sorted(mentions, key=lambda m: m.start - m.end):
        span = (mention.start, mention.end)
        if mention.kind == "option":
            key, value = mention.options[0]
            if len({k for k, _ in mention.options}) > 1:
                key = ""
            found: JsonObject = {"key": key, "value": value}
            if len(mention.options) > 1:
                found["keys"] = sorted({k for k, _ in mention.options})
            before = text.low[max(0, mention.start - 16) : mention.start]
            if _NEGATED.search(before):
                found["negated"] = True
                if _FROM.search(before) and not re.match(r"\s*(?:to|into|for|换|改|成|到)", text.low[mention.end :]):
                    del found["negated"]
            yield entity(text, "option", found, span)
        elif mention.kind == "sku":
            yield entity(text, "sku", {"text": mention.id, "product_ids": list(mention.product_ids)}, span)
        else:
            yield _thing(text, mention)


def _thing(text: Text, mention: Mention) -> Entity:
    span = (mention.start, mention.end)
    if mention.kind == "brand":
        return entity(text, "brand", {"id": mention.id, "name": mention.terms}, span, score=0.9)
    value: JsonObject = {"terms": mention.terms, "product_ids": list(mention.product_ids), "generic": mention.generic}
    if mention.kind == "category":
        value["category_id"] = mention.id
    return entity(text, "product", value, span, score=mention.score)


def categories(text: Text, lexicon: Lexicon) -> Iterator[Entity]:
    """Yield the categories among the mentions; they stand beside the products that the same words can mean."""
    for mention in lexicon.find(text.plain):
        if mention.kind == "category":
            yield entity(text, "category", {"id": mention.id, "name": mention.terms}, (mention.start, mention.end))


def relations(text: Text) -> Iterator[Entity]:
    """Yield wishes by comparison: "the same colour", "one size up", 便宜点的."""
    for relation, pattern, key in _RELATIONS:
        for match in pattern.finditer(text.low):
            groups = match.groupdict()
            named = groups.get("key") or _ZH_KEYS.get(groups.get("zhkey") or groups.get("zhkey2") or "", "")
            value = {"key": (named or key).replace("colour", "color"), "relation": relation}
            yield entity(text, "option", value, match.span(), score=0.9)


_YES_NO = re.compile(
    r"(?P<no>\b(?:not?|non|isn't|aren't|without|don't need)[ -](?:be )?|不|非|没有?)?(?P<word>water[ -]?proof(?:ing)?\b|water[ -]resistan(?:t|ce)\b|防水(?:的|款)?)"
)


def yes_no_options(text: Text, lexicon: Lexicon, product_ids: list[str]) -> Iterator[Entity]:
    """Yield "waterproof" as a value of the key that the things spoken of have."""
    owned = {key for product_id in product_ids for key in lexicon.option_keys.get(product_id, ())}
    for match in _YES_NO.finditer(text.low):
        key = next((key for key in ("waterproof", "water resistance") if key in owned), "waterproof")
        yield entity(text, "option", {"key": key, "value": "no" if match["no"] else "yes"}, match.span(), score=0.9)
