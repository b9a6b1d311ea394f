"""From wishes to a variant: "the same in red", "one size up", "the cheapest", "waterproof or not doesn't matter". Pure functions."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dialogue.grounding import options_heard, same_value
from dialogue.state import Heard
from tools.catalog.types import VariantView
from tools.evidence import LineView

Keys = Mapping[str, tuple[str, ...]]
"""A product's option keys with all their values."""

_LETTERS = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "4XL")
_LADDERS = (
    ("none", "low", "medium", "high"),
    ("mini", "small", "portable", "medium", "large", "full size"),
    ("beginner", "intermediate", "expert"),
    ("basic", "professional"),
)
_UNITS = {"tb": 1000.0, "l": 1000.0, "liter": 1000.0, "kg": 1000.0, "m": 100.0}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*([a-zA-Z]*)")
_GROWING = ("size", "frame size", "capacity", "storage", "screen size", "length", "height", "diameter", "pieces", "piece count",
            "thickness", "weight range", "kit size", "room size")  # fmt: skip
"""What is meant by bigger, the first that the thing has."""
_KIN = ({"waterproof", "water resistance"}, {"pieces", "piece count"}, {"battery", "battery life", "battery type"})
_STEP = re.compile(r"(?i)\bsize\b|slightly|next|一[号码]")
_SAYS_SAME = re.compile(r"(?i)same|still|keep|一样|还是|保持|不变")
_AFTER_ALL = re.compile(
    r"(?i)\b(?:no|actually|rather|sorry|wait|mean|after all|back to)\b|不对|不是|算了|改回|其实|等等|错了"
)
"""By which a value said before in the same message is taken back."""
_FOUND_WRONG = re.compile(
    r"^\s*[号码]?(?:的)?(?:有点|有些|稍微?|确实|真的?)*(?:太|偏|不合|挤|紧|松)|^s? (?:is|was|are|were|feels?|felt|(?:would|will|might|must) be)\b[^,.;]{0,16}\b(?:too|small|big|large|tight|loose|short|long)\b"
)
"""What follows a value that the goods have and that is why they go back."""
_OTHERWISE = re.compile(
    r"(?i)(?:\b(?:otherwise|or else|else|if not(?: available)?|failing that|if that's gone|second choice|alternatively)\b|>|否则|不然|其次|备选|没有的?话?就?|要不就?)\W*(?:(?:in|the|a|an|one|go for|要|选|来|用|换)\W*)*$"
)
"""What stands before a value that will do when the one before it is not to be had."""
_RATHER = re.compile(r"(?:要不(?!就)|不然)\W*(?:[换要选来用个件条双]\W*)*$")
_NO = re.compile(r"(?i)^(?:no|none|not|non|without)\b")


@dataclasses.dataclass(frozen=True)
class Wishes:
    """What the variant wanted instead must be like."""

    values: dict[str, tuple[str, ...]]
    """Option key -> the values that would do."""
    free: frozenset[str] = frozenset()
    """Keys that do not matter."""
    price: str = ""
    """``cheapest`` or ``most_expensive``."""
    skus: tuple[str, ...] = ()
    """Named outright."""
    identical: bool = False
    """The same thing once more."""
    by_preference: frozenset[str] = frozenset()
    """Keys of which the first value that is to be had is wanted, "black, otherwise navy"; of others any would do."""

    def spoken(self) -> dict[str, str]:
        """Return the values that were settled, or are wanted before others, for a sentence."""
        settled = {key for key, values in self.values.items() if len(values) == 1} | self.by_preference
        return {key: values[0] for key, values in self.values.items() if key in settled}


def wishes(heard: Sequence[Heard], line: LineView, variants: Sequence[VariantView]) -> Wishes:
    """Read the wishes about a line; the newest word on a key wins.

    A value that the line already has only says which one was meant, or that it stays. A mention that fits none of the
    product's keys is about something else.
    """
    keys = option_keys(variants)
    wanted: dict[str, tuple[str, ...]] = {}
    said: dict[str, int] = {}
    preferred: set[str] = set()
    free: set[str] = set()
    price, identical = "", False
    for entry in options_heard(heard):
        value = entry.entity.value
        relation = str(value.get("relation", ""))
        if value.get("negated") or _FOUND_WRONG.search(entry.after.lower()):
            continue
        if relation == "same" and not value.get("key"):
            identical = True
        elif relation in ("cheaper", "cheapest", "most_expensive"):
            price = "most_expensive" if relation == "most_expensive" else "cheapest"
        elif relation == "any":
            free |= set(_kin(str(value["key"]), keys))
        elif relation:
            related = _related(entry, relation, line, keys, variants)
            wanted |= related
            said |= dict.fromkeys(related, entry.turn)  # "one size down from my 28" takes nothing back
        elif (second := _second_choice(entry, keys, wanted, said)) is not None:
            key, exact = second
            wanted[key] = (*wanted[key], exact)
            preferred.add(key)
        elif not value.get("otherwise"):  # a second choice without a first is none
            _take_value(entry, line, keys, wanted, said)
    own = {variant.sku for variant in variants}
    skus = tuple(
        str(entry.entity.value["text"])
        for entry in heard
        if entry.entity.type == "sku" and entry.entity.value["text"] in own and entry.entity.value["text"] != line.sku
    )
    return Wishes(
        wanted, frozenset(free - set(wanted)), price, skus[-1:], identical and not wanted, frozenset(preferred)
    )


def option_keys(variants: Sequence[VariantView]) -> Keys:
    """Return the option keys of a product with their values, in the order of its variants."""
    keys: dict[str, dict[str, None]] = {}
    for variant in variants:
        for key, value in variant.options.items():
            keys.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in keys.items()}


def _second_choice(
    entry: Heard, keys: Keys, wanted: dict[str, tuple[str, ...]], said: dict[str, int]
) -> tuple[str, str] | None:
    """Return the key and value that will do where the one wanted before is not to be had.

    要不L吧, said later of what was to be an M, is no second choice: it takes the place of the first.
    """
    if not entry.entity.value.get("otherwise") and not _OTHERWISE.search(entry.context):
        return None
    rather = _RATHER.search(entry.context) is not None
    return next(
        (
            (key, exact)
            for key, exact in placed(entry.entity.value, keys)
            if key in wanted and not (rather and said.get(key) != entry.turn)
        ),
        None,
    )


def _take_value(
    entry: Heard, line: LineView, keys: Keys, wanted: dict[str, tuple[str, ...]], said: dict[str, int]
) -> None:
    """Take a value for the one wanted. One that the line has takes that back, unless it only tells in the same breath which is meant.

    Args:
        said: key -> the turn in which a value was wanted.
    """
    for key, exact in placed(entry.entity.value, keys)[:1]:
        if not same_value(line.options.get(key, ""), exact):
            wanted[key], said[key] = (exact,), entry.turn
        elif _SAYS_SAME.search(entry.context) or (
            entry.entity.value.get("key") and (said.get(key) != entry.turn or _AFTER_ALL.search(entry.context))
        ):
            wanted.pop(key, None)


def placed(value: Mapping[str, Any], keys: Keys) -> list[tuple[str, str]]:
    """Find under which of a product's keys a mentioned value stands, with its exact spelling there."""
    key, word = str(value.get("key", "")), str(value.get("value", ""))
    order = _kin(key, keys) or ([] if key and any(same_value(key, other) for other in keys) else list(keys))
    exact = [(name, found) for name in order for found in keys[name] if same_value(found, word)]
    if exact or not _NO.match(word) or not key:
        return exact
    lacking = [(name, found) for name in order for found in keys[name] if _NO.match(found)]
    return lacking if len(lacking) == 1 else []


def _kin(key: str, keys: Keys) -> list[str]:
    """Return the product's own keys that a named key can mean."""
    if key in keys:
        return [key]
    family = next((group for group in _KIN if key in group), {key})
    return [name for name in keys if name in family or (key and name.endswith(f" {key}"))]


def _related(
    entry: Heard, relation: str, line: LineView, keys: Keys, variants: Sequence[VariantView]
) -> dict[str, tuple[str, ...]]:
    """Turn "larger", "the most" or "the same" of a key into the values that would do."""
    named = str(entry.entity.value.get("key", ""))
    candidates = _kin(named, keys) if named else [key for key in _GROWING if key in line.options]
    key = next((name for name in candidates if name in line.options), None)
    if key is None:
        return {}
    now = line.options[key]
    if relation == "same":
        return {key: (now,)}
    if relation in ("largest", "smallest"):
        choose: Callable[..., str] = max if relation == "largest" else min
        there = [variant.options[key] for variant in variants if variant.available and key in variant.options]
        return {key: (choose(there, key=rank),)} if there else {}
    up = relation == "larger"
    beyond = sorted(
        (value for value in keys[key] if (rank(value) > rank(now) if up else rank(value) < rank(now))),
        key=rank,
        reverse=not up,
    )
    return {key: tuple(beyond[:1] if _STEP.search(entry.entity.text) or key == "size" else beyond)} if beyond else {}


def rank(value: str) -> float:
    """Order the values of a key: letter sizes and grades by their ladder, numbers by value and unit."""
    if value.upper() in _LETTERS:
        return float(_LETTERS.index(value.upper()))
    for ladder in _LADDERS:
        if value.lower() in ladder:
            return float(ladder.index(value.lower()))
    number = _NUMBER.search(value)
    return 100 + float(number[1]) * _UNITS.get(number[2].lower().rstrip("s"), 1.0) if number else 1e9


def fitting(line: LineView, wanted: Wishes, variants: Sequence[VariantView]) -> list[list[VariantView]]:
    """Group the available variants that meet the wishes by how many other options would change, fewest first."""
    found = [
        variant
        for variant in variants
        if variant.available
        and variant.sku != line.sku
        and all(
            any(same_value(variant.options.get(key, ""), value) for value in values)
            for key, values in wanted.values.items()
        )
    ]
    found = _best_preferred(line, wanted, found)
    changes = {variant.sku: other_changes(line, wanted, variant) for variant in found}
    return [[variant for variant in found if changes[variant.sku] == level] for level in sorted(set(changes.values()))]


def _best_preferred(line: LineView, wanted: Wishes, found: list[VariantView]) -> list[VariantView]:
    """Keep, of each key that was wanted by preference, the first value that is to be had with all else as it is, else the first of any."""
    if wanted.by_preference:
        found = [variant for variant in found if not other_changes(line, wanted, variant)] or found
    for key in wanted.by_preference:
        for value in wanted.values[key]:
            if kept := [variant for variant in found if same_value(variant.options.get(key, ""), value)]:
                found = kept
                break
    return found


def other_changes(line: LineView, wanted: Wishes, variant: VariantView) -> int:
    """Count the options that would change though nobody asked for it."""
    return sum(
        not same_value(value, variant.options.get(key, ""))
        for key, value in line.options.items()
        if key not in wanted.values and key not in wanted.free
    )


def sold_out(line: LineView, wanted: Wishes, variants: Sequence[VariantView]) -> Wishes | None:
    """Return the wishes with all else as the line has it, when just this variant exists and is not to be had."""
    if not wanted.values or wanted.by_preference:
        return None
    ideal = {**line.options, **wanted.spoken()}
    exact = [
        variant
        for variant in variants
        if all(same_value(value, variant.options.get(key, "")) for key, value in ideal.items())
    ]
    missing = len(exact) == 1 and not exact[0].available
    return (
        dataclasses.replace(wanted, values={key: (value,) for key, value in exact[0].options.items()})
        if missing
        else None
    )


def nearest(wanted: Wishes, variants: Sequence[VariantView]) -> list[VariantView]:
    """Order variants by how many of the wishes they miss."""
    return sorted(
        variants,
        key=lambda variant: sum(
            not any(same_value(variant.options.get(key, ""), value) for value in values)
            for key, values in wanted.values.items()
        ),
    )
