"""The training utterances: YAML per language and intent, with alternatives and placeholders, expanded into rows.

A line is a sentence; ``(a|b)`` is a choice, ``[a|b]`` may be left out, ``{product}`` stands for one of the fillers. Each line
gives up to `PER_LINE` different rows, one of many alternatives up to `PER_RICH_LINE`, drawn with a fixed seed.
"""

from __future__ import annotations

import hashlib
import random
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from dialogue.understanding import data
from dialogue.understanding.intents import Example
from dialogue.understanding.teaching import Lesson, Said
from knowledge.types import Lang
from knowledge.yaml_files import read_yaml

PER_LINE = 2
PER_RICH_LINE = 4
_RICH = 4
"""Alternatives from which a line says so many different things that more of them are worth their time."""
HEAVIEST = 12.0
"""A line of a scantily taught flow counts up to so many ordinary ones."""
SAID_WEIGHT = 4.0
"""What a message that people did say counts, beside lines that were made up."""
_EVENED = 0.25
"""How far the intents' numbers of lines are evened out: 0 not at all, 1 wholly, which the rare ones would be heard too often by."""
_CARRIERS: dict[Lang, tuple[str, ...]] = {
    "zh": ("{}", "麻烦{}", "{}，订单#1", "能不能帮我{}"),
    "en": ("{}", "can you {}", "please {}, order #1", "i'd like to {}"),
}
"""What people put around a wish; a flow of the shop's own is taught by so few lines that none would say so."""
_CODE = (
    "conjugate_gradients.py", "intents.py", "training.py",
    *(f"classifier/{name}.py" for name in ("grams", "landmarks", "machine", "space")),
)  # fmt: skip
"""Files whose every change makes another model."""
_INNER = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


def examples(
    lessons: Iterable[Lesson] = (), said: Iterable[Said] = (), *, seed: int = 7, folder: Path = data.FOLDER
) -> list[Example]:
    """Return the rows of every file, then those of the flows' own utterances, then what people said."""
    fillers = data.read_yaml("fillers.yaml")
    rows: list[Example] = []
    shipped, taught = list(_shipped(folder)), list(_taught(lessons))
    weight = _weights(Counter(intent for intent, _, _ in shipped), Counter(intent for intent, _, _ in taught))
    for group, (intent, lang, line) in enumerate([*shipped, *taught], start=1):
        rng = random.Random(f"{seed} {line}")  # noqa: S311 (no secret; a line's rows are the same whatever stands beside it)
        texts = {expand(line, fillers[lang], rng) for _ in range(_draws(line))}
        rows += [Example(text, intent, lang, group, weight.get(intent, 1.0)) for text in sorted(texts)]
    first = len(shipped) + len(taught) + 1
    return rows + [
        Example(one.text, one.intent, one.lang, group, SAID_WEIGHT) for group, one in enumerate(said, start=first)
    ]


def _weights(shipped: Counter[str], taught: Counter[str]) -> dict[str, float]:
    """Return what a line of each intent counts.

    What is told in few lines counts somewhat more, what in many somewhat less; a flow that only a few lines teach counts as much
    as an ordinary one, up to a limit.
    """
    ordinary = statistics.median(shipped.values())
    evened = {intent: (ordinary / lines) ** _EVENED for intent, lines in shipped.items()}
    return evened | {
        flow: min(max(ordinary / lines, 1.0), HEAVIEST) for flow, lines in taught.items() if flow not in shipped
    }


def _shipped(folder: Path) -> Iterator[tuple[str, Lang, str]]:
    for lang in get_args(Lang):
        for path in sorted((folder / lang).glob("*.yaml")):
            for line in _lines(path):
                yield path.stem, lang, line


def _taught(lessons: Iterable[Lesson]) -> Iterator[tuple[str, Lang, str]]:
    for lesson in lessons:
        for lang, lines in lesson.examples.items():
            for line in lines:
                yield lesson.flow, lang, f"({'|'.join(carrier.format(line) for carrier in _CARRIERS[lang])})"


def _draws(line: str) -> int:
    if line.count("|") >= _RICH:
        return PER_RICH_LINE
    return PER_LINE if set(line) & set("([{") else 1


def expand(line: str, fillers: dict[str, list[str]], rng: random.Random) -> str:
    """Draw one sentence from a line."""
    while match := _INNER.search(line):
        options = match[1].split("|") if match[1] is not None else ["", *match[2].split("|")]
        choice = rng.choice(options)
        line = line[: match.start()] + choice + line[match.end() :]
    line = _SLOT.sub(lambda match: str(rng.choice(fillers[match[1]])), line)
    return re.sub(r"\s+", " ", line).strip()


def words(lessons: Iterable[Lesson] = ()) -> set[str]:
    """Return every English word of the utterances: real words, not misspelt names of goods."""
    texts = [path.read_text(encoding="utf-8") for path in (data.FOLDER / "en").glob("*.yaml")]
    texts += [line for _, lang, line in _taught(lessons) if lang == "en"]
    return {word for text in texts for word in re.findall(r"[a-z]{4,}", text.lower())}


def said_in_chinese() -> str:
    """Return every Chinese utterance: what stands in them is no slip."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((data.FOLDER / "zh").glob("*.yaml")))


def sentences_in_chinese(*, seed: int = 7) -> Iterator[str]:
    """Yield what shoppers say in Chinese, each utterance in `PER_LINE` ways: wishes first, then moods."""
    fillers, rng = data.read_yaml("fillers.yaml")["zh"], random.Random(seed)  # noqa: S311 (no secret)
    moods = (line for lines in data.read_yaml("mood_lines.yaml")["zh"].values() for line in lines)
    wishes = (line for path in sorted((data.FOLDER / "zh").glob("*.yaml")) for line in _lines(path))
    for line in (*wishes, *moods):
        for _ in range(_draws(line)):
            yield expand(line, fillers, rng)


def fingerprint(*more: str) -> str:
    """Return a hash of all the data and code that a fitted model depends on."""
    digest = hashlib.sha256("|".join(more).encode())
    here = Path(__file__).parent
    for path in (*sorted(data.FOLDER.rglob("*.yaml")), *(here / name for name in _CODE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _lines(path: Path) -> Iterator[str]:
    for line in read_yaml(path):
        yield str(line)
