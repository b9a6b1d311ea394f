"""How well it is heard what a message calls off: ``python -m evals.stances [--json]``, by the model and by words of refusal.

Data: the lines that the model learns from, each message held out with all others of its line; nobody says these lines often, and
half of them were written to sound alike and mean another thing, so that the figures are lower than in talks (`evals.repairs` holds
those). Figures, by language and of things and clauses apart: the share of subjects whose stance is right; precision and recall of
what is called off, at the chance from which it counts; ECE, the mean distance between the chance of it and how often it is so.
The baseline takes a clause with a word of refusal or of keeping for one that calls off everything in it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence

import numpy as np

from dialogue.understanding.commands.calling_off.taken import SURE
from dialogue.understanding.stances.model import STANCES
from dialogue.understanding.stances.training import Example, examples, fit
from evals.benchmarks.figures import bootstrapped
from evals.metrics import Share
from evals.moods import calibration_error
from knowledge.embedding import FloatArray, default_embedder
from knowledge.types import JsonObject

_REFUSES = re.compile(
    r"\b(?:no|not|dont|never ?mind|nvm|forget|skip|drop|scrap|leave|stop|without|except|neither|nothing)\b|n't\b|\bkeep|\bstay"
    r"|不|别|甭|莫|算了|免了|撤|留|除了"
)
_OFF = STANCES.index("off")


def figures(rows: Sequence[Example], chances: FloatArray) -> JsonObject:
    """Return the figures of some subjects and their chances, ``[rows, stances]``; intervals over lines."""
    lines = [row.line for row in rows]
    right = np.array([STANCES[best] == row.stance for best, row in zip(chances.argmax(axis=1), rows, strict=True)])
    off = [row.stance == "off" for row in rows]
    found = [float(chance) >= SURE for chance in chances[:, _OFF]]
    of = f"{len(set(lines))} lines"
    return {
        "right": bootstrapped(lines, lambda some: float(right[some].mean()), of, unit="line"),
        "off_precision": Share.of([true for true, seen in zip(off, found, strict=True) if seen]).to_json(),
        "off_recall": Share.of([seen for true, seen in zip(off, found, strict=True) if true]).to_json(),
        "ece": round(calibration_error([float(chance) for chance in chances[:, _OFF]], off), 4),
    }


def by_words(rows: Sequence[Example]) -> FloatArray:
    """Return the baseline: 1 for off where a clause has a word of refusal or of keeping, else 1 for neither."""
    found = np.zeros((len(rows), len(STANCES)), dtype=np.float32)
    for row, chances in zip(rows, found, strict=True):
        chances[_OFF if _REFUSES.search(row.asked.clause) else STANCES.index("neither")] = 1.0
    return found


def evaluate() -> JsonObject:
    """Fit without every line in turn, and read it."""
    rows = examples()
    _, held_out = fit(rows, default_embedder())
    shown: JsonObject = {}
    for reader, chances in (("model", held_out), ("words", by_words(rows))):
        for part, chosen in _parts(rows).items():
            shown.setdefault(reader, {})[part] = figures([rows[row] for row in chosen], chances[chosen])
    return shown


def _parts(rows: Sequence[Example]) -> dict[str, list[int]]:
    parts: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        for part in (row.lang, f"{row.lang} {'things' if row.of_a_thing else 'clauses'}"):
            parts.setdefault(part, []).append(number)
    return dict(sorted(parts.items()))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.stances", description="How well it is heard what is called off."
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = evaluate()
    sys.stdout.write((json.dumps(found) if given.json else text(found)) + "\n")


def text(found: JsonObject) -> str:
    """Return the figures to read."""
    lines = []
    for reader, parts in found.items():
        lines.append(f"stances by the {reader}")
        for part, shown in parts.items():
            value, (low, high) = shown["right"]["value"], shown["right"]["interval"]
            precision, recall = shown["off_precision"]["value"], shown["off_recall"]["value"]
            lines.append(
                f"  {part:<12} right {value:.3f} ({low:.3f}-{high:.3f}, {shown['right']['n']}), off: precision {precision:.3f}, recall {recall:.3f}, ECE {shown['ece']:.3f}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
