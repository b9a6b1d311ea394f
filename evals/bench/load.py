"""Shoppers at work: one at a time, many in a closed loop, and messages that arrive when they arrive (open loop)."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from evals.bench.figures import Measured
from evals.bench.scripts import Script, Visit
from evals.bench.shoppers import Shopper

TIMEOUT_S = 60.0


@dataclasses.dataclass(frozen=True)
class Guest:
    """A shopper with a token."""

    shopper: Shopper
    token: str


class Conversation:
    """One visit over HTTP. `say` sends the next message, if there is one left, and measures the turn."""

    def __init__(self, client: httpx.AsyncClient, guest: Guest, script: Script) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {guest.token}"}
        self._script = script
        self._visit = Visit(script, guest.shopper.facts(script.lang))
        self._replies: list[dict[str, Any]] = []
        self._id = ""

    async def say(self, *, due: float | None = None) -> Measured | None:
        """Send the next message; ``http`` counts from `due` (a `time.perf_counter`) where given. None: nothing to say."""
        text = self._visit.next(self._replies)
        if text is None:
            return None
        if not self._id:
            await self._open()
        started = time.perf_counter()
        body = {"client_id": str(uuid.uuid4()), "text": text}
        answer = await self._client.post(f"/v1/conversations/{self._id}/messages", json=body, headers=self._headers)
        waited = (time.perf_counter() - (due or started)) * 1000
        if not answer.is_success:
            return Measured({"http": waited}, self._script.id, failed=True)
        turn = answer.json()
        self._replies = turn["replies"]
        understood = turn["understanding"] or {"commands": []}  # None: a person has the conversation
        lost = any(command["kind"] == "cannot_handle" for command in understood["commands"])
        effects = sum(bool(action["receipt"]) for action in turn["actions"])
        return Measured({**turn["ms"], "http": waited}, self._script.id, lost=lost, effects=effects)

    async def _open(self) -> None:
        opened = await self._client.post("/v1/conversations", json={"lang": self._script.lang}, headers=self._headers)
        self._id = opened.raise_for_status().json()["id"]


def door(url: str, connections: int) -> httpx.AsyncClient:
    """Return a client that keeps its connections open."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, limits=limits)


def visits(client: httpx.AsyncClient, guests: Sequence[Guest], scripts: Sequence[Script]) -> Iterator[Conversation]:
    """Yield conversations for ever: every script in turn, each with the next guest."""
    pairs = zip(itertools.cycle(guests), itertools.cycle(scripts), strict=False)
    return (Conversation(client, guest, script) for guest, script in pairs)


async def alone(queue: Iterator[Conversation], turns: int) -> list[Measured]:
    """Hold one conversation after the other, each message once the last one was answered."""
    measured: list[Measured] = []
    while len(measured) < turns:
        conversation = next(queue)
        while len(measured) < turns and (turn := await conversation.say()) is not None:
            measured.append(turn)
    return measured


async def together(queue: Iterator[Conversation], shoppers: int, seconds: float) -> tuple[list[Measured], float]:
    """Let `shoppers` write without a pause, each waiting for its own answer; return the turns and how long it took."""
    measured: list[Measured] = []
    started = time.perf_counter()

    async def shop() -> None:
        while time.perf_counter() - started < seconds:
            conversation = next(queue)
            while time.perf_counter() - started < seconds and (turn := await conversation.say()) is not None:
                measured.append(turn)

    await asyncio.gather(*(shop() for _ in range(shoppers)))
    return measured, time.perf_counter() - started


async def arriving(queue: Iterator[Conversation], rate: float, seconds: float, *, seed: int = 1) -> list[Measured]:
    """Let messages arrive at random moments, `rate` a second, whatever the server does (Poisson, seeded).

    A message's wait counts from the moment it was due, so a server that falls behind cannot hide it.
    """
    rng = random.Random(seed)  # noqa: S311 (no secret)
    measured: list[Measured] = []
    idle: list[Conversation] = []

    async def write(due: float) -> None:
        while True:
            conversation = idle.pop(0) if idle else next(queue)
            turn = await conversation.say(due=due)
            if turn is not None:
                measured.append(turn)
                idle.append(conversation)
                return

    started = due = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        while (due := due + rng.expovariate(rate)) < started + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(write(due))
    return measured
