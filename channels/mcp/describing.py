"""Tools and outcomes as MCP clients see them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mcp_types import CallToolResult, TextContent, ToolAnnotations
from mcp_types import Tool as ListedTool

from knowledge.types import JsonObject, Lang
from tools.base import Outcome, Tool

if TYPE_CHECKING:
    from dialogue.replies.templates import Templates

_ONLY_PROPOSES: dict[Lang, str] = {
    "en": "It changes nothing by itself: what it would do is shown to the person, and done after their yes.",
    "zh": "它本身不做任何改动：先把将要做的事给当事人看，对方同意之后才会执行。",
}
_PLAIN: JsonObject = {"type": "string"}
OUTPUT_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "status": {"enum": ["ok", "needs_confirmation", "refused", "failed"]},
        "result": {"type": "object", "description": "What was found or done, or what would be done. / 查到或办成的内容，或将要办理的内容。"},
        "receipt": {"type": ["string", "null"], "description": "Proof of what was done. / 已办理的凭证。"},
        "proposal": {"type": ["string", "null"], "description": "What waits for a yes. / 等待同意的事项。"},
        "code": {"type": ["string", "null"]},
    },
    "required": ["status"],
}  # fmt: skip


def described(tool: Tool, *, asks: bool) -> ListedTool:
    """Return a tool for the list.

    Args:
        asks: whether the client can ask its person in the middle of a call. Where it can, a write is done at the end of the
            call; where it cannot, the call only stores a proposal.
    """
    consented = tool.effect == "write" and tool.confirm
    words = [tool.description_en, tool.description_zh]
    if consented:
        words = [f"{tool.description_en} {_ONLY_PROPOSES['en']}", f"{tool.description_zh}{_ONLY_PROPOSES['zh']}"]
    return listed(
        tool.name,
        words,
        tool.arguments.model_json_schema(),
        reads=tool.effect == "read",
        destroys=tool.effect == "write" and (asks or not consented),
        repeatable=tool.effect == "read" or (consented and not asks),
        outside=bool(tool.server),
    )


def listed(  # noqa: PLR0913 (a field for each hint)
    name: str,
    words: list[str],
    schema: dict[str, Any],
    *,
    reads: bool = False,
    destroys: bool = False,
    repeatable: bool = False,
    outside: bool = False,
) -> ListedTool:
    """Return an entry of the list of tools."""
    hints = ToolAnnotations(
        read_only_hint=reads, destructive_hint=destroys, idempotent_hint=repeatable, open_world_hint=outside
    )
    return ListedTool(
        name=name,
        description="\n".join(words),
        input_schema=schema,
        output_schema=OUTPUT_SCHEMA,
        annotations=hints,
    )


def answered(outcome: Outcome, lang: Lang, templates: Templates, *, note: str = "") -> CallToolResult:
    """Return what came of a call: structured, and the same as text. A refusal is a tool error with its code and sentence.

    Args:
        note: what the model should do next.
    """
    told: JsonObject = {
        "tool": outcome.call.tool,
        "status": outcome.status,
        "result": outcome.evidence.model_dump(mode="json") if outcome.evidence is not None else {},
        "receipt": outcome.receipt_id,
        "proposal": outcome.proposal_id,
        "replayed": outcome.replayed,
        "code": outcome.code or None,
    }
    failed = outcome.status in ("refused", "failed")
    if failed:
        facts = json.loads(json.dumps(outcome.facts, ensure_ascii=False, default=str))
        told |= {"sentence": _sentence(outcome, lang, templates), "facts": facts, "mendable": outcome.mendable}
    return result(told, note or told.get("sentence", ""), failed=failed)


def problem(code: str, sentence: str) -> CallToolResult:
    """Return the error of a call that did not reach the executor."""
    return result({"status": "failed", "code": code, "sentence": sentence}, sentence, failed=True)


def result(told: JsonObject, note: str, *, failed: bool = False) -> CallToolResult:
    """Return a result with its structure, a sentence where there is one, and the structure as text."""
    texts = [note] if note else []
    texts.append(json.dumps(told, ensure_ascii=False))
    content = [TextContent(type="text", text=text) for text in texts]
    return CallToolResult(content=list(content), structured_content=told, is_error=failed)


def _sentence(outcome: Outcome, lang: Lang, templates: Templates) -> str:
    known = (f"refused.{outcome.code}", f"failed.{outcome.code}", f"failed.{outcome.status}")
    return templates.say(next(filter(templates.has, known)), lang, **outcome.facts)
