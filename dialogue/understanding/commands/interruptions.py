"""What breaks into a conversation at any time: "stop" and "again" in set phrases."""

from __future__ import annotations

import re

from dialogue.commands import Cancel, ChitChat, Command, Correct, Repeat, StartFlow
from dialogue.understanding import phrases, polarity
from dialogue.understanding.commands.corrections import only_values
from dialogue.understanding.commands.of_goods import CLEAR
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.refused import without_refused
from dialogue.understanding.commands.requests import has_own_cue, requested

_NAMED_ALONE = 12
"""Characters of an answer that is a value and hardly anything else: 就L吧."""
_CHANGED = frozenset({"payment_method", "option", "address", "email", "reason"})
"""Values that are taken back for others while what they belong to goes on."""


def interrupted(reading: Reading) -> list[Command] | None:
    """Read what breaks in; None when nothing does."""
    low, view = reading.text.low, reading.view
    if phrases.asks_what_was_agreed(low):
        return [ChitChat(topic="agreed", text=reading.words(), score=0.9, source="pattern")]
    of_goods = view.pending is None and phrases.asks_the_difference(low)  # no choices were offered
    again = None if of_goods else phrases.asks_again(low)
    if again and not _only_says_yes_or_no(reading):
        return [Repeat(explain=again == "explain", text=reading.words(), source="pattern")]
    stop = phrases.stops(without_refused(reading).text.low)
    if stop is None or _is_a_reason(reading, stop):
        return None
    if view.pending and view.pending.kind == "offer" and polarity.read(low).sense == "no":
        return None
    rest = low[stop.end() :].strip(" ,.;:!?。，！？；、~了吧啊呀谢thanks you")  # noqa: B005  (any of these characters)
    follow = _after_stop(reading, stop.end()) if len(rest) > 1 else []
    if any(command.kind == "correct" for command in follow):
        return follow
    return [Cancel(text=stop[0].strip(), score=0.95, source="pattern"), *follow]


def _only_says_yes_or_no(reading: Reading) -> bool:
    """Whether an answer to a question for yes or no asks for nothing to be said again beside it: "ok, sorry, what was that?" does."""
    low, pending = reading.text.low, reading.view.pending
    if pending is None or pending.kind not in {"confirm", "offer"}:
        return False
    sense = polarity.read(low)
    return sense.sense in {"yes", "no"} and phrases.asks_again(low[sense.rest :].strip(" ,.!，。！")) is None


def _is_a_reason(reading: Reading, stop: re.Match[str]) -> bool:
    """Whether the words that could stop the procedure are why it is wanted: 不想要了, asked about goods to be sent back."""
    view = reading.view
    if "reason" not in view.flow_slots.values() or view.pending is None or view.pending.kind in {"confirm", "offer"}:
        return False
    return any(
        item.type == "reason" and item.start <= stop.end() and item.end >= stop.end() for item in reading.entities
    )


def _after_stop(reading: Reading, start: int) -> list[Command]:
    """What is wanted instead: another flow, or another value for the running one (算了，还是红色的吧)."""
    rest = reading.sub(start)
    if phrases.stops(rest.text.low.lstrip(" ,.;:!?。，！？；、")):
        return []
    wanted: list[Command] = [c for c in requested(rest) if c.kind in {"start_flow", "ask_knowledge", "ask_human"}]
    if wanted and all(_is_of_what_runs(one, reading) for one in wanted):
        # "Never mind, back to the mastercard" takes back a value, and not what it is a value of.
        return [Correct(entities=rest.told(), text=rest.words(), source="pattern")]
    if wanted and (has_own_cue(rest) or any(c.score >= CLEAR for c in wanted)):
        return wanted
    entities = tuple(item for item in rest.entities if item.type not in {"reason", "category"})
    named = (
        bool(entities) and len(rest.text.low.strip()) <= _NAMED_ALONE and {item.type for item in entities} == {"option"}
    )
    if entities and reading.view.active_flow and (phrases.segments_wish(rest.text.low) or only_values(rest) or named):
        return [Correct(entities=entities, text=rest.words(), source="pattern")]
    return []


def _is_of_what_runs(command: Command, reading: Reading) -> bool:
    """Whether a request is for what runs already, with a value of it and no goods."""
    if not isinstance(command, StartFlow) or command.flow != reading.view.active_flow:
        return False
    kinds = {item.type for item in command.entities}
    return bool(kinds & _CHANGED) and not kinds & {"product", "order_ref", "sku", "ordinal"}
