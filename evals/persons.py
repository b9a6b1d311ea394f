"""How well it is heard that a person is asked for: ``python -m evals.persons [--json]``, by the words of a message alone.

Sets: the lines that the model learns from, each by a model without its family of wording; ``evals/data/persons``, written after a first
model was made, messages that ask for a person and such that only sound like it; the like, written after a later one (``later_``), and by an author who
saw none of the lines (``strangers_``); utterances of the intents that are held back from its training, which ask for something else. `evals.escalation` measures whole messages through the understanding. The baseline is a list of keywords.
Figures: recall, the share of wishes for a person that is heard; false alarms, the share of all else that is taken for one; ECE, the mean
distance between the chance and how often it is so; milliseconds a message.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

from dialogue.understanding.persons import ASKS_FROM, hear
from dialogue.understanding.persons.lines import held_back, lines
from dialogue.understanding.persons.model import HEADINGS
from dialogue.understanding.persons.training import fit
from dialogue.understanding.text import read
from evals.escalation.run import KEYWORDS
from evals.escalation.sets import ASKED
from evals.metrics import Share
from evals.moods import calibration_error
from knowledge.types import JsonObject, Lang

FRESH = Path(__file__).parent / "data" / "persons"
LATER, STRANGERS = "later_", "strangers_"
"""Begin the names of files."""
_WAYS = 4
"""In which an utterance is measured, with other goods and numbers."""


@dataclasses.dataclass(frozen=True)
class Read:
    """A message, whether it asks for a person, and the chance that was heard."""

    low: str
    asks: bool
    lang: Lang
    chance: float


def held_out() -> list[Read]:
    """Return the own lines, each read by a model that was made without its family."""
    rows = lines()
    _, chances = fit(rows)
    return [
        Read(row.low, row.wish == "asks", row.lang, float(chance))
        for row, chance in zip(rows, chances[:, HEADINGS.index("asks")], strict=True)
        if row.source == "own"
    ]


def fresh(prefix: str = "") -> Iterator[Read]:
    """Yield the lines of ``evals/data/persons``, read by the model that ships; those of `LATER` or `STRANGERS` by their prefix."""
    for lang in get_args(Lang):
        for name, asks in ((f"{prefix}asks", True), (f"{prefix}near", False)):
            for text in (FRESH / f"{name}.{lang}.txt").read_text(encoding="utf-8").splitlines():
                low = read(text).low
                yield Read(low, asks, lang, hear(low).asks)


def everyday() -> list[Read]:
    """Return the utterances of other intents that are held back from training."""
    return [
        Read(line.low, asks=False, lang=line.lang, chance=hear(line.low).asks)
        for line in held_back(_WAYS)
        if line.wish == "none"
    ]


def figures(rows: Sequence[Read], asks_from: float = ASKS_FROM) -> JsonObject:
    """Return recall, false alarms, those of the keywords, and ECE; a share of nothing is left out."""
    found: JsonObject = {}
    for name, wanted in (("recall", True), ("false_alarms", False)):
        if chosen := [row for row in rows if row.asks == wanted]:
            found[name] = Share.of([row.chance >= asks_from for row in chosen]).to_json()
            found[f"{name}_by_keywords"] = Share.of([bool(KEYWORDS[ASKED].search(row.low)) for row in chosen]).to_json()
    found["ece"] = round(calibration_error([row.chance for row in rows], [row.asks for row in rows]), 4)
    return found


def milliseconds(lows: Sequence[str]) -> float:
    """Return the mean time of a message that was not read before."""
    hear.cache_clear()
    started = time.perf_counter()
    for low in lows:
        hear(low)
    return 1000 * (time.perf_counter() - started) / len(lows)


def evaluate() -> JsonObject:
    """Measure every set in each language."""
    new = list(fresh())
    sets = {
        "lines, families held out": held_out(),
        "fresh lines": new,
        "later lines": list(fresh(LATER)),
        "lines of strangers": list(fresh(STRANGERS)),
        "everyday utterances": everyday(),
    }
    shown: JsonObject = {
        f"{name}, {lang}": figures([row for row in rows if row.lang == lang])
        for name, rows in sets.items()
        for lang in get_args(Lang)
    }
    return {"sets": shown, "ms_per_message": round(milliseconds([row.low for row in new]), 2)}


def text(found: JsonObject) -> str:
    """Return the figures to read."""
    lines_shown = []
    for name, shown in found["sets"].items():
        parts = [
            f"{kind.replace('_', ' ')} {shown[kind]['value']:.3f} of {shown[kind]['n']} (keywords {shown[f'{kind}_by_keywords']['value']:.3f})"
            for kind in ("recall", "false_alarms")
            if kind in shown
        ]
        lines_shown.append(f"{name:<32} {', '.join(parts)}, ECE {shown['ece']:.3f}")
    return "\n".join([*lines_shown, f"{found['ms_per_message']} ms a message"])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.persons", description="Whether a wish for a person is heard."
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = evaluate()
    sys.stdout.write((json.dumps(found) if given.json else text(found)) + "\n")


if __name__ == "__main__":
    main()
