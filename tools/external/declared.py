"""``mcp.yaml``: which servers there are, and what of them may be used, by whom and how."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic

from knowledge.yaml_files import YamlFileError, read_model
from tools.base import Arguments, Effect
from tools.own import OwnToolError, require_private

FILE = "mcp.yaml"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_Name = Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]

Filled = Literal["customer_id", "conversation_id", "lang"]
Kind = Literal["text", "integer", "number", "yes_no", "texts"]


class _Declared(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


class DeclaredArgument(_Declared):
    """An argument of a tool. Without `filled` the caller gives it."""

    type: Kind = "text"
    choices: tuple[str, ...] = ()
    """Of a text: the only ones that are let through."""
    min: float | None = None
    max: float | None = None
    max_length: int = pydantic.Field(default=500, ge=1, le=20_000)
    """Characters of a text."""
    optional: bool = False
    en: str = ""
    zh: str = ""
    there: str = ""
    """Its name at the server; "" where it is the same."""
    filled: Filled | None = pydantic.Field(default=None, alias="from")
    """What of the session it is: nobody gives it, so nobody can give another's."""
    own: Literal["order"] | None = None
    """The id of something that must belong to the customer of the session."""

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if self.filled is None and not (self.en and self.zh):
            raise ValueError("expected a description in both languages, en: and zh:, for whoever fills it in")
        if self.filled is not None and (self.own or self.choices or self.optional):
            raise ValueError("what is filled from the session takes no own:, choices: or optional:")
        if (self.choices or self.own) and self.type != "text":
            raise ValueError("only a text can have choices: or own:")
        return self


class DeclaredTool(_Declared):
    """A tool of a server, as the executor shall know it."""

    effect: Effect
    roles: frozenset[Literal["shopper", "merchant", "agent"]] = pydantic.Field(min_length=1)
    en: str = pydantic.Field(min_length=1)
    zh: str = pydantic.Field(min_length=1)
    there: str = ""
    """Its name at the server; "" where it is the same."""
    needs_customer: bool = True
    arguments: dict[str, DeclaredArgument] = {}
    calls_per_minute: int = pydantic.Field(default=30, ge=1)
    """By one person."""

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        for name, argument in self.arguments.items():
            if hasattr(Arguments, name) or not name.isidentifier() or name.startswith("_"):
                raise ValueError(f"arguments.{name}: cannot be a name here; choose another and add there: {name}")
            if (argument.filled == "customer_id" or argument.own) and not self.needs_customer:
                raise ValueError(f"arguments.{name}: is about the customer, so the tool needs_customer")
        return self


class DeclaredServer(_Declared):
    """A server: a command that is started here, or an address."""

    command: str | None = None
    args: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """Names of variables that the command is given; it sees no others but the usual ones (PATH, HOME, ...)."""
    url: str | None = None
    headers: dict[str, str] = {}
    """Headers by the names of the variables that hold their values."""
    timeout_s: float = pydantic.Field(default=8.0, gt=0, le=60)
    """The longest that a call may take, with the start of the server if that is needed."""
    at_once: int = pydantic.Field(default=8, ge=1, le=100)
    """Calls that may be under way; further ones are refused."""
    max_characters: int = pydantic.Field(default=20_000, ge=100, le=1_000_000)
    """Of a result."""
    tools: dict[_Name, DeclaredTool] = {}

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.command is None) == (self.url is None):
            raise ValueError("expected either command: (with args:) or url:")
        if self.url is not None and (self.args or self.env):
            raise ValueError("args: and env: are for a command:")
        if self.command is not None and self.headers:
            raise ValueError("headers: are for a url:")
        if self.url is not None:
            parts = urllib.parse.urlsplit(self.url)
            if not parts.hostname or not (
                parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
            ):
                raise ValueError("url: expected https://..., or http:// on this machine")
        return self

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables that it needs."""
        return frozenset(self.env) | frozenset(self.headers.values())


class _File(_Declared):
    servers: dict[_Name, DeclaredServer] = {}


def declared_servers(data: Path) -> Mapping[str, DeclaredServer]:
    """Read ``mcp.yaml`` of a data folder; none where there is no such file.

    Raises:
        OwnToolError: the file cannot be used, or everybody may write it: it says what is run.
    """
    path = data / FILE
    if not path.exists():
        return {}
    require_private(path)
    try:
        return read_model(path, _File).servers
    except YamlFileError as error:
        raise OwnToolError(str(error)) from error


def faults_of(name: str, declared: DeclaredTool, offered: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield where a declaration does not fit what its server offers now.

    Args:
        offered: the JSON schemas of the arguments of the server's tools.
    """
    there = declared.there or name
    if there not in offered:
        yield f"{name}: it offers no {there!r}, only {', '.join(sorted(offered)) or 'nothing'}"
        return
    schema = offered[there]
    sent = {argument.there or key: argument for key, argument in declared.arguments.items()}
    known, needed = set(schema.get("properties") or {}), set(schema.get("required") or ())
    always = {key for key, argument in sent.items() if not argument.optional}
    if missing := sorted(needed - always):
        yield f"{name}: the server needs {', '.join(missing)}"
    if schema.get("additionalProperties") is False and (unknown := sorted(set(sent) - known)):
        yield f"{name}: the server knows no {', '.join(unknown)}"
