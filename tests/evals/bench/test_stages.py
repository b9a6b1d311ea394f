"""The stages of understanding add up; no figure of time is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.bench.stages import STAGES, measure, text_of
from knowledge.embedding import HashingEmbedder


@pytest.mark.slow
async def test_every_stage_of_a_message_takes_time_and_no_more_than_the_whole(tmp_path: Path) -> None:
    found = await measure(tmp_path, HashingEmbedder(), ["where is my parcel?", "我的快递到哪了"])
    assert tuple(found["ms"]) == STAGES
    assert all(0 < found["ms"][stage]["max"] <= found["ms"]["whole"]["max"] for stage in STAGES)
    assert found["set"] == "2 messages, no catalogue"
    assert text_of(found).startswith("understanding, ms of one core a message, p50 / p95: embed ")
