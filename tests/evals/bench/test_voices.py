"""The real-time factor of listening is measured on recordings of several lengths."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.understanding.voice import whisper
from dialogue.understanding.voice.features import available
from evals.bench import voices
from tests.dialogue.understanding.voice.voices import said, write

pytestmark = pytest.mark.skipif(not available(), reason="the extra speech is not installed")


async def test_each_length_has_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "LENGTHS_S", (1.0, 2.0))
    monkeypatch.setattr(whisper, "installed", lambda: False)
    report = await voices.measure(None, 2)
    assert [row["seconds"] for row in report["heard"]] == [1.0, 2.0]
    for row in report["heard"]:
        assert (
            0
            < row["emotion"]["rtf"]["p50"]
            == pytest.approx(row["emotion"]["ms"]["p50"] / 1000 / row["seconds"], rel=0.1)
        )
    assert [line.partition(":")[0] for line in voices.lines(report)] == ["1 s, emotion", "2 s, emotion"]


async def test_a_recording_of_ones_own_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper, "installed", lambda: False)
    write(tmp_path / "a.wav", said("sad", 1, 0, 1.5))
    report = await voices.measure(tmp_path / "a.wav", 1)
    assert [row["seconds"] for row in report["heard"]] == [1.5]
