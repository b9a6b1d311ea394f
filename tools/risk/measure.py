"""How well a risk model ranks events that it has not seen, with intervals by account."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from knowledge.types import JsonObject
from tools.fitted.figures import IntArray, auroc, average_precision, bootstrapped, recall_at
from tools.risk.events import Events
from tools.risk.model import RiskModel

FloatArray = npt.NDArray[np.float64]
FALSE_POSITIVES = {"recall_at_03": 0.003, "recall_at_1": 0.01}
BLOCKED = 0.05


def figures(model: RiskModel, events: Events, of: str) -> JsonObject:
    """Return AUC, average precision, recall at 0.3 % and 1 % false positives, precision at 5 % blocked, and calibration.

    Intervals are by account: whole accounts are drawn.
    """
    known = [place for place, event in enumerate(events.judged) if event.bad is not None]
    chances = model.chances(events)[known]
    bad = np.array([events.judged[place].bad is True for place in known], dtype=bool)
    accounts = [events.judged[place].account for place in known]

    def auc(rows: IntArray) -> float:
        return auroc(chances[rows][~bad[rows]], chances[rows][bad[rows]])

    def figure(statistic: object) -> JsonObject:
        return bootstrapped(accounts, statistic, of, unit="account")  # type: ignore[arg-type]

    found = {"auc": figure(auc), "ap": figure(lambda rows: average_precision(chances[rows], bad[rows]))}
    for name, false in FALSE_POSITIVES.items():
        found[name] = figure(lambda rows, false=false: recall_at(chances[rows], bad[rows], false))
    found["precision_at_5_blocked"] = figure(lambda rows: _precision(chances[rows], bad[rows]))
    found["frauds"] = figure(lambda rows: float(bad[rows].mean()) if len(rows) else float("nan"))
    found["mean_chance"] = figure(lambda rows: float(chances[rows].mean()) if len(rows) else float("nan"))
    return found


def _precision(chances: FloatArray, bad: npt.NDArray[np.bool_]) -> float:
    """Return the share of frauds among the 5 % that score highest."""
    most = max(1, round(BLOCKED * len(chances)))
    return float(bad[np.argsort(-chances, kind="stable")[:most]].mean()) if len(chances) else float("nan")
