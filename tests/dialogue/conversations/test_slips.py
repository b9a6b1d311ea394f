"""How people type: misspelt, cut short, with something put in between, or with a question that cannot be answered."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, VISITOR, WANG, Talk, cancelled, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
    talk(
        "traditional-characters",
        "zh",
        WANG,
        says("取消灰色衛衣那筆訂單", shows="D1001000001", asks="consent"),
        says("欸我講錯了啦，是要取消鍵盤那筆，衛衣不要取消", shows="D1001000003", asks="consent"),
        says("好的", did="cancel_order"),
        repair="correction",
        rows=cancelled("D1001000003", refund="pm_C1001_1", minor=33900),
    ),
    talk(
        "characters-of-the-same-sound",
        "zh",
        WANG,
        says("健盘那单给我曲消了吧", shows="D1001000003", asks="consent"),
        says("先不了。双肩包腿掉，不想要了，退支付宝", shows="双肩包", asks="consent"),
    ),
    talk(
        "an-answer-with-a-question-beside-it",
        "en",
        EMMA,
        says("return the sweater from D1002000006, changed my mind", shows="refund go"),
        says("how many days until I have it? and put it on the mastercard", shows=("7 days", "Shall I go ahead")),
    ),
    talk(
        "an-answer-with-a-question-beside-it",
        "zh",
        WANG,
        says("双肩包退货，不想要了", shows="退到哪里"),
        says("退支付宝吧。对了几天能到账？", shows=("7", "确认退货吗")),
    ),
    talk(
        "another-value-with-a-question-beside-it",
        "en",
        EMMA,
        says("return the sweater from D1002000006, changed my mind, to my gift card", asks="consent"),
        says(
            "hm, rather the mastercard please. how long will that take?", shows=("7 days", "Mastercard"), asks="consent"
        ),
    ),
    talk(
        "another-value-with-a-question-beside-it",
        "zh",
        WANG,
        says("双肩包退货，不想要了，退礼品卡", asks="consent"),
        says("还是退支付宝吧，几天能到账？", shows=("7", "支付宝"), asks="consent"),
    ),
    talk(
        "who-is-it-that-answers",
        "en",
        EMMA,
        says("I need an invoice for D1002000005", shows="company"),
        says("is this a real person I'm chatting with?", shows="company", hides="queue"),
    ),
    talk(
        "who-is-it-that-answers",
        "zh",
        WANG,
        says("给D1001000003开发票", shows="公司"),
        says("我这是在跟人说话还是跟机器人说话", shows="公司", hides="排在"),
    ),
    talk(
        "a-coupon-by-what-it-is-for",
        "en",
        EMMA,
        says("I'd like to claim a coupon", shows="Which coupon"),
        says("whichever works on clothes", shows="I've claimed", did="claim_coupon"),
        rows={"coupongrant": [{"coupon_code": "STYLE40", "customer_id": EMMA}]},
    ),
    talk(
        "misspelt",
        "en",
        EMMA,
        says("where's my parecl", shows="D1002000004"),
        says("microawve safe, the insulated bottle?", shows="Not for the microwave"),
        says("please trade my blue jeans for size 27", shows="Shall I go ahead"),
        says("fogret the swap, I'd sooner have my money back", shows="refund go"),
    ),
    talk(
        "misspelt",
        "zh",
        WANG,
        says("耳机的快di到哪了", shows="嘉兴"),
        says("那个保温杯买过滴人都咋说", shows="条评价"),
        says("卫衣那单取销吧", asks="consent"),
        says("确认", did="cancel_order"),
        rows=cancelled("D1001000001", refund="pm_C1001_1", minor=18900),
    ),
    talk(
        "what-cannot-be-answered-is-let-go",
        "zh",
        VISITOR,
        says("我在乌鲁木齐，我的东西发出来几天能到", shows="核实身份"),
        says("这个我说不上来", shows="核实身份"),
        says("新疆这边收货要等多久", shows="6 到 8 天", hides="核实身份"),
    ),
    talk(
        "what-cannot-be-answered-is-let-go",
        "en",
        VISITOR,
        says("I want to return the shoes I bought", shows="who you are"),
        says("no clue, sorry", shows="who you are"),
        says("by the way, what do you charge for shipping?", shows=("¥8", "who you are")),
        says("I'm after a backpack for the daily commute", shows="Backpack", hides="who you are"),
    ),
    talk(
        "a-pause-is-no-no",
        "en",
        EMMA,
        says("swap my sweater for an L", shows="Shall I go ahead"),
        says("wait, how long do exchanges take?", shows=("48 hours", "Shall I go ahead"), hides="won't do that"),
    ),
    talk(
        "a-pause-is-no-no",
        "zh",
        WANG,
        says("灰卫衣不要了，没发就取消吧", shows="确认取消吗"),
        says("等下，先帮我看一眼耳机的快递", shows=("嘉兴", "确认取消吗")),
    ),
    talk(
        "more-goods-for-an-order",
        "en",
        EMMA,
        says("add one more candle to D1002000002 please", shows="place another order"),
        says("I'd like an extra candle in the order that I placed last night", shows="place another order"),
    ),
    talk("more-goods-for-an-order", "zh", WANG, says("D1001000002帮我多加一件白T", shows="另外下单")),
    talk("a-number-before-goods", "zh", VISITOR, says("750的保温杯有货吗", shows="750ml", hides="350ml")),
    talk("missing-from-the-parcel", "en", EMMA, says("one mug of my two wasn't in the parcel", shows="sorry")),
    talk(
        "markup-chooses-nothing",
        "en",
        EMMA,
        says("I want to cancel an order", asks="choice"),
        says("<script>alert(1)</script>", shows="can't help", hides="Shall I go ahead"),
    ),
    talk("paid-back", "en", EMMA, says("have you paid me back for D1002000010?", shows="paid back")),
)


@each(TALKS)
async def test_slips(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
