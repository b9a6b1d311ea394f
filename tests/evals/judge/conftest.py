"""A world to hold scenarios in: the demo shop, small, laid once for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from evals.judge.scenario import Scenario
from evals.judge.world import World, world

TEE = {
    "id": "J-TEE",
    "title": {"en": "Heavy Plain Tee", "zh": "重磅素面T恤"},
    "variants": [
        {"sku": "J-TEE-M", "options": {"color": "red", "size": "M"}, "price": 89},
        {"sku": "J-TEE-L", "options": {"color": "red", "size": "L"}, "price": 89},
    ],
}
ROBIN = {"id": "J1", "name": "Robin Reed", "email": "robin@example.com"}


def scenario(**fields: Any) -> Scenario:
    """A scenario about Robin and the tee of order J9001, unless the fields say otherwise."""
    lines = [{"sku": "J-TEE-M", "quantity": 1, "price": 79}]
    given = {"customers": [ROBIN], "products": [TEE], "orders": [{"id": "J9001", "lines": lines}]}
    start = {"id": "tee", "lang": "en", "customer": "J1", "given": given, "user": {"opens_with": ["hello"]}}
    return Scenario.model_validate({**start, **fields})


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shops(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("judge")) as opened:
        yield opened
