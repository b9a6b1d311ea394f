"""Voice messages and moods on the command line, as people's files and settings give them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from channels import doctor
from channels.app import config_of
from channels.settings import Settings, SettingsError, load_settings
from dialogue.understanding.voice import features, whisper
from dialogue.understanding.voice.endpoint import Endpoint
from tests.channels.test_cli import as_json, xiaoer
from tests.dialogue.understanding.voice.encoding import encoded
from tests.dialogue.understanding.voice.voices import EMOTIONS, said, write

needs_speech = pytest.mark.skipif(not features.available(), reason="the extra speech is not installed")


class Dictated(BaseHTTPRequestHandler):
    """A transcription server that always hears the same."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"text": "where is my order D1002000004"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def dictated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Dictated) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("XIAOER_TRANSCRIBE_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
        yield
        server.shutdown()
        thread.join()


@needs_speech
@pytest.mark.slow
@pytest.mark.usefixtures("dictated")
def test_a_voice_message_alone_is_heard_understood_and_answered(demo_data: Path, tmp_path: Path) -> None:
    (tmp_path / "voice.m4a").write_bytes(encoded(said("neutral", 1, 0, 2.0), "m4a"))
    spoken = ("say", "--audio", str(tmp_path / "voice.m4a"), "--as", "C1002")
    turn = as_json(xiaoer(*spoken, "--json", data=demo_data))
    [heard] = turn["heard"]
    assert heard["transcript"]["text"] == "where is my order D1002000004"
    assert heard["voice"]["seconds"] == pytest.approx(2.0, abs=0.1)
    assert "features" not in heard["voice"]
    assert turn["understanding"]["entities"]["order_ref"][0]["value"] == {"id": "D1002000004"}
    assert turn["understanding"]["emotion"]["impatience"] == heard["voice"]["impatience"]
    assert "D1002000004" in json.dumps(turn["replies"])
    answer = xiaoer(*spoken, data=demo_data).stdout
    assert answer.startswith("[voice 语音] where is my order D1002000004\n")
    assert "impatience" in answer.splitlines()[1]
    replayed = xiaoer("replay", turn["conversation_id"], data=demo_data).stdout
    assert "heard 'where is my order D1002000004' (?, whisper-1)" in replayed
    scenario = tmp_path / "spoken.yaml"
    assert xiaoer("replay", turn["conversation_id"], "--to-scenario", str(scenario), data=demo_data).exit_code == 0
    assert "where is my order" in scenario.read_text()
    assert "audio" not in scenario.read_text()


def mood_file(path: Path, rows: list[dict[str, object]]) -> str:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return str(path)


def test_moods_of_texts_are_measured(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": "This is ridiculous, I am furious!!", "emotion": "angry"},
        {"text": "谢谢，太满意了", "emotion": "satisfied"},
        {"text": "?", "emotion": "calm"},
    ]
    found = as_json(xiaoer("emotion", "test", mood_file(tmp_path / "moods.jsonl", rows), "--json"))
    assert (found["set"], found["n"]) == ("moods.jsonl", 3)
    assert found["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-3)
    assert found["abstained"]["value"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["accuracy_answered"]["value"] == 1.0
    assert found["confusion"] == {"calm": {"unknown": 1}, "satisfied": {"satisfied": 1}, "angry": {"angry": 1}}


@needs_speech
@pytest.mark.slow
def test_voices_are_learned_and_measured(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = []
    for speaker in range(2):
        for mood in EMOTIONS:
            for take in range(2):
                name = f"{speaker}-{mood}-{take}.wav"
                write(tmp_path / name, said(mood, speaker, take, 1.5))
                rows.append({"audio": name, "emotion": mood, "speaker": f"s{speaker}"})
    data, model = mood_file(tmp_path / "voices.jsonl", rows), tmp_path / "voices.npz"
    trained = as_json(xiaoer("emotion", "train", data, "--out", str(model), "--json"))
    assert (trained["recordings"], trained["speakers"], trained["labels"]) == (12, 2, ["angry", "calm", "sad"])
    found = as_json(xiaoer("emotion", "test", data, "--model", str(model), "--json"))
    assert found["accuracy"]["value"] > 0.6
    assert found["accuracy"]["unit"] == "speaker (2)"
    shipped = as_json(xiaoer("emotion", "test", data, "--json"))
    assert shipped["n"] == 12


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"text": "hm", "emotion": "furious"}', "moods.jsonl, line 1: expected an"),
        ('{"audio": "a.wav", "emotion": "sad", "speaker": "x"}', "line 1: there is no file"),
    ],
)
def test_a_bad_line_ends_the_command_with_its_place(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "moods.jsonl").write_text(line)
    result = xiaoer("emotion", "test", str(tmp_path / "moods.jsonl"), "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert complaint in result.stderr


@needs_speech
def test_a_recording_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound")
    data = mood_file(tmp_path / "moods.jsonl", [{"audio": "a.wav", "emotion": "sad", "speaker": "x"}])
    result = xiaoer("emotion", "test", data)
    assert result.exit_code == 1
    assert "a.wav cannot be read as a recording" in result.stderr


def test_texts_teach_no_voices(tmp_path: Path) -> None:
    data = mood_file(tmp_path / "moods.jsonl", [{"text": "hm", "emotion": "sad"}])
    result = xiaoer("emotion", "train", data, "--out", str(tmp_path / "a.npz"))
    assert result.exit_code == 1
    assert "holds no recordings" in result.stderr


def test_the_transcription_server_comes_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_of(load_settings()).transcription is None
    monkeypatch.setenv("XIAOER_TRANSCRIBE_BASE_URL", "http://stt:9000/v1")
    monkeypatch.setenv("XIAOER_TRANSCRIBE_MODEL", "large")
    monkeypatch.setenv("XIAOER_TRANSCRIBE_API_KEY", "k")
    assert config_of(load_settings()).transcription == Endpoint("http://stt:9000/v1", "large", "k", 20.0)
    monkeypatch.setenv("XIAOER_TRANSCRIBE_BASE_URL", "stt:9000")
    with pytest.raises(SettingsError, match="XIAOER_TRANSCRIBE_BASE_URL: expected http"):
        load_settings()


@pytest.mark.parametrize(
    ("sounds", "recogniser", "url", "status", "words"),
    [
        (True, True, None, "ok", "how they sound, and what is said (whisper-base)"),
        (True, False, "http://stt/v1", "ok", "how they sound, and what is said (whisper-1)"),
        (True, False, None, "warn", "not what is said"),
        (False, False, "http://stt/v1", "warn", "not how they sound"),
        (False, False, None, "warn", "kept, not heard"),
    ],
)
def test_the_doctor_says_whether_voices_are_heard(
    monkeypatch: pytest.MonkeyPatch, *, sounds: bool, recogniser: bool, url: str | None, status: str, words: str
) -> None:
    monkeypatch.setattr(doctor, "available", lambda: sounds)
    monkeypatch.setattr(whisper, "installed", lambda: recogniser)
    finding = doctor._voices(Settings(transcribe_base_url=url))
    assert (finding.status, words in finding.detail) == (status, True)
    assert ("xiaoer[speech]" in finding.mend) == (status == "warn")
