"""Every benchmark runs on a small set in its form; figures are complete and true."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from channels import benchmark_commands, cli, eval_cli
from evals.bench import stages
from evals.benchmarks.registry import BENCHMARKS, LISTED, OF_MODELS, OF_UNDERSTANDING
from knowledge.types import JsonObject
from tests.evals.benchmarks import sets

runner = CliRunner()
HELD_OUT = {
    "clinc150": {"valid.jsonl": "test.jsonl", "oos_valid.jsonl": "oos_test.jsonl"},
    "banking77_oos": {
        "valid.jsonl": "test.jsonl",
        "id_oos_valid.jsonl": "id_oos_test.jsonl",
        "ood_oos_valid.jsonl": "ood_oos_test.jsonl",
    },
    "xsid_zh_en": {"valid.jsonl": "test.jsonl"},
    "tau2_banking_kb": {"retrieval_qrels.jsonl": "retrieval_qrels.jsonl"},
    "jddc_uss": {"valid.jsonl": "test.jsonl"},
    "smp2020_ewect": {"usual_eval.jsonl": "usual_test.jsonl", "virus_eval.jsonl": "virus_test.jsonl"},
    "goemotions": {"dev.jsonl": "test.jsonl"},
    "online_shopping_10_cats": {"valid.jsonl": "test.jsonl"},
    "waimai_10k": {"valid.jsonl": "test.jsonl"},
    "fewclue_eprstmt": {"dev_few_all.jsonl": "test_public.jsonl"},
    "crosswoz": {"valid.jsonl": "test.jsonl"},
    "voice_emodb": {"manifest.csv": "manifest.csv", "audio": "audio"},
    "risk_cloudwalk_chargeback": {"transactions.csv": "transactions.csv"},
    "risk_ecommerce_fraud": {"train_first60.csv.gz": "heldout_last40.csv.gz"},
    "rec_sequences": {
        f"{shop}_5core_iclrec.txt.gz": f"{shop}_5core_iclrec.txt.gz"
        for shop in ("beauty", "toys_and_games", "sports_and_outdoors")
    },
}
"""Where the held-out part of a set stands; in these tests it is the development part under the other name."""
SETS = {
    "banking77": sets.banking77,
    "clinc150": sets.clinc150,
    "banking77_oos": sets.banking77_oos,
    "xsid_zh_en": sets.xsid,
    "tau2_banking_kb": sets.banking_kb,
    "jddc_uss": sets.jddc,
    "smp2020_ewect": sets.smp2020,
    "goemotions": sets.goemotions,
    "online_shopping_10_cats": sets.shop_reviews,
    "waimai_10k": sets.food_reviews,
    "fewclue_eprstmt": sets.few_reviews,
    "voice_emodb": sets.voice_emodb,
    "crosswoz": sets.crosswoz,
    "risk_cloudwalk_chargeback": sets.chargebacks,
    "risk_ecommerce_fraud": sets.first_purchases,
    "rec_sequences": sets.sequences,
}
MAIN = {
    "clinc150": "in_scope_accuracy",
    "banking77_oos": "in_scope_accuracy",
    "xsid_zh_en": "accuracy_zh",
    "tau2_banking_kb": "recall_10_documents_only",
    "jddc_uss": "satisfaction_macro_f1",
    "smp2020_ewect": "macro_f1_usual",
    "goemotions": "macro_f1",
    "voice_emodb": "unweighted_accuracy",
    "crosswoz": "joint_accuracy",
    "risk_cloudwalk_chargeback": "auc",
    "risk_ecommerce_fraud": "auc",
    "rec_sequences": "beauty_ndcg_10",
}


def figures(name: str, *arguments: str) -> dict[str, Any]:
    done = runner.invoke(cli.app, ["eval", name, *arguments, "--json"])
    assert done.exit_code == 0, done.output
    assert done.stdout.count("\n") == 1
    return dict(json.loads(done.stdout))


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_DATA", str(tmp_path / "state"))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Gives the figures of a benchmark, which is run once for all tests that look at it."""

    @functools.cache
    def run(name: str) -> dict[str, Any]:
        data = tmp_path_factory.mktemp(name)
        SETS[name](data)
        return figures(name, "--data", str(data))

    return run


@pytest.mark.parametrize("name", SETS)
def test_every_figure_names_its_set_number_and_interval(name: str, measured: Callable[[str], dict[str, Any]]) -> None:
    found = measured(name)
    values = {key: value for key, value in found.items() if isinstance(value, dict) and "value" in value}
    assert values
    for value in values.values():
        low, high = value["interval"]
        assert value["set"].startswith(name.split("_zh", maxsplit=1)[0])
        assert value["n"] > 0
        assert 0 <= low <= value["value"] <= high <= 1
    assert {bar.figure for bar in BENCHMARKS[name].bars} <= set(values)
    assert found["model"]["version"]
    assert found["train_seconds"] >= 0


@pytest.mark.parametrize("name", SETS)
def test_what_is_easily_told_apart_is_told_apart(name: str, measured: Callable[[str], dict[str, Any]]) -> None:
    found = measured(name)
    assert found[MAIN.get(name, "accuracy")]["value"] >= 0.8


def test_with_a_held_out_folder_all_of_the_data_is_trained_on(tmp_path: Path) -> None:
    sets.banking77(tmp_path / "data")
    sets.lines(tmp_path / "test/banking77/test.jsonl", sets.asked(sets.ITEMS[9:]))
    found = figures("banking77", "--data", str(tmp_path / "data"), "--test", str(tmp_path / "test"))
    assert (found["trained_on"], found["accuracy"]["n"], found["set"]) == (54, 18, "banking77/test.jsonl")


@pytest.mark.parametrize("name", HELD_OUT)
def test_the_held_out_files_are_measured_and_nothing_else_of_their_folder_is_read(name: str, tmp_path: Path) -> None:
    SETS[name](tmp_path / "data")
    (tmp_path / "test" / name).mkdir(parents=True)
    for ours, theirs in HELD_OUT[name].items():
        source, target = tmp_path / "data" / name / ours, tmp_path / "test" / name / theirs
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    found = figures(name, "--data", str(tmp_path / "data"), "--test", str(tmp_path / "test"))
    assert found[MAIN.get(name, "accuracy")]["n"] > 0
    assert "folds" not in found["set"]
    assert "by the others" not in found["set"]


def test_a_limit_measures_less(tmp_path: Path) -> None:
    sets.banking77(tmp_path / "data")
    assert figures("banking77", "--data", str(tmp_path / "data"), "--limit", "5")["accuracy"]["n"] == 5


def test_the_list_shows_the_last_result(tmp_path: Path) -> None:
    sets.banking77(tmp_path / "data")
    found = figures("banking77", "--data", str(tmp_path / "data"))
    listed = json.loads(runner.invoke(cli.app, ["eval", "list", "--json"]).stdout)["benchmarks"]
    last = {row["name"]: row["last"] for row in listed}
    assert last["banking77"]["accuracy"] == found["accuracy"]
    assert last["clinc150"] is None
    assert "accuracy gate 93.5 %, goal 95.0 %" in runner.invoke(cli.app, ["eval", "list"]).stdout


async def repaired(_limit: int | None) -> JsonObject:
    """What the repair suite might give, which takes minutes."""
    rates = {"passed": 0.98, "turn_back_drop": 0.02}
    return {"set": "repairs", **{name: {"value": value, "interval": [0, 1]} for name, value in rates.items()}}


async def staged(_folder: Path) -> JsonObject:
    """What the stages might take, for which a classifier is fitted."""
    figures = {stage: {"p50": 1.0, "p95": 2.0} for stage in stages.STAGES}
    return {"set": "3 messages", "machine": {"load": [0.5]}, "ms": figures}


def test_the_table_of_the_understanding_has_a_line_for_every_bar_and_says_what_is_not_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets.banking77(tmp_path / "data")
    monkeypatch.setattr(benchmark_commands, "kept_repairs", repaired)
    monkeypatch.setattr(stages, "measure", staged)
    done = runner.invoke(cli.app, ["eval", "understanding", "--data", str(tmp_path / "data"), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["stages"]["ms"]["embed"] == {"p50": 1.0, "p95": 2.0}
    lines = {(line["benchmark"], line["figure"]): line for line in json.loads(done.stdout)["figures"]}
    assert {benchmark for benchmark, _ in lines} == set(OF_UNDERSTANDING)
    measured = lines["banking77", "accuracy"]
    assert (measured["gate"], measured["met"], measured["of"]) == (
        0.935,
        measured["value"] >= 0.935,
        "banking77/train.jsonl, rows of jianguoz_valid.jsonl",
    )
    assert [lines["repairs", figure]["met"] for figure in ("passed", "turn_back_drop")] == [True, False]
    missing = lines["clinc150", "in_scope_accuracy"]
    assert (missing["value"], missing["met"]) == (None, False)
    assert "train.jsonl is not there" in missing["of"]

    shown = runner.invoke(cli.app, ["eval", "understanding"]).stdout.splitlines()
    assert shown[0].split() == ["benchmark", "figure", "measured", "interval", "gate", "goal"]
    assert shown[1].split()[:3] == ["banking77", "accuracy", f"{measured['value']:.3f}"]
    assert shown[2].endswith("not measured yet")
    assert "embed 1.00 / 2.00" in shown[-1]


def test_the_table_of_the_models_has_floors(tmp_path: Path) -> None:
    sets.chargebacks(tmp_path / "data")
    done = runner.invoke(cli.app, ["eval", "models", "--data", str(tmp_path / "data"), "--json"])
    assert done.exit_code == 1
    lines = json.loads(done.stdout)["figures"]
    assert list(dict.fromkeys(line["benchmark"] for line in lines)) == list(OF_MODELS)
    auc = next(line for line in lines if line["figure"] == "auc")
    assert (auc["floor"], auc["gate"]) == (0.905, 0.91)
    assert auc["value"] is not None
    assert {line["figure"]: line["met"] for line in lines if line["benchmark"] == "demo_rings"} == {
        "account_f1": True,
        "pair_f1": True,
    }
    shown = runner.invoke(cli.app, ["eval", "models"]).stdout.splitlines()
    assert shown[0].split() == ["benchmark", "figure", "measured", "interval", "floor", "gate", "goal"]


def test_absent_and_broken_data_end_with_a_sentence_and_1(tmp_path: Path) -> None:
    done = runner.invoke(cli.app, ["eval", "clinc150", "--data", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "train.jsonl is not there" in done.stderr
    sets.clinc150(tmp_path)
    with (tmp_path / "clinc150" / "valid.jsonl").open("a") as file:
        file.write("{broken\n")
    done = runner.invoke(cli.app, ["eval", "clinc150", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "valid.jsonl, line 19: no JSON" in done.stderr


def test_every_benchmark_is_a_command_and_listed() -> None:
    assert list(eval_cli.BENCHMARKS) == list(BENCHMARKS)
    assert {listed.name for listed in LISTED} == {"tau2-retail", "tau1-retail", "repairs", "injections", *BENCHMARKS}
