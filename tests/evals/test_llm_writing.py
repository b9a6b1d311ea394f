"""What a model rewords is counted only where it passes the writer's guard."""

from __future__ import annotations

import json

from agent.llm.chat import ChatModel
from agent.llm.config import LlmServer
from agent.writer import Writer
from evals.llm_writing import QUESTIONS, SaidReply, measure, text
from tests.llm_server import Answer, model_server

SAID = [
    SaidReply("en", ("Hello, what can I do for you?",), 0.5),
    SaidReply("en", ("Shipping is free from 99.00 on.", "Shall I go on?"), 1.5),
]


async def test_a_reply_counts_where_it_says_the_same() -> None:
    answers = [
        Answer(json.dumps({"replies": ["Hi there! What may I do for you?"]})),
        Answer(json.dumps({"replies": ["Shipping is free from 50.00 on.", "Shall I continue?"]})),
    ]
    async with model_server(answers) as double:
        model = ChatModel(LlmServer(double.url, "double", timeout_s=5, retries=0), "write")
        found = await measure(Writer(model), SAID)
        await model.close()
    assert (found.said.hits, found.said.n, found.template_ms) == (2, 3, 1.0)
    assert found.model_ms[0] <= found.model_ms[1]
    assert "passes the guard 66.7 % (2/3" in text({"en": found}, "double")


def test_both_languages_are_asked_alike() -> None:
    assert len(QUESTIONS["zh"]) == len(QUESTIONS["en"])
