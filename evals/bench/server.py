"""The server under test, in a process of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from evals.bench.errors import BenchError
from evals.bench.guests import PROGRAM
from evals.bench.vitals import Vitals, read_vitals

HOST = "127.0.0.1"
START_TIMEOUT_S = 300.0
STOP_TIMEOUT_S = 40.0
"""A server finishes the turns under way first, for 25 s at most."""
LOG = "bench-server.log"
_UNLIMITED = {
    "XIAOER_FIT_MODELS": "0",
    "XIAOER_DEBUG": "1",
    "XIAOER_RATE_PER_S": "100000",
    "XIAOER_RATE_BURST": "100000",
}


@dataclasses.dataclass(frozen=True)
class Server:
    """A running server, ready to answer."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    ready_s: float
    """From the command to the first good answer of ``/readyz``."""
    at_start: Vitals

    @property
    def ended(self) -> int | None:
        """The status with which it ended, negative for a signal; None while it runs."""
        return self.process.poll()


@contextlib.contextmanager
def served(data: Path, *, database_url: str | None = None, port: int | None = None) -> Iterator[Server]:
    """Start the server on a folder, wait until it is ready, stop it in the end.

    It takes the database that is given, SQLite in the folder without one, whatever the environment says.
    Shoppers see the milliseconds of their turns, no limit of messages a second holds them up, and no model is fitted beside them.

    Raises:
        BenchError: the port is taken, the server ended, or it was not ready in time.
    """
    port = _free_port(port or 0)
    data.mkdir(parents=True, exist_ok=True)
    url = f"http://{HOST}:{port}"
    started = time.perf_counter()
    with (data / LOG).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [*PROGRAM, "serve", "--data", str(data), "--port", str(port)],
            stderr=log,
            env={**os.environ, **_UNLIMITED, "XIAOER_DATABASE_URL": database_url or ""},
            process_group=0,  # Ctrl-C is for who measures: the server goes on until the figures are there
        )
    try:
        vitals = _wait(process, url, data / LOG)
        yield Server(url, data, process, time.perf_counter() - started, vitals)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port(wanted: int) -> int:
    """Return the port, if nobody listens there; 0 stands for any. Asked first: another server there would answer for ours."""
    try:
        with socket.create_server((HOST, wanted)) as free:
            port: int = free.getsockname()[1]
            return port
    except OSError as error:
        raise BenchError(
            f"port {wanted} cannot be used ({error.strerror}): take another, or measure the server there with --url"
        ) from error


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> Vitals:
    deadline = time.monotonic() + START_TIMEOUT_S
    with httpx.Client(base_url=url, timeout=5) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                said = log.read_text(encoding="utf-8").strip().splitlines()
                raise BenchError(
                    f"the server ended with status {process.returncode}: {said[-1] if said else ''} (see {log})"
                )
            with contextlib.suppress(httpx.TransportError):
                if client.get("/readyz").is_success:
                    return read_vitals(client.get("/metrics").text)
            time.sleep(0.02)
    raise BenchError(f"the server was not ready after {START_TIMEOUT_S:.0f} s; see {log}")
