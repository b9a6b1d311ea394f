"""A message cut into its requests, and what of it is none."""

from __future__ import annotations

import pytest

from dialogue.understanding import conditions, phrases, predicates, segments
from dialogue.understanding.text import read


@pytest.mark.parametrize(
    ("words", "request_alone"),
    [
        (
            "Exchange the camera for the 10x one. I'll pay the difference with PayPal",
            "Exchange the camera for the 10x one.",
        ),
        ("change it to the one with 500 pieces. use my paypal", "change it to the one with 500 pieces."),
        ("I want to return the lamp, refund to my visa", "I want to return the lamp,"),
        ("手表要退，钱退到PayPal", "手表要退，"),
        (
            "thanks. and the puzzle is too hard. change it to 500 pieces. use my paypal",
            "and the puzzle is too hard. change it to 500 pieces.",
        ),
        ("靴子改成8码，差价走礼品卡", "靴子改成8码，"),
    ],
)
def test_how_money_moves_is_no_request_beside_one(words: str, request_alone: str) -> None:
    assert segments.request_of(words) == request_alone


@pytest.mark.parametrize(
    "words", ["refund to my visa card", "use my gift card", "钱退到PayPal", "Can I pay with paypal?"]
)
def test_how_money_moves_is_the_request_where_nothing_else_is(words: str) -> None:
    assert segments.request_of(words) == words


@pytest.mark.parametrize(
    ("message", "cues"),
    [
        ("return the laptop. If that doesn't work, please cancel it", [("return", False), ("cancel", True)]),
        ("return it, if not possible cancel it", [("return", False), ("cancel", True)]),
        ("退了吧，不行的话取消", [("return", False), ("cancel", True)]),
        ("cancel #W1, please. And send order #W2 to my new home", [("cancel", False), ("address", False)]),
        ("put order #W1 on my gift card. And make the hose blue", [("pay", False), ("make", False)]),
        ("send it back to you", [("return", False)]),
    ],
)
def test_a_message_is_cut_where_a_wish_begins(message: str, cues: list[tuple[str, bool]]) -> None:
    assert [(part.cue, part.fallback) for part in segments.split(read(message))] == cues


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("how long does delivery take? and by the way, do you gift wrap?", 2),
        ("do you ship to Tibet, also can I pay with PayPal?", 2),
        ("what's your return window. one more thing: who pays the postage?", 2),
        ("寄到西藏要几天，另外能用微信付款吗", 2),
        ("退货谁出运费呢对了发票怎么开", 2),
        ("how long does it take? I'd also like to know for Tibet", 1),
        ("where is my parcel, also I'd like to know how long a refund takes", 2),
        ("帮我取消卫衣，另外想问一下运费谁出", 2),
        ("the kettle is broken, what can I do?", 1),
    ],
)
def test_one_more_question_is_one_of_its_own(message: str, parts: int) -> None:
    assert len(segments.split(read(message))) == parts


@pytest.mark.parametrize(
    ("message", "both"),
    [
        ("change my default address and the address of my pending order to 1 Elm Street", True),
        ("把我的默认地址和订单W2702727的地址都改成北京市朝阳区建国路88号", True),
        ("change my default address please", False),
        ("change the address of my order to my default address", False),
    ],
)
def test_two_addresses_can_be_changed_alike(message: str, both: bool) -> None:
    assert phrases.names_both_addresses(message.lower()) == both


@pytest.mark.parametrize("words", ["is my lamp sent yet? pls", "台灯发了吗 谢谢", "台灯到哪了？急", "where is it?"])
def test_a_question_stays_one_with_a_polite_word_behind_it(words: str) -> None:
    assert phrases.is_question(words)


@pytest.mark.parametrize("words", ["send it please", "谢谢", "no? then cancel it"])
def test_a_polite_word_alone_asks_nothing(words: str) -> None:
    assert not phrases.is_question(words)


@pytest.mark.parametrize(
    ("condition", "out"),
    [
        ("it has shipped", True),
        ("it hasn't shipped yet", False),
        ("it's not too late", False),
        ("that's not possible because it has shipped", True),
        ("you can't since it's on its way", True),
        ("it isn't sent as soon as possible", False),
        ("因为发货了取消不了", True),
        ("none are left", True),
        ("you have one left", False),
        ("it is out of stock", True),
        ("it's still with you", False),
        ("已经发货了", True),
        ("还没发货", False),
        ("没有藏青", True),
        ("没卖完", False),
        ("换不了", True),
        ("能换", False),
        ("it is for my sister", None),
        ("you don't have it", True),
        ("it doesn't come in green", True),
        ("it doesn't fit", None),
        ("木有", True),
        ("走了", True),
        ("还没走", False),
    ],
)
def test_a_condition_is_read_by_counting_what_denies_and_what_rules_out(condition: str, out: bool | None) -> None:
    said = predicates.said(condition)
    assert (said.out if said else None) == out


@pytest.mark.parametrize(
    ("message", "wishes"),
    [
        ("swap the mug for a green one, white if green is sold out", [("white", False)]),
        ("claim the difference or cancel it if you can't", [("cancel it", False)]),
        (
            "cancel the lamp unless it's gone, in which case return it",
            [("cancel the lamp", True), ("return it", False)],
        ),
        (
            "has the lamp left? if not cancel it, if so I'll send it back",
            [("cancel it", True), ("I'll send it back", False)],
        ),
        (
            "a refund will do if there's none, but if you've got one please swap it",
            [("a refund will do", False), ("please swap it", True)],
        ),
        ("cancel it if it hasn't gone out, return it if it has", [("cancel it", True), ("return it", False)]),
        ("no stock then refund me", [("refund me", False)]),
        ("does the mug come in green, large? if it does, swap mine", [("swap mine", True)]),
        ("do you have the mug in green, the big one? then swap mine", [("swap mine", True)]),
        ("does the mug come in green, and has the lamp left? if it has, return it", [("return it", False)]),
        ("mug to green; no green, then white", [("white", False)]),
        ("try to cancel it, only if that fails a return", [("a return", False)]),
        ("台灯取消，取消不了才退货", [("退货", False)]),
        ("台灯退货，前提是取消不了，能取消先取消", [("台灯退货", False)]),
        ("杯子退了吧，除非能补差价", [("杯子退了吧", False)]),
        ("台灯能取消就取消，不给取消的话台灯我也不要了，退货", [("取消", True), ("台灯我也不要了，退货", False)]),
        ("do you have the mug in green? Then swap mine", [("swap mine", True)]),
        ("could I get the green mug, or failing that my money back", [("my money back", False)]),
        ("mug to green, else white", [("white", False)]),
        ("the mug in green, or a white one should green be unavailable", [("a white one", False)]),
        ("台灯能取消吗，取消不了就退货", [("退货", False)]),
        ("杯子换绿色的，绿色没货的话白色也行", [("白色也行", False)]),
        ("杯子换绿色，如果绿色卖光了那白色也可以", [("白色也可以", False)]),
        ("台灯还没发就取消，发了就退", [("取消", True), ("退", False)]),
        ("台灯能取消就取消，不能就退", [("取消", True), ("退", False)]),
        ("绿色的有货吗？有则换货，无则退货", [("换货", True), ("退货", False)]),
        ("颜色首选绿色，备选白色", [("白色", False)]),
        ("如果台灯没发货就取消", [("取消", True)]),
        ("if the lamp has not left, cancel it", [("cancel it", True)]),
        ("lamp not sent yet -> cancel. sent already -> return", [("cancel", True), ("return", False)]),
        ("没货→退货", [("退货", False)]),
        ("cannot cancel then return it", [("return it", False)]),
        ("can't cancel the lamp? then return it", [("return it", False)]),
        ("the lamp hasn't gone out yet? cancel it", [("cancel it", True)]),
        ("swap the mug, refund when you dont have it", [("refund", False)]),
        ("return it when it has arrived", []),
        ("price match it or cancel it", [("cancel it", False)]),
        ("should I cancel or return it?", []),
        ("price match the mug, and if not, hm, well, return it", [("return it", False)]),
        ("is it too late to cancel the lamp? if so return it", [("return it", False)]),
        ("has the lamp left? no = cancel it, yes = I return it", [("cancel it", True), ("I return it", False)]),
        ("the lamp in white, or green if you've run out of white", [("green", False)]),
        ("杯子给退差价吗，不给退我退货", [("我退货", False)]),
        ("台灯降价了 补差价 不补就退货", [("退货", False)]),
        ("鞋换41 没有的话…嗯 那就退了", [("那就退了", False)]),
        ("杯子换绿色 没绿色…那就白的", [("那就白的", False)]),
        ("台灯没打开过，那退货吧", []),
        ("the mug in green, white is ok if you don't have green", [("white is ok", False)]),
        ("the mug in green, if you don't have green white is ok", [("white is ok", False)]),
        ("the mug in green, only if green is not there I take the white", [("I take the white", False)]),
        ("the mug in green, white is my second choice", [("white", False)]),
        ("杯子能换绿的不？要是绿的卖完了白的也可以", [("白的也可以", False)]),
        ("杯子换绿色 没货白色", [("白色", False)]),
        ("杯子换绿的，木有就退", [("退", False)]),
        ("台灯要是还没走，就取消，走了我就退", [("就取消", True), ("退", False)]),
        ("要么换绿色的杯子，要么退了", [("退了", False)]),
        ("绿色的还有伐，有就换绿的", [("换绿的", True)]),
        ("我要退杯子，没别的原因就是不想要了", []),
        ("I'd be glad if you could cancel the lamp", []),
        ("台灯我不想要了就退吧", []),
        ("cancel it. And has my speaker been shipped?", []),
        ("cancel it and return the mug", []),
    ],
)
def test_what_is_wanted_only_if_is_told_from_its_condition(message: str, wishes: list[tuple[str, bool]]) -> None:
    assert [(message[slice(*one.body)].strip(), one.holds) for one in conditions.guarded(message.lower())] == wishes
