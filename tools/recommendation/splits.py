"""What a recommender learns from and what it is measured on: always the later by the earlier."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tools.fitted import TooLittleDataError
from tools.recommendation.events import KINDS, Case, Interactions

HELD = 0.2
"""The share of the purchases, the latest, that is measured where events have times."""
NEXT_FEW = 5
"""Items met afterwards that count as looked at."""
_BUY = KINDS.index("buy")


def split(rows: Interactions) -> tuple[Interactions, Interactions]:
    """Return the earlier events, and the next purchase of everybody who bought something after them that they had not met.

    With times, one moment divides all users, so that nothing of the future of others is learnt from. Without, the last purchase
    of every user is held out (leave one out).

    Raises:
        TooLittleDataError: nobody would be measured, or nothing learnt from.
    """
    train, cases = _by_time(rows) if rows.at is not None else _last_out(rows)
    if not cases or not len(train):
        raise TooLittleDataError(
            f"expected people who bought twice or more to measure on, got none in {len(rows)} events"
        )
    return train, train.measured_on(cases)


def following(held: Interactions, rows: Interactions) -> Interactions:
    """Return the first purchase of each user of `held` as what follows their events in `rows`; new users have no history."""
    known = dict(rows.histories())
    cases = []
    for user, events in held.histories():
        target = next((seen.item for seen in events if seen.kind == "buy"), None)
        if target is not None:
            cases.append(Case(user, known.get(user, ()), target))
    if not cases:
        raise TooLittleDataError("expected purchases to measure on, got none")
    return rows.measured_on(cases)


def _by_time(rows: Interactions) -> tuple[Interactions, tuple[Case, ...]]:
    assert rows.at is not None  # noqa: S101  (for the type checker: `split` looked)
    bought = rows.kind == _BUY
    if not bought.any():
        return rows, ()
    moment = float(np.quantile(rows.at[bought], 1 - HELD, method="higher"))
    early = rows.at < moment
    train, starts = rows.where(early), rows.starts()
    cases = []
    for number, user in enumerate(rows.users):
        own = slice(int(starts[number]), int(starts[number + 1]))
        count = int(early[own].sum())
        before, after = own.start + count, own.stop
        met = set(rows.item[own.start : before].tolist())
        new = (one for one in range(before, after) if bought[one] and int(rows.item[one]) not in met)
        first = next(new, None)
        if first is not None:
            touched = dict.fromkeys(item for item in rows.item[before:after].tolist() if item not in met)
            names = tuple(rows.items[item] for item in list(touched)[:NEXT_FEW])
            cases.append(Case(user, rows.between(own.start, before), rows.items[int(rows.item[first])], names))
    return train, tuple(cases)


def _last_out(rows: Interactions) -> tuple[Interactions, tuple[Case, ...]]:
    keep: npt.NDArray[np.bool_] = np.ones(len(rows), dtype=bool)
    starts = rows.starts()
    cases = []
    for number, user in enumerate(rows.users):
        start, end = int(starts[number]), int(starts[number + 1])
        if end - start < 2 or rows.kind[end - 1] != _BUY:
            continue
        keep[end - 1] = False
        cases.append(Case(user, rows.between(start, end - 1), rows.items[int(rows.item[end - 1])]))
    return rows.where(keep), tuple(cases)
