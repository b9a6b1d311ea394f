"""Health, figures, pages, security headers, sign-in: what operators and browsers see."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from channels.app import create_app
from channels.pages import PAGES
from channels.settings import Settings
from channels.testing import LiveServer, ScriptedUnderstander, live, small_platform
from knowledge.schema import Shop
from tests.channels.conftest import Person
from tests.channels.test_rest import opened, problem_code, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_running_platform_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ready", "shop": "shop"}


async def test_before_the_platform_is_built_it_is_alive_and_not_ready(settings: Settings) -> None:
    transport = httpx.ASGITransport(create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert problem_code(await client.get("/readyz")) == (503, "starting")
        assert problem_code(await client.post("/v1/conversations")) == (401, "unauthenticated")


async def test_figures_count_turns_stages_tools_and_refusals(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    headers = server.headers("shopper", person.id)
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, f"cancel {person.order}", "m1")
    await sent(client, headers, conversation, "", "m2")
    text = (await client.get("/metrics")).text
    assert re.search(
        r'xiaoer_turns_total\{channel="rest",handled_by="bot",intent="cancel_order",lang="en"\} [1-9]', text
    )
    assert re.search(r'xiaoer_tool_calls_total\{status="needs_confirmation",tool="cancel_order"\} [1-9]', text)
    assert re.search(r'xiaoer_refusals_total\{channel="rest",code="empty"\} [1-9]', text)
    assert 'xiaoer_turn_seconds_bucket{le="0.025",stage="understand"}' in text
    assert person.id not in text


async def test_pages_bring_everything_themselves(client: httpx.AsyncClient) -> None:
    for address in (*PAGES, "/docs"):
        page = await client.get(address)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), address
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src 'self';" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page.text), address
        for script in re.findall(r"<script[^>]*>", page.text):
            assert "src=" in script, "an inline script would be blocked by the policy"


async def test_the_widget_may_be_used_by_other_sites(client: httpx.AsyncClient) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    widget = await client.get("/widget.js", headers=origin)
    assert widget.headers["content-type"].startswith("text/javascript")
    assert widget.headers["cross-origin-resource-policy"] == "cross-origin"
    module = await client.get("/static/widget/main.js", headers=origin)
    assert (module.status_code, module.headers["access-control-allow-origin"]) == (200, "*")
    asked = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    assert (await client.options("/v1/conversations", headers=asked)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/media/..%2fsecret", "/media/"]
)
async def test_no_file_outside_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert problem_code(answer)[0] == 404


async def test_the_interface_is_described(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert {"/v1/conversations", "/v1/conversations/{conversation_id}/messages", "/v1/chat/completions"} <= set(paths)


async def test_there_is_no_demo_sign_in_to_a_real_shop(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/shop")).json()["demo"] is None
    answer = await client.post("/v1/tokens/demo", json={"role": "agent", "subject": "Lin"})
    assert problem_code(answer) == (404, "not_found")


async def demo_tokens(settings: Settings, *wanted: tuple[str, str]) -> list[httpx.Response]:
    """Make the small shop the demo shop, and sign in to it."""
    async with small_platform(settings.data) as platform:
        async with platform.database.write() as session:
            row = await session.get_one(Shop, "shop")
            await session.delete(row)
            session.add(Shop(**{**row.model_dump(), "id": "demo", "settings": {"personas": ["C2", "C1"]}}))
        async with live(settings, platform) as server, httpx.AsyncClient(base_url=server.url) as client:
            shop = await client.get("/v1/shop")
            bodies = [{"role": role, "subject": subject} for role, subject in wanted]
            return [shop, *[await client.post("/v1/tokens/demo", json=body) for body in bodies]]


async def test_the_demo_shop_lets_in_its_well_known_people_in_development(settings: Settings) -> None:
    shop, customer, agent, stranger = await demo_tokens(
        settings, ("shopper", "C1"), ("agent", "小林"), ("shopper", "C3")
    )
    assert [person["id"] for person in shop.json()["demo"]["customers"]] == ["C2", "C1"]
    assert (customer.json()["role"], customer.json()["subject"]) == ("shopper", "C1")
    assert (agent.json()["role"], agent.json()["subject"]) == ("agent", "小林")
    assert problem_code(stranger) == (404, "unknown_customer")


async def test_production_lets_nobody_in_without_a_token_of_the_shop(settings: Settings) -> None:
    secret = "f1d2d2f924e986ac86fdf7b36c94bcdf32beec15"
    settings = Settings(data=settings.data, secret=secret, environment="production")
    shop, agent = await demo_tokens(settings, ("agent", "Lin"))
    assert shop.json()["demo"] is None
    assert problem_code(agent) == (404, "not_found")


async def test_shutting_down_waits_for_the_answer_under_way(
    settings: Settings, understander: ScriptedUnderstander
) -> None:
    async with small_platform(settings.data, understander) as platform, httpx.AsyncClient() as client:
        async with live(settings, platform) as server:
            client.base_url = httpx.URL(server.url)
            headers = server.headers()
            conversation = await opened(client, headers)
            understander.gate.clear()
            answer = asyncio.create_task(sent(client, headers, conversation, "hello", "m1"))
            await understander.entered.wait()
            asyncio.get_running_loop().call_later(0.3, understander.gate.set)
            # Leaving the block stops the server while the answer is still being made.
        assert (await answer).status_code == 200
