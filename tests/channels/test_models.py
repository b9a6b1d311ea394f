"""``xiaoer models``: fitting, measuring, listing and rolling back, with errors that name file, row and column."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from channels import cli, fitting, models_commands
from channels.settings import Settings
from tests.tools.fitted.means import Means

runner = CliRunner()


@pytest.fixture(autouse=True)
def only_means(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (models_commands, fitting):
        monkeypatch.setattr(module, "CAPABILITIES", {"means": Means()})


def models(*arguments: str, shop: Path) -> Result:
    return runner.invoke(cli.app, ["models", *arguments, "--shop", str(shop)])


def as_json(*arguments: str, shop: Path) -> dict[str, Any]:
    done = models(*arguments, "--json", shop=shop)
    assert done.exit_code == 0, done.output
    assert done.stdout.count("\n") == 1
    return dict(json.loads(done.stdout))


def column(path: Path, *values: object) -> str:
    path.write_text("\n".join(["value", *map(str, values)]))
    return str(path)


def test_a_model_is_fitted_listed_and_rolled_back(tmp_path: Path) -> None:
    rows = column(tmp_path / "rows.csv", 5, 5, 5, 5)
    first = as_json("fit", "means", "--data", rows, shop=tmp_path)
    assert (first["model"], first["version"], first["in_service"]) == ("means", 1, True)
    as_json("fit", "means", "--data", rows, shop=tmp_path)
    [listed] = as_json("list", shop=tmp_path)["models"]
    assert (listed["name"], listed["active"], [version["source"] for version in listed["versions"]]) == (
        "means",
        2,
        ["rows.csv", "rows.csv"],
    )
    assert as_json("rollback", "means", shop=tmp_path) == {"model": "means", "version": 1}
    shown = models("list", shop=tmp_path).stdout
    assert "1  " in shown
    assert shown.count("in service") == 1


def test_a_worse_model_says_so_and_is_not_in_service(tmp_path: Path) -> None:
    as_json("fit", "means", "--data", column(tmp_path / "rows.csv", 5, 5, 5, 5), shop=tmp_path)
    done = models("fit", "means", "--data", column(tmp_path / "rows.csv", 1, 1, 5, 5), shop=tmp_path)
    assert done.exit_code == 0
    assert "version 2: worse than the model in service: nearness" in done.stdout


def test_measuring_puts_the_baseline_beside_the_model(tmp_path: Path) -> None:
    rows, held = column(tmp_path / "rows.csv", 5, 5), column(tmp_path / "held.csv", 5)
    found = as_json("evaluate", "means", "--data", rows, "--test", held, shop=tmp_path)
    assert (found["set"], found["score"]["value"], found["better_than_baseline"]) == ("held.csv", 1.0, True)
    assert "model:\n  nearness" in models("evaluate", "means", "--data", rows, shop=tmp_path).stdout
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["fit", "dreams"], 2, "expected one of means, got 'dreams'"),
        (["fit", "means"], 1, "there is no shop in"),
        (["fit", "means", "--data", "/nowhere.csv"], 2, "does not exist"),
        (["fit", "means", "--data", "bad.csv"], 1, "bad.csv, row 3, column 'value': expected a number, got 'five'"),
        (["evaluate", "means", "--data", "short.csv"], 1, "expected two values or more, got 1"),
        (["rollback", "means"], 1, "nothing to go back to"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: list[str], code: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    column(tmp_path / "bad.csv", 5, "five")
    column(tmp_path / "short.csv", 5)
    done = models(*arguments, shop=tmp_path)
    assert (done.exit_code, done.stdout) == (code, "")
    assert sentence in " ".join(done.stderr.replace("│", " ").split())


async def test_serving_fits_what_was_never_fitted_in_a_process_beside_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "channels.fitting")
    await fitting.fit_missing(Settings(data=tmp_path))
    assert "means was not fitted, its baseline goes on" in caplog.text  # the process knows no such capability
    caplog.clear()
    await asyncio.to_thread(as_json, "fit", "means", "--data", column(tmp_path / "rows.csv", 5, 5), shop=tmp_path)
    await fitting.fit_missing(Settings(data=tmp_path))
    await fitting.fit_missing(Settings(data=tmp_path / "other", fit_models=False))
    async with fitting.fitted_beside(Settings(data=tmp_path / "other")):
        pass  # what is not done by the end is dropped
    assert caplog.records == []
