"""The benchmarks that ``xiaoer eval`` knows by name, and where the last result of each is kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

from evals.tau_retail import run as tau_retail
from knowledge.types import JsonObject


@dataclasses.dataclass(frozen=True)
class Listed:
    """What one should know before running a benchmark."""

    name: str
    needs: str
    """The folder below ``--data`` that it reads."""
    metric: str
    floor: str
    """What one gets without trying."""


BENCHMARKS = tuple(
    Listed(
        benchmark.name,
        benchmark.folder,
        "share of tasks that end in exactly the gold records, in all of k trials (pass_1 .. pass_k)",
        "a bot that does nothing (do_nothing)",
    )
    for benchmark in tau_retail.BENCHMARKS.values()
)


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
    return {key: value for key, value in found.items() if key != "conversations"}


def _path(name: str, folder: Path) -> Path:
    return folder / "judge" / f"{name}.json"
