"""How well wishes are recognised in words that nobody taught: ``python -m evals.intents [--half tune|report|all] [--json]``.

Data: ``data/intent_wishes.jsonl``, colloquial first messages in Chinese and English with their intents, written for this
project; none is a training utterance. The half ``report`` was written before any result was seen and is never used to
choose by; ``tune`` is there to improve the training data and thresholds.

Figures, by language: accuracy of the best intent; macro F1, the mean over the set's intents of 2 TP / (2 TP + FP + FN);
out-of-scope recall, the share of messages that are none of the shop's business and were taken for such. Milliseconds are
those of reading one whole message (language, entities, intents, commands), without a catalogue.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from dialogue.commands import View
from dialogue.understanding import EmbeddedUnderstander, training
from dialogue.understanding.entities import Extractor
from dialogue.understanding.intents import IntentModel, fit
from evals.metrics import Share
from knowledge.embedding import Embedder, default_embedder
from knowledge.lexicon import Lexicon
from knowledge.types import JsonObject, Lang

WISHES = Path(__file__).with_name("data") / "intent_wishes.jsonl"
LANGS: tuple[Lang, ...] = ("zh", "en")
OUT_OF_SCOPE = "out_of_scope"

Half = Literal["tune", "report"]


@dataclasses.dataclass(frozen=True)
class Wish:
    """A message and what is wanted in it."""

    text: str
    intent: str
    lang: Lang
    half: Half


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures of one language; see the module."""

    accuracy: Share
    macro_f1: float
    out_of_scope: Share

    def to_json(self) -> JsonObject:
        """Return them as one JSON object."""
        return {
            "accuracy": self.accuracy.to_json(),
            "macro_f1": {"value": round(self.macro_f1, 4), "n": self.accuracy.n},
            "out_of_scope_recall": self.out_of_scope.to_json(),
        }


def read_wishes(path: Path = WISHES) -> list[Wish]:
    """Read the messages."""
    return [Wish(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def recognise(model: IntentModel, embedder: Embedder, wishes: Sequence[Wish]) -> list[str]:
    """Return the best intent of every message."""
    vectors = embedder.encode([wish.text for wish in wishes])
    return [
        model.labels[int(model.chances(wish.text, vector).argmax())]
        for wish, vector in zip(wishes, vectors, strict=True)
    ]


def figures(wishes: Sequence[Wish], found: Sequence[str]) -> Figures:
    """Work the figures out."""
    pairs = [(wish.intent, intent) for wish, intent in zip(wishes, found, strict=True)]
    return Figures(
        accuracy=Share.of([wanted == intent for wanted, intent in pairs]),
        macro_f1=macro_f1(pairs),
        out_of_scope=Share.of([intent == OUT_OF_SCOPE for wanted, intent in pairs if wanted == OUT_OF_SCOPE]),
    )


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 over the intents that were wanted, of (wanted, found); 0 of nothing.

    >>> round(macro_f1([("a", "a"), ("a", "b"), ("b", "b")]), 3)
    0.667
    """
    each = []
    for intent in {wanted for wanted, _ in pairs}:
        hits = sum(wanted == intent == found for wanted, found in pairs)
        each.append(2 * hits / sum((wanted == intent) + (found == intent) for wanted, found in pairs))
    return sum(each) / len(each) if each else 0.0


def milliseconds(model: IntentModel, embedder: Embedder, wishes: Sequence[Wish]) -> tuple[float, float]:
    """Return the 50th and 95th percentile of the time that a message takes, embedding included."""
    extractor = Extractor(Lexicon([]), lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC))
    understander = EmbeddedUnderstander(model, embedder, extractor)

    async def timed() -> list[float]:
        taken = []
        for wish in wishes:
            started = time.perf_counter()
            await understander.understand(f"{wish.text}…", View())  # no text whose vector is remembered
            taken.append(1000 * (time.perf_counter() - started))
        return taken

    middle, high = np.percentile(asyncio.run(timed()), [50, 95])
    return float(middle), float(high)


def text(found: dict[Lang, Figures], half: str, embedder: Embedder, ms: tuple[float, float]) -> str:
    """Return the figures to read."""
    lines = [f"intent wishes, half: {half}, embedder {embedder.name} {embedder.version}; 95 % intervals"]
    for lang, entry in found.items():
        lines.append(
            f"  {lang}  accuracy {entry.accuracy}   macro F1 {entry.macro_f1:.3f}   out-of-scope recall {entry.out_of_scope}"
        )
    lines.append(f"  ms per message: p50 {ms[0]:.1f}, p95 {ms[1]:.1f}")
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m evals.intents", description="How well wishes are recognised.")
    parser.add_argument("--half", choices=("tune", "report", "all"), default="report")
    parser.add_argument("--errors", action="store_true", help="list what was mistaken, of the tune half only")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    wishes = [wish for wish in read_wishes() if given.half in ("all", wish.half)]
    embedder = default_embedder()
    model = fit(training.examples(), embedder)
    guessed = recognise(model, embedder, wishes)
    pairs = list(zip(wishes, guessed, strict=True))
    found = {
        lang: figures([w for w, _ in pairs if w.lang == lang], [g for w, g in pairs if w.lang == lang])
        for lang in LANGS
    }
    ms = milliseconds(model, embedder, wishes)
    if given.json:
        head = {"set": WISHES.name, "half": given.half, "embedder": f"{embedder.name} {embedder.version}"}
        body = {lang: entry.to_json() for lang, entry in found.items()}
        shown = json.dumps({**head, **body, "ms": {"p50": round(ms[0], 2), "p95": round(ms[1], 2)}})
    else:
        shown = text(found, given.half, embedder, ms)
        wrong = [f"  {w.text}: {w.intent}, taken for {g}" for w, g in pairs if w.intent != g and w.half == "tune"]
        shown = "\n".join([shown, *wrong]) if given.errors else shown
    sys.stdout.write(shown + "\n")


if __name__ == "__main__":
    main()
