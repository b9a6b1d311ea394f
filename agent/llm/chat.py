"""A language model that can be asked: through langchain, within time and budget, every call written down."""

from __future__ import annotations

import functools
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx

from agent.llm.config import LlmServer, Purpose
from agent.llm.errors import LlmBudgetError, LlmMissingError, LlmNonsenseError, LlmUnavailableError
from agent.llm.ledger import CallStatus, call_of, ledger
from agent.llm.streaming import LONGEST, Progress, StreamBrokenError

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

_log = logging.getLogger(__name__)
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"^\s*```[a-zA-Z]*\s*\n(.*?)\n\s*```\s*$", re.DOTALL)
Said = tuple[str, str]
"""Who and what: ``("system" | "user" | "assistant", words)``."""
Asking = Callable[[Progress], Awaitable["AIMessage"]]
"""Asks the model once; told how the answer comes along, if it comes in pieces."""


class ChatModel:
    """A model for one purpose. Safe for many conversations at once; the packages are loaded when it is asked first."""

    def __init__(self, server: LlmServer, purpose: Purpose, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.server = server
        self.purpose = purpose
        self._monotonic = monotonic
        self._rests_until = -1.0
        self.streams = server.stream
        """Whether answers may be asked for in pieces; a server that turned out to answer whole is not asked so again."""

    async def ask(self, prompt: str, said: Sequence[Said], *, schema: Mapping[str, Any] | None = None) -> str:
        """Return what the model answers, without its thoughts.

        Args:
            prompt: id of the prompt, for the ledger.
            said: the conversation with the model.
            schema: a JSON schema that the answer shall keep to; whoever asks checks it nevertheless.

        Raises:
            LlmError: no answer, or an empty one.
        """
        form = _answer_form(self.server, schema)
        message = await self.measured(prompt, lambda _: self.langchain.ainvoke(list(said), **form))
        words = plain(message.text)
        if not words:
            ledger().last_was("malformed")
            raise LlmNonsenseError(f"{self.server} answered without a word")
        return words

    @functools.cached_property
    def langchain(self) -> ChatOpenAI:
        """The same model as langchain knows it.

        Raises:
            LlmMissingError: the extra ``llm`` is not installed.
        """
        try:
            from langchain_openai import ChatOpenAI  # noqa: PLC0415 (an extra, and heavy)
            from openai import DefaultAsyncHttpxClient  # noqa: PLC0415
        except ImportError as error:
            raise LlmMissingError("a language model needs more packages: pip install 'xiaoer[llm]'") from error
        # A client of its own: the one that langchain keeps is bound to the first event loop that used it.
        self._http = DefaultAsyncHttpxClient(timeout=self.server.timeout_s)
        return ChatOpenAI(
            model=self.server.model,
            base_url=self.server.url,
            api_key=lambda: self.server.key,
            timeout=self.server.timeout_s,
            max_retries=self.server.retries,
            max_completion_tokens=self.server.max_answer_tokens,
            temperature=0.0,
            use_responses_api=False,
            stream_usage=True,
            stream_chunk_timeout=None,  # ours is shorter, and says which server it was
            http_async_client=self._http,
        )

    async def close(self) -> None:
        """Close the connections to the server; who asks again opens new ones."""
        if self.__dict__.pop("langchain", None) is not None:
            await self._http.aclose()

    async def measured(self, prompt: str, work: Asking) -> AIMessage:
        """Run one call of the model within the turn's budget and its time, and write it down.

        Raises:
            LlmError: nothing came of it; says which server and why.
        """
        self._admit(prompt)
        progress = Progress(self.server.timeout_s)
        status: CallStatus = "failed"
        tokens = (0, 0)
        try:
            message = await self._answered(work, progress)
            status, tokens = "ok", _tokens_of(message)
        except LlmNonsenseError:
            status = "malformed"
            raise
        finally:
            took = progress.took
            ledger().note(call_of(self.server, self.purpose, prompt, status=status, took=took, tokens=tokens))
        return message

    def _admit(self, prompt: str) -> None:
        """Let a call through, or write down that nobody was asked."""
        try:
            ledger().admit()
        except LlmBudgetError:
            ledger().note(call_of(self.server, self.purpose, prompt, status="over_budget"))
            raise
        if self._monotonic() < self._rests_until:
            ledger().note(call_of(self.server, self.purpose, prompt, status="resting"))
            raise LlmUnavailableError(f"{self.server} did not answer a moment ago")

    async def _answered(self, work: Asking, progress: Progress) -> AIMessage:
        self.langchain  # noqa: B018 (what is missing is said before what follows imports it)
        import openai  # noqa: PLC0415 (an extra)
        from langsmith import tracing_context  # noqa: PLC0415

        try:
            # People's words go to the server that was configured and nowhere else, whatever the environment asks for.
            with tracing_context(enabled=False):
                async with progress.waiting():
                    return await work(progress)
        except (TimeoutError, openai.APITimeoutError) as error:
            raise self._rest(_late(self.server.timeout_s, progress)) from error
        except openai.APIStatusError as error:
            refused = f"refused with status {error.status_code}"
            if error.status_code >= 500 or error.status_code == 429:
                raise self._rest(refused) from error
            raise LlmUnavailableError(f"{self.server} {refused}") from error
        except (openai.APIConnectionError, httpx.TransportError, StreamBrokenError) as error:
            raise self._rest("broke off its answer" if progress.begun else "cannot be reached") from error
        except openai.APIError as error:
            if not progress.begun or isinstance(error, openai.APIResponseValidationError):
                raise self._nonsense() from error
            raise self._rest("broke off its answer with an error") from error
        except (openai.OpenAIError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            # What the client makes of an answer in another form than the protocol's.
            raise self._nonsense() from error

    def _nonsense(self) -> LlmNonsenseError:
        return LlmNonsenseError(f"{self.server} answered something that is no chat completion")

    def _rest(self, why: str) -> LlmUnavailableError:
        self._rests_until = self._monotonic() + self.server.rest_s
        _log.warning("%s %s; for %g s nobody asks it", self.server, why, self.server.rest_s)
        return LlmUnavailableError(f"{self.server} {why}")


def _late(timeout_s: float, progress: Progress) -> str:
    if not progress.begun:
        return f"did not answer within {timeout_s:g} s"
    return f"fell silent for {timeout_s:g} s in mid-answer, or did not end within {LONGEST * timeout_s:g} s"


def plain(answer: str) -> str:
    """Return an answer without the thoughts that some models put before it."""
    return without_thoughts(answer).strip()


def without_thoughts(answer: str) -> str:
    """Return an answer without the thoughts in it that are over; one that is not is not gone through, as it grows by thousands of pieces."""
    return _THOUGHTS.sub("", answer) if "</think>" in answer else answer


def before_thoughts(answer: str) -> str:
    """Return what stands before a thought that is not over."""
    return answer.partition("<think>")[0]


def json_of(answer: str) -> Any:
    """Return the JSON in an answer, also where it stands in a fence or among words.

    Raises:
        ValueError: there is none.
    """
    fenced = _FENCE.match(answer)
    text = fenced[1] if fenced else answer
    begins = [place for place in (text.find("{"), text.find("[")) if place >= 0]
    if not begins:
        raise ValueError("expected JSON, got words only")
    found, _ = json.JSONDecoder().raw_decode(text, min(begins))
    return found


def _answer_form(server: LlmServer, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    if schema is None or server.answer_form == "text":
        return {}
    if server.answer_form == "json_object":
        return {"response_format": {"type": "json_object"}}
    named = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _tokens_of(message: AIMessage) -> tuple[int, int]:
    """Return the tokens in and out; a server that does not count them is counted by characters, four to a token."""
    usage = message.usage_metadata
    if usage is None:
        return (0, len(message.text) // 4 + 1)
    return (usage["input_tokens"], usage["output_tokens"])
