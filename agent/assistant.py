"""A language model that works with the executor's tools where no procedure does what is asked: langchain's agent loop, within limits.

It acts for the person of the session, which no argument of a call can change; it reads, and what it would change is stored as a
proposal, about which the person is asked. What tools return is data to it.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from agent.drafts import Drafter, Show
from agent.llm.chat import ChatModel, plain
from agent.llm.errors import LlmBudgetError, LlmError, LlmNonsenseError
from agent.llm.streaming import Hear, Progress, WholeAnswerError, joined
from agent.prompts import Prompt, prompt_for
from knowledge.types import JsonObject, Lang
from tools.base import Outcome, Role, Tool

if TYPE_CHECKING:
    from langchain.agents.middleware.types import AgentMiddleware, ModelRequest, ModelResponse
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_core.runnables import RunnableConfig
    from langchain_core.tools import BaseTool

_log = logging.getLogger(__name__)
RESULT_CHARACTERS = 6000
"""Of a tool's result; more than that is cut, and the model is told so."""
TOOL_CALLS = 12
"""In one turn."""


@dataclasses.dataclass(frozen=True)
class Line:
    """Something that was said before."""

    by: Literal["person", "bot"]
    text: str


@dataclasses.dataclass(frozen=True)
class Task:
    """A message that wants an answer."""

    text: str
    lang: Lang
    role: Role
    tools: Sequence[Tool]
    """What may be called for it."""
    before: Sequence[Line] = ()
    """The conversation before it, oldest first."""


class Hands(Protocol):
    """Calls tools for the person of the session."""

    async def call(self, tool: Tool, arguments: JsonObject) -> Outcome:
        """Send a call through the executor."""
        ...


class Assistant:
    """Answers with the tools. Safe for many conversations at once: it keeps nothing of them.

    Args:
        model: with tool calling as in OpenAI's protocol.
        model_calls: how often the model is asked for one answer, at most.
    """

    def __init__(self, model: ChatModel, *, model_calls: int = 8) -> None:
        self._model = model
        self._model_calls = model_calls

    async def answer(self, task: Task, hands: Hands, show: Show | None = None) -> str:
        """Return what the model would say in the end. It is not checked here: see `agent.grounding`.

        Args:
            show: is given the beginning of the answer while the rest is being written, where the model's server sends it in pieces.
                It checks what it is given.

        Raises:
            LlmError: the model failed, said nothing, or did not come to an end within its limits.
        """
        langchain = self._model.langchain
        from langchain.agents import create_agent  # noqa: PLC0415 (an extra, and heavy)
        from langgraph.errors import GraphRecursionError  # noqa: PLC0415

        prompt = prompt_for("agent", task.lang)
        agent = create_agent(
            langchain,
            tools=_tools(task, hands),
            system_prompt=prompt.filled(role=_ROLES[task.lang].get(task.role, task.role)),
            middleware=[_measuring(self._model, prompt, self._model_calls, show)],
        )
        steps: RunnableConfig = {"recursion_limit": 2 * self._model_calls + 4}
        asked: Any = {"messages": _messages(task)}
        try:
            done = await agent.ainvoke(asked, steps)
        except GraphRecursionError as error:
            raise LlmBudgetError("the agent did not come to an end") from error
        words = plain(str(done["messages"][-1].text))
        if not words:
            raise LlmNonsenseError(f"{self._model.server} ended without a word")
        return words


_ROLES: dict[Lang, dict[str, str]] = {
    "zh": {"shopper": "顾客", "merchant": "商家", "agent": "客服人员"},
    "en": {"shopper": "a shopper", "merchant": "the merchant", "agent": "a human agent of the shop"},
}


def _messages(task: Task) -> list[BaseMessage]:
    from langchain_core.messages import AIMessage, HumanMessage  # noqa: PLC0415

    said: list[BaseMessage] = [
        HumanMessage(line.text) if line.by == "person" else AIMessage(line.text) for line in task.before
    ]
    return [*said, HumanMessage(task.text)]


def _measuring(model: ChatModel, prompt: Prompt, limit: int, show: Show | None) -> AgentMiddleware[Any, Any, Any]:
    """Return what lays time, budget, limit and ledger around every call of the model, and shows drafts of what it says."""
    from langchain.agents.middleware import AgentMiddleware  # noqa: PLC0415

    class Measuring(AgentMiddleware[Any, Any, Any]):
        """Counts the calls of one answer."""

        def __init__(self) -> None:
            super().__init__()
            self.asked = 0
            self.drafter = Drafter(show)

        async def awrap_model_call(
            self,
            request: ModelRequest[Any],
            handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
        ) -> ModelResponse[Any]:
            """Ask the model once, measured."""
            self.asked += 1
            if self.asked > limit:
                raise LlmBudgetError(f"the agent did not come to an end within {limit} calls")
            answers: list[ModelResponse[Any]] = []
            self.drafter.step(may_call=bool(request.tools))

            async def ask(progress: Progress) -> Any:
                answers.append(await _asked(model, request, handler, progress, self.drafter.hear))
                return answers[0].result[-1]

            await model.measured(prompt.id, ask)
            return answers[0]

    return Measuring()


async def _asked(
    model: ChatModel,
    request: ModelRequest[Any],
    handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    progress: Progress,
    hear: Hear,
) -> ModelResponse[Any]:
    """Ask the model for its answer in pieces; a server that does not know how to is asked for it whole, from then on always."""
    from langchain.agents.middleware import ModelResponse  # noqa: PLC0415

    if not model.streams:
        return await handler(request)
    try:
        return ModelResponse(result=[await joined(_pieces(request), progress, hear)])
    except WholeAnswerError:
        progress.ask_again()
        answer = await handler(request)
        model.streams = False
        _log.info("%s answers whole: it is asked for no pieces any more", model.server)
        return answer


def _pieces(request: ModelRequest[Any]) -> AsyncGenerator[AIMessageChunk]:
    """Put the question as langchain's own handler does, which waits for the whole answer."""
    said = [request.system_message, *request.messages] if request.system_message else request.messages
    asked: Any = request.model
    if request.tools:
        asked = asked.bind_tools(request.tools, tool_choice=request.tool_choice, **request.model_settings)
    pieces: AsyncGenerator[AIMessageChunk] = asked.astream(said)
    return pieces


def _tools(task: Task, hands: Hands) -> list[BaseTool]:
    """Return the task's tools as langchain knows them; all their calls go through `hands`."""
    from langchain_core.tools import StructuredTool  # noqa: PLC0415

    left = [TOOL_CALLS]

    def made(tool: Tool) -> BaseTool:
        async def run(**arguments: Any) -> str:
            left[0] -= 1
            if left[0] < 0:
                return json.dumps({"status": "refused", "code": "too_many_calls"})
            return as_told(await hands.call(tool, arguments))

        description = tool.description_zh if task.lang == "zh" else tool.description_en
        # The schema and not the type: what does not fit it comes back from the executor as something to mend.
        return StructuredTool.from_function(
            coroutine=run,
            name=tool.name,
            description=description,
            args_schema=tool.arguments.model_json_schema(),
            infer_schema=False,
        )

    return [made(tool) for tool in task.tools]


def as_told(outcome: Outcome) -> str:
    """Return what came of a call as a model is told it: JSON, cut where it is long."""
    told: JsonObject = {"status": outcome.status}
    if outcome.evidence is not None:
        told["data"] = outcome.evidence.model_dump(mode="json", exclude_none=True)
    if outcome.code:
        told |= {"code": outcome.code, "facts": outcome.facts, "mendable": outcome.mendable}
    text = json.dumps(told, ensure_ascii=False, default=str)
    return text if len(text) <= RESULT_CHARACTERS else text[:RESULT_CHARACTERS] + " ... (cut)"


__all__ = ["Assistant", "Hands", "Line", "LlmError", "Task", "as_told"]
