"""The messages by which the mood of a text is judged."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from dialogue.commands import Emotion
from dialogue.understanding.emotion import training
from dialogue.understanding.emotion.evidence import MOODS
from evals.metrics import Share
from evals.moods import Message, calibration_error, figures, read_messages
from knowledge.embedding import HashingEmbedder, default_embedder

MESSAGES = read_messages()


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())


def test_no_message_is_one_of_training_or_stands_twice() -> None:
    taught = {letters(row.text) for row in training.lines()}
    said = [letters(message.text) for message in MESSAGES]
    assert [words for words in said if words in taught] == []
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_mood_and_what_is_hard_about_moods_is_asked_for(lang: str) -> None:
    mine = [message for message in MESSAGES if message.lang == lang]
    moods, kinds = Counter(message.label for message in mine), Counter(message.kind for message in mine)
    assert set(moods) == set(MOODS)
    assert min(moods.values()) >= 17
    assert kinds["sarcasm"] + kinds["polite"] >= 20
    assert kinds["scary"] >= 20


def test_the_figures_of_four_messages() -> None:
    messages = [
        Message("a", "angry", "en"),
        Message("b", "calm", "en", "scary"),
        Message("c", "annoyed", "en", "sarcasm"),
        Message("d", "calm", "en", "scary"),
    ]
    found = figures(
        messages,
        [
            Emotion(label="angry", score=0.9, intensity=0.9),
            Emotion(label="angry", score=0.9, intensity=0.8),
            Emotion(label="unknown", score=0.3, chances={"annoyed": 0.3}),
            Emotion(label="calm", score=0.9),
        ],
    )
    assert found.macro_f1["value"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3, abs=1e-4)
    assert (found.claimed, found.anger_precision, found.anger_recall) == (Share(3, 4), Share(1, 2), Share(1, 1))
    assert (found.ironic, found.untroubled) == (Share(0, 1), Share(1, 2))
    assert found.ece == pytest.approx((0.7 + 0.7) / 4)


def test_scores_that_are_as_often_right_as_they_say_have_no_calibration_error() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([1.0, 1.0], [False, True]) == pytest.approx(0.5)
    assert calibration_error([], []) == 0


@pytest.mark.skipif(default_embedder().name == HashingEmbedder.name, reason="no sentence encoder is installed")
def test_the_model_reads_moods_in_both_languages_as_words_alone_do_not() -> None:
    command = [sys.executable, "-m", "evals.moods", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True, timeout=120).stdout)
    for lang in ("zh", "en"):
        assert found["model"][lang]["macro_f1"]["value"] >= 0.78 > found["words"][lang]["macro_f1"]["value"]
        assert found["model"][lang]["ece"] <= 0.13
        assert found["model"][lang]["anger_precision"]["value"] == 1
        assert found["model"][lang]["untroubled"]["value"] >= 0.9
        assert found["model"][lang]["ironic"]["value"] >= 0.8
