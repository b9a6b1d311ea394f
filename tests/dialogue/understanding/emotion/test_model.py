"""The model of moods and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.classifier import Row
from dialogue.understanding.emotion import training
from dialogue.understanding.emotion.evidence import MOODS, evidence
from dialogue.understanding.emotion.model import WEIGHTS, MoodModel, MoodModelError
from dialogue.understanding.text import read
from knowledge.embedding import HashingEmbedder, default_embedder

SAID = {
    "calm": "where is order", "satisfied": "thank you lovely", "confused": "what do you mean", "anxious": "worried is it lost",
    "annoyed": "still waiting again", "angry": "you are liars", "sad": "it died so sad",
}  # fmt: skip
ROWS = [Row(f"{words} {place}", mood, "en", group=str(place)) for mood, words in SAID.items() for place in range(8)]
COMMENTS = [Row("a comment", "calm", "en", weight=0.05)]


def test_a_model_learns_its_messages_and_is_the_same_each_time() -> None:
    (model, held), (again, _) = (training.fit(ROWS, COMMENTS, HashingEmbedder()) for _ in range(2))
    vectors = HashingEmbedder().encode([row.text for row in ROWS])
    features = np.stack([evidence(read(row.text)).features() for row in ROWS])
    chances = model.chances(vectors, features)
    assert [MOODS[best] for best in chances.argmax(axis=1)] == [row.label for row in ROWS]
    assert np.array_equal(chances, again.chances(vectors, features))
    assert held.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert np.mean([MOODS[best] == row.label for best, row in zip(held.argmax(axis=1), ROWS, strict=True)]) > 0.9


def test_one_message_reads_as_it_does_among_many(tmp_path: Path) -> None:
    model, _ = training.fit(ROWS, COMMENTS, HashingEmbedder())
    model.save(tmp_path / "moods.npz")
    kept = MoodModel.load(tmp_path / "moods.npz")
    vectors = HashingEmbedder().encode([row.text for row in ROWS])
    features = np.stack([evidence(read(row.text)).features() for row in ROWS])
    assert kept.chances(vectors[:1], features[:1])[0] == pytest.approx(model.chances(vectors, features)[0], abs=1e-4)
    assert kept.reads(HashingEmbedder())
    assert not kept.reads(default_embedder()) or default_embedder().name == HashingEmbedder.name


def test_a_file_of_other_moods_is_refused(tmp_path: Path) -> None:
    with np.load(WEIGHTS) as data:
        arrays = {**data, "moods": np.array(["calm", "bored"])}
    np.savez(tmp_path / "moods.npz", **arrays)
    with pytest.raises(MoodModelError, match="bored"):
        MoodModel.load(tmp_path / "moods.npz")


@pytest.mark.parametrize("name", ["absent.npz", "damaged.npz"])
def test_a_file_that_is_no_model_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "damaged.npz").write_bytes(b"PK")
    with pytest.raises(MoodModelError, match=name):
        MoodModel.load(tmp_path / name)


@pytest.mark.skipif(default_embedder().name == HashingEmbedder.name, reason="no sentence encoder is installed")
def test_the_weights_that_ship_are_of_this_data_code_and_encoder_and_small() -> None:
    model = MoodModel.load(WEIGHTS)
    assert model.fingerprint == training.fingerprint(default_embedder()), "run dialogue.understanding.emotion.training"
    assert model.reads(default_embedder())
    assert WEIGHTS.stat().st_size < 2_000_000
