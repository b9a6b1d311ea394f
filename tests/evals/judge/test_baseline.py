"""What passed before passes again: runs against a kept baseline, and the one that this repository keeps."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channels.cli import app
from dialogue.conversations import Conversations
from dialogue.replies.types import TextReply
from dialogue.turn import Turn
from evals.judge.baseline import Baseline, BaselineError, compare, read_baseline, sample
from evals.judge.files import load_scenarios
from evals.judge.run import Run, hold_all
from evals.judge.trial import Trial
from evals.judge.world import World
from tests.evals.judge.conftest import scenario
from tests.evals.judge.test_run import FILE, break_cancelling

SCENARIOS = Path(__file__).parents[3] / "evals" / "scenarios"
TRIALS = 2
asyncio = pytest.mark.asyncio(loop_scope="session")


def run_of(**passed: int) -> Run:
    """A run of two trials each, of which so many passed."""
    trials = [
        Trial(scenario(id=name), seed, (), () if seed < times else ("no",), 0.1)
        for name, times in passed.items()
        for seed in range(TRIALS)
    ]
    return Run(tuple(trials), dict.fromkeys(passed, False))


def test_a_run_tells_what_fell_below_the_baseline_what_rose_and_what_is_new() -> None:
    drift = compare(run_of(a=1, b=2, c=2, d=0), Baseline(trials=2, passed={"a": 2, "b": 1, "c": 2, "z": 2}))
    assert (drift.fell, drift.rose, drift.new) == ({"a": (2, 1)}, {"b": (1, 2)}, ("d",))
    assert str(drift).splitlines() == [
        "fell: a passed 2 of 2 before and 1 now",
        "rose: b passed 1 of 2 before and 2 now",
        "new: d",
    ]


def test_a_sample_has_every_tag_in_every_language_and_prefers_what_can_fall() -> None:
    library = [
        scenario(id="sometimes", tags=["return", "repair"]),
        scenario(id="fails", tags=["injection"]),
        scenario(id="passes", tags=["return"]),
        scenario(id="passes-more", tags=["return", "refusal"]),
        scenario(id="zh", lang="zh", tags=["repair"]),
        scenario(id="new", lang="zh", tags=["repair"]),
    ]
    baseline = Baseline(trials=2, passed={"sometimes": 1, "fails": 0, "passes": 2, "passes-more": 2, "zh": 1})
    assert [each.id for each in sample(library, baseline)] == ["passes-more", "sometimes", "zh"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no baseline"),
        ("{}", "is no baseline"),
        ('{"trials": 4, "passed": {}}', "made with --trials 4, which cannot be compared with 2"),
    ],
)
def test_a_baseline_that_cannot_be_compared_with_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "baseline.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=said):
        read_baseline(path, trials=2)


@pytest.mark.slow
def test_the_command_keeps_a_baseline_and_fails_where_a_scenario_falls_below_it(shops: World, tmp_path: Path) -> None:
    file, kept, shop = tmp_path / "cancel.yaml", tmp_path / "baseline.json", tmp_path / "shop"
    file.write_text(FILE, encoding="utf-8")
    shutil.copytree(shops.base.parent, shop)
    command = ["eval", "scenarios", str(file), "--data", str(shop), "--baseline", str(kept)]

    assert CliRunner().invoke(app, command).exit_code == 2
    assert CliRunner().invoke(app, [*command, "--write-baseline"]).exit_code == 0
    assert json.loads(kept.read_text(encoding="utf-8")) == {"trials": 1, "passed": {"cancel-what-waits": 1}}
    assert CliRunner().invoke(app, command).exit_code == 0

    break_cancelling(shop)
    fallen = CliRunner().invoke(app, [*command, "--json"])
    assert fallen.exit_code == 1
    assert json.loads(fallen.stdout)["baseline"] == {"fell": ["cancel-what-waits"], "rose": [], "new": []}

    refreshed = CliRunner().invoke(app, [*command, "--write-baseline"])
    assert refreshed.exit_code == 0
    assert "fell: cancel-what-waits passed 1 of 1 before and 0 now" in refreshed.stdout
    assert json.loads(kept.read_text(encoding="utf-8"))["passed"] == {"cancel-what-waits": 0}
    assert CliRunner().invoke(app, command).exit_code == 0


@pytest.mark.slow
@asyncio
async def test_no_scenario_of_the_shipped_sample_passes_less_often_than_before(shops: World) -> None:
    """Refresh: ``xiaoer eval scenarios evals/scenarios --trials 2 --baseline evals/scenarios/baseline.json --write-baseline``."""
    baseline = read_baseline(SCENARIOS / "baseline.json", trials=TRIALS)
    run = await hold_all(shops, sample(load_scenarios([SCENARIOS]), baseline), seeds=range(TRIALS))
    faults = {trial.scenario.id: trial.faults for trial in run.trials if not trial.passed}
    assert {name: faults[name] for name in compare(run, baseline).fell} == {}


def test_the_shipped_baseline_has_no_scenario_that_is_gone() -> None:
    there = {scenario.id for scenario in load_scenarios([SCENARIOS])}
    assert set(read_baseline(SCENARIOS / "baseline.json", trials=TRIALS).passed) <= there


@pytest.mark.slow
@asyncio
async def test_a_bot_that_only_says_done_scores_what_doing_nothing_scores(
    shops: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send(_self: Conversations, conversation_id: str, *_: object, **__: object) -> Turn:
        replies = [TextReply(text="Done. 办好了。")]
        return Turn(conversation_id=conversation_id, seq=1, handled_by="bot", replies=replies)

    monkeypatch.setattr(Conversations, "send", send)
    library = load_scenarios([SCENARIOS])
    run = await hold_all(shops, sample(library, Baseline(trials=1, passed={each.id: 1 for each in library})))
    passed: Mapping[str, bool] = {trial.scenario.id: trial.passed for trial in run.trials}
    assert passed == run.idle
    assert not all(passed.values())
