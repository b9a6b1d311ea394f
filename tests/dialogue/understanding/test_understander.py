"""The embedded understander: any text, any state."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.commands import PendingQuestion, View
from dialogue.understanding import EmbeddedUnderstander, build_understander, training
from dialogue.understanding.entities import Extractor
from dialogue.understanding.intents import Example, fit
from knowledge.db import Database
from knowledge.embedding import HashingEmbedder
from knowledge.lexicon import Item, Lexicon
from knowledge.types import Lang

EMBEDDER = HashingEmbedder()
ROWS = [Example(text, intent, group=n) for n, (text, intent) in enumerate([("return the tee", "return_items"), ("退货", "return_items"), ("where is it", "track_order"), ("hello", "chit_chat.greeting"), ("tell a joke", "out_of_scope")])]  # fmt: skip
SHOP = Lexicon([Item("P-TEE", ("T恤", "T-shirt"), variants=(("TEE-1", {"color": "red"}),))])
UNDERSTANDER = EmbeddedUnderstander(
    fit(ROWS, EMBEDDER), EMBEDDER, Extractor(SHOP, lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC), currency="CNY")
)
WORDS = st.sampled_from(
    ["yes", "no", "好", "不", "不对", "but", "但是", "the", "red", "T-shirt", "T恤", "红色", "周三", "上周", "3天前", "双十一", "$5", "2号", "300块", "以内", "W123456", "zip", "19122", "我叫", "张三", "的", "地址", "？", "!", ",", "，", "。", "and", "另外", "算了", "stop", "return", "退货", "第一个", "last", "one", "both", "13812345678", "a@b.cn", "visa", "太小了", "don't", "别", "\x00", "👍", "İ", "﷽"]
)  # fmt: skip
MESSAGES = (
    st.text(max_size=120) | st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join)
)
SLOT_TYPES = [
    "order",
    "order_lines",
    "swaps",
    "variant",
    "payment_method",
    "address",
    "reason",
    "proof",
    "text",
    "quantity",
    "body",
    "products",
    "yes_no",
]
VIEWS = st.builds(
    lambda kind, slot_type, choices, flow: View(
        pending=None if kind is None else PendingQuestion(kind=kind, slot="s", slot_type=slot_type, choices=choices),
        active_flow=flow,
    ),
    st.sampled_from([None, "slot", "confirm", "choice", "offer"]),
    st.sampled_from(SLOT_TYPES),
    st.sampled_from([(), ("Red T-shirt", "台灯"), ("#W123456",)]),
    st.sampled_from([None, "return_items", "cancel_order", "exchange_items"]),
)


class Kept(logging.Handler):
    """Keeps what was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.records.append(record)


@settings(deadline=None, max_examples=100)
@given(MESSAGES, VIEWS)
def test_every_message_in_every_state_is_understood_without_a_failure(text: str, view: View) -> None:
    handler = Kept()
    logger = logging.getLogger("dialogue.understanding.understander")
    logger.addHandler(handler)
    try:
        understanding = asyncio.run(UNDERSTANDER.understand(text, view))
    finally:
        logger.removeHandler(handler)
    assert understanding.commands
    assert [record.getMessage() for record in handler.records] == []
    assert all(0 <= item.start < item.end <= len(text) for item in understanding.entities)


@pytest.mark.parametrize(
    "text", ["", "\u0000\u0001", "a" * 20_000, "退" * 20_000, "\ud800", "((((((((((" * 500, "#" * 5000, "1" * 5000]
)
async def test_odd_messages_get_an_answer(text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert (await UNDERSTANDER.understand(text, View())).commands
    assert caplog.records == []


async def test_the_same_message_is_understood_the_same_way() -> None:
    first, second = [await UNDERSTANDER.understand("return the red tee, 昨天那单", View()) for _ in range(2)]
    assert first == second


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _break(*folders: Path) -> None:
    for folder in folders:
        [path] = folder.rglob("intents-*.npz")
        path.write_bytes(b"not a model")


@pytest.mark.slow
async def test_a_second_shop_need_not_learn_what_the_first_has_learnt_and_a_broken_model_is_replaced(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    few = training.examples()[::8]  # what is learnt is not looked at here, but where it is kept
    monkeypatch.setattr(training, "examples", lambda *_: few)
    one, two, kept = tmp_path / "one", tmp_path / "two", tmp_path / "cache" / "xiaoer" / "models"

    async def learns(folder: Path) -> bool:
        steps: list[tuple[str, float]] = []
        understander = await build_understander(database, EMBEDDER, folder, progress=lambda *step: steps.append(step))
        [command, *_] = (await understander.understand("我想退货", View())).commands
        assert command.kind == "start_flow"
        return bool(steps)

    assert await learns(one)
    assert not await learns(two)
    assert _files(one) == _files(two) == _files(kept)
    _break(two)
    assert not await learns(two)
    assert "is not a fitted intent model; it is replaced" in caplog.text
    _break(two, kept)
    assert await learns(two)
    assert _files(one) == _files(two) == _files(kept)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_first_message_without_words_is_in_the_language_of_the_greeting(lang: Lang) -> None:
    assert (await UNDERSTANDER.understand("D1001000004", View(opened_in=lang))).lang == lang
