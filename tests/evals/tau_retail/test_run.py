"""Tasks are held on copies of an imported shop and judged by its records; a bot that only says "done" does nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from channels.cli import app
from dialogue.conversations import Conversations
from dialogue.replies.types import TextReply
from dialogue.turn import Turn
from evals.tau_retail.report import text_of
from evals.tau_retail.run import BENCHMARKS, TasksError, run_tasks, task_set
from knowledge.types import JsonObject
from tests.knowledge.importers.shops import tau

pytestmark = pytest.mark.slow
KNOWN = "You are Ann Poe, and your email is ann@example.com."


def task(name: str, reason: str, changed: JsonObject) -> JsonObject:
    texts = {"reason_for_call": reason, "known_info": KNOWN, "unknown_info": "", "task_instructions": ""}
    gold = {"changed_records": changed}
    return {
        "id": name,
        "user_scenario": {"instructions": texts},
        "gold_end_state": gold,
        "evaluation_criteria": {"actions": []},
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a small shop and two tasks: cancel an order, and cancel one that cannot be cancelled."""
    shop = json.loads(json.dumps(tau()).replace("#W2", "#W7654321"))
    pending: dict[str, Any] = {
        **shop["orders"]["#W1"],
        "order_id": "#W1234567",
        "status": "pending",
        "fulfillments": [],
    }
    shop["orders"]["#W1234567"] = pending
    shop["users"]["ann_1"]["orders"].append("#W1234567")
    refund = {"transaction_type": "refund", "amount": 60.19, "payment_method_id": "paypal_1"}
    gold = {**pending, "status": "cancelled", "cancel_reason": "ordered by mistake"}
    gold["payment_history"] = [*pending["payment_history"], refund]
    tasks = [
        task(
            "cancel",
            "You want to cancel order #W1234567 because you ordered by mistake.",
            {"orders": {"#W1234567": gold}},
        ),
        task("too-late", "You want to cancel order #W7654321.", {}),
    ]
    folder = tmp_path / "tau2_retail"
    folder.mkdir()
    (folder / "db.json").write_text(json.dumps(shop), encoding="utf-8")
    (folder / "tasks_train.jsonl").write_text("\n".join(map(json.dumps, tasks)), encoding="utf-8")
    return tmp_path


async def test_tasks_are_held_and_judged(data: Path) -> None:
    found = await run_tasks(task_set(BENCHMARKS["tau2-retail"], data), seeds=(0, 1))

    assert [(trial.scenario.id, trial.faults) for trial in found.run.trials] == [("cancel", ())] * 2 + [
        ("too-late", ())
    ] * 2
    figures = found.figures()
    assert figures["set"] == "tau2_retail/tasks_train.jsonl"
    assert (figures["pass_1"]["value"], figures["pass_2"]["value"], figures["do_nothing"]["value"]) == (1.0, 1.0, 0.5)
    assert (figures["forbidden_writes"], figures["without_consent"]) == (0, 0)
    assert "not comparable" in text_of(found)


async def test_a_bot_that_only_says_done_scores_what_doing_nothing_scores(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send(_self: Conversations, conversation_id: str, *_: object, **__: object) -> Turn:
        return Turn(
            conversation_id=conversation_id, seq=1, handled_by="bot", replies=[TextReply(text="Done: it is cancelled.")]
        )

    monkeypatch.setattr(Conversations, "send", send)
    figures = (await run_tasks(task_set(BENCHMARKS["tau2-retail"], data))).figures()

    assert figures["pass_1"]["value"] == figures["do_nothing"]["value"] == 0.5


def test_held_out_tasks_are_those_of_the_other_folder(data: Path, tmp_path: Path) -> None:
    with pytest.raises(TasksError, match=r"other/tau2_retail/tasks_test\.jsonl cannot be read \(No such file"):
        task_set(BENCHMARKS["tau2-retail"], data, test=tmp_path / "other")
    test = tmp_path / "other" / "tau2_retail"
    test.mkdir(parents=True)
    (test / "tasks_test.jsonl").write_text(json.dumps(task("held-out", "You want to cancel.", {})), encoding="utf-8")

    assert [each.id for each in task_set(BENCHMARKS["tau2-retail"], data, test=tmp_path / "other").tasks] == [
        "held-out"
    ]


def test_the_command_prints_the_figures_and_keeps_them_for_the_list(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOER_DATA", str(tmp_path / "state"))
    done = CliRunner().invoke(app, ["eval", "tau2-retail", "--data", str(data), "--limit", "1", "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["pass_1"]["value"] == 1.0
    listed = json.loads(CliRunner().invoke(app, ["eval", "list", "--json"]).stdout)["benchmarks"]
    last = {row["name"]: row["last"] for row in listed}
    assert (last["tau2-retail"]["pass_1"]["value"], last["tau1-retail"]) == (1.0, None)
    assert "tau1-retail: needs --data with tau1_retail" in CliRunner().invoke(app, ["eval", "list"]).stdout


def test_the_command_writes_a_page_and_junit_of_the_tasks_that_are_chosen(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOER_DATA", str(tmp_path / "state"))
    page, junit = tmp_path / "page.html", tmp_path / "junit.xml"
    command = ["eval", "tau2-retail", "--data", str(data), "--only", "too-late", "--seed", "3"]
    done = CliRunner().invoke(app, [*command, "--html", str(page), "--junit", str(junit), "--json"])

    assert done.exit_code == 0, done.output
    held = [(each["scenario"], each["seed"]) for each in json.loads(done.stdout)["conversations"]]
    assert held == [("too-late", 3)]
    html = page.read_text(encoding="utf-8")
    assert "You want to cancel order #W7654321." in html
    assert "not comparable" in html
    assert f"xiaoer eval tau2-retail --data {data} --only too-late --seed 3 --show" in html
    assert ElementTree.parse(junit).getroot().attrib["tests"] == "1"
    none = CliRunner().invoke(app, ["eval", "tau2-retail", "--data", str(data), "--only", "never"])
    assert (none.exit_code, "has the id never" in none.stderr) == (1, True)


def test_a_folder_without_the_benchmark_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["eval", "tau1-retail", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "tau1_retail/tasks_train.jsonl cannot be read" in done.stderr


@pytest.mark.parametrize("name", BENCHMARKS)
async def test_real_tasks_are_held_without_a_write_that_the_policy_forbids(shared_data: Path, name: str) -> None:
    found = await run_tasks(task_set(BENCHMARKS[name], shared_data, limit=5))
    assert len(found.run.trials) == 5
    assert any(trial.passed for trial in found.run.trials)
    assert found.forbidden == ()
