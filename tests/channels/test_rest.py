"""Conversations over HTTP: open, send, read, and everything that is wrong at the door."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from channels.settings import Settings
from channels.testing import LiveServer, ScriptedUnderstander, live, small_platform
from knowledge.types import Lang
from tests.channels.conftest import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(client: httpx.AsyncClient, headers: dict[str, str], *, lang: Lang = "en") -> str:
    response = await client.post("/v1/conversations", json={"lang": lang}, headers=headers)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def sent(
    client: httpx.AsyncClient, headers: dict[str, str], conversation: str, text: str, client_id: str
) -> httpx.Response:
    body = {"client_id": client_id, "text": text}
    return await client.post(f"/v1/conversations/{conversation}/messages", json=body, headers=headers)


def problem_code(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == response.status_code
    assert document["type"] == f"urn:xiaoer:problem:{document['code']}"
    assert document["detail"]
    assert "Traceback" not in response.text
    return response.status_code, document["code"]


async def test_a_conversation_opens_with_a_greeting_in_the_language_asked_for(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    for lang in ("zh", "en"):
        response = await client.post("/v1/conversations", json={"lang": lang}, headers=server.headers())
        body = response.json()
        assert (response.status_code, body["greeting"][0]["lang"]) == (201, lang)
        assert set(body) == {"id", "seq", "greeting"}


async def test_a_conversation_opens_without_a_body(client: httpx.AsyncClient, server: LiveServer) -> None:
    response = await client.post("/v1/conversations", headers=server.headers())
    assert response.status_code == 201


async def test_an_order_is_cancelled_after_a_yes_and_the_sentence_carries_the_receipt(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    headers = server.headers("shopper", person.id)
    conversation = await opened(client, headers)
    asked = (await sent(client, headers, conversation, f"cancel {person.order}", "m1")).json()
    done = (await sent(client, headers, conversation, "yes", "m2")).json()
    assert asked["handled_by"] == done["handled_by"] == "bot"
    receipts = [receipt for reply in done["replies"] for receipt in reply.get("receipts", [])]
    assert len(receipts) == 1


async def test_the_same_client_id_gives_the_same_turn_and_does_nothing_twice(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    headers = server.headers("shopper", person.id)
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, f"cancel {person.order}", "m1")
    first, *again = [(await sent(client, headers, conversation, "yes", "m2")).json() for _ in range(3)]
    assert again == [first, first]
    events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
    said = [event["event"]["text"] for event in events if event["event"]["type"] == "message_received"]
    assert said == [f"cancel {person.order}", "yes"]


async def test_the_same_message_sent_twice_at_once_is_one_message(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    headers = server.headers("shopper", person.id)
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, f"cancel {person.order}", "m1")
    turns = await asyncio.gather(*(sent(client, headers, conversation, "yes", "m2") for _ in range(5)))
    assert [turn.status_code for turn in turns] == [200] * 5
    assert len({json.dumps(turn.json()["replies"]) for turn in turns}) == 1


async def test_the_same_client_id_with_other_words_is_a_conflict(client: httpx.AsyncClient, server: LiveServer) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, "hello", "m1")
    assert problem_code(await sent(client, headers, conversation, "goodbye", "m1")) == (409, "client_id_reused")


async def test_two_messages_at_once_are_both_taken(client: httpx.AsyncClient, server: LiveServer) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    answers = await asyncio.gather(*(sent(client, headers, conversation, f"hello {n}", f"m{n}") for n in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
    said = {event["event"]["text"] for event in events if event["event"]["type"] == "message_received"}
    assert said == {"hello 0", "hello 1", "hello 2", "hello 3"}


async def test_events_after_a_number_come_in_order_without_gaps(client: httpx.AsyncClient, server: LiveServer) -> None:
    headers = server.headers("merchant", "M1")
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, "hello", "m1")
    url = f"/v1/conversations/{conversation}/events"
    everything = (await client.get(url, headers=headers)).json()
    numbers = [event["seq"] for event in everything]
    assert numbers == list(range(1, len(numbers) + 1))
    later = (await client.get(url, params={"after": 3}, headers=headers)).json()
    assert later == everything[3:]


async def test_a_shopper_sees_no_inner_workings(client: httpx.AsyncClient, server: LiveServer) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    turn = (await sent(client, headers, conversation, "hello", "m1")).json()
    assert set(turn) == {"conversation_id", "seq", "handled_by", "replies", "ticket"}
    events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
    assert {event["event"]["type"] for event in events} == {"message_received", "replied"}
    agent_view = await client.get(f"/v1/conversations/{conversation}/events", headers=server.headers("agent", "A1"))
    assert "understood" in {event["event"]["type"] for event in agent_view.json()}


async def test_a_merchant_gets_the_whole_turn_in_the_contract_s_form(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    headers = server.headers("merchant", "M1")
    conversation = await opened(client, headers)
    turn = (await sent(client, headers, conversation, "hello", "m1")).json()
    read = turn["understanding"]
    assert (read["lang"], read["intent"], read["confidence"]) == ("en", "chit_chat", 1.0)
    assert read["commands"][0]["kind"] == "chit_chat"
    assert set(read["emotion"]) >= {"label", "score", "trend"}
    assert set(turn["satisfaction"]) == {"dissatisfied", "because"}
    assert turn["actions"] == []
    assert set(turn["ms"]) == {"understand", "decide", "act", "reply", "total"}


@pytest.mark.parametrize("path", ["messages", "events"])
async def test_another_person_s_conversation_looks_like_no_conversation(
    client: httpx.AsyncClient, server: LiveServer, path: str
) -> None:
    conversation = await opened(client, server.headers("shopper", "C1"))
    answers = []
    for headers in (server.headers("shopper", "C2"), server.headers(), server.headers("shopper", "C1")):
        for name in (conversation, "cnv_unknown", "cnv_%00", "x" * 300, "%F0%9F%98%80"):
            url = f"/v1/conversations/{name}/{path}"
            if path == "messages":
                answers.append(await client.post(url, json={"client_id": "m", "text": "hi"}, headers=headers))
            else:
                answers.append(await client.get(url, headers=headers))
    assert answers.pop(10).status_code == 200
    assert {problem_code(answer) for answer in answers} == {(404, "unknown_conversation")}
    assert len({answer.json()["detail"] for answer in answers}) == 1


async def test_two_visitors_do_not_see_each_other(client: httpx.AsyncClient, server: LiveServer) -> None:
    tokens = [(await client.post("/v1/tokens/visitor")).json()["token"] for _ in range(2)]
    mine, theirs = ({"Authorization": f"Bearer {token}"} for token in tokens)
    conversation = await opened(client, mine)
    assert (await client.get(f"/v1/conversations/{conversation}/events", headers=mine)).status_code == 200
    answer = await client.get(f"/v1/conversations/{conversation}/events", headers=theirs)
    assert problem_code(answer) == (404, "unknown_conversation")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (422, "empty")),
        (" \n\t ", (422, "empty")),
        ("长" * 20_000, (422, "too_long")),
        ("a" * 20_000, (422, "too_long")),
        ("\x00\x01\x02", (422, "not_text")),
        ("\x07\x08\x1b", (422, "not_text")),
        ("half a pair \ud83d", (422, "not_text")),
        ("\ufffd\ufffd wrong encoding", (422, "not_text")),
    ],
)
async def test_what_is_no_message_is_refused_with_a_reason(
    client: httpx.AsyncClient, server: LiveServer, text: str, expected: tuple[int, str]
) -> None:
    headers = {**server.headers(), "Content-Type": "application/json"}
    conversation = await opened(client, headers)
    body = json.dumps({"client_id": "m1", "text": text})
    response = await client.post(f"/v1/conversations/{conversation}/messages", content=body, headers=headers)
    assert problem_code(response) == expected
    events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
    assert [event["event"]["type"] for event in events] == ["replied"]


async def test_stray_control_characters_are_left_out_of_a_message(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, "he\x07llo \u202ethere\x1b[0m", "m1")
    events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
    assert [e["event"]["text"] for e in events if e["event"]["type"] == "message_received"] == ["hello there[0m"]


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (b"{", "application/json", (400, "malformed_json")),
        (b'{"client_id": "m", "text": "\xff\xfe"}', "application/json", (400, "malformed_json")),
        ("{".encode("utf-16"), "application/json", (400, "malformed_json")),
        ('{"client_id": "m", "text": "你好"}'.encode("gb18030"), "application/json", (400, "malformed_json")),
        (b"[" * 100_000, "application/json", (400, "malformed_json")),
        (b"\x00\x01\x02", "application/octet-stream", (415, "wrong_media_type")),
        (b'{"client_id": "m", "text": "hi"}', "text/plain", (415, "wrong_media_type")),
        (b'{"text": "hi"}', "application/json", (422, "invalid")),
        (b'{"client_id": "", "text": "hi"}', "application/json", (422, "invalid")),
        (b'{"client_id": "a b", "text": "hi"}', "application/json", (422, "invalid")),
        (b'{"client_id": 7, "text": "hi"}', "application/json", (422, "invalid")),
        (b'{"client_id": "m", "text": 7}', "application/json", (422, "invalid")),
        (b'{"client_id": "m", "attachments": ["nope"]}', "application/json", (422, "attachment_refused")),
        (b'{"client_id": "m", "attachments": ["\\u0000"]}', "application/json", (422, "invalid")),
        (b'"hi"', "application/json", (422, "invalid")),
        (b"", "application/json", (422, "invalid")),
        (b'{"client_id": "m", "text": "' + b"x" * 300_000 + b'"}', "application/json", (413, "too_large")),
    ],
)
async def test_a_body_that_is_wrong_gets_a_problem_document(
    client: httpx.AsyncClient, server: LiveServer, content: bytes, media_type: str, expected: tuple[int, str]
) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    response = await client.post(
        f"/v1/conversations/{conversation}/messages", content=content, headers={**headers, "Content-Type": media_type}
    )
    assert problem_code(response) == expected


async def test_a_body_without_a_length_is_cut_off_at_the_limit(client: httpx.AsyncClient, server: LiveServer) -> None:
    async def endless() -> object:
        for _ in range(64):
            yield b" " * 65_536

    headers = {**server.headers(), "Content-Type": "application/json"}
    response = await client.post("/v1/conversations", content=endless(), headers=headers)  # type: ignore[arg-type]
    assert problem_code(response) == (413, "too_large")


async def test_a_validation_problem_names_the_field_and_not_the_words(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    response = await sent(client, headers, conversation, "my secret words", "")
    assert response.json()["errors"][0]["where"] == "body.client_id"
    assert "secret words" not in response.text


@pytest.mark.parametrize("value", ["-1", "abc", "99999999999999999999", "1.5"])
async def test_a_number_that_is_none_is_refused(client: httpx.AsyncClient, server: LiveServer, value: str) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    response = await client.get(f"/v1/conversations/{conversation}/events", params={"after": value}, headers=headers)
    assert problem_code(response) == (422, "invalid")


async def test_unknown_addresses_and_methods_get_problem_documents(client: httpx.AsyncClient) -> None:
    assert problem_code(await client.get("/nowhere")) == (404, "not_found")
    assert problem_code(await client.get("/v1/nowhere")) == (404, "not_found")
    assert problem_code(await client.delete("/v1/conversations")) == (405, "method_not_allowed")


async def test_problems_speak_the_language_of_the_client(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/nowhere", headers={"Accept-Language": lang}) for lang in ("zh-CN,zh;q=0.9", "en")]
    assert [answer.json()["detail"] for answer in answers] == ["该地址没有内容。", "There is nothing at this address."]


async def test_roles_open_only_what_is_theirs(client: httpx.AsyncClient, server: LiveServer) -> None:
    for caller, body in (
        (server.headers("agent", "A1"), {}),
        (server.headers(), {"role": "merchant"}),
        (server.headers("merchant", "M1"), {"role": "shopper"}),
    ):
        assert problem_code(await client.post("/v1/conversations", json=body, headers=caller)) == (403, "forbidden")


async def test_a_token_for_a_customer_who_does_not_exist_opens_nothing(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    answer = await client.post("/v1/conversations", json={}, headers=server.headers("shopper", "C999"))
    assert problem_code(answer) == (404, "unknown_customer")


async def test_a_token_that_asks_too_often_is_told_to_wait(settings: Settings) -> None:
    settings = settings.model_copy(update={"rate_burst": 3, "rate_per_s": 0.1})
    async with (
        small_platform(settings.data) as platform,
        live(settings, platform) as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):
        headers = server.headers()
        answers = [await client.post("/v1/conversations", json={}, headers=headers) for _ in range(4)]
        assert problem_code(answers[-1]) == (429, "too_many_requests")
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
        minted = [await client.post("/v1/tokens/visitor") for _ in range(4)]
        assert ([each.status_code for each in minted[:3]], problem_code(minted[3])[0]) == ([201] * 3, 429)
        assert (await client.post("/v1/conversations", json={}, headers=server.headers())).status_code == 201


async def test_an_error_that_nobody_foresaw_shows_a_reference_and_nothing_else(
    own_server: LiveServer, understander: ScriptedUnderstander, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(text: str, view: object) -> object:
        raise ZeroDivisionError("inner secret")

    understander.understand = broken  # type: ignore[assignment,method-assign]
    headers = own_server.headers()
    async with httpx.AsyncClient(base_url=own_server.url) as client:
        conversation = await opened(client, headers)
        answer = await sent(client, headers, conversation, "hello", "m1")
    assert problem_code(answer) == (500, "internal")
    assert "inner secret" not in answer.text
    assert answer.json()["detail"].split()[-1].rstrip(".") in caplog.text


async def test_one_line_a_turn_is_logged_without_the_words(
    client: httpx.AsyncClient, server: LiveServer, caplog: pytest.LogCaptureFixture, person: Person
) -> None:
    caplog.set_level("INFO", "channels.turns")
    headers = server.headers("shopper", person.id)
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, f"cancel {person.order}", "m1")
    await sent(client, headers, conversation, "my private words", "m2")
    lines = [record.getMessage() for record in caplog.records if record.name == "channels.turns"]
    assert len(lines) == 2
    assert f"conversation={conversation}" in lines[0]
    assert "intent=cancel_order" in lines[0]
    assert "cancel_order:needs_confirmation" in lines[0]
    assert "private" not in caplog.text
