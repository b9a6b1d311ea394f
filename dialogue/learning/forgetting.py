"""Taking a person out of what was learned from them: messages that were labelled or taught lose the words that name them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from dialogue.learning.labels import LABELS
from dialogue.learning.taught import TAUGHT
from knowledge.whole_files import write_whole

KEPT = (LABELS, TAUGHT)
"""Files of a data folder that hold people's words."""


def forget(data: Path, scrub: Callable[[str], str]) -> int:
    """Let every text of the learned files pass through `scrub`; returns how many files changed."""
    return sum(_forget(data / name, scrub) for name in KEPT)


def _forget(path: Path, scrub: Callable[[str], str]) -> bool:
    if not path.exists():
        return False
    before = path.read_text(encoding="utf-8")
    # Each line is JSON of its own in one file, the whole file is one line in the other.
    after = "".join(_line(line, scrub) for line in before.splitlines(keepends=True))
    if after != before:
        write_whole(path, after.encode())
    return after != before


def _line(line: str, scrub: Callable[[str], str]) -> str:
    if not line.strip():
        return line
    value = json.loads(line)
    scrubbed = _scrubbed(value, scrub)
    return line if scrubbed == value else json.dumps(scrubbed, ensure_ascii=False) + "\n"


def _scrubbed(value: object, scrub: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: _scrubbed(part, scrub) for key, part in value.items()}
    return [_scrubbed(part, scrub) for part in value] if isinstance(value, list) else value
