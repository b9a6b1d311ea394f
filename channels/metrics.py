"""Figures for Prometheus: turns, milliseconds by stage, refusals, open sockets, and the process's own memory, processor time
and files (on Linux). No shopper's words, no ids.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from dialogue.turn import Turn

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._turns = Counter(
            "xiaoer_turns", "Turns answered.", ("channel", "lang", "handled_by", "intent"), registry=self.registry
        )
        self._stages = Histogram(
            "xiaoer_turn_seconds", "Seconds of a turn by stage.", ("stage",), registry=self.registry, buckets=_BUCKETS_S
        )
        self._tools = Counter("xiaoer_tool_calls", "Tool calls of turns.", ("tool", "status"), registry=self.registry)
        self._refusals = Counter("xiaoer_refusals", "Requests refused.", ("channel", "code"), registry=self.registry)
        self.sockets = Gauge("xiaoer_sockets", "Open WebSockets.", ("kind",), registry=self.registry)

    def turn(self, turn: Turn, channel: str) -> None:
        """Count one answered message."""
        read = turn.understanding
        intent = read.intents[0].intent if read and read.intents else "none"
        self._turns.labels(channel, read.lang if read else "none", turn.handled_by, intent).inc()
        for stage, ms in turn.ms.model_dump().items():
            self._stages.labels(stage).observe(ms / 1000)
        for action in turn.actions:
            self._tools.labels(action.tool, action.status).inc()

    def refused(self, channel: str, code: str) -> None:
        """Count one refusal."""
        self._refusals.labels(channel, code).inc()

    def text(self) -> bytes:
        """Return the exposition that Prometheus scrapes."""
        return generate_latest(self.registry)
