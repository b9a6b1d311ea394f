"""The imported tau-retail shop behind its doors: `xiaoer import`, then `xiaoer say` and REST, down to the rows."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from channels.cli import app
from channels.settings import Settings
from channels.testing import TEST_SECRET, live
from evals.tau_retail.tasks import opened, records

pytestmark = pytest.mark.slow

WANTED = "I want to exchange the mechanical keyboard of order #W2378156 for the same one with clicky switches. Yusuf Rossi, zip 19122"
OLD, NEW = "1151293680", "7706410293"


def xiaoer(data: Path, *arguments: str) -> dict[str, Any]:
    """Run the command, which opens the shop anew; return the one JSON object that it printed."""
    done = CliRunner().invoke(app, [*arguments, "--json", "--data", str(data)])
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


def said(turn: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in turn["replies"])


@pytest.fixture
def shop(shared_data: Path, tmp_path: Path) -> Path:
    """The data folder of a shop that was imported by command."""
    xiaoer(tmp_path, "import", "tau-retail", str(shared_data / "tau2_retail"))
    return tmp_path


async def exchanged(data: Path) -> tuple[Any, Any]:
    async with opened(data / "shop.db") as database:
        order = (await records(database))["orders"]["#W2378156"]
    return order["exchange_items"], order["exchange_new_items"]


async def test_an_exchange_by_say_ends_in_the_rows(shop: Path) -> None:
    asked = await asyncio.to_thread(xiaoer, shop, "say", WANTED)
    conversation = ("--conversation", asked["conversation_id"])
    assert "clicky, RGB, full size isn't available" in said(asked)
    assert any(choice["label"].startswith("clicky") for choice in asked["replies"][-1]["choices"])

    chosen = await asyncio.to_thread(xiaoer, shop, "say", "full size with no backlight then", *conversation)
    assert chosen["actions"][-1]["status"] == "needs_confirmation", said(chosen)
    assert await exchanged(shop) == (None, None)

    done = await asyncio.to_thread(xiaoer, shop, "say", "yes", *conversation)
    assert done["actions"][-1]["receipt"], said(done)
    assert await exchanged(shop) == ([OLD], [NEW])


async def test_an_exchange_by_rest_ends_in_the_rows(shop: Path) -> None:
    settings = Settings(data=shop, demo=False, secret=TEST_SECRET, debug=True)
    async with live(settings) as server, httpx.AsyncClient(base_url=server.url, headers=server.headers()) as client:
        conversation = (await client.post("/v1/conversations", json={"lang": "en"})).json()["id"]
        turns = []
        for number, text in enumerate((WANTED, "full size with no backlight then", "yes")):
            message = {"client_id": str(number), "text": text}
            answer = await client.post(f"/v1/conversations/{conversation}/messages", json=message, timeout=60)
            assert answer.status_code == 200, answer.text
            turns.append(answer.json())
        again = await client.post(
            f"/v1/conversations/{conversation}/messages", json={"client_id": "2", "text": "yes"}, timeout=60
        )

    assert turns[-1]["actions"][-1]["receipt"], said(turns[-1])
    assert again.json()["seq"] == turns[-1]["seq"]
    assert await exchanged(shop) == ([OLD], [NEW])
