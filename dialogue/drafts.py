"""What the bot is about to say, while it is being written: shown to who waits for it, and stored nowhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

from knowledge.types import Lang


@dataclasses.dataclass(frozen=True)
class Draft:
    """The beginning of an answer, in whole sentences that were checked as the answer will be.

    The reply of the turn takes its place, whatever it says.
    """

    turn: int
    """Sequence number of the last message that is being answered; a later message, reply or change of hands makes the draft void."""
    lang: Lang
    text: str
    """All of it so far; "" takes back what was shown."""


ShowDraft = Callable[[Draft], Awaitable[bool]]
"""Shows a draft; returns whether more of it is wanted."""
