"""A draft on the page: it grows while the model writes, and the reply takes its place."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from channels.testing import LiveServer
from knowledge.errors import StorageFullError
from knowledge.types import Lang
from tests.channels.browser.pages import Chat, Visits
from tests.channels.browser.test_access import complaints
from tests.channels.browser.test_inspector import part, turn
from tests.channels.browser.test_small_shop import MODELS, enter
from tests.channels.browser.words import EN, ZH, Words
from tests.channels.drafting import drafting
from tests.channels.test_drafts import taken_over
from tests.llm_server import Answer, Body
from tools.base import Identity

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]
both = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
widths = pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])


@dataclasses.dataclass(frozen=True)
class Talk:
    asks: str
    first: str
    second: str
    rest: str

    @property
    def whole(self) -> str:
        return self.first + self.second + self.rest


TALKS = {
    "zh": Talk("青蛙可以退吗？", "青蛙可以退。", "请装在盒子里寄回来，盒子里放一点水。", "路上请保持凉爽。还有问题吗？"),
    "en": Talk(
        "may frogs go back?", "Frogs may go back. ", "Send them in a box, with a little water in it. ", "Keep them cool on the way. Is that clear?"
    ),
}  # fmt: skip


class Slow:
    """A model that writes a sentence and stops, goes on with the next at a word, and ends at another."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.more, self.end = asyncio.Event(), asyncio.Event()

    def __call__(self, body: Body) -> Answer:
        talk = TALKS["zh" if "青蛙" in str(body["messages"][-1]["content"]) else "en"]
        # A sentence is shown once the next one is whole, and that is known from what comes after it.
        return Answer(
            pieces=(talk.first, talk.second, talk.rest[:2], self.more, talk.rest[2:-4], self.end, talk.rest[-4:])
        )


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def slow() -> Slow:
    return Slow()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def small(slow: Slow, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    async with drafting(tmp_path_factory.mktemp("drafts") / "data", slow) as (server, _):
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, small: LiveServer, slow: Slow) -> AsyncIterator[Visits]:
    slow.begin()
    visits = Visits(browser, small.url)
    yield visits
    slow.more.set()
    slow.end.set()
    await visits.close()
    assert visits.complaints == []
    assert visits.foreign == []


async def lower_left(bubble: Locator) -> tuple[float, float]:
    box = await bubble.bounding_box()
    assert box is not None
    return round(box["x"], 1), round(box["y"] + box["height"], 1)


@both
@widths
async def test_an_answer_grows_sentence_by_sentence_and_the_reply_takes_its_place(
    visits: Visits, slow: Slow, words: Words, phone: bool
) -> None:
    talk = TALKS["zh" if words is ZH else "en"]
    chat = Chat(await visits.page(words, phone=phone), words)
    await chat.open()
    await chat.say(talk.asks)
    draft = chat.log.locator(".bubble.draft")
    live = chat.dialog.locator("[aria-live=polite]")
    await expect(draft).to_have_text(talk.first.strip())
    await expect(chat.log.locator(".dots")).to_be_hidden()
    await expect(live).not_to_contain_text(talk.first.strip())
    assert await complaints(chat.page) == []
    caret = await draft.locator(".words").evaluate("e => getComputedStyle(e, '::after').animationIterationCount")
    assert caret == "1"  # the pages are opened by people who want less motion
    slow.more.set()
    await expect(draft).to_have_text((talk.first + talk.second).strip())
    await expect(live).not_to_contain_text(talk.second.strip())
    place, number = await lower_left(draft), await chat.bubbles.count()
    slow.end.set()
    await expect(draft).to_have_count(0)
    await expect(chat.bubbles.last).to_have_text(talk.whole)
    await expect(live).to_contain_text(talk.whole)
    assert await chat.bubbles.count() == number
    assert await lower_left(chat.bubbles.last) == place
    assert not await chat.page.evaluate("document.documentElement.scrollWidth > innerWidth")


@both
async def test_what_a_person_takes_over_in_mid_answer_is_not_said(
    visits: Visits, small: LiveServer, slow: Slow, words: Words
) -> None:
    talk = TALKS["zh" if words is ZH else "en"]
    page = await visits.page(words, phone=True)
    chat = Chat(page, words)
    async with page.expect_response(lambda answer: answer.url.endswith("/v1/conversations")) as opening:
        await chat.open()
    conversation = (await (await opening.value).json())["id"]
    await chat.say(talk.asks)
    draft = chat.log.locator(".bubble.draft")
    await expect(draft).to_have_text(talk.first.strip())
    await taken_over(small, conversation)
    await expect(draft).to_have_count(0)
    slow.more.set()
    slow.end.set()
    await chat.say("ok")
    await expect(chat.log).not_to_contain_text(talk.first.strip())
    await expect(chat.log.locator(".dots")).to_be_hidden()


@both
async def test_a_message_in_mid_answer_takes_the_draft_away_and_both_are_answered(
    visits: Visits, slow: Slow, words: Words
) -> None:
    talk = TALKS["zh" if words is ZH else "en"]
    chat = Chat(await visits.page(words), words)
    await chat.open()
    await chat.say(talk.asks)
    await expect(chat.log.locator(".bubble.draft")).to_have_text(talk.first.strip())
    await chat.say(talk.asks)
    await expect(chat.log.locator(".bubble.draft")).to_have_count(0)
    slow.more.set()
    slow.end.set()
    await chat.expect_reply(talk.whole)
    await expect(chat.log.locator(".bubble.draft")).to_have_count(0)
    assert await chat.own.count() == 2


async def test_the_draft_of_an_answer_that_fails_goes_and_nobody_is_said_to_write(
    visits: Visits, small: LiveServer, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StorageFullError("no room")

    monkeypatch.setattr(small.context.platform.conversations, "_commit", full)
    chat = Chat(await visits.page(EN), EN)
    await chat.open()
    await chat.say(TALKS["en"].asks)
    draft = chat.log.locator(".bubble.draft")
    await expect(draft).to_be_visible()
    slow.more.set()
    slow.end.set()
    await expect(draft).to_have_count(0)
    await expect(chat.log.locator(".dots")).to_be_hidden()


@both
async def test_the_inspector_says_when_the_first_piece_came(
    visits: Visits, small: LiveServer, slow: Slow, words: Words
) -> None:
    slow.more.set()
    slow.end.set()
    lang: Lang = "zh" if words is ZH else "en"
    talk, shopper = small.context.platform.conversations, Identity("shopper", f"C7{lang}", None)
    opened = await talk.open(shopper, lang=lang)
    asked = f"{TALKS[lang].asks} ({words.locale})"
    await talk.send(opened.id, shopper, client_id="m1", text=asked)
    page = await visits.page(words, "/inspector")
    await enter(page, small)
    await page.locator("#conversations").get_by_role("button").filter(has_text=words.locale).first.click()
    models = part(turn(page.locator("#turns"), words, 1), MODELS[lang].models)
    await expect(models).to_contain_text(re.compile(r"首字 \d+ ms" if lang == "zh" else r"first piece after \d+ ms"))
