"""The day's brief in the store: written once a day, whoever is first, and said to merchants when they come.

A brief is a conversation of its own, named after its day, that nobody talks in: its events hold what the tool returned. The name is
the primary key, so that of several replicas one writes it. It is said at the head of every conversation that a merchant opens on the
next day, and in the newest one of those that were open already, once each.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import sqlalchemy.exc
from sqlmodel import col, func, select

from dialogue.events import Event, Replied, ToolReturned
from dialogue.replies.brief import brief_replies
from dialogue.replies.templates import Templates
from dialogue.replies.types import Reply
from dialogue.store import EventStore
from dialogue.turn import Action
from knowledge.schema import Conversation
from knowledge.types import Lang
from tools.base import Identity, ToolCall
from tools.executor import Executor

logger = logging.getLogger(__name__)
CHANNEL = "brief"
KEEPER = Identity("merchant", subject="XIAOER_BRIEF_AT")
"""Who asks for it: that the setting is set is the shop owner's wish."""
_TOOL = "daily_brief"
_DAY = dt.timedelta(days=1)
_OPEN_FOR = dt.timedelta(days=30)
"""A merchant's conversation that rested longer is not gone on with."""


def conversation_id(day: dt.date) -> str:
    """Return the name of the conversation that holds a day's brief."""
    return f"brf_{day.isoformat()}"


class Briefs:
    """Writes and finds the briefs of one shop."""

    def __init__(self, store: EventStore, executor: Executor, templates: Templates, timezone: str, lang: Lang) -> None:
        self._store, self._executor, self._templates = store, executor, templates
        self._zone, self._lang = ZoneInfo(timezone), lang

    def newest_day(self) -> dt.date:
        """Return the last day that is over where the shop is."""
        return self._store.clock().astimezone(self._zone).date() - _DAY

    def due(self, at: dt.time) -> bool:
        """Tell whether the brief of the newest day is to be written by now; `at` is a time of the day where the shop is."""
        return self._store.clock().astimezone(self._zone).time() >= at

    async def write(self) -> bool:
        """Write the brief of the newest day, unless somebody has; False where it failed and there is none."""
        day = self.newest_day()
        if await self._head(day) is not None:
            return True
        call = ToolCall(_TOOL, {"day": day.isoformat()})
        outcome = await self._executor.call(call, KEEPER, idempotency_key=conversation_id(day), lang=self._lang)
        if outcome.evidence is None:
            logger.warning("no brief of %s: %s %s", day, outcome.status, outcome.code)
            return False
        result = outcome.evidence.model_dump(mode="json")
        action = Action(tool=_TOOL, arguments=call.arguments, status=outcome.status, result=result)
        events: list[Event] = [
            ToolReturned(action=action, duration_ms=outcome.duration_ms),
            Replied(replies=tuple(brief_replies(result, self._templates, self._lang))),
        ]
        now = self._store.clock()
        head = Conversation(
            id=conversation_id(day), role="merchant", channel=CHANNEL, lang=self._lang, created_at=now, updated_at=now
        )
        with contextlib.suppress(sqlalchemy.exc.IntegrityError):  # another replica was faster
            await self._store.create(head, events)
            logger.info("wrote the brief of %s", day)
        return True

    async def replies(self, lang: Lang) -> tuple[Reply, ...]:
        """Return the newest day's brief in `lang`; nothing where none was written."""
        events = (entry.event for entry in await self._store.load(conversation_id(self.newest_day())))
        results = [event.action.result for event in events if isinstance(event, ToolReturned)]
        return tuple(brief_replies(results[0], self._templates, lang)) if results else ()

    async def resting(self) -> Sequence[tuple[str, Lang]]:
        """Return the newest conversation of each merchant that was open before the newest day's brief, with its language."""
        written = await self._head(self.newest_day())
        if written is None:
            return ()
        newest = (
            select(Conversation.subject, func.max(Conversation.created_at).label("at"))
            .where(
                Conversation.role == "merchant",
                col(Conversation.subject).is_not(None),
                Conversation.owner == "bot",
                col(Conversation.updated_at) >= written.created_at - _OPEN_FOR,
            )
            .group_by(col(Conversation.subject))
            .subquery()
        )
        statement = (
            select(Conversation)
            .join(newest, (newest.c.subject == Conversation.subject) & (newest.c.at == Conversation.created_at))
            .where(Conversation.role == "merchant", Conversation.created_at < written.created_at)
        )
        async with self._store.database.read() as session:
            heads = (await session.exec(statement)).all()
        return [(head.id, "en" if head.lang == "en" else "zh") for head in heads]

    async def _head(self, day: dt.date) -> Conversation | None:
        async with self._store.database.read() as session:
            return await session.get(Conversation, conversation_id(day))
