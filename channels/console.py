"""What every command shares: settings, one answer on stdout, everything else on stderr, and honest exit codes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from agent.llm.errors import LlmError
from channels.app import config_of
from channels.outward.errors import OutwardError
from channels.problems import ProblemError
from channels.settings import Settings, SettingsError, load_settings
from dialogue.build import NoShopError, Platform, build, open_database
from dialogue.errors import DialogueError
from dialogue.escalation_policy import EscalationError
from dialogue.flows import FlowError
from knowledge.db import Database
from knowledge.errors import KnowledgeError
from tools.errors import ToolError
from tools.fitted import FittedError
from tools.own import OwnToolError
from tools.policy import PolicyError

T = TypeVar("T")
FAILED, WRONG_CALL = 1, 2
BUILDING = "building what is not there yet, which takes up to a minute"


class CommandError(Exception):
    """What was asked for failed; one sentence for the person."""


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with a sentence on stderr."""
    typer.echo(f"xiaoer: {message}", err=True)
    raise typer.Exit(code)


def settings_for(data: Path | None, **given: object) -> Settings:
    """Return the settings, with what the command line said on top. Ends the command when they cannot be used."""
    try:
        return load_settings(data=data, **given)
    except SettingsError as error:
        fail(str(error), WRONG_CALL)


def run(work: Coroutine[Any, Any, T], *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> T:
    """Run a command's work; a foreseen error ends it with its sentence and exit code 1."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    with told(), asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(work)


@contextlib.contextmanager
def told() -> Iterator[None]:
    """End the command with the sentence of a foreseen error and exit code 1."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        message = sentence(error)
        if message is None:
            raise
        fail(message)


def sentence(error: Exception) -> str | None:
    """Return what to tell the person, or None for an error that nobody foresaw: a bug, shown whole."""
    if isinstance(error, ProblemError):
        return str(error.document()["detail"])
    if isinstance(error, OSError) and error.strerror is not None:
        return f"{error.filename} cannot be used: {error.strerror}" if error.filename else error.strerror
    foreseen = (
        CommandError,
        DialogueError,
        EscalationError,
        FittedError,
        FlowError,
        KnowledgeError,
        LlmError,
        NoShopError,
        OutwardError,
        OwnToolError,
        PolicyError,
        ToolError,
    )
    return str(error) if isinstance(error, foreseen) else None


def check_writable(path: Path) -> None:
    """Refuse a file that cannot be written, and leave no trace of the try.

    Raises:
        typer.BadParameter.
    """
    if not path.parent.is_dir():
        raise typer.BadParameter(f"{path} cannot be written: there is no folder {str(path.parent)!r}; make it first")
    there = path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}; name another file") from error
    if not there:
        path.unlink()


def print_json(value: object) -> None:
    """Print one JSON object on stdout; where that is not UTF-8, as a terminal in GBK is, with every other letter escaped."""
    whole = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=not whole, indent=2 if sys.stdout.isatty() else None) + "\n")


@contextlib.contextmanager
def progress_bar(work: str) -> Iterator[Callable[[str, float], None]]:
    """Show a bar on stderr; it appears with the first step, so quick work shows none.

    Where stderr is no terminal, one line says that the `work` begins and one how long it took.
    """
    console = Console(stderr=True)
    with _bar(console) if console.is_terminal else _lines(work) as step:
        yield step


@contextlib.contextmanager
def holding(
    number: int, name: Callable[[T], str], words: Callable[[T], str] | None
) -> Iterator[tuple[Callable[[str, float], None], Callable[[T], None]]]:
    """Show how many of a `number` of conversations are held.

    Args:
        name: names a conversation that is over.
        words: gives what was said in it, to be shown, or nothing; None: no conversation is shown.

    Yields:
        What is told of the steps before the first conversation, and what is given each conversation that is over.
    """
    done = itertools.count(1)
    with progress_bar("holding conversations") as progress:

        def held(conversation: T) -> None:
            progress(name(conversation)[:34], next(done) / number)
            if words is not None and (said := words(conversation)):
                typer.echo(said, err=True)

        yield progress, held


@contextlib.contextmanager
def _lines(work: str) -> Iterator[Callable[[str, float], None]]:
    started: float | None = None

    def step(_what: str, _share: float) -> None:
        nonlocal started
        if started is None:
            started = time.monotonic()
            typer.echo(f"xiaoer: {work} ...", err=True)

    yield step
    if started is not None:
        typer.echo(f"xiaoer: done in {time.monotonic() - started:.0f} s", err=True)


@contextlib.contextmanager
def _bar(console: Console) -> Iterator[Callable[[str, float], None]]:
    bar = Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    task: TaskID | None = None

    def step(what: str, share: float) -> None:
        nonlocal task
        if task is None:
            bar.start()
            task = bar.add_task(what, total=1.0)
        bar.update(task, description=what, completed=share)

    try:
        yield step
    finally:
        if task is not None:
            bar.stop()


@contextlib.asynccontextmanager
async def platform_of(settings: Settings, *, demo: bool = True) -> AsyncIterator[Platform]:
    """Build the platform for one command and close it after."""
    with progress_bar(BUILDING) as progress:
        platform = await build(config_of(settings, demo=demo), progress=progress)
    try:
        yield platform
    finally:
        await platform.close()


@contextlib.asynccontextmanager
async def existing_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database of a shop that is there.

    Raises:
        CommandError: there is none.
    """
    if settings.database_url is None and not (settings.data / "shop.db").exists():
        raise CommandError(f"there is no shop in {settings.data}")
    database = await open_database(config_of(settings, demo=False))
    try:
        yield database
    finally:
        await database.close()
