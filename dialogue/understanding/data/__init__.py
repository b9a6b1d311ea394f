"""The understander's own data: training utterances by language and intent, reasons, words of mood."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from knowledge import yaml_files
from knowledge.types import Lang

FOLDER = Path(__file__).parent

TALK = frozenset(
    {"affirm", "ask_human", "ask_knowledge", "cancel_flow", "deny", "inform", "out_of_scope", "repeat", "chit_chat"}
)
"""Intents that are no procedure."""
_SLOT = re.compile(r"\{(\w*)\}")


def read_yaml(name: str) -> Any:
    """Read a file of this folder."""
    return yaml_files.read_yaml(FOLDER / name)


def is_talk(intent: str) -> bool:
    """Tell whether an intent, such as ``chit_chat.thanks``, is no procedure."""
    return intent.partition(".")[0] in TALK


@functools.cache
def intents() -> frozenset[str]:
    """Return every intent that has utterances here."""
    return frozenset(path.stem for path in FOLDER.glob("*/*.yaml"))


@functools.cache
def placeholders(lang: Lang) -> tuple[str, ...]:
    """Return the names that may stand in braces in an utterance."""
    return tuple(read_yaml("fillers.yaml")[lang])


def fault_of(line: str, lang: Lang) -> str | None:
    """Say what is wrong with the notation of an utterance: unbalanced brackets, an unknown placeholder."""
    for opening, closing in ("()", "[]", "{}"):
        if line.count(opening) != line.count(closing):
            return f"expected as many {opening!r} as {closing!r}"
    known = placeholders(lang)
    unknown = [name for name in _SLOT.findall(line) if name not in known]
    return f"no placeholder {{{unknown[0]}}}, expected one of {', '.join(known)}" if unknown else None
