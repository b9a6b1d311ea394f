"""``xiaoer eval load``: load on a fixed schedule, from the command line."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import typer
from uvicorn.loops.auto import auto_loop_factory

from channels.console import FAILED, fail, print_json, progress_bar, run, settings_for, told
from evals.bench.errors import BenchError
from evals.bench.idle_sockets import allow_files
from evals.bench.load import Load, Plan, Progress, Target, run_load
from evals.bench.load_page import page_of
from evals.bench.load_report import text_of
from evals.bench.server import LOG, served
from knowledge.db import sqlite_url

INTERRUPTED = 130


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What is wanted besides the plan."""

    data: Path | None
    """The folder of the shop; None: a demo shop that is kept among the temporary files."""
    url: str | None
    """A running server; None: one is started."""
    port: int | None
    html: Path | None
    as_json: bool


def load(plan: Plan, wanted: Wanted) -> None:
    """Lay load on a server and print what came of it; exit code 1 when something was not answered or a socket not held."""
    if wanted.url is not None and not wanted.url.startswith(("http://", "https://")):
        raise typer.BadParameter(f"--url: expected http://HOST:PORT, got {wanted.url!r}")
    if wanted.url is not None and wanted.port is not None:
        raise typer.BadParameter("--port is of a server that is started, and with --url none is")
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # the server is stopped either way
    with progress_bar("laying load") as progress, told(), _sentences():
        allow_files(plan.files)
        with _target(wanted, progress) as target:
            work = run_load(target, plan, at=dt.datetime.now(dt.UTC), progress=progress)
            found = run(work, loop_factory=auto_loop_factory())
    _print(found, wanted)


def _print(found: Load, wanted: Wanted) -> None:
    figures = found.figures()
    if wanted.html is not None:
        wanted.html.write_text(page_of(figures), encoding="utf-8")
    if wanted.as_json:
        print_json(figures)
    else:
        typer.echo(text_of(figures))
    if found.interrupted:
        raise typer.Exit(INTERRUPTED)
    if found.failed:
        raise typer.Exit(FAILED)


@contextlib.contextmanager
def _target(wanted: Wanted, progress: Progress) -> Iterator[Target]:
    """Yield the running server, or one that is started for the block."""
    settings = settings_for(wanted.data or (None if wanted.url else Path(tempfile.gettempdir()) / "xiaoer-bench"))
    # The demo shop is never that of a database which the environment names: it may be in use.
    database_url = settings.database_url if wanted.data or wanted.url else None
    shop = database_url or sqlite_url(settings.data / "shop.db")
    if wanted.url is not None:
        yield Target(wanted.url.rstrip("/"), settings.data, shop)
        return
    progress("starting the server", 0.0)
    with served(settings.data, database_url=database_url, port=wanted.port) as server:
        yield Target(server.url, settings.data, shop)
        if server.ended is not None:
            log = settings.data / LOG
            typer.echo(f"xiaoer: the server ended meanwhile, with status {server.ended}; see {log}", err=True)


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except BenchError as error:
        fail(str(error))
