"""The language models that a platform works with, where some are configured; the embedded mind needs none of this."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping

from agent.assistant import Assistant
from agent.llm.chat import ChatModel
from agent.llm.config import LlmConfig, Purpose
from agent.llm.ledger import Budget, Ledger, turn_ledger
from agent.writer import Writer
from dialogue.commands import Understander
from dialogue.events import ModelCalled
from dialogue.flows.model import Flow
from dialogue.understanding.teaching import Lesson
from knowledge.types import utc_now


@dataclasses.dataclass(frozen=True)
class Minds:
    """The models by their purposes, and what they may cost together."""

    models: Mapping[Purpose, ChatModel] = dataclasses.field(default_factory=dict)
    budget: Budget = dataclasses.field(default_factory=lambda: Budget(0))
    agent_calls: int = 8

    def understander(
        self, embedded: Understander, flows: Mapping[str, Flow], lessons: Iterable[Lesson] = ()
    ) -> Understander:
        """Return what reads messages: the embedded understander, with a model over it where one is configured."""
        model = self.models.get("understand")
        if model is None:
            return embedded
        from dialogue.understanding.llm import LlmUnderstander  # noqa: PLC0415 (only where it is used)
        from dialogue.understanding.llm.procedures import procedures_told  # noqa: PLC0415

        return LlmUnderstander(model, embedded, procedures_told(flows, lessons))

    def assistant(self) -> Assistant | None:
        """Return what works where no procedure does; None where no model is configured for it."""
        model = self.models.get("agent")
        return Assistant(model, model_calls=self.agent_calls) if model is not None else None

    def writer(self) -> Writer | None:
        """Return what puts replies in other words; None: the templates' words are said."""
        model = self.models.get("write")
        return Writer(model) if model is not None else None

    @contextlib.contextmanager
    def turn(self) -> Iterator[Ledger]:
        """Open the ledger of a turn."""
        with turn_ledger(self.budget) as opened:
            yield opened

    async def close(self) -> None:
        """Close the connections to the servers."""
        for model in self.models.values():
            await model.close()


def minds_of(config: LlmConfig | None, *, clock: Callable[[], dt.datetime] = utc_now) -> Minds:
    """Return the models of a configuration; nothing is loaded and no server asked before the first message."""
    if config is None:
        return Minds()
    models = {purpose: ChatModel(server, purpose) for purpose, server in config.purposes.items()}
    budget = Budget(config.turn_tokens, config.day_tokens, clock=clock)
    return Minds(models, budget, config.agent_calls)


def called(ledger: Ledger) -> list[ModelCalled]:
    """Return what is written down of a turn's ledger."""
    return [ModelCalled(call=call) for call in ledger.calls]
