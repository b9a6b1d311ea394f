"""A past conversation as a scenario: what the shopper said, the shop as it stood, and the rows that it left; nobody to be recognised."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlmodel import SQLModel

from dialogue.store import EventStore
from evals.judge.frozen.before import rows_before
from evals.judge.frozen.effects import expected_rows
from evals.judge.frozen.past import Past
from evals.judge.frozen.persons import learn, masked
from evals.judge.raw_rows import written
from evals.judge.scenario import Expect, Given, Later, Scenario, User
from knowledge.db import Database
from knowledge.schema import Conversation, Shop
from knowledge.types import JsonObject, Lang
from knowledge.yaml_files import read_yaml

PAUSE_S = 60
"""Shorter ones make no difference."""
GOAL: dict[Lang, str] = {"en": "as in a past conversation: {flows}", "zh": "照一次过往的对话：{flows}"}


class FrozenError(ValueError):
    """A conversation cannot become a scenario; says why."""


@dataclasses.dataclass(frozen=True)
class Source:
    """The shop that a conversation was held in."""

    database: Database
    folder: Path
    """Its data folder."""


async def freeze(source: Source, conversation_id: str, *, name: str) -> Scenario:
    """Return a conversation as a scenario called `name`, with nothing personal in it.

    Raises:
        FrozenError: there is no such conversation, or it is none that a shopper held with the bot.
    """
    past = await _past(source.database, conversation_id)
    async with source.database.read() as session:
        rows = await rows_before(session, past)
    mask = learn(rows, past)
    said = [mask.text(message.text) for message in past.messages]
    goal = GOAL[past.lang].format(flows=", ".join(past.flows) or "-")
    sends = past.attachments[0][1].kind if past.attachments else None
    return Scenario(
        id=name,
        lang=past.lang,
        customer=mask.of(past.customer_id) if past.signed_in else None,
        given=Given(
            rows=masked(mask, written(rows)),
            at=past.times[0],
            policy=_policy(rows, source.folder / "policy.yaml"),
        ),
        user=User(goal=goal, opens_with=(said[0],), sends=sends, script=tuple(_script(past, said))),
        expect=Expect(rows=mask.of(expected_rows(past.effects)), handed_over=past.handed_over),
        max_turns=len(said),
        tags=tuple(past.flows),
    )


async def _past(database: Database, conversation_id: str) -> Past:
    async with database.read() as session:
        head = await session.get(Conversation, conversation_id)
    if head is None:
        raise FrozenError(f"there is no conversation {conversation_id!r}")
    if head.role != "shopper":
        raise FrozenError(f"{conversation_id} is a {head.role}'s conversation; only a shopper's becomes a scenario")
    past = Past.of(head, await EventStore(database).load(conversation_id))
    if not past.messages:
        raise FrozenError(f"{conversation_id} has no message of a shopper that the bot answered")
    if any(place for place, _ in past.attachments) or len(past.attachments) > 1:
        raise FrozenError(
            f"{conversation_id} has a picture or recording after its first message; a scenario can send one with the first"
        )
    return past


def _script(past: Past, said: Sequence[str]) -> Iterator[str | Later]:
    """Yield what was said after the first message, with the longer pauses."""
    for (before, at), text in zip(itertools.pairwise(past.times), said[1:], strict=True):
        waited = (at - before).total_seconds()
        yield Later(says=text, after_s=round(waited)) if waited >= PAUSE_S else text


def _policy(rows: Iterable[SQLModel], own: Path) -> JsonObject:
    """Return the policy that the shop runs under, where it is not the usual one."""
    name = next(row.policy for row in rows if isinstance(row, Shop))
    fields: JsonObject = read_yaml(own) if own.exists() else {}
    return {"extends": name, **fields} if fields or name != "default" else {}
