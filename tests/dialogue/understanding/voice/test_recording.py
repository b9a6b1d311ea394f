"""What browsers and phones record is read; what is no recording is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.voice import recording
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.pitch import track
from dialogue.understanding.voice.recording import FloatArray, RecordingError, VoiceUnavailableError, read

pytest.importorskip("av")
from tests.dialogue.understanding.voice.encoding import FORMATS, encoded
from tests.dialogue.understanding.voice.voices import said

VOICE = said("neutral", 2, 0, seconds=2.0)


def tone(samples: FloatArray) -> float:
    hertz = track(np.asarray(samples, dtype=np.float64)).hertz
    return float(np.median(hertz[hertz > 0]))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_of_browsers_and_phones_gives_the_same_voice(suffix: str, channels: int) -> None:
    if suffix in ("amr", "3gp") and channels == 2:
        pytest.skip("AMR has one channel")
    found = read(encoded(VOICE, suffix, channels=channels))
    assert found.dtype == np.float32
    assert len(found) == pytest.approx(2 * RATE_HZ, abs=0.06 * RATE_HZ)
    assert tone(found) == pytest.approx(tone(VOICE), rel=0.02)
    assert found.std() == pytest.approx(VOICE.std(), rel=0.2)


def test_amr_in_its_wide_form_is_read() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (50, 17), dtype=np.uint8)
    speech = b"".join(b"\x04" + bytes(frame) for frame in noise)
    assert len(read(b"#!AMR-WB\n" + speech)) == RATE_HZ


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "voice.wav").write_bytes(encoded(VOICE, "webm"))
    assert len(read(tmp_path / "voice.wav")) == pytest.approx(2 * RATE_HZ, abs=0.06 * RATE_HZ)


def test_of_a_long_recording_the_start_is_read() -> None:
    assert len(read(encoded(VOICE, "ogg"), longest_s=0.5)) == RATE_HZ // 2


def test_of_a_recording_that_was_cut_off_what_is_there_is_read() -> None:
    whole = encoded(VOICE, "webm")
    assert 0.2 * RATE_HZ < len(read(whole[: len(whole) // 2])) < 1.8 * RATE_HZ


@pytest.mark.parametrize(
    "content",
    [b"", b"OggS", b"RIFF no sound", b"\x1aE\xdf\xa3" + bytes(100), b"#!AMR\n" + bytes(3), b"ID3\x04" + bytes(200)],
)
def test_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"the recording (cannot be read|holds no sound)"):
        read(content)
    (tmp_path / "b.wav").write_bytes(content)
    with pytest.raises(RecordingError, match=r"b\.wav (cannot be read|holds no sound)"):
        read(tmp_path / "b.wav")


def test_a_list_of_other_files_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "voice.wav").write_bytes(encoded(VOICE, "wav"))
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:2,\n{tmp_path}/voice.wav\n#EXT-X-ENDLIST\n")
    with pytest.raises(RecordingError, match="cannot be read"):
        read(tmp_path / "list.m3u8")


def test_without_the_packages_it_is_said_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "readable", lambda: False)
    with pytest.raises(VoiceUnavailableError, match=r"pip install 'xiaoer\[speech\]'"):
        read(b"")
