"""The intent classifier: fitted, saved, loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.understanding.intents import Example, IntentModel, fit
from knowledge.embedding import HashingEmbedder

EMBEDDER = HashingEmbedder()
ROWS = [
    Example(text, intent, group=number)
    for number, (text, intent) in enumerate(
        (f"{text} {more}", intent)
        for text, intent in (("where is my parcel", "track"), ("give my money back", "refund"), ("包裹到哪了", "track"), ("退钱给我", "refund"))
        for more in ("please", "now", "快点", "today")
    )
]  # fmt: skip
MODEL = fit(ROWS, EMBEDDER)


def best(model: IntentModel, text: str) -> str:
    return model.labels[int(model.chances(text, EMBEDDER.encode([text])[0]).argmax())]


@pytest.mark.parametrize(
    ("text", "intent"),
    [("where is the parcel", "track"), ("my money back", "refund"), ("包裹在哪", "track"), ("退钱", "refund")],
)
def test_what_was_taught_is_recognised_in_other_words(text: str, intent: str) -> None:
    assert best(MODEL, text) == intent


@settings(deadline=None)
@given(st.text(max_size=100))
def test_chances_of_any_text_sum_to_one(text: str) -> None:
    chances = MODEL.chances(text, EMBEDDER.encode([text])[0])
    assert chances.shape == (2,)
    assert float(chances.sum()) == pytest.approx(1.0, abs=1e-5)


def test_a_saved_model_gives_the_same_chances(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "deep" / "model.npz")
    loaded = IntentModel.load(tmp_path / "deep" / "model.npz")
    vector = EMBEDDER.encode(["where is it"])[0]
    assert loaded.labels == MODEL.labels
    np.testing.assert_allclose(loaded.chances("where is it", vector), MODEL.chances("where is it", vector), rtol=1e-5)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model.npz"]


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 cut off"])
def test_a_broken_file_is_a_value_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.npz is not a fitted intent model"):
        IntentModel.load(path)


def test_a_file_cut_off_is_a_value_error(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    MODEL.save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match="not a fitted intent model"):
        IntentModel.load(path)
