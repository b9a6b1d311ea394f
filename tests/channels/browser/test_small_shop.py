"""Pages over a small shop that is open at once: the language models of a turn in the inspector, the bot's texts at the copilot."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from agent.llm.config import LlmConfig, LlmServer
from channels.settings import Settings
from channels.testing import TEST_SECRET, LiveServer, ScriptedUnderstander, live, small_platform
from dialogue.conversations import Conversations
from dialogue.minds import minds_of
from dialogue.turns import TurnRunner
from knowledge.types import Lang
from tests.channels.browser.pages import Visits
from tests.channels.browser.test_access import complaints
from tests.channels.browser.test_inspector import part, turn
from tests.channels.browser.words import EN, ZH, Words
from tests.llm_server import Answer, ModelServer, model_server
from tools.base import Identity

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser]
both = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
ANSWER = Answer(json.dumps({"commands": [{"kind": "start_flow", "flow": "list_coupons", "entities": [], "text": ""}]}))


def answers(body: object) -> Answer:
    """A model that answers, but for one message, at which it breaks."""
    return Answer(status=500) if "kaputt" in json.dumps(body) else ANSWER


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def double() -> AsyncIterator[ModelServer]:
    async with model_server(answers) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def small(double: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    """A small shop whose messages a model reads."""
    data = tmp_path_factory.mktemp("small") / "data"
    model = LlmServer(double.url, "double-7b", retries=0, rest_s=0.0, input_price=Decimal(2), output_price=Decimal(6))
    minds = minds_of(LlmConfig(understand=model))
    understander = ScriptedUnderstander()
    async with small_platform(data, understander) as plain:
        talk = plain.conversations
        runner = TurnRunner(
            plain.executor,
            minds.understander(understander, talk.runner.flows),
            talk.runner.flows,
            talk.templates,
            "Asia/Shanghai",
            None,
            minds,
        )
        conversations = Conversations(plain.database, plain.executor, runner, talk.templates, default_lang="en")
        platform = dataclasses.replace(plain, conversations=conversations)
        async with live(Settings(data=data, secret=TEST_SECRET, rate_per_s=1000, rate_burst=1000), platform) as server:
            yield server
        await minds.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, small: LiveServer) -> AsyncIterator[Visits]:
    visits = Visits(browser, small.url)
    yield visits
    await visits.close()
    assert visits.complaints == []
    assert visits.foreign == []


async def enter(page: Page, small: LiveServer) -> None:
    """Sign in as a merchant with a token, as where there is no demo."""
    field = page.locator("#sign-in input[name=token]")
    await page.locator("#sign-in details", has=page.locator("input[name=token]")).locator("summary").click()
    await field.fill(small.token("merchant", "owner"))
    await field.press("Enter")
    await expect(page.locator("#board")).to_be_visible()


@dataclasses.dataclass(frozen=True)
class ModelWords:
    models: str
    read: str
    fine: str
    failed: str
    instead: str
    tokens: str
    cost: str


MODELS = {
    "zh": ModelWords("语言模型调用", "理解消息", "成功", "没有回答", "改由内置理解", "输入 100 / 输出 20 token", "花费 0.00032"),
    "en": ModelWords(
        "Language model calls", "reading the message", "answered", "no answer", "the embedded mind read", "100 tokens in, 20 out", "cost 0.00032"
    ),
}  # fmt: skip


@both
async def test_the_language_models_of_a_turn_stand_in_it(visits: Visits, small: LiveServer, words: Words) -> None:
    talk, shopper = small.context.platform.conversations, Identity("shopper", "C1", "C1")
    about = f"{words.owner}: hello to {words.locale}"
    opened = await talk.open(shopper, lang="en")
    for number, said in enumerate((about, "kaputt")):
        await talk.send(opened.id, shopper, client_id=f"{words.locale}{number}", text=said)
    page = await visits.page(words, "/inspector")
    await enter(page, small)
    await page.locator("#conversations").get_by_role("button").filter(has_text="kaputt").first.click()
    told = MODELS["zh" if words is ZH else "en"]
    first = part(turn(page.locator("#turns"), words, 1), told.models)
    for piece in (told.read, "double-7b", told.fine, told.tokens, told.cost, "understand@"):
        await expect(first).to_contain_text(piece)
    await expect(first).to_contain_text(re.compile(r"\d+ ms"))
    second = part(turn(page.locator("#turns"), words, 2), told.models)
    for piece in (told.failed, told.instead):
        await expect(second).to_contain_text(piece)
    assert await complaints(page) == []


@dataclasses.dataclass(frozen=True)
class TextWords:
    lang: str
    search: str
    find: str
    query: str
    edit: str
    field: str
    wrong: str
    refused: str
    right: str
    propose: str
    approve: str
    done: str
    own: str
    restore: str


TEXTS = {
    "zh": TextWords(
        "zh", "找一句话术", "查找", "打招呼、问好", "修改", "中文", "您的退款已到账", "回执", "您好呀，有什么可以帮您？", "提交", "批准", "已执行", "本店说法", "恢复默认"
    ),
    "en": TextWords(
        "en", "Find a text", "Find", "greeting, hello", "Edit", "English", "Your refund was paid.", "receipt", "Good day, how may I help?", "Propose", "Approve", "Done", "your words", "Back to standard"
    ),
}  # fmt: skip


@both
async def test_a_text_is_found_changed_approved_and_said(visits: Visits, small: LiveServer, words: Words) -> None:
    here = TEXTS["zh" if words is ZH else "en"]
    visits.expected = re.compile("422")
    page = await visits.page(words, "/copilot")
    await enter(page, small)
    texts = page.locator("#texts")
    await texts.get_by_role("searchbox", name=here.search).fill(here.query)
    await texts.get_by_role("button", name=here.find).click()
    card = texts.get_by_role("article").filter(has_text=re.compile("您好，请问|what can I do for you"))
    await card.get_by_role("button", name=re.compile(f"^{here.edit}")).click()
    assert await complaints(page) == []
    field = texts.get_by_role("textbox", name=re.compile(f"^{here.field}"))
    await field.fill(here.wrong)
    await texts.get_by_role("button", name=here.propose).click()
    await expect(texts.get_by_role("alert")).to_contain_text(here.refused)
    await expect(field).to_have_value(here.wrong)
    await field.fill(here.right)
    await texts.get_by_role("button", name=here.propose).click()
    proposal = page.locator("#proposals").get_by_role("article").filter(has_text=here.right)
    await proposal.get_by_role("button", name=re.compile(here.approve)).click()
    await expect(page.locator("#proposals")).to_contain_text(here.done)
    platform, shopper = small.context.platform, Identity("shopper", "C2", "C2")
    lang: Lang = "zh" if words is ZH else "en"
    opened = await platform.conversations.open(shopper, lang=lang)
    said = "你好" if words is ZH else "hello"
    await platform.conversations.send(opened.id, shopper, client_id=f"said {lang}", text=said)
    assert platform.conversations.templates.say("chit.greeting", lang) == here.right
    await texts.get_by_role("button", name=here.find).click()
    await expect(card.or_(texts.get_by_role("article").filter(has_text=here.right)).first).to_contain_text(here.own)
    await expect(texts.get_by_role("button", name=re.compile(here.restore)).first).to_be_visible()
    assert await complaints(page) == []
