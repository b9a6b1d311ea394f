"""Models by configuration, and what the doctor says of their servers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.llm.config import LlmServer
from channels.app import config_of, embedding_server
from channels.doctor import examine
from channels.llm_check import complaint_of
from channels.llm_settings import llm_config
from channels.settings import Settings, SettingsError, load_settings
from knowledge.endpoint_embedding import EmbeddingServer
from tests.knowledge.embedding_server import Server, server
from tests.llm_server import model_server

__all__ = ["server"]

URL = "http://127.0.0.1:9/v1"


def settings_of(**given: object) -> Settings:
    return load_settings(**{f"llm_{name}": value for name, value in given.items()})


def test_without_a_model_there_is_nothing_to_configure() -> None:
    assert llm_config(settings_of(url=URL, key="sk")) is None
    assert llm_config(Settings()) is None


def test_a_purpose_has_a_model_and_may_have_a_server_of_its_own() -> None:
    given = settings_of(
        url=URL, key="sk", understand_model="small", write_model="", agent_model="large", translate_model="mid",
        agent_url="https://other.example/v1", input_price="0.5", output_price=2, turn_tokens=500, day_tokens=9000,
    )  # fmt: skip
    config = llm_config(given)
    assert config is not None
    assert set(config.purposes) == {"understand", "agent", "translate"}
    assert config.understand == LlmServer(URL, "small", "sk", input_price=Decimal("0.5"), output_price=Decimal(2))
    assert config.translate == LlmServer(URL, "mid", "sk", input_price=Decimal("0.5"), output_price=Decimal(2))
    assert config.agent is not None
    assert (config.agent.url, config.agent.key) == ("https://other.example/v1", "none")  # the key is the other server's
    assert (config.turn_tokens, config.day_tokens) == (500, 9000)


def test_a_small_model_is_told_little_where_that_is_configured() -> None:
    config = llm_config(
        settings_of(url=URL, understand_model="small", understand_form="brief", understand_when="unsure")
    )
    assert config is not None
    assert config.understand == LlmServer(URL, "small", reading_form="brief", only_when_unsure=True)


def test_answers_are_asked_for_in_pieces_unless_the_servers_cannot_give_them() -> None:
    configs = [
        llm_config(settings_of(url=URL, agent_model="large", **given))
        for given in ({}, {"stream": "1"}, {"stream": "0"})
    ]
    assert [config.agent.stream for config in configs if config and config.agent] == [True, True, False]


def test_vectors_come_from_a_server_that_is_named_with_its_model() -> None:
    given = load_settings(embed_base_url=URL, embed_model="m3", embed_api_key="sk-secret", embed_timeout_s=2)
    assert embedding_server(given) == EmbeddingServer(URL, "m3", "sk-secret", timeout_s=2)
    assert config_of(given).embedding == embedding_server(given)
    assert "sk-secret" not in repr(given) + repr(embedding_server(given))
    assert embedding_server(load_settings(embed_base_url="", embed_model="")) is None
    with pytest.raises(SettingsError, match="XIAOER_EMBED_BASE_URL and XIAOER_EMBED_MODEL go together"):
        load_settings(embed_model="m3")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"agent_model": "large"}, "XIAOER_LLM_AGENT_MODEL is set and no server"),
        ({"url": "localhost:8000", "agent_model": "large"}, "expected http://HOST/v1"),
        ({"url": URL, "agent_model": "large", "timeout_s": 0}, "XIAOER_LLM_TIMEOUT_S"),
    ],
)
def test_what_cannot_be_used_is_told(given: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        settings_of(**given)


def test_a_key_is_shown_nowhere() -> None:
    assert "sk-secret" not in repr(settings_of(url=URL, key="sk-secret", agent_model="large"))


async def test_the_doctor_says_which_purposes_are_configured_and_whether_their_servers_answer() -> None:
    async with model_server([]) as double:
        given = settings_of(
            url=double.url, understand_model="double", write_model="other", agent_model="x", agent_url=URL
        )
        found = {each.name: each for each in await examine(given) if each.name.startswith("model")}
    assert {name: each.status for name, each in found.items()} == {
        "model: understand": "ok", "model: agent": "warn", "model: write": "warn",
    }  # fmt: skip
    assert "cannot be reached" in found["model: agent"].detail
    assert "has no model 'other', only double" in found["model: write"].detail
    assert "XIAOER_LLM_AGENT_URL" in found["model: agent"].mend


async def test_the_doctor_asks_the_server_of_the_vectors(server: Server) -> None:
    found = [
        next(
            each
            for each in await examine(load_settings(embed_base_url=url, embed_model="m3"))
            if each.name == "model: embed"
        )
        for url in (server.url, URL)
    ]
    assert [each.status for each in found] == ["ok", "warn"]
    assert "1024 numbers a text" in found[0].detail
    assert "cannot be reached" in found[1].detail
    assert "XIAOER_EMBED_BASE_URL" in found[1].mend


async def test_no_small_model_is_no_warning() -> None:
    [found] = [each for each in await examine(Settings()) if each.name == "small local model"]
    assert found.status == "ok"


async def test_the_doctor_says_that_there_are_none() -> None:
    found = [each for each in await examine(Settings()) if each.name == "language models"]
    assert [(each.status, "embedded" in each.detail) for each in found] == [("ok", True)]


async def test_what_is_no_such_server_is_told() -> None:
    async with model_server([]) as double:
        assert await complaint_of(LlmServer(double.url.removesuffix("/v1") + "/none", "m")) == ""  # lists no models
        assert "double" in await complaint_of(LlmServer(double.url, "m"))
