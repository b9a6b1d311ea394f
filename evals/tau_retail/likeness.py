"""Which of several choices a text speaks for, by the words that tell the choices apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an the and or of to for in on it its is are be my me i you your one ones with from that this order item items not same "
        "but want would like will at by as do",
    )
)
_AVERSE = re.compile(
    r"\b(?:except(?: for)?|instead of|rather than|other than|but not|keep|over|than)\s+(?:the |my |an? )?([^,.;()]+)",
    re.IGNORECASE,
)
_CHAIN = re.compile(r"preferably [\w' -]+(?:, otherwise [\w' -]+)+")
_ALL = re.compile(r"\b(?:all|every|everything|both|each)\b", re.IGNORECASE)
_DEAREST = re.compile(r"\b(?:most expensive|more expensive|dearest|highest price)\b", re.IGNORECASE)
_CHEAPEST = re.compile(r"\b(?:cheap(?:est|er)|least expensive|less expensive|lowest price)\b", re.IGNORECASE)
_PRICE = re.compile(r"([+-]?)\$([\d,]+(?:\.\d+)?)")


def words(text: str) -> frozenset[str]:
    """Return the words that mean something, singular and in lower case."""
    return frozenset(
        _stem(word) for word in re.findall(r"[a-z0-9]+(?:[.'][a-z0-9]+)*", text.lower()) if word not in _STOP
    )


def _stem(word: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("ves", "f")):
        if len(word) > 4 and word.endswith(ending):
            return word[: -len(ending)] + instead
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def averse(text: str) -> frozenset[str]:
    """Return the words that a text excepts, as in "all but not the lamp"."""
    return frozenset[str]().union(*(words(part) for part in _AVERSE.findall(text)))


def preferred(text: str, labels: Sequence[str], *, multiple: bool = False) -> list[int]:
    """Return the places of the labels that `text` speaks for; none, when it speaks for none more than for the others.

    Words that all labels share count for nothing; words after "except", "instead of" and the like count against a label. In
    "preferably A, otherwise B" the first counts most. Where several are left, "cheapest" and "most expensive" decide by the price in the labels.
    """
    scores = _scores(text, labels)
    if multiple and _ALL.search(text):
        return [place for place, score in enumerate(scores) if score >= 0]
    best = max(scores, default=0.0)
    if best > 0:
        liked = [place for place, score in enumerate(scores) if (score > 0 if multiple else score == best)]
    else:
        liked = [place for place, score in enumerate(scores) if score == best]
    if len(liked) > 1 and (by_price := _by_price(text, [labels[place] for place in liked])) is not None:
        return [liked[by_price]]
    return liked if best > 0 else []


def covers(text: str, labels: Sequence[str], place: int) -> bool:
    """Tell whether a label has every word of `text` that any of the labels has."""
    named = words(text) & frozenset[str]().union(*(words(label) for label in labels))
    return named <= words(labels[place])


def _scores(text: str, labels: Sequence[str]) -> list[float]:
    found = [words(label) for label in labels]
    shared = Counter(word for label in found for word in label)
    telling = {word for word, times in shared.items() if times < len(labels)}
    against = averse(text)
    weights = dict.fromkeys((words(text) & telling) - against, 1.0) | dict.fromkeys(against & telling, -1.0)
    for chain in _CHAIN.findall(text):
        links = chain.split(", otherwise")
        for place, link in enumerate(links):
            weights |= {word: 1 + 0.1 * (len(links) - place) for word in words(link) & telling}
    return [round(sum(weights.get(word, 0.0) for word in label), 6) for label in found]


def _by_price(text: str, labels: Sequence[str]) -> int | None:
    prices = [price_in(label) for label in labels]
    known = [price for price in prices if price is not None]
    if len(known) != len(labels) or not (_DEAREST.search(text) or _CHEAPEST.search(text)):
        return None
    return prices.index(max(known) if _DEAREST.search(text) else min(known))


def price_in(text: str) -> float | None:
    """Return the first amount of a text; one with a minus counts below zero."""
    found = _PRICE.search(text)
    return float(found[1] + found[2].replace(",", "")) if found else None
