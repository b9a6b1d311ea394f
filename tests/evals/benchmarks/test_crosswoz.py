"""The state tracking benchmark reads the words of both sides, and nothing that a person would not hear."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.benchmarks import crosswoz
from evals.benchmarks.base import BenchmarkError, Job
from evals.benchmarks.splits import shared
from tests.evals.benchmarks import sets


def test_turns_hold_words_and_the_filled_slots_alone(tmp_path: Path) -> None:
    sets.crosswoz(tmp_path)
    first, second = crosswoz.dialogues(tmp_path / "crosswoz", "valid.jsonl")[0].turns
    assert (first.heard.before, first.state) == ("", {("酒店", "价格"): "100-200元"})
    assert second.heard.before == "为您推荐青松旅馆。"


def test_names_of_the_databases_are_values_of_every_slot_that_takes_one(tmp_path: Path) -> None:
    sets.crosswoz(tmp_path)
    found = crosswoz.values(tmp_path / "crosswoz")
    assert found["酒店", "名称"] == found["餐馆", "周边酒店"] == {"青松旅馆", "白云旅馆"}
    assert "青松旅馆" in found["出租", "目的地"]
    assert found["餐馆", "推荐菜"] == {"红烧鱼"}


def test_a_dialogue_is_on_one_side(tmp_path: Path, shared_data: Path) -> None:
    for data in (tmp_path, shared_data):
        if data is tmp_path:
            sets.crosswoz(data)
        for parts in crosswoz.splits(Job(data)):
            assert not shared(parts.train, parts.held, lambda dialogue: dialogue.id)


def test_a_message_without_a_state_is_named(tmp_path: Path) -> None:
    sets.crosswoz(tmp_path)
    path = tmp_path / "crosswoz" / "valid.jsonl"
    broken = {"dialog_id": "d9", "messages": [{"content": "你好"}, {"content": "您好"}]}
    path.write_text(path.read_text("utf-8") + json.dumps(broken, ensure_ascii=False), "utf-8")
    with pytest.raises(BenchmarkError, match=r"dialogue d9: a message without 'sys_state_init'"):
        crosswoz.dialogues(tmp_path / "crosswoz", "valid.jsonl")
