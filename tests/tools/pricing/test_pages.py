from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from knowledge.db import Database
from knowledge.schema import Attachment
from tools.base import Identity, Outcome, ToolCall
from tools.capabilities import CAPABILITIES
from tools.executor import Services
from tools.fitted import Models
from tools.pricing.pages import TOOLS
from tools.pricing.reading.ocr import Ocr, OcrMissingError
from tools.pricing.reading.pages import PageReader
from tools.pricing.testing import ScriptedOcr
from tools.pricing.types import PageRead, RecordedPrices
from tools.testing import NOW, make_executor, make_shop, propose_and_confirm, shopper
from tools.visual_search.gallery import Gallery

OWNER = Identity(role="merchant", subject="owner")


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database, tmp_path: Path) -> None:
    Image.new("RGB", (600, 400), "white").save(tmp_path / "page.png")
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.customer("C1")
        await shop.product("P1", "Desk Lamp", "台灯", variants={"L": ({"color": "red"}, 15_900)})
        for owner in ("owner", "C2"):
            await shop.add(
                Attachment(
                    id=f"att_{owner}", owner=owner, kind="image", media_type="image/png", path="page.png", size_bytes=1,
                    created_at=NOW,
                )
            )  # fmt: skip


def services(database: Database, folder: Path, ocr: Ocr | None) -> Services:
    def make() -> Ocr:
        if ocr is None:
            raise OcrMissingError("pip install 'xiaoer[ocr]'")
        return ocr

    models = Models(CAPABILITIES, None)
    return Services(gallery=Gallery(database, folder, models), models=models, pages=PageReader(make))


async def read(database: Database, folder: Path, ocr: Ocr | None, who: Identity, picture: str) -> Outcome:
    executor = make_executor(database, TOOLS, services=services(database, folder, ocr))
    return await executor.call(ToolCall("read_competitor_page", {"picture": picture}), who, idempotency_key="k")


async def test_a_page_is_read_into_price_kind_product_and_confidence(database: Database, tmp_path: Path) -> None:
    ocr = ScriptedOcr(["Desk Lamp", "¥ 129.00", "was ¥ 199.00"])
    found = (await read(database, tmp_path, ocr, OWNER, "att_owner")).evidence
    assert isinstance(found, PageRead)
    assert [(price.price.minor, price.kind, price.product_id, price.counts) for price in found.prices] == [
        (12_900, "current", "P1", True),
        (19_900, "struck", "P1", False),
    ]
    assert all(price.confidence > 0.5 for price in found.prices)


async def test_a_page_is_read_once_for_looking_and_keeping(database: Database, tmp_path: Path) -> None:
    ocr = ScriptedOcr(["台灯", "¥ 129.00"])
    executor = make_executor(database, TOOLS, services=services(database, tmp_path, ocr))
    arguments = {"picture": "att_owner", "competitor": " Lamp  Land "}
    done = await propose_and_confirm(executor, "record_competitor_prices", arguments, OWNER)
    assert isinstance(done.evidence, RecordedPrices)
    assert (done.status, done.evidence.competitor, ocr.pages) == ("ok", "Lamp Land", 1)


async def test_without_the_extra_it_says_so(database: Database, tmp_path: Path) -> None:
    refused = await read(database, tmp_path, None, OWNER, "att_owner")
    assert (refused.status, refused.code) == ("refused", "reading_unavailable")


@pytest.mark.parametrize("picture", ["att_C2", "att_none"])
async def test_somebody_elses_picture_and_an_unknown_one_look_alike(
    picture: str, database: Database, tmp_path: Path
) -> None:
    refused = await read(database, tmp_path, ScriptedOcr(["¥ 1.00"]), shopper("C1"), picture)
    assert (refused.status, refused.code) == ("refused", "picture_unknown")


async def test_another_currency_and_other_goods_are_not_kept(database: Database, tmp_path: Path) -> None:
    executor = make_executor(
        database, TOOLS, services=services(database, tmp_path, ScriptedOcr(["Desk Lamp", "$ 12.00"]))
    )
    call = ToolCall("record_competitor_prices", {"picture": "att_owner", "competitor": "X"})
    refused = await executor.call(call, OWNER, idempotency_key="k")
    assert (refused.status, refused.code) == ("refused", "no_price_read")
