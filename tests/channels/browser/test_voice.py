"""What was said in a voice message stands under it, for the shopper, at the desk and in the inspector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.async_api import expect

from channels.testing import LiveServer
from dialogue.events import AttachmentRef
from dialogue.testing import hearing
from dialogue.understanding.voice.types import HeardVoice, Hearing
from knowledge.schema import Ticket
from tests.channels.browser.pages import Chat, Visits, sign_in_staff
from tests.channels.browser.test_access import complaints
from tests.channels.browser.test_desk import row
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]


class SameEars:
    """Hears the same in every recording."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def listen(self, ref: AttachmentRef, earlier: Sequence[HeardVoice]) -> Hearing:
        return hearing(ref.id, self.text, "annoyed", known=len(earlier) > 3)


@pytest.fixture(params=[ZH, EN], ids=["zh", "en"])
def words(request: pytest.FixtureRequest, shop: LiveServer) -> Iterator[Words]:
    """A language, and ears that hear a person asked for in it."""
    words: Words = request.param
    runner = shop.context.platform.conversations.runner
    before, runner.ears = runner.ears, SameEars(words.human)
    yield words
    runner.ears = before


async def test_a_voice_message_is_read_under_its_player_on_every_page(
    visits: Visits, words: Words, shop: LiveServer
) -> None:
    front, desk, inspector = [await visits.page(words, path) for path in ("/", "/desk", "/inspector")]
    await sign_in_staff(desk, words.agent)
    await sign_in_staff(inspector, words.owner)
    chat = Chat(front, words)
    await chat.open()
    await chat.button(words.record).click()
    await expect(chat.dialog.get_by_role("timer")).to_contain_text("0:01")
    await chat.button(words.send_voice).click()
    message = chat.own.last
    await expect(message.locator("audio")).to_be_visible()
    await expect(message.locator(".transcript")).to_contain_text(words.human)
    await expect(message.locator(".transcript")).to_have_count(1)
    handed_over = chat.log.locator(".handoff")
    await expect(handed_over).to_be_visible()

    ticket = (await handed_over.inner_text()).partition("tkt_")[2].split()[0].strip(".;,。，；")
    await row(desk, f"tkt_{ticket}").click()
    lines = desk.locator("#case").get_by_role("log").locator(".transcript")
    await expect(lines).to_have_count(2)
    await expect(lines.first).to_contain_text(words.human)
    await expect(lines.last).to_contain_text("95 %")

    async with shop.context.platform.database.read() as session:
        case = await session.get_one(Ticket, f"tkt_{ticket}")
    await inspector.goto(f"{inspector.url.partition('#')[0]}#{case.conversation_id}")
    await inspector.reload()
    heard = inspector.locator("#turns section").filter(
        has=inspector.get_by_role("heading", name=words.heard, exact=True)
    )
    await expect(heard).to_contain_text(words.human)
    await expect(heard).to_contain_text("scripted")
    await expect(heard.get_by_role("listitem").first).to_contain_text("95 %")
    for page in (front, desk, inspector):
        assert await complaints(page) == []
