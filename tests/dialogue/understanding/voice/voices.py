"""Voices made of harmonics: an angry one is higher, louder and faster than the same speaker's sad one."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recording import FloatArray

EMOTIONS = {"angry": (1.5, 0.9, 8.0), "sad": (0.85, 0.15, 2.0), "neutral": (1.0, 0.4, 4.0)}
"""Pitch against the speaker's own, loudness, syllables a second."""


def said(emotion: str, speaker: int, take: int, seconds: float = 0.8) -> FloatArray:
    pitch, loudness, syllables = EMOTIONS[emotion]
    rng = np.random.default_rng([speaker, take, len(emotion)])
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    base = (95 + 25 * speaker) * pitch * (1 + 0.03 * rng.standard_normal())
    phase = 2 * np.pi * base * (time + 0.01 * np.sin(2 * np.pi * 3 * time))
    voice = sum(np.sin(k * phase) / k for k in range(1, 6)) / 2.3
    beat = 0.55 + 0.45 * np.sin(2 * np.pi * syllables * time + rng.uniform(0, 6))
    return np.asarray(loudness * beat * voice + 0.002 * rng.standard_normal(len(time)), dtype=np.float32)


def write(path: Path, samples: FloatArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
