"""Orders that have not left yet and orders on their way: look up, track, cancel, change."""

from __future__ import annotations

from pathlib import Path

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import (
    CHEN,
    EMMA,
    REED,
    WANG,
    Talk,
    cancelled,
    joined,
    repaid,
    says,
    swapped,
    talk,
)

TALKS = (
    talk(
        "cancel-the-grey-hoodie",
        "zh",
        WANG,
        says("在吗亲", kind="text"),
        says("帮我把那件灰色卫衣取消了吧 不想要了", shows=("D1001000001", "卫衣", "¥189.00"), asks="consent"),
        says("嗯 取消吧", shows=("已为您取消", "D1001000001"), did="cancel_order"),
        rows=cancelled("D1001000001", refund="pm_C1001_1", minor=18900, reason="changed_mind"),
    ),
    talk(
        "cancel-what-was-just-ordered",
        "zh",
        WANG,
        says("刚拍的那件卫衣不要了 拍错了", shows="D1001000001", asks="consent"),
        says("👌", did="cancel_order"),
        rows=cancelled("D1001000001", refund="pm_C1001_1", minor=18900),
    ),
    talk(
        "a-parcel-on-its-way-cannot-be-cancelled",
        "zh",
        WANG,
        says("耳机不想要了能取消不", shows=("D1001000004", "已发货", "退货"), hides="确认"),
    ),
    talk(
        "half-english-where-is-it",
        "zh",
        WANG,
        says("我那个 order 到哪了 就耳机那个", kind="order", shows=("D1001000004", "顺丰", "3月11日"), hides="SF Express"),
    ),
    talk(
        "track-by-parcel-alone",
        "zh",
        WANG,
        says("快递到哪儿了", kind="order", shows=("D1001000004", "运输中")),
    ),
    talk(
        "when-will-yesterdays-order-leave",
        "zh",
        WANG,
        says("昨天那单啥时候发货啊", kind="order", shows=("D1001000003", "键盘", "备货中")),
    ),
    talk(
        "list-my-orders",
        "zh",
        WANG,
        says("看下我的订单", kind="order", shows=("10 个订单", "D1001000001", "D1001000005")),
    ),
    talk(
        "keyboard-to-the-office-on-file",
        "zh",
        WANG,
        says("帮我把键盘那单的地址改成公司的 滨江区科技路66号", shows=("D1001000003", "滨江区科技路 66 号创新大厦"), asks="consent"),
        says("对 改吧", did="change_order_address"),
        rows={"order": [{"id": "D1001000003"}]},
    ),
    talk(
        "another-colour-before-it-leaves",
        "zh",
        WANG,
        says("订单D1001000001能改成黑色的不 还没发吧", shows=("黑色", "没有差价"), asks="consent"),
        says("可以的 谢谢", did="change_order_items"),
        rows=swapped("D1001000001", "D1001000001-1", "HD001-BLK-L"),
    ),
    talk(
        "wechat-instead-of-alipay",
        "zh",
        WANG,
        says("卫衣那单换个付款方式 用微信付", shows=("微信支付", "退回支付宝"), asks="consent"),
        says("好滴", did="change_order_payment"),
        rows=repaid("D1001000001", old="pm_C1001_1", new="pm_C1001_4", minor=18900),
    ),
    talk(
        "moved-house",
        "zh",
        WANG,
        says("我搬家了 默认地址改成浙江省宁波市鄞州区中兴路88号1幢301室，邮编315000", shows=("宁波市鄞州区中兴路88号1幢301室", "315000"), asks="consent"),
        says("嗯嗯对", did="change_default_address"),
        rows={"address": [{"line1": "中兴路88号1幢301室", "city": "宁波市", "postcode": "315000"}]},
    ),
    talk(
        "a-return-of-what-has-not-left-is-a-cancellation",
        "zh",
        CHEN,
        says("口红想退", shows=("还没有发货", "D1005000001"), asks="consent"),
        says("那取消吧", did="cancel_order"),
        rows=cancelled("D1005000001", refund="pm_C1005_1", minor=9900),
    ),
    talk(
        "two-requests-in-one-message",
        "zh",
        WANG,
        says("帮我取消那件灰卫衣 另外查一下耳机的物流", shows="D1001000001", asks="consent"),
        says("确认", did="cancel_order", shows=("已为您取消", "D1001000004", "运输中")),
        rows=cancelled("D1001000001", refund="pm_C1001_1", minor=18900),
    ),
    talk(
        "cancel-the-red-dress",
        "en",
        EMMA,
        says("hey can u cancel the red dress, ordered by mistake", shows=("D1002000001", "Dress", "CN¥249.00"), asks="consent"),
        says("yep", shows="I've cancelled order D1002000001", did="cancel_order"),
        rows=cancelled("D1002000001", refund="pm_C1002_1", minor=24900, reason="ordered_by_mistake"),
    ),
    talk(
        "too-late-to-cancel",
        "en",
        EMMA,
        says("cancel D1002000004", shows=("D1002000004", "on its way", "return it")),
        says("ok never mind then", asks="nothing"),
    ),
    talk(
        "parcel-is-late",
        "en",
        REED,
        says("my keyboard parcel hasn't moved for a week, where is it??", kind="order", shows=("D1004000001", "is late", "colleague")),
    ),
    talk(
        "where-is-my-parcel",
        "en",
        EMMA,
        says("wheres my parcel", kind="order", shows=("D1002000004", "SF Express", "Mar 11")),
    ),
    talk(
        "what-is-in-the-order-from-yesterday",
        "en",
        EMMA,
        says("status of the order ending 03 pls", kind="order", shows=("D1002000003", "Keyboard", "being packed")),
    ),
    talk(
        "keyboard-to-another-street",
        "en",
        EMMA,
        says("send my keyboard order to 500 Century Avenue, Pudong, Shanghai 200120 instead", shows=("D1002000003", "500 Century Avenue", "200120"), asks="consent"),
        says("perfect thank you", did="change_order_address"),
        rows={"order": [{"id": "D1002000003"}]},
    ),
    talk(
        "to-my-other-address",
        "en",
        EMMA,
        says("dress order: change the shipping adress", offers="88 Nanjing West Road"),
        says("to my other address, nanjing west road", shows=("D1002000001", "88 Nanjing West Road"), asks="consent"),
        says("yes", did="change_order_address"),
        rows={"order": [{"id": "D1002000001"}]},
    ),
    talk(
        "the-dress-one-size-up",
        "en",
        EMMA,
        says("I picked the wrong size for the dress I just ordered, need a large instead of medium", shows=("D1002000001", "red, L", "no difference"), asks="consent"),
        says("go ahead", did="change_order_items"),
        rows=swapped("D1002000001", "D1002000001-1", "DR001-RED-L"),
    ),
    talk(
        "paypal-for-the-dress",
        "en",
        EMMA,
        says("i'd rather pay for the dress with paypal", shows=("PayPal", "D1002000001", "Mastercard"), asks="consent"),
        says("perfect, go ahead", did="change_order_payment"),
        rows=repaid("D1002000001", old="pm_C1002_1", new="pm_C1002_2", minor=24900),
    ),
    talk(
        "i-moved",
        "en",
        EMMA,
        says("I moved! pls update my default address to 25 Wukang Road, Apt 3C, Xuhui District, Shanghai 200031", shows=("25 Wukang Road", "Apt 3C", "200031"), asks="consent"),
        says("yes that's right", did="change_default_address"),
        rows={"address": [{"line1": "25 Wukang Road", "line2": "Apt 3C", "postcode": "200031"}]},
    ),
    talk(
        "look-and-cancel-in-one-breath",
        "en",
        EMMA,
        says("where's my speaker and also cancel the candle order", shows=("D1002000004", "D1002000002", "CN¥277.00"), asks="consent"),
        says("yes please", did="cancel_order"),
        rows=cancelled("D1002000002", refund="pm_C1002_2", minor=27700, reserved=2),
    ),
    talk(
        "two-orders-at-once",
        "en",
        EMMA,
        says("pls cancel D1002000001 and D1002000003, i don't need them anymore", shows="D1002000001", asks="consent"),
        says("yes", did="cancel_order", shows="D1002000003", asks="consent"),
        says("yes that too", did="cancel_order"),
        rows=joined(
            cancelled("D1002000001", refund="pm_C1002_1", minor=24900),
            cancelled("D1002000003", refund="pm_C1002_1", minor=33900),
        ),
    ),
)  # fmt: skip


@each(TALKS)
async def test_orders(talk: Talk, shop: Path) -> None:
    await hold(talk, shop)
