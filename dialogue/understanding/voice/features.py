"""What can be measured of a recording: how it sounds, not what is said. Needs the extra ``speech`` (librosa).

Functionals (mean, deviation, percentiles, slope) over frames of: mel cepstra with deltas, mel bands, spectral contrast and shape,
loudness, pitch (YIN) and pauses. A fixed length whatever the recording's; raw, not normalised by speaker.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dialogue.errors import DialogueError

FloatArray = npt.NDArray[np.float32]
RATE_HZ = 16_000
LONGEST_S = 30.0
_FRAME, _HOP = 1024, 160
_PITCH_FRAME = 1024
_LOWEST_HZ, _HIGHEST_HZ = 65.0, 500.0
_SILENT_DB = -35.0
_SHORTEST = 2 * _PITCH_FRAME
_TINY = 1e-8


class VoiceUnavailableError(DialogueError):
    """The packages that read recordings are not installed."""


class RecordingError(DialogueError):
    """A recording that cannot be read."""


def available() -> bool:
    """Return whether recordings can be read here."""
    return importlib.util.find_spec("librosa") is not None


def features_of(path: Path) -> FloatArray:
    """Return the features of a file, at most its first `LONGEST_S` seconds.

    Raises:
        VoiceUnavailableError, RecordingError.
    """
    librosa = _librosa()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            samples, _ = librosa.load(path, sr=RATE_HZ, mono=True, duration=LONGEST_S)
    except Exception as error:  # every decoder has errors of its own
        raise RecordingError(f"{path} cannot be read as a recording ({type(error).__name__})") from error
    return measure(samples)


def measure(samples: FloatArray) -> FloatArray:
    """Return the features of samples at `RATE_HZ`; silence gives the features of silence."""
    librosa = _librosa()
    samples = np.asarray(samples, dtype=np.float32)
    samples, _ = librosa.effects.trim(samples, top_db=35) if np.abs(samples).max(initial=0.0) > 0 else (samples, None)
    if len(samples) < _SHORTEST:
        samples = np.pad(samples, (0, _SHORTEST - len(samples)))
    spectrum = np.abs(librosa.stft(samples, n_fft=_FRAME, hop_length=_HOP))
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=spectrum**2, sr=RATE_HZ, n_mels=64))
    cepstra = librosa.feature.mfcc(S=mel, n_mfcc=30)
    shape = {"S": spectrum, "sr": RATE_HZ}
    tracks = np.vstack([
        cepstra, librosa.feature.delta(cepstra, mode="nearest"), librosa.feature.delta(cepstra, order=2, mode="nearest"),
        librosa.feature.spectral_contrast(**shape, fmin=100.0, n_bands=5),
        librosa.feature.spectral_centroid(**shape), librosa.feature.spectral_bandwidth(**shape),
        librosa.feature.spectral_rolloff(**shape), librosa.feature.spectral_flatness(S=spectrum),
        librosa.feature.zero_crossing_rate(samples, frame_length=_FRAME, hop_length=_HOP),
    ])  # fmt: skip
    level = librosa.power_to_db((spectrum**2).mean(axis=0))
    loud = level - level.max()
    pitch = _pitch(librosa, samples, loud)
    parts = [
        tracks.mean(axis=1), tracks.std(axis=1), np.percentile(tracks[:30], [10, 90], axis=1).ravel(),
        mel.mean(axis=1), mel.std(axis=1), _course(level), pitch, _rhythm(loud, len(samples) / RATE_HZ),
    ]  # fmt: skip
    return np.asarray(np.nan_to_num(np.concatenate(parts)), dtype=np.float32)


def _pitch(librosa: Any, samples: FloatArray, loud: FloatArray) -> FloatArray:
    """Return the course of the pitch in semitones over 65 Hz where it is loud enough to have one, and of its steps."""
    hertz = librosa.yin(
        samples, fmin=_LOWEST_HZ, fmax=_HIGHEST_HZ, sr=RATE_HZ, frame_length=_PITCH_FRAME, hop_length=_HOP
    )
    frames = min(len(hertz), len(loud))
    spoken = (loud[:frames] > _SILENT_DB / 1.5) & (hertz[:frames] < _HIGHEST_HZ * 0.98)
    voiced = hertz[:frames][spoken] if spoken.sum() > 5 else np.full(6, _LOWEST_HZ)
    tones = np.asarray(12 * np.log2(voiced / _LOWEST_HZ), dtype=np.float32)
    return np.concatenate([_course(tones), _course(np.abs(np.diff(tones)))])


def _rhythm(loud: FloatArray, seconds: float) -> FloatArray:
    """Return the share of pauses, how often speech starts in a second, and the length."""
    spoken = loud > _SILENT_DB
    starts = float((np.diff(spoken.astype(np.int8)) == 1).sum())
    peaks = float(((loud[1:-1] > loud[:-2]) & (loud[1:-1] >= loud[2:]) & (loud[1:-1] > -20)).sum())
    return np.array([1 - spoken.mean(), starts / seconds, peaks / seconds, np.log(seconds)])


def _course(values: FloatArray) -> FloatArray:
    """Return mean, deviation, percentiles and slope of a track."""
    slope = np.polyfit(np.linspace(0, 1, len(values)), values, 1)[0] if len(values) > 1 else 0.0
    return np.concatenate([[values.mean(), values.std(), slope], np.percentile(values, [5, 25, 50, 75, 95])])


def _librosa() -> Any:
    if not available():
        raise VoiceUnavailableError("recordings need librosa: pip install 'xiaoer[speech]'")
    return importlib.import_module("librosa")
