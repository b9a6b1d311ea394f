"""What agents write with: notes and mentions, replies kept at hand, pictures; with two agents and a shopper."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from channels.testing import LiveServer
from tests.channels.browser.pages import PHONE, Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.test_access import complaints
from tests.channels.browser.test_desk import asked_for_a_person, row
from tests.channels.browser.words import EN, ZH, Words
from tests.channels.translating import translating

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]
both = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])


@dataclasses.dataclass(frozen=True)
class Said:
    """Names of controls and what is written, in one language."""

    colleague: str
    note_mode: str
    note_field: str
    mention: str
    secret: str
    back: str
    mentions: str
    canned: str
    close: str
    first: str
    gap: str
    attach: str
    own: str
    name: str
    keep: str
    wrong: str


SAID = {
    "zh": Said(
        colleague="小周",
        note_mode="内部备注",
        note_field="内部备注，顾客看不到",
        mention="@小",
        secret="这位顾客常退货，请留意",
        back="知道了，我来看",
        mentions="提到我",
        canned="常用回复",
        close="关闭",
        first="添加第一条",
        gap="请先填写：订单号",
        attach="添加图片或语音",
        own="仅自己使用",
        name="名称",
        keep="保存",
        wrong="{nmae}",
    ),
    "en": Said(
        colleague="Ben",
        note_mode="Private note",
        note_field="Private note, the shopper does not see it",
        mention="@b",
        secret="returns a lot, please keep an eye on it",
        back="all right, I will",
        mentions="Mentions",
        canned="Kept replies",
        close="Close",
        first="Add the first one",
        gap="Fill in first: order number",
        attach="Add a picture or a recording",
        own="Only for me",
        name="Name",
        keep="Keep",
        wrong="{nmae}",
    ),
}


@dataclasses.dataclass(frozen=True)
class Scene:
    """A shopper whom an agent serves."""

    chat: Chat
    desk: Page
    ticket: str

    @property
    def case(self) -> Locator:
        return self.desk.locator("#case")


async def served(visits: Visits, words: Words, *, phone: bool = False) -> Scene:
    desk = await visits.page(words, "/desk", phone=phone)
    await sign_in_staff(desk, words.agent)
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    await row(desk, ticket).click()
    await desk.locator("#case").get_by_role("button", name=words.claim).first.click()
    await expect(desk.locator("#case").get_by_role("textbox", name=words.reply)).to_be_focused()
    return Scene(chat, desk, ticket)


async def at_the_desk(visits: Visits, token: str) -> Page:
    """The desk on a phone, in English, of who signed in there before."""
    person = await visits.person(EN, phone=True)
    key, value = json.dumps(f"xiaoer:{visits.origin}:agent"), json.dumps(json.dumps(token))
    await person.add_init_script(f"if (location.protocol === 'http:') localStorage.setItem({key}, {value});")
    desk = await person.new_page()
    await desk.goto("/desk")
    return desk


@both
async def test_a_note_names_a_colleague_who_reads_it_and_the_shopper_never_does(visits: Visits, words: Words) -> None:
    said = SAID[words.lang]
    other = await visits.page(words, "/desk")
    await sign_in_staff(other, said.colleague)
    scene = await served(visits, words)
    case = scene.case

    await case.get_by_role("button", name=said.note_mode).click()
    field = case.get_by_role("textbox", name=said.note_field)
    await expect(field).to_be_focused()
    await field.press_sequentially(said.mention)
    option = case.get_by_role("option", name=said.colleague)
    await expect(option).to_be_visible()
    await field.press("ArrowDown")
    await field.press("ArrowUp")
    await expect(option).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(field).to_have_value(f"@{said.colleague} ")
    await field.press_sequentially(said.secret)
    assert await complaints(scene.desk) == []
    await field.press("Control+Enter")
    note = case.get_by_role("log").get_by_role("article")
    await expect(note).to_contain_text(said.secret)

    tab = other.get_by_role("button", name=said.mentions)
    await expect(tab.locator(".count")).to_have_text("1")
    await tab.click()
    assert await complaints(other) == []
    await other.locator("#tickets .mention", has_text=said.secret).click()
    theirs = other.locator("#case")
    await expect(theirs.get_by_role("log").get_by_role("article")).to_contain_text(said.secret)
    await expect(tab.locator(".count")).to_have_count(0)
    await expect(theirs.get_by_role("textbox", name=words.reply)).to_be_hidden()

    answer = theirs.get_by_role("textbox", name=said.note_field)
    await answer.fill(said.back)
    await answer.press("Control+Enter")
    await expect(case.get_by_role("log").get_by_role("article")).to_have_count(2)
    await expect(note.last).to_contain_text(said.back)

    await scene.chat.say(words.question)
    await expect(case.get_by_role("log")).to_contain_text(words.question)
    for text in (said.secret, said.back):
        await expect(scene.chat.log).not_to_contain_text(text)
    await other.reload()
    await row(other, scene.ticket).or_(other.locator("#tickets .empty")).first.wait_for()
    await expect(tab.locator(".count")).to_have_count(0)


@both
async def test_a_kept_reply_is_found_by_a_slash_and_its_gap_must_be_filled(visits: Visits, words: Words) -> None:
    said = SAID[words.lang]
    scene = await served(visits, words)
    case, desk = scene.case, scene.desk
    reply = case.get_by_role("textbox", name=words.reply)
    await case.get_by_role("button", name=said.canned).click()
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox", name=said.name)).to_be_focused()
    await dialog.get_by_role("textbox", name=said.name).fill(f"greet-{words.lang}")
    text = dialog.get_by_role("textbox").nth(1 if words.lang == "zh" else 2)
    await text.fill("{name} {nmae}")
    visits.expected = re.compile("422")
    await dialog.get_by_role("button", name=said.keep, exact=True).click()
    await expect(dialog.get_by_role("status")).to_contain_text(said.wrong)
    await text.fill("{name}: ")
    await dialog.get_by_role("button", name="{order}").click()
    await expect(text).to_have_value("{name}: {order}")
    await text.press_sequentially(" / {ticket}")
    await dialog.get_by_role("button", name=said.keep, exact=True).click()
    await expect(dialog.locator(".plain-row")).to_contain_text(f"greet-{words.lang}")
    assert await complaints(desk) == []
    await dialog.get_by_role("button", name=said.close).click()

    await reply.press_sequentially("/gree")
    option = case.get_by_role("option", name=f"greet-{words.lang}")
    await expect(option).to_have_attribute("aria-selected", "true")
    assert await complaints(desk) == []
    await reply.press("Enter")
    await expect(reply).to_have_value(f"{words.customer}: {{order}} / {scene.ticket}")
    gap = case.get_by_role("button", name=said.gap)
    await expect(gap).to_be_visible()
    assert await complaints(desk) == []
    before = await scene.chat.bubbles.count()
    await reply.press("Control+Enter")
    await expect(reply).to_be_focused()
    await desk.keyboard.type("D1")
    await expect(reply).to_have_value(f"{words.customer}: D1 / {scene.ticket}")
    await case.get_by_role("button", name=words.reply_send, exact=True).click()
    await expect(scene.chat.log.get_by_text(f"{words.customer}: D1 / {scene.ticket}", exact=True)).to_be_visible()
    await expect(scene.chat.bubbles).to_have_count(before + 1)


async def test_without_a_kept_reply_the_slash_leads_to_the_first(visits: Visits) -> None:
    said = SAID["en"]
    desk = await visits.page(EN, "/desk")
    name = desk.locator("#sign-in").get_by_role("button", name=said.colleague, exact=True)
    await name.click()
    page = await visits.page(EN)
    chat = Chat(page, EN)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    await row(desk, ticket).click()
    case = desk.locator("#case")
    await case.get_by_role("button", name=EN.claim).first.click()
    reply = case.get_by_role("textbox", name=EN.reply)
    await reply.press_sequentially("/")
    await case.get_by_role("button", name=said.first).click()
    await expect(desk.get_by_role("dialog").get_by_role("textbox", name=said.name)).to_be_focused()


async def test_a_supervisor_keeps_the_shop_s_replies_for_all(visits: Visits, shop: LiveServer) -> None:
    said = SAID["en"]
    token = shop.supervisor("Chief")["Authorization"].removeprefix("Bearer ")
    desk = await at_the_desk(visits, token)
    chat = Chat(await visits.page(EN), EN)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    await row(desk, ticket).click()
    case = desk.locator("#case")
    await case.get_by_role("button", name=EN.claim).first.click()
    await case.get_by_role("button", name=said.canned).click()
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_role("checkbox", name=said.own)).not_to_be_checked()
    fields = dialog.get_by_role("textbox")
    for place, text in enumerate(("farewell", "再见，{agent}", "Goodbye, {agent}")):
        await fields.nth(place).fill(text)
    await dialog.get_by_role("button", name=said.keep, exact=True).click()
    await expect(dialog.locator(".plain-row", has_text="farewell")).to_contain_text("the shop's")
    headers = shop.headers("agent", "somebody")
    async with httpx.AsyncClient(base_url=shop.url) as client:
        kept = (await client.get("/v1/desk/canned-replies", headers=headers)).json()["replies"]
    assert [each["name"] for each in kept if not each["private"]] == ["farewell"]
    await dialog.get_by_role("button", name="Remove the reply “farewell”").click()
    await expect(dialog.locator(".plain-row", has_text="farewell")).to_have_count(0)


PASTE = """(field, [base64, kind]) => {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "jacket.png", { type: "image/png" }));
  const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  field.dispatchEvent(event);
}"""


@both
async def test_pictures_from_the_agent_reach_the_shopper(visits: Visits, words: Words, photo: Path) -> None:
    said = SAID[words.lang]
    scene = await served(visits, words, phone=words.lang == "en")
    case, desk = scene.case, scene.desk
    async with desk.expect_file_chooser() as chooser:
        await case.get_by_role("button", name=said.attach).click()
    await (await chooser.value).set_files(photo)
    previews = case.locator(".preview[aria-busy=false] img")
    await expect(previews).to_have_count(1)
    reply = case.get_by_role("textbox", name=words.reply)
    content = base64.b64encode(await asyncio.to_thread(photo.read_bytes)).decode()
    for number, kind in enumerate(("paste", "drop"), start=2):
        await reply.evaluate(PASTE, [content, kind])
        await expect(previews).to_have_count(number)
    assert await complaints(desk) == []
    await case.locator(".preview button").last.click()
    await expect(previews).to_have_count(2)
    await reply.fill(words.answer)
    await reply.press("Control+Enter")
    await expect(scene.chat.log.get_by_text(words.answer, exact=True)).to_be_visible()
    for log in (scene.chat.log, case.get_by_role("log")):
        await expect(log.locator("img.media-image")).to_have_count(2)
    await expect(previews).to_have_count(0)
    await expect(reply).to_be_focused()
    async with desk.expect_file_chooser() as chooser:
        await case.get_by_role("button", name=said.attach).press("Enter")
    await (await chooser.value).set_files(photo)
    await expect(previews).to_have_count(1)
    await case.get_by_role("button", name=words.reply_send, exact=True).click()
    await expect(scene.chat.log.locator("img.media-image")).to_have_count(3)


async def test_a_model_translates_where_one_is_configured(browser: Browser, tmp_path: Path) -> None:
    async with translating(tmp_path / "data") as (server, double):
        visits = Visits(browser, server.url)
        async with httpx.AsyncClient(base_url=server.url, headers=server.headers("shopper", "C3")) as client:
            conversation = (await client.post("/v1/conversations", json={"lang": "zh"})).json()["id"]
            url = f"/v1/conversations/{conversation}/messages"
            await client.post(url, json={"client_id": "1", "text": "转人工"})
            desk = await at_the_desk(visits, server.token("agent", "Ann"))
            await desk.locator("#tickets .ticket").first.click()
            case = desk.locator("#case")
            await case.get_by_role("button", name=EN.claim).first.click()
            await case.get_by_role("button", name="Translate", exact=True).click()
            await expect(case.locator(".translation")).to_contain_text("get me a person")
            await expect(case.locator(".translation")).to_contain_text("machine translation")
            await case.get_by_role("checkbox").check()
            await client.post(url, json={"client_id": "2", "text": "我的订单 W3000001 呢？"})
            await expect(case.locator(".translation").last).to_contain_text("Where is my order W3000001?")
            visits.expected = re.compile("502")
            await client.post(url, json={"client_id": "3", "text": "编号 W3000001 丢了"})
            await expect(case.locator(".translation").last).to_contain_text("the original stands")
            assert await complaints(desk) == []
            await desk.set_viewport_size(PHONE)
            reply = case.get_by_role("textbox", name=EN.reply)
            await reply.fill("It will be with you tomorrow.")
            await case.get_by_role("button", name="Put into Chinese").click()
            await expect(reply).to_have_value("明天就会送到。")
            await expect(case.locator(".draft-note")).to_contain_text("It will be with you tomorrow.")
            assert await complaints(desk) == []
            await case.get_by_role("button", name="Take my words back").click()
            await expect(reply).to_have_value("It will be with you tomorrow.")
            await case.get_by_role("button", name="Put into Chinese").click()
            await expect(reply).to_have_value("明天就会送到。")
            await case.get_by_role("button", name=EN.reply_send, exact=True).click()
            await expect(case.get_by_role("log").get_by_text("明天就会送到。", exact=True)).to_be_visible()
            events = (await client.get(f"/v1/conversations/{conversation}/events")).json()
        assert [each["event"]["replies"][0]["text"] for each in events if each["event"].get("author") == "agent"] == [
            "明天就会送到。"
        ]
        assert len(double.asked) == 5
        await visits.close()
        assert visits.complaints == []
