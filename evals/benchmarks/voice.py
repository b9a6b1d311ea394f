"""voice_emodb, voice_ravdess: emotions of voices, acted (EmoDB, Burkhardt et al. 2005; RAVDESS, Livingstone and Russo 2018).

Protocol: train on all recordings of ``manifest.csv`` below ``--data``; with ``--test`` those of the manifest there are measured once.
Without it, speakers are left out in turn, in at most eight groups. A speaker is never on both
sides. **A measured speaker's own recordings, without their labels, do set the measure of that speaker's features**; so does any
voice that one hears more than once, but not a first message. Training recordings are also heard slower and faster; measured ones
are heard once, as they are. Metrics: unweighted accuracy (mean recall over the emotions);
for RAVDESS also the AUROC of the chance of being upset (angry, fearful, sad, disgust) against calm and neutral, and against all
others. Intervals by speaker. Needs the extra ``speech``.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dialogue.errors import DialogueError
from dialogue.understanding.voice import emotion
from dialogue.understanding.voice.features import available, features_of, group_sizes
from dialogue.understanding.voice.recording import FloatArray
from evals.benchmarks.base import Bar, Benchmark, BenchmarkError, Job
from evals.benchmarks.figures import IntArray, auroc, bootstrapped
from evals.benchmarks.reading import csv_rows
from evals.benchmarks.splits import Split
from knowledge.types import JsonObject

BoolArray = npt.NDArray[np.bool_]
UPSET, CALM = ("angry", "fearful", "sad", "disgust"), ("calm", "neutral")
FOLDS = 8


@dataclasses.dataclass(frozen=True)
class Clip:
    """A recording with what is known of it."""

    path: Path
    emotion: str
    speaker: str


Take = tuple[Clip, float]
"""A recording and how fast it is played."""


def clips(folder: Path) -> list[Clip]:
    """Read a manifest."""
    rows = csv_rows(folder, "manifest.csv", needs=("file", "emotion", "speaker"))
    found = [Clip(folder / row["file"], row["emotion"], row["speaker"]) for row in rows]
    absent = [clip.path for clip in found if not clip.path.is_file()]
    if absent:
        raise BenchmarkError(f"{absent[0]} is not there, though {folder / 'manifest.csv'} names it")
    return found


def splits(job: Job, folder: str) -> list[Split[Clip]]:
    """Return the held-out split, or speakers left out in turn."""
    given = clips(job.data / folder)
    if job.test is not None:
        return [Split(tuple(given), tuple(clips(job.test / folder)[: job.limit]), f"{folder}/manifest.csv, held out")]
    speakers = sorted({clip.speaker for clip in given})
    groups = [set(speakers[start::FOLDS]) for start in range(min(FOLDS, len(speakers)))]
    name = f"{folder}/manifest.csv, {len(groups)} folds by speaker"
    return [
        Split(
            tuple(clip for clip in given if clip.speaker not in group),
            tuple(clip for clip in given if clip.speaker in group)[: job.limit],
            name,
        )
        for group in groups
    ]


async def _run(job: Job, folder: str) -> JsonObject:
    if not available():
        raise BenchmarkError(f"{folder} needs recordings to be heard: pip install 'xiaoer[speech]'")
    every = splits(job, folder)
    heard = {(clip, 1.0) for parts in every for clip in (*parts.train, *parts.held)}
    copied = {(clip, speed) for parts in every for clip in parts.train for speed in emotion.SPEEDS}
    measured, ms = _measured(job, heard | copied)
    held: list[Clip] = []
    rows: list[FloatArray] = []
    started = time.perf_counter()
    for parts in every:
        model = emotion.fit(
            _rows(measured, parts.train),
            [clip.emotion for clip in parts.train],
            [clip.speaker for clip in parts.train],
            groups=group_sizes(),
            copies=[_rows(measured, parts.train, speed) for speed in emotion.SPEEDS],
        )
        held += parts.held
        rows.append(model.chances(_rows(measured, parts.held), [clip.speaker for clip in parts.held]))
    seconds = (time.perf_counter() - started) / len(every)
    return {
        "set": every[-1].name,
        **_figures(held, np.vstack(rows), model.labels, every[-1].name),
        "model": {"name": "voice-emotion", "version": "2"},
        "trained_on": len(every[-1].train),
        "train_seconds": round(seconds, 1),
        "ms_per_message": round(ms, 1),
    }


def _measured(job: Job, wanted: set[Take]) -> tuple[dict[Take, FloatArray], float]:
    """Return the features of each, and the milliseconds that one takes."""
    found: dict[Take, FloatArray] = {}
    taken = []
    for number, (clip, speed) in enumerate(sorted(wanted, key=lambda take: (take[0].path, take[1]))):
        job.progress(clip.path.name, 0.95 * number / len(wanted))
        started = time.perf_counter()
        try:
            found[clip, speed] = features_of(clip.path, speed)
        except DialogueError as error:
            raise BenchmarkError(str(error)) from error
        taken.append(1000 * (time.perf_counter() - started))
    return found, float(np.median(taken))


def _rows(measured: dict[Take, FloatArray], some: Sequence[Clip], speed: float = 1.0) -> FloatArray:
    return np.stack([measured[clip, speed] for clip in some])


def _figures(held: Sequence[Clip], chances: FloatArray, labels: Sequence[str], name: str) -> JsonObject:
    emotions = np.array([clip.emotion for clip in held])
    found = np.array(labels)[chances.argmax(axis=1)]
    speakers = [clip.speaker for clip in held]

    def unweighted(rows: IntArray) -> float:
        present = sorted(set(emotions[rows]))
        return float(np.mean([(found[rows] == label)[emotions[rows] == label].mean() for label in present]))

    figures = {"unweighted_accuracy": bootstrapped(speakers, unweighted, name, unit="speaker")}
    if set(UPSET) <= set(labels):
        upset = chances[:, [labels.index(label) for label in UPSET]].sum(axis=1)
        sides = {"upset_against_calm": np.isin(emotions, CALM), "upset_against_rest": ~np.isin(emotions, UPSET)}
        for side, others in sides.items():
            figures[f"auroc_{side}"] = _area(upset, np.isin(emotions, UPSET), others, speakers, name)
    return figures


def _area(upset: FloatArray, positive: BoolArray, negative: BoolArray, speakers: list[str], name: str) -> JsonObject:
    kept = np.flatnonzero(positive | negative)
    score, wanted = upset[kept], positive[kept]

    def area(rows: IntArray) -> float:
        return auroc(score[rows][~wanted[rows]], score[rows][wanted[rows]])

    return bootstrapped([speakers[row] for row in kept], area, name, unit="speaker")


async def _emodb(job: Job) -> JsonObject:
    return await _run(job, "voice_emodb")


async def _ravdess(job: Job) -> JsonObject:
    return await _run(job, "voice_ravdess")


EMODB = Benchmark(
    name="voice_emodb",
    needs="voice_emodb",
    metric="unweighted accuracy over seven emotions, speakers apart, German",
    floor="66.4 % (cepstra, linear; other protocol)",
    bars=(Bar("unweighted_accuracy", 0.74, 0.85),),
    licence="free",
    source="EmoDB, TU Berlin",
    run=_emodb,
)
RAVDESS = Benchmark(
    name="voice_ravdess",
    needs="voice_ravdess",
    metric="unweighted accuracy over eight emotions, speakers apart, English; AUROC of upset against calm",
    floor="44.9 % (cepstra, linear)",
    bars=(Bar("unweighted_accuracy", 0.62, 0.72), Bar("auroc_upset_against_calm", 0.90, 0.96)),
    licence="CC BY-NC-SA 4.0: measure only",
    source="RAVDESS, Zenodo 1188976",
    run=_ravdess,
)
