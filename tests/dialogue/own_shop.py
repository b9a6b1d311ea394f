"""A demo shop whose owner put files of their own into the data folder, and somebody who talks to it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

from dialogue.build import Platform
from dialogue.turn import Turn
from knowledge.types import Lang
from tests.docs import blocks
from tools.base import Identity


def lay_files(data: Path) -> None:
    """Write the documented flow, tool and the tool's flow, exactly as they are printed."""
    [claim], [tool], [note] = blocks("add-a-flow", "yaml"), blocks("add-a-tool", "python"), blocks("add-a-tool", "yaml")
    for name, text in (("flows/claim.yaml", claim), ("tools/courier_note.py", tool), ("flows/note.yaml", note)):
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@dataclasses.dataclass
class Guest:
    """A signed-in customer in one conversation, through the embedded understander."""

    platform: Platform
    customer: str
    lang: Lang
    id: str = ""
    numbers: Iterator[int] = dataclasses.field(default_factory=itertools.count)

    async def says(self, text: str) -> Turn:
        """Say it and return the answer."""
        identity = Identity("shopper", subject=self.customer, customer_id=self.customer)
        if not self.id:
            self.id = (await self.platform.conversations.open(identity, lang=self.lang)).id
        return await self.platform.conversations.send(self.id, identity, client_id=f"m{next(self.numbers)}", text=text)


def said(turn: Turn) -> str:
    """Everything that a turn said."""
    return "\n".join(reply.text for reply in turn.replies)
