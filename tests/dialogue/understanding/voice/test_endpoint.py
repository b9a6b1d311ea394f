"""A recogniser over HTTP gets the form that OpenAI's clients send; one that fails costs nothing but its timeout."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import email.parser
import email.policy
import io
import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.voice.endpoint import Endpoint, TranscriptionEndpoint
from dialogue.understanding.voice.frames import RATE_HZ
from dialogue.understanding.voice.recognition import Recording
from dialogue.understanding.voice.types import Transcript

SOUND = b"\x1aE\xdf\xa3 what a browser recorded"


@dataclasses.dataclass
class Server:
    """Answers every request alike, and keeps what came."""

    status: int = 200
    answer: bytes = b'{"text": " Where is my order? "}'
    stalls: bool = False
    path: str = ""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    fields: dict[str, tuple[str | None, str, bytes]] = dataclasses.field(default_factory=dict)
    """Name to file name, media type and content."""
    calls: list[asyncio.Task[None]] = dataclasses.field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.calls.append(task)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.strip().split("\r\n")
        self.path = request.split()[1]
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(self.headers["content-length"]))
        whole = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode() + body
        for part in email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole).iter_parts():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            name = str(part.get_param("name", header="content-disposition"))
            self.fields[name] = (part.get_filename(), part.get_content_type(), content)
        if not self.stalls:
            writer.write(
                f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.answer)}\r\n\r\n".encode() + self.answer
            )
            await writer.drain()
        else:
            await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def running(server: Server) -> AsyncIterator[str]:
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        listening.close()
        await listening.wait_closed()
        await asyncio.gather(*server.calls)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    (tmp_path / "a.webm").write_bytes(SOUND)
    return Recording(tmp_path / "a.webm", "audio/webm", None)


async def test_a_recording_is_sent_as_a_form_and_its_text_comes_back(recording: Recording) -> None:
    server = Server(answer=json.dumps({"text": " 我的订单在哪里？ ", "language": "chinese"}).encode())
    async with running(server) as base_url:
        found = await TranscriptionEndpoint(Endpoint(base_url, "whisper-1", "key-1")).transcribe(recording)
    assert found is not None
    assert found == Transcript(text="我的订单在哪里？", lang="zh", recogniser="whisper-1", ms=found.ms)
    assert found.ms > 0
    assert server.path == "/v1/audio/transcriptions"
    assert server.headers["authorization"] == "Bearer key-1"
    assert server.fields == {
        "model": (None, "text/plain", b"whisper-1"),
        "response_format": (None, "text/plain", b"json"),
        "file": ("voice.webm", "audio/webm", SOUND),
    }


async def test_what_such_servers_do_not_read_is_sent_as_wav(tmp_path: Path) -> None:
    samples = np.sin(np.arange(RATE_HZ, dtype=np.float32) / 20)
    server = Server()
    async with running(server) as base_url:
        amr = Recording(tmp_path / "a.amr", "audio/amr", samples)
        assert await TranscriptionEndpoint(Endpoint(base_url + "/", "m")).transcribe(amr) is not None
    assert "authorization" not in server.headers
    name, media_type, content = server.fields["file"]
    assert (name, media_type) == ("voice.wav", "audio/wav")
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        sent = np.frombuffer(file.readframes(RATE_HZ), dtype="<i2") / 32767
    assert np.allclose(sent, samples, atol=1e-4)


@pytest.mark.parametrize(
    "server",
    [
        Server(status=500),
        Server(status=401),
        Server(answer=b"<html>"),
        Server(answer=b'{"words": []}'),
        Server(stalls=True),
    ],
)
async def test_a_server_that_fails_gives_no_text(recording: Recording, server: Server) -> None:
    async with running(server) as base_url:
        assert await TranscriptionEndpoint(Endpoint(base_url, "m", timeout_s=0.3)).transcribe(recording) is None


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1/v1", "http://[::bad"])
async def test_a_server_that_is_not_there_gives_no_text(recording: Recording, base_url: str) -> None:
    assert await TranscriptionEndpoint(Endpoint(base_url, "m", timeout_s=0.3)).transcribe(recording) is None


def test_the_key_is_not_printed() -> None:
    assert "secret" not in repr(Endpoint("http://x/v1", "m", "secret"))
