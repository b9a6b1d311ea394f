"""``xiaoer serve``: build the platform with a progress bar, then listen."""

from __future__ import annotations

import contextlib
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import sqlmodel
import typer
import uvicorn
from uvicorn.loops.auto import auto_loop_factory

from channels.app import config_of, create_app
from channels.beside import beside
from channels.briefs import briefs_written
from channels.console import BUILDING, CommandError, progress_bar, run, settings_for
from channels.fitting import fitted_beside, tiers_kept
from channels.outward.assembly import outbox_sent
from channels.pages import PAGES
from channels.settings import Settings
from channels.signin import DEMO_SHOP
from dialogue.build import Platform, build
from dialogue.commands import Learns, Understander
from knowledge.embedding import default_embedder
from knowledge.schema import Account
from tools.executor import Services

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

KEEP_ALIVE_S = 75
MOST_FILES = 65_536
"""Enough for as many open pages as one process can serve."""


def serve(*, data: Path | None, host: str | None, port: int | None) -> None:
    """Run the platform until it is told to stop."""
    run(_serve(settings_for(data, host=host, port=port)), loop_factory=auto_loop_factory())


async def _serve(settings: Settings) -> None:
    _log_to_stderr()
    _allow_files()
    listener = _listen(settings)
    with listener:
        with progress_bar(BUILDING) as progress:
            platform = await build(config_of(settings), progress=progress)
        default_embedder().encode(["你好"])  # loaded now, so that the first shopper does not wait for it
        # What was built stays: freed of it, every later collection of garbage is short.
        gc.collect()
        gc.freeze()
        # A signal ends the process as soon as the server has shut down: the application closes what must be closed.
        beside = (
            fitted_beside(settings),
            tiers_kept(settings, platform.executor),
            briefs_written(settings, platform.conversations),
            outbox_sent(settings, platform.database),
            _pictures_known(settings, platform),
            _wishes_learnt(platform.conversations.runner.understander),
        )
        server = uvicorn.Server(server_config(settings, create_app(settings, platform, closes=True, beside=beside)))
        _announce(settings, listener.getsockname()[1])
        await _tell_first_account(settings, platform)
        await server.serve(sockets=[listener])


def _pictures_known(settings: Settings, platform: Platform) -> contextlib.AbstractAsyncContextManager[None]:
    """Look at the shop's pictures beside the server, so that the first shopper with a picture does not wait for it."""
    services = platform.executor.services
    gallery = services.gallery if isinstance(services, Services) else None
    return gallery.warmed() if gallery is not None and settings.fit_models else contextlib.nullcontext()


@contextlib.asynccontextmanager
async def _wishes_learnt(understander: Understander) -> AsyncIterator[None]:
    """Learn beside the server what merchants ask for, so that their first message does not wait for it."""
    async with beside(understander.warm() if isinstance(understander, Learns) else None):
        yield  # what its thread still learns at the end is kept for the next start


def server_config(settings: Settings, app: object) -> uvicorn.Config:
    """Return how the server listens: frames no larger than a JSON body, logs without query strings' secrets (there are none)."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=settings.max_json_bytes,
        ws_per_message_deflate=False,  # frames are small; the contexts would cost 300 KB a socket
        ws_ping_interval=20.0,
        ws_ping_timeout=30.0,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=15,
        server_header=False,
    )


def _listen(settings: Settings) -> socket.socket:
    """Bind before anything is built, so that a taken port is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Of this protocol by name: asyncio turns off the delay of small packets (40 ms an answer) only where it is.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        message = f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; take another with --port"
        raise CommandError(message) from error
    listener.setblocking(False)  # noqa: FBT003  (the socket module's own form)
    return listener


def _allow_files() -> None:
    """Raise the limit of open files as far as the system allows: every open page is one, and past the limit nobody gets in.

    The usual soft limit of 1,024 is low for the sake of programs that call ``select``.
    """
    if resource is None:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # macOS says that all is allowed, and then allows 10,240
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _announce(settings: Settings, port: int) -> None:
    shown = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104  (compared, not bound)
    base = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    typer.echo(f"xiaoer is open at {base}", err=True)
    for address, name in (*PAGES.items(), ("/docs", "HTTP interface")):
        typer.echo(f"  {name:<16} {base}{address}", err=True)
    if settings.environment == "development" and settings.host not in ("127.0.0.1", "localhost", "::1"):
        typer.echo(
            "  Development mode, reachable from outside: anyone may sign in to the demo. "
            "Set XIAOER_ENVIRONMENT=production and XIAOER_SECRET for real use.",
            err=True,
        )


async def _tell_first_account(settings: Settings, platform: Platform) -> None:
    """Say how the owner gets in, until somebody can: the demo in development lets everybody in by name."""
    if settings.environment == "development" and platform.shop.id == DEMO_SHOP:
        return
    async with platform.database.read() as session:
        known = (await session.exec(sqlmodel.select(Account.name).limit(1))).first()
    if known is None:
        where = "" if settings.data == Settings.model_fields["data"].default else f" --data {settings.data}"
        typer.echo(
            f"  Nobody has an account yet. Yours: xiaoer accounts add NAME --role supervisor{where}"
            f"\n  还没有任何账号。创建您的账号：xiaoer accounts add NAME --role supervisor{where}",
            err=True,
        )


def _log_to_stderr() -> None:
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    for noisy in ("uvicorn.access", "alembic", "httpx", "faiss"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
