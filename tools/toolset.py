"""Every tool that ships, by name, and their schemas for models, MCP and ``xiaoer tools list``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

import tools.analytics.board
import tools.analytics.statistics
import tools.analytics.tools
import tools.brief.tools
import tools.catalog.stock_warning
import tools.catalog.tools
import tools.changes.tools
import tools.content.articles
import tools.content.gaps
import tools.content.staged
import tools.content.tools
import tools.customers.privacy
import tools.customers.tools
import tools.customers.value
import tools.discovery.tools
import tools.marketing.staged
import tools.marketing.tools
import tools.orders.tools
import tools.pricing.membership
import tools.pricing.merchant
import tools.pricing.pages
import tools.pricing.tools
import tools.recommendation.tools
import tools.reviews.tools
import tools.risk.staged
import tools.risk.tools
import tools.ticketing.assigning
import tools.ticketing.calling_back
import tools.ticketing.canned
import tools.ticketing.desk_tools
import tools.ticketing.joining
import tools.ticketing.live
import tools.ticketing.moving
import tools.ticketing.notes
import tools.ticketing.rating
import tools.ticketing.taking_over
import tools.ticketing.tools
import tools.visual_search.tools
import tools.wording.tools
from tools.base import Effect, Role, Tool
from tools.external.declared import declared_servers
from tools.external.tools import external_tools
from tools.own import own_tools

CAPABILITIES: tuple[tuple[Tool, ...], ...] = (
    tools.customers.tools.TOOLS,
    tools.customers.value.TOOLS,
    tools.customers.privacy.TOOLS,
    tools.orders.tools.TOOLS,
    tools.catalog.tools.TOOLS,
    tools.catalog.stock_warning.TOOLS,
    tools.pricing.tools.TOOLS,
    tools.pricing.merchant.TOOLS,
    tools.pricing.pages.TOOLS,
    tools.pricing.membership.TOOLS,
    tools.changes.tools.TOOLS,
    tools.recommendation.tools.TOOLS,
    tools.marketing.tools.TOOLS,
    tools.marketing.staged.TOOLS,
    tools.content.tools.TOOLS,
    tools.content.staged.TOOLS,
    tools.wording.tools.TOOLS,
    tools.content.articles.TOOLS,
    tools.content.gaps.TOOLS,
    tools.ticketing.tools.TOOLS,
    tools.ticketing.desk_tools.TOOLS,
    tools.ticketing.assigning.TOOLS,
    tools.ticketing.calling_back.TOOLS,
    tools.ticketing.moving.TOOLS,
    tools.ticketing.joining.TOOLS,
    tools.ticketing.taking_over.TOOLS,
    tools.ticketing.live.TOOLS,
    tools.ticketing.notes.TOOLS,
    tools.ticketing.canned.TOOLS,
    tools.ticketing.rating.TOOLS,
    tools.risk.tools.TOOLS,
    tools.risk.staged.TOOLS,
    tools.visual_search.tools.TOOLS,
    tools.analytics.tools.TOOLS,
    tools.analytics.board.TOOLS,
    tools.analytics.statistics.TOOLS,
    tools.brief.tools.TOOLS,
    tools.reviews.tools.TOOLS,
    tools.discovery.tools.TOOLS,
)
"""A new capability is one line here."""


class ToolSchema(pydantic.BaseModel):
    """A tool as a model, an MCP client or a person sees it."""

    model_config = pydantic.ConfigDict(frozen=True)

    name: str
    effect: Effect
    roles: tuple[Role, ...]
    confirm: bool
    """True: the call is stored and shown first, and done after a yes."""
    server: str = ""
    """The external server that does it; "" for what is done here."""
    description_en: str
    description_zh: str
    arguments: dict[str, Any]
    """JSON schema of the arguments."""


def all_tools() -> dict[str, Tool]:
    """Return every tool by its name."""
    return {tool.name: tool for capability in CAPABILITIES for tool in capability}


def shop_tools(data: Path) -> dict[str, Tool]:
    """Return every tool of the shop in a data folder: those that ship, its own, and those that external servers do.

    Raises:
        tools.own.OwnToolError: a file of its own cannot be used.
    """
    tools = all_tools()
    tools |= own_tools(data / "tools", taken=tools)
    return tools | external_tools(declared_servers(data), taken=tools)


def tools_for(role: Role, tools: Mapping[str, Tool] | None = None) -> dict[str, Tool]:
    """Return those of `tools` (of all that ship when None) that `role` may call."""
    return {name: tool for name, tool in (all_tools() if tools is None else tools).items() if role in tool.roles}


def tool_schemas(role: Role | None = None, tools: Mapping[str, Tool] | None = None) -> list[ToolSchema]:
    """Describe `tools` (all that ship when None), by name: every one, or those that `role` may call."""
    every = all_tools() if tools is None else tools
    chosen = every if role is None else tools_for(role, every)
    return [_schema(chosen[name]) for name in sorted(chosen)]


def _schema(tool: Tool) -> ToolSchema:
    return ToolSchema(
        name=tool.name,
        effect=tool.effect,
        roles=tuple(sorted(tool.roles)),
        confirm=tool.effect == "write" and tool.confirm,
        server=tool.server,
        description_en=tool.description_en,
        description_zh=tool.description_zh,
        arguments=tool.arguments.model_json_schema(),
    )
