"""An LLM in the shopper's place, over HTTP: the server behind it is this platform's own OpenAI-compatible endpoint."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from channels.cli import app
from channels.settings import Settings
from channels.testing import TEST_SECRET, LiveServer, live, small_platform
from evals.judge.figures import summary
from evals.judge.llm_shopper import END, LlmServer, Spent, llm_shoppers, part_of
from evals.judge.run import hold_all
from evals.judge.scenario import Scenario
from evals.judge.trial import Trial
from evals.judge.world import World
from tests.evals.judge.conftest import scenario
from tests.evals.judge.test_run import FILE

in_shops = pytest.mark.asyncio(loop_scope="session")
PART = {
    "goal": "give the tee back", "opens_with": ["take the tee back"], "knows": {"order": "J9001", "item": ["tee", "sock"]},
    "then": [{"says": ["and the sock"]}], "says_no_to": ["gift card"], "mood": ["calm", "angry"],
}  # fmt: skip


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    settings = Settings(data=tmp_path_factory.mktemp("llm"), secret=TEST_SECRET, rate_per_s=1000, rate_burst=1000)
    async with small_platform(settings.data) as platform, live(settings, platform) as opened:
        yield opened


@pytest.fixture
def model(server: LiveServer) -> LlmServer:
    return LlmServer(f"{server.url}/v1", "xiaoer", server.token("shopper", "C3"), timeout_s=20, retries=0)


async def held(shops: World, model: LlmServer, wanted: Scenario) -> Trial:
    async with llm_shoppers(model) as make:
        return (await hold_all(shops, [wanted], make=make)).trials[0]


@pytest.mark.slow
@in_shops
async def test_what_the_model_writes_is_what_the_shopper_says(shops: World, model: LlmServer) -> None:
    wanted = scenario(user=PART, max_turns=3, expect={"rows": {"returns": [{"order": "J9001"}]}})
    trial = await held(shops, model, wanted)

    assert len(trial.exchanges) == 3
    assert all(
        "Hello" in exchange.said for exchange in trial.exchanges
    )  # what the endpoint says to whatever it is told
    assert str(trial.faults[0]).startswith("returns: expected")
    assert trial.spent == Spent(0)
    assert summary([trial], {"tee": False})["conversation"]["llm_tokens"] == 0


@pytest.mark.slow
@in_shops
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key": "wrong"}, "refused with status 401"),
        ({"model": "other"}, "refused with status 404"),
        ({"url": "http://127.0.0.1:9/v1"}, "cannot be reached"),
        ({"timeout_s": 0.000001}, "did not answer within 1e-06 s"),
    ],
)
async def test_a_server_that_fails_is_a_trial_that_failed_and_says_why(
    shops: World, model: LlmServer, change: dict[str, object], said: str
) -> None:
    trial = await held(shops, dataclasses.replace(model, **change), scenario(user=PART))  # type: ignore[arg-type]
    assert not trial.passed
    assert [said in str(fault) for fault in trial.faults] == [True]
    assert trial.exchanges == ()


@pytest.mark.slow
@in_shops
@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("text/html", "<h1>It works!</h1>", "is no chat completion"),
        ("application/json", "{", "is no chat completion"),
        ("application/json", '{"choices": null}', "is no chat completion"),
        ("application/json", '{"choices": [{"message": {"content": "<think>hm</think> "}}]}', "without a word"),
        ("application/json", json.dumps({"choices": [{"message": {"content": "la" * 2000}}]}), "4000 letters"),
    ],
)
async def test_a_server_that_talks_nonsense_is_a_trial_that_failed(
    shops: World, model: LlmServer, kind: str, body: str, said: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        elsewhere = dataclasses.replace(model, url=f"http://127.0.0.1:{port}/v1")
        trial = await held(shops, elsewhere, scenario(user=PART))
    assert [said in str(fault) for fault in trial.faults] == [True], trial.faults


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_model_is_told_its_part_and_nothing_of_what_is_expected(lang: str) -> None:
    expect = {"rows": {"returns": [{"order": "J9001", "status": "SECRET"}]}, "replies_mention": ["SECRET"]}
    told = part_of(scenario(lang=lang, user=PART, expect=expect))
    for words in ("give the tee back", "take the tee back", "and the sock", "- order: J9001", "- item: tee, sock", END):
        assert words in told
    assert "gift card" in told
    assert "calm → angry" in told
    assert "SECRET" not in told


def test_money_is_counted_where_both_prices_are_known() -> None:
    assert Spent(1500).money is None
    cheap = LlmServer("http://x/v1", "m", input_price=Decimal(2), output_price=Decimal(8))
    assert cheap.cost_of(input_tokens=1000, output_tokens=500) == Spent(1500, Decimal("0.006"))
    assert LlmServer("http://x/v1", "m", input_price=Decimal(2)).cost_of(input_tokens=1, output_tokens=1) == Spent(2)


def test_without_a_server_the_command_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIAOER_SHOPPER_LLM_URL", raising=False)
    (tmp_path / "cancel.yaml").write_text(FILE, encoding="utf-8")
    done = CliRunner().invoke(app, ["eval", "scenarios", str(tmp_path / "cancel.yaml"), "--shopper", "llm"])
    assert done.exit_code == 2
    assert "XIAOER_SHOPPER_LLM_URL" in done.stderr
