"""What a page asks its browser for: Chromium without a head shows no notification and makes no sound, so that is what is looked at."""

from __future__ import annotations

import json
import re

from playwright.async_api import BrowserContext, Page, expect

from channels.auth import Caller
from channels.testing import LiveServer
from tests.channels.browser.pages import Visits
from tests.channels.browser.words import Words

ALERTS = re.compile("^(提醒|Alerts)")
_WATCH = """window.shown = []; window.sounds = 0;
window.Notification = class extends EventTarget {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, options) { super(); this.title = title; this.body = options.body; window.shown.push(this); }
  close() {}
};
const make = window.AudioContext;
window.AudioContext = class extends make { constructor() { super(); window.sounds += 1; } };"""


async def watch(context: BrowserContext) -> None:
    """Count sounds in `window.sounds`, and keep notifications in `window.shown`, of each page that is opened from now on."""
    await context.grant_permissions(["notifications"])
    await context.add_init_script(_WATCH)


async def signed_in_desk(
    visits: Visits, server: LiveServer, words: Words, caller: Caller, *, phone: bool = False
) -> Page:
    """A watched page at the desk of somebody who holds a token: their names are none of the demo's."""
    context = await visits.person(words, phone=phone)
    await watch(context)
    key, value = (
        json.dumps(f"xiaoer:{visits.origin}:agent"),
        json.dumps(json.dumps(server.context.tokens.issue(caller))),
    )
    await context.add_init_script(f"if (location.protocol === 'http:') localStorage.setItem({key}, {value});")
    desk = await context.new_page()
    await desk.clock.install()
    await desk.goto("/desk")
    await expect(desk.locator("#connection.ok")).to_be_visible()
    return desk


async def turn_alerts_on(desk: Page) -> None:
    """Sound and desktop notifications, by the bell in the bar."""
    await desk.get_by_role("button", name=ALERTS).click()
    for box in await desk.get_by_role("dialog", name=ALERTS).get_by_role("checkbox").all():
        await box.check()
    await desk.keyboard.press("Escape")
    await desk.evaluate("window.sounds = 0")  # turning it on is heard


async def look_elsewhere(desk: Page) -> None:
    await desk.evaluate(
        """Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
        Object.defineProperty(document, "hidden", { value: true, configurable: true });"""
    )


async def look_back(desk: Page) -> None:
    await desk.evaluate(
        """delete document.visibilityState; delete document.hidden;
        document.dispatchEvent(new Event("visibilitychange"));"""
    )


async def notifications(desk: Page) -> list[tuple[str, str]]:
    """The title and the body of each that was shown."""
    return [(title, body) for title, body in await desk.evaluate("shown.map((each) => [each.title, each.body])")]


async def sounds(desk: Page) -> int:
    """How often it was heard."""
    return int(await desk.evaluate("sounds"))
