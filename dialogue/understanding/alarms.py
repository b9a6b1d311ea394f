"""Words of danger, law and need in a message, and of a promise by staff: a swollen battery, a lawyer. By words alone, on purpose.

What is rare and grave must be heard the same way every time, and a shop must be able to read and add to what is heard; so the ways to say
it stand in ``data/alarms.yaml``, with what only sounds like it ("fire sale", 好看死了). Measured by ``xiaoer eval escalation``.

Limits: one message at a time; irony and quotations are taken at their word; languages other than Chinese and English are not read.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

from dialogue.understanding.text import read
from knowledge.yaml_files import read_yaml

AlarmKind = Literal[
    "hazard", "injury", "self_harm", "legal", "publicity", "minor", "scam", "bereaved", "ill", "pregnant", "promise",
]  # fmt: skip
ALARMS: tuple[AlarmKind, ...] = get_args(AlarmKind)
_FILE = Path(__file__).with_name("data") / "alarms.yaml"
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclasses.dataclass(frozen=True)
class Alarm:
    """A kind of alarm and the words that gave it."""

    kind: AlarmKind
    words: str


@dataclasses.dataclass(frozen=True)
class _Ways:
    says: re.Pattern[str]
    but: re.Pattern[str] | None

    def heard(self, low: str) -> str | None:
        rest = self.but.sub(" ", low) if self.but is not None else low
        found = self.says.search(rest)
        return found[0].strip() if found else None


def alarms(text: str, also: Mapping[AlarmKind, Sequence[str]] | None = None) -> list[Alarm]:
    """Return the alarms of a message, in the order of `ALARMS`; each kind once.

    Args:
        also: a shop's own words by kind, as they are written.

    >>> [alarm.kind for alarm in alarms("the battery is swollen")]
    ['hazard']
    >>> alarms("fire sale on killer heels")
    []
    """
    low = read(text).low
    found = ((kind, _heard(kind, low, (also or {}).get(kind, ()))) for kind in ALARMS)
    return [Alarm(kind, words) for kind, words in found if words is not None]


def _heard(kind: AlarmKind, low: str, own: Sequence[str]) -> str | None:
    heard = (ways.heard(low) for ways in _known()[kind])
    return next((words for words in heard if words), None) or next((word for word in own if _said(word, low)), None)


def _said(word: str, low: str) -> bool:
    """Whether a shop's own word is said: anywhere in Chinese, as a word of its own in other scripts."""
    mine = read(word).low.strip()
    bounds = "" if _HAN.search(mine) else r"\b"
    return bool(mine) and re.search(rf"{bounds}{re.escape(mine)}{bounds}", low) is not None


@functools.cache
def _known() -> dict[AlarmKind, tuple[_Ways, ...]]:
    return {kind: tuple(map(_ways, langs.values())) for kind, langs in read_yaml(_FILE).items()}


def _ways(lines: Mapping[str, Sequence[str]]) -> _Ways:
    return _Ways(_any(lines["says"]), _any(lines["but"]) if lines["but"] else None)


def _any(lines: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines))
