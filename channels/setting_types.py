"""Kinds of values that settings have."""

from __future__ import annotations

from typing import Annotated

import pydantic


def _none_of_nothing(value: object) -> object:
    return None if value == "" else value


def _web_address(value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError("expected http://HOST/v1 or https://HOST/v1")
    return value


EMPTY_IS_UNSET = pydantic.BeforeValidator(_none_of_nothing)
"""A variable that is there and empty, as files of settings have them, is as one that is not there."""
MaybeText = Annotated[str | None, EMPTY_IS_UNSET]
MaybeSecret = Annotated[pydantic.SecretStr | None, EMPTY_IS_UNSET]
MaybeServer = Annotated[str | None, EMPTY_IS_UNSET, pydantic.AfterValidator(_web_address)]
"""An OpenAI-compatible server."""
