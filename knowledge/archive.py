"""An export on disk: a folder, or a zip file when its name ends in ``.zip``; written beside its place, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from knowledge.errors import ExportRefusedError, ImportRefusedError

MANIFEST = "manifest.json"


class Sink(Protocol):
    """Takes named files, one at a time."""

    def open(self, name: str) -> IO[bytes]:
        """Begin a file; close it before the next one."""
        ...


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, name: str) -> IO[bytes]:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("wb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name, "w", force_zip64=True)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Sink]:
    """Write an archive; it appears at `path` when the block ends, and nothing remains of it when the block fails.

    An earlier export at `path` is replaced.

    Raises:
        ExportRefusedError: something that is no export is at `path`, or the folder around it cannot be written.
    """
    _require_free(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield _Zip(archive)
        else:
            part.mkdir()
            yield _Folder(part)
        _put(part, path)
    except PermissionError as error:
        raise ExportRefusedError(f"{path}: may not be written: {error.strerror}") from error
    finally:
        _remove(part)


def _require_free(path: Path) -> None:
    if path.suffix.lower() == ".zip":
        if path.is_dir():
            raise ExportRefusedError(f"{path} is a folder; name a file that does not exist yet")
    elif path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file():
        raise ExportRefusedError(f"{path} has other files in it; name a new folder, an empty one or an earlier export")
    elif path.is_file():
        raise ExportRefusedError(f"{path} is a file; name a folder, or a file that ends in .zip")


def _put(part: Path, path: Path) -> None:
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    if path.is_dir():
        path.rename(old)
    part.replace(path)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Archive:
    """Reads an archive.

    Raises:
        ImportRefusedError: neither a folder nor a zip file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        if path.is_file():
            try:
                self._zip = zipfile.ZipFile(path)
            except zipfile.BadZipFile as error:
                raise ImportRefusedError(
                    f"{path.name}: expected a folder or a zip file that was exported: {error}"
                ) from error

    def names(self) -> list[str]:
        """Return the names of the files in it; names that would lead out of it are left out."""
        if self._zip is not None:
            found = [entry.filename for entry in self._zip.infolist() if not entry.is_dir()]
        else:
            found = [file.relative_to(self.path).as_posix() for file in self.path.rglob("*") if file.is_file()]
        return sorted(name for name in found if is_inside(name))

    def open(self, name: str) -> IO[bytes]:
        """Open a file of the archive.

        Raises:
            ImportRefusedError: there is none of that name.
        """
        try:
            return self._zip.open(name) if self._zip is not None else (self.path / name).open("rb")
        except (KeyError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise ImportRefusedError(f"{self.path.name}: {name} is missing; expected an export of xiaoer") from error

    def close(self) -> None:
        """Close the zip file."""
        if self._zip is not None:
            self._zip.close()


def is_inside(name: str) -> bool:
    """Tell whether a relative name stays inside its folder."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
