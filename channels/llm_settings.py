"""The settings of the language models: a part of `channels.settings.Settings`, and what the platform makes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import pydantic
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.llm.config import LlmConfig, LlmServer
from channels.setting_types import EMPTY_IS_UNSET, MaybeSecret, MaybeServer, MaybeText


class LlmSettings(BaseSettings):
    """A purpose has a model of its own, and may have a server of its own; without a model the embedded mind does it."""

    model_config = SettingsConfigDict(env_prefix="XIAOER_", frozen=True, extra="ignore", hide_input_in_errors=True)

    llm_url: MaybeServer = None
    """Where the models are that name no server of their own: any OpenAI-compatible server, with its ``/v1``."""
    llm_key: MaybeSecret = None
    llm_understand_model: MaybeText = None
    """Reads messages."""
    llm_understand_url: MaybeServer = None
    llm_understand_key: MaybeSecret = None
    llm_understand_form: Literal["full", "brief"] = "full"
    """What it is told with a message; ``brief`` for a small model that ``xiaoer llm train`` has taught."""
    llm_understand_when: Literal["always", "unsure"] = "always"
    """Which messages it reads: every one, or those that the embedded mind cannot tell."""
    llm_agent_model: MaybeText = None
    """Works with the tools where no procedure does what is asked."""
    llm_agent_url: MaybeServer = None
    llm_agent_key: MaybeSecret = None
    llm_write_model: MaybeText = None
    """Puts replies in other words."""
    llm_write_url: MaybeServer = None
    llm_write_key: MaybeSecret = None
    llm_translate_model: MaybeText = None
    """Translates between shoppers and agents at the desk."""
    llm_translate_url: MaybeServer = None
    llm_translate_key: MaybeSecret = None
    llm_timeout_s: float = pydantic.Field(default=15.0, gt=0)
    """The longest that one answer of a model may take, all tries together; of one that comes in pieces, how long each may take."""
    llm_stream: bool = True
    """Whether the agent's answers are asked for in pieces, and shown while they are written; off for servers that cannot do that."""
    llm_retries: int = pydantic.Field(default=1, ge=0, le=5)
    llm_rest_s: float = pydantic.Field(default=20.0, ge=0)
    """How long a server that did not answer is left alone."""
    llm_answer_form: Literal["json_schema", "json_object", "text"] = "json_schema"
    """How the servers are told that an answer must be JSON."""
    llm_max_answer_tokens: int = pydantic.Field(default=1024, ge=64)
    llm_turn_tokens: int = pydantic.Field(default=30_000, ge=1)
    """What a turn may cost, in and out, over every purpose."""
    llm_day_tokens: Annotated[int | None, EMPTY_IS_UNSET] = pydantic.Field(default=None, ge=1)
    """The same for a UTC day of one process. Unset: without end."""
    llm_agent_calls: int = pydantic.Field(default=8, ge=1, le=50)
    """How often the agent may ask its model in a turn."""
    llm_input_price: Annotated[Decimal | None, EMPTY_IS_UNSET] = pydantic.Field(default=None, ge=0)
    """Of a million tokens; with the price of the output, every call is written down with its cost."""
    llm_output_price: Annotated[Decimal | None, EMPTY_IS_UNSET] = pydantic.Field(default=None, ge=0)

    @pydantic.model_validator(mode="after")
    def _every_model_has_a_server(self) -> LlmSettings:
        for purpose, model, url in (
            ("understand", self.llm_understand_model, self.llm_understand_url),
            ("agent", self.llm_agent_model, self.llm_agent_url),
            ("write", self.llm_write_model, self.llm_write_url),
            ("translate", self.llm_translate_model, self.llm_translate_url),
        ):
            if model is not None and (url or self.llm_url) is None:
                name = f"XIAOER_LLM_{purpose.upper()}"
                raise ValueError(f"{name}_MODEL is set and no server: set XIAOER_LLM_URL or {name}_URL")
        return self


def llm_config(settings: LlmSettings) -> LlmConfig | None:
    """Return the models that are configured; None where there are none."""
    config = LlmConfig(
        understand=_server(
            settings, settings.llm_understand_model, settings.llm_understand_url, settings.llm_understand_key
        ),
        agent=_server(settings, settings.llm_agent_model, settings.llm_agent_url, settings.llm_agent_key),
        write=_server(settings, settings.llm_write_model, settings.llm_write_url, settings.llm_write_key),
        translate=_server(
            settings, settings.llm_translate_model, settings.llm_translate_url, settings.llm_translate_key
        ),
        turn_tokens=settings.llm_turn_tokens,
        day_tokens=settings.llm_day_tokens,
        agent_calls=settings.llm_agent_calls,
    )
    return config if config.purposes else None


def _server(
    settings: LlmSettings, model: str | None, url: str | None, key: pydantic.SecretStr | None
) -> LlmServer | None:
    address = url or settings.llm_url
    if model is None or address is None:
        return None
    # A key is sent to the server that it was given for: the common one not to a server of a purpose's own.
    secret = key or (settings.llm_key if url is None else None)
    return LlmServer(
        url=address,
        model=model,
        key=secret.get_secret_value() if secret is not None else "none",
        timeout_s=settings.llm_timeout_s,
        stream=settings.llm_stream,
        retries=settings.llm_retries,
        rest_s=settings.llm_rest_s,
        answer_form=settings.llm_answer_form,
        reading_form=settings.llm_understand_form,
        only_when_unsure=settings.llm_understand_when == "unsure",
        max_answer_tokens=settings.llm_max_answer_tokens,
        input_price=settings.llm_input_price,
        output_price=settings.llm_output_price,
    )
