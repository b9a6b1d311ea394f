"""``xiaoer nlu review``, ``retrain`` and ``rollback`` on a real shop: what was read wrongly is read rightly after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from channels.cli import app

WISH, OTHER = "lemme bin that kettle thing", "make the numbers nicer"


def xiaoer(data: Path, *words: str, keys: str = "") -> Result:
    return CliRunner().invoke(app, [*words, "--data", str(data)], input=keys)


def say(data: Path, text: str) -> str:
    done = xiaoer(data, "say", "--as", "C1002", text)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.slow
def test_a_message_that_was_misread_is_labelled_taught_and_taken_back(demo_data: Path) -> None:
    before = say(demo_data, WISH)
    say(demo_data, OTHER)
    groups = json.loads(xiaoer(demo_data, "nlu", "review", "--json").stdout)["groups"]
    assert [(group["messages"], group["whys"]) for group in groups] == [([WISH], ["unsure"]), ([OTHER], ["unsure"])]

    shown = xiaoer(demo_data, "nlu", "review", keys="su/cancel_o\ns")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("→ skipped") == 2
    assert shown.stdout.count("→ cancel_order") == 1
    assert "no doubtful messages" in xiaoer(demo_data, "nlu", "review").stdout

    trained = xiaoer(demo_data, "nlu", "retrain", "--json")
    assert trained.exit_code == 0, trained.output
    told = json.loads(trained.stdout)
    assert (told["version"], told["trained_on"], told["kept_apart"]) == (1, 1, 0)
    assert set(told["compared"]) == {"zh", "en"}
    assert "nothing was labelled since" in xiaoer(demo_data, "nlu", "retrain").stderr

    after = say(demo_data, WISH)
    assert "order" in after.lower()
    assert after != before
    assert "what ships is used" in xiaoer(demo_data, "nlu", "rollback").stdout
    assert say(demo_data, WISH) == before


def test_without_labels_there_is_nothing_to_learn(demo_data: Path) -> None:
    done = xiaoer(demo_data, "nlu", "retrain")
    assert (done.exit_code, done.stderr.strip()) == (
        1,
        "xiaoer: there are no labels to learn from: give some with `xiaoer nlu review`",
    )
    assert "nothing to go back to" in xiaoer(demo_data, "nlu", "rollback").stderr


def test_a_folder_without_a_shop_is_named(tmp_path: Path) -> None:
    done = xiaoer(tmp_path, "nlu", "review")
    assert done.exit_code == 1
    assert f"there is no shop in {tmp_path}" in done.stderr
