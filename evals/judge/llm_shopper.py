"""An LLM in the shopper's place, behind any server that speaks OpenAI's chat protocol. It reads what a person would see, no more.

Not reproducible as the agenda is: the seed is sent along, and few servers keep to it. It needs the package ``openai``
(``pip install 'xiaoer[llm]'``), which is imported when a shopper is made.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pydantic

from evals.judge.reading import Seen, says_yes, words_of
from evals.judge.scenario import Facts, Scenario
from evals.judge.shopper import ScriptShopper, Shopper, ShopperError
from knowledge.types import Lang
from knowledge.yaml_files import read_yaml

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

END = "###END###"
TEMPERATURE = 0.7
MOST_LETTERS = 2000
"""Nobody types a longer message into a chat."""
MILLION = 1_000_000
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_PROMPTS = Path(__file__).with_name("llm_prompts.yaml")


@dataclasses.dataclass(frozen=True)
class Spent:
    """What a conversation cost on the shopper's side."""

    tokens: int = 0
    money: Decimal | None = None


@dataclasses.dataclass(frozen=True)
class LlmServer:
    """Where the model is, and what it costs."""

    url: str
    """With the path before ``/chat/completions``, as ``http://127.0.0.1:8000/v1``."""
    model: str
    key: str = "none"
    timeout_s: float = 60.0
    retries: int = 2
    input_price: Decimal | None = None
    """Of a million tokens, in whatever money; None: not counted."""
    output_price: Decimal | None = None

    def cost_of(self, *, input_tokens: int, output_tokens: int) -> Spent:
        """Return what so many tokens cost."""
        money = None
        if self.input_price is not None and self.output_price is not None:
            money = (input_tokens * self.input_price + output_tokens * self.output_price) / MILLION
        return Spent(input_tokens + output_tokens, money)

    def __str__(self) -> str:
        return f"the shopper's model {self.model} at {self.url}"


@contextlib.asynccontextmanager
async def llm_shoppers(server: LlmServer) -> AsyncIterator[Callable[[Scenario, int], Shopper]]:
    """Yield what makes a shopper for a scenario and a seed; scripts of past conversations are said as they are.

    Raises:
        ShopperError: the package ``openai`` is not there.
    """
    try:
        from openai import AsyncOpenAI  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise ShopperError("an LLM as shopper needs the package openai: pip install 'xiaoer[llm]'") from error

    async with AsyncOpenAI(
        base_url=server.url, api_key=server.key, timeout=server.timeout_s, max_retries=server.retries
    ) as client:

        def make(scenario: Scenario, seed: int) -> Shopper:
            return (
                ScriptShopper(scenario)
                if scenario.user.script is not None
                else LlmShopper(client, server, scenario, seed)
            )

        yield make


class LlmShopper:
    """Plays the person of a scenario."""

    def __init__(self, client: AsyncOpenAI, server: LlmServer, scenario: Scenario, seed: int) -> None:
        self._client = client
        self._server = server
        self._seed = seed
        self._lang = scenario.lang
        self._prompts = _prompts(scenario.lang)
        self._said: list[ChatCompletionMessageParam] = [{"role": "system", "content": part_of(scenario)}]
        self._over = False
        self._input_tokens = self._output_tokens = 0
        self.consented = False

    @property
    def spent(self) -> Spent:
        """What it has cost so far."""
        return self._server.cost_of(input_tokens=self._input_tokens, output_tokens=self._output_tokens)

    async def next(self, seen: Seen | None) -> str | None:
        """See `Shopper.next`.

        Raises:
            ShopperError: the server is not there, refuses, takes too long, or answers something that is no message.
        """
        self.consented = False
        if self._over or (seen is not None and seen.handled_by != "bot"):
            return None
        self._said.append({"role": "user", "content": self._prompts.begin if seen is None else _as_seen(seen)})
        message = self._read(await self._ask())
        if message:
            self._said.append({"role": "assistant", "content": message})
            self.consented = seen is not None and says_yes(words_of(seen.lang or self._lang), seen, message)
        return message or None

    async def _ask(self) -> ChatCompletion:
        import openai  # noqa: PLC0415 (an extra)

        try:
            return await self._client.chat.completions.create(
                model=self._server.model, messages=self._said, temperature=TEMPERATURE, seed=self._seed
            )
        except openai.APITimeoutError as error:
            raise ShopperError(f"{self._server} did not answer within {self._server.timeout_s:g} s") from error
        except openai.APIStatusError as error:
            raise ShopperError(f"{self._server} refused with status {error.status_code}") from error
        except openai.APIConnectionError as error:
            raise ShopperError(f"{self._server} cannot be reached") from error
        except (openai.APIError, ValueError) as error:
            raise ShopperError(f"{self._server} answered something that is no chat completion") from error

    def _read(self, completion: ChatCompletion) -> str:
        """Return the message; "" when there is nothing more to say."""
        try:
            written = completion.choices[0].message.content
            usage = completion.usage
        except (AttributeError, IndexError, TypeError) as error:
            raise ShopperError(f"{self._server} answered something that is no chat completion") from error
        if usage is not None:
            self._input_tokens += usage.prompt_tokens
            self._output_tokens += usage.completion_tokens
        text = _THOUGHTS.sub("", written or "").strip()
        message = text.replace(END, "").strip().strip('"“”').strip()
        self._over = END in text
        if not message and not self._over:
            raise ShopperError(f"{self._server} answered without a word")
        if len(message) > MOST_LETTERS:
            raise ShopperError(f"{self._server} answered with {len(message)} letters, which is no chat message")
        return message


class _Prompts(pydantic.BaseModel):
    """A language of ``llm_prompts.yaml``."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    part: str
    wants: str
    begin: str
    knows: str
    first: str
    then: str
    refuses: str
    takes_offers: str
    declines_offers: str
    mood: str
    sends: str
    rules: str


@functools.cache
def _prompts(lang: Lang) -> _Prompts:
    return _Prompts.model_validate(read_yaml(_PROMPTS)[lang])


def part_of(scenario: Scenario) -> str:
    """Return the part that the model plays: everything that the agenda knows, and nothing of what is expected."""
    user, words = scenario.user, _prompts(scenario.lang)
    lines = [words.part]
    if user.goal:
        lines.append(words.wants.format(goal=user.goal))
    lines.append(words.first.format(says=user.opens_with[0] or user.opens_with[-1]))
    lines += [words.then.format(says=wish.says[0]) for wish in user.then]
    knows = {**user.knows, **{name: value for wish in user.then for name, value in wish.knows.items()}}
    lines.append(words.knows)
    lines += [f"- {name}: {_written(value)}" for name, value in knows.items()] or ["-"]
    if user.says_no_to:
        lines.append(words.refuses.format(words=", ".join(user.says_no_to)))
    if user.sends:
        lines.append(words.sends.format(kind=user.sends))
    lines += [
        words.mood.format(moods=" → ".join(user.mood)),
        words.takes_offers if user.accepts_offers else words.declines_offers,
    ]
    return "\n".join([*lines, words.rules.format(end=END)])


def _written(value: Facts) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _as_seen(seen: Seen) -> str:
    """Write down an answer as it stands on the screen: the words, then the buttons."""
    return "\n".join([seen.text, *(f"[{label}]" for label in seen.choices)])
