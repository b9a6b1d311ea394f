"""A small shop whose agent is a model that a script plays; what nobody understands speaks of frogs, or of 青蛙."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from agent.llm.config import LlmConfig, LlmServer
from channels.settings import Settings
from channels.testing import TEST_SECRET, LiveServer, ScriptedUnderstander, live, small_platform
from dialogue.commands import CannotHandle, Understanding, View
from dialogue.conversations import Conversations
from dialogue.minds import minds_of
from dialogue.turns import TurnRunner
from tests.llm_server import Answer, ModelServer, Script, model_server


class Puzzled(ScriptedUnderstander):
    """Understands nothing about frogs."""

    async def understand(self, text: str, view: View) -> Understanding:
        read = await super().understand(text, view)
        lost = "frog" in text or "青蛙" in text
        return read.model_copy(update={"commands": (CannotHandle(),), "intents": ()}) if lost else read


@contextlib.asynccontextmanager
async def drafting(
    data: Path, script: Script | Sequence[Answer], *, streams: bool = True
) -> AsyncIterator[tuple[LiveServer, ModelServer]]:
    understander = Puzzled()
    async with model_server(script, streams=streams) as double, small_platform(data, understander) as plain:
        minds = minds_of(LlmConfig(agent=LlmServer(double.url, "double-7b", retries=0, rest_s=0.0)))
        talk = plain.conversations
        runner = TurnRunner(
            plain.executor, understander, talk.runner.flows, talk.templates, "Asia/Shanghai", None, minds
        )
        conversations = Conversations(plain.database, plain.executor, runner, talk.templates, default_lang="en")
        platform = dataclasses.replace(plain, conversations=conversations)
        given = Settings(data=data, secret=TEST_SECRET, rate_per_s=1000, rate_burst=1000)
        async with live(given, platform) as server:
            yield server, double
        await minds.close()
