"""Who is writing at the moment: passed between the sockets of a conversation, never stored."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Literal

from channels.wire import TypingNotice

Side = Literal["shopper", "desk"]
Who = Literal["bot", "agent", "shopper"]
Notify = Callable[[TypingNotice], None]

_HEARD_BY: dict[Who, tuple[Side, ...]] = {"bot": ("shopper", "desk"), "agent": ("shopper",), "shopper": ("desk",)}


class Presence:
    """The sockets that look at each conversation, by side."""

    def __init__(self) -> None:
        self._listeners: defaultdict[tuple[str, Side], list[Notify]] = defaultdict(list)

    @contextlib.contextmanager
    def listening(self, conversation_id: str, side: Side, notify: Notify) -> Iterator[None]:
        """Call `notify` with what the other side does while the block runs."""
        key = (conversation_id, side)
        self._listeners[key].append(notify)
        try:
            yield
        finally:
            self._listeners[key].remove(notify)
            if not self._listeners[key]:
                del self._listeners[key]

    def typing(self, conversation_id: str, who: Who, *, on: bool) -> None:
        """Tell the other sides that somebody writes, or stopped."""
        notice = TypingNotice(who=who, on=on, conversation_id=conversation_id)
        for side in _HEARD_BY[who]:
            for notify in list(self._listeners.get((conversation_id, side), ())):
                notify(notice)
