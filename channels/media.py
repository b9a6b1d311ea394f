"""Is this really a picture or a recording? Judged from the bytes alone, never from a name or a declared type."""

from __future__ import annotations

import dataclasses
import io
import logging
import struct
from typing import Literal

from channels.problems import ProblemError

logger = logging.getLogger(__name__)

_PICTURES = {
    "JPEG": ("image/jpeg", ".jpg"),
    "PNG": ("image/png", ".png"),
    "WEBP": ("image/webp", ".webp"),
    "GIF": ("image/gif", ".gif"),
}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
_3GP_BRANDS = {b"3gp4", b"3gp5", b"3gp6"}
_M4A_BRANDS = {b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso2", b"dash"}
MIN_SOUND_BYTES = 32


@dataclasses.dataclass(frozen=True)
class Checked:
    """What the bytes are."""

    kind: Literal["image", "audio"]
    media_type: str
    suffix: str


def check(content: bytes, max_pixels: int) -> Checked:
    """Return what the bytes are.

    Raises:
        ProblemError: ``empty_file``, ``unsupported_file``, ``heic_picture``, ``broken_picture``, ``picture_too_big`` or ``broken_sound``.
    """
    if not content:
        raise ProblemError("empty_file")
    if _looks_like_picture(content):
        return _check_picture(content, max_pixels)
    brand = content[8:12] if content[4:8] == b"ftyp" else b""
    if brand in _HEIC_BRANDS:
        raise ProblemError("heic_picture")
    return _check_sound(content, brand)


def _looks_like_picture(content: bytes) -> bool:
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
    return content.startswith(starts) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def _check_picture(content: bytes, max_pixels: int) -> Checked:
    from PIL import Image  # noqa: PLC0415  (heavy)

    try:
        with Image.open(io.BytesIO(content), formats=tuple(_PICTURES)) as picture:
            kind, (width, height) = str(picture.format), picture.size
            if width * height > max_pixels:
                raise ProblemError("picture_too_big", {"limit": max_pixels})
            picture.verify()
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            picture.load()
    except ProblemError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ProblemError("picture_too_big", {"limit": max_pixels}) from None
    except Exception as error:  # a decoder over hostile bytes raises whatever it likes
        logger.info("picture refused: %s", type(error).__name__)
        raise ProblemError("broken_picture") from None
    media_type, suffix = _PICTURES[kind]
    return Checked("image", media_type, suffix)


def _check_sound(content: bytes, brand: bytes) -> Checked:
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        _check_wav(content)
        return Checked("audio", "audio/wav", ".wav")
    found = _sound_type(content, brand)
    if found is None:
        raise ProblemError("unsupported_file")
    if len(content) < MIN_SOUND_BYTES:
        raise ProblemError("broken_sound")
    return Checked("audio", *found)


def _sound_type(content: bytes, brand: bytes) -> tuple[str, str] | None:
    if content.startswith(b"OggS"):
        return "audio/ogg", ".ogg"
    if content.startswith(b"\x1aE\xdf\xa3"):
        return "audio/webm", ".webm"
    if content.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr", ".amr"
    if brand in _3GP_BRANDS:
        return "audio/3gpp", ".3gp"
    if brand in _M4A_BRANDS:
        return "audio/mp4", ".m4a"
    if content.startswith(b"ID3") or _is_mp3_frame(content):
        return "audio/mpeg", ".mp3"
    return None


def _is_mp3_frame(content: bytes) -> bool:
    """Sync word, a known version, layer III, a valid bit rate and sampling rate."""
    if len(content) < 4:
        return False
    first, second, third = content[0], content[1], content[2]
    synced = first == 0xFF and second & 0xE0 == 0xE0
    return (
        synced
        and second & 0x18 != 0x08
        and second & 0x06 == 0x02
        and third >> 4 not in (0, 15)
        and third & 0x0C != 0x0C
    )


def _check_wav(content: bytes) -> None:
    """Walk the chunks: a usable format before data that is really there. A recorder may leave the data size at 0 or at its maximum."""
    position, has_format = 12, False
    while position + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        position += 8
        if name == b"fmt ":
            has_format = _usable_format(content[position : position + size])
        elif name == b"data":
            present = len(content) - position
            streamed = size in (0, 0xFFFFFFFF, 0x7FFFFFFF)
            if has_format and present > 0 and (streamed or present >= size):
                return
            break
        position += size + size % 2
    raise ProblemError("broken_sound")


def _usable_format(chunk: bytes) -> bool:
    if len(chunk) < 16:
        return False
    channels: int
    rate: int
    block: int
    _, channels, rate, _, block, _ = struct.unpack_from("<HHIIHH", chunk)
    return 1 <= channels <= 8 and 1000 <= rate <= 384_000 and block > 0
