"""``xiaoer brief``, and the setting that writes it by itself."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from channels import briefs
from channels.settings import SettingsError, load_settings
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.schema import Conversation
from tests.dialogue.conftest import assemble, small_shop


def test_the_time_is_hours_and_minutes() -> None:
    assert load_settings(brief_at="08:30").brief_at == dt.time(8, 30)
    assert load_settings(brief_at="").brief_at is None
    assert load_settings().brief_at is None


@pytest.mark.parametrize("wrong", ["8:30", "24:00", "08:60", "morning", "08:30:00", "830"])
def test_another_form_is_refused_with_what_was_expected(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"XIAOER_BRIEF_AT: expected a time of the day as 08:30"):
        load_settings(brief_at=wrong)


async def test_beside_the_server_it_is_written_and_without_a_time_it_is_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(briefs, "LOOK_EVERY_S", 0.01)
    await small_shop(database)
    conversations = await assemble(database, ScriptedUnderstander({}))
    async with briefs.briefs_written(load_settings(), conversations):
        await asyncio.sleep(0)
    assert await _written(database) is None
    async with briefs.briefs_written(load_settings(brief_at="00:00"), conversations):
        for _ in range(3_000):
            if await _written(database) is not None:
                break
            await asyncio.sleep(0.01)
        assert await _written(database) is not None
    await conversations.executor.close()


async def _written(database: Database) -> Conversation | None:
    async with database.read() as session:
        return await session.get(Conversation, "brf_2026-03-09")
