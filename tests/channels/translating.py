"""A small shop with a model that translates, played by a script."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

from agent.llm.config import LlmConfig, LlmServer
from channels.settings import Settings
from channels.testing import TEST_SECRET, LiveServer, live, small_platform
from dialogue.conversations import Conversations
from dialogue.minds import minds_of
from dialogue.turns import TurnRunner
from tests.llm_server import Answer, Body, ModelServer, model_server

WORDS = {
    "human": "转人工",
    "转人工": "get me a person",
    "我的订单 W3000001 呢？": "Where is my order W3000001?",
    "Where is my order W3000001?": "我的订单 W3000001 呢？",
    "编号 W3000001 丢了": "It is lost",
    "It will be with you tomorrow.": "明天就会送到。",
    "明天就会送到。": "It will be with you tomorrow.",
}


def script(body: Body) -> Answer:
    """Answer from the list; to what is not in it, with an error of the server."""
    text = json.loads(body["messages"][-1]["content"])["text"]
    said = WORDS.get(text)
    return Answer(json.dumps({"translation": said})) if said else Answer(status=500)


@contextlib.asynccontextmanager
async def translating(data: Path) -> AsyncIterator[tuple[LiveServer, ModelServer]]:
    async with model_server(script) as double, small_platform(data) as plain:
        model = LlmServer(
            double.url, "double-7b", retries=0, rest_s=0.0, input_price=Decimal(2), output_price=Decimal(6)
        )
        minds = minds_of(LlmConfig(translate=model))
        talk = plain.conversations
        runner = TurnRunner(
            plain.executor, talk.runner.understander, talk.runner.flows, talk.templates, "Asia/Shanghai", None, minds
        )
        conversations = Conversations(plain.database, plain.executor, runner, talk.templates, default_lang="en")
        platform = dataclasses.replace(plain, conversations=conversations)
        async with live(Settings(data=data, secret=TEST_SECRET, rate_per_s=1000, rate_burst=1000), platform) as server:
            yield server, double
        await minds.close()
