"""An answer with a question beside it: "how many days does a refund take? and put it on my mastercard please"."""

from __future__ import annotations

import itertools
import re

from dialogue.commands import AskKnowledge, Choose, Command, Provide
from dialogue.understanding.commands.answers import answered
from dialogue.understanding.commands.asides import aside
from dialogue.understanding.commands.reading import Reading

_SENTENCE_END = re.compile(r"(?:[?？。!！;；,，\n]|\.(?!\d))+\s*")


def answered_and_asked(reading: Reading) -> list[Command] | None:
    """Read a message of which one sentence, the first or the last, asks the documents, and the others answer what was asked."""
    question, low = reading.view.pending, reading.text.low
    if question is None or question.kind in {"confirm", "offer"}:
        return None
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(low)), len(low)]
    sentences = [(start, end) for start, end in itertools.pairwise(cuts) if low[start:end].strip()]
    asks = [low[start:end].rstrip().endswith(("?", "？")) for start, end in sentences]
    if len(sentences) < 2 or sum(asks) != 1 or not (asks[0] or asks[-1]):
        return None
    place = sentences[0][1] if asks[0] else sentences[-1][0]
    pieces = (reading.sub(0, place), reading.sub(place))
    asking, answering = pieces if asks[0] else reversed(pieces)
    wanted = aside(asking) or []
    given = answered(answering) or []
    both = wanted and given and all(isinstance(one, AskKnowledge) for one in wanted)
    return [*given, *wanted] if both and all(isinstance(one, Choose | Provide) for one in given) else None
