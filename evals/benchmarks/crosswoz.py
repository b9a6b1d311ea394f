"""crosswoz: state tracking over five domains of Beijing, human-to-human, Chinese (Zhu et al. 2020, arXiv 2002.11893).

Protocol: the state of the wizard's side after each user turn (``sys_state_init``, filled slots alone), as published figures have it.
The tracker reads the words of both sides up to that turn, and the values of the databases; never a dialogue act, a goal or a
state. Trained on the dialogues of ``valid.jsonl`` (the published training part is not in the set); with ``--test`` measured once on
``test.jsonl``; without it, three folds by dialogue. Metrics: joint accuracy, the share of turns whose state is right in every slot; F1 of
filled slots. Intervals by dialogue.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dialogue.understanding.tracking.tracker import Heard, Labelled, fit
from dialogue.understanding.tracking.values import Slot, State
from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from evals.benchmarks.figures import IntArray, bootstrapped
from evals.benchmarks.reading import json_file, json_rows
from evals.benchmarks.splits import Split, grouped
from knowledge.types import JsonObject

FOLDER = "crosswoz"
FOLDS = 3
_DATABASES = ("attraction", "hotel", "restaurant")
_NEARBY = "周边"
_NAME = "名称"
SEVERAL = (("餐馆", "推荐菜"), ("酒店", "酒店设施"))


@dataclasses.dataclass(frozen=True)
class Dialogue:
    """A dialogue: its user turns, each with the state after it."""

    id: str
    turns: tuple[Labelled, ...]


def dialogues(folder: Path, name: str) -> list[Dialogue]:
    """Read a file."""
    found = []
    for row in json_rows(folder, name, needs=("dialog_id", "messages")):
        try:
            found.append(Dialogue(str(row["dialog_id"]), tuple(_turns(row["messages"]))))
        except (KeyError, TypeError, AttributeError) as error:
            raise BenchmarkError(
                f"{folder / name}, dialogue {row['dialog_id']}: a message without {error}; expected content and sys_state_init"
            ) from error
    return found


def _turns(messages: Sequence[Mapping[str, Any]]) -> list[Labelled]:
    turns = []
    before = ""
    for user, system in zip(messages[::2], messages[1::2], strict=False):
        state = {
            (domain, slot): value
            for domain, slots in system["sys_state_init"].items()
            for slot, value in slots.items()
            if value and isinstance(value, str)
        }
        turns.append(Labelled(Heard(user["content"], before), state))
        before = system["content"]
    return turns


def values(folder: Path) -> dict[Slot, set[str]]:
    """Return the values of the databases: names in every slot that takes a name, and those of the other fields."""
    found: dict[Slot, set[str]] = {}
    names: dict[str, set[str]] = {}
    for kind in _DATABASES:
        for name, fields in json_file(folder, f"db_{kind}.json"):
            domain = fields["领域"]
            names.setdefault(domain, set()).add(name)
            for field in ("推荐菜", "酒店类型", "酒店设施"):
                given = fields.get(field)
                for value in [given] if isinstance(given, str) else given or []:
                    found.setdefault((domain, field), set()).add(value)
    for domain, own in names.items():
        found[domain, _NAME] = own
        for other, theirs in names.items():
            found[domain, f"{_NEARBY}{other}"] = theirs
    for domain in ("地铁", "出租"):
        for field in ("出发地", "目的地"):
            found[domain, field] = set().union(*names.values())
    return found


def splits(job: Job) -> list[Split[Dialogue]]:
    """Return the official split, or three folds by dialogue."""
    given = dialogues(job.data / FOLDER, "valid.jsonl")
    if job.test is not None:
        held = dialogues(job.test / FOLDER, "test.jsonl")
        return [Split(tuple(given), tuple(held[: job.limit]), f"{FOLDER}/test.jsonl")]
    parts = grouped(given, lambda dialogue: dialogue.id, parts=FOLDS)
    name = f"{FOLDER}/valid.jsonl, {FOLDS} folds by dialogue"
    return [
        Split(tuple(one for other in parts if other is not part for one in other), tuple(part[: job.limit]), name)
        for part in parts
    ]


async def run(job: Job) -> JsonObject:
    """Train and measure every split."""
    known = values(job.data / FOLDER)
    owners: list[str] = []
    pairs: list[tuple[State, State]] = []
    train_s, track_s = 0.0, 0.0
    every = splits(job)
    for number, parts in enumerate(every):
        job.progress(f"split {number + 1}", number / len(every))
        started = time.perf_counter()
        tracker = fit([dialogue.turns for dialogue in parts.train], known, SEVERAL)
        train_s += time.perf_counter() - started
        started = time.perf_counter()
        for dialogue in parts.held:
            states = tracker.track(turn.heard for turn in dialogue.turns)
            pairs += [(turn.state, state) for turn, state in zip(dialogue.turns, states, strict=True)]
            owners += [dialogue.id] * len(dialogue.turns)
        track_s += time.perf_counter() - started
    name = every[-1].name
    return {
        "set": name,
        "joint_accuracy": _joint(owners, pairs, name),
        "slot_f1": _slots(owners, pairs, name),
        "model": {"name": "state-tracker", "version": "1"},
        "trained_on": len(every[-1].train),
        "train_seconds": round(train_s / len(every), 1),
        "ms_per_message": round(1000 * track_s / max(len(pairs), 1), 2),
    }


def _joint(owners: Sequence[str], pairs: Sequence[tuple[State, State]], name: str) -> JsonObject:
    right = np.array([wanted == found for wanted, found in pairs])
    return bootstrapped(owners, lambda rows: float(right[rows].mean()), name, unit="dialogue")


def _slots(owners: Sequence[str], pairs: Sequence[tuple[State, State]], name: str) -> JsonObject:
    counts = np.array([(len(a.items() & b.items()), len(a), len(b)) for a, b in pairs])

    def f1(rows: IntArray) -> float:
        both, wanted, found = counts[rows].sum(axis=0)
        return float(2 * both / max(wanted + found, 1))

    return bootstrapped(owners, f1, name, unit="dialogue")


BENCHMARK = Benchmark(
    name="crosswoz",
    needs=FOLDER,
    metric="joint state accuracy",
    floor="36.1 % (TRADE, trained on 5,012 dialogues)",
    bars=(Bar("joint_accuracy", 0.4, 0.55),),
    licence="Apache-2.0",
    source="github.com/thu-coai/CrossWOZ",
    run=run,
)
