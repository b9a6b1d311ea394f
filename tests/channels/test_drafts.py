"""Drafts of an agent's answer at the chat socket: who sees them, and who does not."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from channels.testing import LiveServer
from knowledge.errors import DatabaseUnavailableError, StorageFullError
from tests.channels.drafting import drafting
from tests.channels.test_chat import chatting, frame, opened, say, until
from tests.llm_server import Answer

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST = "Frogs may go back."
WHOLE = f"{FIRST} Send them in a box. They like it. Is it clear?"


def slow(goes_on: asyncio.Event) -> list[Answer]:
    """An answer that waits after its second sentence."""
    return [Answer(pieces=(f"{FIRST} Send them in a box. ", "They", goes_on, " like it. Is it clear?"))]


async def taken_over(server: LiveServer, conversation: str) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        url = f"/v1/conversations/{conversation}/take-over"
        answer = await client.post(url, json={"version": 0}, headers=server.supervisor())
        assert answer.status_code == 200, answer.text


async def test_the_person_sees_a_draft_before_the_answer_and_nobody_can_read_it_later(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    async with drafting(tmp_path / "data", slow(goes_on)) as (server, _):
        token = server.token("shopper", "C3")
        conversation = await opened(server, token)
        desk = server.token("agent", "A1")
        async with (
            chatting(server, token, conversation) as socket,
            chatting(server, token, conversation) as other_tab,
            chatting(server, desk, conversation) as reading,
        ):
            await say(socket, "do frogs go back?", "m1")
            draft, before = await until(socket, "draft")
            asked = next(each["seq"] for each in before if each.get("event", {}).get("type") == "message_received")
            assert draft == {"type": "draft", "turn": asked, "lang": "en", "text": FIRST}
            assert (await until(other_tab, "draft"))[0] == draft
            goes_on.set()
            done, between = await until(socket, "turn")
            assert [reply["text"] for reply in done["turn"]["replies"]] == [WHOLE]
            drafts = [each["text"] for each in between if each["type"] == "draft"]
            assert drafts == [f"{FIRST} Send them in a box."]
            seen = [await frame(reading)]
            while seen[-1].get("event", {}).get("replies", [{}])[0].get("text") != WHOLE:
                seen.append(await frame(reading))
        assert "draft" not in [each["type"] for each in seen]
        async with httpx.AsyncClient(base_url=server.url, headers=server.headers("merchant", "M1")) as client:
            events = (await client.get(f"/v1/conversations/{conversation}/events")).json()
        assert "draft" not in [each["event"]["type"] for each in events]
        [call] = [each["event"]["call"] for each in events if each["event"]["type"] == "model_called"]
        assert 0 < call["first_ms"] < call["ms"]


async def test_a_take_over_in_mid_answer_ends_the_drafts(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    async with drafting(tmp_path / "data", slow(goes_on)) as (server, _):
        token = server.token("shopper", "C3")
        conversation = await opened(server, token)
        async with chatting(server, token, conversation) as socket:
            await say(socket, "do frogs go back?", "m1")
            await until(socket, "draft")
            await taken_over(server, conversation)
            goes_on.set()
            done, between = await until(socket, "turn")
        assert (done["turn"]["handled_by"], done["turn"]["replies"]) == ("human", [])
        assert "draft" not in [each["type"] for each in between]
        assert FIRST not in json.dumps(between)


async def test_a_draft_of_a_turn_that_fails_is_taken_back_wherever_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = asyncio.Event()
    async with drafting(tmp_path / "data", slow(goes_on)) as (server, _):
        token = server.token("shopper", "C3")
        conversation = await opened(server, token)
        async with (
            chatting(server, token, conversation) as socket,
            chatting(server, token, conversation) as other_tab,
        ):
            await say(socket, "do frogs go back?", "m1")
            draft, _ = await until(other_tab, "draft")

            async def full(*_: object, **__: object) -> None:
                raise StorageFullError("no room")

            monkeypatch.setattr(server.context.platform.conversations, "_commit", full)
            goes_on.set()
            assert (await until(socket, "error"))[0]["client_id"] == "m1"
            last = draft
            while last["text"]:
                last, _ = await until(other_tab, "draft")
        assert last == {**draft, "text": ""}


async def test_a_socket_at_which_no_drafts_can_be_shown_is_closed_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.asynccontextmanager
    async def away(*_: object) -> AsyncIterator[None]:
        raise DatabaseUnavailableError("it is away")
        yield

    async with drafting(tmp_path / "data", []) as (server, _):
        token = server.token("shopper", "C3")
        conversation = await opened(server, token)
        monkeypatch.setattr(server.context.platform.conversations, "drafts", away)
        async with chatting(server, token, conversation) as socket:
            refused, _ = await until(socket, "error")
    assert refused["problem"]["status"] == 503


async def test_a_server_that_takes_no_notice_of_the_wish_for_pieces_answers_without_drafts(tmp_path: Path) -> None:
    async with drafting(tmp_path / "data", [Answer(WHOLE), Answer(WHOLE)], streams=False) as (server, double):
        token = server.token("shopper", "C3")
        conversation = await opened(server, token)
        async with chatting(server, token, conversation) as socket:
            await say(socket, "do frogs go back?", "m1")
            done, before = await until(socket, "turn")
        assert [reply["text"] for reply in done["turn"]["replies"]] == [WHOLE]
        assert "draft" not in [each["type"] for each in before]
        assert len(double.asked) == 2


async def test_an_openai_client_gets_the_answer_once_it_is_whole(tmp_path: Path) -> None:
    """What was sent there could not be taken back."""
    goes_on = asyncio.Event()
    async with drafting(tmp_path / "data", slow(goes_on)) as (server, double):
        body = {"model": "xiaoer", "stream": True, "messages": [{"role": "user", "content": "do frogs go back?"}]}
        async with httpx.AsyncClient(base_url=server.url, headers=server.headers("shopper", "C3")) as client:
            asking = asyncio.create_task(client.post("/v1/chat/completions", json=body))
            async with asyncio.timeout(10):
                while not double.asked:  # noqa: ASYNC110 (nobody tells)
                    await asyncio.sleep(0.01)
            assert not asking.done()
            goes_on.set()
            lines = (await asking).text.splitlines()
    said = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    deltas = [choice["delta"].get("content") for each in said for choice in each["choices"]]
    assert [delta for delta in deltas if delta] == [WHOLE]
