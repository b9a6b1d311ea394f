"""What the shop's own language models were asked in conversations, what that cost, and how often the embedded mind took over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from agent.llm.config import LlmConfig, Purpose
from agent.llm.ledger import ModelCall
from dialogue.build import Platform
from dialogue.events import ModelCalled, TurnEnded
from dialogue.store import EventStore
from dialogue.turn import Turn
from evals.metrics import Share
from knowledge.types import JsonObject

TurnCalls = tuple[ModelCall, ...]
"""The calls of one turn, in order."""


async def calls_of(platform: Platform, turns: Sequence[Turn]) -> tuple[TurnCalls, ...]:
    """Return the calls of a conversation as its events have them, turn by turn; those of turns that asked no model are empty."""
    if not turns or not platform.conversations.runner.minds.models:
        return ()
    found: list[TurnCalls] = []
    now: list[ModelCall] = []
    for stored in await EventStore(platform.database).load(turns[0].conversation_id):
        if isinstance(stored.event, ModelCalled):
            now.append(stored.event.call)
        elif isinstance(stored.event, TurnEnded):
            found.append(tuple(now))
            now = []
    return tuple(found)


def usage(conversations: Sequence[Sequence[TurnCalls]], config: LlmConfig) -> JsonObject:
    """Return what was asked of the models.

    ``took_over`` is the share of turns in which a purpose's model was asked and, in the end, the embedded mind's reading, answer or words
    stood: nothing came, or nothing that could be used. ``cost`` is None where a price is not configured.
    """
    turns = [turn for conversation in conversations for turn in conversation]
    calls = [call for turn in turns for call in turn]
    costs = [call.cost for call in calls]
    return {
        "models": {purpose: server.model for purpose, server in config.purposes.items()},
        "prompts": sorted({call.prompt for call in calls}),
        "calls": len(calls),
        "input_tokens": sum(call.input_tokens for call in calls),
        "output_tokens": sum(call.output_tokens for call in calls),
        "cost": str(sum(filter(None, costs), Decimal())) if costs and None not in costs else None,
        "took_over": {purpose: Share.of(_took_over(turns, purpose)).to_json() for purpose in config.purposes},
    }


def _took_over(turns: Sequence[TurnCalls], purpose: Purpose) -> list[bool]:
    """Return for each turn that asked a purpose's model whether its last answer was of no use."""
    asked = [[call for call in turn if call.purpose == purpose] for turn in turns]
    return [mine[-1].status != "ok" for mine in asked if mine]


def told(figures: JsonObject) -> Iterator[str]:
    """Yield the lines of a report about `usage`."""
    yield "  models  " + ", ".join(f"{purpose} {model}" for purpose, model in figures["models"].items())
    yield f"  prompts  {', '.join(figures['prompts']) or 'none was asked'}"
    cost = f", cost {figures['cost']}" if figures["cost"] is not None else ""
    yield f"  {figures['calls']} calls, {figures['input_tokens']} tokens in, {figures['output_tokens']} out{cost}"
    for purpose, share in figures["took_over"].items():
        low, high = share["interval"]
        rate = f"{share['value']:.1%} of {share['n']} turns ({low:.1%} to {high:.1%})".replace("%", " %")
        yield f"  the embedded mind took over from {purpose}  {rate}"
