"""``xiaoer serve`` as a process: what it asks of its system."""

from __future__ import annotations

import re
import resource
import sys
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
