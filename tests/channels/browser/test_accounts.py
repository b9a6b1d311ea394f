"""The shop's own people sign in by password, on a phone, and a supervisor lets them in and out."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from channels.accounts.store import SYSTEM, Profile
from channels.testing import LiveServer
from knowledge.types import new_id
from tests.channels.browser.pages import PHONE, Visits
from tests.channels.browser.test_access import complaints
from tests.channels.browser.words import EN, ZH

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]

GOOD = "correct horse battery"


async def enter(page: Page, name: str, password: str, *, opened: str, labels: tuple[str, str]) -> None:
    """Sign in with the keyboard alone."""
    card = page.locator("#sign-in")
    if opened:
        await card.locator("summary").filter(has_text=opened).press("Enter")
    await card.get_by_label(labels[0], exact=True).fill(name)
    await card.get_by_label(labels[1], exact=True).fill(password)
    await card.get_by_label(labels[1], exact=True).press("Enter")


async def test_an_agent_is_let_in_by_a_supervisor_signs_in_on_a_phone_and_is_let_out(
    visits: Visits, shop: LiveServer
) -> None:
    visits.expected = re.compile(r"status of 40[13]")  # a refused password is a line on the console, too
    boss, anna = new_id("boss"), new_id("anna")
    await shop.context.sign_in.accounts.add(boss, "supervisor", SYSTEM, password=GOOD, profile=Profile())
    team = await visits.page(EN, "/team")
    await enter(team, boss, GOOD, opened="", labels=("Name", "Password"))
    await team.locator("#part").get_by_label("Name", exact=True).fill(anna)
    await team.get_by_role("button", name="Add account").click()
    one_time = await team.locator(".one-time").inner_text()
    assert one_time.count("-") == 3
    assert await complaints(team) == []

    phone = await visits.page(ZH, "/desk", phone=True)
    await enter(phone, anna, "wrong password here", opened="用密码登录", labels=("用户名", "密码"))
    await expect(phone.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    assert await complaints(phone) == []
    await phone.set_viewport_size(PHONE)
    await enter(phone, anna, one_time, opened="", labels=("用户名", "密码"))
    chosen = phone.get_by_label("新密码（至少 10 个字符）")
    await expect(chosen).to_be_focused()
    await chosen.fill("春风又绿江南岸明月何时照我还")
    await chosen.press("Enter")
    await expect(phone.locator("#board")).to_be_visible()
    await expect(phone.locator("#connection")).to_have_class(re.compile("ok"))
    wide = await phone.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    await phone.reload()
    await expect(phone.locator("#board")).to_be_visible()
    await phone.get_by_role("button", name="我的账号").click()
    await expect(phone.get_by_role("dialog")).to_contain_text("当前浏览器")
    assert await complaints(phone) == []
    await phone.keyboard.press("Escape")

    team.on("dialog", lambda dialog: dialog.accept())
    await team.locator(f'[data-account="{anna}"]').get_by_role("button", name="Disable").click()
    await expect(team.locator(f'[data-account="{anna}"]')).to_contain_text("disabled")
    await team.get_by_role("button", name="Audit").click()
    await expect(team.locator("#part")).to_contain_text(f"disable_account account:{anna}")
    assert await complaints(team) == []
    await team.get_by_role("button", name="Customers' data").click()
    await team.get_by_label("Customer id").fill("C1003")
    async with team.expect_download() as given:
        await team.get_by_role("button", name="Export").click()
    assert (await given.value).suggested_filename == "C1003.zip"
    assert await complaints(team) == []
    await phone.reload()
    await expect(phone.locator("#sign-in")).to_be_visible()
