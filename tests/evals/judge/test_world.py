"""Copies of a shop, of which none knows what was done in another."""

from __future__ import annotations

import pytest

from evals.judge.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_who_guessed_at_proofs_in_one_copy_has_guessed_at_none_in_the_next(shops: World) -> None:
    counts = []
    for _ in range(2):
        async with shops.copy(shops.bare) as (platform, _path):
            now = platform.executor.clock()
            guesses = platform.executor.services.guesses
            counts.append(guesses.most(["visitor"], now))
            guesses.note(["visitor"], now)

    assert counts == [0, 0]
