"""A headless Chromium, and the whole platform on a small demo shop behind it. Without a Chromium these tests are skipped."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import struct
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw
from playwright.async_api import Browser, async_playwright, expect

from channels.settings import Settings
from channels.testing import TEST_SECRET, LiveServer, live_by_day
from tests.channels.browser.pages import WAIT_MS, Visits

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

expect.set_options(timeout=WAIT_MS)


def find_chromium() -> str | None:
    """The path of a Chromium: XIAOER_TEST_CHROMIUM, or the first of the usual names."""
    return os.environ.get("XIAOER_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = find_chromium()
    if not found:
        pytest.skip(
            f"no Chromium: none of {', '.join(NAMES)} on the PATH (apt-get install chromium-headless-shell fonts-noto-cjk)"
        )
    return found


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a tone, for the microphone that Chromium pretends to have."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    tone = (int(12000 * math.sin(2 * math.pi * 440 * at / 16000)) for at in range(32000))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str, voice: Path) -> AsyncIterator[Browser]:
    flags = [*CHROMIUM_FLAGS, f"--use-file-for-fake-audio-capture={voice}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop(chromium: str, demo_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    """The platform as `serve` builds it; one for all, each test has customers or orders of its own."""
    assert chromium  # nothing is built where nothing can look at it
    data = await asyncio.to_thread(shutil.copytree, demo_shop, tmp_path_factory.mktemp("browser") / "data")
    settings = Settings(data=data, secret=TEST_SECRET, rate_per_s=1000, rate_burst=1000)
    async with live_by_day(settings) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, shop: LiveServer) -> AsyncIterator[Visits]:
    """Opens browser contexts; at the end no page may have asked another host or complained on its console."""
    visits = Visits(browser, shop.url)
    yield visits
    await visits.close()
    assert visits.complaints == []
    assert visits.foreign == []


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture of a red jacket on a white ground."""
    picture = Image.new("RGB", (320, 240), "white")
    brush = ImageDraw.Draw(picture)
    brush.rectangle((110, 60, 210, 200), fill="#b3202a")
    brush.polygon([(110, 60), (60, 150), (90, 165), (110, 120)], fill="#b3202a")
    brush.polygon([(210, 60), (260, 150), (230, 165), (210, 120)], fill="#b3202a")
    path = tmp_path / "jacket.png"
    picture.save(path)
    return path
