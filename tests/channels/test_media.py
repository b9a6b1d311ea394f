"""Pictures and recordings are judged by their bytes."""

from __future__ import annotations

import contextlib
import io
import struct
import wave
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from channels.media import check
from channels.problems import ProblemError

LIMIT = 1_000_000


def picture(kind: str, size: tuple[int, int] = (16, 12)) -> bytes:
    content = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(content, kind)
    return content.getvalue()


def sound(seconds: float = 0.1) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x01\x02" * int(8000 * seconds))
    return content.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header says a huge size: a bomb for whoever unpacks before counting."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    packed = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_a_picture_is_known_by_its_bytes(kind: str, media_type: str) -> None:
    found = check(picture(kind), LIMIT)
    assert (found.kind, found.media_type) == ("image", media_type)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (sound(), "audio/wav"),
        (b"ID3\x04" + bytes(100), "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(100), "audio/mpeg"),
        (b"OggS" + bytes(100), "audio/ogg"),
        (b"\x1aE\xdf\xa3" + bytes(100), "audio/webm"),
        (b"\0\0\0\x18ftypM4A " + bytes(100), "audio/mp4"),
        (b"\0\0\0\x18ftyp3gp4" + bytes(100), "audio/3gpp"),
        (b"#!AMR\n" + bytes(100), "audio/amr"),
    ],
)
def test_a_recording_is_known_by_its_bytes(content: bytes, media_type: str) -> None:
    found = check(content, LIMIT)
    assert (found.kind, found.media_type) == ("audio", media_type)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"hello", "unsupported_file"),
        (b"%PDF-1.7" + bytes(100), "unsupported_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_file"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "heic_picture"),
        (b"\0\0\0\x18ftypmif1" + bytes(100), "heic_picture"),
        (picture("JPEG")[:-200], "broken_picture"),
        (picture("PNG")[:60], "broken_picture"),
        (picture("WEBP")[:40], "broken_picture"),
        (b"\xff\xd8\xff" + bytes(50), "broken_picture"),
        (b"GIF89a", "broken_picture"),
        (png_claiming(64, 64), "broken_picture"),
        (png_claiming(60_000, 60_000), "picture_too_big"),
        (png_claiming(9_000, 11_000), "picture_too_big"),
        (png_claiming(2_000, 1_000), "picture_too_big"),
        (sound()[:44], "broken_sound"),
        (sound()[:500], "broken_sound"),
        (sound()[:20], "broken_sound"),
        (b"RIFF\0\0\0\0WAVE", "broken_sound"),
        (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "broken_sound"),
        (b"OggS", "broken_sound"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_the_reason(content: bytes, code: str) -> None:
    with pytest.raises(ProblemError) as refused:
        check(content, LIMIT)
    assert refused.value.code == code
    assert refused.value.status in (415, 422)


def test_a_streamed_recording_without_its_length_is_taken() -> None:
    content = bytearray(sound())
    content[40:44] = b"\xff\xff\xff\xff"
    assert check(bytes(content), LIMIT).media_type == "audio/wav"


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a"]),
)
def test_no_bytes_get_anything_but_a_verdict(content: bytes, start: bytes) -> None:
    with contextlib.suppress(ProblemError):
        assert check(start + content, LIMIT).kind in ("image", "audio")
