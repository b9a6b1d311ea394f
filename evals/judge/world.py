"""The shop that scenarios are held in: a demo shop at a fixed moment, or a copy of the owner's, with what a scenario gives."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import itertools
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import yaml
from sqlalchemy.exc import IntegrityError

from agent.llm.config import LlmConfig
from dialogue.build import Config, Platform, Progress, build
from evals.judge.given import GivenError, lay
from evals.judge.scenario import Given, Scenario
from knowledge.db import Database, sqlite_url
from knowledge.schema import Customer
from knowledge.types import JsonObject
from knowledge.yaml_files import read_yaml
from tools.policy import PolicyError, laid_over

PRESENT = dt.datetime(2026, 3, 10, 8, 30, tzinfo=dt.UTC)
"""When conversations on the demo shop take place: a Tuesday afternoon in Shanghai."""
DEMO_SCALE = 0.1
_SHOP = "shop.db"
_POLICY = "policy.yaml"


@dataclasses.dataclass
class StillClock:
    """Time in a shop: it stands still unless a shopper takes a while."""

    start: dt.datetime
    waited: dt.timedelta = dt.timedelta()

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.start + self.waited

    def wait(self, seconds: float) -> None:
        """Move on."""
        self.waited += dt.timedelta(seconds=seconds)


@dataclasses.dataclass(frozen=True)
class Laid:
    """A shop in which a scenario can be held as often as one likes; `database` is never written to again."""

    platform: Platform
    database: Path


class World:
    """Shops of a run, below one folder. Open it with `world`."""

    def __init__(self, folder: Path, platform: Platform) -> None:
        self._folder = folder
        self._platform = platform
        self._own: list[Platform] = []
        self._numbers = itertools.count(1)

    @property
    def platform(self) -> Platform:
        """The platform over the shop as it is before a scenario gives anything."""
        return self._platform

    @property
    def base(self) -> Path:
        """The shop as it is before a scenario gives anything."""
        return self._folder / "base" / _SHOP

    @property
    def bare(self) -> Laid:
        """The shop as it is, to hold conversations in."""
        return Laid(self._platform, self.base)

    async def lay(self, scenario: Scenario) -> Laid:
        """Return the shop that the scenario gives.

        Raises:
            GivenError: the rows do not fit the shop.
        """
        given = scenario.given
        if given == Given():
            await self._check_customer(self.base, scenario)
            return self.bare
        folder = self._folder / f"given-{next(self._numbers)}"
        path = folder / _SHOP
        # other goods: words and vectors of the catalogue are made anew
        own = bool(given.products or given.policy or given.rows or given.at)
        if own:
            await asyncio.to_thread(shutil.copytree, self._folder / "base", folder, ignore=_databases)
        await asyncio.to_thread(_copy, self.base, path)
        await self._write(path, scenario)
        await self._check_customer(path, scenario)
        if not own:
            return Laid(self._platform, path)
        if given.policy:
            await asyncio.to_thread(self._write_policy, folder / _POLICY, given.policy)
        try:
            llm = self._platform.config.llm
            config = Config(data=folder, demo=False, clock=self._clock(given.at), external=False, llm=llm)
            platform = await build(config)
        except PolicyError as error:
            raise GivenError(
                f"{scenario.id}: given.policy: {str(error).removeprefix(f'{folder / _POLICY}: ')}"
            ) from error
        self._own.append(platform)
        return Laid(platform, path)

    def _clock(self, at: dt.datetime | None) -> Callable[[], dt.datetime]:
        return self._platform.executor.clock if at is None else StillClock(at)

    @contextlib.asynccontextmanager
    async def copy(self, laid: Laid) -> AsyncIterator[tuple[Platform, Path]]:
        """Yield the platform on a fresh copy of a shop, and the copy's file. What is done there is lost at the end."""
        path = self._folder / f"trial-{next(self._numbers)}" / _SHOP
        await asyncio.to_thread(_copy, laid.database, path)
        platform = laid.platform.on(Database(sqlite_url(path)))
        clock = platform.executor.clock
        try:
            yield platform, path
        finally:
            await platform.close()
            await asyncio.to_thread(shutil.rmtree, path.parent)
            if isinstance(clock, StillClock):
                clock.waited = dt.timedelta()

    async def discard(self, laid: Laid) -> None:
        """Let go of a shop that was laid: each takes as much disk as the whole shop, and goods of its own much memory."""
        if laid.database == self.base:
            return
        if laid.platform in self._own:
            self._own.remove(laid.platform)
            await laid.platform.close()
        await asyncio.to_thread(shutil.rmtree, laid.database.parent)

    async def close(self) -> None:
        """Close the platforms of scenarios with goods of their own."""
        for platform in self._own:
            await platform.close()

    def _write_policy(self, path: Path, given: JsonObject) -> None:
        """Lay the given fields over the shop's own policy, or over the shipped one that it runs under."""
        base = read_yaml(path) if path.exists() else {"extends": self._platform.policy.name}
        path.write_text(yaml.safe_dump(laid_over(base, given), allow_unicode=True), encoding="utf-8")

    async def _write(self, path: Path, scenario: Scenario) -> None:
        database = Database(sqlite_url(path))
        try:
            async with database.write() as session:
                await lay(session, scenario, now=self._platform.executor.clock())
        except IntegrityError as error:
            raise GivenError(f"{scenario.id}: given: {error.orig}; an id may be taken already") from error
        finally:
            await database.close()

    async def _check_customer(self, path: Path, scenario: Scenario) -> None:
        if scenario.customer is None:
            return
        database = Database(sqlite_url(path))
        try:
            async with database.read() as session:
                if await session.get(Customer, scenario.customer) is None:
                    raise GivenError(
                        f"{scenario.id}: customer: there is no {scenario.customer!r} in this shop; add one under given.customers"
                    )
        finally:
            await database.close()


@contextlib.asynccontextmanager
async def world(
    folder: Path, *, shop: Path | None = None, llm: LlmConfig | None = None, progress: Progress | None = None
) -> AsyncIterator[World]:
    """Open the shops of a run below an empty `folder`: on a copy of the shop in the data folder `shop`, else on the demo shop.

    Args:
        llm: language models that the shops work with; None: the embedded mind alone.

    Raises:
        dialogue.build.NoShopError: there is no shop in `shop`.
    """
    base = folder / "base"
    clock = StillClock(PRESENT)
    if shop is not None:
        await asyncio.to_thread(shutil.copytree, shop, base, ignore=_databases)
        await asyncio.to_thread(_copy, shop / _SHOP, base / _SHOP)
        clock = StillClock(dt.datetime.now(dt.UTC))
    # The servers of others are left alone: what a simulated shopper orders there would be ordered.
    config = Config(data=base, demo=shop is None, demo_scale=DEMO_SCALE, clock=clock, external=False, llm=llm)
    platform = await build(config, progress=progress)
    opened = World(folder, platform)
    try:
        yield opened
    finally:
        await opened.close()
        await platform.close()


def _copy(source: Path, target: Path) -> None:
    """Copy a SQLite file as it stands, also while it is open elsewhere."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
        contextlib.closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)


def _databases(_folder: str, names: Sequence[str]) -> set[str]:
    """Leave out databases, pictures and secrets: conversations need none of them."""
    return {name for name in names if ".db" in name or name in ("media", "secret", "judge")}
