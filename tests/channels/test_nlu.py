"""``xiaoer nlu``: a shop owner's own intents and slots."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from channels.cli import app
from dialogue.understanding.classifier import read_rows
from dialogue.understanding.slots import Example
from tests.dialogue.understanding.classifier.messages import ASKED, ELSEWHERE, ROWS
from tests.dialogue.understanding.slots import orders
from tests.docs import blocks

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


def _with_slots(path: Path, examples: list[Example], intent: str | None = None) -> Path:
    rows = [
        {
            "text": one.text,
            "slots": [{"start": slot.start, "end": slot.end, "label": slot.label} for slot in one.slots],
            "lang": "en" if one.text.isascii() else "zh",
            **({} if intent is None else {"intent": intent if one.slots else "talk"}),
        }
        for one in examples
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _json(*arguments: str) -> dict[str, Any]:
    done = runner.invoke(app, ["nlu", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("intent", [None, "order"])
def test_slots_are_trained_measured_and_read(tmp_path: Path, intent: str | None) -> None:
    model = str(tmp_path / "model")
    trained = _json("train", str(_with_slots(tmp_path / "rows.jsonl", orders.EXAMPLES, intent)), "--out", model)
    assert (trained["slots"], trained["labels"]) == (["day", "thing"], [] if intent is None else ["order", "talk"])
    found = _json("test", str(_with_slots(tmp_path / "asked.jsonl", orders.ASKED, intent)), "--model", model)
    assert ("accuracy" in found) == (intent is not None)
    assert (found["slot_f1"]["value"], found["slot_f1"]["n"], found["slot_f1"]["slots"]) == (1.0, 4, 8)
    assert (found["slot_precision"], found["slot_recall"]) == (1.0, 1.0)
    assert (found["slot_f1_zh"]["value"], found["slot_f1_en"]["value"]) == (1.0, 1.0)
    assert found["slots_by_label"] == {
        label: {"n": 4, "precision": 1.0, "recall": 1.0, "f1": 1.0} for label in ("day", "thing")
    }
    assert found["slots_ms_per_message"] > 0
    [asked] = [one for one in orders.ASKED if one.text.startswith("请")]
    read = _json("read", asked.text, "--model", model)
    assert read.get("intent") == intent
    assert [(slot["value"], slot["label"]) for slot in read["slots"]] == [("周五", "day"), ("蓝色水壶", "thing")]
    assert all(0 < slot["score"] <= 1 for slot in read["slots"])
    told = runner.invoke(app, ["nlu", "read", asked.text, "--model", model])
    assert "蓝色水壶" in told.stdout


def test_a_model_without_slots_is_measured_on_rows_that_have_some(rows: Path, tmp_path: Path) -> None:
    model = str(tmp_path / "model")
    assert _json("train", str(rows), "--out", model)["slots"] == []
    found = _json("test", str(_with_slots(tmp_path / "asked.jsonl", orders.ASKED, "parcel")), "--model", model)
    assert "accuracy" in found
    assert "slot_f1" not in found
    assert _json("read", "where is my parcel", "--model", model)["intent"] == "parcel"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"text": "hi", "slots": [{"start": 0, "end": 9, "label": "x"}]}', "line 1: expected 'x' inside the text"),
        ('{"text": "hi", "slots": {"x": "hello"}}', "line 1: the text lacks 'hello'"),
        ('{"text": "hi you", "slots": {"x": "hi you", "y": "you"}}', "or another slot holds it"),
        ('{"text": "hi", "slots": "hi"}', 'line 1: expected "slots" as'),
        ('{"text": "hi", "slots": {}}', "expected rows with an intent or with slots, got neither in 1"),
    ],
)
def test_slots_that_do_not_fit_end_with_one_sentence_and_1(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "rows.jsonl").write_text(line + "\n")
    done = runner.invoke(app, ["nlu", "train", str(tmp_path / "rows.jsonl"), "--out", str(tmp_path / "model")])
    assert done.exit_code == 1
    assert said in done.stderr
    assert not (tmp_path / "model").exists()


def test_damaged_slots_end_with_one_sentence_and_1(tmp_path: Path) -> None:
    path = _with_slots(tmp_path / "rows.jsonl", orders.EXAMPLES)
    _json("train", str(path), "--out", str(tmp_path / "model"))
    (tmp_path / "model/slots.npz").write_bytes(b"PK")
    done = runner.invoke(app, ["nlu", "test", str(path), "--model", str(tmp_path / "model")])
    assert done.exit_code == 1
    assert "holds no slots that can be read" in done.stderr


def test_the_documented_rows_and_code_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [printed] = blocks("train-your-own", "jsonl")
    Path("rows.jsonl").write_text(printed, encoding="utf-8")
    assert [[row.text[slot.start : slot.end] for slot in row.slots or ()] for row in read_rows(Path("rows.jsonl"))] == [
        ["green kettle", "Monday"], ["周五", "台灯"], ["scarf"], ["围巾", "茶具"], [],
    ]  # fmt: skip
    [code] = blocks("train-your-own", "python")
    exec(compile(code, "docs/train-your-own.md", "exec"), {})
