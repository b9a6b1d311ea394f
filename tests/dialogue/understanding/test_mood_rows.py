"""Labelled moods are read, and what is wrong is named with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialogue.understanding.classifier.rows import RowsError
from dialogue.understanding.mood_rows import MoodRow, read_mood_rows


def test_texts_and_recordings_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    rows = [{"text": "太慢了", "emotion": "Anger"}, {"audio": "a.wav", "emotion": "boredom", "speaker": 7}]
    (tmp_path / "moods.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert read_mood_rows(tmp_path / "moods.jsonl") == [
        MoodRow("angry", text="太慢了"),
        MoodRow("calm", audio=tmp_path / "a.wav", speaker="7"),
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "is empty: expected lines like"),
        ("{", "line 1: no JSON"),
        ('{"text": "hm", "emotion": "furious"}', r"line 1: expected an \"emotion\" of calm, .*, got 'furious'"),
        ('{"text": "hm"}', 'line 1: expected an "emotion" of calm, .*, got None'),
        ('{"text": " ", "emotion": "sad"}', 'line 1: expected a "text" with words in it or an "audio" file, got \' \''),
        ('{"audio": "a.wav", "emotion": "sad"}', 'line 1: expected a "speaker" for the recording, got None'),
        ('{"audio": "b.wav", "emotion": "sad", "speaker": "x"}', r"line 1: there is no file .*b\.wav"),
        ('{"audio": 3, "emotion": "sad", "speaker": "x"}', 'line 1: expected the name of a file as "audio", got 3'),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "a.wav").touch()
    (tmp_path / "moods.jsonl").write_text(line)
    with pytest.raises(RowsError, match=complaint):
        read_mood_rows(tmp_path / "moods.jsonl")
