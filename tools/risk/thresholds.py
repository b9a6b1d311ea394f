"""What a threshold costs: frauds that pass, people who look, honest shoppers who wait; on events that the model has not seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.types import JsonObject
from tools.policy import RiskRules
from tools.risk.events import Events

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
FloatArray = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Threshold:
    """What would have come of holding from a chance on.

    Args:
        held: events with this chance or more, and `caught` the frauds among them, of `frauds` in all.
        missed_minor: the amounts of the frauds that pass; `review_minor`: looking at what is held; `honest_minor`: honest ones held.
    """

    hold_from: float
    events: int
    frauds: int
    held: int
    caught: int
    missed_minor: int
    review_minor: int
    honest_minor: int

    @property
    def cost_minor(self) -> int:
        """All three together."""
        return self.missed_minor + self.review_minor + self.honest_minor

    def counted(self) -> JsonObject:
        """Return what does not depend on what mistakes cost."""
        names = ("hold_from", "events", "frauds", "held", "caught", "missed_minor")
        return {name: value for name, value in dataclasses.asdict(self).items() if name in names}

    def to_json(self) -> JsonObject:
        """Return it as one JSON object."""
        return {**dataclasses.asdict(self), "cost_minor": self.cost_minor}


def thresholds(chances: FloatArray, events: Events, rules: RiskRules, more: Sequence[float] = ()) -> list[Threshold]:
    """Return what each threshold costs, ascending; the last holds nothing.

    Args:
        chances: of the judged events, ``[judged]``.
        more: thresholds beside `STEPS`, such as the shop's own.
    """
    known = np.array([event.bad is not None for event in events.judged], dtype=bool)
    bad = np.array([event.bad is True for event in events.judged], dtype=bool)[known]
    amounts = np.array([event.amount_minor for event in events.judged], dtype=np.int64)[known]
    chances = chances[known]
    found = []
    for hold_from in (*sorted({*STEPS, *more}), float("inf")):
        held = chances >= hold_from
        caught = int((held & bad).sum())
        found.append(
            Threshold(
                hold_from=hold_from if hold_from != float("inf") else 1.0,
                events=len(bad),
                frauds=int(bad.sum()),
                held=int(held.sum()),
                caught=caught,
                missed_minor=int(amounts[bad & ~held].sum()),
                review_minor=int(held.sum()) * rules.review_minor,
                honest_minor=(int(held.sum()) - caught) * rules.honest_held_minor,
            )
        )
    return found
