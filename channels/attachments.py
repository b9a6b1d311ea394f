"""Pictures and recordings that people send: really decoded before they are kept, stored under random names.

A picture is opened and decoded by Pillow, with its pixels counted before anything is unpacked. A recording is known by
its first bytes; a WAV is also read through. The bytes lie below the data folder's ``attachments/``.
"""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from channels.auth import Caller
from channels.context import CallerDep, ContextDep
from channels.media import Checked, check
from channels.problems import ProblemError
from channels.settings import Settings
from channels.turns import known_form
from dialogue.errors import UnknownConversationError
from knowledge.db import Database
from knowledge.errors import StorageFullError
from knowledge.schema import Attachment, Conversation
from knowledge.types import new_id, utc_now

router = APIRouter(prefix="/v1/attachments", tags=["attachments"])

_DECODERS = asyncio.Semaphore(2)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            }
        },
    }
}


@router.post("", status_code=201, openapi_extra=_FORM)
async def upload(request: Request, context: ContextDep, caller: CallerDep) -> JSONResponse:
    """Keep a picture or a recording; its id goes into a message's `attachments`."""
    context.rates.spend(f"{caller.role}:{caller.subject}")
    content = await _uploaded(request)
    row = await keep(context.platform.database, context.settings, caller, content)
    return JSONResponse({"id": row.id, "kind": row.kind, "media_type": row.media_type, "size": row.size_bytes}, 201)


@router.get("/{attachment_id}", response_class=FileResponse)
async def download(context: ContextDep, caller: CallerDep, attachment_id: str) -> FileResponse:
    """Return the bytes to whom they belong, to the shopper whom they were sent to, and to agents and merchants."""
    try:
        known_form(attachment_id)
    except UnknownConversationError:
        raise ProblemError("unknown_attachment") from None
    async with context.platform.database.read() as session:
        row = await session.get(Attachment, attachment_id)
        given = await _was_given(session, row, caller)
    if row is None or (caller.role == "shopper" and row.owner != caller.subject and not given):
        raise ProblemError("unknown_attachment")
    path = context.settings.data / row.path
    if not path.is_file():
        raise ProblemError("unknown_attachment")
    if row.owner != caller.subject:
        context.looks.saw(caller, "attachment", row.id)
    return FileResponse(path, media_type=row.media_type, headers={"Content-Disposition": "inline"})


async def _was_given(session: AsyncSession, row: Attachment | None, caller: Caller) -> bool:
    """Tell whether somebody at the desk sent it to the caller, in a conversation of theirs."""
    if row is None or row.conversation_id is None or caller.role != "shopper":
        return False
    head = await session.get(Conversation, row.conversation_id)
    return head is not None and (head.role, head.subject) == ("shopper", caller.subject)


async def _uploaded(request: Request) -> bytes:
    try:
        async with request.form(max_files=1, max_fields=8) as form:
            files = [value for value in form.values() if isinstance(value, UploadFile)]
            if not files:
                raise ProblemError("malformed_upload")
            return await files[0].read()
    except HTTPException as error:
        raise _upload_problem(error) from None
    except OSError as error:  # a large part is spooled to the temporary folder
        raise _full(error) from error


def _upload_problem(error: HTTPException) -> ProblemError:
    """Return the guard's refusal that ended the reading, or that this is no form."""
    return error.__cause__ if isinstance(error.__cause__, ProblemError) else ProblemError("malformed_upload")


async def keep(database: Database, settings: Settings, caller: Caller, content: bytes) -> Attachment:
    """Check the bytes, store them, and return their row.

    Raises:
        ProblemError: empty, damaged, of an unsupported kind, too many pixels.
        StorageFullError: the disk is full; nothing was kept.
    """
    if len(content) > settings.max_attachment_bytes:
        raise ProblemError("too_large", {"limit": settings.max_attachment_bytes})
    async with _DECODERS:
        checked = await asyncio.to_thread(check, content, settings.max_pixels)
    attachment_id = new_id("att") + secrets.token_hex(6)
    relative = f"attachments/{attachment_id[4:6]}/{attachment_id}{checked.suffix}"
    path = settings.data / relative
    await asyncio.to_thread(_write, path, content)
    row = _row(attachment_id, caller, checked, relative, len(content))
    try:
        async with database.write() as session:
            session.add(row)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return row


def _row(attachment_id: str, caller: Caller, checked: Checked, relative: str, size: int) -> Attachment:
    values: dict[str, Any] = {"kind": checked.kind, "media_type": checked.media_type, "path": relative}
    return Attachment(id=attachment_id, owner=caller.subject, size_bytes=size, created_at=utc_now(), **values)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _full(error) from error


def _full(error: OSError) -> Exception:
    if error.errno in _FULL:
        return StorageFullError("the disk is full; nothing was written")
    return error
