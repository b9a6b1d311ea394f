"""A shopper who is there and does not answer is asked once more; nobody else is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from dialogue.commands import Affirm, ChitChat, StartFlow
from dialogue.events import Replied, StoredEvent
from dialogue.silence import SilenceWatch
from dialogue.testing import entity
from tests.dialogue.conftest import Talk, choices

CANCEL = StartFlow(flow="cancel_order", entities=(entity("order_ref", "D1002", id="D1002"),))


@contextlib.asynccontextmanager
async def present(talk: Talk) -> AsyncIterator[list[StoredEvent]]:
    """The shopper's page is open; what it was sent lies in the list."""
    seen: list[StoredEvent] = []

    async def follow() -> None:
        async for event in talk.conversations.follow(talk.id, talk.identity):
            seen.append(event)  # noqa: PERF401 (as they come)

    task = asyncio.create_task(follow())
    await asyncio.sleep(0)
    yield seen
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def reminders(seen: list[StoredEvent]) -> list[Replied]:
    return [event for entry in seen if isinstance(event := entry.event, Replied) and event.reminder]


@pytest.fixture
def quick(talk: Talk) -> Talk:
    """Silences are as short as a breath."""
    talk.conversations._silences = SilenceWatch(0.02, talk.conversations._remind)
    return talk


async def test_an_open_question_is_put_once_more_with_its_choices_and_then_no_more(quick: Talk) -> None:
    async with present(quick) as seen:
        asked = await quick.say("cancel D1002", CANCEL)
        await asyncio.sleep(0.2)
        [reminder] = reminders(seen)
        [reply] = reminder.replies
        assert reply.type == "choices"
        assert [choice.label for choice in reply.choices] == choices(asked)
        assert reply.text.endswith(asked.replies[-1].text)


async def test_the_answer_to_a_reminder_is_the_answer_to_the_question(quick: Talk) -> None:
    async with present(quick) as seen:
        await quick.say("cancel D1002", CANCEL)
        await asyncio.sleep(0.1)
        done = await quick.say("yes", Affirm())
        assert reminders(seen)
    assert [action.tool for action in done.actions if action.receipt] == ["cancel_order"]
    assert not any("No rush" in reply.text for reply in done.replies)


async def test_the_same_message_again_gives_its_turn_without_the_reminder(quick: Talk) -> None:
    async with present(quick):
        first = await quick.say("cancel D1002", CANCEL)
        await asyncio.sleep(0.1)
        again = await quick.conversations.send(quick.id, quick.identity, client_id="m1", text="cancel D1002")
    assert again.replies == first.replies


async def test_nobody_who_has_left_or_was_asked_nothing_is_reminded(quick: Talk) -> None:
    await quick.say("cancel D1002", CANCEL)
    await asyncio.sleep(0.1)
    async with present(quick) as seen:
        await asyncio.sleep(0.1)
        assert not reminders(seen)
        await quick.say("never mind the order, hello", ChitChat(topic="greeting"))
        await quick.conversations.close()
        await asyncio.sleep(0.1)
        assert not reminders(seen)


async def test_without_a_limit_silence_is_never_broken(talk: Talk) -> None:
    async with present(talk) as seen:
        await talk.say("cancel D1002", CANCEL)
        await asyncio.sleep(0.1)
        assert not reminders(seen)
