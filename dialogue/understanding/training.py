"""The training utterances: YAML per language and intent, with alternatives and placeholders, expanded into rows.

A line is a sentence; ``(a|b)`` is a choice, ``[a|b]`` may be left out, ``{product}`` stands for one of the fillers. Each line
gives up to `PER_LINE` different rows, drawn with a fixed seed.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from dialogue.understanding import data
from dialogue.understanding.intents import Example

PER_LINE = 2
_INNER = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


def examples(*, seed: int = 7, folder: Path = data.FOLDER) -> list[Example]:
    """Return the rows of every file."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    fillers = data.read_yaml("fillers.yaml")
    rows: list[Example] = []
    group = 0
    for lang in ("zh", "en"):
        for path in sorted((folder / lang).glob("*.yaml")):
            for line in _lines(path):
                group += 1
                texts = {expand(line, fillers[lang], rng) for _ in range(PER_LINE if set(line) & set("([{") else 1)}
                rows += [Example(text, path.stem, lang, group) for text in sorted(texts)]
    return rows


def expand(line: str, fillers: dict[str, list[str]], rng: random.Random) -> str:
    """Draw one sentence from a line."""
    while match := _INNER.search(line):
        options = match[1].split("|") if match[1] is not None else ["", *match[2].split("|")]
        choice = rng.choice(options)
        line = line[: match.start()] + choice + line[match.end() :]
    line = _SLOT.sub(lambda match: str(rng.choice(fillers[match[1]])), line)
    return re.sub(r"\s+", " ", line).strip()


def words() -> set[str]:
    """Return every English word of the utterances: real words, not misspelt names of goods."""
    found: set[str] = set()
    for path in (data.FOLDER / "en").glob("*.yaml"):
        found.update(re.findall(r"[a-z]{4,}", path.read_text(encoding="utf-8").lower()))
    return found


def fingerprint(*more: str) -> str:
    """Return a hash of all the data and code that a fitted model depends on."""
    digest = hashlib.sha256("|".join(more).encode())
    here = Path(__file__).parent
    for path in (*sorted(data.FOLDER.rglob("*.yaml")), here / "intents.py", here / "training.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _lines(path: Path) -> Iterator[str]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for line in yaml.load(path.read_text(encoding="utf-8"), Loader=loader):  # noqa: S506 (both loaders are safe)
        yield str(line)
