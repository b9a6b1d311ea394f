"""The shop behind the door, opened beside it: the client hears "hello" at once, the tools follow, and the first call waits for the rest."""

# ruff: noqa: PLC0415  (what is heavy is imported in a thread, while the door answers already)
from __future__ import annotations

import asyncio
import dataclasses
import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from channels.mcp.seat import Seat
from channels.settings import Settings
from knowledge.types import Lang
from tools.base import Identity, Tool

if TYPE_CHECKING:
    from dialogue.build import OpenShop
    from dialogue.flows.model import Flow
    from dialogue.replies.templates import Templates


class NotYoursError(Exception):
    """The agent does not hold the conversation whose customer they want to act for."""


@dataclasses.dataclass(frozen=True)
class Counter:
    """An open shop, and the words to tell what came of a call."""

    opened: OpenShop
    flows: Mapping[str, Flow]
    templates: Templates
    lang: Lang
    """The shop's own language."""

    async def identity_of(self, seat: Seat) -> Identity:
        """Return who acts now: an agent may have lost the conversation since the last call.

        Raises:
            NotYoursError.
        """
        from channels.proposals import acting
        from dialogue.errors import DialogueError

        try:
            return await acting(self.opened.database, seat.caller, seat.conversation_id)
        except DialogueError as error:
            raise NotYoursError(str(error)) from error


class Opening:
    """Opens a shop once, in the background."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tools: asyncio.Task[dict[str, Tool]] | None = None
        self._counter: asyncio.Task[Counter] | None = None

    def begin(self) -> asyncio.Task[Counter]:
        """Begin, and return what is done when the shop is open. Raises what `dialogue.build.open_shop` raises."""
        self._tools = asyncio.create_task(asyncio.to_thread(_read_tools, self._settings))
        self._counter = asyncio.create_task(self._open(self._tools))
        return self._counter

    async def tools(self) -> dict[str, Tool]:
        """Return every tool of the shop; its database need not be open for that."""
        if self._tools is None:
            raise RuntimeError("the shop was not begun to be opened")
        return await asyncio.shield(self._tools)

    async def counter(self, *, wait_s: float | None = None) -> Counter:
        """Return the open shop.

        Raises:
            TimeoutError: it is not open within `wait_s`.
        """
        if self._counter is None:
            raise RuntimeError("the shop was not begun to be opened")
        return await asyncio.wait_for(asyncio.shield(self._counter), wait_s)

    async def close(self) -> None:
        """Stop opening, or close what is open."""
        if self._counter is None:
            return
        self._counter.cancel()
        [found] = await asyncio.gather(self._counter, return_exceptions=True)
        if isinstance(found, Counter):
            await found.opened.close()

    async def _open(self, reading: asyncio.Task[dict[str, Tool]]) -> Counter:
        tools = await asyncio.shield(reading)
        await asyncio.to_thread(importlib.import_module, "channels.console")
        from channels.app import config_of
        from channels.console import BUILDING, progress_bar
        from dialogue.build import open_shop, spoken
        from dialogue.flows import load_flows
        from dialogue.replies.templates import Templates

        config = config_of(self._settings)
        flows = await asyncio.to_thread(load_flows, config.data / "flows", tools=tools)
        with progress_bar(BUILDING) as progress:
            opened = await open_shop(config, tools=tools, flows=flows, progress=progress)
        templates = spoken(Templates(opened.shop.timezone, config.clock), opened.executor.services, opened.database)
        return Counter(opened, flows, templates, "en" if opened.shop.default_lang == "en" else "zh")


def _read_tools(settings: Settings) -> dict[str, Tool]:
    from tools.toolset import shop_tools

    return shop_tools(settings.data)
