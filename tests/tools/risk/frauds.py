"""A small shop with honest customers and frauds who come in bursts; the same seed gives the same rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from tools.risk.events import Event, Events

START = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)


def event(number: int, account: str = "A1", hours: float = 0.0, **given: object) -> Event:
    whole: dict[str, object] = {"amount_minor": 10_000, **given}
    return Event(id=f"E{number}", at=START + dt.timedelta(hours=hours), account=account, **whole)  # type: ignore[arg-type]


def shop(honest: int = 500, bursts: int = 24, seed: int = 7) -> Events:
    """Return honest events, each of one account with its own card and device, and bursts of four over a shared device."""
    rng = np.random.default_rng(seed)
    found = [
        event(
            number,
            f"A{number % 200}",
            hours=float(rng.uniform(0, 2_000)),
            card=f"{rng.integers(100)}-card-{number % 200}",
            device=f"device-{number % 200}",
            amount_minor=int(rng.integers(1_000, 40_000)),
            bad=bool(rng.random() < 0.01),
        )
        for number in range(honest)
    ]
    for burst in range(bursts):
        begin = float(rng.uniform(0, 1_990))
        found += [
            event(
                10_000 + burst * 10 + step,
                f"F{burst}-{step}",
                hours=begin + step * 0.05,
                card=f"f-card-{burst}",
                device=f"f-device-{burst}",
                amount_minor=int(rng.integers(20_000, 60_000)),
                bad=bool(rng.random() < 0.9),
            )
            for step in range(4)
        ]
    return Events.of(found)


def csv(path: Path, events: Events) -> Path:
    lines = ["id,at,account,amount,card,device,bad"]
    lines += [
        f"{one.id},{one.at.isoformat()},{one.account},{one.amount_minor / 100},{one.card},{one.device},{int(bool(one.bad))}"
        for one in events.all
    ]
    path.write_text("\n".join(lines))
    return path
