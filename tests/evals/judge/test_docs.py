"""The guide's scenario, held as printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.judge.files import load_scenarios
from evals.judge.rows import TABLES
from evals.judge.trial import hold
from evals.judge.world import World
from tests.docs import DOCS, blocks

GUIDE = "write-a-scenario"


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="session")
async def test_the_guides_scenario_passes_with_several_seeds(shops: World, tmp_path: Path) -> None:
    [example] = blocks(GUIDE, "yaml")
    (tmp_path / "hoodie.yaml").write_text(example, encoding="utf-8")
    [scenario] = load_scenarios([tmp_path])
    laid = await shops.lay(scenario)

    assert [(await hold(shops, laid, scenario, seed)).faults for seed in range(4)] == [()] * 4


def test_the_guide_names_every_table() -> None:
    text = (DOCS / f"{GUIDE}.md").read_text(encoding="utf-8")
    assert [name for name in TABLES if f"`{name}`" not in text] == []
