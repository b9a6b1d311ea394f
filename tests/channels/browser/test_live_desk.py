"""A supervisor, an agent and a shopper: what goes on is seen, taken over and whispered about; alerts and keys."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Page, expect

from channels.auth import Caller
from channels.testing import LiveServer
from tests.channels.browser.observed import ALERTS, look_elsewhere, notifications, sounds, turn_alerts_on, watch
from tests.channels.browser.pages import Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.test_access import CHECKS
from tests.channels.browser.test_desk import asked_for_a_person, row
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]

LIVE = re.compile("实时总览|Live view")
TAKE_OVER = re.compile("^(接管|Take over)$")
WHISPER = re.compile("悄悄话（顾客看不到）|Whisper to")
KEYS = re.compile("^(快捷键|Keys)$")


async def at_the_desk_as_supervisor(
    visits: Visits, shop: LiveServer, words: Words, *, phone: bool = False, name: str = "Mei"
) -> Page:
    """A supervisor's desk: they come with a token, as no demo name is one."""
    context = await visits.person(words, phone=phone)
    token = json.dumps(shop.context.tokens.issue(Caller("agent", name, supervisor=True)))
    await context.add_init_script(
        f"if (location.protocol !== `about:`) localStorage.setItem(`xiaoer:${{location.origin}}:agent`, {json.dumps(token)})"
    )
    page = await context.new_page()
    await page.goto("/desk")
    await expect(page.locator("#connection.ok")).to_be_visible()
    return page


@pytest.mark.parametrize(("words", "phone"), [(ZH, False), (EN, True)], ids=["zh", "en on a phone"])
async def test_a_supervisor_reads_along_takes_over_from_the_bot_and_answers(
    visits: Visits, shop: LiveServer, words: Words, phone: bool
) -> None:
    boss = await at_the_desk_as_supervisor(visits, shop, words, phone=phone)
    await boss.get_by_role("button", name=LIVE).click()
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    await chat.say(words.find)
    await expect(chat.log.locator(".product").first).to_be_visible()
    mine = boss.locator("#live .live-row.o-bot", has_text=words.customer)
    await expect(mine.first).to_be_visible()
    assert await boss.evaluate(CHECKS) == []
    await boss.get_by_role("button", name={"zh": "排队中", "en": "In the queue"}[words.lang], exact=True).click()
    await expect(mine).to_have_count(0)
    await boss.get_by_role("button", name={"zh": "机器人", "en": "Bot"}[words.lang], exact=True).click()
    await mine.last.click()
    talk = boss.locator("#live .live-talk")
    await chat.say(words.question)
    await expect(talk.get_by_role("log")).to_contain_text(words.question)
    assert await boss.evaluate(CHECKS) == []

    await talk.get_by_role("button", name=TAKE_OVER).click()
    await boss.get_by_role("dialog").get_by_role("button", name=TAKE_OVER).click()
    await expect(chat.log).to_contain_text(words.joined)
    case = boss.locator("#case")
    reply = case.get_by_role("textbox", name=words.reply)
    await reply.fill(words.answer)
    await reply.press("Control+Enter")
    await expect(chat.log.get_by_text(words.answer, exact=True)).to_be_visible()
    if phone:
        await case.locator('.tabs [data-tab="case"]').click()
    await expect(case.locator('[data-part="summary"]')).to_contain_text(
        {"zh": "主管接管", "en": "took it over"}[words.lang]
    )
    await case.get_by_role("button", name=words.resolve).click()
    await boss.get_by_role("dialog").get_by_role("button", name=words.resolve).click()
    await expect(chat.log).to_contain_text(words.dealt_with)


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_an_agent_gets_a_whisper_sees_who_looks_and_is_told_of_a_take_over(
    visits: Visits, shop: LiveServer, words: Words
) -> None:
    desk = await visits.page(words, "/desk")
    await sign_in_staff(desk, words.agent)
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    await row(desk, ticket).click()
    case = desk.locator("#case")
    await case.get_by_role("button", name=words.claim).click()

    boss = await at_the_desk_as_supervisor(visits, shop, words)
    await boss.keyboard.type("ga")
    await row(boss, ticket).click()
    await expect(case.locator(".viewers")).to_contain_text("Mei")
    await expect(boss.locator("#case .viewers")).to_contain_text(words.agent)
    await case.get_by_role("textbox", name=words.reply).press_sequentially("…")
    await expect(boss.locator("#case .viewers")).to_contain_text({"zh": "正在写", "en": "writing"}[words.lang])
    assert await boss.evaluate(CHECKS) == []

    await boss.get_by_role("button", name=LIVE).click()
    await expect(case.locator(".viewers")).to_be_hidden()
    held = boss.locator("#live .live-row.o-human", has_text=words.agent).last
    await held.click()
    talk = boss.locator("#live .live-talk")
    await talk.get_by_role("textbox", name=WHISPER).fill("offer a lamp")
    await talk.get_by_role("textbox", name=WHISPER).press("Tab")
    await boss.keyboard.press("Enter")
    await expect(case.get_by_role("note")).to_contain_text("offer a lamp")
    await expect(talk.get_by_role("note")).to_contain_text("offer a lamp")
    assert await desk.evaluate(CHECKS) == []

    await desk.locator("body").press("Escape")  # out of the field
    await desk.locator("body").press("Escape")  # back to the list: what is said now is told beside it
    await expect(case.locator(".empty")).to_be_visible()
    await talk.get_by_role("button", name=TAKE_OVER).click()
    dialog = boss.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("I know them")
    await dialog.get_by_role("button", name=TAKE_OVER).click()
    toast = desk.locator(".toast", has_text="I know them")
    await expect(toast).to_contain_text("Mei")
    await expect(desk).to_have_title(re.compile(r"^\(1\)"))
    assert await desk.evaluate(CHECKS) == []
    await toast.get_by_role("button").first.click()
    await expect(toast).to_have_count(0)
    await expect(case.get_by_role("note").last).to_contain_text("I know them")
    await expect(case.get_by_role("textbox", name=words.reply)).to_be_hidden()
    await expect(chat.log).not_to_contain_text("lamp")
    await expect(chat.log).not_to_contain_text("I know them")
    await boss.locator("#case").get_by_role("button", name=words.resolve).click()
    await boss.get_by_role("dialog").get_by_role("button", name=words.resolve).click()
    await expect(chat.log).to_contain_text(words.dealt_with)


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_the_desk_is_worked_by_keys_and_they_can_be_turned_off(visits: Visits, words: Words) -> None:
    desk = await visits.page(words, "/desk")
    await sign_in_staff(desk, words.agent)
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    await expect(row(desk, ticket)).to_be_visible()
    case = desk.locator("#case")

    await desk.keyboard.type("go")
    for _ in range(await desk.locator("#tickets [data-ticket]").count()):
        await desk.keyboard.press("j")
        if await row(desk, ticket).evaluate("each => each === document.activeElement"):
            break
    await desk.keyboard.press("Enter")
    await expect(case.locator(".case-head")).to_be_visible()
    await expect(case.get_by_role("log")).to_contain_text(words.human)
    await desk.keyboard.press("c")
    reply = case.get_by_role("textbox", name=words.reply)
    await expect(reply).to_be_focused()
    await desk.keyboard.type("e?g")
    await expect(reply).to_have_value("e?g")
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("r")
    await expect(reply).to_be_focused()
    await reply.fill("")
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("e")
    dialog = desk.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name=words.resolve)).to_be_visible()
    await dialog.get_by_role("button", name=words.resolve).click()
    await expect(chat.log).to_contain_text(words.dealt_with)
    await desk.locator("body").press("Escape")
    await expect(case.locator(".empty")).to_be_visible()

    await desk.locator("body").press("?")
    table = desk.get_by_role("dialog", name=KEYS)
    await expect(table.locator("kbd", has_text="j")).to_be_visible()
    assert await desk.evaluate(CHECKS) == []
    await table.get_by_role("checkbox").uncheck()
    await desk.keyboard.press("Escape")
    await desk.locator("body").press("?")
    await expect(table).to_be_hidden()
    await desk.get_by_role("button", name=KEYS).click()
    await table.get_by_role("checkbox").check()


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_an_agent_who_looks_elsewhere_is_told_by_title_notification_and_sound_and_not_while_away(
    visits: Visits, words: Words
) -> None:
    context = await visits.person(words)
    await watch(context)
    desk = await context.new_page()
    await desk.goto("/desk")
    await sign_in_staff(desk, words.agent)
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    await row(desk, ticket).click()
    case = desk.locator("#case")
    await case.get_by_role("button", name=words.claim).click()
    await expect(case.get_by_role("textbox", name=words.reply)).to_be_focused()
    assert (await sounds(desk), await notifications(desk)) == (0, [])  # nothing was asked for yet

    await desk.get_by_role("button", name=ALERTS).click()
    assert await desk.evaluate(CHECKS) == []
    await desk.keyboard.press("Escape")
    await turn_alerts_on(desk)
    await look_elsewhere(desk)
    await chat.say(words.question)
    await expect(desk).to_have_title(re.compile(r"^\(1\)"))
    assert [body for _, body in await notifications(desk)] == [words.question]
    assert await sounds(desk) == 1
    await desk.evaluate(
        "delete document.visibilityState; delete document.hidden; shown[0].dispatchEvent(new Event('click'))"
    )
    await expect(desk).to_have_title(re.compile(r"^[^(]"))

    await desk.keyboard.press("Escape")  # out of the field
    await desk.keyboard.press("Escape")  # back to the list
    await expect(case.locator(".empty")).to_be_visible()
    await desk.get_by_role("switch").click()
    await expect(desk.get_by_role("switch")).not_to_be_checked()
    await chat.say(words.find)
    await expect(desk).to_have_title(re.compile(r"^\(1\)"))
    assert (await sounds(desk), len(await notifications(desk))) == (1, 1)
    await desk.get_by_role("switch").click()
    await row(desk, ticket).click()
    await expect(desk).to_have_title(re.compile(r"^[^(]"))
    await case.get_by_role("button", name=words.resolve).click()
    await desk.get_by_role("dialog").get_by_role("button", name=words.resolve).click()
