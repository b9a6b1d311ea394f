"""What is done with a case at the desk: found, passed on, tagged, put aside, reopened, merged, split; two agents and a shopper."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.channels.browser.pages import Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.test_desk import asked_for_a_person, row
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]


@dataclasses.dataclass(frozen=True)
class Here:
    """What the controls are called in a language."""

    other: str
    more: str
    transfer: str
    to: str
    reason: str
    why: str
    passed: str
    told: str
    queue: str
    find: str
    snoozed: str
    snooze: str
    until_shopper: str
    wake: str
    back: str
    reopen: str
    reopened: str
    merge: str
    merged: str
    talk: str
    split: str
    subject: str
    invoice: str
    use: str
    everything: str


HERE = {
    "zh": Here(
        "小周", "更多操作", "转交", "转给", "原因（接手的人会看到）", "懂退款", "小李 转来：懂退款", "更合适的同事", "物流",
        "搜索工单", "已搁置", "搁置", "到顾客发来消息", "立即恢复", "搁置的工单回来了", "重新打开", "已重新处理", "合并到…", "已合并处理",
        "对话 2", "拆分", "主题", "发票", "用作回复", "全部",
    ),
    "en": Here(
        "Ben", "More", "Pass on", "To", "Why (whoever takes it sees this)", "knows refunds", "From Anna: knows refunds",
        "can help better", "delivery", "Search tickets", "Snoozed", "Snooze", "Until the shopper writes", "Take up again",
        "A snoozed ticket is back", "Reopen", "taken up your case", "Merge into…", "put this conversation together",
        "Conversation 2", "Split off", "Subject", "The invoice", "Use as a reply", "All",
    ),
}  # fmt: skip
BOTH = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
BELOW_THE_LIST = """() => document.getElementById("tickets").getBoundingClientRect().bottom
    <= document.querySelector(".toasts").getBoundingClientRect().top"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


async def at_the_desk(
    visits: Visits, words: Words, name: str = "", *, path: str = "/desk", phone: bool = False
) -> Page:
    desk = await visits.page(words, path, phone=phone)
    await sign_in_staff(desk, name or words.agent)
    return desk


async def shopping(visits: Visits, words: Words) -> Chat:
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    return chat


async def claims(desk: Page, words: Words, ticket: str) -> Locator:
    """Claim a waiting ticket; returns its case."""
    await row(desk, ticket).click()
    case = desk.locator("#case")
    await case.locator(".claim-bar").get_by_role("button", name=words.claim).click()
    await expect(case.locator(".claim-bar")).to_be_hidden()
    return case


async def chosen(desk: Page, here: Here, name: str) -> Locator:
    """Choose from the menu of the open case; returns the dialog."""
    await desk.locator("#case .case-menu summary").click()
    await desk.locator("#case .case-menu").get_by_role("button", name=name, exact=True).click()
    return desk.get_by_role("dialog")


async def passed_on(desk: Page, here: Here, value: str) -> None:
    dialog = await chosen(desk, here, here.transfer)
    await dialog.get_by_role("combobox", name=here.to, exact=True).select_option(value)
    await dialog.get_by_role("textbox", name=here.reason).fill(here.why)
    await dialog.get_by_role("button", name=here.transfer, exact=True).click()


@BOTH
async def test_a_ticket_is_passed_on_to_a_colleague_and_back_to_a_queue(visits: Visits, words: Words) -> None:
    here = HERE[words.lang]
    first, second = await at_the_desk(visits, words), await at_the_desk(visits, words, here.other)
    await expect(second.locator("#presence")).to_be_visible()
    chat = await shopping(visits, words)
    ticket = await asked_for_a_person(chat)
    case = await claims(first, words, ticket)
    await passed_on(first, here, f"agent:{here.other}")
    await expect(case.get_by_role("textbox", name=words.reply)).to_be_hidden()
    toast = second.locator(".toast").last
    await expect(toast).to_be_visible()
    assert await second.evaluate(BELOW_THE_LIST)
    await second.get_by_role("button", name=words.mine).click()
    await expect(second.locator("#tickets li").first.locator(f'[data-ticket="{ticket}"]')).to_contain_text(here.passed)
    await toast.locator(".toast-open").click()
    await expect(toast).to_be_hidden()
    taken = second.locator("#case")
    await taken.get_by_role("textbox", name=words.reply).fill(words.answer)
    await taken.get_by_role("textbox", name=words.reply).press("Control+Enter")
    await expect(chat.log.get_by_text(words.answer, exact=True)).to_be_visible()
    await passed_on(second, here, "queue:delivery")
    await chat.expect_reply(here.told)
    await taken.locator("details.case-section > summary").last.click()
    await expect(taken.get_by_text(here.why).first).to_be_visible()


@pytest.mark.parametrize(("words", "phone"), [(ZH, False), (EN, True)], ids=["zh", "en on a phone"])
async def test_tickets_are_searched_for_and_filtered_and_the_address_keeps_it(
    visits: Visits, words: Words, phone: bool
) -> None:
    here = HERE[words.lang]
    desk = await at_the_desk(visits, words, phone=phone)
    chat = await shopping(visits, words)
    ticket = await asked_for_a_person(chat)
    await expect(row(desk, ticket)).to_be_visible()
    await desk.keyboard.press("/")
    field = desk.get_by_role("searchbox", name=here.find)
    await expect(field).to_be_focused()
    await field.fill("no such words anywhere")
    await expect(row(desk, ticket)).to_have_count(0)
    await field.fill(words.customer)
    await expect(row(desk, ticket)).to_be_visible()
    await expect(desk.get_by_role("button", name=here.everything, exact=True)).to_have_attribute("aria-pressed", "true")
    await desk.locator(".find-filters summary").click()
    await desk.locator('[data-find="waits_for"]').select_option("desk")
    await expect(row(desk, ticket)).to_be_visible()
    await desk.locator('[data-find="priority"]').select_option("low")
    await expect(row(desk, ticket)).to_have_count(0)
    await desk.locator('[data-chip="priority"]').click()
    await expect(row(desk, ticket)).to_be_visible()
    assert "waits_for=desk" in desk.url
    again = await at_the_desk(visits, words, path=desk.url.removeprefix(visits.origin), phone=phone)
    await expect(again.get_by_role("searchbox", name=here.find)).to_have_value(words.customer)
    await expect(again.locator('[data-chip="waits_for"]')).to_be_visible()
    await expect(row(again, ticket)).to_be_visible()
    assert await again.evaluate("document.documentElement.scrollWidth <= innerWidth")


@BOTH
async def test_tags_go_on_and_off_by_keyboard_and_a_snoozed_ticket_comes_back(visits: Visits, words: Words) -> None:
    here = HERE[words.lang]
    desk = await at_the_desk(visits, words)
    chat = await shopping(visits, words)
    ticket = await asked_for_a_person(chat)
    case = await claims(desk, words, ticket)
    field = case.locator(".tag-field")
    await field.fill("VIP")
    await field.press("Enter")
    await expect(case.locator(".chip")).to_have_text(["vip"])
    await expect(row(desk, ticket).locator(".own-tag")).to_have_text("vip")
    await field.fill("gift")
    await field.press("Enter")
    await expect(case.locator(".chip")).to_have_text(["vip", "gift"])
    await expect(field).to_be_focused()
    await field.press("Backspace")
    await expect(case.locator(".chip")).to_have_text(["vip"])

    dialog = await chosen(desk, here, here.snooze)
    await dialog.get_by_label(here.until_shopper).check()
    await dialog.get_by_role("button", name=here.snooze, exact=True).click()
    await expect(case.get_by_role("button", name=here.wake)).to_be_visible()
    await expect(row(desk, ticket)).to_have_count(0)
    await desk.get_by_role("button", name=here.snoozed).click()
    await expect(row(desk, ticket)).to_be_visible()
    await chat.say(words.question)
    await expect(desk.locator("#news")).to_contain_text(here.back)
    await desk.get_by_role("button", name=words.mine).click()
    await expect(row(desk, ticket)).to_be_visible()


@contextlib.asynccontextmanager
async def late(desk: Page, address: str) -> AsyncIterator[asyncio.Event]:
    """What the server answers there reaches the page at the end of this; the event is set once it has answered."""
    answered, over = asyncio.Event(), asyncio.Event()

    async def hold_back(route: Route) -> None:
        answer = await route.fetch()
        answered.set()
        await over.wait()
        await route.fulfill(response=answer)

    await desk.route(address, hold_back)
    async with desk.expect_response(address) as coming:
        yield answered
        over.set()
    await (await coming.value).finished()
    await desk.evaluate(TWO_FRAMES)


async def test_a_ticket_that_is_read_late_undoes_nothing(visits: Visits) -> None:
    desk = await at_the_desk(visits, EN)
    ticket = await asked_for_a_person(await shopping(visits, EN))
    case = desk.locator("#case")
    async with late(desk, f"**/v1/tickets/{ticket}") as answered:
        await row(desk, ticket).click()
        await answered.wait()
        await case.locator(".claim-bar").get_by_role("button", name=EN.claim).click()
        await case.locator(".tag-field").fill("vip")
        await case.locator(".tag-field").press("Enter")
        await expect(case.locator(".chip")).to_have_text(["vip"])
    assert await case.locator(".chip").all_inner_texts() == ["vip"]


async def test_who_writes_already_when_the_claim_is_answered_goes_on_there(visits: Visits) -> None:
    desk = await at_the_desk(visits, EN)
    ticket = await asked_for_a_person(await shopping(visits, EN))
    field = desk.locator("#case .tag-field")
    async with late(desk, f"**/v1/tickets/{ticket}/claim"):
        await claims(desk, EN, ticket)
        await field.fill("vip")
    await expect(field).to_be_focused()


@BOTH
async def test_a_ticket_is_reopened_and_another_merged_into_it(visits: Visits, words: Words) -> None:
    here = HERE[words.lang]
    desk = await at_the_desk(visits, words)
    first, second = await shopping(visits, words), await shopping(visits, words)
    kept = await asked_for_a_person(first)
    case = await claims(desk, words, kept)
    await case.get_by_role("button", name=words.resolve).click()
    await desk.get_by_role("dialog").get_by_role("button", name=words.resolve).click()
    await first.expect_reply(words.dealt_with)
    await case.get_by_role("button", name=here.reopen).click()
    await desk.get_by_role("dialog").get_by_role("button", name=here.reopen).click()
    await expect(first.log).to_contain_text(here.reopened)
    await expect(case.get_by_role("textbox", name=words.reply)).to_be_visible()

    other = await asked_for_a_person(second)
    await desk.get_by_role("button", name=words.waiting).click()
    case = await claims(desk, words, other)
    dialog = await chosen(desk, here, here.merge)
    await dialog.get_by_role("combobox").select_option(kept)
    await dialog.get_by_role("button", name=here.merge).click()
    await expect(second.log).to_contain_text(here.merged)
    talk = case.get_by_role("button", name=here.talk)
    await expect(talk).to_be_visible()
    await second.say(words.question)
    await expect(talk.locator(".tag")).to_be_visible()
    await talk.click()
    await expect(case.get_by_role("log").get_by_text(words.question, exact=True)).to_be_visible()
    reply = case.get_by_role("textbox", name=words.reply)
    await reply.fill(words.answer)
    await reply.press("Control+Enter")
    await expect(second.log.get_by_text(words.answer, exact=True)).to_be_visible()
    await expect(first.log.get_by_text(words.answer, exact=True)).to_have_count(0)


@BOTH
async def test_a_matter_is_split_off_and_its_answer_comes_back(visits: Visits, words: Words) -> None:
    here = HERE[words.lang]
    first, second = await at_the_desk(visits, words), await at_the_desk(visits, words, here.other)
    chat = await shopping(visits, words)
    ticket = await asked_for_a_person(chat)
    case = await claims(first, words, ticket)
    await chat.say(words.question)
    await expect(case.get_by_role("log").get_by_text(words.question, exact=True)).to_be_visible()
    dialog = await chosen(first, here, here.split)
    await dialog.get_by_role("textbox", name=here.subject, exact=True).fill(here.invoice)
    await dialog.get_by_label(words.question).check()
    await dialog.get_by_role("button", name=here.split, exact=True).click()
    link = case.locator('[data-link="split_off"]')
    await expect(link).to_contain_text(here.invoice)

    part = second.locator("#tickets .ticket", has_text=here.invoice).first
    await part.click()
    behind = second.locator("#case")
    await behind.locator(".claim-bar").get_by_role("button", name=words.claim).click()
    await expect(behind.locator(".message.belongs")).to_have_text(words.question)
    await expect(behind.get_by_role("textbox", name=words.reply)).to_be_hidden()
    await behind.get_by_role("button", name=words.resolve).click()
    await second.get_by_role("dialog").get_by_role("textbox").last.fill(words.answer)
    await second.get_by_role("dialog").get_by_role("button", name=words.resolve).click()
    await link.get_by_role("button", name=here.use).click()
    await expect(case.get_by_role("textbox", name=words.reply)).to_have_value(words.answer)
    await case.get_by_role("textbox", name=words.reply).press("Control+Enter")
    await expect(chat.log.get_by_text(words.answer, exact=True)).to_be_visible()
