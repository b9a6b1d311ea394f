"""The server under test, in a process of its own, and what the system says of that process."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

START_TIMEOUT_S = 300.0
_PROGRAM = (sys.executable, "-m", "channels")


@dataclasses.dataclass(frozen=True)
class Server:
    """A running server, ready to answer."""

    url: str
    pid: int
    data: Path
    ready_s: float
    """From the command to the first good answer of ``/readyz``."""
    start_cpu_s: float

    def cpu_s(self) -> float:
        """Return the processor time used so far, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return the resident memory, in MiB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def tokens(self, customer_ids: Sequence[str]) -> list[str]:
        """Return a shopper's token for each customer."""
        subjects = [word for customer_id in customer_ids for word in ("--subject", customer_id)]
        command = [*_PROGRAM, "token", "--role", "shopper", *subjects, "--data", str(self.data)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()  # noqa: S603 (our own program)


@contextlib.contextmanager
def served(data: Path, *, database_url: str | None = None) -> Iterator[Server]:
    """Start the server on a folder, wait until it is ready, stop it in the end.

    Shoppers see the milliseconds of their turns, and no limit of messages a second holds them up.

    Raises:
        RuntimeError: the server ended, or was not ready in time.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    set_for_it = {"XIAOER_DEBUG": "1", "XIAOER_RATE_PER_S": "100000", "XIAOER_RATE_BURST": "100000"}
    if database_url:
        set_for_it["XIAOER_DATABASE_URL"] = database_url
    data.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with (data / "bench-server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [*_PROGRAM, "serve", "--data", str(data), "--port", str(port)], stderr=log, env={**os.environ, **set_for_it}
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, url, Path(log.name))
        server = Server(url, process.pid, data, time.perf_counter() - started, 0.0)
        yield dataclasses.replace(server, start_cpu_s=server.cpu_s())
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    with httpx.Client(base_url=url, timeout=5) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with status {process.returncode}; see {log}")
            with contextlib.suppress(httpx.TransportError):
                if client.get("/readyz").is_success:
                    return
            time.sleep(0.02)
    raise RuntimeError(f"the server was not ready after {START_TIMEOUT_S:.0f} s; see {log}")
