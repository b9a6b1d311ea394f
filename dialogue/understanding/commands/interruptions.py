"""What breaks into a conversation at any time: stop, again, and a part of the running procedure taken back."""

from __future__ import annotations

import re

from dialogue.commands import Cancel, Command, Correct, Entity, Repeat
from dialogue.understanding import phrases, polarity, segments
from dialogue.understanding.commands.corrections import only_values
from dialogue.understanding.commands.of_goods import CLEAR
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.requests import has_own_cue, requested

_CLAUSE_END = re.compile(r"[,.;!，。；！~～]\s*|  +")
_NAMED_ALONE = 12
"""Characters of an answer that is a value and hardly anything else: 就L吧."""
REASON_CHARACTERS = 40
"""Characters of a reason before the words that stop a procedure: "too much hassle, scrap that"."""


def interrupted(reading: Reading) -> list[Command] | None:
    """Read what breaks in; None when nothing does."""
    low, view = reading.text.low, reading.view
    again = phrases.asks_again(low)
    if again and not _only_says_yes_or_no(reading):
        return [Repeat(explain=again == "explain", text=reading.words(), source="pattern")]
    stop = phrases.stops(low) or _stop_after_a_reason(reading)
    if stop is None or _is_a_reason(reading, stop):
        return _dropped_part(reading)
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


def _stop_after_a_reason(reading: Reading) -> re.Match[str] | None:
    """Return the words that stop what runs where they are the last clause, and what goes before names and asks for nothing."""
    low, view = reading.text.low, reading.view
    names = any(item.type in {"product", "order_ref", "sku"} for item in reading.entities)
    if names or (view.active_flow is None and view.pending is None):
        return None
    last = max((match.end() for match in _CLAUSE_END.finditer(low)), default=REASON_CHARACTERS)
    if last >= REASON_CHARACTERS or segments.cue(low[:last]) is not None:
        return None
    stop = phrases.stops(" " * last + low[last:])
    return stop if stop and not low[stop.end() :].strip(" ,.!~。，！") else None


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
    if wanted and (has_own_cue(rest) or any(c.score >= CLEAR for c in wanted)):
        return wanted
    entities = tuple(item for item in rest.entities if item.type not in {"reason", "category"})
    named = (
        bool(entities) and len(rest.text.low.strip()) <= _NAMED_ALONE and {item.type for item in entities} == {"option"}
    )
    if entities and reading.view.active_flow and (phrases.segments_wish(rest.text.low) or only_values(rest) or named):
        return [Correct(entities=entities, text=rest.words(), source="pattern")]
    return []


def _dropped_part(reading: Reading) -> list[Command] | None:
    """ "Don't return the lamp", 台灯不退了: a part of the running procedure is dropped."""
    view, low = reading.view, reading.text.low
    if view.active_flow not in {"return_items", "exchange_items", "change_items", "cancel_order"}:
        return None
    things = [item for item in reading.entities if item.type in {"product", "ordinal", "sku"} and item.score > 0.5]
    only = _only_these(reading, things)
    if only:
        return [Correct(entities=only, text=reading.words(), score=0.85, source="pattern")]
    english = re.match(
        r"^\W*(?:(?:actually|oh|wait|no|and|but|please|sorry)\b[, ]*)*(?:(?:please )?(?:don't|do not|dont) (?:return|exchange|cancel|change|include|touch)|leave out|skip|remove|i(?:'ll| will| want to| would like to|'d like to)? keep|keep|forget about|take\b(?=.{2,40}\b(?:off|out)\b)|not(?! (?:that|this|the (?:first|second|other)) one| it\b| th(?:at|is)\W))\b",
        low,
    )
    chinese = re.search(
        r"(?:不|别|先不|不用|不要)(?:退|换|取消|改)了?(?:吧|哈)?\W*$|(?:留着|去掉|不算)\W*(?:吧|了)?\W*$", low
    )
    if (
        not things
        or not (english or chinese)
        or len(low) > 60
        or re.search(
            r"\bbut\b.*\b(?:the|a)\b|是|换成|改成|,.*(?:要|退|换)(?!了)|^\W*我?(?:就?要|想)(?:退|换|取消)", low
        )
    ):
        return None
    if english and re.search(r"\bnot\b", english[0]) and len(things) > 1:
        return None
    return [Cancel(scope="part", entities=tuple(things), text=reading.words(), score=0.85, source="pattern")]


_REST_STAYS = re.compile(
    r"(?:keep(?:ing)?|leave|hold on to|not|don't (?:return|exchange|cancel|touch))(?: (?:the|my|all|all the))*\W*$|(?:留着?|不[退换改动]了?|别[退换改动])(?:的)?\W*$"
)
_STAYS_AFTER = re.compile(
    r"^\W*(?:的|都|就|先|我|还是|can |should |will |may )*(?:留|不[退换改动要]|别[退换改动]|stays?\b|be kept\b|is fine|are fine)"
)


def _only_these(reading: Reading, things: list[Entity]) -> tuple[Entity, ...]:
    """Return the goods named where the rest stays: 就杯子退，其他的留着, "just the mug, keep the rest"."""
    low = reading.text.low
    rest = [item for item in things if item.type == "ordinal" and item.value.get("rest")]
    named = tuple(item for item in reading.told() if item not in rest)
    kept = any(_REST_STAYS.search(low[: item.start]) or _STAYS_AFTER.search(low[item.end :]) for item in rest)
    return named if kept and any(item.type in {"product", "sku"} for item in named) else ()
