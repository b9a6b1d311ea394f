"""The cache of fitted classifiers: it saves time, and never more than that depends on it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dialogue.understanding import model_cache


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's cache that is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "xiaoer" / "models"


def learnt(folder: Path, version: str) -> Path:
    """A shop's folder after it has learnt."""
    folder.mkdir(exist_ok=True)
    (folder / f"intents-{version}.npz").write_text(version, encoding="utf-8")
    (folder / "utterances.faiss").write_text("vectors", encoding="utf-8")
    return folder


def test_what_one_shop_has_learnt_another_fetches(tmp_path: Path, cache: Path) -> None:
    assert not model_cache.fetch(tmp_path / "two", "v1")
    model_cache.keep(learnt(tmp_path / "one", "v1"), "v1")
    assert model_cache.fetch(tmp_path / "two", "v1")
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == ["intents-v1.npz", "utterances.faiss"]
    assert not model_cache.fetch(tmp_path / "two", "v2")
    assert [path.name for path in cache.iterdir()] == ["v1"]


def test_only_the_versions_last_used_are_kept(tmp_path: Path, cache: Path) -> None:
    for number in range(model_cache.KEPT):
        model_cache.keep(learnt(tmp_path / "one", f"v{number}"), f"v{number}")
        os.utime(cache / f"v{number}", (number, number))
    model_cache.fetch(tmp_path / "two", "v0")
    model_cache.keep(learnt(tmp_path / "one", "new"), "new")
    assert {path.name for path in cache.iterdir()} == {"new", "v0", *(f"v{n}" for n in range(2, model_cache.KEPT))}


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.parent.parent.mkdir()
    cache.parent.write_text("a file where a folder should be", encoding="utf-8")
    model_cache.keep(learnt(tmp_path / "one", "v1"), "v1")
    assert "was not kept" in caplog.text
    assert not model_cache.fetch(tmp_path / "two", "v1")
