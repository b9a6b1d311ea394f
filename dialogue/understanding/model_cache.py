"""The person's cache of fitted classifiers: a second shop with the same flows need not learn what the first one has learnt."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import platformdirs

KEPT = 4
"""Versions of each kind that stay, those last used; one is up to some 45 MB. What stands before the last hyphen is the kind."""
_log = logging.getLogger(__name__)


def fetch(folder: Path, version: str) -> bool:
    """Copy the files of a version into a shop's `folder`; False where there are none, or they cannot be copied."""
    kept = _home() / version
    if not kept.is_dir():
        return False
    return _copied(kept, [path.name for path in kept.iterdir()], folder)


def fetch_of_any(folder: Path, *names: str) -> None:
    """Copy files of these names into a shop's `folder` from the version last used that has them all, unless one is there already."""
    if any((folder / name).exists() for name in names):
        return
    with contextlib.suppress(OSError):  # another process may be throwing old versions away
        having = [kept for kept in _home().glob("[!.]*") if all((kept / name).exists() for name in names)]
        if having:
            _copied(max(having, key=lambda kept: kept.stat().st_mtime), names, folder)


def _copied(kept: Path, names: Iterable[str], folder: Path) -> bool:
    """Copy files of a version, those last that make it whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetched-") as partial:
            for name in sorted(names, key=lambda name: name.endswith(".npz")):
                shutil.copyfile(kept / name, Path(partial) / name)
                (Path(partial) / name).replace(folder / name)
        os.utime(kept)
    except OSError as error:
        _log.warning("the fitted model in %s was not copied (%s)", kept, error.strerror)
        return False
    return True


def keep(version: str, paths: Iterable[Path]) -> None:
    """Copy what a shop has learnt into the cache; where that fails, the next shop learns anew."""
    home = _home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix=".partial-") as partial:
            whole = Path(partial) / version
            whole.mkdir()
            for path in paths:
                shutil.copyfile(path, whole / path.name)
            shutil.rmtree(home / version, ignore_errors=True)
            whole.replace(home / version)
        kin = [path for path in home.glob("[!.]*") if _kind(path.name) == _kind(version)]
        for old in sorted(kin, key=lambda path: path.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        _log.warning("what was learnt was not kept in %s (%s)", home, error.strerror)


@contextlib.contextmanager
def learning(version: str) -> Iterator[None]:
    """Wait until no other process of this person learns a version: the second one finds in the cache what the first one has kept.

    Where nothing can be locked, both learn.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 (there is none on Windows)

    path = _home().parent / "learning" / version
    with contextlib.ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(
                held.enter_context(path.open("ab")), fcntl.LOCK_EX
            )  # let go of when closed, or when the process dies
        except OSError as error:
            _log.info("%s is learnt without a lock (%s)", version, error.strerror)
        yield
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _kind(version: str) -> str:
    return version.rpartition("-")[0]


def _home() -> Path:
    return platformdirs.user_cache_path("xiaoer") / "models"
