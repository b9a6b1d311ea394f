"""A merchant changes what the bot says, in words; the next shopper hears it; in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dialogue.commands import Affirm, ChitChat, Choose, Provide, StartFlow
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.turn import Turn
from knowledge.db import Database
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, choices, small_shop, words
from tools.base import Identity

OWNER = Identity("merchant", subject="owner")
EMMA = Identity("shopper", subject="C1", customer_id="C1")


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> Lang:
    """Each language."""
    chosen: Lang = request.param
    return chosen


@pytest_asyncio.fixture
async def owner(database: Database, lang: Lang) -> AsyncIterator[Talk]:
    """The shop's owner, in a conversation."""
    await small_shop(database)
    understander = ScriptedUnderstander({}, lang)
    conversations = await assemble(database, understander)
    talk = Talk(conversations, understander, database, OWNER)
    await talk.open(lang)
    yield talk
    await conversations.executor.close()


async def wants(talk: Talk, flow: str, said: str) -> Turn:
    """Say it; where several texts fit, take the first."""
    turn = await talk.say(said, StartFlow(flow=flow, text=said))
    if len(choices(turn)) > 2:
        return await talk.say("the first", Choose(indexes=(0,)))
    return turn


async def shopper_of(talk: Talk, lang: Lang) -> Talk:
    shopper = Talk(talk.conversations, talk.understander, talk.database, EMMA)
    await shopper.open(lang)
    return shopper


async def test_what_a_merchant_has_changed_is_said_to_the_next_shopper_with_its_receipt(
    owner: Talk, lang: Lang
) -> None:
    said = {
        "zh": "把取消订单成功后你说的话改成：好的亲，订单 {订单号} 不发了。{退款}",
        "en": "change what you say once cancelling your order is done to: Fine, we stop order {order_id}.{refunds}",
    }[lang]
    asked = await wants(owner, "change_text", said)
    assert "→" in words(asked)
    told = words(await owner.say("yes", Affirm()))
    assert {"zh": "话术已修改", "en": "words are changed"}[lang] in told
    shopper = await shopper_of(owner, lang)
    order = entity("order_ref", "D1002", id="D1002")
    await shopper.say("cancel D1002", StartFlow(flow="cancel_order", text="cancel D1002", entities=(order,)))
    done = await shopper.say("yes", Affirm())
    assert {"zh": "好的亲，订单 D1002 不发了。", "en": "Fine, we stop order D1002."}[lang] in words(done)
    assert any(action.receipt for action in done.actions)


async def test_without_new_words_they_are_asked_for_with_what_is_said_now(owner: Talk, lang: Lang) -> None:
    said = {"zh": "改一下顾客道谢时的回复", "en": "change the reply when they say thanks"}[lang]
    asked = await wants(owner, "change_text", said)
    assert {"zh": "不客气", "en": "You're welcome"}[lang] in words(asked)
    new = {"zh": "中文：不用谢！ 英文：Any time!", "en": "English: Any time! Chinese: 不用谢！"}[lang]
    shown = words(await owner.say(new, Provide(text=new)))
    assert "不用谢！" in shown
    assert "Any time!" in shown
    await owner.say("yes", Affirm())
    shopper = await shopper_of(owner, lang)
    heard = words(await shopper.say("thanks", ChitChat(topic="thanks")))
    assert heard == {"zh": "不用谢！", "en": "Any time!"}[lang]


async def test_words_that_claim_an_effect_are_refused_with_the_reason(owner: Talk, lang: Lang) -> None:
    said = {
        "zh": "把顾客道谢时的回复改成：您的退款已到账",
        "en": "change the reply when they say thanks to: Your refund was paid.",
    }[lang]
    told = words(await wants(owner, "change_text", said))
    assert {"zh": "回执", "en": "receipt"}[lang] in told


async def test_what_the_bot_says_is_shown_though_it_would_claim_an_effect(owner: Talk, lang: Lang) -> None:
    said = {"zh": "退货成功时你怎么说", "en": "what do you say once your return is done and submitted"}[lang]
    told = await wants(owner, "show_text", said)
    assert {"zh": "已为您提交退货申请（{退货单号}）", "en": "I've requested the return {return_id}"}[lang] in words(
        told
    )


async def test_the_standard_words_are_restored(owner: Talk, lang: Lang) -> None:
    quoted = {"zh": "“不客气，还有需要”", "en": "“You're welcome. I'm here”"}[lang]
    said = {"zh": f"{quoted}那句恢复默认", "en": f"go back to the standard words of {quoted}"}[lang]
    assert {"zh": "默认说法", "en": "standard words already"}[lang] in words(await wants(owner, "restore_text", said))
    new = {"zh": "把顾客道谢时的回复改成：不用谢！", "en": "change the reply when they say thanks to: Any time!"}[lang]
    await wants(owner, "change_text", new)
    await owner.say("yes", Affirm())
    assert "→" in words(await wants(owner, "restore_text", said))
    assert {"zh": "已恢复默认话术", "en": "standard words are back"}[lang] in words(await owner.say("yes", Affirm()))


async def test_a_text_that_there_is_not_is_said_to_be_none(owner: Talk) -> None:
    told = words(await wants(owner, "change_text", "？？？"))
    assert told
    assert "→" not in told
