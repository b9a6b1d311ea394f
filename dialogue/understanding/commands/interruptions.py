"""What breaks into a conversation at any time: stop, again, and a part of the running procedure taken back."""

from __future__ import annotations

import re

from dialogue.commands import Cancel, Command, Correct, Repeat
from dialogue.understanding import phrases, polarity
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.requests import requested


def interrupted(reading: Reading) -> list[Command] | None:
    """Read what breaks in; None when nothing does."""
    low, view = reading.text.low, reading.view
    again = phrases.asks_again(low)
    if again and not (
        view.pending and view.pending.kind in {"confirm", "offer"} and polarity.read(low).sense in {"yes", "no"}
    ):
        return [Repeat(explain=again == "explain", text=reading.words(), source="pattern")]
    stop = phrases.stops(low)
    if stop is None:
        return _dropped_part(reading)
    if view.pending and view.pending.kind == "offer" and polarity.read(low).sense == "no":
        return None
    rest = low[stop.end() :].strip(" ,.;:!?。，！？；、~了吧啊呀谢thanks you")  # noqa: B005  (any of these characters)
    follow = _after_stop(reading, stop.end()) if len(rest) > 1 else []
    if any(command.kind == "correct" for command in follow):
        return follow
    return [Cancel(text=stop[0].strip(), score=0.95, source="pattern"), *follow]


def _after_stop(reading: Reading, start: int) -> list[Command]:
    """What is wanted instead: another flow, or another value for the running one (算了，还是红色的吧)."""
    rest = reading.sub(start)
    if phrases.stops(rest.text.low.lstrip(" ,.;:!?。，！？；、")):
        return []
    wanted: list[Command] = [c for c in requested(rest) if c.kind in {"start_flow", "ask_knowledge", "ask_human"}]
    if wanted:
        return wanted
    entities = tuple(item for item in rest.entities if item.type not in {"reason", "category"})
    if entities and reading.view.active_flow and phrases.segments_wish(rest.text.low):
        return [Correct(entities=entities, text=rest.words(), source="pattern")]
    return []


def _dropped_part(reading: Reading) -> list[Command] | None:
    """ "Don't return the lamp", 台灯不退了: a part of the running procedure is dropped."""
    view, low = reading.view, reading.text.low
    if view.active_flow not in {"return_items", "exchange_items", "change_items", "cancel_order"}:
        return None
    things = [item for item in reading.entities if item.type in {"product", "ordinal", "sku"} and item.score > 0.5]
    english = re.match(
        r"^\W*(?:(?:actually|oh|wait|no|and|but|please|sorry)\b[, ]*)*(?:(?:please )?(?:don't|do not|dont) (?:return|exchange|cancel|change|include|touch)|leave out|skip|remove|i(?:'ll| will| want to| would like to|'d like to)? keep|keep|forget about|not)\b",
        low,
    )
    chinese = re.search(
        r"(?:不|别|先不|不用|不要)(?:退|换|取消|改)了?(?:吧|哈)?\W*$|(?:留着|去掉|不算)\W*(?:吧|了)?\W*$", low
    )
    if (
        not things
        or not (english or chinese)
        or len(low) > 60
        or re.search(r"\bbut\b.*\b(?:the|a)\b|是|换成|改成|,.*(?:要|退|换)(?!了)", low)
    ):
        return None
    if english and re.search(r"\bnot\b", english[0]) and len(things) > 1:
        return None
    return [Cancel(scope="part", entities=tuple(things), text=reading.words(), score=0.85, source="pattern")]
