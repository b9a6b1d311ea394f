"""The embedded recogniser, where it is installed."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.voice import whisper
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recognition import Recording
from dialogue.understanding.voice.recording import FloatArray, read
from dialogue.understanding.voice.whisper import EmbeddedWhisper

RAVDESS = (
    Path(os.environ.get("XIAOER_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")) / "voice_ravdess" / "audio"
)
installed = pytest.mark.skipif(not whisper.installed(), reason="the recogniser is not installed")


async def recognised(samples: FloatArray) -> tuple[str, str]:
    found = await EmbeddedWhisper().transcribe(Recording(Path("a.webm"), "audio/webm", samples))
    assert found is not None
    assert found.recogniser == "whisper-base"
    return found.text, found.lang


async def test_without_samples_it_cannot_tell() -> None:
    assert await EmbeddedWhisper().transcribe(Recording(Path("a.amr"), "audio/amr", None)) is None


@installed
@pytest.mark.slow
@pytest.mark.skipif(not RAVDESS.is_dir(), reason="RAVDESS is not here")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("03-01-01-01-01-01-01", "kids are talking by the door"),
        ("03-01-01-01-02-01-02", "dogs are sitting by the door"),
    ],
)
async def test_an_english_sentence_is_recognised(name: str, words: str) -> None:
    text, lang = await recognised(read(RAVDESS / f"{name}.flac"))
    assert (text.lower().rstrip("."), lang) == (words, "en")


@installed
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
async def test_a_synthetic_voice_is_recognised(tmp_path: Path) -> None:
    command = ["espeak-ng", "-w", str(tmp_path / "a.wav"), "Where is my order?"]
    await asyncio.to_thread(subprocess.run, command, check=True)
    text, lang = await recognised(read(tmp_path / "a.wav"))
    assert "order" in text.lower()
    assert lang == "en"


@installed
@pytest.mark.slow
@pytest.mark.parametrize("loudness", [0.0, 0.1])
async def test_silence_and_noise_have_no_words(loudness: float) -> None:
    noise = np.random.default_rng(0).standard_normal(3 * RATE_HZ)
    assert await recognised(np.asarray(loudness * noise, dtype=np.float32)) == ("", "")
