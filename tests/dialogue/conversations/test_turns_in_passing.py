"""Turns that do two things in passing: a value with a question beside it, a choice with the other one refused, goods named once for several wishes."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, LI, WANG, Talk, cancelled, says, talk
from tests.dialogue.conversations.shop import Stage

_UNLOVED = says("双肩包退货，不喜欢，退支付宝", asks="consent")
_CAME_UNGLUED = says("板鞋开胶了", offers=("退货退款", "换货"))
TALKS = (
    talk(
        "a-value-and-who-pays",
        "zh",
        WANG,
        says("我要退双肩包，不想要了", asks="choice"),
        says("退到礼品卡吧，顺便问下寄回来的运费谁出", shows="礼品卡", asks="consent", kind="citation"),
    ),
    talk(
        "a-value-and-who-pays",
        "en",
        WANG,
        says("I want to return the backpack, I don't want it any more", asks="choice"),
        says("alipay please, and who pays for posting it back", shows="Alipay", asks="consent", kind="citation"),
    ),
    talk(
        "one-choice-and-not-the-other",
        "zh",
        WANG,
        _CAME_UNGLUED,
        says("换货就算了，退钱吧", shows="退款退到哪里", offers="支付宝"),
    ),
    talk(
        "the-other-choice-with-its-size",
        "zh",
        WANG,
        _CAME_UNGLUED,
        says("别退了，给我换双41的", shows="白色 / 41", asks="consent"),
    ),
    talk(
        "one-choice-and-not-the-other",
        "en",
        WANG,
        says("the backpack's zip broke", offers=("Return it", "Exchange it")),
        says(
            "I don't want an exchange, the next one would break too, just give me my money back",
            shows="Where should the refund go?",
        ),
    ),
    talk(
        "the-reason-is-put-right",
        "zh",
        WANG,
        _UNLOVED,
        says("等等，我不是不喜欢，是拉链坏了", shows="D1001000008", asks="consent"),
        says("确认", did="return_items"),
        rows={"return": [{"order_id": "D1001000008", "reason": "defective"}], "returnline": [{}], "refund": [{}], "order": [{}]},
    ),
    talk(
        "other-goods-are-faulty-too",
        "zh",
        WANG,
        _UNLOVED,
        says("等下，我那台灯也坏了", offers=("退货退款", "换货")),
    ),
    talk(
        "a-picture-parts-clauses",
        "zh",
        LI,
        says("D1003000003的半身裙换成M码", shows="M码", asks="consent"),
        says("最近吃太多了😭 要不换L吧?", shows="L码", asks="consent"),
    ),
    talk(
        "a-colleague-takes-it-in",
        "zh",
        WANG,
        says("键盘那单改一下收货地址", asks="choice"),
        says("算了不改了，我让同事帮我签收", shows="没有做任何改动", asks="nothing"),
    ),
    talk(
        "goods-named-once-for-two-wishes",
        "zh",
        WANG,
        says("鞋和包都想处理一下 板鞋换41 双肩包退掉", shows=("D1001000005", "白色 / 41"), hides="双肩包", asks="consent"),
    ),
    talk(
        "what-is-told-of-the-second-choice",
        "zh",
        WANG,
        says("取消板鞋那单，取消不了的话就退货 不喜欢 退到礼品卡", shows=("D1001000005", "礼品卡"), asks="consent"),
    ),
    talk(
        "another-colour-of-goods-asked-about",
        "zh",
        WANG,
        says("我那件灰卫衣还没发吧？想换个酒红的，酒红没货就给我黑的", shows=("灰色 / L码", "改为 黑色 / L码"), asks="consent"),
    ),
    talk(
        "is-there-one-in-black",
        "zh",
        WANG,
        says("帮我查下耳机快递～再问下女士高领羊毛毛衣，黑色m还有没有", shows=("SF926919031676", "黑色 / M码 有货")),
    ),
    talk(
        "is-there-one-in-black",
        "en",
        EMMA,
        says("is the women's wool turtleneck sweater available in black, M", shows="in black, M is in stock"),
    ),
    talk(
        "what-was-stopped-goes-on",
        "zh",
        WANG,
        says("双肩包价保", asks="consent"),
        says("先不申请了", shows="没有做任何改动"),
        says("算了还是申请吧", shows="D1001000008", asks="consent"),
    ),
    talk(
        "what-was-stopped-stays-so",
        "zh",
        WANG,
        says("双肩包价保", asks="consent"),
        says("先不申请了", shows="没有做任何改动"),
        says("算了不用了", asks="nothing"),
    ),
    talk(
        "the-value-that-was-said-first",
        "zh",
        WANG,
        says("板鞋换成41码", shows="白色 / 41", asks="consent"),
        says("等等，别换41了，给我换成43", shows="白色 / 43", asks="consent"),
        says("弄错了，43是我爸的码，我那双还按刚才的41换", shows="白色 / 41", asks="consent"),
    ),
    talk(
        "none-of-the-values-that-were-said",
        "zh",
        WANG,
        says("板鞋换成41码", shows="白色 / 41", asks="consent"),
        says("等等，别换41了，给我换成43", shows="白色 / 43", asks="consent"),
        says("算了，都不换了，我穿42挺合适", shows="没有做任何改动"),
    ),
    talk(
        "a-size-smaller-than-what-one-wears",
        "zh",
        WANG,
        says("板鞋想换货", asks="choice"),
        says("要比现在这双小一个码的", shows="白色 / 41", asks="consent"),
    ),
    talk(
        "another-order-likewise",
        "zh",
        WANG,
        says("键盘那单帮我取消，对了还有灰卫衣那单，也一块儿取消", shows="D1001000003", asks="consent"),
        says("确认", did="cancel_order", shows="D1001000001", asks="consent"),
        rows=cancelled("D1001000003", refund="pm_C1001_1", minor=33900),
    ),
    talk(
        "a-tag-only-asks-to-agree",
        "zh",
        WANG,
        says("D1001000006整单都退，不想要了，退信用卡", asks="consent"),
        says("只退保温杯行吗", shows=("保温杯", "信用卡"), hides=("卫衣", "T恤"), asks="consent"),
    ),
    talk(
        "a-tag-only-asks-to-agree",
        "en",
        WANG,
        says("return everything from D1001000006, changed my mind, to my visa", asks="consent"),
        says("only the hoodie, is that ok?", shows="Hoodie", hides="T-Shirt", asks="consent"),
    ),
    talk(
        "may-the-wrapping-be-lost",
        "zh",
        WANG,
        _UNLOVED,
        says("包装袋丢了可以吗", shows="D1001000008", asks="consent", kind="citation"),
    ),
    talk(
        "unwanted-and-where-the-refund-goes",
        "zh",
        WANG,
        says("双肩包不想要了退支付宝", shows=("D1001000008", "退货"), asks="consent"),
    ),
    talk(
        "faulty-and-where-the-refund-goes",
        "en",
        WANG,
        says("the backpack is falling apart, refund to alipay", shows="Return from order D1001000008", asks="consent"),
    ),
    talk(
        "the-same-of-other-goods",
        "zh",
        WANG,
        says("我买的耳机到哪了", shows="SF926919031676"),
        says("那键盘呢", shows="D1001000003", hides="¥339.00"),
    ),
    talk(
        "what-other-goods-cost",
        "zh",
        WANG,
        says("我买的耳机到哪了", shows="SF926919031676"),
        says("那键盘多少钱呢", shows="¥339.00", hides="D1001000003"),
    ),
    talk(
        "the-other-order-instead",
        "zh",
        WANG,
        says("取消灰色卫衣那单", shows="D1001000001", asks="consent"),
        says("换成键盘那单", shows="D1001000003", hides="D1001000001", asks="consent"),
        repair="correction",
    ),
    talk(
        "what-is-wrong-calls-nothing-off",
        "zh",
        WANG,
        _UNLOVED,
        says("等等，其实是背带断了才退的", shows="D1001000008", asks="consent"),
    ),
    talk(
        "not-now-and-perhaps-later",
        "zh",
        WANG,
        says("板鞋想换货", asks="choice"),
        says("四十一吧", shows="白色 / 41", asks="consent"),
        says("先不换了，周末再试试", shows="没有做任何改动"),
    ),
    talk(
        "how-come-it-is-dark",
        "zh",
        WANG,
        says("台灯怎么不亮了", offers=("退货退款", "换货")),
    ),
    talk(
        "coupons-between-two-wishes",
        "zh",
        WANG,
        says("耳机到哪了？我还有什么券没用？另外键盘那单取消掉", shows=("SF926919031676", "STYLE40", "D1001000003"), asks="consent"),
    ),
)  # fmt: skip


@each(TALKS)
async def test_turns_in_passing(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
