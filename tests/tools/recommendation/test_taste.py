from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tools.recommendation.shops import shop
from tools.recommendation import taste_training
from tools.recommendation.taste import Taste


def test_without_a_file_there_is_no_taste(tmp_path: Path) -> None:
    assert Taste.load(tmp_path) is None


@pytest.mark.slow
def test_what_is_exported_says_what_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(taste_training, "EPOCHS", 4)
    rows = shop()
    network = taste_training.train(rows)
    exported = network.exported()
    exported.save(tmp_path)
    read = Taste.load(tmp_path)
    assert read is not None
    history = [3, 5, 9]
    with torch.no_grad():
        wanted = network.module(torch.tensor([history]))[0, -1].numpy()
    logits = network.module.vectors.weight[: len(rows.items)].detach().numpy() @ wanted
    scores = read.scores(history)
    assert scores is not None
    assert scores == pytest.approx(np.exp(logits - logits.max()), abs=1e-4)
    assert read.scores([]) is None
