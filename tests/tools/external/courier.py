"""A shop that is connected to the courier's server, and what reached that server."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from knowledge.db import Database
from tests import mcp_server
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor, Services
from tools.external.declared import FILE, declared_servers
from tools.external.servers import ExternalServers
from tools.testing import make_executor, shopper
from tools.toolset import shop_tools

SCRIPT = str(Path(mcp_server.__file__).resolve())
ME = shopper("C1")
_BOTH = {"en": "Say which.", "zh": "请说明。"}


def declaration(calls: Path, **changes: Any) -> dict[str, Any]:
    """What the shop declares of the courier; `changes` are fields of the server."""
    read = {"effect": "read", "roles": ["shopper", "agent"], "en": "Where a parcel is.", "zh": "查包裹在哪里。"}
    return {
        "command": sys.executable,
        "args": [SCRIPT, str(calls)],
        "timeout_s": 60,
        "max_characters": 2000,
        "tools": {
            "courier_status": {
                **read,
                "there": "parcel_status",
                "arguments": {"number": _BOTH, "customer": {"from": "customer_id"}},
            },
            "parcel_text": {**read, "calls_per_minute": 2, "needs_customer": False, "arguments": {"number": _BOTH}},
            "slow": {**read, "needs_customer": False},
            "die": {**read, "needs_customer": False},
            "big": {**read, "needs_customer": False, "arguments": {"characters": {"type": "integer", **_BOTH}}},
            "book_pickup": {
                **read,
                "effect": "write",
                "arguments": {
                    "order": {"own": "order", **_BOTH},
                    "slot": {"choices": ["morning", "evening", "slow"], **_BOTH},
                    "customer": {"from": "customer_id"},
                },
            },
        },
        **changes,
    }


def write_file(data: Path, **servers: dict[str, Any]) -> Path:
    """Write ``mcp.yaml``."""
    path = data / FILE
    path.write_text(yaml.safe_dump({"servers": servers}, allow_unicode=True), encoding="utf-8")
    return path


@dataclasses.dataclass
class Ticking:
    """Seconds that pass only when told to."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclasses.dataclass
class Courier:
    """The shop's executor, and the file that the server writes."""

    executor: Executor
    calls: Path
    clock: Ticking

    async def ask(self, name: str, who: Identity = ME, **arguments: Any) -> Outcome:
        """Call a tool."""
        return await self.executor.call(ToolCall(name, arguments), who, idempotency_key="k")

    def reached(self) -> list[dict[str, Any]]:
        """Every call that reached the server, without the process's number."""
        return [{key: value for key, value in call.items() if key != "pid"} for call in self.lines()]

    def lines(self) -> list[dict[str, Any]]:
        """Every call that reached the server."""
        if not self.calls.exists():
            return []
        return [json.loads(line) for line in self.calls.read_text(encoding="utf-8").splitlines()]

    async def close(self) -> None:
        """End the server."""
        await self.executor.services.external.close()
        await self.executor.close()


def connected(database: Database, data: Path, **changes: Any) -> Courier:
    """Return the shop of `database` with the courier declared in `data`; nothing is started yet."""
    calls, clock = data / "calls.jsonl", Ticking()
    write_file(data, courier=declaration(calls, **changes))
    servers = ExternalServers(declared_servers(data), folder=data, clock=clock)
    tools = shop_tools(data)
    executor = make_executor(database, tools.values(), services=Services(external=servers))
    return Courier(executor, calls, clock)
