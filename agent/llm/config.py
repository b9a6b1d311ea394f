"""Where the language models are, one for each purpose, and what they may cost."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Literal

Purpose = Literal["understand", "agent", "write", "translate"]
"""``understand`` reads messages, ``agent`` works where no procedure does, ``write`` puts replies in other words, ``translate`` helps agents
at the desk who do not speak the shopper's language."""

AnswerForm = Literal["json_schema", "json_object", "text"]
"""How a server is told that an answer must be JSON: by a schema, by the word alone, or only by the prompt."""

ReadingForm = Literal["full", "brief"]
"""What a model that reads messages is told: ``full``, all that there is to know; ``brief``, the message and where the conversation
stands, for a small model that has learnt the procedures by heart (``xiaoer llm train``)."""

MILLION = 1_000_000


@dataclasses.dataclass(frozen=True)
class LlmServer:
    """A model at an OpenAI-compatible server."""

    url: str
    """With the path before ``/chat/completions``, as ``http://127.0.0.1:8000/v1``."""
    model: str
    key: str = dataclasses.field(default="none", repr=False)
    timeout_s: float = 15.0
    """The longest that one answer may take, all tries together; of one that comes in pieces, how long the first may take, and each
    next one after it."""
    stream: bool = True
    """Whether it can be asked for an answer in pieces. Only ``agent`` is."""
    retries: int = 1
    rest_s: float = 20.0
    """How long a server that did not answer is left alone: meanwhile nobody waits for it."""
    answer_form: AnswerForm = "json_schema"
    reading_form: ReadingForm = "full"
    """Only ``understand``."""
    only_when_unsure: bool = False
    """Only ``understand``: it is asked where the embedded mind cannot tell what is meant, and not of every message."""
    max_answer_tokens: int = 1024
    input_price: Decimal | None = None
    """Of a million tokens, in whatever money; None: not counted."""
    output_price: Decimal | None = None

    def cost_of(self, input_tokens: int, output_tokens: int) -> Decimal | None:
        """Return what so many tokens cost; None where a price is not known."""
        if self.input_price is None or self.output_price is None:
            return None
        return (input_tokens * self.input_price + output_tokens * self.output_price) / MILLION

    def __str__(self) -> str:
        return f"{self.model} at {self.url}"


@dataclasses.dataclass(frozen=True)
class LlmConfig:
    """The models in use. None: the embedded mind does it alone."""

    understand: LlmServer | None = None
    agent: LlmServer | None = None
    write: LlmServer | None = None
    translate: LlmServer | None = None
    turn_tokens: int = 30_000
    """What one turn may cost, in and out together; the call that passes it is the last."""
    day_tokens: int | None = None
    """The same for a UTC day of one process; None: without end."""
    agent_calls: int = 8
    """How often the agent may ask its model in a turn."""

    @property
    def purposes(self) -> dict[Purpose, LlmServer]:
        """The servers that are configured, by purpose."""
        given: dict[Purpose, LlmServer | None] = {
            "understand": self.understand,
            "agent": self.agent,
            "write": self.write,
            "translate": self.translate,
        }
        return {purpose: server for purpose, server in given.items() if server is not None}
