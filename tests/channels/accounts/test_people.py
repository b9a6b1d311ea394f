"""A person's data is given out whole and erased whole: nothing of them is left in the database or in a file."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlmodel import SQLModel, select

from channels.testing import LiveServer
from dialogue.learning import LABELS, Labels
from knowledge.db import Database
from knowledge.schema import (
    Address,
    BehaviourEvent,
    Customer,
    Invoice,
    Order,
    Payment,
    PaymentMethod,
    Review,
    Shipment,
    TrackingEvent,
)
from knowledge.types import new_id, utc_now
from tools.base import ToolCall
from tools.ticketing.body import TicketBody

pytestmark = pytest.mark.asyncio(loop_scope="session")

PERSON = "C2"
MARKS = (
    "Wilhelmina Quist", "quist@example.org", "+46701234567", "0701234567", "Storgatan 17 B", "SE556677889901", "PN9988776655", "device-quist-77",
    "威廉明娜", "198.51.100.77", "9917", "leave it with Mrs Berg", "my secret search",
)  # fmt: skip


async def give_a_life(server: LiveServer, client: httpx.AsyncClient) -> dict[str, str]:
    """Let the customer leave traces in every corner of the shop; returns ids to look at later."""
    now = utc_now()
    address = {
        "recipient": "威廉明娜",
        "phone": "+46701234567",
        "line1": "Storgatan 17 B",
        "city": "Lund",
        "country": "SE",
    }
    async with server.context.platform.database.write() as session:
        person = await session.get_one(Customer, PERSON)
        person.sqlmodel_update(
            {"first_name": "Wilhelmina", "last_name": "Quist", "email": "quist@example.org", "phone": "+46701234567"}
        )
        person.device_id = "device-quist-77"
        order = (await session.exec(select(Order).where(Order.customer_id == PERSON))).one()
        order.sqlmodel_update(
            {"address": {**address, "state": "Skåne"}, "ip": "198.51.100.77", "note": "leave it with Mrs Berg"}
        )
        order.device_id = "device-quist-77"
        session.add_all([person, order])
        session.add(Address.model_validate({"id": new_id("adr"), "customer_id": PERSON, **address}))
        session.add(
            PaymentMethod(id=new_id("pay"), customer_id=PERSON, kind="credit_card", brand="Visa", last_four="9917")
        )
        session.add(
            Invoice(
                id=new_id("inv"), order_id=order.id, title="Wilhelmina Quist", tax_id="SE556677889901", email="quist@example.org",
                amount_minor=9900, currency="CNY", created_at=now,
            )
        )  # fmt: skip
        parcel = Shipment(id=new_id("shp"), order_id=order.id, tracking_number="PN9988776655")
        session.add(parcel)
        await session.flush()
        session.add(TrackingEvent(shipment_id=parcel.id, at=now, status="delivered", place="Lund"))
        session.add(
            BehaviourEvent(customer_id=PERSON, session_id="s1", kind="search", query="my secret search", at=now)
        )
        session.add(
            Review(
                id=new_id("rev"), product_id="P1", customer_id=PERSON, order_id=order.id, rating=5, lang="en",
                text="Fine keyboard. Wilhelmina Quist", created_at=now,
            )
        )  # fmt: skip
    theirs = server.headers("shopper", PERSON)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    sent = await client.post("/v1/attachments", files={"file": ("me.png", picture.getvalue())}, headers=theirs)
    opened = (await client.post("/v1/conversations", headers=theirs)).json()["id"]
    said = {
        "client_id": new_id("m"),
        "text": "I am Wilhelmina Quist, quist@example.org",
        "attachments": [sent.json()["id"]],
    }
    await client.post(f"/v1/conversations/{opened}/messages", json=said, headers=theirs)
    asked = await client.post(
        f"/v1/conversations/{opened}/messages", json={"client_id": new_id("m"), "text": "human"}, headers=theirs
    )
    await client.get(f"/v1/conversations/{opened}/events", headers=server.headers("agent", "Ben"))
    merchant = server.headers("merchant", "owner")
    talk = (await client.post("/v1/conversations", headers=merchant)).json()["id"]
    about = {"client_id": new_id("m"), "text": "what did Wilhelmina Quist (C2, 0701234567, 威廉明娜) order? not C20"}
    await client.post(f"/v1/conversations/{talk}/messages", json=about, headers=merchant)
    labels = Labels(server.context.settings.data / LABELS)
    labels.add("where is the parcel of Wilhelmina Quist", "en", "track_order")
    labels.add("我要退货", "zh", "return_items")
    return {"conversation": opened, "ticket": asked.json()["ticket"]["id"], "talk": talk, "order": order.id}


async def every_row(database: Database) -> str:
    async with database.read() as session:
        connection = await session.connection()
        found = []
        for table in SQLModel.metadata.sorted_tables:
            rows = (await connection.execute(table.select())).mappings().all()
            found += [json.dumps(dict(row), ensure_ascii=False, default=str) for row in rows]
    return "\n".join(found)


def every_byte(data: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())


async def test_a_person_is_given_out_whole_and_erased_whole(own_server: LiveServer) -> None:
    server = own_server
    data, database = server.context.settings.data, server.context.platform.database
    boss = server.supervisor()
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        known = await give_a_life(server, client)
        before = await every_row(database)
        assert [mark for mark in MARKS if mark not in before] == []

        zipped = await client.get(f"/v1/customers/{PERSON}/export", headers=boss)
        with zipfile.ZipFile(io.BytesIO(zipped.content)) as archive:
            whole = json.loads(archive.read("data.json"))
            pictures = [name for name in archive.namelist() if name.startswith("attachments/")]
        tables = whole["tables"]
        assert all(
            tables[name]
            for name in (
                "customer",
                "address",
                "order",
                "orderline",
                "invoice",
                "conversationevent",
                "ticket",
                "review",
            )
        )
        assert len(pictures) == 1
        own = json.dumps(tables, ensure_ascii=False)
        assert [mark for mark in MARKS if mark not in own and mark != "0701234567"] == []
        assert {row["id"] for row in tables["customer"]} == {PERSON}

        slip = await client.post(f"/v1/customers/{PERSON}/erase", json={"confirm": "C3"}, headers=boss)
        assert slip.json()["code"] == "confirm_erasure"
        done = await client.post(f"/v1/customers/{PERSON}/erase", json={"confirm": PERSON}, headers=boss)
        assert done.status_code == 200, done.text
        again = await client.post(
            f"/v1/customers/{PERSON}/erase", json={"confirm": PERSON}, headers=server.headers("merchant", "m")
        )
        assert (again.json()["receipt"], again.json()["before"]) == (done.json()["receipt"], True)
        assert done.json()["receipt"]
        assert (await client.get(f"/v1/customers/{PERSON}/export", headers=boss)).status_code == 404
        head = (await client.get(f"/v1/conversations/{known['conversation']}", headers=boss)).json()
        ticket = (await client.get(f"/v1/tickets/{known['ticket']}", headers=boss)).json()
        events = (await client.get(f"/v1/conversations/{known['conversation']}/events", headers=boss)).json()
        said = (await client.get(f"/v1/conversations/{known['talk']}/events", headers=boss)).json()

    await server.context.platform.executor.audit.flush()
    after, left = await every_row(database), every_byte(data)
    assert [line for line in after.splitlines() if any(mark in line for mark in MARKS)] == []
    assert '"C2"' not in after
    assert [mark for mark in MARKS if mark.encode() in left or json.dumps(mark)[1:-1].encode() in left] == []
    assert b"PNG" not in left
    pseudonym = done.json()["pseudonym"]
    assert (head["owner"], head["customer_id"], head["subject"], events) == ("closed", pseudonym, None, [])
    assert (ticket["status"], ticket["body"], ticket["customer_id"]) == (
        "resolved",
        TicketBody().model_dump(mode="json"),
        pseudonym,
    )
    asked = next(each["event"]["text"] for each in said if each["event"]["type"] == "message_received")
    assert asked == "what did [erased] ([erased], [erased], [erased]) order? not C20"
    assert [label.text for label in Labels(data / LABELS).known.values()] == [
        "where is the parcel of [erased]",
        "我要退货",
    ]
    async with database.read() as session:
        order = await session.get_one(Order, known["order"])
        assert (order.customer_id, order.total_minor, order.address) == (
            pseudonym,
            9900,
            {"country": "SE", "state": "Skåne"},
        )
        assert (await session.exec(select(Payment).where(Payment.order_id == order.id))).all()
        assert (await session.exec(select(Customer).where(Customer.id == "C3"))).one().email
        broken = (await (await session.connection()).execute(text("PRAGMA foreign_key_check"))).all()
        assert broken == []


@pytest.mark.parametrize("role", ["agent", "shopper"])
async def test_others_neither_take_nor_erase_a_persons_data(
    server: LiveServer, client: httpx.AsyncClient, role: Any
) -> None:
    mine = server.headers(role, "C5")
    assert (await client.get("/v1/customers/C5/export", headers=mine)).status_code == 403
    assert (await client.post("/v1/customers/C5/erase", json={"confirm": "C5"}, headers=mine)).status_code == 403
    outcome = await server.context.platform.executor.call(
        ToolCall("erase_customer", {"person": "C5"}),
        server.caller(server.token(role, "C5")).identity(),
        idempotency_key="k",
    )
    assert (outcome.status, outcome.code) == ("refused", "not_allowed")
    async with server.context.platform.database.read() as session:
        assert await session.get(Customer, "C5") is not None


async def test_somebody_whom_nobody_knows_cannot_be_erased(server: LiveServer, client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/customers/C999/erase", json={"confirm": "C999"}, headers=server.supervisor())
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_customer")
