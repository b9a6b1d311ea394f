"""Who is writing at the moment, and who looks at which case: passed between the sockets of a conversation on every replica, never stored."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Literal

from channels.wire import TypingNotice, ViewersFrame, WritingFrame
from dialogue.relay import Alone, Relay
from knowledge.types import JsonObject, new_id

Side = Literal["shopper", "desk"]
Who = Literal["bot", "agent", "shopper"]
Notice = TypingNotice | ViewersFrame | WritingFrame
Notify = Callable[[Notice], None]

_HEARD_BY: dict[Who, tuple[Side, ...]] = {"bot": ("shopper", "desk"), "agent": ("shopper",), "shopper": ("desk",)}
BEAT_S = 10.0
"""How often a replica says who looks at what, for those that came later."""
GONE_S = 30.0
"""A replica that was not heard of for so long has nobody who looks."""


@dataclasses.dataclass
class _Elsewhere:
    """Who looks at what on another replica, as it last said."""

    heard_at: float
    looking: dict[str, list[str]]


class Presence:
    """The sockets that look at each conversation, by side."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._relay: Relay = Alone()
        self._replica = new_id("rep")
        self._listeners: defaultdict[tuple[str, Side], list[Notify]] = defaultdict(list)
        self._looking: defaultdict[str, list[tuple[str, Notify]]] = defaultdict(list)
        self._elsewhere: dict[str, _Elsewhere] = {}

    def join(self, relay: Relay) -> None:
        """Share it with other replicas."""
        self._relay = relay
        relay.listen(self._heard)

    @contextlib.asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Say now and then who looks at what, and forget replicas that fell silent, while the block runs."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            self._relay.tell({"of": "lookers", "replica": self._replica, "looking": {}})

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
        self._typing(conversation_id, who, on=on)
        self._relay.tell({"of": "typing", "id": conversation_id, "who": who, "on": on})

    def _typing(self, conversation_id: str, who: Who, *, on: bool) -> None:
        notice = TypingNotice(who=who, on=on, conversation_id=conversation_id)
        for side in _HEARD_BY[who]:
            for notify in list(self._listeners.get((conversation_id, side), ())):
                notify(notice)

    # -- who looks at a case

    def looks(self, conversation_id: str, agent: str, notify: Notify) -> None:
        """Count a desk among those that have a case on screen, and call `notify` with who else has, from now on."""
        self._looking[conversation_id].append((agent, notify))
        self._tell_lookers(conversation_id)

    def looks_away(self, conversation_id: str, agent: str, notify: Notify) -> None:
        """Count a desk no longer: another case is on its screen, or it is gone."""
        with contextlib.suppress(ValueError):
            self._looking[conversation_id].remove((agent, notify))
        if not self._looking[conversation_id]:
            del self._looking[conversation_id]
        self._tell_lookers(conversation_id)

    def writes(self, conversation_id: str, agent: str, *, on: bool) -> None:
        """Tell the others who look at a case that an agent writes in it, or stopped."""
        self._writes(conversation_id, agent, on=on)
        self._relay.tell({"of": "writing", "id": conversation_id, "agent": agent, "on": on})

    def _writes(self, conversation_id: str, agent: str, *, on: bool) -> None:
        self._show(conversation_id, WritingFrame(conversation_id=conversation_id, agent=agent, on=on))

    def viewers(self, conversation_id: str) -> tuple[str, ...]:
        """Return the agents who have a case on screen, on whatever replica."""
        here = {agent for agent, _ in self._looking.get(conversation_id, ())}
        there = {agent for each in self._elsewhere.values() for agent in each.looking.get(conversation_id, ())}
        return tuple(sorted(here | there))

    def _tell_lookers(self, conversation_id: str) -> None:
        self._show_viewers(conversation_id)
        self._relay.tell({"of": "lookers", "replica": self._replica, "looking": self._here()})

    def _here(self) -> dict[str, list[str]]:
        return {name: sorted({agent for agent, _ in looking}) for name, looking in self._looking.items() if looking}

    def _show_viewers(self, conversation_id: str) -> None:
        frame = ViewersFrame(conversation_id=conversation_id, viewers=self.viewers(conversation_id))
        self._show(conversation_id, frame)

    def _show(self, conversation_id: str, notice: Notice) -> None:
        for _, notify in list(self._looking.get(conversation_id, ())):
            notify(notice)

    # -- other replicas

    async def _heard(self, news: JsonObject) -> None:
        match news:
            case {"of": "typing", "id": str(name), "who": "bot" | "agent" | "shopper" as who, "on": bool(on)}:
                self._typing(name, who, on=on)
            case {"of": "writing", "id": str(name), "agent": str(agent), "on": bool(on)}:
                self._writes(name, agent, on=on)
            case {"of": "lookers", "replica": str(replica), "looking": dict(looking)}:
                self._set_elsewhere(replica, _Elsewhere(self._clock(), looking))
            case {"of": "again"}:
                self._relay.tell({"of": "lookers", "replica": self._replica, "looking": self._here()})
            case _:
                pass

    def _set_elsewhere(self, replica: str, now: _Elsewhere | None) -> None:
        before = self._elsewhere.pop(replica, None)
        if now is not None:
            self._elsewhere[replica] = now
        old, new = before.looking if before else {}, now.looking if now else {}
        for conversation_id in {*old, *new}:
            if old.get(conversation_id) != new.get(conversation_id):
                self._show_viewers(conversation_id)

    async def _beat(self) -> None:
        while True:
            self.beat()
            await asyncio.sleep(BEAT_S)

    def beat(self) -> None:
        """Say who looks at what here, and forget replicas that fell silent."""
        self._relay.tell({"of": "lookers", "replica": self._replica, "looking": self._here()})
        silent = [name for name, each in self._elsewhere.items() if self._clock() - each.heard_at > GONE_S]
        for replica in silent:
            self._set_elsewhere(replica, None)
