"""Labels of messages, on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.learning import Labels, LabelsError
from dialogue.learning.labels import KEPT_APART
from dialogue.understanding.teaching import Said


def test_labels_are_there_again_and_the_last_of_a_message_holds(tmp_path: Path) -> None:
    path = tmp_path / "nlu" / "labels.jsonl"
    labels = Labels(path)
    labels.add("bin the kettle", "en", "cancel_order")
    labels.add("Bin the kettle!", "en", "return_items")
    labels.add("来一张票", "zh", "request_invoice")
    labels.add("whatever", "en", None)
    again = Labels(path)
    assert set(again.said(apart=False)) == {
        Said("Bin the kettle!", "return_items", "en"),
        Said("来一张票", "request_invoice", "zh"),
    }
    assert again.has("bin the KETTLE", "en")
    assert again.has("whatever", "en")
    assert not again.has("bin the kettle", "zh")


def test_some_of_many_alike_are_kept_apart_and_stay_so(tmp_path: Path) -> None:
    labels = Labels(tmp_path / "labels.jsonl")
    for number in range(KEPT_APART):
        labels.add(f"bin it {number}", "en", "cancel_order")
    assert [said.text for said in labels.said(apart=True)] == [f"bin it {KEPT_APART - 1}"]
    labels.add(f"bin it {KEPT_APART - 1}", "en", "return_items")
    assert [said.intent for said in labels.said(apart=True)] == ["return_items"]
    assert len(labels.said(apart=False)) == KEPT_APART - 1


@given(st.lists(st.sampled_from(["a b", "c d", "e f", "?!"]), max_size=8), st.integers(0, 8))
def test_taking_back_leaves_what_was_there_before(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], kept: int
) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    labels, states = Labels(path), []
    for text in texts:
        states.append(labels.known)
        labels.add(text, "en", "return_items")
    kept = min(kept, len(texts))
    if kept < len(texts):
        labels.take_back(len(texts) - kept)
        assert labels.known == Labels(path).known == states[kept]


def test_a_line_that_is_no_label_is_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    Labels(path).add("bin it", "en", "cancel_order")
    path.write_text(path.read_text(encoding="utf-8") + '{"text": 5}\n', encoding="utf-8")
    with pytest.raises(LabelsError, match=r"labels\.jsonl:2: expected a label"):
        Labels(path)
