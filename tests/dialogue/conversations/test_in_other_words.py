"""Values, turns and conditions in words that are everyday talk: what is put right, what is only asked, and what depends on an answer."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
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
