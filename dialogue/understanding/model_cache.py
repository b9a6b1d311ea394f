"""The person's cache of fitted classifiers: a second shop with the same flows need not learn what the first one has learnt."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

import platformdirs

KEPT = 4
"""Versions that stay, those last used; one is some 30 MB."""
_log = logging.getLogger(__name__)


def fetch(folder: Path, version: str) -> bool:
    """Copy the files of a version into a shop's `folder`; False where there are none, or they cannot be copied."""
    kept = _home() / version
    if not kept.is_dir():
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetched-") as partial:
            for path in sorted(kept.iterdir(), key=lambda path: path.suffix == ".npz"):
                shutil.copyfile(path, Path(partial) / path.name)
                (Path(partial) / path.name).replace(folder / path.name)
        os.utime(kept)
    except OSError as error:
        _log.warning("the fitted model in %s was not copied (%s)", kept, error.strerror)
        return False
    return True


def keep(folder: Path, version: str) -> None:
    """Copy what a shop has learnt from its `folder` into the cache; where that fails, the next shop learns anew."""
    home = _home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=".partial-") as partial:
            whole = Path(partial) / version
            whole.mkdir()
            for path in (*folder.glob(f"intents-{version}.npz"), *folder.glob("utterances.faiss*")):
                shutil.copyfile(path, whole / path.name)
            shutil.rmtree(home / version, ignore_errors=True)
            whole.replace(home / version)
        versions = sorted(home.glob("[!.]*"), key=lambda path: path.stat().st_mtime)
        for old in versions[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        _log.warning("what was learnt was not kept in %s (%s)", home, error.strerror)


def _home() -> Path:
    return platformdirs.user_cache_path("xiaoer") / "models"
