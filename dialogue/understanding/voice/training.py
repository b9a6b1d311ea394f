"""Learning how voices sound from recordings with an emotion and a speaker each, and how far it can be relied on.

Every recording is also heard at other speeds and through other microphones. Speakers are left out in turn, in at most eight
groups, to measure and to set from which chance on a label stands: strangers through a microphone that nothing was learnt
from, known speakers given `ENOUGH` of their other recordings, drawn at random.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from dialogue.understanding.voice.emotion import ENOUGH, SPEEDS, VoiceModelError, fit
from dialogue.understanding.voice.features import group_sizes, measure
from dialogue.understanding.voice.microphones import through_another
from dialogue.understanding.voice.moods import SURE, VoiceMoods
from dialogue.understanding.voice.recording import FloatArray

_MICROPHONES = 3
_FOLDS = 8
_THRESHOLDS = np.arange(0.3, 0.96, 0.05)


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """What was said of recordings of speakers left out."""

    chances: FloatArray
    """``[recordings, labels]``; the rows of recordings that could not be judged are 0."""
    judged: npt.NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Trained:
    """A model, with what speakers left out say of it."""

    moods: VoiceMoods
    stranger: HeldOut
    known: HeldOut


@dataclasses.dataclass(frozen=True)
class _Takes:
    """The features of the same recordings, heard in every way."""

    plain: FloatArray
    speeds: tuple[FloatArray, ...]
    microphones: tuple[FloatArray, ...]
    unheard: FloatArray
    """Through a microphone to be judged by."""

    def of(self, rows: npt.NDArray[np.bool_]) -> _Takes:
        return _Takes(
            self.plain[rows],
            tuple(copy[rows] for copy in self.speeds),
            tuple(copy[rows] for copy in self.microphones),
            self.unheard[rows],
        )


def train(
    recordings: Sequence[FloatArray],
    emotions: Sequence[str],
    speakers: Sequence[str],
    progress: Callable[[float], None] = lambda _: None,
) -> Trained:
    """Learn from samples at `RATE_HZ`.

    Args:
        recordings: the samples of each, of any length.
        emotions: of each recording, from the product's labels.
        speakers: of each recording.
        progress: called with the share done.

    Raises:
        VoiceModelError: fewer than two speakers or two emotions.
    """
    if len(set(speakers)) < 2:
        raise VoiceModelError(f"expected recordings of at least two speakers, got {len(set(speakers))}")
    takes = _heard(recordings, progress)
    truth, owners = np.array(emotions), np.array(speakers)
    labels = sorted(set(emotions))
    stranger, known = (np.zeros((len(truth), len(labels)), dtype=np.float32) for _ in range(2))
    names = sorted(set(speakers))
    for start in range(min(_FOLDS, len(names))):
        held = np.isin(owners, names[start::_FOLDS])
        moods = _fitted(takes.of(~held), truth[~held], owners[~held], (1.0, 1.0))
        columns = [labels.index(label) for label in moods.stranger.labels]
        for row in np.flatnonzero(held):
            stranger[row, columns] = moods.chances(takes.unheard[row])
            if (earlier := _earlier(owners, int(row))) is not None:
                known[row, columns] = moods.chances(takes.plain[row], list(takes.plain[earlier]))
    right = np.array([labels.index(emotion) for emotion in emotions])
    found = [HeldOut(chances, chances.max(axis=1) > 0) for chances in (stranger, known)]
    sure = (_threshold(found[0], right, SURE[0]), _threshold(found[1], right, SURE[1]))
    return Trained(_fitted(takes, truth, owners, sure), *found)


def _heard(recordings: Sequence[FloatArray], progress: Callable[[float], None]) -> _Takes:
    rows = []
    for number, samples in enumerate(recordings):
        progress(number / len(recordings))
        others = [through_another(samples, np.random.default_rng([number, draw])) for draw in range(_MICROPHONES + 1)]
        ways = [(samples, 1.0), *((samples, speed) for speed in SPEEDS), *((other, 1.0) for other in others)]
        rows.append([measure(sound, speed) for sound, speed in ways])
    plain, *copies = (np.stack(way) for way in zip(*rows, strict=True))
    return _Takes(plain, tuple(copies[: len(SPEEDS)]), tuple(copies[len(SPEEDS) : -1]), copies[-1])


def _fitted(
    takes: _Takes, emotions: npt.NDArray[np.str_], speakers: npt.NDArray[np.str_], sure: tuple[float, float]
) -> VoiceMoods:
    said, owners, groups = emotions.tolist(), speakers.tolist(), group_sizes()
    stranger = fit(takes.plain, said, owners, groups=groups, copies=takes.microphones, strangers=True)
    known = fit(takes.plain, said, owners, groups=groups, copies=[*takes.speeds, *takes.microphones[:-1]])
    return VoiceMoods(stranger, known, sure)


def _earlier(owners: npt.NDArray[np.str_], row: int) -> npt.NDArray[np.int64] | None:
    """Return which other recordings of the speaker of `row` count as earlier; None where there are too few."""
    others = np.flatnonzero((owners == owners[row]) & (np.arange(len(owners)) != row))
    if len(others) < ENOUGH:
        return None
    return np.asarray(np.random.default_rng(row).choice(others, ENOUGH, replace=False))


def _threshold(found: HeldOut, right: npt.NDArray[np.int64], wanted: float) -> float:
    """Return the lowest chance from which on that share of the labels is right; the highest of `_THRESHOLDS` where none is."""
    chances, right = found.chances[found.judged], right[found.judged]
    highest, correct = chances.max(axis=1, initial=0.0), chances.argmax(axis=1) == right
    for threshold in _THRESHOLDS:
        answered = highest >= threshold
        if answered.any() and correct[answered].mean() >= wanted:
            return round(float(threshold), 2)
    return round(float(_THRESHOLDS[-1]), 2)
