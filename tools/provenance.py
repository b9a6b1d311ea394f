"""Where the arguments of an effect come from, for calls that a language model made: the person's words, records, or a look-up.

What a model read in a review, a product page or a note is data. A model that obeys it can bring its words into a call; here they
are found, because they stand neither in what the person wrote nor in a field that only the shop fills. It can also bring in a record
that does exist, or a tool that nobody asked for: so what is acted upon, and what is done at all, is the person's alone once anything
was looked up.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from knowledge.types import JsonObject
from tools.base import Arguments, Tool
from tools.policy import Policy

OUTSIDERS = frozenset({"search_knowledge", "product_facts", "describe_picture", "read_competitor_page"})
"""Look-ups whose results are, or may hold, what people outside wrote or pictured: nothing in them founds an effect. Those of external
servers (`tools.base.Tool.server`) are among them without being named here."""
_WRITTEN = re.compile(
    r"(?:^|_)(?:text|texts|note|notes|body|title|titles|description|content|comment|comments|review|reviews|message|question"
    r"|answer|answers|summary|facts|snippet|heading|name|subject|remark)(?:_(?:zh|en))?$"
)
"""Fields that hold sentences, which somebody may have written with an aim."""
_KEYS = re.compile(r"(?:^|_)(?:ids?|skus?|code|codes|status|kind|key|reason)$")
"""Fields that only the shop fills, in the result of whatever look-up."""
_IDENTIFIERS = re.compile(r"(?:^|_)(?:ids?|skus?|codes?)$")
"""Arguments that say which record is acted upon."""
_NAMES = re.compile(r"[._]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SPACES = re.compile(r"\s+")
_SAID_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "a pair": 2,
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Result:
    """What a tool returned earlier in the conversation."""

    tool: str
    evidence: JsonObject


@dataclasses.dataclass(frozen=True)
class Provenance:
    """What a model's call may be founded on. A call that comes with one is a model's call, and a write only ever a proposal.

    Args:
        words: what the person wrote in the conversation.
        results: what tools returned in it.
        asked: the tools that the person's message may ask for, as it was read without any result; None: nobody judged that.
        meant: ids of the records that the person's words point at, as the shop's own reading has it: "my last order".
    """

    words: Sequence[str]
    results: Sequence[Result] = ()
    asked: frozenset[str] | None = None
    meant: frozenset[str] = frozenset()

    def asks_for(self, tool: Tool) -> bool:
        """Whether a write may come of what the person said; what was looked up may hold the wishes of others."""
        return self.asked is None or not self.results or tool.name in self.asked

    def unfounded(self, tool: Tool, arguments: Arguments, tools: Mapping[str, Tool], policy: Policy) -> tuple[str, ...]:
        """Return the places of the arguments of a write that come from nowhere, such as ``address.line1``.

        A value is founded when the person wrote it; when it is the whole value of a field in their records, or of a field of a
        look-up that only the shop fills; when the tool's schema or the shop's policy lists it; or when it is the default. An id
        is founded only by the person: written, or meant. A number that was looked up stands for the same matter only.
        """
        plain = arguments.model_dump(mode="json", exclude_defaults=True)
        listed = set(_listed(tool.arguments.model_json_schema())) | set(_texts(policy.model_dump(mode="json")))
        strings, numbers = self._known(tools)
        said = _folded("\n".join(self.words))
        founded = _Founded(
            strings=strings | {_folded(value) for value in listed},
            numbers=numbers,
            said=said,
            said_numbers=frozenset(_numbers(said)),
            ids=frozenset(map(_folded, {*self.meant, *listed})),
        )
        return tuple(place for place, value in leaves(plain, "") if not founded.holds(place, value))

    def _known(self, tools: Mapping[str, Tool]) -> tuple[set[str], dict[str, set[Decimal]]]:
        """Return the texts of the results that found an effect, and their numbers by the names of their fields."""
        strings: set[str] = set()
        numbers: dict[str, set[Decimal]] = {}
        for result in self.results:
            tool = tools.get(result.tool)
            if tool is None or tool.server or result.tool in OUTSIDERS:
                continue
            for place, value in leaves(result.evidence, ""):
                if isinstance(value, str) and _may_found(place, own=tool.needs_customer):
                    strings.add(_folded(value))
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    for name in _NAMES.split(place):
                        numbers.setdefault(name, set()).add(Decimal(str(value)))
        return strings, numbers


@dataclasses.dataclass(frozen=True)
class _Founded:
    strings: set[str]
    numbers: Mapping[str, set[Decimal]]
    said: str
    said_numbers: frozenset[Decimal]
    ids: frozenset[str]

    def holds(self, place: str, value: Any) -> bool:
        names = [name for name in place.split(".") if not name.isdigit()]
        if isinstance(value, bool) or value is None:
            return True  # two ways only: what it changes stands in the preview that the person says yes to
        if isinstance(value, int | float):
            looked_up = set().union(*(self.numbers.get(name, ()) for name in _NAMES.split(names[-1])))
            return not {Decimal(str(value)), Decimal(str(value)) / 100}.isdisjoint(looked_up | self.said_numbers)
        folded = _folded(str(value))
        known = self.ids if _IDENTIFIERS.search(names[-1]) else self.strings
        return not folded or folded in known or _stands_in(folded, self.said)


def _may_found(place: str, *, own: bool) -> bool:
    """Whether a field may found an argument: in the person's own records all but sentences, elsewhere keys and options."""
    names = [name for name in place.split(".") if not name.isdigit()]
    if "options" in names:
        return True
    last = names[-1] if names else ""
    if _WRITTEN.search(last) or any(_WRITTEN.search(name) for name in names[:-1]):
        return False
    return own or bool(_KEYS.search(last))


def _stands_in(folded: str, said: str) -> bool:
    """Whether a text stands in what was said, not in the middle of a word or number."""
    start = said.find(folded)
    while start >= 0:
        before, after = said[start - 1 : start], said[start + len(folded) : start + len(folded) + 1]
        if not (_joins(before) and _joins(folded[0])) and not (_joins(after) and _joins(folded[-1])):
            return True
        start = said.find(folded, start + 1)
    return False


def _joins(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _folded(text: str) -> str:
    return _SPACES.sub(" ", text.casefold().replace("_", " ").lstrip("#").strip())


def _numbers(said: str) -> set[Decimal]:
    found: set[Decimal] = set()
    for match in _NUMBER.finditer(said):
        try:
            found.add(Decimal(match[0].replace(",", "")))
        except InvalidOperation:  # 1.2.3 is a number of nothing
            continue
    return found | {Decimal(number) for word, number in _SAID_NUMBERS.items() if _stands_in(word, said)}


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every plain value of JSON with its place."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, f"{place}.{number}" if place else str(number))
    else:
        yield place, value


def _listed(schema: Any) -> Iterator[str]:
    """Yield the texts that a schema lists as values."""
    if isinstance(schema, dict):
        for name, part in schema.items():
            if name == "enum" and isinstance(part, list):
                yield from (value for value in part if isinstance(value, str))
            elif name == "const" and isinstance(part, str):
                yield part
            else:
                yield from _listed(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _listed(part)


def _texts(policy: Any) -> Iterable[str]:
    return (value for _, value in leaves(policy, "") if isinstance(value, str))
