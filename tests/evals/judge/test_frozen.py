"""Past conversations become scenarios that pass, in which nobody is to be recognised."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from typer.testing import CliRunner

from channels.cli import app
from dialogue.build import Platform
from dialogue.store import EventStore
from evals.judge.files import load_scenarios, yaml_of
from evals.judge.frozen import FrozenError, Source, freeze
from evals.judge.frozen.before import rows_before
from evals.judge.frozen.past import Past
from evals.judge.scenario import Later
from evals.judge.trial import hold
from evals.judge.world import StillClock, World
from knowledge.db import Database, sqlite_url
from knowledge.schema import Address, Customer, Order, PaymentMethod
from tools.base import Identity

pytestmark = pytest.mark.slow
in_shops = pytest.mark.asyncio(loop_scope="session")

XIAOMING, EMMA = "C1001", "C1002"
PAST: dict[str, tuple[str | None, str | None, tuple[str, ...]]] = {
    "cancel-en": (EMMA, "orders", ("cancel the order with the dress, I changed my mind", "yes, that's right")),
    "return-en": (EMMA, "returns", ("I want to send the jeans of order D1002000005 back, too tight", "credit card", "yes please")),
    "address-en": (EMMA, "orders", ("please deliver D1002000002 somewhere else", "27 Harbour Lane, Qingdao, Shandong 266071", "yes please")),
    "invoice-en": (EMMA, "invoices", ("send me a personal invoice for D1002000003", "Emma Clark", "yes")),
    "visitor-en": (None, "orders", ("cancel my order with the dress", "Emma.Clark@example.com", "yes please")),
    "person-zh": (XIAOMING, None, ("转人工", "在吗")),
    "cancel-zh": (XIAOMING, "orders", ("取消D1001000002这单，拍错了", "对")),
    "return-zh": (XIAOMING, "returns", ("D1001000006 里的连帽卫衣不合适，想退掉", "原路退回", "对")),
    "invoice-zh": (XIAOMING, "invoices", ("给 D1001000003 开张个人发票", "王小明", "对")),
    "address-zh": (XIAOMING, "orders", ("D1001000002 换个地方收货", "浙江省杭州市西湖区文三路478号2幢301室，邮编310012", "对的")),
}  # fmt: skip
"""Who talks (None: a visitor), the table in which it leaves a row, and what is said."""
SAID_ONLY = ("harbour lane", "266071", "文三路", "310012", "478号")


async def held(platform: Platform, customer: str | None, lang: str, said: tuple[str, ...]) -> str:
    """Hold a conversation and return its id."""
    identity = Identity("shopper", subject=customer or "v1", customer_id=customer)
    opened = await platform.conversations.open(identity, lang="zh" if lang == "zh" else "en")
    for number, text in enumerate(said):
        await platform.conversations.send(opened.id, identity, client_id=f"m{number}", text=text)
    return opened.id


async def personal(session: AsyncSession) -> set[str]:
    """What the shop knows of the two, in lower case."""
    found = set(SAID_ONLY)
    for person in (XIAOMING, EMMA):
        customer = await session.get_one(Customer, person)
        found |= {customer.id, customer.full_name(), customer.email, re.sub(r"^\+86", "", customer.phone)}
        found |= {customer.first_name} if len(customer.first_name) > 1 else set()
        for address in await session.exec(select(Address).where(Address.customer_id == person)):
            found |= {address.line1, address.postcode}
        for method in await session.exec(select(PaymentMethod).where(PaymentMethod.customer_id == person)):
            found |= {method.id}
        for order in await session.exec(select(Order).where(Order.customer_id == person)):
            found |= {order.id, order.id[1:], str(order.address["line1"])}
    return {value.lower() for value in found if value}


@pytest.mark.parametrize("name", PAST)
@in_shops
async def test_a_past_conversation_passes_as_a_scenario_and_names_nobody(
    shops: World, name: str, tmp_path: Path
) -> None:
    customer, table, said = PAST[name]
    async with shops.copy(shops.bare) as (platform, path):
        conversation = await held(platform, customer, name[-2:], said)
        scenario = await freeze(Source(platform.database, path.parent), conversation, name=name)
        async with platform.database.read() as session:
            known = await personal(session)
    assert set(scenario.expect.rows) == ({table} if table else set())
    assert scenario.expect.handed_over == (table is None)

    file = tmp_path / "past.yaml"
    file.write_text(yaml_of(scenario), encoding="utf-8")
    text = file.read_text(encoding="utf-8").lower()
    assert len(known) > 60
    assert sorted(value for value in known if value in text) == []

    [again] = load_scenarios([file])
    trial = await hold(shops, await shops.lay(again), again, seed=1)
    assert trial.passed, trial.faults
    assert not trial.without_consent


CHANGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "cancel_order": (EMMA, ("cancel the order with the dress, I changed my mind", "yes please")),
    "change_default_address": (EMMA, ("change my default address", "27 Harbour Lane, Qingdao, Shandong 266071", "yes please")),
    "change_order_address": (EMMA, ("deliver D1002000002 somewhere else", "27 Harbour Lane, Qingdao, Shandong 266071", "yes please")),
    "change_order_items": (EMMA, ("change the dress of D1002000001 to size L", "yes please")),
    "change_order_payment": (EMMA, ("pay D1002000001 with my gift card instead", "yes please")),
    "exchange_items": (EMMA, ("exchange the jeans of D1002000005 for size 29, too tight", "yes please")),
    "return_items": (EMMA, ("I want to send the jeans of order D1002000005 back, too tight", "gift card", "yes please")),
}  # fmt: skip


@pytest.mark.parametrize("tool", CHANGES)
@in_shops
async def test_rows_are_set_back_to_what_they_were(shops: World, tool: str) -> None:
    customer, said = CHANGES[tool]
    async with shops.copy(shops.bare) as (platform, _):
        conversation = await held(platform, customer, "en", said)
        past = Past.of(
            await EventStore(platform.database).head(conversation),
            await EventStore(platform.database).load(conversation),
        )
        assert [action.tool for action in past.effects] == [tool]
        changed = await rows_by_key(platform.database, past)
    base = Database(sqlite_url(shops.base))
    try:
        untouched = await rows_by_key(base, Past(past.head, (), handed_over=False))
    finally:
        await base.close()
    assert {name: changed[name] for name in untouched if changed[name] != untouched[name]} == {}


async def rows_by_key(database: Database, past: Past) -> dict[str, dict[str, object]]:
    """The rows before the conversation, without the counters of changes."""
    async with database.read() as session:
        rows = await rows_before(session, past)
    found = {}
    for row in rows:
        fields = row.model_dump(exclude={"version"})
        found[f"{row.__tablename__} {fields.get('id', fields.get('sku', fields.get('code')))}"] = fields
    return found


def xiaoer(*arguments: str | Path) -> tuple[int, str]:
    """Exit status, and what was said on stderr in one line."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    return done.exit_code, " ".join(done.stderr.split())


def test_the_command_writes_a_scenario_and_says_what_it_cannot_do(shops: World, tmp_path: Path) -> None:
    shop, file = tmp_path / "shop", tmp_path / "the dress.yaml"
    shutil.copytree(shops.base.parent, shop)
    said = CliRunner().invoke(app, ["say", PAST["cancel-en"][2][0], "--as", EMMA, "--data", str(shop), "--json"])
    shopper = json.loads(said.stdout)["conversation_id"]
    said = CliRunner().invoke(app, ["say", "how is business", "--role", "merchant", "--data", str(shop), "--json"])
    merchant = json.loads(said.stdout)["conversation_id"]

    assert xiaoer("replay", shopper, "--to-scenario", file, "--data", shop)[0] == 0
    assert [scenario.id for scenario in load_scenarios([file])] == ["the-dress"]

    for arguments, status, words in (
        ((shopper, "--to-scenario", file), 2, "is there already"),
        ((shopper, "--to-scenario", tmp_path / "no" / "f.yaml"), 2, "there is no folder"),
        (("cnv_none", "--to-scenario", tmp_path / "f.yaml"), 1, "there is no conversation 'cnv_none'"),
        ((merchant, "--to-scenario", tmp_path / "f.yaml"), 1, "is a merchant's conversation"),
        ((shopper, "--to-scenario", file, "--force"), 0, "messages: 1"),
    ):
        code, told = xiaoer("replay", *arguments, "--data", shop)
        assert (code, words in told) == (status, True), told
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".yaml"] == ["the dress.yaml"]


@in_shops
async def test_a_conversation_without_a_word_of_the_shopper_is_refused(shops: World) -> None:
    async with shops.copy(shops.bare) as (platform, path):
        opened = await platform.conversations.open(Identity("shopper", subject="v1"))
        with pytest.raises(FrozenError, match="no message of a shopper"):
            await freeze(Source(platform.database, path.parent), opened.id, name="silent")


@in_shops
async def test_a_yes_that_came_too_late_comes_too_late_again(shops: World) -> None:
    async with shops.copy(shops.bare) as (platform, path):
        identity = Identity("shopper", subject=EMMA, customer_id=EMMA)
        opened = await platform.conversations.open(identity, lang="zh")
        for number, text in enumerate(PAST["cancel-en"][2]):
            await platform.conversations.send(opened.id, identity, client_id=f"m{number}", text=text)
            assert isinstance(platform.executor.clock, StillClock)
            platform.executor.clock.wait(3600)
        scenario = await freeze(Source(platform.database, path.parent), opened.id, name="late")
    assert scenario.user.script == (Later(says="yes, that's right", after_s=3600),)
    assert scenario.expect.rows == {}
    trials = [await hold(shops, await shops.lay(scenario), scenario, seed=0) for _ in range(2)]
    assert [trial.faults for trial in trials] == [(), ()]
