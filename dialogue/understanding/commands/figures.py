"""Figures that take the place of others: "*54", "fifty-four, not forty-five", 391改成319, 不是165啦，158.

What a bare figure means follows from what it can replace: the number of a house in the address that is settled, or the size, the
height, the weight, the foot that was told.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator

from dialogue.commands import Command, Correct, Entity, EntityType, StartFlow
from dialogue.understanding import phrases, segments
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.entities.base import entity
from dialogue.understanding.numerals import EN_CARDINAL, ZH_NUMBER, parse
from knowledge.types import JsonObject

_NUMBER = re.compile(
    rf"(?<![\w.#/-])\d{{1,4}}(?:\.5)?(?![\w/-]|\.\d)|(?<![A-Za-z\d.])\d{{1,4}}(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])\d{{1,4}}(?![\w.])"
    rf"|\b{EN_CARDINAL}\b|{ZH_NUMBER}",
    re.ASCII,
)
_SPELLED = re.compile(r"(?<![\d.])\d(?:[、\- ]\d){1,3}(?![\d.])")
"""One figure after the other: 4、1."""
_STREET = re.compile(r"[路街道巷弄坊胡同]|\b(?:road|rd|street|st|avenue|ave|lane|drive)\b")
_NAMED: dict[str, re.Pattern[str]] = {
    "address": re.compile(r"门牌|楼号|号码|地址|那个?路|\d号|\b(?:house|street|road|building|door) (?:number|no)\b|\bnumber\b|\baddress\b|\bstreet\b"),
    "height_cm": re.compile(r"身高|[报长个]?高|\b(?:tall|height|cm|taller|shorter)\b"),
    "weight_kg": re.compile(r"体重|[重轻胖瘦]|\b(?:weigh\w*|heavy|heavier|lighter)\b"),
    "foot_length_mm": re.compile(r"脚|\b(?:foot|feet)\b"),
    "quantity": re.compile(r"数量|件数|几件|\b(?:quantity|qty|how many|pieces|amount)\b"),
    "option": re.compile(r"[码尺]|大小|\b(?:size|sizes|sized)\b"),
}  # fmt: skip
"""What calls a kind of figure by its name."""
_RANGES = {"height_cm": (100.0, 230.0), "weight_kg": (25.0, 200.0), "foot_length_mm": (180.0, 330.0)}
_BODY = frozenset(_RANGES)
_BARE = frozenset({"option", "ordinal", "quantity", "product", "address", "postcode"})
"""What figures may have been taken for that say something else here."""
_COUNTED = re.compile(
    r"^\s?(?:[年月日天点块元折%件个双条单次岁楼层]|days?\b|weeks?\b|am\b|pm\b|%|o'clock|minutes?\b|times?\b|items?\b)"
)
"""What follows a figure of something else."""
_FEW = 20
"""Letters beside the figure of a message that says nothing else; a Chinese character counts as three."""
_CLAUSE_END = re.compile(r"[,，。.;；!！?？\n]\s*")
_OTHER_WISHES = frozenset({"cancel", "return", "invoice", "coupon", "price", "compare", "find"})


@dataclasses.dataclass(frozen=True)
class _Figure:
    """A figure that was told or is settled."""

    kind: EntityType
    number: float
    holds: bool = True
    """It has not been replaced by another since."""


@dataclasses.dataclass(frozen=True)
class _Number:
    """A number in a message."""

    number: float
    start: int
    end: int


def replaced_figures(reading: Reading) -> list[Command] | None:
    """Read figures that are put in the place of those that hold; None where a message does nothing of the kind."""
    known = list(_known(reading))
    if not known or not _may_replace(reading):
        return None
    numbers = list(_numbers(reading))
    held = {figure.number for figure in known if figure.holds}
    said = [one for one in numbers if one.number in held] + _sizes_that_hold(reading, held)
    said_numbers = {one.number for one in said}
    new = [one for one in numbers if one.number not in held]
    found = [(one, figure) for one in new if (figure := _meant(reading, one, known, said)) is not None]
    found = [
        (one, figure)
        for place, (one, figure) in enumerate(found)
        if (one.number, figure) not in [(a.number, b) for a, b in found[:place]]
    ]
    kinds = [figure.kind for _, figure in found]
    if len(found) + sum(item.type in _BODY for item in reading.told()) > 1:
        # Of several one may only be mentioned: "a 30 sounds huge, oh, I wrote 168, it's 158".
        found = [
            (one, figure) for one, figure in found if figure.number in said_numbers or _is_said_of(reading, one, figure)
        ]
        kinds = [figure.kind for _, figure in found]
    back = any(other.kind == figure.kind and other.number == one.number for one, figure in found for other in known)
    if len(set(kinds)) != len(kinds) or (found and not back and not _says_so(reading, [one for one, _ in found], said)):
        return None
    measured = tuple(item for item in reading.told() if item.type in _BODY and item.type not in kinds)
    anew = any(
        figure.holds and item.type == figure.kind and item.value["n"] != figure.number
        for item in measured
        for figure in known
    )
    return _commands(reading, tuple(_entity(reading, *one) for one in found), measured) if found or anew else None


def _sizes_that_hold(reading: Reading, held: Collection[float]) -> list[_Number]:
    """Return the sizes that a message names again: "27 will never fit. Twenty-nine."."""
    sizes = [item for item in reading.told() if item.type == "option" and _is_size(item, negated=True)]
    named = [_Number(float(item.value["value"]), item.start, item.end) for item in sizes]
    return [one for one in named if one.number in held]


def _known(reading: Reading) -> Iterator[_Figure]:
    view = reading.view
    address = _settled_address(reading)
    for figure in re.findall(r"\d+", f"{address.get('line1', '')} {address.get('line2', '')}"):
        yield _Figure("address", float(figure))
    types = set(view.flow_slots.values())
    if pieces := _settled_pieces(reading):
        yield _Figure("quantity", pieces)
    of_a_body = view.active_flow is None or "body" in types
    told = [item for item in view.said if item.type in _BODY and of_a_body]
    told += [item for item in view.said if item.type == "option" and {"swaps", "options"} & types and _is_size(item)]
    for place, item in enumerate(told):
        later = any(other.type == item.type for other in told[place + 1 :])
        number = item.value["n"] if item.type in _BODY else item.value["value"]
        yield _Figure(item.type, float(number), holds=not later)


def _settled_address(reading: Reading) -> JsonObject:
    names = [name for name, kind in reading.view.flow_slots.items() if kind == "address"]
    found = next((value for name in names if isinstance(value := reading.view.settled.get(name), dict)), {})
    return {name: part for name, part in found.items() if part}


def _settled_pieces(reading: Reading) -> float:
    """Return how many of the goods are settled where they are of one kind: 0 for none, below 1 for all that there are."""
    names = [name for name, kind in reading.view.flow_slots.items() if kind == "order_lines"]
    lines = next((value for name in names if isinstance(value := reading.view.settled.get(name), list)), [])
    return float(lines[0].get("quantity") or 0.5) if len(lines) == 1 else 0.0


def _is_size(item: Entity, *, negated: bool = False) -> bool:
    figure = re.fullmatch(r"\d{1,3}(?:\.5)?", str(item.value.get("value", "")))
    return figure is not None and (negated or not item.value.get("negated"))


def _may_replace(reading: Reading) -> bool:
    """Whether no question is open that a figure would answer, and the message wants nothing else."""
    pending, low = reading.view.pending, reading.text.low.strip()
    free = pending is None or pending.kind in {"confirm", "offer"} or pending.slot.startswith("@")
    asks = low.endswith(("?", "？", "吗", "呢")) and not phrases.asks_for_it(low) and not phrases.corrects(low)
    return free and not asks and segments.cue(low) not in _OTHER_WISHES


def _numbers(reading: Reading) -> Iterator[_Number]:
    low = reading.text.low
    spelled = [match.span() for match in _SPELLED.finditer(low)]
    spans = [
        *spelled,
        *(m.span() for m in _NUMBER.finditer(low) if all(m.end() <= s or m.start() >= e for s, e in spelled)),
    ]
    for start, end in sorted(spans):
        digits = re.sub(r"[、\- ]", "", low[start:end]) if (start, end) in spelled else low[start:end]
        if (number := parse(digits)) is None or _COUNTED.match(low[end:]) or not _is_bare(reading, start, end):
            continue
        if not low[start].isdigit() and (number < 10 or (low[start] > "\u3400" and end - start < 2)):
            continue
        yield _Number(number, start, end)


def _is_bare(reading: Reading, start: int, end: int) -> bool:
    """Whether nothing was read from the figure that says what it is of."""
    for item in reading.entities:
        if item.end <= start or item.start >= end or item.type == "reason":
            continue
        if item.type == "option" and {"swaps", "options"} & set(reading.view.flow_slots.values()):
            return False  # a size says what it is where one is being chosen
        if item.type not in _BARE or (item.type == "address" and _STREET.search(item.text.lower())):
            return False
        if item.type == "product" and re.search(r"[a-z\u3400-\u9fff]", item.text.lower()):
            return False
    return True


def _meant(reading: Reading, one: _Number, known: Iterable[_Figure], said: Iterable[_Number]) -> _Figure | None:
    """Return the figure that a number takes the place of: one that is named or said to go, else the one most like it."""
    gone = {other.number for other in said}
    measured = {item.type for item in reading.told() if item.type in _BODY}
    scores: dict[_Figure, float] = {}
    for figure in known:
        if not figure.holds or figure.kind in measured or not _plausible(reading, one.number, figure):
            continue
        named = _NAMED[figure.kind].search(_clause(reading.text.low, one)) is not None
        back = any(other.kind == figure.kind and other.number == one.number for other in known)
        scores[figure] = _likeness(one.number, figure.number) + 0.5 * named + 0.3 * (figure.number in gone) + 0.5 * back
    return max(scores, key=lambda figure: scores[figure], default=None)


_LIKE = 0.7


def _is_said_of(reading: Reading, one: _Number, figure: _Figure) -> bool:
    """Whether a number is like the figure that it would replace, or the figure is named beside it."""
    named = _NAMED[figure.kind].search(_clause(reading.text.low, one)) is not None
    return named or _likeness(one.number, figure.number) >= _LIKE


def _clause(low: str, one: _Number) -> str:
    """Return the clause that a number stands in."""
    start = max((match.end() for match in _CLAUSE_END.finditer(low, 0, one.start)), default=0)
    end = _CLAUSE_END.search(low, one.end)
    return low[start : end.start() if end else len(low)]


def _plausible(reading: Reading, number: float, figure: _Figure) -> bool:
    if figure.kind == "option":
        return bool(reading.lexicon.size_keys(f"{number:g}"))
    if figure.kind == "quantity":
        return number < 100 and _NAMED["quantity"].search(reading.text.low) is not None
    low, high = _RANGES.get(figure.kind, (1.0, 99999.0))
    return low <= number <= high


def _likeness(one: float, other: float) -> float:
    """How alike two figures are, to 1: the same figures in another order, or near to each other."""
    if sorted(f"{one:g}") == sorted(f"{other:g}"):
        return 1.0
    return 1.0 - abs(one - other) / max(one, other)


def _says_so(reading: Reading, new: list[_Number], said: list[_Number]) -> bool:
    """Whether the message puts the figures in the place of others: by naming both, in words of correcting, or with hardly any others."""
    low = reading.text.low
    if said or phrases.corrects(low) or phrases.takes_back(low):
        return True
    rest = low
    for one in new:
        rest = rest[: one.start] + " " * (one.end - one.start) + rest[one.end :]
    letters = sum(3 if char > "\u3400" else 1 for char in rest if char.isalnum())
    kinds = any(pattern.search(low) for pattern in _NAMED.values())
    return letters <= _FEW or (kinds and letters <= 3 * _FEW)


def _entity(reading: Reading, one: _Number, figure: _Figure) -> Entity:
    span, written = (one.start, one.end), f"{one.number:g}"
    if figure.kind == "option":
        keys = reading.lexicon.size_keys(written)
        key = next(iter(keys)) if len(keys) == 1 else ""
        return entity(reading.text, "option", {"key": key, "value": written, "keys": sorted(keys)}, span, score=0.7)
    if figure.kind == "address":
        return entity(reading.text, "address", _readdressed(reading, f"{figure.number:g}", written), span, score=0.7)
    number = int(one.number) if figure.kind == "quantity" else one.number
    return entity(reading.text, figure.kind, {"n": number}, span, score=0.7)


def _readdressed(reading: Reading, old: str, new: str) -> JsonObject:
    """Return the settled address with one number in the place of another."""
    value = _settled_address(reading)
    for name in ("line1", "line2"):
        changed = re.sub(rf"(?<!\d){old}(?!\d)", new, str(value.get(name, "")), count=1)
        if changed != value.get(name, ""):
            return {**value, name: changed}
    return value


def _commands(reading: Reading, figures: tuple[Entity, ...], measured: tuple[Entity, ...]) -> list[Command] | None:
    words = reading.words()
    if reading.view.active_flow is not None:
        return [Correct(entities=(*figures, *measured), text=words, score=0.9, source="pattern")]
    if "size_advice" not in reading.flows:
        return None
    return [StartFlow(flow="size_advice", entities=(*figures, *measured), text=words, score=0.8, source="pattern")]
