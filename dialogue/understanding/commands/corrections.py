"""Other values for what was said before, and reasons in words of one's own."""

from __future__ import annotations

import re

from dialogue.commands import Correct, Entity
from dialogue.understanding import phrases
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.base import entity
from dialogue.understanding.stances import Situation, Span
from dialogue.understanding.stances.spoken import procedures
from knowledge.types import JsonObject

_VALUES = frozenset({"email", "phone", "postcode", "address", "tax_id", "payment_method"})
"""What is said only to be put in the place of what was shown."""


def correction(reading: Reading) -> Correct:
    """Return the whole message as a correction; of what was said and taken back in it only the second counts."""
    last = phrases.said_anew(reading.text.low)
    anew = reading.sub(last).told() if last is not None else ()
    return Correct(
        entities=anew or reading.told(),
        slot=phrases.slot_named(reading.text.low),
        text=reading.words(),
        score=0.9,
        source="pending" if reading.view.pending else "pattern",
    )


_NAMES = re.compile(
    r"\b(?:my|the|is|it's|new|e-?mail|mail|phone|number|address|tax|id|here|use|to)\b|我的?|邮箱|电话|手机号?|地址|税号|用|是|发到"
)
"""Words that only name a value."""


def own_reason(reading: Reading) -> Entity:
    """A reason in words of one's own, which no code stands for."""
    value: JsonObject = {"code": "other", "text": reading.words()}
    return entity(reading.text, "reason", value, (0, len(reading.text.raw)), score=0.5)


def only_values(reading: Reading) -> bool:
    """Whether nothing but values that a procedure asks for are said: "no, leave it, my mail: me@example.com"."""
    told, words = reading.told(), reading.text.low
    for item in told:
        words = words[: item.start] + " " * (item.end - item.start) + words[item.end :]
    return bool(told) and all(item.type in _VALUES for item in told) and not re.search(r"\w", _NAMES.sub("", words))


def same(one: Entity, other: Entity) -> bool:
    """Whether two mentions are of the same thing."""
    if one.type != other.type:
        return False
    first, second = one.value, other.value
    if one.type == "product":
        shared = set(first.get("product_ids", ())) & set(second.get("product_ids", ()))
        return bool(shared or set(first.get("kinds", ())) & set(second.get("kinds", ()))) or first.get(
            "terms"
        ) == second.get("terms")
    if one.type == "order_ref":
        return str(first.get("id") or first.get("suffix")) == str(second.get("id") or second.get("suffix"))
    if one.type == "option":
        return str(first.get("value")).lower() == str(second.get("value")).lower()
    if one.type == "payment_method":
        names = {"kind", "brand", "last_four", "id", "original"} & first.keys() & second.keys()
        return bool(names) and all(first[name] == second[name] for name in names)
    if one.type == "reason":
        return first.get("code") == second.get("code") and first.get("code") != "other"
    return first == second


def gives_reason(reading: Reading) -> bool:
    """Whether the whole message is why the running procedure is wanted: 不想要了 is no no to "which order?", 不想退了 is."""
    low, view = reading.text.low, reading.view
    said = low.strip(" ,.!。，！?~")
    if procedures(low, Span(0, len(low)), Situation(view.active_flow)):
        return False
    return "reason" in view.flow_slots.values() and any(
        item.type == "reason" and item.text.lower().strip() == said for item in reading.entities
    )
