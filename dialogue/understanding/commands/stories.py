"""Long messages: what a story tells besides its wish is no wish of its own."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from dialogue.commands import AskKnowledge, Command, Entity, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.of_goods import CLEAR
from dialogue.understanding.commands.reading import Reading

_LATER = re.compile(
    r"(?:以后|之后|完|下次|回头|改天|过阵子)[^，。,]{0,8}(?:再|可能|也许|会)|可能(?:还|也)?会|说不定|也许"
    r"|\b(?:maybe|perhaps|might|later|some ?day|next time|another time|afterwards|eventually|at some point|in (?:the )?future)\b"
)
_LOOKS_FOR_GOODS = frozenset({"find_products", "check_stock", "product_details", "compare_products"})
_TOLD = frozenset({"report_problem", "size_advice"})
_DONE_TO_GOODS = frozenset({"return_items", "exchange_items"})
LEADS = 8
"""Characters before a segment that say when it is to be: 退完之后 before 我再看看."""
_OF_GOODS = frozenset({"product", "category", "brand", "option", "date", "ordinal", "quantity"})
STORY = 120
"""Characters from which a message tells how it came to a wish."""


def is_afterthought(reading: Reading, part: segments.Segment, commands: list[Command]) -> bool:
    """Whether something is only said that may be bought some day, after what is wanted now: "and maybe get another pair later"."""
    place = max(0, part.start - LEADS)
    looks = all(isinstance(one, StartFlow) and (one.flow in _LOOKS_FOR_GOODS or one.score < CLEAR) for one in commands)
    return looks and not part.question and bool(_LATER.search(reading.text.low[place : part.end]))


def without_background(reading: Reading, found: list[Command]) -> list[Command]:
    """Keep of a long story what is clearly wanted: what it tells besides ("I bought one in town") is no wish."""
    wishes = [one for one in found if isinstance(one, StartFlow)]
    clear = [one for one in wishes if one.score >= CLEAR and segments.cue(one.text.lower()) is not None]
    if len(reading.text.low.strip()) < STORY or not clear or len(clear) == len(wishes):
        return found
    kept = [one for one in found if not isinstance(one, StartFlow | AskKnowledge) or one.score >= CLEAR]
    told = [item for one in wishes if one not in kept for item in one.entities if item.type == "product"]
    first = next(place for place, one in enumerate(kept) if isinstance(one, StartFlow))
    wish = kept[first]
    if isinstance(wish, StartFlow) and not any(item.type in {"product", "order_ref"} for item in wish.entities):
        kept[first] = wish.model_copy(update={"entities": (*told, *wish.entities)})
    return kept


def without_complaints(found: list[Command]) -> list[Command]:
    """Leave out what is told of goods before it is said what shall be done to them: 鞋子松，包用不上。板鞋换41，包退货."""
    kept: list[Command] = []
    for place, one in enumerate(found):
        wishes = [each for each in found[place + 1 :] if isinstance(each, StartFlow) and each.flow in _DONE_TO_GOODS]
        told = isinstance(one, StartFlow) and one.flow in _TOLD and not segments.cue(one.text.lower())
        if told and wishes and not phrases.is_question(one.text.lower().strip()) and not _of_others(one, wishes):
            continue
        kept.append(one)
    return kept


def _of_others(told: Command, wishes: Sequence[StartFlow]) -> bool:
    """Whether goods are complained of that no wish is about; a word for a kind of goods, 鞋, may mean those of any."""
    asked = {each for wish in wishes for item in wish.entities for each in item.value.get("product_ids", ())}
    named = [item for item in told.entities if item.type == "product"] if isinstance(told, StartFlow) else []
    ids = [set(item.value.get("product_ids", ())) for item in named if not item.value.get("generic")]
    return any(one and not one & asked for one in ids)


def at_length(
    reading: Reading, part: segments.Segment, ranked: list[tuple[str, float]]
) -> tuple[segments.Segment, list[tuple[str, float]]]:
    """Hear a long segment by the piece that has the request, where that is clearer than the whole."""
    if part.wish is None or part.end - part.start < STORY:
        return part, ranked
    told = reading.classify(reading.masked(*part.wish))
    if told[0][0] not in reading.flows or told[0][1] < max(CLEAR, ranked[0][1]):
        return part, ranked
    asks = phrases.is_question(reading.text.low[slice(*part.wish)].strip())
    return dataclasses.replace(part, question=asks), told


def of_the_wish(reading: Reading, part: segments.Segment) -> tuple[Entity, ...]:
    """Return what is said for a request: in a long story that names its goods, not the goods of what happened before."""
    entities = reading.within(part.start, part.end)
    if part.wish is None or part.end - part.start < STORY:
        return entities
    wished = reading.within(*part.wish)
    if not any(item.type == "product" and item.value.get("product_ids") for item in wished):
        return entities
    begin = part.wish[0]
    return tuple(item for item in entities if item.start >= begin or item.type not in _OF_GOODS)
