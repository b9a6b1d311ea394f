"""Load on a real server in a process of its own; no figure of time is judged."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import json
import os
import resource
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from channels.settings import Settings
from channels.testing import TEST_SECRET, live, small_platform
from evals.bench.errors import BenchError
from evals.bench.idle_sockets import allow_files
from evals.bench.load import Load, Plan, Target, run_load
from evals.bench.load_page import page_of
from evals.bench.load_report import text_of
from evals.bench.server import Server, served
from tests.evals.bench.conftest import target_of

AT = dt.datetime(2026, 3, 10, 8, 30, tzinfo=dt.UTC)
SMALL = Plan(rates=(8.0,), seconds=2.0, sockets=6, timeout_s=20.0)


@pytest.fixture(scope="module")
def small_load(running_server: Server) -> Load:
    return asyncio.run(laid(target_of(running_server), SMALL))


async def laid(target: Target, plan: Plan) -> Load:
    return await run_load(target, plan, at=AT)


@pytest.mark.slow
def test_every_message_of_the_schedule_is_sent_and_answered_over_both_doors(small_load: Load) -> None:
    found = json.loads(json.dumps(small_load.figures()))
    assert [(step["over"], step["due"], step["sent"], step["answered"]) for step in found["steps"]] == [
        ("http", 16, 16, 16),
        ("websocket", 16, 16, 16),
    ]
    for step in found["steps"]:
        low, high = step["wait_interval_95"]["p95"]
        assert low <= step["wait_ms"]["p95"] <= high
        assert 0 < step["stages_ms"]["total"]["p50"] <= step["wait_ms"]["max"]
        assert step["processor_ms_per_turn"] > 0
        assert step["memory_mb"]["start"] <= step["memory_mb"]["peak"]
        assert sum(second["n"] for second in step["timeline"]) == 16
    assert not small_load.failed
    assert not small_load.interrupted


@pytest.mark.slow
def test_idle_sockets_are_held_through_all_steps(small_load: Load) -> None:
    sockets = small_load.figures()["sockets"]
    assert (sockets["opened"], sockets["held"], sockets["dropped"], sockets["silent"]) == (6, 6, {}, 0)


@pytest.mark.slow
def test_a_load_is_shown_as_text_and_as_a_page_that_needs_nothing_from_outside(small_load: Load) -> None:
    figures = small_load.figures()
    text, page = text_of(figures), page_of(figures)
    assert "idle sockets: 6 of 6 held to the end" in text
    for step in ("http 8/s", "websocket 8/s"):
        assert text.count(step) >= 3
        assert step in page
    assert page.count("<polyline") == 2 + 2 * 2  # a curve of percentiles for each step, and two lines over time
    assert "http://" not in page.replace(small_load.target.url, "")
    assert "https://" not in page


@pytest.mark.slow
async def test_a_server_that_dies_is_counted_and_the_load_ends(small_shop: Path) -> None:
    with served(small_shop) as server:

        def kill_in_the_middle(what: str, _share: float) -> None:
            if what.startswith("websocket"):
                server.process.kill()

        load = await run_load(target_of(server), SMALL, at=AT, progress=kill_in_the_middle)
        await asyncio.to_thread(server.process.wait)
        assert server.ended == -9
    over_http, over_sockets = load.figures()["steps"]
    assert (over_http["errors"], over_http["answered"]) == ({}, 16)
    assert over_sockets["sent"] == 16
    assert over_sockets["answered"] + sum(over_sockets["errors"].values()) == 16
    assert set(over_sockets["errors"]) <= {"no connection", "connection broken"}
    sockets = load.figures()["sockets"]
    assert (sockets["held"], sockets["dropped"]) == (0, {"connection broken": 6})
    assert load.failed


@pytest.mark.slow
async def test_a_load_that_is_stopped_returns_what_was_measured(running_server: Server) -> None:
    half_way = asyncio.Event()

    def look(what: str, _share: float) -> None:
        if what.startswith("websocket"):
            half_way.set()

    plan = dataclasses.replace(SMALL, seconds=4.0)
    task = asyncio.create_task(run_load(target_of(running_server), plan, at=AT, progress=look))
    await half_way.wait()
    task.cancel()
    load = await task
    first, second = load.figures()["steps"]
    assert (first["answered"], load.interrupted) == (32, True)
    assert second["sent"] < second["due"]
    assert "stopped: these figures are of what was measured so far" in text_of(load.figures())


@pytest.mark.slow
async def test_a_client_that_falls_behind_its_schedule_says_so(running_server: Server) -> None:
    def dawdle(what: str, _share: float) -> None:
        if what.startswith("http"):
            time.sleep(0.3)

    plan = dataclasses.replace(SMALL, over=("http",), sockets=0)
    figures = (await run_load(target_of(running_server), plan, at=AT, progress=dawdle)).figures()
    assert figures["steps"][0]["client_behind"]
    assert figures["steps"][0]["lag_ms"]["max"] > 1000
    assert "the client fell behind its own schedule" in text_of(figures)


async def test_no_server_is_told_with_what_to_do(small_shop: Path) -> None:
    target = Target("http://127.0.0.1:9", small_shop, f"sqlite:///{small_shop}/shop.db")
    with pytest.raises(BenchError, match=r"nothing answers at http://127\.0\.0\.1:9 .*xiaoer serve"):
        await laid(target, SMALL)


async def test_a_server_that_is_not_ready_is_told(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, secret=SecretStr(TEST_SECRET))
    async with small_platform(tmp_path) as platform, live(settings, platform) as server:
        while not server.context.ready:  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(0.01)
        server.context.ready = False
        with pytest.raises(BenchError, match=rf"the server at {server.url} is not ready yet: wait until .*/readyz"):
            await laid(Target(server.url, tmp_path, f"sqlite:///{tmp_path}/shop.db"), SMALL)


@pytest.mark.slow
async def test_tokens_of_another_folder_are_refused_before_the_load(running_server: Server, tmp_path: Path) -> None:
    target = dataclasses.replace(target_of(running_server), data=tmp_path)
    with pytest.raises(BenchError, match=rf"refuses a token made from {tmp_path} \(401\)"):
        await laid(target, SMALL)


@pytest.mark.slow
async def test_a_folder_without_a_shop_is_told(running_server: Server, tmp_path: Path) -> None:
    target = Target(running_server.url, tmp_path, f"sqlite:///{tmp_path}/shop.db")
    with pytest.raises(BenchError, match=f"there is no shop in {tmp_path}"):
        await laid(target, SMALL)
    assert not os.listdir(tmp_path)


@pytest.mark.slow
def test_a_taken_port_is_told_before_anything_starts(running_server: Server, tmp_path: Path) -> None:
    port = int(running_server.url.rpartition(":")[2])
    with pytest.raises(BenchError, match=f"port {port} cannot be used"), served(tmp_path / "new", port=port):
        pass
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_server_that_cannot_start_is_told_with_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text("no database")
    with (
        pytest.raises(BenchError, match=r"the server ended with status 1: xiaoer: the database cannot be used"),
        served(tmp_path),
    ):
        pass


def test_more_files_than_the_system_allows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 1024))
    with pytest.raises(BenchError, match=r"2256 open files are needed and the system allows 1024"):
        allow_files(2000)


def test_the_limit_of_open_files_is_raised_as_far_as_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 65_536))
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: raised.append((what, limits)))
    allow_files(2000)
    assert raised == [(resource.RLIMIT_NOFILE, (2256, 65_536))]
