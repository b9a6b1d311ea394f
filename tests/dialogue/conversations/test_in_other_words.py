"""Values, turns and conditions in words that are everyday talk: what is put right, what is only asked, and what depends on an answer."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
    talk(
        "money-wanted-back-leaves-a-comparison",
        "en",
        EMMA,
        says("compare", shows="Which two products"),
        says(
            "i'd like my money back for the headphones", hides="Which two products", shows="Where should the refund go?"
        ),
    ),
    talk(
        "money-wanted-back-leaves-a-comparison",
        "zh",
        WANG,
        says("比较一下", shows="两件商品"),
        says("把钱还给我吧，板鞋的", hides="两件商品", shows="退款退到哪里"),
    ),
    talk(
        "a-card-by-its-figures-is-another-than-the-gift-card",
        "en",
        EMMA,
        says("return the sweater, changed my mind, refund to my gift card", shows="gift card", asks="consent"),
        says("hate to bother you, could that go to the one ending in 5588 instead?", shows="5588", asks="consent"),
        says("and now back to the gift card, sorry for switching back and forth", shows="gift card", asks="consent"),
    ),
    talk(
        "who-wavers-asks-for-nothing-new",
        "zh",
        WANG,
        says("双肩包退货，不想要了，退支付宝", asks="consent"),
        says("不好意思退来退去的，还是退到礼品卡吧", shows=("双肩包", "礼品卡"), asks="consent"),
    ),
    talk(
        "another-size-rather-than-the-money",
        "en",
        EMMA,
        says("return the jeans, too big, refund to mastercard", asks="consent"),
        says("hm, I'd sooner have a 27 than the money", shows="blue, 27", asks="consent"),
        says("drop the 27, send them back after all, money to my mastercard", shows="Return", asks="consent"),
    ),
    talk(
        "what-holds-for-a-value-is-asked-and-not-chosen",
        "en",
        EMMA,
        says("I want to return the sweater, changed my mind", asks="choice"),
        says("how long would it take onto a gift card?", shows="gift card", hides="Return from", asks="choice"),
        says("could it go on the gift card?", shows="gift card", asks="consent"),
    ),
    talk(
        "what-holds-for-a-value-is-asked-and-not-chosen",
        "zh",
        WANG,
        says("我要退双肩包，不想要了", asks="choice"),
        says("退到支付宝一般要多久能到账？", hides="确认", asks="choice"),
    ),
    talk(
        "what-a-value-costs-is-asked-and-not-chosen",
        "en",
        EMMA,
        says("I want to return the sweater, changed my mind", asks="choice"),
        says("what does it cost to get it on the gift card?", hides="Return from", asks="choice"),
    ),
    talk(
        "no-on-the-one-and-yes-to-the-other",
        "en",
        EMMA,
        says("cancel the dress order and also cancel the keyboard order", shows="D1002000001", asks="consent"),
        says("no to the dress. yes to the keyboard", shows="D1002000003", asks="consent"),
    ),
    talk(
        "the-firm-in-a-longer-story",
        "en",
        EMMA,
        says("invoice for order D1002000005 please", asks="choice"),
        says(
            "I'm handing it in with my expenses at the end of the month, so the firm's name has to be on it",
            shows="Which name",
        ),
    ),
    talk(
        "could-you-change-that-is-said-of-what-went-before",
        "en",
        EMMA,
        says(
            "which coupons do I have? also I want to pay for the dress with paypal, can you update it for me",
            shows=("coupons", "PayPal"),
            hides="which one would you like",
            asks="consent",
        ),
    ),
    talk(
        "if-so-it-is-wanted",
        "en",
        EMMA,
        says(
            "have my headphones gotten cheaper? if they have, refund me the difference",
            shows="Price protection",
            asks="consent",
        ),
    ),
    talk(
        "a-question-of-several-clauses-before-if-so",
        "en",
        EMMA,
        says(
            "can you check whether the dress I ordered comes in black, size M? if it does, change mine to that",
            shows="black, M",
            asks="consent",
        ),
    ),
    talk(
        "a-card-by-its-figures-alone",
        "en",
        EMMA,
        says("return the sweater, changed my mind, refund to my gift card", shows="gift card", asks="consent"),
        says("no, the 5588 one", shows="5588", asks="consent"),
    ),
    talk(
        "a-procedure-is-left-without-an-article",
        "en",
        EMMA,
        says("exchange the jeans for a 27", shows="blue, 27", asks="consent"),
        says("skip exchanging, just refund me on the mastercard", shows="Return", asks="consent"),
    ),
    talk(
        "goods-that-and-joins-go-together",
        "en",
        EMMA,
        says(
            "return everything from order D1002000006, changed my mind, refund to mastercard",
            shows="Mug",
            asks="consent",
        ),
        says(
            "the mugs I keep, only the jumper and the sheets are going back",
            shows=("Sweater", "Bedding"),
            hides="Mug",
            asks="consent",
        ),
    ),
    talk(
        "what-is-given-back-among-what-is-fine",
        "en",
        EMMA,
        says("I want to return something from order D1002000006", asks="choice"),
        says("the cream colour turtleneck I'd like to hand back, cups and bedding are great", shows="refund go"),
    ),
    talk(
        "several-goods-of-a-list",
        "en",
        EMMA,
        says("I want to return something from order D1002000006", asks="choice"),
        says("the cups and the bedding", shows="refund go"),
        says("mastercard, changed my mind", shows=("Mug", "Bedding"), asks="consent"),
    ),
    talk(
        "a-size-that-does-not-fit-is-not-the-one-wanted",
        "en",
        EMMA,
        says("I want to exchange the jeans", asks="choice"),
        says("28 is a bit loose, the next smaller please, colour no change", shows="blue, 27", asks="consent"),
    ),
    talk(
        "a-size-that-does-not-fit-is-not-the-one-wanted",
        "zh",
        WANG,
        says("我要换板鞋", asks="choice"),
        says("42码有点大，换小一码的", shows="41", asks="consent"),
    ),
    talk(
        "a-value-and-then-would-you",
        "en",
        EMMA,
        says("exchange the jeans for a 29", shows="blue, 29", asks="consent"),
        says("they'd only slide off me. go back to the 27, would you", shows="blue, 27", asks="consent"),
    ),
    talk(
        "the-office-that-reimburses-me",
        "en",
        EMMA,
        says("invoice for order D1002000005 please", asks="choice"),
        says("it's for my office, they reimburse me", shows="Which name"),
    ),
    talk(
        "what-has-gone-dead-has-not-gone-out",
        "en",
        EMMA,
        says("One side of my headphones has gone dead. What can be done?", offers="Exchange it"),
    ),
    talk(
        "a-number-that-can-only-be-the-house",
        "en",
        EMMA,
        says("send the keyboard order to 45 Fuxing Road, Xuhui District, Shanghai 200031", shows="45", asks="consent"),
        says("wrong way round, they live at 54", shows="54 Fuxing Road", asks="consent"),
    ),
    talk(
        "a-number-that-can-only-be-the-house",
        "zh",
        WANG,
        says("键盘那单改寄到杭州市西湖区文二路45号，邮编310012", shows="45", asks="consent"),
        says("写反了，应该是54号", shows="54号", asks="consent"),
    ),
    talk(
        "could-it-go-to-another-mailbox",
        "en",
        EMMA,
        says("invoice for order D1002000005 please", asks="choice"),
        says("for me", shows="Which name"),
        says("Emma Clark", asks="consent"),
        says(
            "the name is right but that mailbox is closed, could it go to me@brightside.studio?",
            shows="me@brightside",
            asks="consent",
        ),
    ),
    talk(
        "how-many-days-the-bank-needs",
        "en",
        EMMA,
        says("cancel the keyboard order", asks="consent"),
        says(
            "how many days does the bank need until I see the money?",
            shows="7 days",
            hides="D1002000010",
            asks="consent",
        ),
    ),
    talk(
        "more-bother-than-it-is-worth",
        "en",
        EMMA,
        says("I want to change how the dress order is paid", asks="choice"),
        says("that's more bother than it's worth, I shan't switch it now", asks="nothing"),
        repair="cancel",
    ),
    talk(
        "glad-that-somebody-answers",
        "en",
        EMMA,
        says("invoice for order D1002000005 please", asks="choice"),
        says("oh nice, somebody actually replies here!", shows="for you or for a company", asks="choice"),
    ),
    talk(
        "the-one-at-the-top",
        "en",
        EMMA,
        says("I want to claim a coupon", asks="choice"),
        says("top one please", did="claim_coupon", shows="STYLE40"),
        rows={"coupongrant": [{"coupon_code": "STYLE40"}]},
    ),
)


@each(TALKS)
async def test_in_other_words(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
