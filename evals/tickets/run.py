"""Holding conversations of the scenario library to a ticket, and judging the tickets: ``xiaoer eval tickets``."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dialogue.build import Platform
from evals.benchmarks.figures import bootstrapped, share
from evals.judge.rows import differences
from evals.judge.scenario import Scenario
from evals.judge.sent import upload
from evals.judge.shopper import shopper_of
from evals.judge.trial import BrokenOffError, Exchange, identity_of, talk
from evals.judge.world import Laid, World, world
from evals.tickets.recall import Fact, facts
from evals.tickets.support import Unsupported, unsupported
from knowledge.types import JsonObject, Lang
from tools.base import Identity, ToolCall
from tools.ticketing.triage.capability import TicketTriage
from tools.ticketing.triage.labels import HEADS
from tools.ticketing.triage.model import Rules
from tools.ticketing.triage.reading import shipped_examples
from tools.ticketing.triage.training import shipped
from tools.ticketing.types import TicketView

NAME = "tickets"
CONVERSATIONS = 100
BARS = {"slot_recall": 0.97, "unsupported": 0, "category_macro_f1": 0.8}
"""What must be reached: recall and macro F1 at least, unsupported statements at most."""
_PERSON: dict[Lang, str] = {"zh": "转人工", "en": "let me talk to a person"}
_AGENT = Identity("agent", subject="judge")
Progress = Callable[[str, float], None]


@dataclasses.dataclass(frozen=True)
class Judged:
    """A conversation's ticket."""

    scenario: str
    ticket: TicketView
    facts: tuple[Fact, ...]
    statements: int
    unsupported: tuple[Unsupported, ...]
    suggestions: int
    by_itself: bool
    """The conversation was handed over without being asked to at its end."""


@dataclasses.dataclass(frozen=True)
class TicketsRun:
    """All tickets, the conversations that could not be held, and the figures of the classifier."""

    judged: tuple[Judged, ...]
    broken: tuple[str, ...]
    routing: JsonObject

    @property
    def reached(self) -> bool:
        """Whether every bar is met."""
        return all(met for _, met in self.verdicts().values())

    def verdicts(self) -> dict[str, tuple[float, bool]]:
        """Return each barred figure with whether it is reached."""
        found = self.figures()
        recall, wrong = found["slot_recall"]["value"] or 0.0, found["unsupported"]["count"]
        f1 = found["routing"]["model"]["category_macro_f1"]["value"]
        return {
            "slot_recall": (recall, recall >= BARS["slot_recall"]),
            "unsupported": (wrong, wrong <= BARS["unsupported"] and not self.broken),
            "category_macro_f1": (f1, f1 >= BARS["category_macro_f1"]),
        }

    def figures(self) -> JsonObject:
        """Return the figures, and what is missing or not supported, ticket by ticket."""
        held = [(one.scenario, fact.held) for one in self.judged for fact in one.facts]
        truth = np.array([fact for _, fact in held], dtype=bool)
        recall = bootstrapped(
            [scenario for scenario, _ in held],
            lambda rows: float(truth[rows].mean()),
            "facts that came up",
            unit="ticket",
        )
        statements = sum(one.statements for one in self.judged)
        wrong = sum(len(one.unsupported) for one in self.judged)
        return {
            "conversations": len(self.judged),
            "handed_over_by_itself": sum(one.by_itself for one in self.judged),
            "broken": list(self.broken),
            "slot_recall": recall,
            "unsupported": {"count": wrong, "of": statements, **share([True] * wrong + [False] * (statements - wrong), "statements", unit="statement")},
            "suggested": share([one.suggestions > 0 for one in self.judged], "tickets with a founded reply", unit="ticket"),
            "routing": self.routing,
            "bars": BARS,
            "mistakes": [_mistakes(one) for one in self.judged if one.unsupported or not all(f.held for f in one.facts)],
        }  # fmt: skip


def _mistakes(one: Judged) -> JsonObject:
    return {
        "scenario": one.scenario,
        "missing": [{"name": fact.name, "value": fact.value} for fact in one.facts if not fact.held],
        "unsupported": [
            {
                "kind": each.statement.kind,
                "text": each.statement.text.en,
                "seqs": list(each.statement.seqs),
                "why": each.why,
            }
            for each in one.unsupported
        ],
    }


def routing_figures() -> JsonObject:
    """Measure the model that ships, and the rules beside it, on the held-out cases."""
    held = [row for row in shipped_examples() if row.held]
    capability = TicketTriage()
    return {
        "cases": len(held),
        "heads": {head: len(labels) for head, labels in HEADS.items()},
        "model": capability.figures(shipped(), held),
        "rules": capability.figures(Rules(), held),
    }


def chosen(scenarios: Sequence[Scenario], count: int = CONVERSATIONS) -> list[Scenario]:
    """Return so many conversations of shoppers, half in each language, the same every time; shops of their own goods are left out."""
    plain = [one for one in scenarios if one.role == "shopper" and not _own_shop(one)]
    langs: tuple[Lang, ...] = ("zh", "en")
    found: list[Scenario] = []
    for lang in langs:
        of_lang = sorted((one for one in plain if one.lang == lang), key=lambda one: _drawn(one.id))
        found += of_lang[: (count + 1) // 2 if lang == "zh" else count // 2]
    return sorted(found, key=lambda one: one.id)


def _drawn(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _own_shop(scenario: Scenario) -> bool:
    given = scenario.given
    return bool(given.products or given.policy or given.rows or given.at)


async def run(scenarios: Sequence[Scenario], *, progress: Progress) -> TicketsRun:
    """Hold each conversation to a ticket and judge it."""
    judged: list[Judged] = []
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="xiaoer-tickets-") as folder:
        async with world(Path(folder), progress=progress) as opened:
            for done, scenario in enumerate(scenarios):
                progress(scenario.id[:34], done / len(scenarios))
                laid = await opened.lay(scenario)
                try:
                    judged.append(await _held(opened, laid, scenario))
                except BrokenOffError as error:
                    broken.append(f"{scenario.id}: {error}")
                await opened.discard(laid)
    return TicketsRun(tuple(judged), tuple(broken), routing_figures())


async def _held(opened: World, laid: Laid, scenario: Scenario) -> Judged:
    async with opened.copy(laid) as (platform, path):
        identity = identity_of(scenario)
        sends, page = scenario.user.sends, scenario.user.page
        sent = [await upload(platform, str(identity.subject), sends or "image", page)] if sends or page else []
        exchanges = await talk(platform, identity, scenario.lang, shopper_of(scenario, 0), scenario.max_turns, sent)
        written = not await asyncio.to_thread(differences, scenario.expect, laid.database, path)
        return await _judged(platform, scenario, identity, exchanges, written=written)


async def _judged(
    platform: Platform, scenario: Scenario, identity: Identity, exchanges: Sequence[Exchange], *, written: bool
) -> Judged:
    last = exchanges[-1].turn
    by_itself = last.ticket is not None
    conversation_id = last.conversation_id
    if not by_itself:
        last = await platform.conversations.send(
            conversation_id, identity, client_id="to-a-person", text=_PERSON[scenario.lang]
        )
    if last.ticket is None:
        raise BrokenOffError("no ticket was opened", list(exchanges))
    call = ToolCall("get_ticket", {"ticket_id": last.ticket.id})
    outcome = await platform.executor.call(call, _AGENT, idempotency_key="judge")
    if not isinstance(outcome.evidence, TicketView):
        raise BrokenOffError(f"the ticket cannot be read: {outcome.code}", list(exchanges))
    body = outcome.evidence.body
    log = await platform.conversations.events(conversation_id, _AGENT)
    messages = [exchange.said for exchange in exchanges]
    return Judged(
        scenario.id,
        outcome.evidence,
        tuple(facts(scenario, messages, written, body)),
        len(body.summary),
        tuple(unsupported(body.summary, log)),
        len(body.suggestions),
        by_itself,
    )


def text_of(found: TicketsRun) -> str:
    """Return the figures to read."""
    shown = found.figures()
    lines = []
    for one in shown["mistakes"]:
        lines += [f"{one['scenario']}: missing {fact['name']} {fact['value']!r}" for fact in one["missing"]]
        lines += [f"{one['scenario']}: not supported: {each['text']} ({each['why']})" for each in one["unsupported"]]
    lines += [f"broken off: {why}" for why in shown["broken"]]
    lines.append(f"{shown['conversations']} conversations, {shown['handed_over_by_itself']} handed over by themselves")
    recall, wrong = shown["slot_recall"], shown["unsupported"]
    lines.append(_line("slot recall", recall, BARS["slot_recall"]))
    lines.append(f"  statements without support   {wrong['count']} of {wrong['of']}, at most {BARS['unsupported']}")
    lines.append(f"  tickets with a founded reply {shown['suggested']['value']:.3f}")
    routing = shown["routing"]
    lines.append(f"routing, {routing['cases']} held-out cases: the model; the rules alone")
    for name, figure in routing["model"].items():
        bar = BARS.get(name)
        lines.append(_line(name, figure, bar) + f"; {routing['rules'][name]['value']:.3f}")
    return "\n".join(lines)


def _line(name: str, figure: JsonObject, bar: float | None) -> str:
    low, high = figure["interval"]
    wanted = f", at least {bar}" if bar is not None else ""
    value = "-" if figure["value"] is None else f"{figure['value']:.3f}"
    return f"  {name:<28} {value} ({low:.3f}-{high:.3f}, {figure['n']}){wanted}"
