"""Recordings as browsers and phones make them, for tests."""

from __future__ import annotations

import io

import av
import numpy as np

from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recording import FloatArray

FORMATS = {
    "webm": ("webm", "libopus", 48_000),
    "ogg": ("ogg", "libopus", 48_000),
    "wav": ("wav", "pcm_s16le", 44_100),
    "mp3": ("mp3", "mp3", 44_100),
    "m4a": ("ipod", "aac", 44_100),
    "aac": ("adts", "aac", 44_100),
    "3gp": ("3gp", "libopencore_amrnb", 8_000),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "flac": ("flac", "flac", 16_000),
}
"""Container, codec and sampling rate, by what the file is called."""


def encoded(samples: FloatArray, suffix: str, *, channels: int = 1) -> bytes:
    """Return the samples as a file of a format of `FORMATS`, the same in every channel."""
    container_name, codec, rate = FORMATS[suffix]
    layout = {1: "mono", 2: "stereo"}[channels]
    frame = av.AudioFrame.from_ndarray(np.tile(_integers(samples), (channels, 1)), format="s16p", layout=layout)
    frame.sample_rate = RATE_HZ
    content = io.BytesIO()
    with av.open(content, "w", format=container_name) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = 12_200 if codec == "libopencore_amrnb" else 32_000
        for given in (frame, None):
            for packet in stream.encode(given):
                container.mux(packet)
    return content.getvalue()


def _integers(samples: FloatArray) -> FloatArray:
    return np.asarray((np.clip(samples, -1, 1) * 32767).astype(np.int16))
