"""Wishes that are called off: all of them, one that is named, one of several, a part of one, or what runs as it is.

A model says which clauses, and which things in them, are called off or stay as they are, and which are wanted
(`dialogue.understanding.stances`); here the state says what that means. Where the model is not sure, nothing is called off here.
"""

from __future__ import annotations

import re

from dialogue.commands import Cancel, Command, Correct
from dialogue.understanding import phrases, polarity
from dialogue.understanding.commands.calling_off.doubts import (
    FOR_THE_COURIER,
    NONE,
    OTHER_ONE,
    asks_for_more,
    is_something_else,
    only_answers,
    only_asks_first,
    only_stops,
    rules_out,
)
from dialogue.understanding.commands.calling_off.parts import all_but_those, only_some, some
from dialogue.understanding.commands.calling_off.procedures import everything, only_what_runs, running, waiting
from dialogue.understanding.commands.calling_off.taken import FAMILY, stances_of
from dialogue.understanding.commands.corrections import gives_reason
from dialogue.understanding.commands.reading import Reading

_LONGEST = 160


def called_off(reading: Reading) -> list[Command] | None:
    """Read what is called off; None when nothing is."""
    low, view = reading.text.low, reading.view
    if view.active_flow not in FAMILY and not view.waiting:
        return None
    if len(low.strip()) > _LONGEST or phrases.asks_again(low) or gives_reason(reading):
        return None
    said = polarity.read(low)
    if OTHER_ONE.search(low) or FOR_THE_COURIER.search(low) or only_asks_first(low):
        return None  # 是别的那单，不是卫衣 puts right what is meant.
    if view.pending is not None and view.pending.kind == "confirm" and only_answers(low):
        return None
    bare = said.sense is not None and not re.search(r"\w", low[said.rest :])
    if bare and (said.sense == "yes" or (view.pending is not None and view.pending.kind == "offer")):
        return None
    if view.pending is not None and view.pending.choices and (NONE.fullmatch(low) or rules_out(reading, view.pending)):
        return None
    stances = stances_of(reading)
    if asks_for_more(stances) or (stances.doubtful and not only_stops(stances) and is_something_else(reading)):
        return None
    found: Cancel | Correct | None = all_but_those(stances)
    if found is None and stances.refused:
        found = everything(stances) or waiting(stances) or only_what_runs(stances)
        found = found or some(stances) or running(stances)
    elif found is None:
        found = only_some(stances) or only_what_runs(stances)
    return [found] if found is not None else None
