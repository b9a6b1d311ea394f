"""``xiaoer eval load`` on the command line: one answer, honest exit codes, nothing left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from channels.cli import app

LOAD = ["eval", "load", "--rate", "5", "--seconds", "1"]


def load(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*LOAD, *arguments])


def listening(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "localhost:8000"], "expected http://HOST:PORT, got 'localhost:8000'"),
        (["--url", "http://127.0.0.1:9", "--port", "8000"], "--port is of a server that is started"),
        (["--rate", "0"], "--rate"),
        (["--over", "pigeon"], "--over"),
        (["--html", "/nowhere/load.html"], "/nowhere/load.html cannot be written: there is no folder"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], said: str) -> None:
    result = load(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_a_server_that_is_not_there_is_told(demo_data: Path) -> None:
    result = load("--url", "http://127.0.0.1:9", "--data", str(demo_data))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "xiaoer: nothing answers at http://127.0.0.1:9" in result.stderr


def test_more_sockets_than_files_may_be_open_are_refused_before_anything_starts(tmp_path: Path) -> None:
    narrow = ["bash", "-c", 'ulimit -n 400 && exec "$@"', "-", sys.executable, "-m", "channels", *LOAD]
    done = subprocess.run(
        [*narrow, "--sockets", "1000", "--data", str(tmp_path / "new")], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "open files are needed and the system allows 400: take fewer --sockets, or raise the limit" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_the_server_is_started_measured_and_stopped(demo_data: Path, tmp_path: Path) -> None:
    page = tmp_path / "load.html"
    result = load("--data", str(demo_data), "--json", "--html", str(page))
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["database"] == "sqlite"
    assert [(step["over"], step["sent"], step["answered"]) for step in found["steps"]] == [
        ("http", 5, 5),
        ("websocket", 5, 5),
    ]
    assert not listening(found["url"])
    assert found["url"] in page.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_what_was_measured_is_printed_when_it_is_stopped(demo_data: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "channels", "eval", "load", "--rate", "10", "--seconds", "300", "--json"]
    process = subprocess.Popen([*command, "--data", str(demo_data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    log = demo_data / "bench-server.log"
    while not (log.exists() and log.read_text(encoding="utf-8").count("INFO channels.turns turn") > 40):
        assert process.poll() is None
        time.sleep(0.2)
    os.kill(process.pid, stop)
    stdout, _ = process.communicate(timeout=60)
    found = json.loads(stdout)
    assert process.returncode == 130
    assert found["interrupted"]
    assert 0 < found["steps"][0]["answered"] <= found["steps"][0]["sent"] < found["steps"][0]["due"]
    assert not listening(found["url"])


@pytest.mark.slow
def test_without_a_folder_the_load_is_on_a_demo_shop_and_never_on_the_database_of_the_environment(
    demo_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo_data.rename(demo_data.with_name("xiaoer-bench"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(demo_data.parent))
    monkeypatch.setenv("XIAOER_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/in_use")
    result = load("--over", "http", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["database"] == "sqlite"
