"""Reading what browsers and phones record; needs the extra ``speech`` (PyAV).

WebM and Ogg (Opus, Vorbis), WAV, MP3, M4A (AAC), 3GP, AMR, FLAC, each known by its content. Formats that point to other files
(playlists) are not opened, whatever they are called.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dialogue.errors import DialogueError
from dialogue.understanding.voice.frames import RATE_HZ

FloatArray = npt.NDArray[np.float32]
LONGEST_S = 30.0
_OPTIONS = {"format_whitelist": "ogg,matroska,webm,wav,mp3,mov,mp4,m4a,aac,amr,flac"}


class VoiceUnavailableError(DialogueError):
    """The packages that read recordings are not installed."""


class RecordingError(DialogueError):
    """A recording that cannot be read."""


def readable() -> bool:
    """Return whether recordings can be read here."""
    return importlib.util.find_spec("av") is not None


def read(source: Path | bytes, *, longest_s: float = LONGEST_S) -> FloatArray:
    """Return the samples of a recording in one channel at `RATE_HZ`, about -1 to 1, ``[samples]``; its start where it is longer.

    Of a recording that is damaged further on, what comes before is returned.

    Args:
        source: a file, or its content.
        longest_s: how many seconds are read.

    Raises:
        VoiceUnavailableError: PyAV is not installed.
        RecordingError: there is no sound to be read.
    """
    if not readable():
        raise VoiceUnavailableError("recordings need PyAV: pip install 'xiaoer[speech]'")
    av = importlib.import_module("av")
    name = "the recording" if isinstance(source, bytes) else str(source)
    pieces: list[FloatArray] = []
    try:
        with av.open(io.BytesIO(source) if isinstance(source, bytes) else str(source), options=_OPTIONS) as container:
            _decode(av, container, pieces, int(longest_s * RATE_HZ))
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        if not pieces:
            raise RecordingError(f"{name} cannot be read as a recording ({type(error).__name__})") from error
    if not pieces:
        raise RecordingError(f"{name} holds no sound")
    return np.concatenate(pieces)[: int(longest_s * RATE_HZ)]


def _decode(av: Any, container: Any, pieces: list[FloatArray], wanted: int) -> None:
    """Add to `pieces` until there are so many samples or the recording ends."""
    resampler = av.AudioResampler(format="fltp", rate=RATE_HZ)
    for frame in container.decode(container.streams.audio[0]):
        pieces += _arrays(resampler.resample(frame))
        if sum(map(len, pieces)) >= wanted:
            return
    pieces += _arrays(resampler.resample(None))


def _arrays(frames: Any) -> list[FloatArray]:
    """Return the mean of the channels; FFmpeg's own mix to one makes two of them 3 dB louder."""
    return [np.asarray(frame.to_ndarray().mean(axis=0), dtype=np.float32) for frame in frames if frame.samples]
