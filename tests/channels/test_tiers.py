"""Customers' tiers, given beside ``serve``."""

from __future__ import annotations

from sqlmodel import select

from channels.fitting import tiers_kept, update_tiers
from channels.settings import Settings
from knowledge.db import Database
from knowledge.schema import Customer
from tools.pricing.membership import TierUpdate
from tools.testing import make_executor, make_shop


async def _lay(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("P1", "Mug", "杯子", variants={"MUG": ({"color": "red"}, 4900)})
        for number in range(6):
            person = await shop.customer(f"C{number}")
            for order in range(number):
                await shop.order(f"O{number}-{order}", person, {"MUG": 1}, placed_days_ago=200 - 20 * number)


async def _tiers(database: Database) -> dict[str, str]:
    async with database.read() as session:
        return {person.id: person.tier for person in (await session.exec(select(Customer))).all()}


async def test_the_platform_gives_tiers_by_itself_and_a_second_time_changes_nothing(database: Database) -> None:
    await _lay(database)
    executor = make_executor(database)
    assert (await update_tiers(executor)).status == "ok"
    first = await _tiers(database)
    assert (first["C5"], first["C0"]) == ("gold", "new")
    again = await update_tiers(executor)
    assert isinstance(again.evidence, TierUpdate)
    assert (again.status, again.evidence.moves, await _tiers(database)) == ("ok", (), first)


async def test_tiers_stay_as_they_are_where_the_settings_do_not_say_so(database: Database) -> None:
    await _lay(database)
    before = await _tiers(database)
    async with tiers_kept(Settings(), make_executor(database)):
        pass
    assert await _tiers(database) == before
