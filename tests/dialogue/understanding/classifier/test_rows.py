from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.understanding.classifier import Row, RowsError, read_rows


def test_intent_and_label_are_the_same_and_the_language_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '\ufeff{"text": "退款", "intent": "refund", "lang": "zh"}\n\n{"text": "hi", "label": "oos"}\n', "utf-8"
    )
    assert read_rows(path) == [Row("退款", "refund", "zh"), Row("hi", "oos")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": "a", "intent": "b"}\n{"text": "a"', "line 2: no JSON"),
        ('["a"]', "line 1: expected a JSON object"),
        ('{"text": "a"}', 'line 1: expected an "intent" or "label"'),
        ('{"text": " ", "intent": "b"}', 'line 1: expected a "text"'),
        ("", "is empty"),
    ],
)
def test_a_broken_file_is_refused_with_the_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    with pytest.raises(RowsError, match=said):
        read_rows(path)


def test_what_is_not_utf_8_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RowsError, match="not UTF-8"):
        read_rows(tmp_path / "rows.jsonl")
    with pytest.raises(RowsError, match="cannot be read"):
        read_rows(tmp_path / "none.jsonl")
