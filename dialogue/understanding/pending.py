"""Answers to the question that the bot asked: choices, values, and what kind of thing answers which slot."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue.commands import Entity, PendingQuestion, places_of
from dialogue.understanding.numerals import parse
from dialogue.understanding.pointed_choices import (
    between,
    for_goods,
    left_over,
    of_its_form,
    only_looks_for_goods,
    serves,
    spoken_of,
    without_bounds,
)
from dialogue.understanding.text import HAN, Text, read
from knowledge.lexicon import Lexicon

ANSWERS: dict[str, frozenset[str]] = {
    "order": frozenset(
        {
            "order_ref",
            "date",
            "product",
            "sku",
            "category",
            "ordinal",
            "tracking_number",
            "amount",
            "payment_method",
            "quantity",
        }
    ),
    "order_lines": frozenset({"product", "option", "ordinal", "quantity", "sku", "category", "brand"}),
    "swaps": frozenset({"product", "option", "ordinal", "sku", "category", "quantity"}),
    "variant": frozenset({"option", "sku", "ordinal", "product"}),
    "options": frozenset({"option", "sku", "ordinal"}),
    "payment_method": frozenset({"payment_method", "ordinal"}),
    "address": frozenset({"address", "person_name", "phone", "postcode", "ordinal"}),
    "reason": frozenset({"reason"}),
    "proof": frozenset({"email", "person_name", "postcode", "phone", "order_ref"}),
    "identity": frozenset({"email", "person_name", "postcode", "phone", "order_ref"}),
    "email": frozenset({"email"}),
    "contact": frozenset({"phone", "email"}),
    "yes_no": frozenset({"phone", "email"}),
    "product": frozenset({"product", "sku", "category", "brand", "ordinal", "option"}),
    "products": frozenset({"product", "sku", "category", "brand", "ordinal", "option"}),
    "search": frozenset({"product", "category", "brand", "option", "amount", "sku"}),
    "body": frozenset({"height_cm", "weight_kg", "foot_length_mm"}),
    "coupon": frozenset({"coupon_code", "ordinal", "amount"}),
    "tax_id": frozenset({"tax_id"}),
    "invoice_title": frozenset({"tax_id", "person_name", "email"}),
    "choice": frozenset({"ordinal", "option", "reason"}),
    "quantity": frozenset({"quantity"}),
    "amount": frozenset({"amount"}),
    "amounts": frozenset({"amount"}),
}
ANSWERS["order_optional"] = ANSWERS["order"]
FREE_TEXT = frozenset({"text", "invoice_title", "query"})

_NUMBERS = re.compile(
    r"^\W*(?:(?:number|no\.?|option|choice|选择?|我?选|#)\s*)?((?:\d{1,2}|[一二三四五六七八九十])(?:\s*(?:,|and|&|、|和|跟|\+|\s)\s*(?:\d{1,2}|[一二三四五六七八九十]))*)\s*(?:号|吧|please|pls|呗|个)?\W*$"
)
_ORDERS = frozenset({"order", "order_optional"})
_AGE = re.compile(
    r"^\W*(?:(?:it's|its|i mean|that's|就是?|是|要)\s*)?(?:the |my )?(?:(?P<newest>(?:latest|newest|most recent)(?: (?:one|order))?|最新|最近|刚[买下]|才[买下])|(?:oldest|earliest)(?: (?:one|order))?|最早|最老|最旧)"
    r"(?:[买下]?的?(?:那|这)?(?:一)?(?:个|单|笔)?(?:订单)?)(?: please| pls|吧|呗)?\W*$"
)
"""Orders are offered newest first."""
_NONE = re.compile(r"\bnone\b|\bneither\b(?!.*\bnor\b)|都不(?:是|要|对|行)|没有一个|哪个都不|一个都不")
_BOTH = re.compile(
    r"\bboth\b|\ball\b(?! set| right| good)|\bevery(?:thing)?\b(?! else)|都(?:要|退|换|是|行|可以|选|来)|全部|全都|两个都|全要|所有|^\W*都\W*$|一起"
)
_CLAUSE_END = r"[,.;，。；！!]|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])"
_REFUSES = re.compile(rf"(?:\bnot\b|不要|不是|别)(?:(?!{_CLAUSE_END}).)*", re.DOTALL)
"""A clause that refuses what stands in it, and not what the next one names."""
_EXCEPT = re.compile(r"(?:\b(?:except|but not|besides|other than|not)\b|除了|不要|不是|别)\W*(?:for )?(?:the )?(.+)")


def pressed(low: str, question: PendingQuestion) -> int | None:
    """Return the place of the one choice whose label is the whole message, as a button sends it."""
    said = low.strip(" ?？")
    places = [place for place, label in enumerate(question.choices) if read(label).low.strip(" ?？") == said]
    return places[0] if len(places) == 1 else None


def choose(
    text: Text, entities: Iterable[Entity], question: PendingQuestion, lexicon: Lexicon
) -> tuple[int, ...] | None:
    """Return the 0-based choices that a message picks; None when it picks none."""
    count = len(question.choices)
    low = text.low.strip()
    if not count or _NONE.search(low):
        return None
    if (match := _NUMBERS.match(low)) and (
        numbers := [int(parse(n) or 0) for n in re.findall(r"\d{1,2}|[一二三四五六七八九十]", match[1])]
    ):
        picked = tuple(dict.fromkeys(n - 1 for n in numbers if 1 <= n <= count))
        if len(picked) == len(set(numbers)):
            return picked
    if question.slot_type in _ORDERS and (age := _AGE.match(low)):
        return (0,) if age["newest"] else (count - 1,)
    entities = list(entities)
    if (within := between(low, question.choices)) is not None:
        return _among(within, without_bounds(low), entities, question, lexicon)
    if (rest := left(text, entities, question, lexicon)) is not None:
        return tuple(rest) if len(rest) == 1 or question.multiple else None
    chosen = _by_place(low, entities, count, multiple=question.multiple)
    if chosen is not None:
        return chosen
    return _by_label(text, entities, question, lexicon)


def _by_place(low: str, entities: list[Entity], count: int, *, multiple: bool) -> tuple[int, ...] | None:
    places: list[int] = []
    for item in entities:
        if item.type != "ordinal":
            continue
        if item.value.get("all") and multiple and not re.search(r"except|but not|除了|不全", low):
            return tuple(range(count))
        places += places_of(item.value, count)
    if other := _beside_a_refusal(low, entities, count):
        return other
    if not places:
        everything = multiple and _BOTH.search(low) and not _EXCEPT.search(low) and len(low) < 30
        return tuple(range(count)) if everything else None
    picked = tuple(dict.fromkeys(places))
    if (excluded := _EXCEPT.search(low)) and all(
        item.start >= excluded.start() for item in entities if item.type == "ordinal"
    ):
        return tuple(i for i in range(count) if i not in picked) or None
    return picked


def _beside_a_refusal(low: str, entities: list[Entity], count: int) -> tuple[int, ...]:
    """Return what is picked by its place behind a clause that refuses another: 不要个人的，开后面那种."""
    refused = [match.span() for match in _REFUSES.finditer(low)]
    named = [item for item in entities if item.type == "ordinal" and not item.value.get("all")]
    wanted = [item for item in named if all(item.start >= end for _, end in refused)]
    if not refused or not wanted:
        return ()
    return tuple(dict.fromkeys(place for item in wanted for place in places_of(item.value, count)))


def _by_label(
    text: Text, entities: list[Entity], question: PendingQuestion, lexicon: Lexicon
) -> tuple[int, ...] | None:
    labels = [label.lower() for label in question.choices]
    said = text.low.strip(" .,!?。，！？")
    exact = [i for i, label in enumerate(labels) if label == said]
    if exact:
        return (exact[0],)
    denies = _DENIED.fullmatch(_THE_ONE.sub("", said)) or _WILL_NOT_DO.fullmatch(said)
    if len(labels) == 2 and len(said) <= _ALONE and denies:
        denied = [i for i, label in enumerate(labels) if _means(said, label)]
        return (1 - denied[0],) if len(denied) == 1 else None
    said = without_denied(said).strip(" .,!?。，！？")
    clauses = [said] if len(said) <= _ALONE else _CLAUSE.split(said)
    if meant := {i for i, label in enumerate(labels) for clause in clauses if _means(clause, label)}:
        return tuple(meant) if len(meant) == 1 else None
    named = [i for i, label in enumerate(labels) if len(label) > 1 and label in said]
    if named and (question.multiple or len(named) == 1):
        return tuple(named)
    scores = [_likeness(said, entities, label, lexicon) + of_its_form(text.low, label) for label in labels]
    if question.slot_type != "search" and not only_looks_for_goods(said):
        scores = [
            score + for_goods(said, entities, label, lexicon) + serves(said, label)
            for score, label in zip(scores, labels, strict=True)
        ]
    best = max(scores)
    winners = [i for i, score in enumerate(scores) if score == best]
    if best <= 0 or (len(winners) > 1 and not (question.multiple and len(winners) < len(labels))):
        return None
    if question.multiple:
        return _by_their_goods(entities, labels, lexicon) or tuple(
            i for i, score in enumerate(scores) if score >= 0.99 * best
        )
    return (winners[0],)


def _by_their_goods(entities: list[Entity], labels: list[str], lexicon: Lexicon) -> tuple[int, ...]:
    """Return the choices that several goods name, each its own, where each names just one: "the cups and the bedding"."""
    products = [
        {one for mention in lexicon.find(label) if mention.kind == "product" for one in mention.product_ids[:5]}
        for label in labels
    ]
    named = [set(item.value.get("product_ids", ())[:5]) for item in entities if item.type == "product"]
    places = [[i for i, ids in enumerate(products) if ids & one] for one in named if one]
    apart = len(places) > 1 and all(len(one) == 1 for one in places)
    return tuple(dict.fromkeys(place for one in places for place in one)) if apart else ()


def _among(
    places: list[int], said: str, entities: list[Entity], question: PendingQuestion, lexicon: Lexicon
) -> tuple[int, ...] | None:
    """Return the one of several choices that shares most with the words, if it is one."""
    scores = {place: _likeness(said, entities, question.choices[place].lower(), lexicon) for place in places}
    best = [place for place in places if scores[place] == max(scores.values())]
    return (best[0],) if len(best) == 1 else None


def left(text: Text, entities: Iterable[Entity], question: PendingQuestion, lexicon: Lexicon) -> list[int] | None:
    """Return the choices that are left where the others are ruled out: "I have no use for make-up, so the other one"; None where none are."""

    def alike(said: str, place: int) -> float:
        meant = [item.model_copy(update={"value": {**item.value, "negated": False}}) for item in entities]
        label = question.choices[place].lower()
        served = max(for_goods(said, meant, label, lexicon), serves(said, label))
        return max(_likeness(said, meant, label, lexicon), spoken_of(said, label), served)

    low, count = text.low.strip(), len(question.choices)
    excepts = not question.multiple and _EXCEPT.search(low)
    if excepts and (placed := _by_place(low, list(entities), count, multiple=True)) and len(placed) > 1:
        return list(placed)  # "not the first"
    return left_over(low, count, alike)


_THE_ONE = re.compile(r"^(?:the|one|that|which|it|it's|its|is|for|well|no|hm+|[,. ])+(?=\b(?:not|isn'?t)\b)")
_WILL_NOT_DO = re.compile(
    r"[^\s,，。.;；!！?？]{1,10}(?:[报开用]不了|不行|不给[报用开]|不能[报用开])\W*|[^,.;!?]{1,24} (?:won't do|(?:is|are) no good|(?:doesn't|don't|won't) work)(?: for (?:me|us))?\W*"
)
"""What is said of a choice that is no choice: 公司的报不了, "a personal one won't do"."""
_ALONE = 60
"""Characters of an answer that can only name a choice; of a longer one its clauses are read."""
_CLAUSE = re.compile(r"[,.;:!?，。；：！？]\s*")
_WORDS_FOR = (
    (re.compile(r"\bcompany\b|公司"), re.compile(r"\b(?:business|company|corporate|firm|employer|boss|work|office|accountants?|accounts department)\b|企业|单位|公司|公家|对公|报销")),
    (re.compile(r"\b(?:for me|personal)\b|个人"), re.compile(r"(?<!help )(?<!helping )(?<!with )(?<!to )(?<!asking )(?<!excuse )(?<!tell )(?<!make )(?<!let )(?<!get )(?<!give )(?<!show )(?<!reimburse )(?<!reimburses )(?<!pay )(?<!pays )(?<!paying )\bme\b|\b(?:myself|private|personal(?:ly)?|own)\b|我自己|自己用|私人|个人")),
)  # fmt: skip
"""How a choice is called, and other words for it."""


_DENIED = re.compile(
    rf"(?:\bnot\b|\bisn'?t\b|(?:而|可)?不是|别开|不(?:能|用|想|再|给[^,，。；]{{1,4}})*开|不要)(?:(?!{_CLAUSE_END}).)*",
    re.DOTALL,
)
"""What a choice is not: "for the firm, not for me", 公司发票，不是个人的."""


def without_denied(said: str) -> str:
    """Return the words without what is denied in them, where others are left: "not for me, for a company"."""
    kept = _DENIED.sub(" ", said)
    return kept if re.search(r"\w", kept) else said


def _means(said: str, label: str) -> bool:
    mine = [bool(words.search(said)) for _, words in _WORDS_FOR]
    return sum(mine) == 1 and bool(_WORDS_FOR[mine.index(True)][0].search(label))


_AND_MORE = re.compile(r" \+\d+\b")
"""How many other goods an order has beside the one that its label names."""
_A_FIGURE = re.compile(r"\d")
_ENDINGS = ("y", "ly", "en", "ish", "s", "es")
"""By which a word for what is like something ends: "the woolly one" is of wool."""
_DAY = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|[月日号]|\d+\s*[/.-]\s*\d|\b\d+(?:st|nd|rd|th)\b"
)
"""One figure that a message shares with a label says nothing, unless it is a day's."""


def _likeness(said: str, entities: list[Entity], label: str, lexicon: Lexicon) -> float:
    """How much of the message's content a label shares: words, digits and what the lexicon sees in both."""
    words = {
        word for word in re.findall(r"[a-z0-9]+", said) if word not in _EMPTY and (len(word) > 1 or word.isdigit())
    }
    label_words = set(re.findall(r"[a-z0-9]+", _AND_MORE.sub("", label)))
    if len(shared := words & label_words) == 1 and _A_FIGURE.fullmatch(*shared) and not _DAY.search(said):
        label_words -= shared
    words |= {
        stem
        for word in words
        for ending in _ENDINGS
        if (stem := word.removesuffix(ending)) in label_words and stem not in _EMPTY
    }
    score = float(len(words & label_words)) + 0.9 * sum(
        any(w.endswith(word) for w in label_words) for word in words if word.isdigit() and len(word) >= 2
    )
    grams = {said[i : i + 2] for i in range(len(said) - 1) if HAN.match(said[i]) and HAN.match(said[i + 1])}
    score += 0.5 * sum(gram in label for gram in grams if gram not in _EMPTY_ZH)
    mentions = lexicon.find(label)
    values = {value for mention in mentions for _, value in mention.options}
    products = {
        product_id for mention in mentions if mention.kind == "product" for product_id in mention.product_ids[:5]
    }
    for item in entities:
        if item.type == "option" and item.value.get("value") in values:
            score += -1.0 if item.value.get("negated") else 1.0
        if item.type == "product" and products & set(item.value.get("product_ids", ())[:5]):
            score += 1.0
        if item.type == "order_ref" and str(item.value.get("id") or item.value.get("suffix") or "\0").lower() in label:
            score += 2.0
        if item.type == "payment_method":
            kind = str(item.value.get("kind") or "").replace("_", " ")
            brand = str(item.value.get("brand") or "")
            score += 1.0 * (
                (bool(kind) and kind in label)
                + (bool(brand) and brand in label)
                + (str(item.value.get("last_four") or "\0") in label)
            )
    return score


_EMPTY = frozenset(
    [
        "the",
        "a",
        "an",
        "one",
        "i",
        "want",
        "would",
        "like",
        "please",
        "my",
        "to",
        "at",
        "on",
        "be",
        "do",
        "don",
        "t",
        "have",
        "you",
        "me",
        "for",
        "it",
        "is",
        "that",
        "this",
        "with",
        "and",
        "of",
        "in",
        "ok",
        "yes",
        "no",
        "just",
        "only",
        "let",
        "use",
        "take",
        "go",
        "pick",
        "choose",
        "prefer",
        "think",
        "ll",
        "d",
        "m",
        "s",
        "order",
        "card",
        "item",
        "option",
        "mind",
    ]
)
_EMPTY_ZH = frozenset(
    ("那个", "这个", "一个", "我要", "就要", "要那", "要这", "色的", "选那", "的那", "吧好", "订单", "的吧", "就这")
)
