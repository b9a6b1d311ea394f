"""What can be measured of a recording: how it sounds, not what is said. Needs the extra ``speech`` (librosa).

Groups of functionals (`functionals`) over what is heard in each 10 ms (`pitch`, `spectrum`, `formants`): pitch, loudness, rhythm,
the shape of the spectrum and of the voice, cepstra, and how these move together. A fixed length whatever the recording's; raw, not
normalised by speaker. How pitch and loudness go from quarter to quarter is left out: it tells the sentence more than the mood (with
it, EmoDB loses three points of accuracy). 60 ms for a recording of 2 to 4 s on one core, 0.02 to 0.03 of its length.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from dialogue.understanding.voice.frames import FRAMES_A_SECOND, RATE_HZ, Mask, Track, runs
from dialogue.understanding.voice.functionals import (
    QUINTILES,
    correlations,
    course,
    log_covariance,
    modulation,
    persistence,
    rises,
)
from dialogue.understanding.voice.pitch import Pitch, track, unsteadiness
from dialogue.understanding.voice.recording import FloatArray, VoiceUnavailableError, read, readable
from dialogue.understanding.voice.spectrum import ALPHA, CENTROID, SLOPE_HIGH, SLOPE_MIDDLE, Spectrum, spectrum_of

_SHORTEST = RATE_HZ // 3
_SILENT_DB = 40.0
_FEWEST_VOICED = 5
_FEWEST_UNVOICED = 3
_LOWEST_HZ = 50.0
_MODULATED_DB = 60.0
_CONTOUR_FRAMES = 6


@dataclasses.dataclass(frozen=True)
class Heard:
    """A recording by its frames."""

    samples: Track
    pitch: Pitch
    spectrum: Spectrum
    active: Mask
    """Frames within 40 dB of the loudest."""
    voiced: Mask
    """Active ones that have a pitch; all active ones where hardly any has."""
    tones: Track
    """The pitch in semitones over 50 Hz."""


def available() -> bool:
    """Return whether recordings can be read and measured here."""
    return readable() and importlib.util.find_spec("librosa") is not None


def features_of(path: Path, speed: float = 1.0) -> FloatArray:
    """Return the features of a file, at most its first `recording.LONGEST_S` seconds.

    Args:
        path: of the recording.
        speed: how much faster, and so higher, to play it.

    Raises:
        VoiceUnavailableError, RecordingError.
    """
    return measure(read(path), speed)


def measure(samples: FloatArray, speed: float = 1.0) -> FloatArray:
    """Return the features of samples at `RATE_HZ`, ``[sum(group_sizes())]``; silence gives the features of silence.

    Args:
        samples: ``[samples]``, of any length.
        speed: how much faster, and so higher, to play them; in steps of a hundredth.
    """
    return described(hear(_played(samples, speed)))


def described(heard: Heard) -> FloatArray:
    """Return the features of a recording that was heard, ``[sum(group_sizes())]``."""
    return np.asarray(np.nan_to_num(np.concatenate(list(_groups(heard).values()))), dtype=np.float32)


@functools.cache
def group_sizes() -> tuple[int, ...]:
    """Return how many features of `measure` are about one thing, group after group."""
    return tuple(len(group) for group in _groups(hear(np.zeros(_SHORTEST))).values())


def _played(samples: FloatArray, speed: float) -> Track | FloatArray:
    if speed == 1.0 or not len(samples):
        return samples
    from scipy.signal import resample_poly  # noqa: PLC0415

    return np.asarray(resample_poly(samples, 100, round(100 * speed)))


def hear(samples: Track | FloatArray) -> Heard:
    """Cut samples at `RATE_HZ` into frames and measure each; silence before and after is left out."""
    sound: Track = np.asarray(samples, dtype=np.float64)
    librosa = _librosa()
    if np.abs(sound).max(initial=0.0) > 0:
        sound, _ = librosa.effects.trim(sound, top_db=35)
    sound = np.pad(sound, (0, max(0, _SHORTEST - len(sound))))
    pitch = track(sound)
    spectrum = spectrum_of(librosa, sound, pitch)
    active = spectrum.level_db > spectrum.level_db.max() - _SILENT_DB
    voiced = (pitch.hertz > 0) & active
    if voiced.sum() < _FEWEST_VOICED:
        voiced = active
    return Heard(sound, pitch, spectrum, active, voiced, 12 * np.log2(np.maximum(pitch.hertz, _LOWEST_HZ) / _LOWEST_HZ))


def _groups(heard: Heard) -> dict[str, Track]:
    """Return the features by what they are about; each group weighs the same (`emotion`)."""
    spectrum, active, voiced = heard.spectrum, heard.active, heard.voiced
    cepstra, mel = spectrum.cepstra, spectrum.mel_db
    steps = _steps(cepstra)
    unvoiced = active & ~voiced
    timbre = mel[:, voiced] - mel[:, voiced].mean(axis=0)
    return {
        "pitch": _pitch(heard),
        "unsteadiness": unsteadiness(heard.samples, heard.pitch.hertz, voiced),
        "contours": _contours(heard),
        "loudness": _loudness(spectrum, active, voiced),
        "rhythm": _rhythm(heard),
        "shape voiced": course(spectrum.shape[:, voiced], QUINTILES),
        "shape": course(spectrum.shape[:, active], QUINTILES),
        "shape unvoiced": spectrum.shape[:, unvoiced if unvoiced.sum() >= _FEWEST_UNVOICED else active].mean(axis=1),
        "falls": course(spectrum.falls_db[:, voiced], QUINTILES, slope=False),
        "formants": course(spectrum.formants[:, voiced], QUINTILES, slope=False),
        "prominence": course(spectrum.prominence_db[voiced], QUINTILES, slope=False),
        "cepstra": course(cepstra[:, active], (10, 50, 90)),
        "steps": _swings(cepstra, steps, active),
        "bands": np.concatenate(
            [mel[:, active].mean(axis=1), mel[:, active].std(axis=1), np.percentile(mel[:, active], 95, axis=1)]
        ),
        "timbre": np.concatenate([timbre.mean(axis=1), timbre.std(axis=1)]),
        "persistence": persistence(cepstra[:10]),
        "modulation": modulation(_wide_bands(mel)),
        "joint cepstra": log_covariance(np.vstack([cepstra[:10], 3 * steps[:10]])[:, active]),
        "joint steps": log_covariance(3 * steps[:13, active], 0.3),
        "joint bands": log_covariance(np.vstack([band.mean(axis=0) for band in np.array_split(mel, 12)])[:, active]),
        **_prosody(heard),
    }


def _pitch(heard: Heard) -> Track:
    tones = heard.tones[heard.voiced]
    low, lower, higher, high = np.percentile(tones, [5, 25, 75, 95])
    return np.concatenate([
        course(tones), rises(tones), [high - low, higher - lower],
        course(np.abs(np.diff(tones)), (50, 75, 90), slope=False),
        course(heard.pitch.harmonics_db[heard.voiced], (25, 50, 75), slope=False),
    ])  # fmt: skip


def _contours(heard: Heard) -> Track:
    """Return slope, growth, range and place of the highest tone of the stretches of voice, and how the first and last tones lie."""
    tones, level = heard.tones, heard.spectrum.level_db
    found = []
    for start, end in runs(heard.voiced, _CONTOUR_FRAMES):
        time = np.arange(end - start) - (end - start - 1) / 2
        slope, growth = (100 * (values[start:end] @ time) / (time @ time) for values in (tones, level))
        found.append((slope, growth, np.ptp(tones[start:end]), tones[start:end].argmax() / (end - start)))
    every = np.array(found) if found else np.zeros((1, 4))
    usual = tones[heard.voiced]
    ends = [usual[-8:].mean() - usual.mean(), usual[:8].mean() - usual.mean()]
    return np.concatenate(
        [every.mean(axis=0), every.std(axis=0), every.max(axis=0), every.min(axis=0), every[-1, :3], ends]
    )


def _loudness(spectrum: Spectrum, active: Mask, voiced: Mask) -> Track:
    ear, level = np.log(spectrum.loudness + 1e-3), spectrum.level_db
    return np.concatenate([
        course(ear[active]), rises(ear[active]), course(spectrum.loudness[active]),
        course(level[active], QUINTILES), course(level[voiced], QUINTILES),
    ])  # fmt: skip


def _rhythm(heard: Heard) -> Track:
    """Return stretches of voice a second, their lengths and those of the gaps, shares of both, peaks a second, the length."""
    ear, active, voiced = np.log(heard.spectrum.loudness + 1e-3), heard.active, heard.voiced
    seconds = len(voiced) / FRAMES_A_SECOND
    stretches, gaps = (_lengths(mask) for mask in (voiced, ~voiced))
    window = np.hanning(9)
    smooth = np.convolve(ear, window / window.sum(), "same")
    return np.concatenate([
        [len(stretches) / seconds, stretches.mean(), stretches.std(), stretches.max(), gaps.mean(), gaps.std(), gaps.max()],
        [voiced.mean(), active.mean(), _peaks(ear, active) / seconds, _peaks(smooth, active) / seconds],
        [np.log(seconds), np.log(voiced.sum() + 1.0)],
    ])  # fmt: skip


def _lengths(mask: Mask) -> Track:
    """Return the length of every run in seconds; one of 0 where there is none."""
    return np.array([end - start for start, end in runs(mask)] or [0]) / FRAMES_A_SECOND


def _peaks(values: Track, active: Mask) -> int:
    return int(((values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:]) & active[1:-1]).sum())


def _swings(cepstra: Track, steps: Track, active: Mask) -> Track:
    again = _steps(cepstra, order=2)
    return np.concatenate(
        [steps[:, active].std(axis=1), again[:, active].std(axis=1), np.abs(steps[:, active]).mean(axis=1)]
    )


def _steps(tracks: Track, order: int = 1) -> Track:
    return np.asarray(_librosa().feature.delta(tracks, order=order, mode="nearest"))


def _wide_bands(mel: Track) -> Track:
    """Return eight bands and their mean, not more than 60 dB below the highest."""
    kept = np.maximum(mel, mel.max() - _MODULATED_DB)
    return np.vstack([*(band.mean(axis=0) for band in np.array_split(kept, 8)), kept.mean(axis=0)])


def _prosody(heard: Heard) -> dict[str, Track]:
    """Return how pitch, level, tilt, clearness and formants move together in voice."""
    spectrum, shape = heard.spectrum, heard.spectrum.shape
    tones, level, clear = heard.tones, spectrum.level_db, heard.pitch.harmonics_db
    first, second = np.log(spectrum.formants[:2]) * 4
    # divided by about the standard deviation of each, so that the floor of the variances is the same share of all
    scaled = np.vstack([
        tones / 3, level / 6, shape[ALPHA] / 5, clear / 5, first, second, shape[CENTROID] / 500, spectrum.falls_db[0] / 5,
        shape[SLOPE_MIDDLE] / 5, shape[SLOPE_HIGH] / 2,
    ])  # fmt: skip
    related = np.vstack([tones, level, shape[ALPHA], clear, spectrum.formants[0], shape[CENTROID]])
    return {
        "joint prosody": log_covariance(scaled[:, heard.voiced], 0.05),
        "prosody": correlations(related[:, heard.voiced]),
    }


def _librosa() -> Any:
    if importlib.util.find_spec("librosa") is None:
        raise VoiceUnavailableError("recordings need librosa: pip install 'xiaoer[speech]'")
    return importlib.import_module("librosa")
