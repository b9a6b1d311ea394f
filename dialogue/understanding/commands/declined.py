"""Goods that a message names only to leave them out: "the jumper, not the mugs or the bedding", 键盘我要用的，还是取消卫衣."""

from __future__ import annotations

import dataclasses
import itertools
import re

from dialogue.commands import Entity
from dialogue.understanding.commands.calling_off.taken import SURE
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.stances import Situation, Span
from dialogue.understanding.text import Text

_THINGS = frozenset({"product", "sku", "order_ref"})
_TOGETHER = re.compile(r"^\W*(?:and|or|nor|&|\+|和|跟|与|或|还有|以及|、)\W*(?:the|my|a|an)?\W*$")
"""Between goods of which the same is said."""


_REFUSED = re.compile(
    r"(?:\bnot|\bneither|\bnor|n't|\b(?:apart|aside) from|\bexcept(?: for)?|\bother than|\bbesides|\b(?:any(?:thing|one)|everything|all|whatever) but|不是|并非|除了|除去|除开|也不是|不要)\W*(?:the |my |that |those |[那这][个件条双些]?)?$"
)
"""Right before goods, it says of them that they are not those that are meant."""


def all_declined(reading: Reading) -> tuple[Entity, ...]:
    """Return the goods of a message that names only what is not meant: "not the dress and not the keyboard, the other one"."""
    named = [item for item in reading.entities if item.type in _THINGS and item.score > GUESSED]
    gone: list[Entity] = []
    for item in sorted(named, key=lambda one: one.start):
        joined = gone and _TOGETHER.match(reading.text.low[gone[-1].end : item.start])
        touching = gone and item.start <= gone[-1].end
        if not (joined or touching or _REFUSED.search(_without_options(reading, item))):
            return ()
        gone.append(item)
    return tuple(gone)


def _without_options(reading: Reading, item: Entity) -> str:
    """Return the words before goods but for a colour or size of theirs: "not the grey" of "not the grey hoodie"."""
    low = reading.text.low[: item.start]
    last = next((one for one in reading.entities if one.type == "option" and 0 <= item.start - one.end <= 1), None)
    return low if last is None else low[: last.start]


_NOT_PARTED_WITH = re.compile(
    r"(?:舍不得|离不开)[^,，。;；！!？?]{0,8}$|\b(?:can'?t|cannot|couldn'?t|hate to) (?:bear to )?(?:part with|do without|live without|lose|give up)\b[^,.;!?]{0,12}$"
)
"""Before goods that somebody keeps."""


def declined(reading: Reading) -> tuple[Entity, ...]:
    """Return the goods that are called off or stay as they are; none where nothing else is named."""
    named = [item for item in reading.entities if item.type in _THINGS and item.score > GUESSED]
    spans = {Span(item.start, item.end): item for item in named}
    situation = Situation(reading.view.active_flow, reading.view.waiting)
    taken = reading.stances(reading.text.low, list(spans), situation) if len(spans) > 1 else []
    off = {one.subject.thing for one in taken if one.subject.thing is not None and one.off >= SURE}
    off |= {span for span in spans if len(spans) > 1 and _NOT_PARTED_WITH.search(reading.text.low[: span.start])}
    on = {one.subject.thing for one in taken if one.subject.thing is not None and one.on >= SURE}
    for before, after in itertools.pairwise(sorted(spans, key=lambda span: span.start)):
        joined = _TOGETHER.match(reading.text.low[before.end : after.start])
        if joined and before in off and after not in on:
            off.add(after)
    gone = tuple(item for span, item in spans.items() if span in off)
    # "Should I cancel the keyboard instead? No, keep the keyboard": what is said last of it counts.
    gone += tuple(
        item for item in named if item not in gone and any(same(item, one) and item.start < one.start for one in gone)
    )
    return gone if len(gone) < len(named) else ()


def without_declined(reading: Reading) -> Reading:
    """Return the message as if the goods that it leaves out were not named."""
    gone = declined(reading)
    raw, plain, low = reading.text.raw, reading.text.plain, reading.text.low
    for item in gone:
        blank = " " * (item.end - item.start)
        raw, plain, low = (words[: item.start] + blank + words[item.end :] for words in (raw, plain, low))
    entities = [item for item in reading.entities if not any(one.start <= item.start < one.end for one in gone)]
    return dataclasses.replace(reading, text=Text(raw, plain, low), entities=entities) if gone else reading
