"""Accounts of one hand: a graph of accounts that share cards, devices, addresses and networks, and the rings in it.

Two accounts are linked as strongly as what they share makes it likely that one hand moves both: a card nearly proves it, a
network hardly says anything, and several things together say more (noisy or). What more than `CROWD` accounts share links
nobody: a parcel shop, a university's network. Groups of strong links are joined where their members are, on average, still
well linked, thinned to members with two strong links each, and called a ring where a card is shared by three, or where the
accounts were opened in one go: a family shares a flat, a tablet and a network, but not that.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tools.risk.events import LINKS, Events
from tools.risk.history import CROWD

WEIGHTS: Mapping[str, float] = {"card": 0.85, "device": 0.7, "address": 0.55, "ip": 0.25}
"""The chance that two accounts which share one such thing are of one hand."""
STRONG = 0.75
JOINED = 0.5
SMALLEST = 4
BORN_TOGETHER = dt.timedelta(days=14)
CARD_MEMBERS = 3
Pair = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Account:
    """What an account has used: kind of `LINKS` -> values."""

    id: str
    used: Mapping[str, frozenset[str]]
    signed_up_at: dt.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Shared:
    """A thing that several members of a ring have used."""

    kind: str
    value: str
    accounts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Ring:
    """Accounts of one hand.

    Args:
        accounts: by id.
        shared: what binds them, the most shared first.
        signed_up: when the first and the last of them were opened, where it is known.
        strength: the mean strength of their links, in [0, 1]; not a calibrated chance.
    """

    accounts: tuple[str, ...]
    shared: tuple[Shared, ...]
    signed_up: tuple[dt.datetime, dt.datetime] | None
    strength: float


def accounts_of(events: Events) -> list[Account]:
    """Return the accounts of events with all that they have used."""
    used: dict[str, dict[str, set[str]]] = defaultdict(lambda: {kind: set() for kind in LINKS})
    born: dict[str, dt.datetime | None] = {}
    for event in events.all:
        for kind in LINKS:
            if value := getattr(event, kind):
                used[event.account][kind].add(value)
        used[event.account]
        born[event.account] = event.signed_up_at or born.get(event.account)
    return [
        Account(account, {kind: frozenset(values) for kind, values in found.items()}, born[account])
        for account, found in used.items()
    ]


def find_rings(accounts: Iterable[Account]) -> list[Ring]:
    """Return the rings among accounts, the largest first; each account is in one at most."""
    known = {account.id: account for account in accounts}
    shared = shared_things(known.values())
    strengths = pair_strengths(shared)
    groups = _joined(_groups(strengths), strengths)
    rings = [
        _ring(tuple(sorted(members)), known, shared, strengths)
        for members in (_thinned(group, strengths) for group in groups)
        if len(members) >= SMALLEST
    ]
    return sorted(
        (ring for ring in rings if _one_hand(ring, known)), key=lambda ring: (-len(ring.accounts), ring.accounts)
    )


def shared_things(accounts: Iterable[Account]) -> list[Shared]:
    """Return what two accounts or more have used, and no crowd."""
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    for account in accounts:
        for kind, values in account.used.items():
            for value in values:
                users[kind, value].add(account.id)
    return [
        Shared(kind, value, tuple(sorted(found)))
        for (kind, value), found in sorted(users.items())
        if 2 <= len(found) <= CROWD
    ]


def pair_strengths(shared: Iterable[Shared]) -> dict[Pair, float]:
    """Return the strength of every link, in [0, 1]: each kind of thing counts once."""
    kinds: dict[Pair, set[str]] = defaultdict(set)
    for thing in shared:
        for pair in itertools.combinations(thing.accounts, 2):
            kinds[pair].add(thing.kind)
    return {pair: 1 - math.prod(1 - WEIGHTS[kind] for kind in found) for pair, found in kinds.items()}


def _groups(strengths: Mapping[Pair, float]) -> list[set[str]]:
    """Return the components of strong links."""
    group: dict[str, set[str]] = {}
    for (one, other), strength in sorted(strengths.items()):
        if strength < STRONG:
            continue
        whole = group.get(one, {one}) | group.get(other, {other})
        for member in whole:
            group[member] = whole
    return list({id(found): found for found in group.values()}.values())


def _joined(groups: list[set[str]], strengths: Mapping[Pair, float]) -> list[set[str]]:
    """Join groups whose members are linked by `JOINED` on average, the best first."""
    owner = {member: place for place, group in enumerate(groups) for member in group}
    sums: dict[tuple[int, int], float] = defaultdict(float)
    for (one, other), strength in strengths.items():
        first, second = owner.get(one), owner.get(other)
        if first is not None and second is not None and first != second:
            sums[min(first, second), max(first, second)] += strength
    means = {pair: total / (len(groups[pair[0]]) * len(groups[pair[1]])) for pair, total in sums.items()}
    place = list(range(len(groups)))

    def root(at: int) -> int:
        while place[at] != at:
            at = place[at]
        return at

    for (first, second), mean in sorted(means.items(), key=lambda found: (-found[1], found[0])):
        if mean >= JOINED and root(first) != root(second):
            place[root(second)] = root(first)
    whole: dict[int, set[str]] = defaultdict(set)
    for at, group in enumerate(groups):
        whole[root(at)] |= group
    return list(whole.values())


def _thinned(members: set[str], strengths: Mapping[Pair, float]) -> set[str]:
    """Drop members with fewer than two strong links to others, until none is left: chains are no rings."""
    while True:
        links = dict.fromkeys(members, 0)
        for one, other in itertools.combinations(sorted(members), 2):
            if strengths.get((one, other), 0.0) >= JOINED:
                links[one] += 1
                links[other] += 1
        weak = {member for member, count in links.items() if count < 2}
        if not weak:
            return members
        members = members - weak


def _ring(
    members: tuple[str, ...],
    known: Mapping[str, Account],
    shared: Sequence[Shared],
    strengths: Mapping[Pair, float],
) -> Ring:
    inside = set(members)
    things = [
        Shared(thing.kind, thing.value, both)
        for thing in shared
        if len(both := tuple(one for one in thing.accounts if one in inside)) > 1
    ]
    born = sorted(at for member in members if (at := known[member].signed_up_at) is not None)
    pairs = [strengths.get(pair, 0.0) for pair in itertools.combinations(members, 2)]
    return Ring(
        members,
        tuple(sorted(things, key=lambda thing: (-len(thing.accounts), thing.kind, thing.value))),
        (born[0], born[-1]) if born else None,
        sum(pairs) / len(pairs),
    )


def _one_hand(ring: Ring, known: Mapping[str, Account]) -> bool:
    """Whether a card is shared by three members, or three in four were opened in one go."""
    if any(thing.kind == "card" and len(thing.accounts) >= CARD_MEMBERS for thing in ring.shared):
        return True
    born = sorted(at for member in ring.accounts if (at := known[member].signed_up_at) is not None)
    wanted = math.ceil(0.75 * len(ring.accounts))
    return any(born[at + wanted - 1] - born[at] <= BORN_TOGETHER for at in range(len(born) - wanted + 1))
