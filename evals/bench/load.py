"""Load on a fixed schedule: messages of real conversations over HTTP and WebSocket, while idle sockets are held.

The loop is open: what is due is sent, whether the server keeps up or not, and a message's wait counts from the moment it was due.
How late the sender itself was (its lag) is measured too, so no figure is of a closed loop unnoticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Literal

import httpx

from evals.bench.closed_loop import alone
from evals.bench.doors import Door, HttpDoor, SocketDoor, client_of, new_conversation
from evals.bench.errors import BenchError, MessageError
from evals.bench.guests import Guest, find_guests
from evals.bench.idle_sockets import IdleSockets
from evals.bench.machine import machine
from evals.bench.open_loop import PACE_S, Arrived, arrive, lobby_of
from evals.bench.schedule import Arrivals, due_times
from evals.bench.scripts import MIX, load_scripts
from evals.bench.steps import Step
from evals.bench.visits import visits
from evals.bench.vitals import watched

Over = Literal["http", "websocket"]
OVER: tuple[Over, ...] = ("http", "websocket")
Progress = Callable[[str, float], None]

WARM_UP = 24
"""Messages before anything is measured, one for each script of the mix."""
MOST_GUESTS = 2000
OPEN_PER_S = 100.0
"""Sockets opened a second, roughly: only the progress bar counts on it."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What load is laid on the server, one step after the other: every rate over every door."""

    rates: tuple[float, ...] = (20.0, 50.0)
    """Messages a second."""
    seconds: float = 20.0
    """Of each step."""
    over: tuple[Over, ...] = OVER
    arrivals: Arrivals = "poisson"
    sockets: int = 0
    """Idle ones, held open all the time."""
    timeout_s: float = 30.0
    """How long a message is waited for."""
    seed: int = 1

    @property
    def open_ahead(self) -> int:
        """Conversations that are open at once at the highest rate."""
        return max(1, round(max(self.rates) * PACE_S))

    @property
    def guests(self) -> int:
        """Customers who take part: so many that none of them writes more often than a token may, if the shop has them."""
        return min(MOST_GUESTS, max(self.sockets, 2 * self.open_ahead))

    @property
    def files(self) -> int:
        """Connections that server and client each have open at most, as long as the server keeps up."""
        return self.sockets + 2 * self.open_ahead


@dataclasses.dataclass(frozen=True)
class Target:
    """A server, and where its shop is."""

    url: str
    data: Path
    """The folder whose secret signs its tokens."""
    database_url: str


@dataclasses.dataclass
class Load:
    """A load and what it has shown so far."""

    target: Target
    plan: Plan
    at: dt.datetime
    before: dict[str, Any] = dataclasses.field(default_factory=machine)
    after: dict[str, Any] = dataclasses.field(default_factory=dict)
    steps: list[Step] = dataclasses.field(default_factory=list)
    sockets: IdleSockets | None = None
    interrupted: bool = False

    @property
    def failed(self) -> bool:
        """Something was not answered, or a socket was not held."""
        figures = self.figures()
        sockets = figures["sockets"]
        return any(step["errors"] for step in figures["steps"]) or bool(sockets and sockets["held"] < sockets["wanted"])

    def figures(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        plan = dataclasses.asdict(self.plan)
        return {
            "set": MIX.name,
            "at": self.at.isoformat(timespec="seconds"),
            "url": self.target.url,
            "database": self.target.database_url.partition(":")[0].partition("+")[0],
            "plan": plan,
            "machine": {"before": self.before, "after": self.after},
            "interrupted": self.interrupted,
            "sockets": self.sockets.figures() if self.sockets else None,
            "steps": [step.figures() for step in self.steps],
        }


async def run_load(target: Target, plan: Plan, *, at: dt.datetime, progress: Progress | None = None) -> Load:
    """Lay the load on a server. Cancelled, it ends early and returns what was measured so far.

    Raises:
        BenchError: the server cannot be reached, is not ready or refuses the tokens.
    """
    load = Load(target, plan, at)
    async with client_of(target.url, plan.timeout_s) as client:
        await _check_ready(client, target.url)
        guests = await find_guests(target.data, target.database_url, plan.guests)
        await _check_token(client, guests[0], target)
        try:
            await _Run(load, client, guests, progress or (lambda _what, _share: None)).hold()
        except asyncio.CancelledError:
            load.interrupted = True
    load.after = machine()
    return load


async def _check_ready(client: httpx.AsyncClient, url: str) -> None:
    try:
        answer = await client.get("/readyz")
    except httpx.TransportError as error:
        raise BenchError(
            f"nothing answers at {url} ({error or type(error).__name__}): start it with xiaoer serve"
        ) from error
    if answer.status_code == 503:
        raise BenchError(f"the server at {url} is not ready yet: wait until {url}/readyz answers 200")
    if not answer.is_success:
        raise BenchError(f"{url}/readyz answers {answer.status_code}: expected a xiaoer server")


async def _check_token(client: httpx.AsyncClient, guest: Guest, target: Target) -> None:
    try:
        await new_conversation(client, guest, "zh")
    except MessageError as error:
        if error.kind.startswith("401"):
            raise BenchError(
                f"the server at {target.url} refuses a token made from {target.data} (401): give the folder that it runs on "
                "with --data, and its XIAOER_SECRET if it has one"
            ) from error
        raise BenchError(
            f"the server at {target.url} opens no conversation for customer {guest.shopper.customer_id} of {target.data} "
            f"({error.kind}): give the folder that it runs on with --data"
        ) from error


class _Run:
    """A load under way."""

    def __init__(self, load: Load, client: httpx.AsyncClient, guests: list[Guest], progress: Progress) -> None:
        self._load = load
        self._plan = load.plan
        self._client = client
        self._guests = guests
        self._progress = progress
        self._scripts = load_scripts()
        self._opening_s = self._plan.sockets / OPEN_PER_S
        self._whole_s = self._opening_s + len(self._plan.rates) * len(self._plan.over) * self._plan.seconds

    async def hold(self) -> None:
        """Warm up, open the idle sockets, take every step, look whether the sockets are still there."""
        plan = self._plan
        self._progress("first messages", 0.0)
        await alone(visits(self._door("http"), self._guests, self._scripts), WARM_UP)
        async with self._idle():
            for number, (rate, over) in enumerate((rate, over) for rate in plan.rates for over in plan.over):
                done_s = self._opening_s + number * plan.seconds
                await self._step(rate, over, done_s)

    @contextlib.asynccontextmanager
    async def _idle(self) -> AsyncIterator[None]:
        if not self._plan.sockets:
            yield
            return
        sockets = self._load.sockets = IdleSockets(self._plan.sockets)

        def opened(count: int) -> None:
            self._progress(f"{count} sockets open", count / OPEN_PER_S / self._whole_s)

        try:
            await sockets.open(self._client, self._guests, self._plan.timeout_s, opened)
            yield
        finally:
            await sockets.check()
            await sockets.close()

    async def _step(self, rate: float, over: Over, done_s: float) -> None:
        plan = self._plan
        queue = visits(self._door(over), self._guests, self._scripts)
        due = due_times(plan.arrivals, rate, plan.seconds, seed=plan.seed)
        async with lobby_of(queue, max(1, round(rate * PACE_S)), seed=plan.seed) as lobby:
            arrived = Arrived()
            async with watched(self._client) as seen:
                self._load.steps.append(Step(over, rate, len(due), plan.seconds, arrived, seen))
                await arrive(
                    lobby,
                    due,
                    arrived,
                    lambda at_s: self._progress(f"{over} {rate:g}/s", (done_s + at_s) / self._whole_s),
                )

    def _door(self, over: Over) -> Door:
        kind = HttpDoor if over == "http" else SocketDoor
        return kind(self._load.target.url, self._plan.timeout_s)
