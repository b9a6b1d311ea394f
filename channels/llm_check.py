"""Whether the server of a language model is there, without asking the model anything."""

from __future__ import annotations

import importlib.util

import httpx

from agent.llm.config import LlmServer

TIMEOUT_S = 5.0
PACKAGES = ("langchain", "langchain_openai", "openai")


def missing_packages() -> list[str]:
    """Return the packages of the extra ``llm`` that are not installed."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


async def complaint_of(server: LlmServer) -> str:
    """Return what is wrong with a server, ``""`` where it lists its models and the configured one is among them.

    Servers that list no models are taken at their word that they are there.
    """
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            answer = await client.get(
                f"{server.url.rstrip('/')}/models", headers={"Authorization": f"Bearer {server.key}"}
            )
    except httpx.TimeoutException:
        return f"does not answer within {TIMEOUT_S:g} s"
    except (httpx.HTTPError, httpx.InvalidURL):
        return "cannot be reached"
    if answer.status_code in (401, 403):
        return "refuses the key"
    if answer.status_code in (404, 405):
        return ""
    if answer.status_code >= 400:
        return f"answers with status {answer.status_code}"
    return _not_listed(answer, server.model)


def _not_listed(answer: httpx.Response, model: str) -> str:
    try:
        listed = [str(each["id"]) for each in answer.json()["data"]]
    except (ValueError, KeyError, TypeError):
        return "answers, but not as an OpenAI-compatible server does"
    if model in listed or not listed:
        return ""
    return f"has no model {model!r}, only {', '.join(listed[:5])}"
