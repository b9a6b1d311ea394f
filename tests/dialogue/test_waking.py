"""A loop that waits for its next look is woken by an event, by time, and ended whenever it is ended."""

from __future__ import annotations

import asyncio

import pytest

from dialogue.waking import woken

FOR_EVER_S = 600.0


async def test_it_goes_on_once_the_event_is_set_or_the_time_is_over() -> None:
    wake = asyncio.Event()
    await woken(wake, 0.001)
    assert not wake.is_set()
    wake.set()
    async with asyncio.timeout(10):
        await woken(wake, FOR_EVER_S)


async def test_a_loop_that_is_woken_in_the_instant_in_which_it_is_ended_ends() -> None:
    wake = asyncio.Event()
    waiting = asyncio.create_task(woken(wake, FOR_EVER_S))
    await asyncio.sleep(0)
    wake.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
