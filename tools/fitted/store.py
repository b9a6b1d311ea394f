"""Versions of a shop's fitted models below its data folder, and which of them is in service.

``models/NAME/0003/`` holds the files of a version and ``version.json``; ``models/NAME/active.json`` names the version in service.
A version appears whole or not at all, so a server may read while a command writes.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pydantic

from knowledge.types import JsonObject
from knowledge.whole_files import write_whole
from tools.fitted.errors import VersionError

FOLDER = Path("models")
"""Where the store stands in a data folder."""


class Version(pydantic.BaseModel):
    """A fitted model as it was kept."""

    model_config = pydantic.ConfigDict(frozen=True)

    number: int
    """From 1."""
    at: dt.datetime
    source: str
    """What it was fitted on: ``shop``, or the name of a file."""
    training: JsonObject = pydantic.Field(default_factory=dict)
    figures: JsonObject = pydantic.Field(default_factory=dict)
    """How it compared, when it was fitted, with the model that was in service then and with the baseline."""
    adopted: bool = True
    """False: it was worse than the model in service and never took its place."""
    before: int | None = None
    """The version that was in service when this one took its place; None: the rules of a cold start."""


class _Active(pydantic.BaseModel):
    number: int | None = None


class ModelStore:
    """The versions of one capability.

    Args:
        data: the shop's data folder.
        name: of the capability.
    """

    def __init__(self, data: Path, name: str) -> None:
        self.folder = data / FOLDER / name
        self._pointer = self.folder / "active.json"

    def versions(self) -> list[Version]:
        """Return all of them, oldest first.

        Raises:
            VersionError.
        """
        return [self._read(path) for path in sorted(self.folder.glob("[0-9]*/version.json"))]

    def active(self) -> Version | None:
        """Return the version in service; None: nothing was fitted, or what was fitted was rolled back.

        Raises:
            VersionError.
        """
        number = self._active_number()
        return None if number is None else self._read(self.files(number) / "version.json")

    def stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever another version is put in service; costs one look at a file."""
        try:
            found = self._pointer.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def files(self, number: int) -> Path:
        """Return the folder of a version."""
        return self.folder / f"{number:04d}"

    def keep(self, save: Callable[[Path], None], version: Version) -> Version:
        """Write a version under the next free number and, where it was adopted, put it in service.

        Args:
            save: writes the model's files into the folder that it is given.
            version: its number and `before` are chosen here.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".partial-") as partial:
            whole = Path(partial) / "version"
            whole.mkdir()
            save(whole)
            kept = self._place(whole, version)
        if kept.adopted:
            self._point(kept.number)
        return kept

    def _place(self, whole: Path, version: Version) -> Version:
        """Move a written version to the next free number; another process may be doing the same."""
        number = 1 + max((int(path.name) for path in self.folder.glob("[0-9]*")), default=0)
        while True:
            kept = version.model_copy(update={"number": number, "before": self._active_number()})
            (whole / "version.json").write_text(kept.model_dump_json(indent=2), encoding="utf-8")
            try:
                whole.rename(self.files(number))
            except OSError:
                if not self.files(number).exists():
                    raise
                number += 1
            else:
                return kept

    def use(self, number: int) -> Version:
        """Put a version in service.

        Raises:
            VersionError: there is none of that number.
        """
        found = self._read(self.files(number) / "version.json")
        self._point(number)
        return found

    def roll_back(self) -> Version | None:
        """Put the version in service that the present one took the place of; returns it, None for the cold start.

        Raises:
            VersionError: nothing was fitted.
        """
        active = self.active()
        if active is None:
            raise VersionError(f"nothing to go back to: no fitted model of {self.folder.name} is in service")
        self._point(active.before)
        return self.active()

    def forget(self, keep: int) -> None:
        """Remove the oldest versions but the last `keep` and the one in service."""
        numbers = [version.number for version in self.versions()]
        for number in numbers[: max(0, len(numbers) - keep)]:
            if number != self._active_number():
                shutil.rmtree(self.files(number), ignore_errors=True)

    def _active_number(self) -> int | None:
        try:
            return _Active.model_validate_json(self._pointer.read_bytes()).number
        except FileNotFoundError:
            return None
        except (OSError, pydantic.ValidationError) as error:
            raise VersionError(f"{self._pointer} cannot be read: expected {{'number': N}}") from error

    def _point(self, number: int | None) -> None:
        write_whole(self._pointer, _Active(number=number).model_dump_json().encode())

    def _read(self, path: Path) -> Version:
        try:
            return Version.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise VersionError(f"there is no version {path.parent.name} of {self.folder.name}") from None
        except (OSError, pydantic.ValidationError) as error:
            raise VersionError(f"{path} cannot be read: expected what `xiaoer models fit` writes") from error
