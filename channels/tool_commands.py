"""``xiaoer tools list`` and ``xiaoer tools call``."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from channels.auth import TokenRole, caller_for
from channels.console import FAILED, WRONG_CALL, fail, platform_of, print_json, run, settings_for, told
from channels.proposals import outcome_json
from channels.settings import Settings
from knowledge.types import new_id
from tools.base import Outcome, ToolCall
from tools.toolset import shop_tools, tool_schemas


def list_tools(data: Path | None, *, as_json: bool) -> None:
    """Print every tool of the shop in a data folder."""
    settings = settings_for(data)
    with told():
        schemas = tool_schemas(tools=shop_tools(settings.data))
    if as_json:
        print_json({"tools": [schema.model_dump(mode="json") for schema in schemas]})
        return
    for schema in schemas:
        where = f"  (server {schema.server})" if schema.server else ""
        typer.echo(f"{schema.name:<24} {schema.effect:<6} {', '.join(schema.roles)}{where}")
        typer.echo(f"    {schema.description_en}\n    {schema.description_zh}")


def call_tool(  # noqa: PLR0913  (one for each option)
    data: Path | None, name: str, arguments: str, *, role: TokenRole, subject: str | None, consent: bool, as_json: bool
) -> None:
    """Call a tool and print what came of it."""
    try:
        given = json.loads(arguments)
    except ValueError as error:
        fail(f"the arguments are not JSON: {error}", WRONG_CALL)
    if not isinstance(given, dict):
        fail(f"expected the arguments as a JSON object, got {type(given).__name__}", WRONG_CALL)
    outcome = run(_call(settings_for(data), ToolCall(name, given), role, subject, consent=consent))
    print_json(outcome_json(outcome)) if as_json else typer.echo(_text(outcome))
    if outcome.status in ("refused", "failed"):
        raise typer.Exit(FAILED)


async def _call(settings: Settings, call: ToolCall, role: TokenRole, subject: str | None, *, consent: bool) -> Outcome:
    identity = caller_for(role, subject).identity()
    async with platform_of(settings) as platform:
        outcome: Outcome = await platform.executor.call(call, identity, idempotency_key=new_id("cli"))
        if outcome.status == "needs_confirmation" and consent and outcome.proposal_id:
            outcome = await platform.executor.confirm(outcome.proposal_id, identity)
        return outcome


def _text(outcome: Outcome) -> str:
    lines = [f"{outcome.call.tool}: {outcome.status}"]
    if outcome.code:
        lines.append(f"  {outcome.code} {json.dumps(outcome.facts, ensure_ascii=False, default=str)}")
    if outcome.receipt_id:
        lines.append(f"  receipt {outcome.receipt_id}")
    if outcome.status == "needs_confirmation":
        lines.append("  nothing was done yet; the same call with --yes does it")
    if outcome.evidence is not None:
        lines.append(outcome.evidence.model_dump_json(indent=2))
    return "\n".join(lines)
