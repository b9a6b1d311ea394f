from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.transformers_embedding import EncoderUnavailableError, TransformersEmbedder

WITH_TORCH = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or importlib.util.find_spec("transformers") is None,
    reason="the extra hf is not installed",
)


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    """A tiny BERT with random weights."""
    transformers: Any = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "where", "is", "my", "parcel", "退", "款"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    transformers.BertTokenizerFast(vocab=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    shape = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    transformers.BertModel(shape).save_pretrained(tmp_path)
    return tmp_path


@WITH_TORCH
@pytest.mark.filterwarnings("ignore")
def test_an_encoder_from_a_folder_gives_rows_of_length_one_in_the_order_of_the_texts(encoder: Path) -> None:
    embedder = TransformersEmbedder(str(encoder))
    texts = ["where is my parcel " * 80, "退款", "", "\ud800"]
    vectors = embedder.encode(texts)
    assert vectors.shape == (4, embedder.dimension) == (4, 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.allclose(embedder.encode(["退款"])[0], vectors[1], atol=1e-4)
    assert embedder.encode([]).shape == (0, 16)
    assert TransformersEmbedder(str(encoder)).version == embedder.version


def test_without_the_packages_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(EncoderUnavailableError, match=r"'some/model' needs torch.+pip install 'xiaoer\[hf\]'"):
        TransformersEmbedder("some/model")


@WITH_TORCH
@pytest.mark.filterwarnings("ignore")
def test_a_folder_without_a_model_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match=r"cannot be loaded .+ expected the name of a model") as raised:
        TransformersEmbedder(str(tmp_path))
    assert "\n" not in str(raised.value)
