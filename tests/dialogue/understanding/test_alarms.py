"""Danger, law, need and promises in a message; and ordinary talk of a shop, which raises no alarm."""

from __future__ import annotations

import pytest

from dialogue.understanding import data
from dialogue.understanding.alarms import AlarmKind, alarms

GRAVE: frozenset[AlarmKind] = frozenset({"hazard", "self_harm", "legal", "scam", "promise"})
"""Alarms that take the conversation from the bot."""
ORDINARY = (
    "退款要退到银行卡", "我的电话是13912345678", "打1110这个分机", "12315.00元的订单取消", "我的退款是不是被卡住了", "全网都断货，你家还有吗", "皮肤容易过敏能用吗",
    "I want to cancel the order and get my money back on my credit card", "end this, please", "I'm 5'4 and 140 lbs",
    "the courier claims it was delivered", "the refund hasn't hit my card", "my card was swallowed by the machine", "the mug arrived shattered",
    "my new phone died overnight", "the candle melted in the post",
    "客服说可以退货，帮我退吧", "客服答应给我三天内退款", "客服能保证给我换新的吗", "the agent said they would call me at 3", "I was told refunds take 7 days",
    "your agent promised a refund within 3 days, where is it", "can your team promise a free gift with it",
)  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_talk_raises_no_alarm(text: str) -> None:
    assert alarms(text) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("intent", ["cancel_order", "return_items", "exchange_items", "refund_status", "track_order", "change_payment", "list_coupons"])  # fmt: skip
def test_what_people_ask_of_a_shop_every_day_takes_nobody_from_the_bot(lang: str, intent: str) -> None:
    told = [str(one) for one in data.read_yaml(f"{lang}/{intent}.yaml") if "scam" not in str(one)]
    assert [text for text in told if {alarm.kind for alarm in alarms(text)} & GRAVE] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("电池鼓包了", "hazard"), ("the charger caught fire", "hazard"), ("我要打12315投诉", "legal"), ("I'll take you to court", "legal"),
        ("不想活了", "self_harm"), ("I want to end it all", "self_harm"), ("对方让我妈转账还要验证码", "scam"), ("my mum got scammed by a fake agent", "scam"),
        ("it cut my daughter's hand", "injury"), ("I'm 15", "minor"), ("my husband died last month", "bereaved"),
        ("your colleague promised me 20 back", "promise"), ("上次那个姐姐答应给我退二十块的", "promise"),
    ],
)  # fmt: skip
def test_danger_law_and_need_are_heard(text: str, kind: AlarmKind) -> None:
    assert kind in {alarm.kind for alarm in alarms(text)}
