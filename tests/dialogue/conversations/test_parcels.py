"""Where orders and parcels are, as people ask it; parcels that never came; long stories with one wish; goodbyes."""

from __future__ import annotations

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import EMMA, WANG, Talk, cancelled, joined, returned, says, talk
from tests.dialogue.conversations.shop import Stage

TALKS = (
    talk("sent-or-not", "zh", WANG, says("卫衣寄走没", kind="order", shows=("D1001000001", "待发货"))),
    talk("sent-or-not", "en", EMMA, says("keyboard. sent or not?", kind="order", shows=("D1002000003", "being packed"))),
    talk("asked-after-a-greeting", "en", EMMA, says("good morning, did my towels go out", shows="D1002000002")),
    talk("only-when", "en", EMMA, says("hello? speaker. when", shows=("SF934838031676", "Mar 11"))),
    talk("which-day-to-be-in", "zh", WANG, says("哪天在家等耳机，几号能收到", shows=("SF926919031676", "3月11日"))),
    talk("the-state-of-what-is-on-its-way-says-where-it-is", "zh", WANG, says("D1001000004", shows=("已发货", "SF926919031676"))),
    talk("the-day-of-a-delivery", "en", EMMA, says("what's the status of D1002000005", shows=("delivered on Mar 7",))),
    talk(
        "delivered-but-not-received",
        "zh",
        WANG,
        says("板鞋写着已签收，可我没见到东西", shows=("3月7日", "驿站"), asks="offer"),
        says("物业和邻居都问过了没有", kind="handoff"),
        ticket="policy",
    ),
    talk(
        "delivered-but-not-received",
        "en",
        EMMA,
        says("the sweater was supposedly signed for. not by me!", shows=("Mar 5", "neighbours"), asks="offer"),
        says("I looked everywhere, it isn't here", kind="handoff"),
        ticket="policy",
    ),
    talk(
        "looked-for-everywhere-already",
        "en",
        EMMA,
        says("my jeans are marked as delivered but I've checked everywhere, nobody has them", kind="handoff"),
        ticket="policy",
    ),
    talk(
        "two-orders-by-their-goods-wherever-it-begins",
        "en",
        EMMA,
        says("I want to send back both the dress and the keyboard", shows="D1002000001", asks="consent"),
        says("yes", did="cancel_order", shows="D1002000003", asks="consent"),
        says("yes", did="cancel_order"),
        rows=joined(
            cancelled("D1002000001", refund="pm_C1002_1", minor=24900),
            cancelled("D1002000003", refund="pm_C1002_1", minor=33900),
        ),
    ),
    talk(
        "a-story-with-its-wish-at-the-end",
        "en",
        EMMA,
        says(
            "My sister gave me a speaker last week, which is funny since I had just ordered mine, and the colour is the "
            "same too. I also have a kettle that I never use. Anyway, can the keyboard order be cancelled? It hasn't left "
            "yet as far as I know.",
            shows="D1002000003",
            hides="D1002000004",
            asks="consent",
        ),
    ),
    talk(
        "what-may-be-bought-some-day-is-no-wish",
        "zh",
        WANG,
        says("双肩包背着跟我裙子不搭，退了吧，退完之后说不定再买个别的，钱退支付宝", shows="D1001000008", asks="consent"),
        says("好的", did="return_items", hides="接下来"),
        rows=returned("D1001000008", "BP001-BLK-25L", refund="pm_C1001_1", minor=23900, reason=""),
    ),
    talk("what-is-not-kept-goes-back", "en", EMMA, says("I won't be keeping the jeans", hides="Which order", asks="choice")),
    talk("leave-taken", "en", EMMA, says("super helpful, catch you later", shows="Goodbye", asks="nothing")),
    talk("leave-taken", "zh", WANG, says("客服真给力，没别的事了", shows="再见", asks="nothing")),
    talk("keys-at-random-turn-no-language", "zh", WANG, says("asdfgh", shows="没听懂"), says("卫衣打包了没有", shows="D1001000001")),
    talk("rather-than", "zh", WANG, says("D1001000001 要黑色，不要灰的", shows="黑色", asks="consent")),
    talk("rerouted-by-its-number", "zh", WANG, says("D1001000003改送浙江省宁波市鄞州区中兴路88号", shows="中兴路88号", asks="consent")),
    talk("no-sizes", "zh", WANG, says("棒球帽多少钱"), says("我175，70公斤，戴多大", shows="不分尺码")),
)  # fmt: skip


@each(TALKS)
async def test_parcels(talk: Talk, shop: Stage) -> None:
    await hold(talk, shop)
