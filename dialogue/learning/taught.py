"""What the understander of a shop is taught beside what ships: the version in use, and those before it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pydantic

from dialogue.errors import DialogueError
from dialogue.understanding.data import intents
from dialogue.understanding.teaching import Procedures, Said
from knowledge.whole_files import write_whole

TAUGHT = Path("nlu") / "taught.json"
"""Where it stands in a data folder."""


class TaughtError(DialogueError):
    """The file cannot be read, or there is nothing to go back to."""


class Version(pydantic.BaseModel):
    """A set of messages that was taught at one time."""

    model_config = pydantic.ConfigDict(frozen=True)

    number: int
    """From 1; version 0 is what ships."""
    at: dt.datetime
    model: str
    """Name of the understander that learned it, as every understood message records it."""
    figures: dict[str, Any]
    """How it compared with the version before it."""
    said: tuple[Said, ...]
    before: int = 0
    """The version that was in use when this one was made."""


class _File(pydantic.BaseModel):
    active: int = 0
    versions: tuple[Version, ...] = ()


def with_taught(procedures: Procedures, data: Path) -> Procedures:
    """Return what the understander has to know, with the messages that a shop's version in use teaches.

    Raises:
        TaughtError.
    """
    return with_said(procedures, Taught(data / TAUGHT).said)


def with_said(procedures: Procedures, said: Iterable[Said]) -> Procedures:
    """Return what the understander has to know, with what people said; messages of a flow that is there no more are left out."""
    wanted = procedures.flows | intents()
    return dataclasses.replace(procedures, said=tuple(one for one in said if one.intent in wanted))


class Taught:
    """Versions of what a shop's understander was taught; a start of the platform uses the active one."""

    def __init__(self, path: Path) -> None:
        """Read them.

        Raises:
            TaughtError.
        """
        self._path = path
        try:
            self._file = _File.model_validate_json(path.read_bytes()) if path.exists() else _File()
        except pydantic.ValidationError as error:
            raise TaughtError(f"{path} cannot be read: {error.errors()[0]['msg']}") from error

    @property
    def versions(self) -> tuple[Version, ...]:
        """All of them, oldest first."""
        return self._file.versions

    @property
    def active(self) -> Version | None:
        """The one in use; None: what ships."""
        return next((version for version in self.versions if version.number == self._file.active), None)

    @property
    def said(self) -> tuple[Said, ...]:
        """The messages of the version in use."""
        return self.active.said if self.active is not None else ()

    def adopt(self, said: tuple[Said, ...], *, model: str, figures: dict[str, Any], at: dt.datetime) -> Version:
        """Use these messages from the next start on."""
        number = 1 + max((version.number for version in self.versions), default=0)
        version = Version(number=number, at=at, model=model, figures=figures, said=said, before=self._file.active)
        self._write(_File(active=number, versions=(*self.versions, version)))
        return version

    def roll_back(self) -> Version | None:
        """Use the version that the one in use took the place of; returns it, None for what ships.

        Raises:
            TaughtError: what ships is in use already.
        """
        if self.active is None:
            raise TaughtError("nothing to go back to: what ships is in use")
        self._write(_File(active=self.active.before, versions=self.versions))
        return self.active

    def _write(self, file: _File) -> None:
        write_whole(self._path, file.model_dump_json().encode())
        self._file = file
