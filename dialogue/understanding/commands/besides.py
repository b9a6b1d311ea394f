"""An answer, or another value, with a question beside it: "how many days does a refund take? and put it on my mastercard please"."""

from __future__ import annotations

import itertools
import re

from dialogue.commands import AskKnowledge, Choose, Command, Provide
from dialogue.understanding import phrases
from dialogue.understanding.commands.answers import answered
from dialogue.understanding.commands.asides import aside
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.replacing import replaced

_SIGNS = " \n,.;!，。；！"
_SENTENCE_END = re.compile(r"(?:[?？。!！;；,，\n]|\.(?!\d))+\s*")


def answered_and_asked(reading: Reading) -> list[Command] | None:
    """Read a message of which the beginning or the end asks the documents, and the rest answers what was asked.

    Before a yes they are no answer, but other values for what is to be done.
    """
    question, low = reading.view.pending, reading.text.low
    if question is None or question.kind == "offer":
        return None
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(low)), len(low)]
    sentences = [(start, end) for start, end in itertools.pairwise(cuts) if low[start:end].strip()]
    asks = [phrases.is_question(low[start:end].strip(_SIGNS)) for start, end in sentences]
    changes = sum(one != other for one, other in itertools.pairwise(asks))
    if changes != 1:  # all of it asks, none of it does, or what asks stands in the middle
        return None
    place = next(start for (start, _), asked in zip(sentences, asks, strict=True) if asked != asks[0])
    pieces = (reading.sub(0, place), reading.sub(place))
    asking, answering = pieces if asks[0] else reversed(pieces)
    wanted = aside(asking) or []
    if not wanted or not all(isinstance(one, AskKnowledge) for one in wanted):
        return None
    if question.kind == "confirm":
        correct = replaced(answering)
        return [correct, *wanted] if correct is not None else None
    given = answered(answering) or []
    return [*given, *wanted] if given and all(isinstance(one, Choose | Provide) for one in given) else None
