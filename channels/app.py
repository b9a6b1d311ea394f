"""The application: every HTTP and WebSocket door, assembled."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from channels import (
    attachments,
    audit_api,
    auth,
    canned_api,
    case_actions,
    catalog_api,
    chat,
    desk,
    desk_duty,
    desk_talk,
    figures,
    inspector,
    knowledge_api,
    live,
    openai_api,
    operations,
    pages,
    people,
    problems,
    proposals,
    rest,
    risk,
    signin,
    statistics,
    texts,
    ticket_actions,
    ticket_export,
    translation_api,
)
from channels.accounts import api as accounts_api
from channels.context import Context
from channels.guards import AddressGuard, BodyGuard, SafetyNet, SecurityHeaders
from channels.limits import Rates
from channels.llm_settings import llm_config
from channels.metrics import Metrics
from channels.outward.inboxes import incoming
from channels.presence import Presence
from channels.settings import Settings, environment
from dialogue.build import Config, Platform, build
from dialogue.desk_routing import DeskRouting, RoutingPlan
from dialogue.relay import RedisRelay
from dialogue.understanding.voice.endpoint import Endpoint
from knowledge.endpoint_embedding import EmbeddingServer

logger = logging.getLogger(__name__)

FORM_OVERHEAD = 64 * 1024
DRAIN_S = 10.0
"""How long shutdown waits for answers under way."""


def config_of(settings: Settings, *, demo: bool = True) -> Config:
    """Return the platform's configuration; `demo` builds the demo shop where there is no shop."""
    return Config(
        data=settings.data,
        database_url=settings.database_url,
        demo=demo,
        transcription=transcription(settings),
        embedding=embedding_server(settings),
        llm=llm_config(settings),
        silence_s=settings.silence_s or None,
        environment=environment(),
    )


def relay_of(settings: Settings) -> RedisRelay | None:
    """Return what replicas tell one another through; None: there is one."""
    return RedisRelay(settings.redis_url) if settings.redis_url else None


def routing_plan(settings: Settings) -> RoutingPlan:
    """Return how the desk routes."""
    grace = dt.timedelta(seconds=settings.desk_grace_s) if settings.desk_grace_s else None
    return RoutingPlan(settings.desk_routing, grace, settings.desk_offer_s)


def transcription(settings: Settings) -> Endpoint | None:
    """Return where speech becomes text; None: here, where the extra ``speech`` is."""
    if settings.transcribe_base_url is None:
        return None
    key = settings.transcribe_api_key.get_secret_value() if settings.transcribe_api_key else None
    return Endpoint(settings.transcribe_base_url, settings.transcribe_model, key, settings.transcribe_timeout_s)


def embedding_server(settings: Settings) -> EmbeddingServer | None:
    """Return where vectors come from; None: from here."""
    if settings.embed_base_url is None or settings.embed_model is None:
        return None
    key = settings.embed_api_key.get_secret_value() if settings.embed_api_key else None
    return EmbeddingServer(settings.embed_base_url, settings.embed_model, key, settings.embed_timeout_s)


def create_app(
    settings: Settings,
    platform: Platform | None = None,
    *,
    closes: bool = False,
    beside: Sequence[contextlib.AbstractAsyncContextManager[None]] = (),
) -> FastAPI:
    """Return the application. Without a `platform` it builds its own at start-up and closes it at shutdown.

    `closes` makes it close a given platform too. `beside` is open while it serves.
    """
    context = Context(
        settings=settings,
        tokens=auth.tokens(settings),
        rates=Rates(settings.rate_per_s, settings.rate_burst),
        visitor_rates=Rates(settings.visitor_rate_per_s, settings.rate_burst),
        metrics=Metrics(),
        presence=Presence(),
    )
    app = FastAPI(
        title="xiaoer",
        description="A conversational agent platform for e-commerce, in Chinese and English.",
        version="0.1.0",
        lifespan=_lifespan(context, platform, beside, closes=closes or platform is None),
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    problems.install(app)
    for part in (
        operations,
        signin,
        accounts_api,
        audit_api,
        rest,
        inspector,
        attachments,
        ticket_export,  # before the desk, whose /v1/tickets/{ticket_id} would take its address
        desk,
        ticket_actions,
        case_actions,
        desk_duty,
        live,
        desk_talk,
        canned_api,
        translation_api,
        statistics,
        proposals,
        people,
        figures,
        risk,
        texts,
        knowledge_api,
        incoming,
        catalog_api,
        openai_api,
        chat,
    ):
        app.include_router(part.router)
    pages.install(app, settings.data)
    _lay_guards(app, settings)
    return app


def _lay_guards(app: FastAPI, settings: Settings) -> None:
    """Innermost first: the net catches what handlers raise, the headers lie on every answer."""
    app.add_middleware(SafetyNet)
    app.add_middleware(AddressGuard)
    app.add_middleware(BodyGuard, limit_of=_limit_of(settings))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Conversation-Id"],
        expose_headers=["Retry-After", "X-Conversation-Id"],
        max_age=600,
    )
    app.add_middleware(SecurityHeaders)


def _limit_of(settings: Settings) -> Callable[[str], int]:
    def limit(path: str) -> int:
        if path == "/v1/attachments":
            return settings.max_attachment_bytes + FORM_OVERHEAD
        if path == "/v1/chat/completions":
            return 4 * settings.max_json_bytes + settings.max_attachment_bytes * 4 // 3
        return settings.max_json_bytes

    return limit


def _lifespan(
    context: Context,
    given: Platform | None,
    beside: Sequence[contextlib.AbstractAsyncContextManager[None]],
    *,
    closes: bool,
) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        platform = given or await build(config_of(context.settings))
        context.platform_or_none = platform
        await asyncio.to_thread((context.settings.data / "media").mkdir, parents=True, exist_ok=True)
        context.routing_or_none = DeskRouting(platform.conversations, routing_plan(context.settings))
        work = (_recover(context), context.routing.run(), context.desk_notes.run())
        working = tuple(map(asyncio.create_task, work))
        try:
            async with contextlib.AsyncExitStack() as stack:
                if (relay := relay_of(context.settings)) is not None:
                    platform.conversations.join(relay)
                    context.presence.join(relay)
                    context.desk_notes.join(relay)
                    await stack.enter_async_context(relay.running())
                    await stack.enter_async_context(context.presence.shared())
                for each in beside:
                    await stack.enter_async_context(each)
                yield
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            if context.tasks:
                await asyncio.wait(context.tasks, timeout=DRAIN_S)
            if closes:
                await platform.close()

    return lifespan


async def _recover(context: Context) -> None:
    """Take up what a crash left unanswered, beside serving; readiness waits for it."""
    try:
        taken_up = await context.platform.conversations.recover()
    except Exception:
        logger.exception("could not take up the messages that a crash left unanswered")
    else:
        if taken_up:
            logger.info("took up %d messages that were left unanswered", taken_up)
    context.ready = True
    try:
        await context.platform.conversations.counting.catch_up()
    except Exception:
        logger.exception("could not count what was not counted yet; it is tried again when figures are asked for")
