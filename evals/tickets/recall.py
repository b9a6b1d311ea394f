"""How much of what came up in a conversation its ticket holds in typed fields: not in quoted messages, where everything stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evals.judge.reading import likeness
from evals.judge.scenario import Scenario
from tools.ticketing.body import TicketBody

AS_MEANT = 0.7
"""`likeness` from which a text holds a fact."""
_OF_ROWS = frozenset({"order", "sku", "code", "title", "tax_id", "email", "new_sku"})
"""Fields of expected rows that a person would look for in the ticket."""


@dataclasses.dataclass(frozen=True)
class Fact:
    """Something that came up, and whether the ticket holds it."""

    name: str
    value: str
    held: bool


def facts(scenario: Scenario, messages: Sequence[str], written: bool, body: TicketBody) -> list[Fact]:  # noqa: FBT001
    """Return what the scenario's shopper knows and said, and what its rows say where they were written.

    Args:
        messages: what the shopper wrote or pressed.
        written: whether the expected rows came about.
    """
    known = [scenario.user.knows, *(wish.knows for wish in scenario.user.then)]
    said = {
        (name, str(value))
        for facts_known in known
        for name, values in facts_known.items()
        for value in (values if isinstance(values, tuple) else (values,))
        if any(likeness(str(value), message) >= AS_MEANT for message in messages)
    }
    if written:
        said |= {
            (name, str(value))
            for rows in scenario.expect.rows.values()
            for row in rows
            for name, value in row.items()
            if name in _OF_ROWS and isinstance(value, str | int) and value != ""
        }
    texts = list(held_texts(body))
    return [Fact(name, value, any(likeness(value, text) >= AS_MEANT for text in texts)) for name, value in sorted(said)]


def held_texts(body: TicketBody) -> Iterator[str]:
    """Yield every text of the typed fields."""
    fields = body.model_dump(
        mode="json",
        include={"customer", "orders", "products", "value", "risk"},
    )
    yield from _texts(fields)
    yield from (told.value for told in body.told)
    for want in body.wants:
        yield want.title.zh
        yield from _texts(want.slots)
    for attempt in body.tried:
        yield from _texts(attempt.arguments)
        yield from (attempt.about.zh, attempt.about.en)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "zh" in value and "en" in value:
            yield f"{value['zh']} {value['en']}"
        options = value.get("options")
        if isinstance(options, Mapping):
            yield " ".join(map(str, options.values()))
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif value is not None:
        yield str(value)
