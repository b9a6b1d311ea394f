"""The last result of each benchmark."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from knowledge.types import JsonObject

_LONG = ("conversations", "mistakes")
"""What a list of results leaves out."""


def keep(name: str, figures: JsonObject, folder: Path, *, at: dt.datetime) -> None:
    """Keep a result below `folder`, in place of the last one."""
    path = _path(name, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"at": at.isoformat(timespec="seconds"), **figures}, ensure_ascii=False), encoding="utf-8"
    )


def last(name: str, folder: Path) -> JsonObject | None:
    """Return the last result with the moment it was measured (``at``), without single conversations; None: there is none."""
    try:
        found: JsonObject = json.loads(_path(name, folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return {key: value for key, value in found.items() if key not in _LONG}


def _path(name: str, folder: Path) -> Path:
    return folder / "judge" / f"{name}.json"
