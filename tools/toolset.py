"""Every tool that ships, by name, and their schemas for models, MCP and ``xiaoer tools list``."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from typing import Any

import pydantic

from tools.base import Effect, Role, Tool

CAPABILITIES = ("customers", "orders", "catalog", "pricing", "marketing", "content", "ticketing")


class ToolSchema(pydantic.BaseModel):
    """A tool as a model, an MCP client or a person sees it."""

    model_config = pydantic.ConfigDict(frozen=True)

    name: str
    effect: Effect
    roles: tuple[Role, ...]
    confirm: bool
    """True: the call is stored and shown first, and done after a yes."""
    description_en: str
    description_zh: str
    arguments: dict[str, Any]
    """JSON schema of the arguments."""


@functools.cache
def _joined() -> tuple[Tool, ...]:
    found: dict[str, Tool] = {}
    for capability in CAPABILITIES:
        if importlib.util.find_spec(f"tools.{capability}.tools") is None:
            continue
        for tool in importlib.import_module(f"tools.{capability}.tools").TOOLS:
            if tool.name in found:
                raise ValueError(f"two tools are called {tool.name!r}")
            found[tool.name] = tool
    return tuple(found.values())


def all_tools() -> dict[str, Tool]:
    """Return every tool by its name."""
    return {tool.name: tool for tool in _joined()}


def tools_for(role: Role) -> dict[str, Tool]:
    """Return the tools that `role` may call."""
    return {name: tool for name, tool in all_tools().items() if role in tool.roles}


def tool_schemas(role: Role | None = None) -> list[ToolSchema]:
    """Describe the tools that `role` may call, or every tool, by name."""
    tools = all_tools() if role is None else tools_for(role)
    return [_schema(tools[name]) for name in sorted(tools)]


def _schema(tool: Tool) -> ToolSchema:
    return ToolSchema(
        name=tool.name,
        effect=tool.effect,
        roles=tuple(sorted(tool.roles)),
        confirm=tool.effect == "write" and tool.confirm,
        description_en=tool.description_en,
        description_zh=tool.description_zh,
        arguments=tool.arguments.model_json_schema(),
    )
