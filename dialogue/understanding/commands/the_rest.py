"""The one choice that is left beside those that will not do: "not the dress, the other one", 36到40都不行，剩下那个."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.commands import Choose, Command, PendingQuestion, Repeat
from dialogue.understanding import pending, phrases, segments
from dialogue.understanding.commands.described import goods_of
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading

_REST = re.compile(
    r"剩(?:下|余)?(?:来)?的?(?:[那这]?一?[个件条双种款单样码张]|[那这])|剩下的|剩的|余下的?|其余的?|另外?[那一](?:外?一?)[个件条双种款单样码张](?!问题|事|地址)|另外?[个种]"
    r"|\bthe (?:other|remaining)(?: (?:one|option|choice|kind|sort|type|order|size|colou?r|item|thing|card))?\b(?! (?:day|time|thing is))|\b(?:the one|what(?:ever)?|which(?:ever)?)(?: (?:one|that|which))?(?:'s| is) (?:left|remaining)\b|\bthe one left\b"
)
"""It points to what is left of what was offered."""
_PIECES = re.compile(r"[,，。.;；、!！\s]+|和|跟|与|以及|也|\b(?:and|or|nor|but)\b|(?=不[用要想换退找])|(?=\bnot\b)")
_SPAN = re.compile(r"(?<!\d)(\d{2,3})\s*(?:码|号)?\s*(?:到|至|[-~—–]|to|through)\s*(\d{2,3})(?!\d)")
"""Sizes from one to another."""
_PERSON = re.compile(r"客服|人工|\b(?:person|human|someone|somebody|colleague|agent|staff|team)\b")
_NEAR = 2


def the_rest(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Choose the one choice that is left beside those that will not do; where none is, which is asked again."""
    left = _left_over(reading, question)
    if left is None or len(left) > 1:
        return None
    if not left:
        return [Repeat(text=reading.words(), score=0.8, source="pending")]
    return [Choose(indexes=left, text=reading.words(), score=0.9, source="choice")]


def _left_over(reading: Reading, question: PendingQuestion) -> tuple[int, ...] | None:
    """Return the places of the choices that are left when those that will not do are taken out; None: none are."""
    low = reading.text.low
    if question.multiple or phrases.is_question(low.strip()) or phrases.cannot_say(low):
        return None
    if _OF_THOSE.search(low) and (most := _MOST.search(low) or _LEAST.search(low)):
        place = _extreme(question, least=_MOST.search(most[0]) is None)
        return None if place is None else (place,)
    rest = list(_REST.finditer(low))
    if not rest:
        return None
    if any(0 <= item.start - rest[-1].end() <= _NEAR for item in reading.told() if item.type != "reason"):
        return None  # 另外那件卫衣 is named
    others = reading.without([match.span() for match in rest])
    gone = {place for start, end in _pieces(others.text.low) for place in _named(others.sub(start, end), question)}
    return tuple(place for place in range(len(question.choices)) if place not in gone) if gone else None


_OF_THOSE = re.compile(
    r"[列给写发][^,，。]{0,4}(?:这|那|里)|(?:这|那|上面|以上|下面)(?:些|几[个种])|\bof (?:those|these|them)\b|\byou (?:list|show|offer|gave|have listed)"
)
_MOST = re.compile(r"最[大高]|\b(?:biggest|largest|highest)\b")
_LEAST = re.compile(r"最[小低]|\b(?:smallest|lowest)\b")


def _extreme(question: PendingQuestion, *, least: bool) -> int | None:
    """Return the place of the biggest or smallest size that was offered, where each label has just one figure: 你列的里面最大的."""
    figures = [re.findall(r"(?<![\d.])\d{2}(?![\d.])", label) for label in question.choices]
    if any(len(one) != 1 for one in figures):
        return None
    sizes = [int(one[0]) for one in figures]
    return sizes.index(min(sizes) if least else max(sizes))


def _pieces(low: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in [*_PIECES.finditer(low), None]:
        end = len(low) if match is None else match.start()
        if re.search(r"\w", low[start:end]):
            yield start, end
        start = end if match is None else match.end()


def _named(piece: Reading, question: PendingQuestion) -> set[int]:
    """Return the choices that a piece names: by their words, by goods of the kinds that it names, by sizes in between, by what it does."""
    low, labels = piece.text.low, [label.lower() for label in question.choices]
    if (span := _SPAN.search(low)) is not None:
        first, last = sorted((int(span[1]), int(span[2])))
        figures = [{int(one) for one in re.findall(r"(?<!\d)\d{2,3}(?!\d)", label)} for label in labels]
        return {place for place, one in enumerate(figures) if any(first <= figure <= last for figure in one)}
    goods = [item for item in piece.entities if item.type == "product" and item.score > GUESSED]
    if goods:
        ids = {str(one) for item in goods for one in item.value.get("product_ids") or ()}
        return {place for place, label in enumerate(labels) if ids & goods_of(piece, label)}
    if (people := [place for place, label in enumerate(labels) if _PERSON.search(label)]) and _PERSON.search(low):
        return set(people)
    cue = segments.cue(low.strip())
    by_verb = [place for place, label in enumerate(labels) if cue is not None and segments.cue(label) == cue]
    if len(by_verb) == 1:
        return set(by_verb)
    return set(pending.choose(piece.text, piece.entities, question, piece.lexicon) or ())
