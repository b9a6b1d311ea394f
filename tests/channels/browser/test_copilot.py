"""The merchant copilot: asking, going on by words and by rows, the board, files, proposals, in both languages."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Locator, Page, expect
from sqlalchemy import delete
from sqlmodel import col, select

from channels.testing import LiveServer
from knowledge.schema import Pin, Variant
from tests.channels.browser.pages import Visits, sign_in_staff
from tests.channels.browser.test_access import complaints
from tests.channels.browser.words import EN, ZH, Words

FIRST_MS = 180_000
"""The first message of a merchant is when what merchants say is learnt."""

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]


@dataclasses.dataclass(frozen=True)
class Said:
    """What a merchant says and reads."""

    words: Words
    talk: str
    message: str
    by_category: str
    revenue: str
    follow_up: str
    orders: str
    pin: str
    board: str
    drill: str
    records: str
    behind: str
    save: str
    value: str
    currency: str
    rename: str
    own_name: str
    save_name: str
    down: str
    unpin: str
    refresh: str
    change: str
    proposal: str
    approve: str
    done: str
    proposals_tab: str


IN_ZH = Said(
    ZH, "与小二对话", "消息", "最近90天各品类的销售额", "销售额", "那订单数呢", "订单数", "钉到看板", "看板", "细看", "背后的记录", "记录", "另存为", "销售额", "币种",
    "改名", "我的品类", "保存名称", "^把 .* 下移$", "取下", "重新查询", "把机械键盘改成 309", "改价", "批准", "已执行", "看板与待批",
)  # fmt: skip
IN_EN = Said(
    EN, "Conversation with Xiaoer", "Message", "revenue by category in the last 90 days", "revenue", "and the orders?", "orders", "Pin to the board", "Board", "Look into",
    "Records behind", "records behind", "Save as", "revenue", "Currency", "Rename", "My categories", "Save the name", "^Move .* down$", "off the board", "Ask",
    "set the price of the mechanical keyboard to 319", "Price change", "Approve", "Done, receipt", "Board and proposals",
)  # fmt: skip
both = pytest.mark.parametrize("said", [IN_ZH, IN_EN], ids=["zh", "en"])


@dataclasses.dataclass(frozen=True)
class Copilot:
    """The page, signed in."""

    page: Page
    said: Said

    @property
    def talk(self) -> Locator:
        return self.page.get_by_role("region", name=self.said.talk)

    @property
    def last(self) -> Locator:
        """The last figure of the conversation."""
        return self.talk.locator(".figure").last

    @property
    def pins(self) -> Locator:
        return self.page.locator("#pins .pin")

    def pin(self, name: str) -> Locator:
        return self.pins.filter(has=self.page.get_by_role("heading", name=name))

    async def ask(self, text: str) -> None:
        """Write and send; something has been answered when this returns."""
        answers = self.talk.locator(".group.left:not(.typing)")
        before = await answers.count()
        field = self.talk.get_by_role("textbox", name=self.said.message)
        await field.fill(text)
        await field.press("Enter")
        await expect(answers).to_have_count(before + 1, timeout=FIRST_MS)

    async def saved(self, where: Locator, kind: str) -> Path:
        async with self.page.expect_download() as download:
            await where.get_by_role("button", name=re.compile(f"{self.said.save}.*{kind}")).click()
        file = await download.value
        assert re.fullmatch(rf"{self.said.value}-\d{{4}}-\d\d-\d\d\.{kind.lower()}", file.suggested_filename)
        return Path(await file.path())


async def copilot(visits: Visits, said: Said, *, phone: bool = False) -> Copilot:
    page = await visits.page(said.words, "/copilot", phone=phone)
    await sign_in_staff(page, said.words.owner)
    await expect(page.locator("#talk .bubble").first).to_be_visible()
    return Copilot(page, said)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def empty_board(shop: LiveServer) -> None:
    async with shop.context.platform.database.write() as session:
        await session.exec(delete(Pin))


@both
async def test_figures_are_asked_pinned_and_asked_again_after_a_reload(
    visits: Visits, shop: LiveServer, said: Said
) -> None:
    here = await copilot(visits, said)
    await here.ask(said.by_category)
    await expect(here.last).to_contain_text(said.revenue)
    await here.last.get_by_role("button", name=said.pin).click()
    await expect(here.pins).to_have_count(1)
    await here.ask(said.follow_up)
    await expect(here.last.locator("figcaption")).to_contain_text(re.compile(f"^{said.orders}", re.IGNORECASE))
    await here.last.get_by_role("button", name=said.pin).click()
    await expect(here.pins).to_have_count(2)

    first = here.pins.first
    await first.get_by_role("button", name=said.rename).click()
    await first.get_by_role("textbox").fill(said.own_name)
    await first.get_by_role("button", name=said.save_name).click()
    moving = here.pin(said.own_name).get_by_role("button", name=re.compile(said.down))
    await moving.focus()
    await here.page.keyboard.press("Enter")
    await expect(here.pins.nth(1).get_by_role("heading")).to_have_text(said.own_name)
    focused = here.page.locator(":focus")
    assert await focused.get_attribute("data-key")  # the keyboard stays with what it moved

    await here.page.reload()
    await expect(here.pins.nth(1).get_by_role("heading")).to_have_text(said.own_name)
    await expect(here.pin(said.own_name).locator("figcaption")).to_contain_text(said.revenue)
    asked = here.page.expect_response(lambda answer: answer.url.endswith("/v1/figures"))
    async with asked as answer:
        await here.pin(said.own_name).get_by_role("button", name=re.compile(f"{said.refresh}.*{said.own_name}")).click()
    assert (await (await answer.value).json())["figures"]["metric"]["id"] == "revenue"
    await here.pin(said.own_name).get_by_role("button", name=re.compile(said.unpin)).click()
    await expect(here.pins).to_have_count(1)
    async with shop.context.platform.database.read() as session:
        [left] = (await session.exec(select(Pin))).all()
    assert (left.question["arguments"]["metric"], left.place, left.pinned_by) == ("orders", 0, said.words.owner)


@both
async def test_a_bar_leads_to_its_parts_by_the_keyboard_and_words_go_on_from_there(visits: Visits, said: Said) -> None:
    here = await copilot(visits, said)
    await here.ask(said.by_category)
    spots = here.last.locator(".spot")
    await expect(spots.nth(1)).to_be_visible()
    name = (await spots.nth(1).get_attribute("title") or "").split(" · ")[0]
    await spots.first.focus()
    await here.page.keyboard.press("ArrowDown")
    await expect(spots.nth(1)).to_be_focused()
    await here.page.keyboard.press("Enter")
    await expect(here.talk.locator(".group.right").last).to_contain_text(f"{said.revenue} › {name} › ")
    await expect(here.last.locator("figcaption")).to_contain_text(name)

    await here.ask(said.follow_up)
    caption = here.last.locator("figcaption")
    await expect(caption).to_contain_text(re.compile(f"^{said.orders}", re.IGNORECASE))
    await expect(caption).to_contain_text(name)

    earlier = here.talk.locator(".figure").first
    await earlier.locator("summary").click()
    await earlier.get_by_role("row").nth(1).get_by_role("button", name=said.records).click()
    await expect(here.talk.locator(".group.right").last).to_contain_text(said.behind)
    await expect(here.talk.locator(".group.left:not(.typing)").last).to_contain_text(re.compile(r"\bD?\d{5,}"))


@both
async def test_a_figure_is_saved_as_a_file_that_can_be_read_back(visits: Visits, said: Said) -> None:
    here = await copilot(visits, said)
    await here.ask(said.by_category)
    await expect(here.last.locator(".plot img")).to_be_visible()
    table = (await here.saved(here.last, "CSV")).read_bytes().decode("utf-8-sig")
    head, first, *_ = csv.reader(io.StringIO(table))
    assert head[1:] == [said.value, said.currency]
    assert re.fullmatch(r"\d+\.\d\d", first[1])
    book = openpyxl.load_workbook(io.BytesIO((await here.saved(here.last, "XLSX")).read_bytes()))
    [sheet, about] = book.worksheets
    assert [cell.value for cell in sheet[1]] == head
    assert f"{sheet.cell(2, 2).value:.2f}" == first[1]
    assert about.max_row >= 6
    assert Image.open(io.BytesIO((await here.saved(here.last, "PNG")).read_bytes())).format == "PNG"


@both
async def test_a_proposal_is_approved_on_the_board_and_the_price_is_another(
    visits: Visits, shop: LiveServer, said: Said
) -> None:
    here = await copilot(visits, said)
    await here.ask(said.change)
    proposal = here.page.get_by_role("article", name=re.compile(said.proposal)).first
    await expect(proposal).to_be_visible()
    await expect(proposal.get_by_role("timer")).to_contain_text(re.compile(r"\d+:\d\d"))
    price = said.change.split()[-1]
    await expect(proposal).to_contain_text(f"{price}.00")
    await proposal.get_by_role("button", name=re.compile(said.approve)).click()
    await expect(here.page.locator("#proposals")).to_contain_text(re.compile(f"{said.done}.*rcp_"))
    await expect(proposal.get_by_role("button")).to_have_count(0)
    async with shop.context.platform.database.read() as session:
        changed = await session.exec(select(Variant.sku).where(col(Variant.price_minor) == int(price) * 100))
        assert changed.all()


@both
async def test_everything_on_the_copilot_page_can_be_read_and_named(visits: Visits, said: Said) -> None:
    page = await visits.page(said.words, "/copilot")
    await expect(page.locator("#sign-in .sign-in-card")).to_be_visible()
    assert await complaints(page) == []
    await sign_in_staff(page, said.words.owner)
    here = Copilot(page, said)
    await here.ask(said.by_category)
    await here.last.get_by_role("button", name=said.pin).click()
    await expect(here.pins.locator(".figure")).to_have_count(1)
    await here.last.locator("summary").click()
    await here.ask(said.change)
    await expect(page.locator("#proposals .proposal").first).to_be_visible()
    assert await complaints(page) == []
    await page.evaluate("document.body.dataset.tab = 'side'")
    assert await complaints(page) == []


async def test_on_a_phone_one_part_shows_and_a_row_leads_back_to_the_conversation(visits: Visits) -> None:
    here = await copilot(visits, IN_EN, phone=True)
    await here.ask(IN_EN.by_category)
    await here.last.get_by_role("button", name=IN_EN.pin).click()
    await here.page.get_by_role("button", name=IN_EN.proposals_tab).click()
    await expect(here.talk).to_be_hidden()
    await here.pins.first.locator(".spot").first.click()
    await expect(here.talk).to_be_visible()
    await expect(here.talk.locator(".group.right").last).to_contain_text("revenue › ")
