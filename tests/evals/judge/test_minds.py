"""``xiaoer eval scenarios --agent llm``: the platform answers with the configured models, and the report says what they cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.llm.config import LlmConfig, LlmServer
from agent.llm.ledger import CallStatus, ModelCall
from channels.cli import app
from evals.injections.server import Answer, serving
from evals.judge.minds import TurnCalls, told, usage
from knowledge.types import JsonObject

SCENARIO = """
id: greets-{lang}
lang: {lang}
customer: C1002
user: {{opens_with: ["{said}"]}}
expect: {{rows: {{}}}}
"""
_LLM = ("URL", "UNDERSTAND_MODEL", "AGENT_MODEL", "WRITE_MODEL")


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _LLM:
        monkeypatch.delenv(f"XIAOER_LLM_{name}", raising=False)


@pytest.fixture
def scenarios(tmp_path: Path) -> Path:
    text = "---".join(
        SCENARIO.format(lang=lang, said=said) for lang, said in (("en", "good morning"), ("zh", "早上好"))
    )
    path = tmp_path / "greets.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def greeting(body: JsonObject) -> Answer:
    """Read Chinese greetings, and nothing else."""
    if "早上好" in str(body["messages"][1]["content"]):
        return Answer(json.dumps({"commands": [{"kind": "chit_chat", "topic": "greeting", "text": ""}]}))
    return Answer("?")


def test_the_models_answer_and_the_report_tells_of_them(scenarios: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(greeting) as url:
        monkeypatch.setenv("XIAOER_LLM_URL", url)
        monkeypatch.setenv("XIAOER_LLM_UNDERSTAND_MODEL", "scripted-8b")
        monkeypatch.setenv("XIAOER_LLM_INPUT_PRICE", "1")
        monkeypatch.setenv("XIAOER_LLM_OUTPUT_PRICE", "2")
        done = CliRunner().invoke(app, ["eval", "scenarios", str(scenarios), "--agent", "llm", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    models = found["models"]
    assert found["agent"] == "llm"
    assert models["models"] == {"understand": "scripted-8b"}
    assert [prompt.rsplit(".")[-1] for prompt in models["prompts"]] == ["en", "zh"]
    assert models["calls"] == 3  # the English reading was asked for twice
    assert models["input_tokens"] > 100
    assert float(models["cost"]) == pytest.approx((models["input_tokens"] + 2 * models["output_tokens"]) / 1e6)
    assert models["took_over"]["understand"]["value"] == 0.5
    assert models["took_over"]["understand"]["n"] == 2


def test_without_a_model_it_is_said_what_to_set(scenarios: Path) -> None:
    done = CliRunner().invoke(app, ["eval", "scenarios", str(scenarios), "--agent", "llm"])
    assert done.exit_code == 2
    assert "XIAOER_LLM_URL" in done.stderr


def call(status: CallStatus) -> ModelCall:
    return ModelCall(purpose="agent", model="m", prompt="agent@1-abc.en", status=status, input_tokens=10)


def test_the_last_answer_of_a_turn_decides_who_took_over() -> None:
    config = LlmConfig(agent=LlmServer("http://127.0.0.1:1/v1", "m"))
    conversations: list[list[TurnCalls]] = [[(call("malformed"), call("ok")), ()], [(call("ok"), call("failed"))]]
    found = usage(conversations, config)
    assert (found["took_over"]["agent"]["value"], found["took_over"]["agent"]["n"]) == (0.5, 2)
    assert found["cost"] is None
    lines = "\n".join(told(found))
    assert "models  agent m" in lines
    assert "50.0 % of 2 turns" in lines
