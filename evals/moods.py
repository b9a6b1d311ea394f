"""How well the mood of a message is read: ``python -m evals.moods [--data DIR] [--json]``, by the model and by words alone.

Data: ``data/moods.jsonl``, messages to a shop in Chinese and English with their moods, written for this project before the model
was made, never trained on; among them praise and politeness that are meant otherwise (``sarcasm``), courtesy around a calm or an
angry word (``polite``), and calm requests with words that frighten (``scary``). With ``--data``, public sets that nobody here wrote: ``goemotions`` (its
development part), ``smp2020_ewect`` and ``jddc_uss``, the last two without any training on them or on Chinese posts.

Figures, by language: macro F1 over seven moods, where a message without a claimed mood counts as missed; *claimed*, the share
that got one; ECE, the mean distance between a score and how often it is right, over ten bins, weighed by their messages; of anger that hands over at once,
its precision and its recall; *ironic*, the share of sarcasm read as annoyed or angry; *untroubled*, the share of calm messages with frightening
words that are read as neither.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from dialogue.commands import Emotion, EmotionLabel
from dialogue.escalation_policy import shipped
from dialogue.state import displeasure
from dialogue.understanding.emotion import Feelings
from dialogue.understanding.emotion.evidence import MOODS
from dialogue.understanding.emotion.training import GOEMOTIONS
from dialogue.understanding.text import read
from evals.benchmarks.figures import auroc, bootstrapped, macro_f1
from evals.benchmarks.reading import json_rows
from evals.metrics import Share
from knowledge.embedding import HashingEmbedder, default_embedder
from knowledge.types import JsonObject, Lang

MESSAGES = Path(__file__).with_name("data") / "moods.jsonl"
LANGS: tuple[Lang, ...] = ("zh", "en")
BINS = 10
POSTS: dict[str, EmotionLabel] = {
    "angry": "angry",
    "fear": "anxious",
    "happy": "satisfied",
    "neutral": "calm",
    "sad": "sad",
}
"""Emotions of posts that have a mood of ours; surprise has none."""

Kind = Literal["plain", "scary", "sarcasm", "polite"]


@dataclasses.dataclass(frozen=True)
class Message:
    """A message and its mood."""

    text: str
    label: EmotionLabel
    lang: Lang
    kind: Kind = "plain"


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures of one language; see the module."""

    macro_f1: JsonObject
    claimed: Share
    ece: float
    anger_precision: Share
    anger_recall: Share
    ironic: Share
    untroubled: Share

    def to_json(self) -> JsonObject:
        """Return them as one JSON object."""
        shares = {name: share.to_json() for name, share in vars(self).items() if isinstance(share, Share)}
        return {"macro_f1": self.macro_f1, "ece": round(self.ece, 4), **shares}


def read_messages(path: Path = MESSAGES) -> list[Message]:
    """Read the messages."""
    return [Message(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def felt(feelings: Feelings, texts: Sequence[str]) -> list[Emotion]:
    """Return the mood of every text."""
    return [feelings.feel(read(text)) for text in texts]


def figures(messages: Sequence[Message], found: Sequence[Emotion]) -> Figures:
    """Work the figures out."""
    pairs = list(zip(messages, found, strict=True))
    strong = [message.label == "angry" for message, mood in pairs if hands_over(mood)]
    return Figures(
        macro_f1=f1([message.label for message in messages], found, MESSAGES.name),
        claimed=Share.of([mood.label != "unknown" for mood in found]),
        ece=calibration_error(
            [mood.score for mood in found],
            [_best(mood) == message.label for message, mood in pairs],
        ),
        anger_precision=Share.of(strong),
        anger_recall=Share.of([hands_over(mood) for message, mood in pairs if message.label == "angry"]),
        ironic=Share.of([mood.label in ("annoyed", "angry") for message, mood in pairs if message.kind == "sarcasm"]),
        untroubled=Share.of(
            [mood.label not in ("annoyed", "angry") for message, mood in pairs if message.kind == "scary"]
        ),
    )


def hands_over(mood: Emotion) -> bool:
    """Whether this message alone, of whatever conversation, hands over to a person."""
    anger = shipped().anger
    return mood.label == "angry" and mood.score >= anger.sure and mood.intensity >= anger.strong


def _best(mood: Emotion) -> EmotionLabel:
    """Return the likeliest mood, claimed or not: its chance is the score."""
    return max(mood.chances, key=lambda label: mood.chances[label]) if mood.chances else mood.label


def f1(wanted: Sequence[str], found: Sequence[Emotion], of: str) -> JsonObject:
    """Return the macro F1 over the moods that are wanted, with its interval."""
    names: list[str] = [*MOODS, "unknown"]
    truth = np.array([names.index(label) for label in wanted])
    got = np.array([names.index(mood.label) for mood in found])
    present = sorted(set(truth.tolist()))
    return bootstrapped(range(len(truth)), lambda rows: macro_f1(truth[rows], got[rows], present), of, unit="message")


def calibration_error(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Return the expected calibration error over `BINS` bins of equal width (Guo et al. 2017, arXiv 1706.04599).

    >>> calibration_error([0.75, 0.75, 0.75, 0.75], [True, True, True, False])
    0.0
    """
    given, hits = np.array(scores), np.array(right, dtype=np.float64)
    bins = np.minimum((given * BINS).astype(int), BINS - 1)
    return float(sum(abs((given - hits)[bins == place].sum()) for place in range(BINS)) / max(len(given), 1))


def outside(feelings: Feelings, folder: Path) -> JsonObject:
    """Return the figures of public sets."""
    comments = [
        (row["text"], _mood(row["labels"]))
        for row in json_rows(folder / "goemotions", "dev.jsonl", needs=("text", "labels"))
    ]
    shown: JsonObject = {
        "goemotions": _f1_of([(text, mood) for text, mood in comments if mood], feelings, "goemotions/dev.jsonl")
    }
    for domain in ("usual", "virus"):
        name = f"{domain}_eval.jsonl"
        posts = json_rows(folder / "smp2020_ewect", name, needs=("text", "label"))
        rows = [(row["text"], POSTS[row["label"]]) for row in posts if row["label"] in POSTS]
        shown[f"smp2020_ewect_{domain}"] = _f1_of(rows, feelings, f"smp2020_ewect/{name}")
    shown["jddc_uss_auroc_dissatisfied"] = _dissatisfied(feelings, folder / "jddc_uss")
    return shown


def _mood(labels: Sequence[str]) -> str | None:
    moods = {GOEMOTIONS.get(label) for label in labels}
    return moods.pop() if len(moods) == 1 else None


def _f1_of(rows: Sequence[tuple[str, str]], feelings: Feelings, of: str) -> JsonObject:
    return f1([mood for _, mood in rows], felt(feelings, [text for text, _ in rows]), of)


def _dissatisfied(feelings: Feelings, folder: Path) -> JsonObject:
    dialogues = json_rows(folder, "valid.jsonl", needs=("dialog_id", "turns"))
    turns = [
        (dialogue["dialog_id"], turn)
        for dialogue in dialogues
        for turn in dialogue["turns"]
        if turn.get("sat") is not None
    ]
    bad = np.array([turn["sat"] == 0 for _, turn in turns])
    scores = np.array([displeasure(mood) for mood in felt(feelings, [turn["user"] or " " for _, turn in turns])])
    return bootstrapped(
        [owner for owner, _ in turns],
        lambda rows: auroc(scores[rows][~bad[rows]], scores[rows][bad[rows]]),
        "jddc_uss/valid.jsonl",
        unit="dialogue",
    )


def milliseconds(feelings: Feelings, messages: Sequence[Message]) -> tuple[float, float]:
    """Return the 50th and 95th percentile of the time that a message takes whose embedding is known."""
    taken = []
    for message in messages:
        text = read(message.text)
        feelings.feel(text)
        started = time.perf_counter()
        feelings.feel(text)
        taken.append(1000 * (time.perf_counter() - started))
    middle, high = np.percentile(taken, [50, 95])
    return round(float(middle), 3), round(float(high), 3)


def evaluate(feelings: Feelings, messages: Sequence[Message], folder: Path | None) -> JsonObject:
    """Read every message."""
    shown: JsonObject = {}
    for lang in LANGS:
        mine = [message for message in messages if message.lang == lang]
        shown[lang] = figures(mine, felt(feelings, [message.text for message in mine])).to_json()
    shown["ms"] = milliseconds(feelings, messages)
    return shown if folder is None else {**shown, **outside(feelings, folder)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.moods", description="How well the mood of a message is read."
    )
    parser.add_argument("--data", type=Path, help="folder with goemotions, smp2020_ewect and jddc_uss")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    readers = {"model": Feelings(default_embedder()), "words": Feelings(HashingEmbedder())}
    found = {name: evaluate(feelings, read_messages(), given.data) for name, feelings in readers.items()}
    sys.stdout.write((json.dumps(found) if given.json else text(found)) + "\n")


def text(found: dict[str, JsonObject]) -> str:
    """Return the figures to read: value and 95 % interval."""
    lines = []
    for reader, parts in found.items():
        lines.append(f"moods by the {reader}; ms a message with its embedding known, p50 and p95: {parts['ms']}")
        for part, entry in parts.items():
            if part != "ms":
                lines += [f"  {part}"] if part in LANGS else []
                shown = entry if part in LANGS else {part: entry}
                lines += [f"    {name:24} {_shown(figure)}" for name, figure in shown.items()]
    return "\n".join(lines)


def _shown(figure: JsonObject | float) -> str:
    if isinstance(figure, float):
        return f"{figure:.3f}"
    low, high = figure["interval"]
    return f"{figure['value']:.3f} ({low:.3f}-{high:.3f}, {figure['n']})"


if __name__ == "__main__":
    main()
