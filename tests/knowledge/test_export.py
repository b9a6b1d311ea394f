"""An export is imported again equal, pictures and attachments too, between databases of both kinds; a damaged one is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.db import Database, sqlite_url
from knowledge.demo import build_demo_shop
from knowledge.errors import ExportRefusedError, ImportRefusedError
from knowledge.export import export_shop
from knowledge.importers import import_shop
from knowledge.schema import Attachment, Conversation, ConversationEvent, Delivery, Pin
from knowledge.types import JsonObject
from tests.knowledge.demo.conftest import NOW
from tests.knowledge.importers.shops import CSV, everything, write


async def laid(database: Database, folder: Path) -> None:
    """A small shop with pictures, and a conversation in which somebody sent one."""
    await build_demo_shop(database, folder / "media", now=NOW, scale=0.01)
    said: JsonObject = {"text": '半个字符 \\ud83d 😀\n\t"', "attachments": ["att_1"]}
    path = "attachments/1/att_1.png"
    conversation = Conversation(id="cnv_1", subject="C1001", customer_id="C1001", created_at=NOW, updated_at=NOW)
    event = ConversationEvent(
        conversation_id="cnv_1", seq=1, type="message_received", payload=said, client_id="m", at=NOW
    )
    sent = Attachment(
        id="att_1", owner="C1001", kind="image", media_type="image/png", path=path, size_bytes=4, created_at=NOW
    )
    question: JsonObject = {"tool": "shop_figures", "arguments": {"metric": "orders"}}
    pin = Pin(id="pin_1", question=question, asked_on="2026-11-30", place=0, pinned_by="M1", created_at=NOW)
    async with database.write() as session:
        session.add(conversation)
        await session.flush()
        session.add_all([event, sent, pin])
    (folder / "attachments" / "1").mkdir(parents=True)
    (folder / "attachments" / "1" / "att_1.png").write_bytes(b"\x89PNG")


def files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for name in ("media", "attachments")
        for file in (folder / name).rglob("*")
        if file.is_file()
    }


async def test_what_waits_to_be_told_stays_behind(database: Database, tmp_path: Path) -> None:
    async with database.write() as session:
        session.add(
            Delivery(message_id="msg_1", destination="webhook:crm", event="ticket.opened", due_at=NOW, created_at=NOW)
        )
    await export_shop(database, tmp_path / "out")
    assert (tmp_path / "out" / "tables" / "delivery.jsonl").read_bytes() == b""
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["tables"]["delivery"]["rows"] == 0


@pytest.mark.parametrize("name", ["export", "export.zip"])
async def test_what_is_exported_comes_back_equal(any_database: Database, tmp_path: Path, name: str) -> None:
    old, new, path = tmp_path / "old", tmp_path / "new", tmp_path / name
    await laid(any_database, old)
    await export_shop(any_database, path, media=old / "media", attachments=old / "attachments")
    other = Database(sqlite_url(tmp_path / "new.db"))
    await other.create_tables()
    media, attachments = new / "media", new / "attachments"
    first = await import_shop(other, "xiaoer", path, media=media, attachments=attachments)
    again = await import_shop(any_database, "xiaoer", path, media=media, attachments=attachments)
    assert (first.refused, again.refused, again.total.unchanged) == ([], [], first.total.new)
    assert await everything(other) == await everything(any_database)
    assert files(new) == files(old)
    await other.close()


def cut(path: Path) -> None:
    table = path / "tables" / "customer.jsonl"
    table.write_bytes(table.read_bytes()[:-20])


def lost(path: Path) -> None:
    (path / "tables" / "order.jsonl").unlink()


def renumbered(path: Path) -> None:
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    (path / "manifest.json").write_text(json.dumps({**manifest, "version": 99}), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [(cut, "damaged or edited"), (lost, "order.jsonl is missing"), (renumbered, "version 99")],
)
async def test_a_damaged_export_is_refused_whole(
    database: Database, tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    source = Database(sqlite_url(tmp_path / "source.db"))
    await source.create_tables()
    await import_shop(source, "csv", write(tmp_path / "in", CSV))
    await export_shop(source, tmp_path / "export")
    await source.close()
    damage(tmp_path / "export")
    with pytest.raises(ImportRefusedError, match=reason):
        await import_shop(database, "xiaoer", tmp_path / "export")
    assert await everything(database) == {}


async def test_no_file_of_an_archive_lands_outside(database: Database, tmp_path: Path) -> None:
    await import_shop(database, "csv", write(tmp_path / "csv", CSV))
    path = tmp_path / "export.zip"
    await export_shop(database, path)
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("media/../../evil", "/media/evil", "media\\..\\evil", "../evil"):
            archive.writestr(name, b"evil")
    await import_shop(database, "xiaoer", path, media=tmp_path / "in" / "media", attachments=tmp_path / "in" / "att")
    assert [file for file in tmp_path.rglob("*evil*") if file.is_file()] == []  # noqa: ASYNC240 (a test)


async def test_nothing_that_is_no_export_is_overwritten(database: Database, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(ExportRefusedError, match="other files"):
        await export_shop(database, tmp_path / "photos")
    assert (tmp_path / "photos" / "cat.jpg").read_bytes() == b"cat"
