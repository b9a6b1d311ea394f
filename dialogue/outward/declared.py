"""``webhooks.yaml``: which addresses are told what."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self, TypeVar

import pydantic

from dialogue.outward.notices import EVENTS, EventName
from knowledge.types import Lang
from knowledge.yaml_files import YamlFileError, read_model
from tools.own import OwnToolError, require_private

FILE = "webhooks.yaml"
Name = Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]
FileT = TypeVar("FileT", bound=pydantic.BaseModel)
Variable = Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]


class Declared(pydantic.BaseModel):
    """Base of what such files declare: unknown fields are refused."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Secret(Declared):
    """Where a secret stands: in a variable of the environment, or in a file of the data folder that others cannot read."""

    env: Variable | None = None
    file: str | None = None

    @pydantic.model_validator(mode="after")
    def _one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("expected either env: NAME or file: PATH; a secret itself never stands here")
        return self


class Webhook(Declared):
    """One address that is told of events."""

    url: str
    events: tuple[EventName, ...] = pydantic.Field(min_length=1)
    secret: Secret
    previous_secret: Secret | None = None
    """While a secret is replaced: messages are signed with both."""
    languages: tuple[Lang, ...] = ("zh", "en")
    """Of conversations that it is told of."""
    personal_data: bool = False
    """Whether words that people wrote and who they are go along."""
    timeout_s: float = pydantic.Field(default=10.0, gt=0, le=60)

    @pydantic.field_validator("events", mode="before")
    @classmethod
    def _all(cls, given: object) -> object:
        return EVENTS if given == "all" else given

    @pydantic.field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        return web_address(url)

    def wants(self, event: str, lang: str) -> bool:
        """Tell whether it is told of an event of a conversation in `lang`."""
        return event in self.events and lang in self.languages


class _File(Declared):
    webhooks: dict[Name, Webhook] = {}


def web_address(url: str) -> str:
    """Return an address that can be called.

    Raises:
        ValueError: it is none, or holds a user or password.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"expected an address as https://HOST/PATH ({error})") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("expected an address as https://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without user and password")
    return url


def declared_webhooks(data: Path) -> Mapping[str, Webhook]:
    """Read ``webhooks.yaml`` of a data folder; none where there is no such file.

    Raises:
        OwnToolError: the file cannot be used, or everybody may write it: it says where customers' data goes.
    """
    return read_declared(data / FILE, _File).webhooks if (data / FILE).exists() else {}


def read_declared(path: Path, model: type[FileT]) -> FileT:
    """Read a file that says where data goes.

    Raises:
        OwnToolError: it cannot be used, or everybody may write it.
    """
    require_private(path)
    try:
        return read_model(path, model)
    except YamlFileError as error:
        raise OwnToolError(str(error)) from error
