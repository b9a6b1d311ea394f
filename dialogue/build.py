"""Assembles the platform from its configuration. The one place where everything meets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from dialogue.conversations import Conversations
from knowledge.db import Database
from tools.executor import Executor
from tools.policy import Policy

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, in [0, 1]."""


@dataclasses.dataclass(frozen=True)
class Config:
    """What the platform needs to know; `channels.settings.Settings` makes one."""

    data: Path
    """Folder of all state."""
    database_url: str | None = None
    """None: SQLite in `data`."""
    redis_url: str | None = None
    demo: bool = True
    """Build the demo shop when the database holds no shop."""


@dataclasses.dataclass(frozen=True)
class Platform:
    """Everything, wired."""

    config: Config
    database: Database
    executor: Executor
    policy: Policy
    conversations: Conversations

    async def close(self) -> None:
        """Close what was opened."""
        await self.database.close()


async def build(config: Config, *, progress: Progress | None = None) -> Platform:
    """Open the database (building the demo shop if it is empty and `config.demo`), load the models, wire the parts."""
    raise NotImplementedError
