"""Calling an interface that speaks JSON."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
import pydantic

from channels.outward.addresses import call
from channels.outward.errors import DeliveryError

AnswerT = TypeVar("AnswerT", bound=pydantic.BaseModel)


class Answer(pydantic.BaseModel):
    """Base of what is read of an answer; more may stand in it."""

    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)


class JsonCaller:
    """Calls one server with fixed headers; with `http` None nothing is called, only read."""

    def __init__(
        self,
        http: httpx.AsyncClient | None,
        base: str,
        headers: Mapping[str, str],
        *,
        timeout_s: float,
        auth: tuple[str, str] | None = None,
    ) -> None:
        self._http, self._base, self._timeout_s, self._auth = http, base, timeout_s, auth
        self._headers = {"accept": "application/json", **headers}

    async def __call__(
        self, method: str, path: str, body: Mapping[str, Any] | None, answer: type[AnswerT], **headers: str
    ) -> AnswerT:
        """Return what came, read as `answer`.

        Raises:
            DeliveryError: it failed, or what came is no such answer.
        """
        if self._http is None:
            raise RuntimeError("this inbox was made to be read from only")
        sent = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        more = {"content-type": "application/json"} if sent is not None else {}
        came = await call(
            self._http,
            method,
            self._base + path,
            sent,
            {**self._headers, **more, **{name.replace("_", "-"): value for name, value in headers.items()}},
            timeout_s=self._timeout_s,
            auth=self._auth,
        )
        try:
            return answer.model_validate_json(came or b"{}")
        except pydantic.ValidationError as error:
            places = ", ".join(sorted({".".join(map(str, each["loc"])) or "the whole" for each in error.errors()}))
            raise DeliveryError(f"{method} {path}: the answer is not as expected: {places}") from None


def in_path(value: object) -> str:
    """Return a value as one step of a path."""
    return urllib.parse.quote(str(value), safe="")
