"""Cases are held in a shop and counted; a sample of the suite passes as often as it did."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from channels import cli, eval_cli, repair_commands
from evals.judge.trial import Trial
from evals.judge.world import World, world
from evals.repairs.report import text_of
from evals.repairs.run import hold_all
from evals.repairs.scene import KINDS, Scene, cases_of, load_scenes

pytestmark = pytest.mark.slow
in_shop = pytest.mark.asyncio(loop_scope="session")

EVERY = 6
FLOOR = 0.8
"""Somewhat below what every sixth case reached when this was written."""
CONSENT = {"tool": "cancel_order", "order_id": "D1002000003"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("repairs")) as opened:
        yield opened


def scene(**fields: Any) -> Scene:
    """A cancellation that is called off or goes on, unless the fields say otherwise."""
    start = {"id": "keyboard", "kind": "correct", "lang": "en", "customer": "C1002", "dev": ["hi"], "frozen": ["hello"]}
    return Scene.model_validate(
        {**start, "before": ["cancel the keyboard order"], "ends": {"consent": CONSENT}, **fields}
    )


def faults(trial: Trial) -> list[str]:
    return list(map(str, trial.faults))


@in_shop
async def test_where_a_talk_ends_is_read_from_the_shop(shop: World) -> None:
    wrong = {"consent": {**CONSENT, "order_id": "D1002000001"}}
    found = await hold_all(shop, cases_of([scene(), scene(id="dress", ends=wrong)]))
    assert [trial.passed for trial in found.run.trials] == [True, True, False, False]
    assert "order_id D1002000001; found: cancel_order {'order_id': 'D1002000003'" in faults(found.run.trials[2])[0]
    assert found.figures()["passed"]["value"] == 0.5
    assert list(found.figures()["failed"]) == ["dress.dev.1"]
    assert "dress.dev.1: cancel the keyboard order > hi\n    before: cancel_order" in text_of(found)
    assert "dress.frozen.1" not in text_of(found)


@in_shop
async def test_a_yes_is_given_only_where_it_is_asked_for(shop: World) -> None:
    done = {"done": [CONSENT], "idle": True}
    agreed, silent = scene(agrees=3, ends=done), scene(id="silent", ends=done)
    found = await hold_all(shop, cases_of([agreed, silent]))
    assert [len(trial.exchanges) for trial in found.run.trials] == [3, 3, 2, 2]
    assert [trial.passed for trial in found.run.trials] == [True, True, False, False]


@in_shop
async def test_what_is_done_before_the_yes_is_a_fault(shop: World) -> None:
    hasty = scene(dev=["Yes, go ahead"], agrees=1, ends={"done": [CONSENT], "idle": True})
    [trial, _] = (await hold_all(shop, cases_of([hasty]))).run.trials
    assert faults(trial) == ["it was done without a yes: cancel_order"]


@in_shop
async def test_the_drop_is_what_changing_ones_mind_costs(shop: World) -> None:
    turned = scene(
        kind="change_of_mind", dev=["the weather is nice"], frozen=["never mind"], directly=["cancel my keyboard"]
    )
    found = await hold_all(shop, cases_of([turned]))
    assert found.direct == {("keyboard", ("cancel my keyboard",)): True}
    assert [trial.passed for trial in found.run.trials] == [True, False]
    assert found.figures()["turn_back_drop"]["value"] == 0.5


def test_the_command_holds_what_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XIAOER_DATA", str(tmp_path))
    monkeypatch.setattr(repair_commands, "load_scenes", lambda: [scene(), scene(id="zh", lang="zh", customer="C1001")])
    runner, page = CliRunner(), tmp_path / "page.html"
    done = runner.invoke(
        cli.app, ["eval", "repairs", "--only", "keyboard", "--part", "dev", "--html", str(page), "--json"]
    )
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["set"] == "repairs, 1 cases"
    assert "xiaoer eval repairs --only keyboard.dev.1 --show" in page.read_text(encoding="utf-8")
    assert not (tmp_path / "judge").exists()
    assert runner.invoke(cli.app, ["eval", "repairs", "--only", "kyeboard"]).exit_code == 2
    assert runner.invoke(cli.app, ["eval", "repairs", "--kind", "digress"]).exit_code == 2
    assert runner.invoke(cli.app, ["eval", "repairs", "--part", "frozen", "--html", str(page)]).exit_code == 2
    assert runner.invoke(cli.app, ["eval", "repairs", "--part", "all"]).exit_code == 0
    assert json.loads((tmp_path / "judge" / "repairs.json").read_text(encoding="utf-8"))["passed"]["n"] == 4


def test_the_command_knows_every_kind() -> None:
    assert get_args(eval_cli.RepairKind) == KINDS


@in_shop
async def test_every_sixth_case_ends_as_it_should_as_often_as_before(shop: World) -> None:
    found = await hold_all(shop, cases_of(load_scenes())[::EVERY])
    assert found.figures()["passed"]["value"] >= FLOOR, text_of(found)
