"""The messages that the model of moods learns from."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

from dialogue.understanding import data
from dialogue.understanding.classifier import Row
from dialogue.understanding.emotion import training
from dialogue.understanding.emotion.evidence import MOODS

COMMENTS = [
    {"text": "[NAME] is furious", "labels": ["anger", "surprise"]},
    {"text": "he is furious", "labels": ["anger", "disgust"]},
    {"text": "thanks, what?", "labels": ["gratitude", "confusion"]},
    {"text": "so funny", "labels": ["amusement"]},
]


def test_every_mood_is_told_in_both_languages_in_many_lines() -> None:
    lines = Counter((row.lang, row.label) for row in {row.group: row for row in training.lines()}.values())
    assert set(lines) == {(lang, mood) for lang in ("zh", "en") for mood in MOODS}
    assert min(lines.values()) >= 55


def test_no_line_breaks_the_notation_and_no_message_is_drawn_twice() -> None:
    moods = data.read_yaml("mood_lines.yaml")
    every = [(str(line), lang) for lang in moods for lines in moods[lang].values() for line in lines]
    assert [line for line, lang in every if data.fault_of(line, lang)] == []
    texts = [row.text for row in training.lines()]
    assert all(texts)
    assert len(set(texts)) == len(texts)


def test_comments_count_where_all_their_emotions_are_one_mood(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, COMMENTS)).encode()))
    assert training.comments(tmp_path) == [Row("he is furious", "angry", "en", weight=0.05)]
