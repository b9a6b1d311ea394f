"""The translation aid: the shopper's words and the agent's draft, by a model that is asked for nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_desk import Case, claimed, waiting
from tests.channels.test_rest import problem_code, sent
from tests.channels.translating import translating
from tests.llm_server import ModelServer

pytestmark = pytest.mark.asyncio(loop_scope="session")
Helped = tuple[LiveServer, ModelServer, httpx.AsyncClient]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def helped(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Helped]:
    async with (
        translating(tmp_path_factory.mktemp("translating") / "data") as (server, double),
        httpx.AsyncClient(base_url=server.url, timeout=10) as client,
    ):
        yield server, double, client


async def translated(helped: Helped, case: Case, agent: str = "A1", **wanted: Any) -> httpx.Response:
    server, _, client = helped
    url = f"/v1/conversations/{case.conversation}/translations"
    return await client.post(url, json=wanted, headers=server.headers("agent", agent))


async def events(helped: Helped, case: Case, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    server, _, client = helped
    url = f"/v1/conversations/{case.conversation}/events"
    found: list[dict[str, Any]] = (await client.get(url, headers=headers or server.headers("agent", "A1"))).json()
    return found


async def said(helped: Helped, case: Case, text: str, client_id: str) -> int:
    """Let the shopper write; returns the number of the event."""
    await sent(helped[2], case.headers, case.conversation, text, client_id)
    found = await events(helped, case)
    return next(int(each["seq"]) for each in found if each["event"].get("text") == text)


async def test_the_shopper_s_words_are_translated_and_the_call_is_written_down(helped: Helped, person: Person) -> None:
    server, _, client = helped
    case = await waiting(client, server, person)
    seq = await said(helped, case, "我的订单 W3000001 呢？", "t1")
    answer = await translated(helped, case, "A2", seq=seq, to="en")
    assert answer.json() == {
        "text": "Where is my order W3000001?",
        "to": "en",
        "model": "double-7b",
        "machine": True,
    }
    [call] = [each["event"]["call"] for each in await events(helped, case) if each["event"]["type"] == "model_called"]
    assert (call["purpose"], call["model"], call["status"]) == ("translate", "double-7b", "ok")
    assert (call["input_tokens"], call["output_tokens"], call["cost"]) == (100, 20, "0.00032")
    assert "model_called" not in {each["event"]["type"] for each in await events(helped, case, case.headers)}


@pytest.mark.parametrize(("text", "status"), [("编号 W3000001 丢了", "malformed"), ("没有在剧本里的话", "failed")])
async def test_a_translation_that_fails_leaves_the_original(
    helped: Helped, person: Person, text: str, status: str
) -> None:
    server, _, client = helped
    case = await waiting(client, server, person)
    seq = await said(helped, case, text, "t1")
    assert problem_code(await translated(helped, case, seq=seq, to="en")) == (502, "not_translated")
    calls = [each["event"]["call"] for each in await events(helped, case) if each["event"]["type"] == "model_called"]
    assert [call["status"] for call in calls] == [status]


async def test_a_draft_is_translated_for_who_holds_the_case_and_is_not_sent(helped: Helped, person: Person) -> None:
    server, _, client = helped
    case = await waiting(client, server, person)
    draft = {"text": "明天就会送到。", "to": "en"}
    assert problem_code(await translated(helped, case, **draft)) == (409, "not_owner")
    await claimed(client, server, case, "A1")
    assert problem_code(await translated(helped, case, "A2", **draft)) == (409, "not_owner")
    assert (await translated(helped, case, **draft)).json()["text"] == "It will be with you tomorrow."
    assert not [each for each in await events(helped, case) if each["event"].get("author") == "agent"]


async def test_only_words_of_the_shopper_are_translated_and_only_for_the_desk(helped: Helped, person: Person) -> None:
    server, double, client = helped
    case = await waiting(client, server, person)
    before = len(double.asked)
    assert problem_code(await translated(helped, case, seq=1, to="en")) == (422, "no_words")
    assert problem_code(await translated(helped, case, seq=9999, to="en")) == (422, "no_words")
    assert problem_code(await translated(helped, case, to="en")) == (422, "invalid")
    assert problem_code(await translated(helped, case, seq=1, text="x", to="en")) == (422, "invalid")
    url = f"/v1/conversations/{case.conversation}/translations"
    for headers in (case.headers, server.headers("merchant", "M1")):
        assert problem_code(await client.post(url, json={"seq": 2, "to": "zh"}, headers=headers)) == (403, "forbidden")
    assert len(double.asked) == before


async def test_without_a_model_nothing_is_offered(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    agent = server.headers("agent", "A1")
    assert (await client.get("/v1/desk/aids", headers=agent)).json() == {"translate": False}
    url = f"/v1/conversations/{case.conversation}/translations"
    answer = await client.post(url, json={"seq": 2, "to": "zh"}, headers=agent)
    assert problem_code(answer) == (501, "no_translator")


async def test_with_a_model_it_is_offered(helped: Helped) -> None:
    server, _, client = helped
    assert (await client.get("/v1/desk/aids", headers=server.headers("agent", "A1"))).json() == {"translate": True}
