"""``xiaoer mcp``: the protocol on stdin and stdout, logs on stderr, until the client closes its end or the process is told to stop."""

# ruff: noqa: PLC0415  (an extra, and heavy)
from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
import sys
from typing import NoReturn

import typer

from channels.auth import TokenRole, caller_for
from channels.cli_options import Language
from channels.mcp.opening import Counter, Opening
from channels.mcp.seat import Seat
from channels.settings import Settings
from tools.external.servers import MISSING, PACKAGE

CLOSE_S = 5.0
"""How long the end waits for what is under way."""
FAILED, WRONG_CALL = 1, 2


def serve(settings: Settings, seat: Seat) -> None:
    """Serve one client on stdin and stdout, and end the process with it."""
    if importlib.util.find_spec(PACKAGE) is None:
        typer.echo(f"xiaoer: {MISSING}", err=True)
        raise typer.Exit(FAILED)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(settings, seat))


async def _serve(settings: Settings, seat: Seat) -> None:
    from mcp.server.stdio import stdio_server

    from channels.mcp.door import Door

    opening = Opening(settings)
    opened = opening.begin()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = Door(seat, opening).server()
    async with stdio_server() as (read, write):
        serving = asyncio.create_task(server.run(read, write, server.create_initialization_options()))
        stopping = asyncio.create_task(stopped.wait())
        await _first(serving, stopping, opened)
        if opened.done() and not opened.exception():
            await _first(serving, stopping)
        try:
            await asyncio.wait_for(opening.close(), CLOSE_S)
        except TimeoutError:
            _leave(opened)
        if not serving.done():
            _leave(opened)
        stopping.cancel()
        await serving


async def _first(*tasks: asyncio.Task[None] | asyncio.Task[bool] | asyncio.Task[Counter]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


def _leave(opened: asyncio.Task[Counter]) -> NoReturn:
    """End the process without more ado: a thread waits for the client's next line, or builds the demo shop, and nothing can stop it."""
    from channels.console import sentence

    error = opened.exception() if opened.done() and not opened.cancelled() else None
    if error is not None:
        told = sentence(error) if isinstance(error, Exception) else None
        typer.echo(f"xiaoer: {told or repr(error)}", err=True)
    sys.stderr.flush()
    os._exit(FAILED if error is not None else 0)


def seat_of(role: TokenRole, subject: str | None, conversation_id: str | None, lang: Language | None) -> Seat:
    """Return who acts.

    Raises:
        typer.BadParameter: a conversation without the agent who holds it.
    """
    if conversation_id is not None and (role != "agent" or subject is None):
        raise typer.BadParameter("--conversation is for an agent who holds it: expected --role agent --as AGENT_ID")
    return Seat(caller_for(role, subject), conversation_id, lang)
