"""What stands before every handler: size limits, media types, security headers, and a net under all of it.

Plain ASGI, so that a body is refused before it is read and a stream is never buffered.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.problems import ProblemError, language_of, problem_of, respond

PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


DRAINED_BYTES = 32 * 1024 * 1024
DRAIN_S = 5.0


class SafetyNet:
    """Answers an error that nobody foresaw with a problem document instead of a broken connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            return
        except Exception as error:
            problem = problem_of(error)
            if not started:
                await _refuse(problem, scope, receive, send)


class AddressGuard:
    """Reads a NUL in an address as U+FFFD, like every byte that is no text: nothing has such a name.

    PostgreSQL takes no NUL in a text, so a query for it would be an error instead of an empty answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "lifespan" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            query = scope["query_string"].replace(b"%00", b"%EF%BF%BD")
            scope = {**scope, "path": scope["path"].replace("\0", "\ufffd"), "query_string": query}
        await self.app(scope, receive, send)


class BodyGuard:
    """Refuses bodies that are too large (413) or of the wrong media type (415), by path."""

    def __init__(self, app: ASGIApp, *, limit_of: Callable[[str], int]) -> None:
        self.app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit_of(scope["path"])
        too_large = ProblemError("too_large", {"limit": limit}, {"Connection": "close"})
        length = headers.get("content-length", "")
        if length.isdigit() and int(length[:20]) > limit:
            await _drain(receive)
            await _refuse(too_large, scope, receive, send)
            return
        has_body = (length.isdigit() and int(length[:20]) > 0) or "transfer-encoding" in headers
        expected = _expected_type(scope["path"])
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if has_body and media_type != expected:
            await _drain(receive)
            await _refuse(ProblemError("wrong_media_type", {"expected": expected}), scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                await _drain(receive)
                raise too_large
            return message

        await self.app(scope, counted, send)


def _expected_type(path: str) -> str:
    return "multipart/form-data" if path == "/v1/attachments" else "application/json"


class SecurityHeaders:
    """Lays the usual headers on every response; a handler's own stand."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self.app(scope, receive, dressed)


def _dress(headers: MutableHeaders, path: str) -> None:
    # What people or imports brought is never a page, whatever it says it is.
    is_page = headers.get("content-type", "").startswith("text/html") and not path.startswith(("/v1/", "/media/"))
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
    if is_page:
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    if path.startswith("/v1/"):
        headers.setdefault("Cache-Control", "no-store")
    else:
        # The widget, its modules and the product pictures are meant to be used by other sites.
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")


async def _drain(receive: Receive) -> None:
    """Read a refused body away, within bounds: a connection closed in mid-body would cost the client our answer."""
    left = DRAINED_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return


async def _refuse(problem: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    await respond(problem, language_of(Request(scope)))(scope, receive, send)
