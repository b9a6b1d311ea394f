"""Several things in one message, and what is wanted only where another thing comes to nothing."""

from __future__ import annotations

from pathlib import Path

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, cancelled, says, talk

TALKS = (
    talk(
        "each-with-its-own-goods",
        "en",
        EMMA,
        says("cancel the keyboard + where's my speaker", shows="Shall I go ahead", hides="D1002000004"),
        says("yes", did="cancel_order", shows="D1002000004"),
        rows=cancelled("D1002000003", refund="pm_C1002_1", minor=33900),
    ),
    talk(
        "each-with-its-own-goods",
        "zh",
        WANG,
        says("卫衣取消掉，耳机的快递帮我催催", asks="consent"),
        says("确认", did="cancel_order", shows="嘉兴"),
        rows=cancelled("D1001000001", refund="pm_C1001_1", minor=18900),
    ),
    talk(
        "the-other-way-is-not-gone-as-well",
        "en",
        EMMA,
        says("the keyboard: cancel it, or return it if that can't be done any more", shows="Shall I go ahead"),
        says("yes", did="cancel_order", hides="refund go"),
        rows=cancelled("D1002000003", refund="pm_C1002_1", minor=33900),
    ),
    talk(
        "things-numbered-in-a-list",
        "zh",
        WANG,
        says("1.卫衣取消 2.耳机到哪了", asks="consent"),
        says("确认", did="cancel_order", shows="嘉兴"),
        rows=cancelled("D1001000001", refund="pm_C1001_1", minor=18900),
    ),
    talk(
        "what-is-wanted-first-is-done-though-it-is-said-last",
        "en",
        EMMA,
        says("return the keyboard if it's been sent out, but if it hasn't just cancel it", shows="Shall I go ahead"),
        says("yes", did="cancel_order", hides="refund go"),
        rows=cancelled("D1002000003", refund="pm_C1002_1", minor=33900),
    ),
    talk(
        "what-is-wanted-first-is-done-though-it-is-said-last",
        "zh",
        WANG,
        says("键盘发了就退，没发就取消", asks="consent"),
        says("确认", did="cancel_order", hides="退到"),
        rows=cancelled("D1001000003", refund="pm_C1001_1", minor=33900),
    ),
    talk(
        "the-other-way-is-gone-where-the-first-is-closed",
        "zh",
        WANG,
        says("D1001000001帮我价保，价保不了的话取消", shows="确认取消吗"),
        says("确认", did="cancel_order"),
        rows=cancelled("D1001000001", refund="pm_C1001_1", minor=18900),
    ),
)


@each(TALKS)
async def test_several(talk: Talk, shop: Path) -> None:
    await hold(talk, shop)
