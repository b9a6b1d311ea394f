"""The merchant's brief: ``xiaoer brief``, and written by itself once a day beside ``serve``."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import typer

from channels.beside import beside
from channels.console import CommandError, platform_of, print_json, run, settings_for
from channels.render import plain_all
from channels.settings import Settings
from dialogue.build import Platform
from dialogue.conversations import Conversations
from dialogue.replies.brief import brief_replies
from knowledge.types import Lang, new_id
from tools.base import Identity, ToolCall
from tools.brief.types import DailyBrief

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 60.0


def brief(data: Path | None, day: dt.date | None, *, lang: Lang | None, as_json: bool) -> None:
    """Print the brief of a day."""
    found, text = run(_brief(settings_for(data), day, lang))
    print_json(found.model_dump(mode="json")) if as_json else typer.echo(text)


async def _brief(settings: Settings, day: dt.date | None, lang: Lang | None) -> tuple[DailyBrief, str]:
    async with platform_of(settings) as platform:
        spoken = lang or platform.conversations.default_lang
        found = await _found(platform, day, spoken)
        templates = platform.conversations.templates
        return found, plain_all(tuple(brief_replies(found.model_dump(mode="json"), templates, spoken)))


async def _found(platform: Platform, day: dt.date | None, lang: Lang) -> DailyBrief:
    call = ToolCall("daily_brief", {"day": day.isoformat() if day else None})
    outcome = await platform.executor.call(
        call, Identity("merchant", subject="merchant"), idempotency_key=new_id("cli"), lang=lang
    )
    if isinstance(outcome.evidence, DailyBrief):
        return outcome.evidence
    sentence, templates = f"refused.{outcome.code}", platform.conversations.templates
    said = templates.say(sentence, lang, **outcome.facts) if templates.has(sentence) else outcome.code
    raise CommandError(said)


@contextlib.asynccontextmanager
async def briefs_written(settings: Settings, conversations: Conversations) -> AsyncIterator[None]:
    """Write each day's brief while the block runs, where the settings say when."""
    at = settings.brief_at
    async with beside(_keep_writing(at, conversations) if at is not None else None):
        yield


async def _keep_writing(at: dt.time, conversations: Conversations) -> None:
    done: dt.date | None = None
    while True:
        done = await write_due(at, conversations, done)
        await asyncio.sleep(LOOK_EVERY_S)


async def write_due(at: dt.time, conversations: Conversations, done: dt.date | None) -> dt.date | None:
    """Write the brief of the last day where it is time for it; returns the day that is seen to.

    A day on which nothing ran after the time has no brief: it is not caught up, nor is any before it.
    """
    day = conversations.briefs.newest_day()
    if day == done or not conversations.briefs.due(at):
        return done
    try:
        return day if await conversations.brief_merchants() else done
    except Exception:  # one try of many: the next one comes in a minute, and the log says why
        logger.exception("the brief of %s was not written; it is tried again", day)
        return done
