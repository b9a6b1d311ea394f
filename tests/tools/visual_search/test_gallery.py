"""The gallery: products by a picture, of the person's own only, with filters of words."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from PIL.Image import Image

from knowledge.db import Database, sqlite_url
from knowledge.schema import Attachment, Product, ProductImage, Shop
from tests.tools.visual_search.drawings import COLOURS, drawing
from tools.base import Identity, ToolContext
from tools.capabilities import CAPABILITIES
from tools.errors import ArgumentError, RefusedError
from tools.fitted import Models
from tools.policy import load_policy
from tools.testing import NOW
from tools.visual_search import gallery as gallery_module
from tools.visual_search.capability import VisualSearch
from tools.visual_search.encoder import ENCODERS, Encoder, Vectors
from tools.visual_search.gallery import Gallery


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(sqlite_url(tmp_path / "shop.db"))
    await database.create_tables()
    (tmp_path / "media").mkdir()
    async with database.write() as session:
        session.add(Shop(id="s", name_zh="店", name_en="shop", currency="CNY"))
        for colour in COLOURS:
            drawing(colour, round_=True).save(tmp_path / "media" / f"{colour}.png")
            session.add(Product(id=colour, title_en=colour, created_at=NOW))
        await session.flush()
        for colour in COLOURS:
            session.add(ProductImage(id=colour, product_id=colour, path=f"{colour}.png"))
        session.add(ProductImage(id="gone", product_id="red", path="gone.png", position=1))
    yield database
    await database.close()


async def sent(shop: Database, folder: Path, content: bytes, owner: str = "C1") -> None:
    (folder / "sent.png").write_bytes(content)
    async with shop.write() as session:
        session.add(
            Attachment(
                id="att_1",
                owner=owner,
                kind="image",
                media_type="image/png",
                path="sent.png",
                size_bytes=1,
                created_at=NOW,
            )
        )


async def test_the_product_on_the_picture_comes_first_and_chances_fall(shop: Database, tmp_path: Path) -> None:
    drawing("blue", round_=True, shift=3).save(tmp_path / "photo.png")
    await sent(shop, tmp_path, (tmp_path / "photo.png").read_bytes())
    gallery = Gallery(shop, tmp_path, Models(CAPABILITIES, None))
    async with shop.read() as session:
        seen = await gallery.look(ToolContext(session, Identity("shopper", "C1"), load_policy("default"), NOW), "att_1")
    assert seen.products[0] == "blue"
    assert set(seen.products) == set(COLOURS)
    assert list(seen.chances) == sorted(seen.chances, reverse=True)
    assert list((tmp_path / "indexes").glob("pictures-*.npz"))


async def test_somebody_elses_picture_and_a_broken_one_are_told(shop: Database, tmp_path: Path) -> None:
    await sent(shop, tmp_path, b"\xff\xd8\xff broken")
    gallery = Gallery(shop, tmp_path, Models(CAPABILITIES, None))
    async with shop.read() as session:
        policy = load_policy("default")
        with pytest.raises(ArgumentError):
            await gallery.look(ToolContext(session, Identity("shopper", "C2"), policy, NOW), "att_1")
        with pytest.raises(RefusedError) as refused:
            await gallery.look(ToolContext(session, Identity("shopper", "C1"), policy, NOW), "att_1")
    assert refused.value.code == "picture_broken"


async def test_a_shop_learns_from_its_own_pictures(shop: Database, tmp_path: Path) -> None:
    rows = await VisualSearch().at(tmp_path).own(shop, NOW)
    assert len(rows.rows(catalogue=True)) == len(COLOURS)
    assert len(rows.rows(catalogue=False)) == 4 * len(COLOURS)


async def test_a_picture_that_comes_before_the_catalogue_is_known_is_told_so_and_later_answered(
    shop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing("blue", round_=True).save(tmp_path / "photo.png")
    await sent(shop, tmp_path, (tmp_path / "photo.png").read_bytes())
    models = Models(CAPABILITIES, None)
    monkeypatch.setattr(gallery_module, "PATIENCE_S", 0.05)
    encoder, may = ENCODERS[models.get("visual_search").model.encoder], threading.Event()
    encode = encoder.encode

    def encode_when_it_may(self: Encoder, picture: Image) -> Vectors:
        assert may.wait(10)
        return encode(self, picture)

    monkeypatch.setattr(encoder, "encode", encode_when_it_may)
    gallery = Gallery(shop, tmp_path, models)
    async with gallery.warmed(), shop.read() as session:
        context = ToolContext(session, Identity("shopper", "C1"), load_policy("default"), NOW)
        with pytest.raises(RefusedError) as refused:
            await gallery.look(context, "att_1")
        may.set()
        await gallery.known()
        seen = await gallery.look(context, "att_1")
    assert refused.value.code == "pictures_not_ready"
    assert seen.products[0] == "blue"


async def test_a_server_that_stops_at_once_keeps_what_was_looked_at_before(shop: Database, tmp_path: Path) -> None:
    models = Models(CAPABILITIES, None)
    await Gallery(shop, tmp_path, models).ready()
    async with Gallery(shop, tmp_path, models).warmed():
        pass
    with np.load(next((tmp_path / "indexes").glob("pictures-*.npz"))) as kept:
        assert len(kept["stamps"]) == len(COLOURS)
