"""An answer that comes in pieces from a real HTTP server: what it is together, what it costs, and when it is given up."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from agent.assistant import Assistant, Task
from agent.llm.chat import ChatModel
from agent.llm.config import LlmServer
from agent.llm.errors import LlmError
from agent.llm.ledger import Budget, Ledger, turn_ledger
from agent.llm.streaming import Progress, joined
from tests.llm_server import Answer, ModelServer, Script, model_server
from tools.base import Outcome, Tool

NEVER = asyncio.Event()


class NoHands:
    """A person for whom nothing can be called."""

    async def call(self, tool: Tool, arguments: dict[str, Any]) -> Outcome:
        raise AssertionError(f"{tool.name} was not to be called")


async def answered(
    script: Script | Sequence[Answer], *, streams: bool = True, times: int = 1, **changes: object
) -> tuple[list[str | LlmError], Ledger, ModelServer]:
    """Ask the assistant in one turn; returns what came, what was written down, and the server."""
    came: list[str | LlmError] = []
    async with model_server(script, streams=streams) as double:
        server = LlmServer(double.url, "double", timeout_s=5, retries=0)
        model = ChatModel(dataclasses.replace(server, **changes), "agent")  # type: ignore[arg-type]
        with turn_ledger(Budget(100_000)) as ledger:
            for _ in range(times):
                try:
                    came.append(await Assistant(model).answer(Task("hello", "en", "shopper", []), NoHands()))
                except LlmError as error:
                    came.append(error)
        await model.close()
    return came, ledger, double


async def test_the_pieces_are_one_answer_with_its_tokens_and_its_first_moment() -> None:
    came, ledger, double = await answered([Answer(pieces=("<think>hm</think>", "It is ", "here."), tokens=(70, 9))])
    assert came == ["It is here."]
    [call] = ledger.calls
    assert (call.status, call.input_tokens, call.output_tokens) == ("ok", 70, 9)
    assert call.first_ms is not None
    assert 0 < call.first_ms <= call.ms
    assert double.asked[0]["stream_options"] == {"include_usage": True}


async def test_tokens_that_a_server_does_not_count_are_counted_by_characters() -> None:
    _, ledger, _ = await answered([Answer("It is here, as I said.", counted=False)])
    assert ledger.calls[0].output_tokens == len("It is here, as I said.") // 4 + 1


async def test_a_server_that_answers_whole_is_asked_so_from_then_on() -> None:
    came, ledger, double = await answered([Answer("whole")] * 3, streams=False, times=2)
    assert came == ["whole", "whole"]
    assert [bool(body.get("stream")) for body in double.asked] == [True, False, False]
    assert [(call.status, call.first_ms) for call in ledger.calls] == [("ok", None), ("ok", None)]


async def test_a_server_of_which_it_is_known_that_it_cannot_is_not_asked_for_pieces() -> None:
    came, ledger, double = await answered([Answer("whole")], stream=False)
    assert came == ["whole"]
    assert "stream" not in double.asked[0] or not double.asked[0]["stream"]
    assert ledger.calls[0].first_ms is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(pieces=("It is ", NEVER)), "fell silent for 1 s in mid-answer"),
        (Answer("It is", ends="cut"), "broke off its answer"),
        (Answer("It is", ends="error"), "broke off its answer with an error"),
        (Answer("late", wait_s=30), "did not answer within 1 s"),
    ],
)
async def test_an_answer_that_does_not_come_to_its_end_is_none(answer: Answer, words: str) -> None:
    came, ledger, _ = await answered([answer], times=2, timeout_s=1 if "1 s" in words else 5)
    assert words in str(came[0])
    assert "a moment ago" in str(came[1])
    assert [call.status for call in ledger.calls] == ["failed", "resting"]
    assert (ledger.calls[0].first_ms is None) == (answer.text == "late")


async def test_a_long_answer_may_take_longer_than_a_piece_of_it() -> None:
    ticks = [asyncio.Event() for _ in range(3)]

    async def tick() -> None:
        for each in ticks:
            await asyncio.sleep(0.4)
            each.set()

    ticking = asyncio.create_task(tick())
    pieces = (" one", ticks[0], " two", ticks[1], " three", ticks[2], " four.")
    came, _, _ = await answered([Answer(pieces=pieces)], timeout_s=1)
    await ticking
    assert came == ["one two three four."]


async def test_an_answer_without_end_is_given_up() -> None:
    came, _, _ = await answered([Answer(pieces=_drip())], timeout_s=0.5)
    assert "did not end within 2 s" in str(came[0])


async def test_where_a_piece_cannot_be_heard_the_others_are_let_go_of_at_once() -> None:
    over: list[bool] = []

    async def pieces() -> AsyncGenerator[AIMessageChunk]:
        try:
            yield AIMessageChunk(content="It is ")
            yield AIMessageChunk(content="here.")
        finally:
            over.append(True)

    async def fails(_: AIMessageChunk) -> None:
        raise RuntimeError("nobody can hear it")

    coming = pieces()
    with pytest.raises(RuntimeError, match="nobody"):
        await joined(coming, Progress(1), fails)
    assert over == [True]


def _drip() -> tuple[str | asyncio.Event, ...]:
    """Pieces of which each comes in time, and the last after longer than all may take."""
    pieces: list[str | asyncio.Event] = []
    for number in range(40):
        waited = asyncio.Event()
        asyncio.get_running_loop().call_later(0.1 * number, waited.set)
        pieces += [waited, "on and "]
    return tuple(pieces)
