"""Made-up purchases: people stay within a theme, and its items are bought in one order more often than not."""

from __future__ import annotations

import numpy as np

from tools.recommendation.events import Event, Facts, Interactions

THEMES, OF_THEME = 6, 8


def name(theme: int, number: int) -> str:
    return f"{'abcdef'[theme]}{number}"


def events(people: int = 400, *, seed: int = 5, timed: bool = False) -> list[Event]:
    rng = np.random.default_rng(seed)
    found = []
    for person in range(people):
        theme, start = int(rng.integers(THEMES)), int(rng.integers(OF_THEME))
        first_day = float(rng.integers(200))
        for step in range(int(rng.integers(3, 7))):
            usual = rng.random() < 0.7
            number = (start + step) % OF_THEME if usual else int(rng.integers(OF_THEME))
            at = (first_day + 7 * step) * 86_400 + float(rng.random()) if timed else None
            found.append(Event(f"u{person}", name(theme, number), at=at))
    return found


def facts() -> dict[str, Facts]:
    return {
        name(theme, number): Facts(
            f"theme {theme}", f"brand {number % 2}", 1000 + 100 * number, f"thing {theme} {number}"
        )
        for theme in range(THEMES)
        for number in range(OF_THEME)
    }


def shop(people: int = 400, *, seed: int = 5, timed: bool = False, described: bool = False) -> Interactions:
    return Interactions.of(events(people, seed=seed, timed=timed), facts() if described else None)
