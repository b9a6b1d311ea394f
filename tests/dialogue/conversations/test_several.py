"""Several things in one message, and what is wanted only where another thing comes to nothing."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, cancelled, exchanged, returned, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
    talk(
        "sounds-part-no-condition-from-its-wish",
        "en",
        EMMA,
        says(
            "mugs from D1002000006, price match them please, and if not, hmm, well, send them back",
            shows="Where should the refund go",
        ),
    ),
    talk(
        "sounds-part-no-condition-from-its-wish",
        "zh",
        WANG,
        says("键盘还能取消不 能就取消 不能的话…额 那就退掉", asks="consent", shows="取消订单 D1001000003"),
    ),
    talk(
        "too-late-is-no-reason-but-a-condition",
        "en",
        EMMA,
        says(
            "am i too late to cancel the headphones? if so return them, money to mastercard",
            shows="D1002000008",
            hides="late",
            asks="consent",
        ),
    ),
    talk(
        "no-such-colour-is-a-condition",
        "zh",
        WANG,
        says("灰卫衣D1001000001改酒红 缺酒红…那就藏青", shows="藏青色", asks="consent"),
    ),
    talk(
        "what-goods-shall-become-beside-another-wish",
        "en",
        EMMA,
        says("the 28 jeans for a 27, and where's my spkr", shows="27", asks="consent"),
        says("yes", did="exchange_items", shows="D1002000004"),
        rows=exchanged("D1002000005", {"JE001-BLU-28": "JE001-BLU-27"}),
    ),
    talk(
        "whether-it-has-moved-is-asked-of-what-was-named",
        "en",
        EMMA,
        says(
            "the speaker, has it budged? then the kb, cancel that", shows=("D1002000004", "D1002000003"), asks="consent"
        ),
    ),
    talk(
        "whether-it-has-moved-is-asked-of-what-was-named",
        "zh",
        WANG,
        says("先说耳机，有动静没，再就是键盘，取消", shows=("D1001000004", "D1001000003"), asks="consent"),
    ),
    talk(
        "where-the-refund-goes-stays-with-the-return",
        "zh",
        WANG,
        says("双肩包退货 不想要了 退款到支付宝 接着板鞋太大 换41的", shows="双肩包", asks="consent"),
        says("确认", did="return_items", shows="41"),
        rows=returned("D1001000008", "BP001-BLK-25L", refund="pm_C1001_1", minor=23900, reason="changed_mind"),
    ),
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
    talk(
        "a-second-choice-is-not-taken-while-the-first-is-there",
        "zh",
        WANG,
        says("那件灰色卫衣D1001000001能换成藏青的不？要是藏青卖完了黑的也可以", shows="藏青", hides="黑"),
        says("先不换了"),
    ),
    talk(
        "a-second-choice-is-not-taken-while-the-first-is-there",
        "en",
        EMMA,
        says(
            "Please, I want my dress (D1002000001) in black, and only if black is not there I take the green",
            shows="becomes black",
            hides="cancel",
        ),
        says("leave it as it is"),
    ),
    talk(
        "each-with-its-own-goods-though-the-whole-sounds-like-one-wish",
        "en",
        EMMA,
        says("what coupons are on my account? oh and the dress order, put that on my paypal", shows="PayPal"),
        says("no thanks"),
    ),
    talk(
        "what-is-announced-and-then-said-is-one-wish",
        "zh",
        WANG,
        says("我要换鞋也要退包，板鞋换41的，双肩包不想要了，退款给支付宝就好", shows="41", hides="双肩包"),
        says("先不换了"),
    ),
    talk(
        "the-same-with-other-goods",
        "en",
        EMMA,
        says("could you cancel my order for the dress, and do the same with the keyboard?", shows="D1002000001"),
        says("yes", did="cancel_order", shows="D1002000003"),
        rows=cancelled("D1002000001", refund="pm_C1002_1", minor=24900),
    ),
    talk(
        "goods-that-one-verb-and-one-way-of-payment-hold-for",
        "en",
        EMMA,
        says(
            "Return Sweater and Mug and Bedding Set of #D1002000006 via mastercard.",
            shows=("Sweater", "Mug", "Bedding", "Mastercard"),
            asks="consent",
        ),
    ),
    talk(
        "goods-described-in-brackets-beside-others",
        "en",
        EMMA,
        says(
            "exchange the sweater (cream, M) for one with L, and the Bedding Set (beige, size queen, pattern none) for one in king, mastercard",
            shows=("cream, L", "beige, king"),
            asks="consent",
        ),
    ),
)


@each(TALKS)
async def test_several(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
