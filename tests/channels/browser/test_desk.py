"""A person at the desk takes over, answers, hands back and resolves, live on both sides."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.channels.browser.pages import Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]


async def asked_for_a_person(chat: Chat) -> str:
    """Ask for a person; returns the ticket's number as the shopper reads it."""
    cards = chat.log.locator(".handoff")
    before = await cards.count()
    await chat.say(chat.words.human)
    await expect(cards).to_have_count(before + 1)
    found = re.search(r"tkt_\w+", await cards.last.inner_text())
    assert found
    return found[0]


def row(desk: Page, ticket: str) -> Locator:
    return desk.locator(f'#tickets [data-ticket="{ticket}"]')


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_a_person_takes_over_answers_hands_back_and_resolves(visits: Visits, words: Words) -> None:
    desk = await visits.page(words, "/desk")
    await sign_in_staff(desk, words.agent)
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    case = desk.locator("#case")

    ticket = await asked_for_a_person(chat)
    await row(desk, ticket).click()
    await case.get_by_role("button", name=words.claim).click()
    await expect(chat.log).to_contain_text(words.joined)
    await expect(desk.get_by_role("button", name=words.mine)).to_have_attribute("aria-pressed", "true")

    await chat.field.press_sequentially(words.question)
    await expect(case.get_by_text(words.shopper_types)).to_be_visible()
    await chat.field.press("Enter")
    await expect(case.get_by_role("log").get_by_text(words.question, exact=True)).to_be_visible()
    answers = await chat.bubbles.count()

    reply = case.get_by_role("textbox", name=words.reply)
    await reply.press_sequentially(words.answer)
    await expect(chat.log.get_by_text(words.types)).to_be_attached()
    await reply.press("Control+Enter")
    await expect(chat.log.get_by_text(words.answer, exact=True)).to_be_visible()
    await expect(chat.log.get_by_text(words.types)).to_be_hidden()
    await expect(chat.bubbles).to_have_count(answers + 1)  # the bot has kept silent

    article = {"zh": ("做成帮助文章", "已做成草稿"), "en": ("Make it an article", "Drafted as")}[words.lang]
    await case.get_by_role("button", name=article[0]).click()
    await expect(case.get_by_role("log").get_by_text(article[1])).to_be_visible()

    await case.get_by_role("button", name=words.hand_back).click()
    await desk.get_by_role("dialog").get_by_role("button", name=words.hand_back).click()
    await chat.expect_reply(words.back_with_bot)
    await chat.say(words.find)
    await expect(chat.log.locator(".product").first).to_be_visible()

    second = await asked_for_a_person(chat)
    assert second != ticket
    await desk.get_by_role("button", name=words.waiting).click()
    await row(desk, second).click()
    await case.get_by_role("button", name=words.claim).first.click()
    await case.get_by_role("button", name=words.resolve).click()
    dialog = desk.get_by_role("dialog")
    await dialog.get_by_role("textbox").first.fill(words.answer)
    await dialog.get_by_role("button", name=words.resolve).click()
    await chat.expect_reply(words.dealt_with)
    await chat.say(words.find)
    await expect(chat.log.locator(".products")).to_have_count(2)


async def test_a_second_agent_sees_who_was_faster(visits: Visits) -> None:
    first, second = await visits.page(ZH, "/desk"), await visits.page(EN, "/desk")
    await sign_in_staff(first, ZH.agent)
    await sign_in_staff(second, EN.agent)
    page = await visits.page(EN)
    chat = Chat(page, EN)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    for desk in (first, second):
        await row(desk, ticket).click()
        await expect(desk.locator("#case").get_by_role("log")).to_contain_text(EN.human)
    await first.locator("#case").get_by_role("button", name=ZH.claim).first.click()
    await expect(second.locator("#case .case-head")).to_contain_text(ZH.agent)
    await expect(second.locator("#case").get_by_role("button", name=EN.claim)).to_have_count(0)
    await expect(second.locator("#case").get_by_role("textbox", name=EN.reply)).to_be_hidden()


@pytest.mark.parametrize(("words", "phone"), [(ZH, False), (EN, True)], ids=["zh", "en on a phone"])
async def test_the_case_leads_to_its_turns_suggests_acts_and_is_corrected(
    visits: Visits, words: Words, phone: bool
) -> None:
    desk = await visits.page(words, "/desk", phone=phone)
    await sign_in_staff(desk, words.agent)
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    await chat.say(words.find)
    await expect(chat.log.locator(".product").first).to_be_visible()
    ticket = await asked_for_a_person(chat)
    case = desk.locator("#case")
    await row(desk, ticket).click()
    await case.get_by_role("button", name=words.claim).first.click()

    async def show_case() -> None:
        if phone:
            await case.locator('.tabs [data-tab="case"]').click()

    await show_case()
    statement = case.locator('[data-part="summary"] li', has_text=words.find)
    await statement.locator(".turn-link").first.click()
    await expect(case.locator(".message.pointed")).to_have_text(words.find)

    await show_case()
    await case.locator('[data-triage="category"]').select_option("payment")
    await expect(case.locator('[data-triage="queue"]')).to_have_value("payments")
    await expect(case.locator('[data-part="triage"]')).to_contain_text(words.agent)


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_the_desk_shows_clocks_and_an_agent_goes_away_and_comes_back(visits: Visits, words: Words) -> None:
    desk = await visits.page(words, "/desk", phone=True)
    await sign_in_staff(desk, words.agent)
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    await expect(row(desk, ticket).locator(".clock")).to_have_text(re.compile(r"首次响应剩|First response in"))
    switch = desk.get_by_role("switch")
    await expect(switch).to_be_checked()
    await desk.keyboard.press("a")
    await expect(switch).not_to_be_checked()
    await switch.click()
    await expect(switch).to_be_checked()
    await row(desk, ticket).click()
    case = desk.locator("#case")
    await case.get_by_role("button", name=words.claim).click()
    await case.get_by_role("button", name=re.compile("等顾客回复|Wait for the shopper")).click()
    await expect(case.get_by_role("button", name=re.compile("继续计时|Let the clock run"))).to_be_visible()
    await chat.say(words.question)
    await expect(case.get_by_role("button", name=re.compile("等顾客回复|Wait for the shopper"))).to_be_visible()
