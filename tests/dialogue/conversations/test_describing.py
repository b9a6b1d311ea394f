"""Answers that describe what is meant of what was offered, or what is not meant, and do not name it."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, says, talk
from tests.dialogue.conversations.shop import Rows, Stage


def claimed(code: str) -> Rows:
    return {"coupongrant": [{"coupon_code": code, "customer_id": EMMA}]}


def coupon(name: str, words: str, code: str) -> Talk:
    """Return a talk in which a coupon of several is chosen."""
    first = says("claim a coupon", asks="choice", offers="beauty")
    return talk(name, "en", EMMA, first, says(words, did="claim_coupon", shows=code), rows=claimed(code))


def no_coupon(name: str, words: str) -> Talk:
    """Return a talk in which it is asked again which coupon is meant."""
    return talk(name, "en", EMMA, says("claim a coupon", asks="choice"), says(words, asks="choice", offers="beauty"))


def size(name: str, words: str, becomes: str) -> Talk:
    """Return a talk in which the blue jeans in 28 become others."""
    first = says("I want to exchange the jeans", asks="choice", offers="blue, 27")
    return talk(name, "en", EMMA, first, says(words, shows=f"for {becomes} at", asks="consent"))


TALKS = (
    coupon("what-is-left", "I never wear make-up and I've got enough for the house already. The other one", "STYLE40"),
    coupon("what-goods-it-is-for", "whichever works for a pair of jeans", "STYLE40"),
    coupon("what-it-is-for", "the one I can use on stuff for my kitchen", "HOME10"),
    coupon("its-form", "the one that's not in percent", "STYLE40"),
    coupon("all-but-two", "any of them except the beauty and the home ones", "STYLE40"),
    coupon("neither-nor", "neither the home one nor beauty", "STYLE40"),
    no_coupon("all-but-one", "anything but home"),
    no_coupon("not-the-third", "not the third"),
    no_coupon("two-of-one-form", "a percentage one"),
    no_coupon("what-is-refused", "no beauty"),
    no_coupon("two-are-left", "I already have the home one, the other one please"),
    size("between-two", "the size between 26 and 28 in blue", "blue, 27"),
    size("under-one-and-over-another", "bigger than 25 but smaller than 27, and blue", "blue, 26"),
    size("between-two-that-do-not-fit", "25 pinches, 27 slips, what lies between in blue", "blue, 26"),
    size("another-never-fits", "29s, 30s never fit me", "blue, 29"),
    size("below-ones-own", "blue, a size below mine", "blue, 27"),
    size("the-next-one", "the next one up, in blue", "blue, 29"),
    size("one-is-found-wrong", "29s please, a 30 would be too loose", "blue, 29"),
    size("the-other-is-refused", "27, not 26", "blue, 27"),
    size("one-step-from-what-one-has", "blue, one size up from my 28", "blue, 29"),
    size("a-colour-is-refused", "I don't want the black ones, blue in 30", "blue, 30"),
    talk(
        "a-size-that-is-only-found-wrong",
        "en",
        EMMA,
        says("I want to exchange the jeans", asks="choice"),
        says("26 would be way too tight", asks="choice", offers="blue, 27"),
    ),
    talk(
        "a-size-that-is-only-found-wrong",
        "zh",
        WANG,
        says("板鞋换货", asks="choice"),
        says("43码的太大了，要41的", shows="41", asks="consent"),
    ),
    talk(
        "a-size-that-is-refused-alone",
        "en",
        EMMA,
        says("I want to exchange the jeans", asks="choice"),
        says("not the 29", asks="choice", offers="blue, 27"),
    ),
    talk(
        "an-order-by-what-its-goods-are-for",
        "en",
        EMMA,
        says("I want to cancel an order", asks="choice"),
        says("the one for the bathroom", shows="D1002000002", asks="consent"),
    ),
    talk(
        "any-order-but-those",
        "en",
        EMMA,
        says("I want to cancel an order", asks="choice"),
        says("anything but the dress and the towels", shows="D1002000003", asks="consent"),
    ),
    talk(
        "an-order-that-is-left",
        "zh",
        WANG,
        says("帮我取消订单", asks="choice"),
        says("卫衣留着，T恤跟杯子也留着，剩下那单取消", shows="D1001000003", asks="consent"),
    ),
    talk(
        "not-the-first-order",
        "en",
        EMMA,
        says("I want to cancel an order", asks="choice"),
        says("not the first", asks="choice", offers="D1002000002"),
    ),
    talk(
        "all-that-is-not-refused",
        "en",
        EMMA,
        says("I want to return something from order D1002000006", asks="choice"),
        says("not the green ones and not the bed things", hides="Which items"),
        says("mastercard please", shows="Turtleneck", hides=("Mug", "Bedding"), asks="consent"),
    ),
    talk(
        "what-the-invoice-is-not",
        "en",
        EMMA,
        says("invoice for order D1002000005 please", asks="choice"),
        says("not as a private person", hides="for you or for a company"),
        says("Brightside Ltd", shows="tax"),
    ),
    talk(
        "what-is-left-to-do",
        "zh",
        WANG,
        says("板鞋开胶了", asks="choice"),
        says("换货不用，客服也不找，就剩下那个吧", asks="choice", hides="怎么处理"),
    ),
    talk(
        "an-order-by-how-much-is-in-it",
        "en",
        EMMA,
        says("I want to cancel an order", asks="choice"),
        says("the order that has 2 items", shows="D1002000002", asks="consent"),
    ),
    talk(
        "an-order-by-how-much-is-in-it-of-several",
        "en",
        EMMA,
        says("I want to cancel an order", asks="choice"),
        says("the one with one thing in it", asks="choice", offers="D1002000001"),
    ),
    talk(
        "all-is-well-but-one",
        "en",
        EMMA,
        says("I want to return something from order D1002000006", asks="choice"),
        says("everything is lovely but the jumper", hides="Which items"),
        says("mastercard please", shows="Turtleneck", hides=("Mug", "Bedding"), asks="consent"),
    ),
)  # fmt: skip


@each(TALKS)
async def test_describing(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
