"""The chat socket: tokens, frames both ways, resume, bursts, and clients that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from channels.settings import Settings
from channels.sockets import MAX_MALFORMED
from channels.testing import LiveServer, ScriptedUnderstander, live, small_platform
from dialogue.events import MessageReceived, TurnEnded
from dialogue.store import EventStore
from dialogue.turn import TurnTimes
from tests.channels.conftest import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(server: LiveServer, token: str) -> str:
    async with httpx.AsyncClient(base_url=server.url) as client:
        response = await client.post(
            "/v1/conversations", json={"lang": "en"}, headers={"Authorization": f"Bearer {token}"}
        )
    return str(response.json()["id"])


def stream_url(server: LiveServer, conversation: str, after: int = 0) -> str:
    return f"{server.ws_url}/v1/conversations/{conversation}/stream?after={after}"


@contextlib.asynccontextmanager
async def chatting(
    server: LiveServer, token: str, conversation: str, after: int = 0
) -> AsyncIterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {token}"}
    async with websockets.connect(stream_url(server, conversation, after), additional_headers=headers) as socket:
        assert (await frame(socket))["type"] == "ready"
        yield socket


async def frame(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(5):
        return dict(json.loads(await socket.recv()))


async def until(socket: ClientConnection, kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read to the first frame of a kind; returns it and what came before."""
    before: list[dict[str, Any]] = []
    while (found := await frame(socket))["type"] != kind:
        before.append(found)
    return found, before


async def open_sockets(server: LiveServer, number: int) -> None:
    """Wait until the server counts so many chat sockets."""
    gauge = server.context.metrics.sockets.labels("chat")
    async with asyncio.timeout(10):
        while gauge._value.get() != number:  # noqa: ASYNC110  (a gauge tells nobody when it changes)
            await asyncio.sleep(0.01)


async def closed(socket: ClientConnection) -> int | None:
    """Read until the server closes; returns its code."""
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await frame(socket)
    return socket.close_code


async def say(socket: ClientConnection, text: str, client_id: str) -> None:
    await socket.send(json.dumps({"type": "message", "client_id": client_id, "text": text}))


async def test_a_message_gets_its_turn_and_its_events(server: LiveServer, person: Person) -> None:
    token = server.token("shopper", person.id)
    conversation = await opened(server, token)
    async with chatting(server, token, conversation) as socket:
        await say(socket, f"cancel {person.order}", "m1")
        asked, _ = await until(socket, "turn")
        await say(socket, "yes", "m2")
        done, _ = await until(socket, "turn")
    assert (asked["client_id"], done["client_id"]) == ("m1", "m2")
    assert set(done["turn"]) == {"conversation_id", "seq", "handled_by", "replies", "ticket"}
    assert done["turn"]["replies"][0]["receipts"]


async def test_events_stream_in_order_and_resume_where_they_were(server: LiveServer) -> None:
    token = server.token("merchant", "M1")
    conversation = await opened(server, token)
    seen: list[int] = []
    async with chatting(server, token, conversation) as socket:
        await say(socket, "hello", "m1")
        while len(seen) < 4:
            found, _ = await until(socket, "event")
            seen.append(found["seq"])
    async with httpx.AsyncClient(base_url=server.url) as client:
        url, headers = f"/v1/conversations/{conversation}/messages", {"Authorization": f"Bearer {token}"}
        turn = (await client.post(url, json={"client_id": "m2", "text": "again"}, headers=headers)).json()
    async with chatting(server, token, conversation, after=seen[-1]) as socket:
        while seen[-1] < turn["seq"]:
            found, _ = await until(socket, "event")
            seen.append(found["seq"])
    assert seen == list(range(1, turn["seq"] + 1))


@pytest.mark.parametrize("way", ["first frame", "subprotocol"])
async def test_a_browser_can_bring_its_token_without_a_header(server: LiveServer, way: str) -> None:
    token = server.token()
    conversation = await opened(server, token)
    protocols = [websockets.Subprotocol(each) for each in ("xiaoer.v1", f"bearer.{token}")]
    url = stream_url(server, conversation)
    offered = protocols if way == "subprotocol" else None
    async with websockets.connect(url, subprotocols=offered) as socket:
        if way == "first frame":
            await socket.send(json.dumps({"type": "auth", "token": token}))
        else:
            assert socket.subprotocol == "xiaoer.v1"
        ready = await frame(socket)
    assert (ready["type"], ready["role"], ready["conversation_id"]) == ("ready", "shopper", conversation)


@pytest.mark.parametrize("first", ['{"type":"auth","token":"x.y.z"}', '{"type":"ping"}', "not json", b"\x00", "[]"])
async def test_without_a_valid_token_the_socket_says_so_and_closes(server: LiveServer, first: str | bytes) -> None:
    conversation = await opened(server, server.token())
    async with websockets.connect(stream_url(server, conversation)) as socket:
        await socket.send(first)
        error = await frame(socket)
        with pytest.raises(websockets.ConnectionClosed):
            await frame(socket)
    assert (error["type"], error["problem"]["code"]) == ("error", "unauthenticated")
    assert socket.close_code == 4401


@pytest.mark.parametrize("after", ["abc", "-1", "", "1.5", "99999999999999999999", "%00", "%C2%B2"])
async def test_a_place_that_is_no_number_is_told_and_the_socket_closed(server: LiveServer, after: str) -> None:
    token = server.token()
    url = stream_url(server, await opened(server, token)).replace("after=0", f"after={after}")
    async with websockets.connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        error = await frame(socket)
        assert (error["problem"]["status"], error["problem"]["code"]) == (422, "invalid")
        assert await closed(socket) == 1008


async def test_another_person_s_conversation_closes_like_an_unknown_one(server: LiveServer) -> None:
    conversation = await opened(server, server.token())
    for name in (conversation, "cnv_unknown"):
        headers = {"Authorization": f"Bearer {server.token()}"}
        async with websockets.connect(stream_url(server, name), additional_headers=headers) as socket:
            error = await frame(socket)
            with pytest.raises(websockets.ConnectionClosed):
                await frame(socket)
        assert (error["problem"]["code"], socket.close_code) == ("unknown_conversation", 4404)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", "malformed_frame"),
        ("[]", "malformed_frame"),
        ('"hi"', "malformed_frame"),
        ("{}", "malformed_frame"),
        ('{"type":"dance"}', "malformed_frame"),
        ('{"type":"message"}', "malformed_frame"),
        ('{"type":"message","client_id":"m","text":7}', "malformed_frame"),
        ('{"type":"typing","on":"maybe so"}', "malformed_frame"),
        ("[" * 100_000, "malformed_frame"),
        (b"\x00\x01\x02", "binary_frame"),
        ('{"type":"message","client_id":"m","text":""}', "empty"),
        ('{"type":"message","client_id":"m","text":"\\u0000"}', "not_text"),
        ('{"type":"message","client_id":"m","text":"\\ud800"}', "not_text"),
        (json.dumps({"type": "message", "client_id": "m", "text": "长" * 20_000}), "too_long"),
        ('{"type":"message","client_id":"m","text":"hi","attachments":["nope"]}', "attachment_refused"),
    ],
)
async def test_a_frame_that_is_wrong_is_answered_and_the_socket_stays_usable(
    server: LiveServer, sent: str | bytes, code: str
) -> None:
    token = server.token()
    conversation = await opened(server, token)
    async with chatting(server, token, conversation) as socket:
        await socket.send(sent)
        error, _ = await until(socket, "error")
        await say(socket, "hello", "good")
        turn, _ = await until(socket, "turn")
    assert error["problem"]["code"] == code
    assert error["client_id"] == ("m" if isinstance(sent, str) and '"client_id"' in sent else None)
    assert turn["client_id"] == "good"


async def test_a_frame_that_is_too_big_closes_the_socket(server: LiveServer) -> None:
    token = server.token()
    conversation = await opened(server, token)
    async with chatting(server, token, conversation) as socket:
        await socket.send("x" * (server.context.settings.max_json_bytes + 1))
        assert await closed(socket) == 1009


async def test_a_client_that_sends_nothing_but_nonsense_is_let_go(server: LiveServer) -> None:
    token = server.token()
    conversation = await opened(server, token)
    async with chatting(server, token, conversation) as socket:
        for _ in range(MAX_MALFORMED):
            await socket.send("nonsense")
        assert await closed(socket) == 1008


async def test_a_ping_is_answered(server: LiveServer) -> None:
    token = server.token()
    conversation = await opened(server, token)
    async with chatting(server, token, conversation) as socket:
        await socket.send('{"type":"ping"}')
        assert await until(socket, "pong")


async def test_the_same_client_id_gives_the_same_turn_and_with_other_words_a_conflict(server: LiveServer) -> None:
    token = server.token()
    conversation = await opened(server, token)
    async with chatting(server, token, conversation) as socket:
        await say(socket, "hello", "m1")
        first, _ = await until(socket, "turn")
        await say(socket, "hello", "m1")
        second, _ = await until(socket, "turn")
        await say(socket, "goodbye", "m1")
        error, _ = await until(socket, "error")
    assert first == second
    assert (error["problem"]["code"], error["problem"]["status"], error["client_id"]) == ("client_id_reused", 409, "m1")


async def test_a_burst_while_one_message_is_answered_is_taken_in_order(
    own_server: LiveServer, understander: ScriptedUnderstander
) -> None:
    token = own_server.token()
    conversation = await opened(own_server, token)
    async with chatting(own_server, token, conversation) as socket:
        understander.gate.clear()
        await say(socket, "one", "m1")
        await understander.entered.wait()
        for number, text in enumerate(("two", "three", "four"), 2):
            await say(socket, text, f"m{number}")
        typing, _ = await until(socket, "typing")
        understander.gate.set()
        answered = {(await until(socket, "turn"))[0]["client_id"] for _ in range(4)}
    assert (typing["who"], typing["on"]) == ("bot", True)
    assert answered == {"m1", "m2", "m3", "m4"}
    async with httpx.AsyncClient(base_url=own_server.url) as client:
        headers = {"Authorization": f"Bearer {token}"}
        events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
    texts = [event["event"]["text"] for event in events if event["event"]["type"] == "message_received"]
    assert texts == ["one", "two", "three", "four"]


async def test_more_messages_than_may_wait_are_told_to_wait(
    own_server: LiveServer, understander: ScriptedUnderstander
) -> None:
    token = own_server.token()
    conversation = await opened(own_server, token)
    limit = own_server.context.settings.max_in_flight
    async with chatting(own_server, token, conversation) as socket:
        understander.gate.clear()
        for number in range(limit + 1):
            await say(socket, f"message {number}", f"m{number}")
        error, _ = await until(socket, "error")
        understander.gate.set()
        answered = [(await until(socket, "turn"))[0]["client_id"] for _ in range(limit)]
    assert (error["problem"]["status"], error["client_id"]) == (429, f"m{limit}")
    assert len(set(answered)) == limit


async def test_a_turn_ends_even_if_its_client_has_left(
    own_server: LiveServer, understander: ScriptedUnderstander
) -> None:
    token = own_server.token()
    conversation = await opened(own_server, token)
    async with chatting(own_server, token, conversation) as socket:
        understander.gate.clear()
        await say(socket, "hello", "m1")
        await understander.entered.wait()
    understander.gate.set()
    async with chatting(own_server, token, conversation, after=2) as socket:
        found, _ = await until(socket, "event")
    assert found["event"]["type"] == "replied"


async def test_a_client_that_does_not_read_is_let_go_and_others_are_served(settings: Settings) -> None:
    settings = settings.model_copy(update={"send_timeout_s": 0.3})
    async with small_platform(settings.data) as platform, live(settings, platform) as server:
        token = server.token("merchant", "M1")
        conversation = await opened(server, token)
        long_past = [MessageReceived(author="merchant", client_id=f"m{n}", text="x" * 4000) for n in range(4000)]
        await EventStore(platform.database).append(
            conversation, [*long_past, TurnEnded(of_seq=4001, handled_by="bot", ms=TurnTimes())]
        )
        headers = {"Authorization": f"Bearer {token}"}
        url = stream_url(server, conversation)
        async with websockets.connect(url, additional_headers=headers, max_queue=1, close_timeout=0.1) as stuck:
            stuck.transport.pause_reading()
            await open_sockets(server, 1)
            await open_sockets(server, 0)
            async with chatting(server, token, conversation, after=4002) as good:
                await say(good, "hello", "good")
                await until(good, "turn")
            stuck.transport.resume_reading()


async def test_debugging_shows_a_shopper_the_inner_workings(settings: Settings) -> None:
    settings = settings.model_copy(update={"debug": True})
    async with small_platform(settings.data) as platform, live(settings, platform) as server:
        token = server.token()
        conversation = await opened(server, token)
        async with chatting(server, token, conversation) as socket:
            await say(socket, "hello", "m1")
            found, _ = await until(socket, "turn")
    assert found["turn"]["understanding"]["intent"] == "chit_chat"


async def test_a_token_is_never_in_a_logged_address(server: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    token = server.token()
    conversation = await opened(server, token)
    async with chatting(server, token, conversation) as socket:
        await socket.send('{"type":"ping"}')
        await until(socket, "pong")
    assert token not in caplog.text
