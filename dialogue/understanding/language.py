"""Which language a message is in, by meaning: the language of its grammar, not of the names in it."""

from __future__ import annotations

import re
from collections.abc import Container

from dialogue.understanding.text import HAN, is_nonsense
from knowledge.types import Lang

_LATIN_WORD = re.compile(r"(?<![a-z0-9])[a-z]+(?:'[a-z]+)?(?![a-z0-9])")
"""A code (91310115MA1K4ABC2D, XL2) is no word of any language."""
_ZH_GRAMMAR = re.compile(
    "[我你您他她它的了吗呢吧啊呀么没不是有在要想能会可把被给这那哪谁怎就都也还和跟请帮]|什么|多少|怎么"
)
_EN_GRAMMAR = frozenset(
    [
        "i",
        "i'm",
        "i'd",
        "i've",
        "my",
        "me",
        "we",
        "you",
        "your",
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "it",
        "it's",
        "its",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "do",
        "does",
        "did",
        "don't",
        "didn't",
        "can",
        "can't",
        "could",
        "would",
        "will",
        "won't",
        "should",
        "have",
        "has",
        "had",
        "what",
        "where",
        "when",
        "why",
        "how",
        "who",
        "which",
        "and",
        "or",
        "but",
        "not",
        "for",
        "from",
        "to",
        "of",
        "in",
        "on",
        "at",
        "with",
        "if",
        "please",
        "want",
        "need",
        "any",
        "some",
        "there",
    ]
)
_NEUTRAL = frozenset(
    [
        "ok",
        "okay",
        "okey",
        "yes",
        "no",
        "yep",
        "nope",
        "hi",
        "hello",
        "hey",
        "bye",
        "thanks",
        "thx",
        "lol",
        "haha",
        "pls",
        "plz",
        "sku",
        "app",
        "usb",
        "wifi",
        "vip",
        "xs",
        "s",
        "m",
        "l",
        "xl",
        "xxl",
        "xxxl",
        "ipx",
        "led",
        "tv",
        "pc",
        "sos",
        "pro",
        "max",
        "mini",
        "plus",
        "emoji",
        "vs",
        "id",
        "qq",
        "cm",
        "kg",
        "ml",
        "gb",
        "tb",
        "paypal",
        "visa",
        "mastercard",
        "amex",
        "iphone",
        "ipad",
        "huawei",
        "xiaomi",
        "nike",
        "adidas",
    ]
)


_MACHINE_SIGNS = re.compile(
    r"[;'\")\]]\s*--\s*$|/\*.*\*/|</?[a-z!][^<>]*>|\{\{.*\}\}|[$#%]\{|\w\([^()]*\)\s*[;{]|[=!]==?(?!>)\s*\S|&&|\|\||\.\./|^\s*[$>#]\s*\w+ |\\[xu][0-9a-f]{2}"
    r"|['\"]?\s*\b(?:or|and)\b\s+['\"]?\w+['\"]?\s*=\s*['\"]?\w+|\b(?:drop|truncate|alter|create) (?:table|database)\b[^;]*;|;\W*(?:drop|truncate|alter) (?:table|database)\b|\b(?:select|delete)\b[^;]*\bfrom\b[^;]*;|\bunion (?:all )?select\b|\binsert into\b"
)
"""What stands in code and in no sentence."""


def is_code(low: str) -> bool:
    """Whether a message is written for a machine: signs of code, and no grammar of a language between them.

    ``'; drop table orders; --`` asks for nothing; "<b>cancel my order</b>" does.
    """
    if _MACHINE_SIGNS.search(low) is None or HAN.search(low):
        return False
    # What tells one language from another: AND, OR, FROM and IN are words of code too.
    return not (_EN_GRAMMAR - _WORDS_OF_CODE).intersection(_LATIN_WORD.findall(low))


_WORDS_OF_CODE = frozenset(
    ["and", "or", "not", "for", "from", "in", "on", "if", "is", "with", "this", "to", "do", "any", "a", "i", "where"]
)


def _is_strange(words: list[str], plain: list[str], words_known: Container[str]) -> bool:
    """Whether hardly any word is one that people say here in English."""
    grammar = any(word in _EN_GRAMMAR for word in words)
    return not grammar and 2 * sum(word in words_known for word in plain) < len(plain)


def detect(
    low: str, *, previous: Lang | None = None, default: Lang = "zh", words_known: Container[str] | None = None
) -> Lang:
    """Return the language of a lower-case message.

    `words_known`: English words that people say here; what has hardly any of them, and no grammar, does not turn Chinese talk into
    English: it is nonsense, or a third language.

    A message that shows none (an order number, "ok", a name of a thing, code) keeps `previous`, else `default`; at the very start
    "hello" alone counts as English.
    """
    if is_code(low):
        return previous or default
    han = len(HAN.findall(low))
    words = [word for word in _LATIN_WORD.findall(low) if not is_nonsense(word)]
    # The letter of T恤, V领 and A字裙 is no English word.
    plain = [word for word in words if not (word in _NEUTRAL or (han and len(word) == 1))]
    if not han and not plain:
        return previous or ("en" if words else default)
    zh = 2.0 * len(_ZH_GRAMMAR.findall(low)) + 0.6 * han
    en = 2.0 * sum(word in _EN_GRAMMAR for word in words) + len(plain)
    if previous == "zh" and not han and words_known is not None and _is_strange(words, plain, words_known):
        return "zh"
    if previous == "zh" and han == 0 and en < 2:
        return "zh" if len(plain) == 1 and len(plain[0]) <= 2 else "en"
    if zh == en:
        return previous or default
    return "zh" if zh > en else "en"
