"""The seam through which the executor asks, before a write, whether it must wait for a person."""

from __future__ import annotations

import dataclasses
from typing import Protocol

from sqlmodel import SQLModel

from tools.base import Arguments, Tool, ToolContext


@dataclasses.dataclass(frozen=True)
class Held:
    """A call that waits for a person.

    Args:
        case_id: of the case that the person decides.
        record: the row to write for it; None: it is there already.
    """

    case_id: str
    record: SQLModel | None


class Guard(Protocol):
    """Looks at writes that identity, ownership and policy allow."""

    async def look(self, context: ToolContext, tool: Tool, arguments: Arguments) -> Held | None:
        """Return what holds a call back, None to let it pass. Only reads: called before the consent and before the effect."""

    async def acted(self, context: ToolContext, tool: Tool, arguments: Arguments) -> None:
        """Note that a call which was allowed is being executed, in its transaction."""
