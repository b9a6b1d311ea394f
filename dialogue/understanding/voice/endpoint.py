"""A recogniser somewhere else: any server with OpenAI's ``/audio/transcriptions`` (OpenAI, vLLM, LocalAI, ...)."""

from __future__ import annotations

import dataclasses
import io
import logging
import time
import wave

import httpx
import numpy as np
import pydantic

from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recognition import Recording
from dialogue.understanding.voice.recording import FloatArray
from dialogue.understanding.voice.types import Transcript

_TAKEN = frozenset({"audio/webm", "audio/ogg", "audio/wav", "audio/mpeg", "audio/mp4", "audio/flac"})
"""What such servers read; anything else is sent as WAV."""
_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """Where the server is."""

    base_url: str
    """With its ``/v1``."""
    model: str
    api_key: str | None = dataclasses.field(default=None, repr=False)
    timeout_s: float = 20.0
    """For the whole answer."""


class _Answer(pydantic.BaseModel):
    text: str
    language: str = ""


class TranscriptionEndpoint:
    """Sends each recording to an `Endpoint`; one that does not answer costs its timeout, and nothing else."""

    def __init__(self, endpoint: Endpoint, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._endpoint = endpoint
        self._transport = transport

    @property
    def name(self) -> str:
        """The model's."""
        return self._endpoint.model

    async def transcribe(self, recording: Recording) -> Transcript | None:
        """Send the file as multipart form; None where the server fails, refuses or answers nonsense."""
        started = time.perf_counter()
        try:
            answer = _Answer.model_validate_json(await self._post(recording))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, pydantic.ValidationError) as error:
            _log.warning("%s did not transcribe a voice message (%s)", self._endpoint.base_url, type(error).__name__)
            return None
        ms = round((time.perf_counter() - started) * 1000, 1)
        return Transcript(text=answer.text.strip(), lang=_code(answer.language), recogniser=self.name, ms=ms)

    async def _post(self, recording: Recording) -> bytes:
        headers = {"Authorization": f"Bearer {self._endpoint.api_key}"} if self._endpoint.api_key else {}
        async with httpx.AsyncClient(timeout=self._endpoint.timeout_s, transport=self._transport) as client:
            response = await client.post(
                f"{self._endpoint.base_url.rstrip('/')}/audio/transcriptions",
                headers=headers,
                data={"model": self._endpoint.model, "response_format": "json"},
                files={"file": _file(recording)},
            )
            return response.raise_for_status().content


def _file(recording: Recording) -> tuple[str, bytes, str]:
    if recording.media_type in _TAKEN or recording.samples is None:
        return f"voice{recording.path.suffix}", recording.path.read_bytes(), recording.media_type
    return "voice.wav", _wav(recording.samples), "audio/wav"


def _wav(samples: FloatArray) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return content.getvalue()


def _code(language: str) -> str:
    """Return ``zh`` for both ``zh`` and ``chinese``: servers do not agree on how to name a language."""
    return {"chinese": "zh", "english": "en"}.get(language.lower(), language.lower()[:2])
