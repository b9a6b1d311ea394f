"""Choices that are described and not named: by what their goods are for, or by the procedure that a wish means."""

from __future__ import annotations

import re

from dialogue.commands import Choose, Command, PendingQuestion, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from knowledge.product_words import wished_kinds


def described(
    reading: Reading, question: PendingQuestion, other: list[Command] | None, *, of_goods: bool
) -> list[Command] | None:
    """Choose what is described and not named, unless the same is asked for in words that the procedure reads itself.

    Args:
        reading: of the answer.
        question: with its choices.
        other: what the answer asks for by itself, returned where nothing is described.
        of_goods: the choices are goods, or orders of them.
    """
    place = _by_meaning(reading, question)
    if place is not None and other is not None:
        meant = _procedure_of(reading, question.choices[place])
        place = None if any(isinstance(one, StartFlow) and one.flow == meant for one in other) else place
    if place is None and of_goods:
        place = _by_use(reading, question)
    if place is None:
        return other
    return [Choose(indexes=(place,), text=reading.words(), score=0.9, source="choice")]


_USED_FOR = re.compile(
    r"[^,，。.;；!！?？\s]{2,10}的(?:[那这]|$|(?=\W))(?:一?[个件条双只样款])?|\b(?:one|thing|bit|stuff|item|what)s?\b[^,.;!?]{3,40}"
)
"""What something is used for, said of it: 喝水的那个, "the thing I type on"."""
_NOT_IT = re.compile(r"(?:不是|不要|别(?!的)|除了|\bnot\b|n't\b)[^,，。.;]*$")


def _by_use(reading: Reading, question: PendingQuestion) -> int | None:
    """Return the place of the one choice with goods that serve what is said to be done with them: 喝水的那个, "the thing I type on"."""
    low = reading.text.low
    named = any(item.type in {"product", "sku", "order_ref"} and item.score > GUESSED for item in reading.entities)
    if named or phrases.is_question(low.strip()):
        return None
    uses = [match for match in _USED_FOR.finditer(low) if not _NOT_IT.search(low[: match.end()])]
    kinds = {kind for match in uses for kind in wished_kinds(match[0])}
    ids = {one for kind in kinds for mention in reading.lexicon.find(kind) for one in mention.product_ids}
    places = [place for place, label in enumerate(question.choices) if ids & goods_of(reading, label)]
    return places[0] if len(places) == 1 else None


def goods_of(reading: Reading, label: str) -> set[str]:
    """Return the ids of the goods that a choice names."""
    return {one for mention in reading.lexicon.find(label) if mention.kind == "product" for one in mention.product_ids}


_SHORT = 12
"""Characters of a clause that only says what to do."""
_CLEAR = 0.8
"""Chance from which a message means what a choice says."""
_LIKELY = 0.5
"""The same of the few words of the choice itself."""
_TAG = re.compile(
    r"[,，\s]*(?:成不成|行不行|可以[吗不么]|[行成中][吗不么]|好[吗不么]|好不好|可不可以|是否可以|\b(?:ok(?:ay)?|alright|is that (?:ok(?:ay)?|possible|fine)|would that work|can (?:you|we) do that))[?？\W]*$"
)
"""Behind a wish, it only asks for consent."""
_LAST = re.compile(r"[,，。.;；!！\n]+\s*|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_REFUSES = re.compile(
    r"(?:不(?:想|用|要|需要?|再|必|能)?|别|没|懒得|甭)(?:给我|帮我|再|去|办|找)?(?:退|换|人工|客服|寄)|\b(?:not?|don't|dont|no need|never|rather than|instead of|without)\b[^,.;]{0,14}\b(?:return|send|sending|post|posting|refund|exchang\w+|swap\w*|replac\w+|money|person|human|colleague|someone)\b"
)


_DOUBTS = re.compile(
    r"估计|恐怕|没准|说不定|(?:也|还)(?:是|会|不是)?(?:一|这)样|\b(?:probably|might|may|will only|would only|would just|will just)\b"
)
"""What is thought of a choice, and not wished for: 换的估计也这样."""


def _by_meaning(reading: Reading, question: PendingQuestion) -> int | None:
    """Return the place of the choice of a procedure that the message, or its last clause, asks for: 鞋你们拿回去，钱还给我 is a return."""
    if question.slot_type != "choice" or question.multiple:
        return None
    low = reading.text.low
    tag = _TAG.search(low)
    end = len(low.rstrip()) if tag is None or not low[: tag.start()].strip() else tag.start()
    starts = [match.end() for match in _LAST.finditer(low[:end]) if re.search(r"\w", low[match.end() : end])]
    if starts and (place := _by_its_verb(low[starts[-1] : end], question)) is not None:
        return place
    wished = None
    for start in (starts[-1] if starts else 0, 0):
        wished = wished or _wish(reading, start, end)
    if wished is None:
        return None
    places = [place for place, label in enumerate(question.choices) if _procedure_of(reading, label) == wished]
    return places[0] if len(places) == 1 else None


def _by_its_verb(clause: str, question: PendingQuestion) -> int | None:
    """Return the place of the one choice with the verb of a short last clause: 还是退款吧, behind what was thought of the others."""
    cue = segments.cue(clause)
    if cue is None or len(clause.strip()) > _SHORT or not _is_a_wish(clause):
        return None
    places = [place for place, label in enumerate(question.choices) if segments.cue(label.lower()) == cue]
    return places[0] if len(places) == 1 else None


def _is_a_wish(words: str) -> bool:
    asks = phrases.is_question(words.strip()) and not phrases.asks_for_it(words)
    return not (asks or refuses(words) or _DOUBTS.search(words))


def _wish(reading: Reading, start: int, end: int) -> str | None:
    words = reading.text.low[start:end].strip()
    if not _is_a_wish(words):
        return None
    if phrases.demands_refund(words):
        return "return_items"
    best, chance = reading.classify(reading.masked(start, end))[0]
    return best if chance >= _CLEAR and best in reading.flows else None


def refuses(low: str) -> bool:
    """Whether words refuse what a choice says to do: 钱就不用退了."""
    return _REFUSES.search(low) is not None


def _procedure_of(reading: Reading, label: str) -> str | None:
    """Return the procedure that a choice stands for; None: it stands for none."""
    best, chance = reading.classify(label)[0]
    return best if chance >= _LIKELY and best in reading.flows else None
