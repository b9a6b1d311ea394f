"""``xiaoer emotion``: how well moods are recognised on people's own files, and learning voices from them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import typer

from channels.console import CommandError, check_writable, print_json, progress_bar, run
from dialogue.understanding.mood_rows import MoodRow, read_mood_rows
from dialogue.understanding.voice.features import available
from dialogue.understanding.voice.moods import SHIPPED, VoiceMoods
from dialogue.understanding.voice.recording import read
from dialogue.understanding.voice.training import HeldOut, Trained
from dialogue.understanding.voice.training import train as train_voices
from evals.labelled_moods import Judged, figures, judge
from knowledge.types import JsonObject


def train(data: Path, out: Path, *, as_json: bool) -> None:
    """Learn how voices sound, write the model, say how it did on speakers left out."""
    check_writable(out)
    found = run(_train(data, out))
    if as_json:
        print_json(found)
    else:
        _show(found)


async def _train(data: Path, out: Path) -> JsonObject:
    rows = [row for row in read_mood_rows(data) if row.audio is not None]
    if not rows:
        raise CommandError(f'{data} holds no recordings: expected lines with "audio", "emotion" and "speaker"')
    _must_hear()
    with progress_bar(f"listening to {len(rows)} recordings, seven times each") as progress:
        trained = await asyncio.to_thread(_trained, rows, lambda done: progress("listening", done))
    trained.moods.save(out)
    stranger, known = trained.moods.sure
    return {
        "model": str(out),
        "name": trained.moods.name,
        "recordings": len(rows),
        "speakers": len({row.speaker for row in rows}),
        "labels": list(trained.moods.stranger.labels),
        "stands_from": {"stranger": stranger, "known": known},
        "stranger": _left_out(rows, trained, trained.stranger, stranger, f"{data.name}, through another microphone"),
        "known": _left_out(rows, trained, trained.known, known, f"{data.name}, given other recordings of the speaker"),
    }


def _trained(rows: list[MoodRow], progress: Callable[[float], None]) -> Trained:
    recordings = [read(row.audio) for row in rows if row.audio is not None]
    return train_voices(recordings, [row.emotion for row in rows], [row.speaker for row in rows], progress)


def _left_out(rows: list[MoodRow], trained: Trained, held: HeldOut, sure: float, name: str) -> JsonObject:
    labels = trained.moods.stranger.labels
    judged = [
        Judged(
            rows[row].emotion,
            labels[held.chances[row].argmax()] if held.chances[row].max() >= sure else "unknown",
            labels[held.chances[row].argmax()],
            rows[row].speaker,
        )
        for row in np.flatnonzero(held.judged)
    ]
    return figures(judged, f"{name}, speakers left out in turn", unit="speaker")


def test(data: Path, model: Path | None, *, as_json: bool) -> None:
    """Measure the recognition of moods on a file of texts or recordings."""
    found = run(_test(data, model))
    if as_json:
        print_json(found)
    else:
        _show(found)


async def _test(data: Path, model: Path | None) -> JsonObject:
    rows = read_mood_rows(data)
    moods = None
    if any(row.audio is not None for row in rows):
        _must_hear()
        moods = VoiceMoods.load(model or SHIPPED)
    with progress_bar(f"measuring {len(rows)} rows") as progress:
        return await asyncio.to_thread(judge, rows, moods, data.name, lambda done: progress("measuring", done))


def _must_hear() -> None:
    if not available():
        raise CommandError("recordings need the extra speech: pip install 'xiaoer[speech]'")


def _show(found: JsonObject) -> None:
    for name, figure in found.items():
        typer.echo(f"{name}: {json.dumps(figure, ensure_ascii=False)}")
