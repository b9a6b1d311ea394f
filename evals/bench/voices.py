"""``python -m evals.bench.voices``: how long listening takes, as a share of what is heard: the real-time factor.

A synthetic voice of several lengths in a WAV file, or ``--audio FILE``. ``emotion`` is everything but the words: decoding,
the measures, the mood against ten earlier messages, impatience. ``speech`` is the embedded recogniser on top, where it is
installed. The packages and models are loaded before. ``rtf`` counts seconds that passed, ``rtf_processor`` those that the
processor worked, which other programs do not lengthen.
"""

from __future__ import annotations

import asyncio
import functools
import json
import tempfile
import time
import wave
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from dialogue.understanding.voice import whisper
from dialogue.understanding.voice.delivery import delivery_of, impatience
from dialogue.understanding.voice.features import available, described, hear
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.moods import VoiceMoods
from dialogue.understanding.voice.recognition import Recording
from dialogue.understanding.voice.recording import read
from evals.bench.figures import spread
from evals.bench.machine import machine

AIMS = {"emotion_rtf": 0.1}
LENGTHS_S = (2.0, 5.0, 10.0, 30.0)
EARLIER = 10


def main(
    *,
    audio: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A recording, in place of a synthetic voice.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How often each is heard.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure the real-time factor of listening."""
    if not available():
        typer.echo("evals.bench.voices: recordings need the extra speech: pip install 'xiaoer[speech]'", err=True)
        raise typer.Exit(1)
    report = asyncio.run(measure(audio, repeats))
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else "\n".join(lines(report)))


async def measure(audio: Path | None, repeats: int) -> dict[str, Any]:
    """Return milliseconds and real-time factors for each length."""
    moods = VoiceMoods.load()
    recogniser = whisper.EmbeddedWhisper() if whisper.installed() else None
    heard = []
    with tempfile.TemporaryDirectory() as folder:
        for path in [audio] if audio else [_spoken(Path(folder), seconds) for seconds in LENGTHS_S]:
            samples = read(path)
            seconds = len(samples) / RATE_HZ
            row: dict[str, Any] = {"seconds": round(seconds, 2)}
            row["emotion"] = await _timed(functools.partial(_felt, path, moods), repeats, seconds)
            if recogniser is not None:
                recording = Recording(path, "audio/wav", samples)
                row["speech"] = await _timed(functools.partial(recogniser.transcribe, recording), repeats, seconds)
            heard.append(row)
    return {"aims": AIMS, "machine": machine(), "repeats": repeats, "earlier": EARLIER, "heard": heard}


def lines(report: dict[str, Any]) -> list[str]:
    """Return the report as text."""
    return [
        f"{row['seconds']:g} s, {name}: {row[name]['ms']['p50']:.0f} ms, real-time factor p50 {row[name]['rtf']['p50']:.3f}, "
        f"p95 {row[name]['rtf']['p95']:.3f}; of the processor {row[name]['rtf_processor']['p50']:.3f}"
        for row in report["heard"]
        for name in ("emotion", "speech")
        if name in row
    ]


async def _timed(work: Callable[[], Coroutine[Any, Any, object]], repeats: int, seconds: float) -> dict[str, Any]:
    await work()
    passed, worked = [], []
    for _ in range(repeats):
        started, worked_before = time.perf_counter(), time.process_time()
        await work()
        passed.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - worked_before) * 1000)
    return {
        "ms": {name: round(value, 1) for name, value in spread(passed).items()},
        "rtf": {name: round(value / 1000 / seconds, 4) for name, value in spread(passed).items()},
        "rtf_processor": {name: round(value / 1000 / seconds, 4) for name, value in spread(worked).items()},
    }


async def _felt(path: Path, moods: VoiceMoods) -> float:
    heard = hear(read(path))
    features, delivery = described(heard), delivery_of(heard)
    kept = moods.packed(features)
    moods.read(features, [moods.unpacked(kept) for _ in range(EARLIER)])
    return impatience(delivery, [delivery] * EARLIER)


def _spoken(folder: Path, seconds: float) -> Path:
    """Write a voice of gliding harmonics in four syllables a second, with a pause in every other second."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * 150 * (time_s + 0.02 * np.sin(3 * np.pi * time_s))
    voice = sum(np.sin(k * phase) / k for k in range(1, 6)) * np.sin(4 * np.pi * time_s) ** 2 * (time_s % 2 < 1.6)
    noise = 0.01 * np.random.default_rng(0).standard_normal(len(time_s))
    path = folder / f"{seconds:g}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(0.3 * voice + noise, -1, 1) * 32767).astype("<i2").tobytes())
    return path


if __name__ == "__main__":
    typer.run(main)
