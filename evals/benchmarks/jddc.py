"""jddc_uss: how satisfied real customers of a large Chinese shop are, turn by turn, and what they want (USS, Sun et al. 2021, SIGIR).

Protocol: train on the dialogues of ``valid.jsonl``; with ``--test`` measured once on ``test.jsonl``. Without it, five folds by
dialogue. The text classifier reads the customer's own words of the turn, nothing of what follows; words before it did not
help on the development part. Satisfaction: three levels by three raters (dissatisfied, neutral, satisfied); the first turns
of a dialogue have no rating. Metrics: macro-F1 and accuracy of the level; AUROC of the chance of being dissatisfied; accuracy and
macro-F1 (over the intents of the measured part) of 235 intents, which were assigned by machine and are noisy. Intervals by dialogue.

``auroc_by_signs``: of what the product itself goes by, `dialogue.satisfaction`, which has learned nothing here: the moods of the
messages so far, and whether one says what another said. What the shop's people answered is not looked at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from dialogue.commands import Emotion
from dialogue.satisfaction import Signs, satisfaction, says_the_same
from dialogue.state import MOODS_KEPT
from dialogue.understanding.classifier import Prediction, Row, fit
from dialogue.understanding.emotion import Feelings
from dialogue.understanding.text import read
from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import IntArray, auroc, bootstrapped, macro_f1
from evals.benchmarks.reading import json_rows
from evals.benchmarks.splits import Split, grouped
from evals.benchmarks.texts import Trained, milliseconds, train
from knowledge.embedding import FloatArray, default_embedder
from knowledge.types import JsonObject

FOLDER = "jddc_uss"
FOLDS = 5
LEVELS = ("dissatisfied", "neutral", "satisfied")


@dataclasses.dataclass(frozen=True)
class Turn:
    """What a customer said, with what the raters and the machine say of it."""

    dialogue: str
    text: str
    intent: str
    level: str | None
    signs: Signs

    @property
    def wish(self) -> Row:
        """The turn as a row of intents."""
        return Row(self.text, self.intent, "zh", self.dialogue)

    @property
    def mood(self) -> Row:
        """The turn as a row of satisfaction."""
        return Row(self.text, self.level or "", "zh", self.dialogue)


def turns(job: Job, name: str, *, held: bool = False) -> list[Turn]:
    """Read a file of dialogues."""
    folder = (job.measured if held else job.data) / FOLDER
    found, feelings = [], Feelings(default_embedder())
    for dialogue in json_rows(folder, name, needs=("dialog_id", "turns")):
        said: list[str] = []
        moods: list[Emotion] = []
        for turn in dialogue["turns"]:
            level = LEVELS[turn["sat"]] if turn.get("sat") is not None else None
            text = turn["user"] or " "
            moods.append(feelings.feel(read(text)))
            signs = Signs(moods=tuple(moods[-MOODS_KEPT:]), said_before=says_the_same(text, said))
            said.append(text)
            found.append(Turn(dialogue["dialog_id"], text, turn["act"], level, signs))
    return found


def splits(job: Job) -> list[Split[Turn]]:
    """Return the official split, or five folds by dialogue."""
    given = turns(job, "valid.jsonl")
    if job.test is not None:
        held = turns(job, "test.jsonl", held=True)
        return [Split(tuple(given), tuple(held[: job.limit]), f"{FOLDER}/test.jsonl")]
    parts = grouped(given, lambda turn: turn.dialogue, parts=FOLDS)
    name = f"{FOLDER}/valid.jsonl, {FOLDS} folds by dialogue"
    return [
        Split(tuple(turn for other in parts if other is not part for turn in other), tuple(part[: job.limit]), name)
        for part in parts
    ]


@dataclasses.dataclass
class _Judged:
    turns: list[Turn] = dataclasses.field(default_factory=list)
    wishes: list[Prediction] = dataclasses.field(default_factory=list)
    rated: list[Turn] = dataclasses.field(default_factory=list)
    moods: list[Prediction] = dataclasses.field(default_factory=list)


async def run(job: Job) -> JsonObject:
    """Train and measure every split."""
    found = _Judged()
    trained: list[Trained] = []
    every = splits(job)
    for parts in every:
        job.progress(f"split {len(trained) + 1}: intents", len(trained) / len(every))
        wishes = fit([turn.wish for turn in parts.train], default_embedder())
        found.turns += parts.held
        found.wishes += wishes.predict([turn.text for turn in parts.held])
        moods = [turn.mood for turn in parts.train if turn.level is not None]
        trained.append(train(moods, default_embedder(), job, f"split {len(trained) + 1}: satisfaction", aim="macro_f1"))
        rated = [turn for turn in parts.held if turn.level is not None]
        found.rated += rated
        found.moods += trained[-1].model.predict([turn.text for turn in rated])
    name = every[-1].name
    return {
        "set": name,
        **_satisfaction(found.rated, found.moods, name),
        **_intents(found.turns, found.wishes, name),
        "repeats_of_training": sum(_repeats(parts) for parts in every),
        **trained[-1].to_json(),
        "ms_per_message": milliseconds(trained[-1].model, [turn.mood for turn in found.rated]),
    }


def _satisfaction(rated: Sequence[Turn], found: Sequence[Prediction], name: str) -> JsonObject:
    truth = np.array([LEVELS.index(turn.level or "") for turn in rated])
    guessed = np.array([LEVELS.index(guess.label) for guess in found])
    dialogues = [turn.dialogue for turn in rated]

    def area(unhappy: FloatArray) -> JsonObject:
        def of(rows: IntArray) -> float:
            return auroc(unhappy[rows][truth[rows] != 0], unhappy[rows][truth[rows] == 0])

        return bootstrapped(dialogues, of, name, unit="dialogue")

    return {
        "satisfaction_macro_f1": bootstrapped(
            dialogues, lambda rows: macro_f1(truth[rows], guessed[rows], (0, 1, 2)), name, unit="dialogue"
        ),
        "satisfaction_accuracy": bootstrapped(
            dialogues, lambda rows: float((truth[rows] == guessed[rows]).mean()), name, unit="dialogue"
        ),
        "auroc_dissatisfied": area(np.array([dict(guess.ranked)[LEVELS[0]] for guess in found], dtype=np.float32)),
        "auroc_by_signs": area(np.array([satisfaction(turn.signs).dissatisfied for turn in rated], dtype=np.float32)),
    }


def _intents(given: Sequence[Turn], found: Sequence[Prediction], name: str) -> JsonObject:
    names = sorted({turn.intent for turn in given} | {guess.label for guess in found})
    truth = np.array([names.index(turn.intent) for turn in given])
    guessed = np.array([names.index(guess.label) for guess in found])
    present = sorted(set(truth.tolist()))
    dialogues = [turn.dialogue for turn in given]
    return {
        "intent_accuracy": bootstrapped(
            dialogues, lambda rows: float((truth[rows] == guessed[rows]).mean()), name, unit="dialogue"
        ),
        "intent_macro_f1": bootstrapped(
            dialogues, lambda rows: macro_f1(truth[rows], guessed[rows], present), name, unit="dialogue"
        ),
    }


def _repeats(parts: Split[Turn]) -> int:
    """Return how many measured turns read like one of training: short ones such as "在吗" do."""
    said = {turn.text for turn in parts.train}
    return sum(turn.text in said for turn in parts.held)


BENCHMARK = Benchmark(
    name="jddc_uss",
    needs=FOLDER,
    metric="satisfaction macro-F1 (3 levels); AUROC of the dissatisfied; intent accuracy, macro-F1",
    floor="54.5 %; -; 60.4 %, 17.6 % (tf-idf, linear)",
    bars=(
        Bar("satisfaction_macro_f1", 0.58, 0.64),
        Bar("auroc_dissatisfied", 0.78, 0.85),
        Bar("intent_accuracy", 0.64, 0.68),
        Bar("intent_macro_f1", 0.24, 0.3),
    ),
    licence="research only",
    source="github.com/sunnweiwei/user-satisfaction-simulation",
    run=run,
)
