"""The executor: the only door to an effect."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from knowledge.db import Database
from knowledge.types import Lang, utc_now
from tools.base import Identity, Outcome, Tool, ToolCall
from tools.policy import Policy


@dataclasses.dataclass(frozen=True)
class Services:
    """Long-lived helpers that tools may use; None where the shop runs without."""

    retriever: Any = None
    products: Any = None


class Executor:
    """Runs tool calls for an identity: permission, ownership, policy, consent, idempotency, timeout, audit, receipt."""

    def __init__(
        self,
        database: Database,
        tools: Mapping[str, Tool],
        policy: Policy,
        *,
        services: Services | None = None,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self.database = database
        self.tools = dict(tools)
        self.policy = policy
        self.services = services or Services()
        self.clock = clock

    async def call(self, call: ToolCall, identity: Identity, *, lang: Lang = "en", idempotency_key: str) -> Outcome:
        """Run a read; run a write that needs no consent; store every other write as a proposal."""
        raise NotImplementedError

    async def confirm(self, proposal_id: str, identity: Identity, *, lang: Lang = "en") -> Outcome:
        """Execute a stored call, once. A second confirm gives the first one's receipt with ``replayed=True``."""
        raise NotImplementedError

    async def void(self, proposal_id: str, identity: Identity) -> None:
        """Drop a stored call: refused, or an argument changed."""
        raise NotImplementedError
