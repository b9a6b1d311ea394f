"""What the bot says over HTTP: found, staged, approved, said; a problem document says what is wrong."""

from __future__ import annotations

import httpx
import pytest

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_rest import opened, problem_code, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_other_words_are_staged_approved_and_said(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    owner = server.headers("merchant", "owner")
    found = (await client.get("/v1/texts", params={"q": "greeting hello", "lang": "en"}, headers=owner)).json()
    text = next(each for each in found["texts"] if each["place"] == "chit.greeting")
    assert text["now"]["en"] == "Hello, what can I do for you?"
    new = {"place": text["place"], "en": "Good day! How may I help?"}
    staged = await client.post("/v1/texts", json=new, headers=owner)
    assert (staged.status_code, staged.json()["status"]) == (201, "needs_confirmation")
    proposal = staged.json()["proposal"]
    listed = (await client.get("/v1/proposals", headers=owner)).json()["proposals"]
    [change] = next(each for each in listed if each["id"] == proposal)["changes"]
    assert (change["before"], change["after"]) == (text["now"]["en"], new["en"])
    assert (await client.post(f"/v1/proposals/{proposal}/approve", headers=owner)).json()["receipt"]
    shopper = server.headers("shopper", person.id)
    conversation = await opened(client, shopper)
    turn = await sent(client, shopper, conversation, "hi there", "m1")
    assert turn.json()["replies"][0]["text"] == new["en"]
    back = await client.post("/v1/texts/restore", json={"place": text["place"]}, headers=owner)
    await client.post(f"/v1/proposals/{back.json()['proposal']}/approve", headers=owner)
    turn = await sent(client, shopper, conversation, "hi again", "m2")
    assert turn.json()["replies"][0]["text"] == text["now"]["en"]


async def test_only_merchants_see_and_change_what_the_bot_says(client: httpx.AsyncClient, server: LiveServer) -> None:
    for role in ("shopper", "agent"):
        headers = server.headers(role, "A1" if role == "agent" else None)
        assert (await client.get("/v1/texts", headers=headers)).status_code == 403
        assert (
            await client.post("/v1/texts", json={"place": "chit.thanks", "en": "Hi"}, headers=headers)
        ).status_code == 403


async def test_what_is_wrong_is_said_in_the_readers_language(client: httpx.AsyncClient, server: LiveServer) -> None:
    body = {"place": "return_items/say/1", "zh": "退货好了"}
    answer = await client.post("/v1/texts", json=body, params={"lang": "zh"}, headers=server.headers("merchant", "m"))
    assert problem_code(answer) == (422, "text_fact_missing")
    assert "{退货单号}" in answer.json()["detail"]
