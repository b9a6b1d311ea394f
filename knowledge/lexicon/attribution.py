"""Which option a value is of: by the name of its key beside it, by the thing it is said of, by how many products have it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence, Set

from knowledge.lexicon.mentions import Mention
from knowledge.lexicon.options import Options, Pair
from knowledge.lexicon.titles import BARE_NUMBER, HAN
from knowledge.vocabulary import fold_token

_REACH = 24
"""Characters beside a value in which the name of its key is looked for."""
_WORD = re.compile(r"[a-z]+|[\u3400-\u9fff]+")
_CLAUSE_END = re.compile(r"[,.;!?，。；！？]")
_NEW_CLAUSE = re.compile(r"[,.;!?，。；！？]|\b(?:the|my|and|for|to)\b|换|和")


@dataclasses.dataclass(frozen=True)
class Value:
    """A mention of an option's value whose key is not decided yet."""

    mention: Mention
    key: str
    """The folded word by which the options were found."""


def attributed(low: str, value: Value, things: Sequence[Mention], options: Options) -> Mention | None:
    """Return the mention with its keys and values, the likeliest first; None where a bare number is a value of nothing."""
    pairs = options.pairs(value.key)
    named = _named_keys(low, value.mention, options)
    owner = _owner(low, value.mention, things)
    candidates = [pair for pair in pairs if pair[0] in named]
    if not candidates:
        if BARE_NUMBER.fullmatch(value.key) and not _stands_before(low, value.mention, owner, pairs):
            return None
        candidates = list(pairs)
    if owner is not None:
        candidates = _of_products(candidates, set(owner.product_ids), options, value.key) or candidates
    ranked = sorted(candidates, key=lambda pair: (-len(pairs[pair]), pair))
    return dataclasses.replace(value.mention, options=tuple(ranked), terms=ranked[0][1])


def _stands_before(low: str, number: Mention, owner: Mention | None, pairs: Mapping[Pair, Set[str]]) -> bool:
    """Whether a bare number says which of some goods: 750的保温杯, of which one has 750ml."""
    return (
        owner is not None
        and low[number.end : owner.start] == "的"
        and any(ids & set(owner.product_ids) for ids in pairs.values())
    )


def _of_products(candidates: Sequence[Pair], product_ids: Set[str], options: Options, key: str) -> list[Pair]:
    """Return the candidates that the products have, else those of keys that they have."""
    pairs = options.pairs(key)
    own = [pair for pair in candidates if pairs[pair] & product_ids]
    if own:
        return own
    own_keys = {key for product_id in product_ids for key in options.keys_of.get(product_id, ())}
    return [pair for pair in candidates if pair[0] in own_keys]


def _owner(low: str, option: Mention, things: Sequence[Mention]) -> Mention | None:
    """The thing an option is said of: the one right after it ("red T-shirt"), else the nearest before, else the next."""
    following = next((t for t in things if t.start >= option.end), None)
    if following is not None and not _NEW_CLAUSE.search(low[option.end : following.start]):
        return following
    previous = [t for t in things if t.end <= option.start]
    return previous[-1] if previous else following


def _named_keys(low: str, mention: Mention, options: Options) -> set[str]:
    """Keys whose name stands right beside the value."""
    before = _CLAUSE_END.split(low[max(0, mention.start - _REACH) : mention.start])[-1]
    after = _CLAUSE_END.split(low[mention.end : mention.end + _REACH])[0]
    before_words, after_words = _WORD.findall(before)[-3:], _WORD.findall(after)[:2]
    names: set[str] = set()
    for name in (*_phrases(before_words), *_phrases(after_words), *_chinese_ends(before_words, after_words)):
        names |= options.keys_named(name)
    return names.union(*map(options.kin, names))


def _phrases(words: Sequence[str]) -> Iterator[str]:
    for i in range(len(words)):
        for j in range(i + 1, len(words) + 1):
            yield "".join(map(fold_token, words[i:j]))


def _chinese_ends(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the characters that touch the value on either side: Chinese has no spaces between words."""
    tail = before[-1] if before else ""
    head = after[0] if after else ""
    for size in (1, 2, 3, 4):
        for word in (tail[-size:], head[:size]):
            if HAN.search(word):
                yield word
