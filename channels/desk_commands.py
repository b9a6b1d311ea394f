"""``xiaoer desk``: the desk's statistics on the command line, by the same tool as at the desk."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import typer

from channels.console import FAILED, WRONG_CALL, existing_database, fail, print_json, run, settings_for
from channels.settings import Settings
from channels.statistics import shown
from dialogue.counting import Counting
from dialogue.replies.figures import amount, value_name
from knowledge.types import JsonObject, Lang, new_id, utc_now
from tools.analytics.statistics import Statistics
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.policy import load_policy
from tools.toolset import all_tools

BY = Identity("merchant", "xiaoer desk")
"""Whoever may run commands on the shop's machine sees everybody's figures."""
Days = tuple[dt.date | None, dt.date | None]


def print_statistics(data: Path | None, given: JsonObject, days: Days, *, lang: Lang, as_json: bool) -> None:
    """Count what is new and print every figure, in lines or as one JSON object."""
    arguments = {name: value for name, value in given.items() if value is not None}
    first, last = days
    if (first is None) != (last is None):
        fail("expected both --from and --to, or neither", WRONG_CALL)
    if first is not None and last is not None:
        if last < first:
            fail("expected --to not before --from", WRONG_CALL)
        arguments["period"] = {"first": first.isoformat(), "last": last.isoformat()}
    outcome = run(_asked(settings_for(data), arguments))
    if not isinstance(outcome.evidence, Statistics):
        fail(f"{outcome.code}: {json.dumps(outcome.facts, ensure_ascii=False, default=str)}", FAILED)
    found = shown(outcome.evidence, lang)
    if as_json:
        print_json(_without_drawings(found))
        return
    for line in _lines(found, lang):
        typer.echo(line)


def _without_drawings(found: JsonObject) -> JsonObject:
    cards = [{name: value for name, value in card.items() if name != "reply"} for card in found["cards"]]
    return {**found, "cards": cards}


def _lines(found: JsonObject, lang: Lang) -> Iterator[str]:
    period, against = found["period"], found["against"]
    yield f"{period['first']} – {period['last']}  ({against['first']} – {against['last']})  {found['timezone']}"
    rated = {(each["dimension"], each["key"]): each["share"] for each in found["rated"]}
    for card in found["cards"]:
        figures = card["figures"]
        if not figures["by"]:
            yield f"{card['name']:<40} {card['total']:>12} {card['before']:>12}{_interval(rated.get(('', '')), card['id'])}"
            continue
        yield f"{card['name']} × {figures['by'][0]['name'][lang]}"
        for row in card["reply"].get("table", ())[1:] or _undrawn(figures, lang):
            yield "    " + "  ".join(row)


def _undrawn(figures: JsonObject, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield the groups that are too few to be drawn."""
    for group in figures["groups"]:
        name = value_name(group["values"][0], figures["by"][0]["key"], lang)
        yield name, amount(group["value"], figures["metric"], lang)


def _interval(share: JsonObject | None, card_id: str) -> str:
    if share is None or card_id != "csat":
        return ""
    return f"   n = {share['of']}, 95 %: {share['low']:.1%} – {share['high']:.1%}"


async def _asked(settings: Settings, arguments: JsonObject) -> Outcome:
    """Ask the tool; no mind is loaded to count."""
    async with existing_database(settings) as database:
        executor = Executor(database, all_tools(), load_policy("default", settings.data))
        try:
            await Counting(database, lambda: executor.policy, utc_now).catch_up()
            call = ToolCall("desk_statistics", arguments)
            outcome: Outcome = await executor.call(call, BY, idempotency_key=new_id("cli"))
            return outcome
        finally:
            await executor.close()
