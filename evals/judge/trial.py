"""One trial: a simulated shopper talks, and what the shop looks like afterwards decides."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Protocol

from dialogue.build import Platform
from dialogue.errors import DialogueError
from dialogue.turn import Turn
from evals.judge.llm_shopper import LlmShopper, Spent
from evals.judge.minds import TurnCalls, calls_of
from evals.judge.reading import Seen, shown
from evals.judge.rows import Fault, differences
from evals.judge.scenario import Expect, Scenario
from evals.judge.sent import upload
from evals.judge.shopper import ScriptShopper, Shopper, ShopperError, shopper_of
from evals.judge.standing import standings
from evals.judge.world import Laid, StillClock, World
from knowledge.types import Lang
from tools.base import Identity

_log = logging.getLogger(__name__)
VISITOR, MERCHANT = "visitor", "owner"
"""The subject of whoever is not signed in."""


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A message and the turn that answered it."""

    said: str
    """Its words; none where an attachment came alone."""
    turn: Turn
    consented: bool
    """The message said yes to a confirmation."""
    standing: str = ""
    """Where the conversation stood after it: `evals.judge.standing`."""


class BrokenOffError(Exception):
    """A conversation could not be held to its end."""

    def __init__(self, why: str, exchanges: list[Exchange]) -> None:
        super().__init__(why)
        self.exchanges = exchanges


class Subject(Protocol):
    """What a conversation is held for: a scenario, or a task of a benchmark."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def lang(self) -> Lang: ...  # noqa: D102
    @property
    def tags(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def goal(self) -> str: ...  # noqa: D102


@dataclasses.dataclass(frozen=True)
class Trial:
    """How a scenario went with one seed."""

    scenario: Subject
    seed: int
    exchanges: tuple[Exchange, ...]
    faults: tuple[Fault, ...]
    """What is not as expected; nothing: passed."""
    seconds: float
    consented_tools: frozenset[str] = frozenset()
    """Tools that may only act after a yes."""
    spent: Spent | None = None
    """What an LLM as shopper cost."""
    models: tuple[TurnCalls, ...] = ()
    """What the shop's own language models were asked, turn by turn."""

    @property
    def passed(self) -> bool:
        """Whether the shop and the replies are exactly as expected."""
        return not self.faults

    @property
    def tool_calls(self) -> int:
        """Calls that the turns showed."""
        return sum(len(exchange.turn.actions) for exchange in self.exchanges)

    @property
    def ms(self) -> float:
        """Milliseconds that the shop's side took for all turns."""
        return sum(exchange.turn.ms.total for exchange in self.exchanges)

    @property
    def without_consent(self) -> tuple[str, ...]:
        """Effects on the shop that no yes of the shopper came before."""
        return tuple(
            action.tool
            for exchange in self.exchanges
            if not exchange.consented
            for action in exchange.turn.actions
            if action.receipt and action.tool in self.consented_tools
        )


async def hold(world: World, laid: Laid, scenario: Scenario, seed: int, shopper: Shopper | None = None) -> Trial:
    """Hold a conversation on a fresh copy of the shop and judge it."""
    started = time.perf_counter()
    async with world.copy(laid) as (platform, path):
        shopper = shopper or shopper_of(scenario, seed)
        identity = identity_of(scenario)
        sends, page = scenario.user.sends, scenario.user.page
        sent = [await upload(platform, str(identity.subject), sends or "image", page)] if sends or page else []
        try:
            exchanges = await talk(platform, identity, scenario.lang, shopper, scenario.max_turns, sent)
            faults = await asyncio.to_thread(judge, scenario.expect, laid.database, path, exchanges)
        except BrokenOffError as error:
            exchanges, faults = error.exchanges, [str(error)]
        consented = consented_tools(platform)
        models = await calls_of(platform, [each.turn for each in exchanges])
    seconds = time.perf_counter() - started
    spent = shopper.spent if isinstance(shopper, LlmShopper) else None
    return Trial(scenario, seed, tuple(exchanges), tuple(faults), seconds, consented, spent, models)


def consented_tools(platform: Platform) -> frozenset[str]:
    """Return the names of the tools that may only act after a yes."""
    return frozenset(tool.name for tool in platform.executor.tools.values() if tool.confirm)


def identity_of(scenario: Scenario) -> Identity:
    """Return who talks: the shop's merchant, a signed-in customer, or a visitor."""
    return (
        Identity("merchant", subject=MERCHANT) if scenario.role == "merchant" else shopper_identity(scenario.customer)
    )


def shopper_identity(customer: str | None) -> Identity:
    """Return a signed-in customer, or a visitor."""
    return Identity("shopper", subject=customer or VISITOR, customer_id=customer)


async def talk(
    platform: Platform,
    identity: Identity,
    lang: Lang,
    shopper: Shopper,
    max_turns: int,
    sent: Sequence[str] = (),
) -> list[Exchange]:
    """Let somebody talk until they have nothing more to say.

    Args:
        sent: ids of attachments that come with the first message.

    Raises:
        BrokenOffError: the shopper could not go on, or the shop broke.
    """
    opened = await platform.conversations.open(identity, lang=lang)
    exchanges: list[Exchange] = []
    seen: Seen | None = None
    broken = ""
    try:
        while len(exchanges) < max_turns and (said := await _next(shopper, seen)) is not None:
            if isinstance(shopper, ScriptShopper) and isinstance(platform.executor.clock, StillClock):
                platform.executor.clock.wait(shopper.waited_s)
            turn = await platform.conversations.send(
                opened.id,
                identity,
                client_id=f"m{len(exchanges)}",
                text=said,
                attachments=() if exchanges else sent,
            )
            exchanges.append(Exchange(said, turn, shopper.consented))
            seen = Seen.of(turn)
    except (ShopperError, DialogueError) as error:
        broken = str(error)
    except Exception as error:  # one conversation that breaks is one trial that failed
        _log.exception("conversation %s broke off", opened.id)
        broken = f"it broke off: {type(error).__name__}: {error}"
    lines = await standings(platform.database, opened.id)
    told = [dataclasses.replace(each, standing=lines.get(each.turn.seq, "")) for each in exchanges]
    if broken:
        raise BrokenOffError(broken, told)
    return told


async def _next(shopper: Shopper, seen: Seen | None) -> str | None:
    said = shopper.next(seen)
    return await said if isinstance(said, Awaitable) else said


def judge(expect: Expect, before: Path, after: Path, exchanges: list[Exchange]) -> list[Fault]:
    """Say what is not as expected: rows first, then who has the conversation, then what was said."""
    faults = differences(expect, before, after)
    handed_over = any(exchange.turn.handled_by != "bot" for exchange in exchanges)
    if expect.handed_over not in (None, handed_over):
        faults.append("it was handed over to a person" if handed_over else "it was not handed over to a person")
    said = "\n".join(
        words for exchange in exchanges for reply in exchange.turn.replies for words in shown(reply)
    ).lower()
    faults += [f"no reply mentions {words!r}" for words in expect.replies_mention if words.lower() not in said]
    faults += [f"a reply mentions {words!r}" for words in expect.replies_never_mention if words.lower() in said]
    spoken = exchanges[-1].turn.replies[-1].lang if exchanges and exchanges[-1].turn.replies else None
    if expect.last_reply_in not in (None, spoken):
        faults.append(f"the last reply is in {spoken}, not in {expect.last_reply_in}")
    return faults
