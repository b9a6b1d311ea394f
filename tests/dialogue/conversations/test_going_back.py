"""Turning back to what was asked for before without saying it again, by pointing at it or by refusing what came after."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, exchanged, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
    talk(
        "the-size-that-was-said-first",
        "en",
        EMMA,
        says("exchange the jeans for size 30", asks="consent"),
        says("make it a 29", shows="blue, 29", asks="consent"),
        says("Hm. Actually the first size I gave you was the right one", shows="blue, 30", asks="consent"),
        says("yes", did="exchange_items"),
        rows=exchanged("D1002000005", {"JE001-BLU-28": "JE001-BLU-30"}),
    ),
    talk(
        "the-size-that-was-said-first",
        "zh",
        WANG,
        says("板鞋换43码", asks="consent"),
        says("改成41的吧", shows="41", asks="consent"),
        says("唉，还是照我开头说的来", shows="43", asks="consent"),
    ),
    talk(
        "back-and-forth-and-back",
        "en",
        EMMA,
        says("exchange the jeans for size 30", asks="consent"),
        says("29 would be better, 29", shows="blue, 29", asks="consent"),
        says("put it back how it was", shows="blue, 30", asks="consent"),
        says("no, not 30", shows="blue, 29", asks="consent"),
    ),
    talk(
        "the-value-that-came-after-is-refused",
        "en",
        EMMA,
        says("pay the dress order by alipay", shows="Alipay", asks="consent"),
        says("paypal instead", shows="your PayPal", asks="consent"),
        says("oh no, not paypal", shows="your Alipay", asks="consent"),
    ),
    talk(
        "the-value-that-came-after-is-refused",
        "zh",
        WANG,
        says("双肩包退货，不想要了，退支付宝", shows="支付宝", asks="consent"),
        says("改退礼品卡", shows="礼品卡", asks="consent"),
        says("不要礼品卡了", shows="支付宝", asks="consent"),
    ),
    talk(
        "goods-that-are-only-pointed-to",
        "en",
        EMMA,
        says("cancel the keyboard order", shows="D1002000003", asks="consent"),
        says("actually make that the dress order", shows="D1002000001", asks="consent"),
        says("hm no, not the dress, it has to be the other one", shows="D1002000003", asks="consent"),
    ),
    talk(
        "the-procedure-that-was-given-up",
        "en",
        EMMA,
        says("return the jeans, too big, refund to my mastercard", asks="consent"),
        says("hm, swap them for a 27 instead", shows="blue, 27", asks="consent"),
        says("Sorry, my first plan was better", shows=("Return", "Mastercard"), asks="consent"),
    ),
    talk(
        "what-was-stopped",
        "zh",
        WANG,
        says("双肩包申请价保", shows="D1001000008", asks="consent"),
        says("先不弄了", hides="确认"),
        says("嗯还是照刚才说的办吧", shows="D1001000008", asks="consent"),
    ),
    talk(
        "what-holds-is-only-told-of",
        "en",
        EMMA,
        says("exchange the jeans for size 30", asks="consent"),
        says("29", shows="blue, 29", asks="consent"),
        says("29 is for skinny people. the original one please", shows="blue, 30", asks="consent"),
    ),
    talk(
        "the-card-without-its-name",
        "en",
        EMMA,
        says("return the sweater from D1002000006, changed my mind, to my mastercard", asks="consent"),
        says("gift card", shows="gift card", asks="consent"),
        says("hm. card is better", shows="Mastercard", asks="consent"),
    ),
    talk(
        "goods-by-their-colour-as-at-first",
        "zh",
        WANG,
        says("取消灰色卫衣那单", shows="D1001000001", asks="consent"),
        says("改成取消键盘吧", shows="D1001000003", asks="consent"),
        says("键盘不动，还是按开头说的把灰的取消", shows="D1001000001", asks="consent"),
    ),
    talk(
        "it-would-not-do",
        "en",
        EMMA,
        says("exchange the jeans for size 30", asks="consent"),
        says("29", shows="blue, 29", asks="consent"),
        says("ah no, the 29 would slip. go back please", shows="blue, 30", asks="consent"),
    ),
    talk(
        "through-with-it-after-all",
        "en",
        EMMA,
        says("cancel the keyboard order", asks="consent"),
        says("stop, leave it", shows="stopped"),
        says("hm no, go through with it after all", shows="D1002000003", asks="consent"),
    ),
    # What is not so.
    talk(
        "what-holds-is-wanted-as-it-was-said",
        "en",
        EMMA,
        says("exchange the jeans for size 30", asks="consent"),
        says("29 instead", shows="blue, 29", asks="consent"),
        says("29 it is, as I said before", shows="blue, 29", hides="blue, 30", asks="consent"),
    ),
    talk(
        "what-one-has-stays-as-it-was",
        "en",
        EMMA,
        says("exchange the jeans for size 30", asks="consent"),
        says("29 instead", asks="consent"),
        says("no, leave them as they were", shows="stopped"),
    ),
    talk(
        "the-request-itself-is-called-off",
        "zh",
        WANG,
        says("板鞋换43码", asks="consent"),
        says("改41码", asks="consent"),
        says("不换了，照旧穿着吧", shows="不办了"),
    ),
    talk(
        "a-third-value-beside-the-refusal",
        "en",
        EMMA,
        says("exchange the jeans for size 30", asks="consent"),
        says("29 instead", asks="consent"),
        says("not a 29 but a 27", shows="blue, 27", asks="consent"),
    ),
    talk(
        "a-complaint-that-was-said-before",
        "en",
        EMMA,
        says("cancel the keyboard order", asks="consent"),
        says("stop, leave it", shows="stopped"),
        says("as I said before, one of the mugs came broken", shows="What would you like", hides="D1002000003"),
    ),
)  # fmt: skip


@each(TALKS)
async def test_going_back(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
