"""What a shopper sends along with a message: a picture or a recording, uploaded first as an app does it."""

from __future__ import annotations

import asyncio
import io
import wave
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from dialogue.build import Platform
from evals.judge.scenario import Page
from knowledge.schema import Attachment
from knowledge.types import new_id

Kind = Literal["image", "audio"]
_TYPES = {"image": ("image/png", "png"), "audio": ("audio/wav", "wav")}


async def upload(platform: Platform, owner: str, kind: Kind, page: Page | None = None) -> str:
    """Keep a small attachment of `owner` in the platform's data folder, and return its id; `page` is what a picture shows."""
    content = _recording() if kind == "audio" else _picture() if page is None else _drawn(page)
    return await keep(platform, owner, kind, content)


async def keep(platform: Platform, owner: str, kind: Kind, content: bytes) -> str:
    """Keep a PNG or WAV as an attachment of `owner` in the platform's data folder, and return its id."""
    media_type, suffix = _TYPES[kind]
    attachment_id = new_id("att")
    relative = f"attachments/{attachment_id}.{suffix}"
    path = platform.config.data / relative
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(path.write_bytes, content)
    row = Attachment(
        id=attachment_id,
        owner=owner,
        kind=kind,
        media_type=media_type,
        path=relative,
        size_bytes=len(content),
        created_at=platform.executor.clock(),
    )
    async with platform.database.write() as session:
        session.add(row)
    return attachment_id


def _picture() -> bytes:
    """Return a grey picture: a thing that nobody can make out."""
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(content, "PNG")
    return content.getvalue()


def _drawn(page: Page) -> bytes:
    """Return a page of another shop, as on a phone."""
    image = Image.new("RGB", (720, 640), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 680, 360), fill="#eee")
    draw.text((40, 400), page.title, font=ImageFont.load_default(30), fill="#191919")
    draw.text((40, 470), page.price, font=ImageFont.load_default(56), fill="#191919")
    if page.before:
        left, top, right, bottom = draw.textbbox((320, 495), page.before, font=ImageFont.load_default(30))
        draw.text((320, 495), page.before, font=ImageFont.load_default(30), fill="#777")
        draw.line((left, (top + bottom) / 2, right, (top + bottom) / 2), fill="#777", width=3)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _recording() -> bytes:
    """Return half a second of silence."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    return content.getvalue()
