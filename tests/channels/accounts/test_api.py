"""Signing in by password, at a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from channels import sockets
from channels.accounts.store import SYSTEM, AccountRole, Profile
from channels.testing import LiveServer
from knowledge.types import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")
GOOD = "correct horse battery"


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def forgiven(server: LiveServer) -> None:
    """All tests come from one address."""
    lockout = server.context.sign_in.lockout
    await lockout.forget(lockout.of_address("127.0.0.1"))


@pytest_asyncio.fixture(loop_scope="session")
async def browser(server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with cookies of its own."""
    async with httpx.AsyncClient(base_url=server.url, timeout=10, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        yield client


async def employ(server: LiveServer, role: AccountRole, password: str | None = GOOD) -> tuple[str, str | None]:
    name = new_id(role)
    given = await server.context.sign_in.accounts.add(name, role, SYSTEM, password=password, profile=Profile())
    return name, given


async def come_in(browser: httpx.AsyncClient, name: str, password: str = GOOD, **more: str) -> httpx.Response:
    answer = await browser.post("/v1/session", json={"name": name, "password": password, **more})
    if answer.status_code == 201:
        browser.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return answer


async def test_an_agent_comes_in_and_works_as_with_a_token(server: LiveServer, browser: httpx.AsyncClient) -> None:
    name, _ = await employ(server, "agent")
    answer = await come_in(browser, name.upper())
    assert answer.status_code == 201
    assert answer.json()["token"] == "session:agent"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "password_hash" not in answer.json()
    assert (await browser.get("/v1/tickets")).status_code == 200
    assert (await browser.get("/v1/session")).json()["subject"] == name


async def test_signing_out_ends_the_session_and_not_only_the_cookie(
    server: LiveServer, browser: httpx.AsyncClient
) -> None:
    name, _ = await employ(server, "agent")
    await come_in(browser, name)
    kept = browser.cookies["xiaoer-agent"]
    assert (await browser.post("/v1/session/sign-out")).status_code == 204
    browser.cookies.set("xiaoer-agent", kept)
    assert (await browser.get("/v1/tickets")).status_code == 401


async def test_each_sign_in_is_another_session_and_ends_the_one_before(
    server: LiveServer, browser: httpx.AsyncClient
) -> None:
    name, _ = await employ(server, "agent")
    await come_in(browser, name)
    first = browser.cookies["xiaoer-agent"]
    await come_in(browser, name)
    assert browser.cookies["xiaoer-agent"] != first
    assert len((await browser.get("/v1/session/all")).json()["sessions"]) == 1


async def test_a_cookie_without_our_header_or_from_another_site_does_nothing(
    server: LiveServer, browser: httpx.AsyncClient
) -> None:
    name, _ = await employ(server, "supervisor")
    await come_in(browser, name)
    other = {"Sec-Fetch-Site": "cross-site"}
    assert (await browser.post("/v1/session/sign-out", headers=other)).json()["code"] == "cross_site"
    del browser.headers["Sec-Fetch-Site"]
    assert (await browser.get("/v1/tickets", headers={"Origin": "https://evil.example"})).status_code == 403
    assert (await browser.get("/v1/tickets")).status_code == 200
    del browser.headers["Authorization"]
    assert (await browser.get("/v1/tickets")).status_code == 401


async def test_a_merchant_has_no_seat_at_the_desk(server: LiveServer, browser: httpx.AsyncClient) -> None:
    name, _ = await employ(server, "merchant")
    assert (await come_in(browser, name)).json()["seat"] == "merchant"
    assert (await browser.get("/v1/tickets")).status_code == 403
    browser.headers["Authorization"] = "Bearer session:agent"
    assert (await browser.get("/v1/tickets")).status_code == 401


@pytest.mark.parametrize("header", ["Bearer session:", "Bearer session:system", "Bearer session:agent:x"])
async def test_who_did_not_sign_in_is_nobody(client: httpx.AsyncClient, header: str) -> None:
    assert (await client.get("/v1/tickets", headers={"Authorization": header})).status_code == 401


async def test_unknown_names_and_wrong_passwords_answer_alike_and_lock_alike(
    server: LiveServer, browser: httpx.AsyncClient
) -> None:
    name, _ = await employ(server, "agent")
    answers = {}
    for tried in (name, new_id("nobody")):
        answers[tried] = [await come_in(browser, tried, "wrong password here") for _ in range(6)]
    known, unknown = ([(one.status_code, one.json()) for one in each] for each in answers.values())
    assert known == unknown
    assert [status for status, _ in known] == [401] * 5 + [429]
    assert all("retry-after" in each[-1].headers for each in answers.values())


async def test_a_locked_account_waits_even_with_the_right_password_until_it_is_unlocked(
    server: LiveServer, browser: httpx.AsyncClient
) -> None:
    name, _ = await employ(server, "agent")
    for _ in range(5):
        await come_in(browser, name, "wrong password here")
    assert (await come_in(browser, name)).json()["code"] == "sign_in_locked"
    await server.context.sign_in.unlock(name, SYSTEM)
    assert (await come_in(browser, name)).status_code == 201


async def test_a_one_time_password_must_be_changed(server: LiveServer, browser: httpx.AsyncClient) -> None:
    name, given = await employ(server, "agent", None)
    assert given is not None
    assert (await come_in(browser, name, given)).json()["code"] == "password_one_time"
    assert (await come_in(browser, name, given, new_password="short")).json()["code"] == "password_short"
    assert (await come_in(browser, name, given, new_password=given)).json()["code"] == "password_same"
    assert (await come_in(browser, name, given, new_password=GOOD)).status_code == 201
    assert (await come_in(browser, name, given)).json()["code"] == "wrong_sign_in"


async def test_another_password_signs_the_other_browsers_out(server: LiveServer, browser: httpx.AsyncClient) -> None:
    name, _ = await employ(server, "agent")
    async with httpx.AsyncClient(base_url=server.url) as other:
        await come_in(other, name)
        await come_in(browser, name)
        wrong = {"password": "not this one at all", "new_password": "another good phrase"}
        assert (await browser.post("/v1/session/password", json=wrong)).json()["code"] == "wrong_password"
        right = {"password": GOOD, "new_password": "another good phrase"}
        assert (await browser.post("/v1/session/password", json=right)).status_code == 204
        assert (await browser.get("/v1/tickets")).status_code == 200
        assert (await other.get("/v1/tickets")).status_code == 401


async def test_one_sees_ones_browsers_and_ends_them(server: LiveServer, browser: httpx.AsyncClient) -> None:
    name, _ = await employ(server, "agent")
    async with httpx.AsyncClient(base_url=server.url, headers={"User-Agent": "phone"}) as phone:
        await come_in(phone, name)
        await come_in(browser, name)
        found = (await browser.get("/v1/session/all")).json()["sessions"]
        assert [(one["here"], one["browser"] == "phone") for one in found] == [(True, False), (False, True)]
        assert (await browser.post(f"/v1/session/all/{found[1]['id']}/end")).status_code == 204
        assert (await phone.get("/v1/tickets")).status_code == 401
        assert (await browser.post("/v1/session/all/ses_nobody/end")).status_code == 404


async def test_a_supervisor_manages_accounts_and_agents_do_not(server: LiveServer, browser: httpx.AsyncClient) -> None:
    boss, _ = await employ(server, "supervisor")
    await come_in(browser, boss)
    name = new_id("anna")
    body = {"name": name, "role": "agent", "display_name": "Anna", "languages": ["zh", "en"], "skills": ["returns"]}
    added = (await browser.post("/v1/accounts", json=body)).json()
    assert (await browser.post("/v1/accounts", json=body)).json()["code"] == "account_exists"
    async with httpx.AsyncClient(base_url=server.url) as anna:
        assert (await come_in(anna, name, added["one_time_password"], new_password=GOOD)).status_code == 201
        assert (await anna.get("/v1/accounts")).status_code == 403
        assert (await anna.post(f"/v1/accounts/{boss}/disable", json={})).status_code == 403
        assert (await browser.post(f"/v1/accounts/{name}/disable", json={})).json()["active"] is False
        assert (await anna.get("/v1/tickets")).status_code == 401
        assert (await come_in(anna, name)).json()["code"] == "wrong_sign_in"
    listed = {row["name"]: row for row in (await browser.get("/v1/accounts")).json()["accounts"]}
    assert (listed[name]["skills"], listed[name]["languages"], listed[name]["active"]) == (
        ["returns"],
        ["zh", "en"],
        False,
    )
    assert "password_hash" not in listed[name]


async def test_a_supervisors_token_does_what_their_password_does(server: LiveServer, client: httpx.AsyncClient) -> None:
    plain = server.headers("agent", "Ben")
    assert (await client.get("/v1/accounts", headers=plain)).status_code == 403
    assert (await client.get("/v1/accounts", headers=server.supervisor())).status_code == 200
    assert (await client.post("/v1/session/sign-out", headers=plain)).json()["code"] == "no_session"


async def test_twenty_guesses_at_once_are_not_twenty_tries(server: LiveServer, client: httpx.AsyncClient) -> None:
    name, _ = await employ(server, "agent")
    answers = await asyncio.gather(*(come_in(client, name, f"a wrong guess {n}") for n in range(12)))
    assert sorted(one.status_code for one in answers) == [401] * 5 + [429] * 7


async def test_an_open_desk_closes_soon_after_its_account_is_disabled(
    server: LiveServer, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SESSION_LOOKED_AT_S", 0.05)
    name, _ = await employ(server, "agent")
    await come_in(browser, name)
    cookie = {"Cookie": f"xiaoer-agent={browser.cookies['xiaoer-agent']}"}
    async with connect(f"{server.ws_url}/v1/desk", additional_headers=cookie) as socket:
        await socket.send(json.dumps({"type": "auth", "token": f"session:agent:{name}"}))
        assert json.loads(await socket.recv())["type"] == "ready"
        await server.context.sign_in.accounts.disable(name, SYSTEM)
        await asyncio.wait_for(socket.wait_closed(), 10)
    assert socket.close_code == sockets.CLOSED_UNAUTHENTICATED
