from __future__ import annotations

import json

import pytest

from agent.llm.chat import ChatModel
from agent.llm.config import LlmServer
from agent.llm.errors import LlmError
from agent.llm.ledger import Budget, turn_ledger
from agent.translator import Translator
from knowledge.types import Lang
from tests.llm_server import Answer, ModelServer, Script, model_server


async def translate(text: str, to: Lang, answer: str | Script) -> tuple[str | None, str, ModelServer]:
    """Return what came of it, the status of the call, and the double."""
    script = answer if callable(answer) else [Answer(answer)]
    async with model_server(script) as double:
        model = ChatModel(LlmServer(double.url, "double", timeout_s=20, retries=0), "translate")
        with turn_ledger(Budget(10_000)) as ledger:
            try:
                said: str | None = await Translator(model).translate(text, to)
            except LlmError:
                said = None
        await model.close()
        [call] = ledger.calls
        assert call.purpose == "translate"
        return said, call.status, double


@pytest.mark.parametrize(
    ("text", "to", "said"),
    [
        ("我的订单 D1001000004 到哪了？", "en", "Where is my order D1001000004?"),
        ("That is 12.50, see https://shop.example/a?b=1", "zh", "一共 12.50，请看 https://shop.example/a?b=1"),
        ("三天内送到", "en", "It arrives within 3 days"),
        ("Dear {name}", "zh", "{name}您好"),
    ],
)
async def test_a_translation_that_keeps_what_must_be_kept_is_given_out(text: str, to: Lang, said: str) -> None:
    found, status, double = await translate(text, to, json.dumps({"translation": f" {said} "}))
    assert (found, status) == (said, "ok")
    assert json.loads(double.asked[0]["messages"][-1]["content"]) == {"text": text}


@pytest.mark.parametrize(
    ("text", "to", "answer"),
    [
        ("我的订单 D1001000004 到哪了？", "en", json.dumps({"translation": "Where is my order D1001000005?"})),
        ("一共 12.50", "en", json.dumps({"translation": "It is 12.80 in all"})),
        ("请看 https://shop.example/a", "en", json.dumps({"translation": "See https://evil.example/a"})),
        ("{name}您好", "en", json.dumps({"translation": "Dear Emma"})),
        ("你好", "en", json.dumps({"translation": "你好"})),
        ("你好", "en", json.dumps({"translation": ""})),
        ("你好", "en", json.dumps({"translation": "Hello " * 80})),
        ("你好", "en", json.dumps({"translation": ["Hello"]})),
        ("你好", "en", "Hello"),
        ("你好", "en", "[1]"),
    ],
)
async def test_what_cannot_be_trusted_is_not_given_out(text: str, to: Lang, answer: str) -> None:
    found, status, _ = await translate(text, to, answer)
    assert (found, status) == (None, "malformed")


async def test_a_server_that_breaks_gives_nothing() -> None:
    found, status, _ = await translate("你好", "en", lambda _: Answer(status=500))
    assert (found, status) == (None, "failed")
