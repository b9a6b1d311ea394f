"""Rings of accounts that were planted in the demo shop, found again: demo_rings.

Protocol: the demo shop is drawn (not built) with the seeds 7, 8 and 9 at full size; `tools.risk.graph.find_rings` sees the orders with
device, card, address and network and when accounts were opened, and no label. An account is right when it was planted in a ring
and is found in one. Metrics: F1 over accounts; pairwise F1 (two accounts of one ring found together); intervals over planted
rings, found ones without a planted member counting as one each. Households that share a flat and a device are in the shop, too.
Nothing is trained; the fraud rings' charge-backs are not looked at.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
import time
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from evals.benchmarks.base import Bar, Benchmark, Job
from evals.benchmarks.figures import IntArray, bootstrapped
from knowledge.demo.order_rows import order_rows
from knowledge.demo.world import World, draw_world
from knowledge.types import JsonObject
from tools.risk.events import Event, Events
from tools.risk.graph import accounts_of, find_rings, shared_things
from tools.risk.shop import folded_address

NAME = "demo_rings"
SEEDS = (7, 8, 9)
PRESENT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


async def run(job: Job) -> JsonObject:
    """Draw the shops and look for the rings."""
    return await asyncio.to_thread(_run, job)


def _run(job: Job) -> JsonObject:
    ours, simple = _Marks(), _Marks()
    took = 0.0
    for place, seed in enumerate(SEEDS):
        job.progress(f"drawing shop {seed}", place / len(SEEDS))
        world = draw_world(seed=seed, now=PRESENT, scale=1.0)
        planted = [set(ring.customers) for ring in world.people.rings]
        accounts = accounts_of(events_of(world))
        started = time.perf_counter()
        found = [set(ring.accounts) for ring in find_rings(accounts)]
        took += time.perf_counter() - started
        ours.mark(seed, planted, found)
        devices = [set(thing.accounts) for thing in shared_things(accounts) if thing.kind == "device"]
        simple.mark(seed, planted, devices)
    of = f"demo shops of the seeds {', '.join(map(str, SEEDS))}"
    return {
        "set": of,
        "account_f1": _f1(ours.units, ours.single, of),
        "pair_f1": _f1(ours.pair_units, ours.pairs, of),
        "shared_device_account_f1": _f1(simple.units, simple.single, of),
        "shared_device_pair_f1": _f1(simple.pair_units, simple.pairs, of),
        "seconds_a_shop": round(took / len(SEEDS), 2),
    }


@dataclasses.dataclass
class _Marks:
    """What was planted and what was found, account by account and pair by pair, with the ring that each belongs to."""

    units: list[Hashable] = dataclasses.field(default_factory=list)
    single: list[tuple[bool, bool]] = dataclasses.field(default_factory=list)
    pair_units: list[Hashable] = dataclasses.field(default_factory=list)
    pairs: list[tuple[bool, bool]] = dataclasses.field(default_factory=list)

    def mark(self, seed: int, planted: Sequence[set[str]], found: Sequence[set[str]]) -> None:
        truth, seen = _owners(planted), _owners(found)
        everyone = sorted(truth.keys() | seen.keys())
        owner = {one: (seed, "planted", truth[one]) if one in truth else (seed, "found", seen[one]) for one in everyone}
        for account in everyone:
            self.units.append(owner[account])
            self.single.append((account in truth, account in seen))
        for one, other in itertools.combinations(everyone, 2):
            wanted = one in truth and truth[one] == truth.get(other)
            got = one in seen and seen[one] == seen.get(other)
            if wanted or got:
                self.pair_units.append(owner[one])
                self.pairs.append((wanted, got))


def events_of(world: World) -> Events:
    """Return the orders of a drawn shop as events, without what became of them."""
    people = {person.id: person for person in world.people.customers}
    cards = {method.id: method.fingerprint for person in people.values() for method in person.methods}
    rows: Iterable[dict[str, Any]] = order_rows(world.orders, {})
    return Events.of(
        Event(
            id=row["id"],
            at=row["placed_at"],
            account=row["customer_id"],
            amount_minor=row["total_minor"],
            card=cards[row["payment_method_id"]],
            device=row["device_id"],
            address=folded_address(row["address"]),
            ip=row["ip"],
            signed_up_at=dt.datetime.fromtimestamp(people[row["customer_id"]].created_s, dt.UTC),
        )
        for row in rows
    )


def _owners(groups: Sequence[set[str]]) -> dict[str, int]:
    return {account: place for place, group in enumerate(groups) for account in group}


def _f1(units: Sequence[Hashable], marks: Sequence[tuple[bool, bool]], of: str) -> JsonObject:
    wanted, got = (np.array([mark[side] for mark in marks], dtype=bool) for side in (0, 1))

    def statistic(rows: IntArray) -> float:
        return 2 * float((wanted[rows] & got[rows]).sum()) / float(wanted[rows].sum() + got[rows].sum())

    return bootstrapped(units, statistic, of, unit="ring")


BENCHMARK = Benchmark(
    name=NAME,
    needs="",
    metric="F1 over accounts of planted rings; over pairs of them",
    floor="whoever shares a device: measured beside it (shared_device_account_f1, shared_device_pair_f1)",
    bars=(Bar("account_f1", 0.95, 0.99), Bar("pair_f1", 0.95, 0.99)),
    licence="as xiaoer",
    source="knowledge/demo",
    run=run,
)
