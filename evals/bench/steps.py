"""One step of a load: a rate over a door, and its figures."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence
from typing import Any

from evals.bench.figures import STAGES, Measured, quantile, quantile_interval, spread, summary
from evals.bench.open_loop import Arrived
from evals.bench.vitals import Vitals

LATE_MS = 25.0
"""A client that sends more than one message in a hundred so late is behind its own schedule."""

CURVE = ("50", "75", "90", "95", "99", "99.9", "100")
"""The percentiles that a plot of waits is drawn through."""


@dataclasses.dataclass
class Step:
    """Messages that were due at a rate, what came of them so far, and how the server was meanwhile."""

    over: str
    rate: float
    due: int
    planned_s: float
    arrived: Arrived
    seen: Sequence[Vitals]

    def figures(self) -> dict[str, Any]:
        """Return the step as a JSON object; milliseconds, MiB, messages a second."""
        turns = self.arrived.turns
        found = summary(turns)
        waits = [turn.wait_ms for turn in turns if not turn.error]
        lag = spread([turn.lag_ms for turn in turns])
        waited = found["ms"].pop("wait", {})
        whole = self.arrived.sent == self.due
        seconds = self.planned_s if whole else self.arrived.seconds
        in_time = sum(not turn.error and turn.at_s + turn.wait_ms / 1000 <= seconds for turn in turns)
        return {
            "over": self.over,
            "rate_per_s": self.rate,
            "seconds": round(seconds, 2),
            "due": self.due,
            "sent": self.arrived.sent,
            "answered": found["n"],
            "unfinished": self.arrived.sent - len(turns),
            "due_per_s": round(self.arrived.sent / seconds, 2) if seconds else 0.0,
            "answered_per_s": round(in_time / seconds, 2) if seconds else 0.0,
            "errors": found["errors"],
            "wait_ms": waited,
            "wait_interval_95": {
                name: [round(end, 2) for end in quantile_interval(waits, share)]
                for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
                if waits
            },
            "curve": {name: round(quantile(waits, float(name) / 100), 2) for name in CURVE if waits},
            "stages_ms": found["ms"] or self._stage_means(),
            "lag_ms": lag,
            "client_behind": bool(lag) and lag["p99"] > LATE_MS,
            "lost": found["lost"],
            "effects": found["effects"],
            **self._of_the_server(),
            "timeline": _timeline(turns),
        }

    def _of_the_server(self) -> dict[str, Any]:
        memory = [vitals.memory_mb for vitals in self.seen if vitals.memory_mb is not None]
        found: dict[str, Any] = {}
        if memory:
            found["memory_mb"] = {"start": memory[0], "peak": max(memory), "end": memory[-1]}
        answered = self.seen[-1].turns - self.seen[0].turns if self.seen else 0
        if answered and self.seen[0].cpu_s is not None and self.seen[-1].cpu_s is not None:
            found["processor_ms_per_turn"] = round((self.seen[-1].cpu_s - self.seen[0].cpu_s) * 1000 / answered, 2)
        return found

    def _stage_means(self) -> dict[str, Any]:
        """Where turns do not show their own timings, the server's sums give the means."""
        turns = self.seen[-1].turns - self.seen[0].turns if self.seen else 0
        if not turns:
            return {}
        spent = {
            stage: self.seen[-1].stage_s.get(stage, 0.0) - self.seen[0].stage_s.get(stage, 0.0) for stage in STAGES
        }
        return {stage: {"mean": round(seconds * 1000 / turns, 2)} for stage, seconds in spent.items()}


def _timeline(turns: Sequence[Measured]) -> list[dict[str, float]]:
    """Return, for each second in which messages were due, how many there were, failed, and their waits."""
    by_second: dict[int, list[Measured]] = collections.defaultdict(list)
    for turn in turns:
        by_second[int(turn.at_s)].append(turn)
    line = []
    for second, mine in sorted(by_second.items()):
        waits = [turn.wait_ms for turn in mine if not turn.error]
        figures: dict[str, float] = {"second": second, "n": len(mine), "failed": len(mine) - len(waits)}
        if waits:
            figures |= {"p50": round(quantile(waits, 0.5), 2), "max": round(max(waits), 2)}
        line.append(figures)
    return line
