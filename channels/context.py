"""What every door shares: settings, the platform, tokens, limits, figures."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from collections.abc import Coroutine
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from channels.accounts.passwords import Passwords
from channels.accounts.seats import SESSION, caller_by_session
from channels.accounts.sign_in import SignIn, sign_in_of
from channels.auth import Caller, Tokens, bearer_of
from channels.limits import Rates
from channels.looks import Looks
from channels.metrics import Metrics
from channels.presence import Presence
from channels.problems import ProblemError
from channels.settings import Settings
from dialogue.build import Platform
from dialogue.desk_notes import DeskNotes
from dialogue.desk_routing import DeskRouting
from dialogue.desk_translation import DeskTranslation


@dataclasses.dataclass
class Context:
    """One per application, at ``app.state.context``."""

    settings: Settings
    tokens: Tokens
    rates: Rates
    visitor_rates: Rates
    metrics: Metrics
    presence: Presence
    platform_or_none: Platform | None = None
    routing_or_none: DeskRouting | None = None
    ready: bool = False
    """True once the platform is built and what a crash left unanswered was taken up."""
    passwords: Passwords = dataclasses.field(default_factory=Passwords)
    tasks: set[asyncio.Task[Any]] = dataclasses.field(default_factory=set)

    @property
    def platform(self) -> Platform:
        """The platform.

        Raises:
            ProblemError: ``starting``: it is not built yet.
        """
        if self.platform_or_none is None:
            raise ProblemError("starting", headers={"Retry-After": "1"})
        return self.platform_or_none

    @property
    def routing(self) -> DeskRouting:
        """What routes the desk's tickets.

        Raises:
            ProblemError: ``starting``: the platform is not built yet.
        """
        if self.routing_or_none is None:
            raise ProblemError("starting", headers={"Retry-After": "1"})
        return self.routing_or_none

    @functools.cached_property
    def sign_in(self) -> SignIn:
        """The door of the shop's own people.

        Raises:
            ProblemError: ``starting``.
        """
        return sign_in_of(self.settings, self.platform.database, self.passwords)

    @functools.cached_property
    def looks(self) -> Looks:
        """Writes down who looked at whose data."""
        return Looks(self.platform.executor.audit)

    @functools.cached_property
    def desk_notes(self) -> DeskNotes:
        """The staff's notes, live.

        Raises:
            ProblemError: ``starting``.
        """
        return DeskNotes(self.platform.executor)

    @functools.cached_property
    def translation(self) -> DeskTranslation:
        """What translates for agents.

        Raises:
            ProblemError: ``starting``.
        """
        return DeskTranslation(self.platform.conversations)

    async def caller(self, token: str, connection: HTTPConnection) -> Caller:
        """Return who holds a token, or who signed in by password at the browser that sends the session's cookie.

        Raises:
            ProblemError: ``unauthenticated``; ``cross_site``: a cookie sent by a page that is not ours.
        """
        if token.startswith(SESSION):
            return await caller_by_session(self.sign_in, token, connection)
        return self.tokens.verify(token)

    def admit(self) -> None:
        """Let new work in, unless what came before it waits too long already.

        Without end to the queue everybody's answer would come after they have left: it is better to answer most in time and to
        tell the others at once.

        Raises:
            ProblemError: ``busy``, with ``Retry-After``.
        """
        if self.platform.database.write_wait_s > self.settings.max_write_wait_s:
            raise ProblemError("busy", headers={"Retry-After": "1"})

    def detach(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run work that must end even when its client has gone; shutdown waits for it."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def sees_all(self, caller: Caller) -> bool:
        """Whether the caller gets understanding, actions and milliseconds."""
        return caller.role != "shopper" or self.settings.debug


# Coroutines although they await nothing: FastAPI sends plain functions to a thread, which costs more than they do.
async def _context(connection: HTTPConnection) -> Context:
    context: Context = connection.app.state.context
    return context


async def _caller(connection: HTTPConnection) -> Caller:
    context: Context = connection.app.state.context
    return await context.caller(bearer_of(connection.headers.get("authorization")), connection)


ContextDep = Annotated[Context, Depends(_context)]
CallerDep = Annotated[Caller, Depends(_caller)]
