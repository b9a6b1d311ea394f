"""What language models were asked in a turn, and what they may still cost.

The ledger of a turn is found by whoever asks a model in it (a context variable): an understander's interface knows nothing of
models, and the tokens of a turn are counted over every purpose.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Literal

import pydantic

from agent.llm.config import LlmServer, Purpose
from agent.llm.errors import LlmBudgetError
from knowledge.types import utc_now

CallStatus = Literal["ok", "malformed", "failed", "over_budget", "resting"]
"""``malformed``: an answer that could not be used; ``failed``: no answer; ``over_budget`` and ``resting``: nobody was asked."""


class ModelCall(pydantic.BaseModel):
    """One call of a language model; no words of anybody in it."""

    model_config = pydantic.ConfigDict(frozen=True)

    purpose: Purpose
    model: str
    prompt: str
    """Name, version and language of the prompt: ``understand@1-3f2a9c.zh``."""
    status: CallStatus
    input_tokens: int = 0
    output_tokens: int = 0
    ms: float = 0.0
    first_ms: float | None = None
    """Milliseconds to the first piece of an answer that came in pieces; None: it came whole, or not at all."""
    cost: Decimal | None = None
    """In the money of the configured prices; None where there are none."""

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.input_tokens + self.output_tokens


class Budget:
    """The tokens of a turn and of a UTC day. One for a process: each replica has a day of its own."""

    def __init__(
        self, turn_tokens: int, day_tokens: int | None = None, *, clock: Callable[[], dt.datetime] = utc_now
    ) -> None:
        self.turn_tokens = turn_tokens
        self.day_tokens = day_tokens
        self._clock = clock
        self._day: dt.date | None = None
        self._spent_today = 0

    @property
    def spent_today(self) -> int:
        """Tokens of this day."""
        today = self._clock().astimezone(dt.UTC).date()
        if today != self._day:
            self._day, self._spent_today = today, 0
        return self._spent_today

    def spend(self, tokens: int) -> None:
        """Count tokens to this day."""
        self._spent_today = self.spent_today + tokens


@dataclasses.dataclass
class Ledger:
    """The calls of one turn, in order."""

    budget: Budget
    calls: list[ModelCall] = dataclasses.field(default_factory=list)

    def admit(self) -> None:
        """Let a call through while there are tokens left.

        Raises:
            LlmBudgetError: there are none.
        """
        if sum(call.tokens for call in self.calls) >= self.budget.turn_tokens:
            raise LlmBudgetError(f"this turn has spent its {self.budget.turn_tokens} tokens")
        if self.budget.day_tokens is not None and self.budget.spent_today >= self.budget.day_tokens:
            raise LlmBudgetError(f"this day has spent its {self.budget.day_tokens} tokens")

    def note(self, call: ModelCall) -> None:
        """Write a call down."""
        self.calls.append(call)
        self.budget.spend(call.tokens)

    def last_was(self, status: CallStatus) -> None:
        """Say what became of the last answer, once somebody has read it."""
        if self.calls:
            self.calls[-1] = self.calls[-1].model_copy(update={"status": status})


_ledger: contextvars.ContextVar[Ledger] = contextvars.ContextVar("llm_ledger")


def ledger() -> Ledger:
    """Return the ledger of this turn; outside of one, one that nobody reads and that lets a single call through."""
    return _ledger.get(Ledger(Budget(1)))


@contextlib.contextmanager
def turn_ledger(budget: Budget) -> Iterator[Ledger]:
    """Open the ledger of a turn."""
    opened = Ledger(budget)
    token = _ledger.set(opened)
    try:
        yield opened
    finally:
        _ledger.reset(token)


@dataclasses.dataclass(frozen=True)
class Took:
    """How long a call took, in milliseconds; `first_ms`: to the first piece, where the answer came in pieces."""

    ms: float = 0.0
    first_ms: float | None = None


def call_of(
    server: LlmServer,
    purpose: Purpose,
    prompt: str,
    *,
    status: CallStatus,
    took: Took = Took(),
    tokens: tuple[int, int] = (0, 0),
) -> ModelCall:
    """Return a call as it is written down; `tokens`: in and out."""
    return ModelCall(
        purpose=purpose,
        model=server.model,
        prompt=prompt,
        status=status,
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        ms=round(took.ms, 2),
        first_ms=None if took.first_ms is None else round(took.first_ms, 2),
        cost=server.cost_of(*tokens),
    )
