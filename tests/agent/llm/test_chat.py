"""A model behind a real HTTP server: what it answers, what it costs, and what becomes of a server that fails."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from agent.llm.chat import ChatModel, json_of, plain
from agent.llm.config import LlmServer
from agent.llm.errors import LlmBudgetError, LlmError, LlmNonsenseError, LlmUnavailableError
from agent.llm.ledger import Budget, Ledger, ModelCall, turn_ledger
from tests.llm_server import Answer, ModelServer, model_server

SAID = [("system", "be brief"), ("user", "hello")]
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}


def server_at(url: str, **changes: object) -> LlmServer:
    given = LlmServer(url, "double", key="sk-secret", timeout_s=5, retries=0)
    return dataclasses.replace(given, **changes)  # type: ignore[arg-type]


async def asked(server: LlmServer, budget: Budget | None = None) -> tuple[str | LlmError, Ledger]:
    """Ask once in a turn of its own; returns what came and what was written down."""
    model = ChatModel(server, "write")
    with turn_ledger(budget or Budget(1000)) as ledger:
        try:
            return await model.ask("write@1-abc.en", SAID, schema=SCHEMA), ledger
        except LlmError as error:
            return error, ledger
        finally:
            await model.close()


async def test_an_answer_comes_without_its_thoughts_and_is_written_down_with_its_cost() -> None:
    async with model_server([Answer("<think>hm</think> hi ", tokens=(1000, 500))]) as double:
        prices = {"input_price": Decimal(2), "output_price": Decimal(8)}
        came, ledger = await asked(server_at(double.url, **prices))
    assert came == "hi"
    assert double.headers["authorization"] == "Bearer sk-secret"
    body = double.asked[0]
    assert [message["content"] for message in body["messages"]] == ["be brief", "hello"]
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    call = ledger.calls[0].model_copy(update={"ms": 0.0})
    assert call == ModelCall(
        purpose="write",
        model="double",
        prompt="write@1-abc.en",
        status="ok",
        input_tokens=1000,
        output_tokens=500,
        cost=Decimal("0.006"),
    )


@pytest.mark.parametrize(("form", "sent"), [("json_object", {"type": "json_object"}), ("text", None)])
async def test_a_server_that_knows_no_schemas_is_asked_in_its_own_way(form: str, sent: object) -> None:
    async with model_server([Answer("{}")]) as double:
        await asked(server_at(double.url, answer_form=form))
    assert double.asked[0].get("response_format") == sent


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(status=500, raw="{}"), LlmUnavailableError, "refused with status 500"),
        (Answer(status=401, raw="{}"), LlmUnavailableError, "refused with status 401"),
        (Answer(raw="<h1>It works!</h1>"), LlmNonsenseError, "no chat completion"),
        (Answer(raw='{"choices": null}'), LlmNonsenseError, "no chat completion"),
        (Answer(raw='{"choices": []}'), LlmNonsenseError, ""),
        (Answer(""), LlmNonsenseError, "without a word"),
        (Answer("late", wait_s=30), LlmUnavailableError, "did not answer within 0.3 s"),
    ],
)
async def test_a_server_that_fails_says_why_and_is_written_down(
    answer: Answer, error: type[LlmError], words: str
) -> None:
    async with model_server([answer]) as double:
        came, ledger = await asked(server_at(double.url, timeout_s=0.3 if answer.wait_s else 5))
    assert isinstance(came, error), came
    assert words in str(came)
    assert "sk-secret" not in str(came)
    expected = "malformed" if error is LlmNonsenseError else "failed"
    assert [call.status for call in ledger.calls] == [expected]


async def test_a_failed_call_is_tried_again_within_its_time() -> None:
    async with model_server([Answer(status=503, raw="{}"), Answer("hi")]) as double:
        came, _ = await asked(server_at(double.url, retries=1))
    assert came == "hi"
    assert len(double.asked) == 2


async def test_a_server_that_did_not_answer_is_left_alone_for_a_while() -> None:
    now = [0.0]
    model = ChatModel(server_at("http://127.0.0.1:9/v1", rest_s=20), "write", monotonic=lambda: now[0])
    with turn_ledger(Budget(1000)) as ledger:
        for seconds in (0.0, 19.0, 21.0):
            now[0] = seconds
            with pytest.raises(LlmUnavailableError):
                await model.ask("p", SAID)
    await model.close()
    assert [call.status for call in ledger.calls] == ["failed", "resting", "failed"]


async def test_a_turn_that_has_spent_its_tokens_asks_nobody() -> None:
    async with model_server([Answer("one", tokens=(90, 20)), Answer("two")]) as double:
        model = ChatModel(server_at(double.url), "write")
        with turn_ledger(Budget(100)) as ledger:
            assert await model.ask("p", SAID) == "one"
            with pytest.raises(LlmBudgetError, match="turn"):
                await model.ask("p", SAID)
        with turn_ledger(Budget(100)):
            assert await model.ask("p", SAID) == "two"
        await model.close()
    assert [call.status for call in ledger.calls] == ["ok", "over_budget"]


async def test_a_day_has_its_own_tokens() -> None:
    now = [dt.datetime(2026, 3, 10, 23, 59, tzinfo=dt.UTC)]
    budget = Budget(1000, 100, clock=lambda: now[0])
    async with model_server(lambda _: Answer("hi", tokens=(90, 20))) as double:
        first, _ = await asked(server_at(double.url), budget)
        second, _ = await asked(server_at(double.url), budget)
        now[0] += dt.timedelta(minutes=2)
        third, _ = await asked(server_at(double.url), budget)
    assert (first, third) == ("hi", "hi")
    assert isinstance(second, LlmBudgetError)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Here it is: {"a": [1, 2]} as you wished', {"a": [1, 2]}),
        ('[{"a": 1}]', [{"a": 1}]),
    ],
)
def test_json_is_found_where_small_models_put_it(answer: str, found: object) -> None:
    assert json_of(answer) == found


@pytest.mark.parametrize("answer", ["", "no", "{'a': 1}", "{"])
def test_what_holds_no_json_is_told(answer: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|Expecting"):
        json_of(answer)


def test_thoughts_are_taken_out() -> None:
    assert plain("<think>one\ntwo</think>\nyes") == "yes"


def test_the_key_stands_in_no_description_of_a_server() -> None:
    assert "sk-secret" not in repr(server_at("http://x/v1")) + str(server_at("http://x/v1"))


def test_the_double_counts_what_it_was_asked() -> None:
    double = ModelServer([Answer("a")])
    double.answer({"messages": [{"role": "user", "content": "b"}]})
    assert double.told() == "b"
