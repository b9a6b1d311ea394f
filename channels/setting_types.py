"""Kinds of values that settings have."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

import pydantic


def _none_of_nothing(value: object) -> object:
    return None if value == "" else value


def _web_address(value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError("expected http://HOST/v1 or https://HOST/v1")
    return value


def _time_of_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"expected a time of the day as 08:30, got {value!r}")
    return dt.time.fromisoformat(value)


EMPTY_IS_UNSET = pydantic.BeforeValidator(_none_of_nothing)
"""A variable that is there and empty, as files of settings have them, is as one that is not there."""
MaybeText = Annotated[str | None, EMPTY_IS_UNSET]
MaybeSecret = Annotated[pydantic.SecretStr | None, EMPTY_IS_UNSET]
MaybeServer = Annotated[str | None, EMPTY_IS_UNSET, pydantic.AfterValidator(_web_address)]
"""An OpenAI-compatible server."""
MaybeTimeOfDay = Annotated[dt.time | None, pydantic.BeforeValidator(_time_of_day), EMPTY_IS_UNSET]
"""``HH:MM``. Of the two validators the last named runs first."""
