"""Settings: the only reader of the environment. Every variable has the prefix ``XIAOER_``."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic
from pydantic_settings import NoDecode, SettingsConfigDict

from channels.llm_settings import LlmSettings
from channels.setting_types import MaybeSecret, MaybeServer, MaybeText, MaybeTimeOfDay

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MIN_SECRET = 32
"""Characters of a production secret: 256 bits are 43 in base64, 64 in hex."""

_PLACEHOLDERS = ("changeme", "change-me", "change_me", "secret", "password", "placeholder", "example", "xiaoer", "todo")


class SettingsError(ValueError):
    """The settings cannot be used; says which one and what was expected."""


class Settings(LlmSettings):
    """What the platform's doors need to know.

    `secret` signs tokens. In development it may be absent: a random one is then kept in the data folder. In
    production it must be given, long, and no placeholder. `debug` shows a shopper's own token what was understood
    and done.
    """

    model_config = SettingsConfigDict(env_prefix="XIAOER_", frozen=True, extra="ignore", hide_input_in_errors=True)

    data: Path = Path("xiaoer-data")
    host: str = "127.0.0.1"
    port: int = pydantic.Field(default=8000, ge=0, le=65535)
    secret: MaybeSecret = None
    environment: Literal["development", "production"] = "development"
    debug: bool = False
    database_url: MaybeText = None
    redis_url: MaybeText = None
    """The Redis server through which replicas tell one another what goes on; unset: one process serves the shop."""
    allowed_origins: Annotated[tuple[str, ...] | None, NoDecode] = None
    """Other sites that may embed the widget, separated by commas. Unset: every site in development, none in production."""

    token_days: int = pydantic.Field(default=30, ge=1, le=366)
    session_hours: float = pydantic.Field(default=168, gt=0, le=24 * 366)
    """How long a browser stays signed in by password at most."""
    session_idle_hours: float = pydantic.Field(default=12, gt=0.1, le=24 * 366)
    """How long a signed-in browser may be idle."""
    rate_per_s: float = pydantic.Field(default=5.0, gt=0)
    """Messages, conversations and uploads that one token may send a second, on average."""
    rate_burst: int = pydantic.Field(default=40, ge=1)
    visitor_rate_per_s: float = pydantic.Field(default=0.5, gt=0)
    """Visitors' tokens that one address may get a second, on average: a new one is a new start for who guesses."""
    max_json_bytes: int = pydantic.Field(default=256 * 1024, ge=1024)
    max_attachment_bytes: int = pydantic.Field(default=10 * 1024 * 1024, ge=1024)
    max_pixels: int = pydantic.Field(default=40_000_000, ge=1)
    send_timeout_s: float = pydantic.Field(default=20.0, gt=0)
    """How long a client may take to read one frame before its socket is closed."""
    max_write_wait_s: float = pydantic.Field(default=3.0, gt=0)
    """How long whoever writes to the database may wait for a turn before new messages and conversations are refused as busy. A
    message takes about four turns."""
    silence_s: float = pydantic.Field(default=120.0, ge=0)
    """How long a connected shopper may leave a question open before it is put once more; 0: for ever."""
    fit_models: bool = True
    """Whether ``serve`` fits the models that were never fitted, on the shop's own data, in a process beside it, and looks at its pictures."""
    update_tiers: bool = False
    """Whether ``serve`` gives customers the tiers that their orders earn, at its start and once a day; False: tiers stay as they are."""
    brief_at: MaybeTimeOfDay = None
    """When ``serve`` writes the merchants' brief of the day before, once a day, where the shop is: ``08:30``; None: only when asked."""
    desk_routing: Literal["off", "offer", "assign"] = "off"
    """Who gets a waiting ticket: whoever claims it; the best agent, who is asked first; or the best agent at once."""
    desk_offer_s: float = pydantic.Field(default=30.0, gt=0, le=3600)
    """How long an offered ticket is kept for the one agent."""
    desk_grace_s: float = pydantic.Field(default=120.0, ge=0)
    """How long an agent's desk may be cut off before their tickets go back to the front of the queue; 0: for ever."""
    allow_private_targets: bool = False
    """Whether what is sent to other systems may go to addresses that are not public, and unencrypted: for those in one's own network."""
    max_in_flight: int = pydantic.Field(default=16, ge=1)
    """Messages of one socket that may wait for their answers."""

    transcribe_base_url: MaybeServer = None
    """Where voice messages become text: any OpenAI-compatible server, with its ``/v1``. Unset: the extra ``speech``, if it is installed."""
    transcribe_model: str = "whisper-1"
    transcribe_api_key: MaybeSecret = None
    transcribe_timeout_s: float = pydantic.Field(default=20.0, gt=0)

    embed_base_url: MaybeServer = None
    """Where the vectors come from that documents and goods are searched by: any OpenAI-compatible server, with its ``/v1``. Unset: here."""
    embed_model: MaybeText = None
    embed_api_key: MaybeSecret = None
    embed_timeout_s: float = pydantic.Field(default=10.0, gt=0)

    shopper_llm_url: MaybeText = None
    """Where an LLM as shopper is (``xiaoer eval scenarios --shopper llm``): any OpenAI-compatible server, with its ``/v1``."""
    shopper_llm_model: MaybeText = None
    shopper_llm_key: MaybeSecret = None
    shopper_llm_timeout_s: float = pydantic.Field(default=60.0, gt=0)
    shopper_llm_input_price: Decimal | None = pydantic.Field(default=None, ge=0)
    """Of a million tokens; with the price of the output, a report counts what a conversation cost."""
    shopper_llm_output_price: Decimal | None = pydantic.Field(default=None, ge=0)

    @pydantic.field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @pydantic.field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        """Take PostgreSQL's addresses as other programs write them."""
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if separator and scheme in ("postgresql", "postgres", "postgresql+asyncpg"):
            return f"postgresql+asyncpg://{rest}"
        if separator and scheme == "sqlite":
            return value
        raise ValueError("expected postgresql://USER:PASSWORD@HOST/NAME, or nothing for SQLite in the data folder")

    @pydantic.field_validator("redis_url")
    @classmethod
    def _reachable_redis(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("expected redis://HOST:PORT, or nothing where one process serves the shop")
        if importlib.util.find_spec("redis") is None:
            raise ValueError("needs the Redis client: pip install 'xiaoer[redis]'")
        return value

    @pydantic.model_validator(mode="after")
    def _embedder_is_whole(self) -> Settings:
        if (self.embed_base_url is None) != (self.embed_model is None):
            raise ValueError("XIAOER_EMBED_BASE_URL and XIAOER_EMBED_MODEL go together: set both, or neither")
        return self

    @pydantic.model_validator(mode="after")
    def _refuse_unsafe(self) -> Settings:
        if self.environment == "production":
            complaint = secret_complaint(self.secret.get_secret_value() if self.secret else None)
            if complaint:
                raise ValueError(f"XIAOER_SECRET {complaint}")
        return self

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that browsers may call from."""
        if self.allowed_origins is not None:
            return self.allowed_origins
        return ("*",) if self.environment == "development" else ()


def secret_complaint(secret: str | None) -> str:
    """Return what is wrong with a production secret, or ``""``."""
    if secret is None:
        return "is not set: production needs one of its own, made with `openssl rand -hex 32`"
    if any(secret.lower().startswith(word) for word in _PLACEHOLDERS):
        return "is a placeholder: make a real one with `openssl rand -hex 32`"
    if len(secret) < MIN_SECRET or len(set(secret)) < 10:
        return f"is too weak: expected at least {MIN_SECRET} random characters, as of `openssl rand -hex 32`"
    return ""


def load_settings(**given: object) -> Settings:
    """Read the environment, with `given` (what a command line said; None means not said) on top.

    Raises:
        SettingsError: a variable has a value that cannot be used.
    """
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**said)
    except pydantic.ValidationError as error:
        raise SettingsError("; ".join(_sentence(part) for part in error.errors())) from None


def environment() -> Mapping[str, str]:
    """Return the whole environment, for variables that a file of the shop's own names."""
    return os.environ


def _sentence(part: ErrorDetails) -> str:
    name = "_".join(str(step) for step in part["loc"]).upper()
    message = part["msg"].removeprefix("Value error, ")
    return f"XIAOER_{name}: {message}" if name else message
