"""The parts of OpenAI's chat format that this platform reads and writes."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any, Literal

import pydantic

from channels.attachments import keep
from channels.auth import Caller
from channels.context import Context
from channels.problems import ProblemError
from knowledge.types import new_id

MODEL = "xiaoer"
MAX_MESSAGES = 2000
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""No language model counted tokens here."""


class _Loose(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)


class _Url(_Loose):
    url: str


class _Sound(_Loose):
    data: str
    format: str = ""


class ContentPart(_Loose):
    """A text, a picture as a data URL, or a recording in base64."""

    type: str
    text: str | None = None
    image_url: _Url | None = None
    input_audio: _Sound | None = None


class ChatMessage(_Loose):
    """A message of the history."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    def text(self) -> str:
        """Return the words alone."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptions(_Loose):
    """``include_usage`` asks for one more chunk."""

    include_usage: bool | None = None


class ChatRequest(_Loose):
    """A request of an OpenAI client; what is not named here has no effect."""

    model: str = MODEL
    messages: list[ChatMessage] = pydantic.Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: str | None = pydantic.Field(default=None, max_length=256)
    metadata: dict[str, str] | None = None
    n: int | None = None


def last_user_message(body: ChatRequest) -> tuple[str, list[bytes]]:
    """Return the words and the decoded files of the last message, which must be a user's.

    Raises:
        ProblemError: ``invalid``.
    """
    message = body.messages[-1]
    if message.role != "user":
        raise ProblemError("invalid", detail="The last message must have the role 'user'.")
    parts = message.content if isinstance(message.content, list) else []
    files = [file for file in (_file(part) for part in parts) if file is not None]
    return message.text(), files


def _file(part: ContentPart) -> bytes | None:
    if part.image_url is not None:
        head, _, data = part.image_url.url.partition(",")
        if not head.startswith("data:") or not head.endswith(";base64"):
            raise ProblemError("invalid", detail="Send pictures as base64 data URLs; addresses are not fetched.")
        return _decoded(data)
    return _decoded(part.input_audio.data) if part.input_audio is not None else None


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ProblemError("invalid", detail="A file is not valid base64.") from None


async def saved_attachments(context: Context, caller: Caller, files: list[bytes]) -> tuple[str, ...]:
    """Keep the files as attachments and return their ids."""
    if len(files) > 8:
        raise ProblemError("invalid", detail="At most 8 files a message.")
    return tuple([(await keep(context.platform.database, context.settings, caller, file)).id for file in files])


def model_card() -> dict[str, Any]:
    """Return the one model's entry."""
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "xiaoer"}


def completion(text: str) -> dict[str, Any]:
    """Return a whole answer."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": new_id("chatcmpl"),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": NO_USAGE,
    }


def chunk(
    answer_id: str, created: int, delta: dict[str, str], finish_reason: str | None, extra: dict[str, Any] | None = None
) -> str:
    """Return one server-sent event of a streamed answer."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    return _event({**_chunk_head(answer_id, created), "choices": [choice], **({"xiaoer": extra} if extra else {})})


def usage_chunk(answer_id: str, created: int) -> str:
    """Return the last event of an answer whose client asked for usage."""
    return _event({**_chunk_head(answer_id, created), "choices": [], "usage": NO_USAGE})


def _chunk_head(answer_id: str, created: int) -> dict[str, Any]:
    return {"id": answer_id, "object": "chat.completion.chunk", "created": created, "model": MODEL}


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"
