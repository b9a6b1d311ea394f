"""The cache of fitted classifiers: it saves time, and never more than that depends on it."""

from __future__ import annotations

import os
import threading
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


def keep(folder: Path, version: str) -> None:
    model_cache.keep(version, learnt(folder, version).iterdir())


def test_what_one_shop_has_learnt_another_fetches(tmp_path: Path, cache: Path) -> None:
    assert not model_cache.fetch(tmp_path / "two", "v1")
    keep(tmp_path / "one", "v1")
    assert model_cache.fetch(tmp_path / "two", "v1")
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == ["intents-v1.npz", "utterances.faiss"]
    assert not model_cache.fetch(tmp_path / "two", "v2")
    assert [path.name for path in cache.iterdir()] == ["v1"]


def test_only_the_versions_last_used_of_each_kind_are_kept(tmp_path: Path, cache: Path) -> None:
    keep(tmp_path / "one", "merchants-v1")
    os.utime(cache / "merchants-v1", (0, 0))
    for number in range(model_cache.KEPT):
        keep(tmp_path / "one", f"v{number}")
        os.utime(cache / f"v{number}", (number, number))
    model_cache.fetch(tmp_path / "two", "v0")
    keep(tmp_path / "one", "new")
    last = {"new", "v0", *(f"v{n}" for n in range(2, model_cache.KEPT))}
    assert {path.name for path in cache.iterdir()} == {*last, "merchants-v1"}


def test_a_file_that_other_versions_have_too_comes_from_the_one_last_used(tmp_path: Path, cache: Path) -> None:
    model_cache.fetch_of_any(tmp_path / "none", "utterances.faiss")
    assert not (tmp_path / "none").exists()
    for number in range(2):
        (learnt(tmp_path / "one", f"v{number}") / "utterances.faiss").write_text(f"of v{number}", encoding="utf-8")
        model_cache.keep(f"v{number}", (tmp_path / "one").iterdir())
        os.utime(cache / f"v{number}", (-number, -number))
    model_cache.fetch_of_any(tmp_path / "two", "utterances.faiss", "nothing of that name")
    assert not (tmp_path / "two").exists()
    model_cache.fetch_of_any(tmp_path / "two", "utterances.faiss")
    assert [path.read_text() for path in (tmp_path / "two").iterdir()] == ["of v0"]
    model_cache.keep("v2", (learnt(tmp_path / "three", "v2")).iterdir())
    model_cache.fetch_of_any(tmp_path / "two", "utterances.faiss")
    assert [path.read_text() for path in (tmp_path / "two").iterdir()] == ["of v0"]


def test_who_would_learn_the_same_waits_and_finds_it(tmp_path: Path, cache: Path) -> None:
    found: list[bool] = []

    def second() -> None:
        with model_cache.learning("v1"):
            found.append(model_cache.fetch(tmp_path / "two", "v1"))

    with model_cache.learning("v1"):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=0.1)
        assert found == []
        keep(tmp_path / "one", "v1")
    waiting.join(timeout=10)
    assert found == [True]
    assert list((cache.parent / "learning").iterdir()) == []


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.parent.parent.mkdir()
    cache.parent.write_text("a file where a folder should be", encoding="utf-8")
    keep(tmp_path / "one", "v1")
    assert "was not kept" in caplog.text
    with model_cache.learning("v1"):
        pass
    assert not model_cache.fetch(tmp_path / "two", "v1")
