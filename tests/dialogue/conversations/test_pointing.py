"""Words that point to what is on the table: the list just shown, the goods in an open procedure, the order talked about."""

from __future__ import annotations

from pathlib import Path

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, LI, VISITOR, WANG, Talk, exchanged, returned, says, talk

TALKS = (
    talk(
        "the-cheapest-of-the-list",
        "zh",
        VISITOR,
        says("送妈妈的礼物有什么推荐", kind="products", shows="¥"),
        says("哪个最便宜", shows=("最便宜的是", "护手霜"), hides="品牌"),
        says("它评价怎么样", shows="护手霜", hides="哪件商品"),
        says("最贵的那个是什么香型", shows=("香水", "白茶"), hides="哪件商品"),
    ),
    talk(
        "the-cheapest-of-the-list",
        "en",
        VISITOR,
        says("looking for a gift for my mom", kind="products", shows="CN¥"),
        says("which one is the cheapest?", shows=("The cheapest is", "Hand Cream"), hides="Brand"),
        says("what does it smell of", shows=("Hand Cream", "osmanthus"), hides="Which product"),
        says("tell me more about the first one", shows="Hand Cream"),
    ),
    talk(
        "a-bare-size-after-a-word-of-exchange",
        "zh",
        WANG,
        says("板鞋42码有点挤脚,能换43的吗", shows="白色 / 43", asks="consent"),
        says("有黑色的吗?要不换黑色43", shows="黑色 / 43", asks="consent"),
        says("好的就这样", did="exchange_items"),
        rows=exchanged("D1001000005", {"SN001-WHT-42": "SN001-BLK-43"}),
    ),
    talk(
        "a-bare-size-after-a-word-of-exchange",
        "en",
        EMMA,
        says("the jeans are too tight, swap them for a 29", shows="blue, 29", asks="consent"),
        says("no wait, 30", shows="blue, 30", asks="consent"),
        says("yes that's right", did="exchange_items"),
        repair="correction",
        rows=exchanged("D1002000005", {"JE001-BLU-28": "JE001-BLU-30"}),
    ),
    talk(
        "only-the-bottle-the-rest-stays",
        "zh",
        WANG,
        says("D1001000006这单要退", asks="choice"),
        says("就保温杯退,其他的留着", asks="choice", offers="Visa"),
        says("原路退回", shows="保温杯", hides="卫衣", asks="consent"),
        says("确认", did="return_items"),
        rows=returned("D1001000006", "BT001-BLK-500ML", refund="pm_C1001_2", minor=11900, reason=""),
    ),
    talk(
        "one-of-two-mugs",
        "en",
        EMMA,
        says("I want to send back the green mugs, they arrived chipped", asks="choice", offers="gift card"),
        says("just one", asks="choice", offers="gift card"),
        says("to the original card", shows="CN¥49.00", asks="consent"),
        says("yes", did="return_items"),
        rows=returned(
            "D1002000006", "MG001-GRN-300ML", refund="pm_C1002_1", minor=4900, reason="damaged", quantities={}
        ),
    ),
    talk(
        "more-than-there-are",
        "zh",
        WANG,
        says("黑T恤退1000件", shows=("没有 1000 件", "2 件"), asks="choice", offers="1"),
        says("算了", hides="确认退货"),
    ),
    talk(
        "a-new-address-is-none-of-those-on-file",
        "zh",
        WANG,
        says("帮我改下键盘那单的收货地址", shows="收货地址", asks="choice"),
        says("改到浙江省杭州市滨江区科技路68号12楼", shows="科技路68号12楼", asks="consent"),
        says("等下,门牌写错了,是88号", shows="科技路88号12楼", asks="consent"),
        says("对,没问题", did="change_order_address"),
        repair="correction",
        rows={"order": [{"id": "D1001000003"}]},
    ),
    talk(
        "the-new-address-for-good",
        "en",
        EMMA,
        says("send the towel order to 22 Baker Street, Seattle WA 98101", shows=("98101", "USA"), asks="consent"),
        says("oh sorry, the zip is 98109", shows="98109", hides="98101", asks="consent"),
        says("yes", did="change_order_address"),
        says("and set that as my default too", shows=("default address", "98109"), asks="consent"),
        says("not yet"),
        repair="correction",
        rows={"order": [{"id": "D1002000002"}]},
    ),
    talk(
        "money-back-the-way-it-came-before-the-order-is-known",
        "zh",
        WANG,
        says("我要退货", asks="choice", offers="双肩包"),
        says("退到原来的支付方式", asks="choice", offers="双肩包"),
        says("双肩包那单", shows="支付宝", asks="consent"),
        says("不退了"),
    ),
    talk(
        "why-is-no-refusal",
        "zh",
        WANG,
        says("退货", asks="choice"),
        says("不想要了", asks="choice", offers="双肩包"),
        says("双肩包", asks="choice", offers="支付宝"),
        says("算了不退了"),
    ),
    talk(
        "an-invoice-in-one-breath",
        "zh",
        LI,
        says("开张发票", asks="choice", offers="笔记本"),
        says(
            "笔记本那单,抬头写上海云帆科技有限公司,税号91310104MA1FR2XK3P",
            shows=("上海云帆科技有限公司", "91310104MA1FR2XK3P"),
            asks="consent",
        ),
        says("抬头写错了，应该是上海云海科技有限公司", shows="上海云海科技有限公司", asks="consent"),
        says("确认", did="request_invoice"),
        repair="correction",
        rows={"invoice": [{"order_id": "D1003000001", "kind": "company", "title": "上海云海科技有限公司"}]},
    ),
    talk(
        "what-those-jeans-cost",
        "en",
        EMMA,
        says("I want to exchange the jeans", asks="choice"),
        says("wait, what did those jeans cost", shows="Jeans", hides="several", asks="choice"),
    ),
    talk(
        "the-order-talked-about",
        "zh",
        WANG,
        says("我那个耳机到哪了", shows="D1001000004"),
        says("今天能送到吗", shows="D1001000004", asks="nothing"),
        says("那能取消吗", shows=("D1001000004", "已发货")),
    ),
    talk(
        "one-of-two-tees-is-exchanged",
        "en",
        WANG,
        says("exchange one of the black tees for M", shows=("black, M", "CN¥89.00"), hides="×2", asks="consent"),
        says("yes", did="exchange_items"),
        rows={
            "order": [{"id": "D1001000006", "status": "exchange_requested"}],
            "exchange": [{"order_id": "D1001000006"}],
            "exchangeline": [{"old_sku": "TS001-BLK-L", "new_sku": "TS001-BLK-M", "quantity": 1}],
            "stock": [{}],
        },
    ),
    talk(
        "two-hoodies-two-wishes",
        "zh",
        WANG,
        says("黑的那件卫衣退掉,灰的换成XL", asks="choice", offers="Visa"),
        says("原路", shows="黑色 / L码", asks="consent"),
        says("确认", did="return_items", shows=("D1001000001", "灰色 / XL码"), asks="consent"),
        says("先不改了"),
        rows=returned("D1001000006", "HD001-BLK-L", refund="pm_C1001_2", minor=18900, reason=""),
    ),
    talk(
        "only-the-mug-of-an-order-that-is-whole",
        "zh",
        WANG,
        says("T恤那单能只取消马克杯吗", shows="只能整单取消", asks="consent"),
        says("那不取消了"),
    ),
    talk(
        "a-question-is-no-choice",
        "en",
        EMMA,
        says("I want to return something", asks="choice", offers="Jeans"),
        says(
            "how long is the warranty on headphones", kind="citation", shows="One year", asks="choice", offers="Jeans"
        ),
        says("the jeans", asks="choice", offers="gift card"),
        says("never mind"),
        repair="digression",
    ),
    talk(
        "once-more-the-same-but-whole",
        "zh",
        WANG,
        says("保温杯收到就是坏的", asks="choice", offers="换货"),
        says("换一个新的", shows="黑色 / 500ml", asks="consent"),
        says("可以", did="exchange_items"),
        rows={
            "order": [{"id": "D1001000006", "status": "exchange_requested"}],
            "exchange": [{"order_id": "D1001000006", "reason": "defective"}],
            "exchangeline": [{"old_sku": "BT001-BLK-500ML", "new_sku": "BT001-BLK-500ML"}],
            "stock": [{}],
        },
    ),
    talk(
        "the-second-of-the-orders-shown",
        "en",
        EMMA,
        says("what's the status of all my orders", kind="order"),
        says("cancel the second one", shows="D1002000002", asks="consent"),
        says("no, leave it"),
    ),
    talk(
        "a-case-that-has-not-come-about",
        "en",
        EMMA,
        says("can I return the jeans if they don't fit?", kind="citation", asks="nothing"),
    ),
)


@each(TALKS)
async def test_pointing(talk: Talk, shop: Path) -> None:
    await hold(talk, shop)
