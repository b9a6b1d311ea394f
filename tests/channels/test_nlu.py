"""``xiaoer nlu``: a shop owner's own intents."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channels.cli import app
from tests.dialogue.understanding.classifier.messages import ASKED, ELSEWHERE, ROWS

runner = CliRunner()


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": r.text, "intent": r.label, "lang": r.lang}) + "\n" for r in ROWS))
    return path


def test_a_model_is_trained_and_measured(rows: Path, tmp_path: Path) -> None:
    done = runner.invoke(app, ["nlu", "train", str(rows), "--out", str(tmp_path / "model"), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["rows"], told["labels"]) == (36, ["parcel", "refund", "size"])
    tested = tmp_path / "asked.jsonl"
    asked = [{"text": text, "label": label, "lang": "en" if text.isascii() else "zh"} for text, label in ASKED]
    asked += [{"text": text, "label": "oos"} for text in ELSEWHERE]
    tested.write_text("".join(json.dumps(row) + "\n" for row in asked))
    done = runner.invoke(app, ["nlu", "test", str(tested), "--model", str(tmp_path / "model"), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["accuracy"]["value"], found["accuracy"]["n"]) == (1.0, 6)
    assert {key: found[key]["n"] for key in ("accuracy_zh", "accuracy_en", "out_of_scope_recall", "macro_f1")} == {
        "accuracy_zh": 3, "accuracy_en": 3, "out_of_scope_recall": 3, "macro_f1": 6,
    }  # fmt: skip
    assert found["ms_per_message"] > 0


def test_an_encoder_that_cannot_be_loaded_ends_with_one_sentence_and_1(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    done = runner.invoke(app, ["nlu", "train", str(rows), "--out", str(tmp_path / "model"), "--encoder", "some/model"])
    assert done.exit_code == 1
    assert "xiaoer: the encoder 'some/model' needs torch and transformers" in done.stderr
    assert not (tmp_path / "model").exists()


def test_bad_input_ends_with_one_sentence_and_1(rows: Path, tmp_path: Path) -> None:
    with rows.open("a") as file:
        file.write('{"text": "no label"}\n')
    done = runner.invoke(app, ["nlu", "train", str(rows), "--out", str(tmp_path / "model")])
    assert done.exit_code == 1
    assert "line 37" in done.stderr
    assert not (tmp_path / "model").exists()
    (tmp_path / "empty").mkdir()
    done = runner.invoke(app, ["nlu", "test", str(rows), "--model", str(tmp_path / "empty")])
    assert done.exit_code == 1
    done = runner.invoke(app, ["nlu", "train", str(tmp_path / "absent.jsonl"), "--out", str(tmp_path / "model")])
    assert done.exit_code == 2
