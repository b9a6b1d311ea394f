"""What is called off of what runs and waits: all of it, one wish, some goods; and what only sounds like it."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, cancelled, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
    talk(
        "goods-stay-and-the-rest-goes",
        "en",
        EMMA,
        says(
            "return everything from order D1002000006, changed my mind, refund to mastercard",
            shows="Mug",
            asks="consent",
        ),
        says("my flatmate has claimed the mugs, so only the rest", shows="Sweater", hides="Mug", asks="consent"),
        repair="partial_cancel",
    ),
    talk(
        "goods-stay-and-the-rest-goes",
        "zh",
        WANG,
        says("D1001000006整单都退，不想要了，退信用卡", shows="T恤", asks="consent"),
        says("T恤我弟看上了，留下，其他照退", hides="T恤", asks="consent"),
        repair="partial_cancel",
    ),
    talk(
        "one-goes-and-the-others-stay",
        "zh",
        WANG,
        says("D1001000006这单我想退点东西", asks="choice"),
        says("第二个退掉，其他的不退", offers="4242"),
    ),
    talk(
        "what-is-not-sent-back-is-said-last",
        "zh",
        WANG,
        says("D1001000006整单都退，不想要了，退信用卡", shows="T恤", asks="consent"),
        says("抱歉没讲明白，就退卫衣跟保温杯好了，T恤我不退的", shows="保温杯", hides="T恤", asks="consent"),
        repair="partial_cancel",
    ),
    talk(
        "one-of-two-orders-goes",
        "zh",
        WANG,
        says("取消灰色卫衣那单，再把键盘那单也取消", shows="D1001000001", asks="consent"),
        says("卫衣过两天要穿，给我正常发吧，键盘照取消", shows="D1001000003", asks="consent"),
        says("确认", did="cancel_order"),
        repair="partial_cancel",
        rows=cancelled("D1001000003", refund="pm_C1001_1", minor=33900),
    ),
    talk(
        "the-second-of-two-orders-goes",
        "en",
        EMMA,
        says("cancel the dress order and also cancel the keyboard order", shows="D1002000001", asks="consent"),
        says("actually I still want the dress so just do the second one", shows="D1002000003", asks="consent"),
        repair="partial_cancel",
    ),
    talk(
        "the-one-behind-is-dropped",
        "zh",
        WANG,
        says("键盘那单取消掉。另外给板鞋开张发票", shows="D1001000003", asks="consent"),
        says("后面那个发票别开了", shows="D1001000003", asks="consent"),
        repair="partial_cancel",
    ),
    talk(
        "goods-are-put-right-in-two-words",
        "en",
        EMMA,
        says("cancel the dress order", shows="D1002000001", asks="consent"),
        says("not the dress!! keyboard", shows="D1002000003", asks="consent"),
        repair="correction",
    ),
    talk(
        "the-address-stays",
        "zh",
        WANG,
        says("键盘那单改一下收货地址", shows="地址"),
        says("不改了，用原来的地址", asks="nothing"),
        repair="cancel",
    ),
    talk(
        "neither-is-done",
        "en",
        EMMA,
        says("cancel the keyboard order and return the headphones", shows="D1002000003", asks="consent"),
        says("both can stay with me, nothing needs doing", asks="nothing"),
        repair="cancel",
    ),
    talk(
        "neither-is-done",
        "zh",
        WANG,
        says("取消键盘那单，再帮我退双肩包", shows="D1001000003", asks="consent"),
        says("键盘跟双肩包我都想留着，啥也不用办了", asks="nothing"),
        repair="cancel",
    ),
    talk(
        "what-is-kept-where-it-is",
        "en",
        EMMA,
        says("I want to change how the dress order is paid", asks="choice"),
        says("no wait, it can stay on the mastercard", asks="nothing"),
        repair="cancel",
    ),
    talk(
        "where-the-money-goes-calls-nothing-off",
        "en",
        EMMA,
        says("I want to return the headphones, changed my mind", asks="choice"),
        says("leave it on the mastercard", shows="Headphones", asks="consent"),
    ),
    talk(
        "impatience-calls-nothing-off",
        "zh",
        WANG,
        says("我要退双肩包，不想要了", asks="choice"),
        says("别磨蹭了快退，退支付宝", shows="双肩包", asks="consent"),
    ),
)


@each(TALKS)
async def test_calling_off(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
