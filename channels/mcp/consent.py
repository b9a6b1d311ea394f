"""How a person consents over MCP.

A client that can ask its person (elicitation) does so in the middle of the call: the question is put with its exact figures, and
only an accepted form with a yes in it executes the stored call. Where a client cannot, the call ends with a proposal, and
``confirm_proposal``, which is annotated as destructive, executes it: then it is the host that asks before it lets the call through.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types import Tool as ListedTool
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from channels.mcp.describing import answered, listed, problem, result
from channels.mcp.opening import Counter
from knowledge.types import JsonObject, Lang
from tools.base import Identity, Outcome, ToolCall
from tools.proposals import LIFETIME, ProposalView

logger = logging.getLogger(__name__)

LIST, CONFIRM, REJECT = "list_proposals", "confirm_proposal", "reject_proposal"
_QUESTION = "consent"
"""The name of the question in a call of two rounds."""
_ONE: JsonObject = {
    "type": "object",
    "properties": {"proposal_id": {"type": "string", "description": "The proposal's id, such as prp_... / 待办编号"}},
    "required": ["proposal_id"],
    "additionalProperties": False,
}
_NONE: JsonObject = {"type": "object", "properties": {}, "additionalProperties": False}
OWN_TOOLS: dict[str, ListedTool] = {
    tool.name: tool
    for tool in (
        listed(
            LIST,
            ["List what waits for this person's yes, newest first.", "列出等待当事人同意的事项，新的在前。"],
            _NONE,
            reads=True,
            repeatable=True,
        ),
        listed(
            CONFIRM,
            [
                "Have done what a proposal says, once. Only after the person saw it and said yes themselves in their last message.",
                "执行一条待办，只执行一次。必须先让当事人看到内容，并且本人在最近的消息里明确同意。",
            ],
            _ONE,
            destroys=True,
            repeatable=True,
        ),
        listed(
            REJECT,
            ["Drop a proposal for good, when the person says no.", "当事人不同意时，作废一条待办。"],
            _ONE,
            destroys=True,
            repeatable=True,
        ),
    )
}
"""Beside the shop's tools, for everybody."""
_LABEL: dict[Lang, str] = {"en": "Yes, do exactly this", "zh": "同意，就这样办理"}
_NEXT: dict[Lang, str] = {
    "en": "Nothing was done yet. Show the person what would be done. Only after their own yes call confirm_proposal with this proposal; at a no, reject_proposal.",
    "zh": "还没有做任何改动。请把将要做的事给当事人看；只有本人同意之后，才用这个待办编号调用 confirm_proposal；不同意就调用 reject_proposal。",
}
_DECLINED: dict[Lang, str] = {"en": "The person said no; nothing was done.", "zh": "当事人没有同意，没有做任何改动。"}


def can_ask(context: ServerRequestContext[Any, Any]) -> bool:
    """Tell whether the client can put a question to its person in the middle of a call."""
    declared = context.session.client_capabilities
    asking = declared.elicitation if declared is not None else None
    # A bare `elicitation: {}` is older than the kinds of questions, and means forms.
    return asking is not None and (asking.form is not None or asking.url is None)


class Consent:
    """Asks, and does or drops what was answered. One for each call."""

    def __init__(
        self, context: ServerRequestContext[Any, Any], counter: Counter, identity: Identity, lang: Lang
    ) -> None:
        self._context = context
        self._counter = counter
        self._executor = counter.opened.executor
        self._identity = identity
        self._lang = lang

    async def ask(self, outcome: Outcome) -> CallToolResult | InputRequiredResult:
        """Ask about a call that was stored, or say that it waits."""
        if outcome.proposal_id is None or not can_ask(self._context):
            return self._waits(outcome)
        preview = outcome.evidence.model_dump(mode="json") if outcome.evidence is not None else {}
        return await self._ask(outcome.proposal_id, outcome.call, preview, outcome)

    async def call(self, name: str, arguments: JsonObject) -> CallToolResult | InputRequiredResult:
        """Call one of `OWN_TOOLS`."""
        if name == LIST:
            if arguments:
                return problem("bad_arguments", f"{name} takes no arguments")
            return self._told(await self._executor.proposals(self._identity))
        proposal_id = arguments.get("proposal_id")
        if not isinstance(proposal_id, str) or set(arguments) != {"proposal_id"}:
            return problem("bad_arguments", f"{name}: expected proposal_id, a text, and nothing else")
        if name == REJECT:
            return await self._drop(proposal_id)
        if can_ask(self._context):
            for waiting in await self._executor.proposals(self._identity, proposal_id=proposal_id):
                return await self._ask(proposal_id, ToolCall(waiting.tool, waiting.arguments), waiting.preview)
        return await self._do(proposal_id)

    async def answer_of(self, params: CallToolRequestParams) -> CallToolResult:
        """Take the answer that the second round of a call brings; its state is the proposal that was asked about."""
        given = (params.input_responses or {}).get(_QUESTION)
        if params.request_state is None or not isinstance(given, ElicitResult):
            return problem("bad_arguments", f"expected the answer to the question {_QUESTION!r}")
        return await self._decide(params.request_state, given)

    async def _ask(
        self, proposal_id: str, call: ToolCall, preview: JsonObject, outcome: Outcome | None = None
    ) -> CallToolResult | InputRequiredResult:
        from dialogue.consenting import consent_question  # noqa: PLC0415 (heavy: it waits until the shop is open)

        question = consent_question(call, preview, self._lang, self._counter.flows, self._counter.templates)
        schema = {
            "type": "object",
            "properties": {"confirm": {"type": "boolean", "title": _LABEL[self._lang]}},
            "required": ["confirm"],
        }
        if self._context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            form = ElicitRequest(params=ElicitRequestFormParams(message=question, requested_schema=schema))
            return InputRequiredResult(input_requests={_QUESTION: form}, request_state=proposal_id)
        try:
            async with asyncio.timeout(LIFETIME.total_seconds()):
                answer = await self._context.session.elicit_form(question, schema, self._context.request_id)
        except (MCPError, TimeoutError) as error:
            logger.warning("the client did not ask its person: %s", error)
            return self._waits(outcome or Outcome(call, "needs_confirmation", proposal_id=proposal_id))
        return await self._decide(proposal_id, answer)

    async def _decide(self, proposal_id: str, answer: ElicitResult) -> CallToolResult:
        if answer.action == "accept" and (answer.content or {}).get("confirm") is True:
            return await self._do(proposal_id)
        if answer.action == "cancel":  # closed without an answer: it may still be decided
            return self._waits(Outcome(ToolCall(CONFIRM, {}), "needs_confirmation", proposal_id=proposal_id))
        return await self._drop(proposal_id)

    async def _do(self, proposal_id: str) -> CallToolResult:
        outcome = await self._executor.confirm(proposal_id, self._identity, lang=self._lang)
        return answered(outcome, self._lang, self._counter.templates)

    async def _drop(self, proposal_id: str) -> CallToolResult:
        outcome = await self._executor.reject(proposal_id, self._identity)
        if outcome.code != "proposal_rejected":
            return answered(outcome, self._lang, self._counter.templates)
        told = {"tool": outcome.call.tool, "status": "refused", "code": "declined", "proposal": proposal_id}
        return result({**told, "sentence": _DECLINED[self._lang]}, _DECLINED[self._lang])

    def _waits(self, outcome: Outcome) -> CallToolResult:
        return answered(outcome, self._lang, self._counter.templates, note=_NEXT[self._lang])

    def _told(self, proposals: Sequence[ProposalView]) -> CallToolResult:
        rows = [json.loads(proposal.model_dump_json()) for proposal in proposals]
        return result({"tool": LIST, "status": "ok", "result": {"proposals": rows}}, "")
