"""``xiaoer serve`` as a process: what it asks of its system."""

from __future__ import annotations

import asyncio
import re
import resource
import signal
import sys
import time
from pathlib import Path

import pytest

from channels.serving import MOST_FILES
from tests.channels.test_crash import SERVE, reached, serving

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's limits")
async def test_as_many_files_as_the_system_allows_may_be_open_for_every_page_is_one(demo_data: Path) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    allowed = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    narrow = ["bash", "-c", 'ulimit -Sn 256 && exec "$@"', "-", *SERVE]
    async with serving(narrow, demo_data) as (_, url), reached(url) as client:
        found = re.search(r"^process_max_fds (\S+)$", (await client.get("/metrics")).text, re.MULTILINE)
    assert found is not None
    assert float(found[1]) == allowed


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists a process's children")
async def test_a_server_that_is_stopped_leaves_no_fitting_process_behind(demo_data: Path) -> None:
    fitting = ["env", "XIAOER_FIT_MODELS=1", *SERVE]
    async with serving(fitting, demo_data) as (process, url), reached(url):
        children = await asyncio.to_thread(_children_of, process.pid)
        process.send_signal(signal.SIGTERM)
        await process.wait()
    assert children
    assert await asyncio.to_thread(_living, children) == []


def _children_of(process: int) -> list[str]:
    """Wait for the first children of a process."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    deadline = time.monotonic() + 60
    while not (children := listed.read_text().split()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return children


def _living(processes: list[str]) -> list[str]:
    return [process for process in processes if Path(f"/proc/{process}").exists()]
