"""What people say who know nothing of the shop's own words: code, rules asked in the words of a wish, labels, second thoughts."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, VISITOR, WANG, Talk, cancelled, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
    talk(
        "code-asks-for-nothing-and-changes-no-language",
        "zh",
        WANG,
        says("'; drop table orders; --", hides="取消", asks="nothing"),
        says("<script>alert(1)</script>", hides="取消"),
    ),
    talk(
        "code-asks-for-nothing",
        "en",
        EMMA,
        says("'; drop table orders; --", hides="cancel", asks="nothing"),
    ),
    talk(
        "a-refund-to-a-card-is-asked-about-and-how-long-it-takes",
        "en",
        EMMA,
        says(
            "can I get my money back on my credit card and how long does that take",
            shows="7 days",
            kind="citation",
            asks="nothing",
        ),
    ),
    talk(
        "a-refund-to-a-card-is-asked-about",
        "zh",
        WANG,
        says("退款退到银行卡可以吗", shows="银行卡", hides="D1001000009", kind="citation"),
        says("退款到支付宝了吗", shows="D1001000009"),
    ),
    talk(
        "where-a-refund-goes-answers-where-it-is-asked",
        "en",
        EMMA,
        says("I'd like to return the headphones, changed my mind", asks="choice"),
        says("can i get the money back on my gift card", shows="gift card", asks="consent"),
    ),
    talk(
        "taken-back-and-it-fits",
        "zh",
        WANG,
        says("板鞋换成41码", asks="consent"),
        says("撤了吧，42其实能穿", hides="想换成哪一款", asks="nothing"),
    ),
    talk(
        "taken-back-and-it-fits",
        "en",
        EMMA,
        says("exchange the jeans for a 27", asks="consent"),
        says("undo that, the 28 fits me after all", hides="which", asks="nothing"),
    ),
    talk(
        "goods-before-colons",
        "en",
        EMMA,
        says("dress: black pls. jeans: invoice pls", shows="black", asks="consent"),
        says("no thanks, leave it", shows="invoice", asks="choice"),
    ),
    talk(
        "goods-before-colons",
        "zh",
        WANG,
        says("灰卫衣：要黑色的。键盘：开发票", shows="黑色"),
    ),
    talk("the-name-of-goods-alone", "zh", VISITOR, says("包", shows="双肩包", kind="products")),
    talk("the-name-of-goods-alone", "en", VISITOR, says("bag", shows="Backpack", kind="products")),
    talk(
        "a-bag-that-goes-back-is-no-guarantee",
        "zh",
        WANG,
        says("包退掉 不喜欢 退支付宝", shows="双肩包", asks="consent"),
    ),
    talk(
        "other-goods-in-place-of-a-stop",
        "en",
        EMMA,
        says("cancel the dress order", shows="D1002000001", asks="consent"),
        says("WRONG. keyboard. read what i write", shows="D1002000003", asks="consent"),
        says("dress", shows="D1002000001", asks="consent"),
        repair="correction",
    ),
    talk(
        "other-goods-in-place-of-a-stop",
        "zh",
        WANG,
        says("取消灰色卫衣那单", shows="D1001000001", asks="consent"),
        says("我说的系键盘啊", shows="D1001000003", asks="consent"),
        repair="correction",
    ),
    talk(
        "a-no-is-taken-back",
        "en",
        EMMA,
        says("cancel the keyboard order", asks="consent"),
        says("no dont", asks="choice"),
        says("yes do", shows="D1002000003", asks="consent"),
        says("yes", did="cancel_order"),
        repair="turning back",
        rows=cancelled("D1002000003", refund="pm_C1002_1", minor=33900),
    ),
    talk(
        "a-no-is-taken-back",
        "zh",
        WANG,
        says("取消键盘那单", asks="consent"),
        says("不要取消", hides="已为您取消"),
        says("还是要取消", shows="D1001000003", asks="consent"),
        says("确认", did="cancel_order"),
        repair="turning back",
        rows=cancelled("D1001000003", refund="pm_C1001_1", minor=33900),
    ),
    talk(
        "another-version-rather-than-the-money-and-back",
        "en",
        EMMA,
        says("return the jeans, too big, refund to mastercard", shows="Return", asks="consent"),
        says("i'd sooner have a 27", shows="blue, 27", asks="consent"),
        says("no hang on i want my money", shows="Return", asks="consent"),
        repair="turning back",
    ),
    talk(
        "where-other-goods-are-is-asked-in-between",
        "en",
        EMMA,
        says("I'd like to return the headphones, changed my mind", asks="choice"),
        says("could you check on the speaker first darling", shows=("D1002000004", "refund go"), asks="choice"),
        says("the speaker hasn't turned up", shows="D1002000004", asks="choice"),
        repair="digression",
    ),
)


@each(TALKS)
async def test_conversation(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
