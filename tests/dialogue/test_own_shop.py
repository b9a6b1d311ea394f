"""A flow and a tool of the shop's own, from the files that the documentation prints, talked to in words it does not have."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import get_args

import pytest
import pytest_asyncio

from channels.testing import by_day
from dialogue.build import Config, Platform, build
from dialogue.understanding import intents
from dialogue.understanding.understander import FITTING
from knowledge.schema import Order
from knowledge.types import Lang
from tests.dialogue.own_shop import Guest, lay_files, said
from tools.base import Identity, ToolCall

Meet = Callable[[Lang], Awaitable[Guest]]
CUSTOMERS: dict[Lang, str] = {"zh": "C1001", "en": "C1002"}


def pending(lang: Lang) -> str:
    return f"D{CUSTOMERS[lang][1:]}000001"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    data = tmp_path_factory.mktemp("own") / "data"
    lay_files(data)
    platform = await build(Config(data=data, demo_scale=0.02, clock=by_day()))
    yield platform
    await platform.close()


pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(
    ("lang", "wish"),
    [
        ("zh", "键盘按键失灵了，还在保修期内，帮我处理"),
        ("zh", "我买的耳机想走一下保修流程"),
        ("zh", "申请一下产品保修"),
        ("en", "I'd like to make a warranty claim"),
        ("en", "the laptop stopped working, please start a warranty repair"),
        ("en", "can you fix my keyboard under warranty"),
    ],
)
async def test_other_words_than_its_examples_start_the_flow(platform: Platform, lang: Lang, wish: str) -> None:
    turn = await Guest(platform, CUSTOMERS[lang], lang).says(wish)
    assert turn.understanding is not None
    assert turn.understanding.intents[0].intent == "warranty_claim"
    assert turn.replies[-1].type in {"choices", "text"}


@pytest.mark.parametrize(
    ("lang", "other", "intent"),
    [
        ("zh", "保修多久", "ask_knowledge"),
        ("zh", "收到的杯子碎了", "report_problem"),
        ("zh", "我要退货", "return_items"),
        ("en", "how long is the warranty", "ask_knowledge"),
        ("en", "the mug arrived broken", "report_problem"),
        ("en", "I want to return my headphones", "return_items"),
    ],
)
async def test_its_neighbours_keep_what_is_theirs(platform: Platform, lang: Lang, other: str, intent: str) -> None:
    turn = await Guest(platform, CUSTOMERS[lang], lang).says(other)
    assert turn.understanding is not None
    assert turn.understanding.intents[0].intent == intent


CLAIMS: dict[Lang, tuple[str, ...]] = {
    "zh": ("我要办一下保修，订单 D1001000003", "不对，是订单 D1001000005", "保修多久？", "鞋底开胶了", "电话"),
    "en": ("please open a warranty claim for order D1002000003", "no, order D1002000005", "how long is the warranty?",
           "the seam came apart", "by phone"),
}  # fmt: skip


@pytest.mark.parametrize("lang", get_args(Lang))
async def test_a_correction_and_a_question_in_between_change_and_keep_what_they_should(
    platform: Platform, lang: Lang
) -> None:
    guest = Guest(platform, CUSTOMERS[lang], lang)
    wish, correction, aside, fault, contact = CLAIMS[lang]
    asked = await guest.says(wish)
    assert {"zh": "请描述一下故障。", "en": "Please describe what is wrong with it."}[lang] in said(asked)
    assert {"zh": "请描述一下故障。", "en": "Please describe what is wrong with it."}[lang] in said(
        await guest.says(correction)
    )
    answered = await guest.says(aside)
    assert "citation" in {reply.type for reply in answered.replies}
    assert {"zh": "请描述一下故障。", "en": "Please describe what is wrong with it."}[lang] in said(answered)
    assert {"zh": "怎么联系您？", "en": "How shall we reach you?"}[lang] in said(await guest.says(fault))
    done = await guest.says(contact)
    assert (done.handled_by, done.ticket is not None and done.ticket.queue) == ("queue", "warranty")
    assert f"D{CUSTOMERS[lang][1:]}000005" in said(done)
    assert fault in said(done)


NOTES: dict[Lang, tuple[str, str, str]] = {
    "zh": (f"麻烦跟快递小哥说一声，订单{pending('zh')}", "请放在前台", "确认"),
    "en": (f"can I leave the driver a message for order {pending('en')}", "please ring twice", "yes please"),
}


@pytest.mark.parametrize("lang", get_args(Lang))
async def test_a_tool_of_ones_own_acts_once_after_a_yes_and_leaves_a_receipt(platform: Platform, lang: Lang) -> None:
    guest = Guest(platform, CUSTOMERS[lang], lang)
    wish, note, yes = NOTES[lang]
    await guest.says(wish)
    asked = await guest.says(note)
    assert (asked.actions[-1].tool, asked.actions[-1].status) == ("add_note", "needs_confirmation")
    assert await note_of(platform, pending(lang)) == ""
    done = await guest.says(yes)
    assert (done.actions[-1].status, note in said(done)) == ("ok", True)
    assert done.actions[-1].receipt is not None
    assert await note_of(platform, pending(lang)) == note


async def note_of(platform: Platform, order_id: str) -> str:
    async with platform.database.read() as session:
        order = await session.get(Order, order_id)
    assert order is not None
    return order.note


@pytest.mark.parametrize("lang", get_args(Lang))
async def test_its_refusal_is_said_in_the_flows_words(platform: Platform, lang: Lang) -> None:
    guest = Guest(platform, CUSTOMERS[lang], lang)
    shipped = f"D{CUSTOMERS[lang][1:]}000004"
    await guest.says(
        {"zh": f"给快递员留个言，订单{shipped}", "en": f"add a note for the courier of order {shipped}"}[lang]
    )
    turn = await guest.says({"zh": "放门口就行", "en": "leave it at the door"}[lang])
    assert {"zh": "订单已经寄出", "en": "That order has left already"}[lang] in said(turn)


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        (Identity("shopper", subject="v"), "identify_first"),
        (Identity("merchant", subject="m", customer_id="C1001"), "not_allowed"),
        (Identity("shopper", subject="C1002", customer_id="C1002"), "order_not_found"),
    ],
)
async def test_the_executor_guards_it_like_every_other_tool(platform: Platform, identity: Identity, code: str) -> None:
    call = ToolCall("add_note", {"order_id": pending("zh"), "note": "mine now"})
    outcome = await platform.executor.call(call, identity, idempotency_key="k")
    assert (outcome.status, outcome.code) == ("refused", code)


async def test_only_a_changed_flow_is_learnt_again_and_then_with_progress(
    platform: Platform, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(intents, "LANDMARKS", 200)  # how well it is learnt is not looked at here
    config = Config(data=platform.config.data)
    told: list[str] = []

    async def start() -> list[str]:
        told.clear()
        again = await build(config, progress=lambda what, _share: told.append(what))
        await again.close()
        return told

    assert FITTING not in await start()
    path = Path(config.data) / "flows" / "note.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("跟快递员说一声]", "跟快递员说一声, 写个配送备注]"), encoding="utf-8"
    )
    with caplog.at_level(logging.INFO):
        assert FITTING in await start()
    assert FITTING not in await start()
