"""Who wants their data erased or handed out is heard; who asks about it, or about something else, is not."""

from __future__ import annotations

import pytest

from dialogue.understanding.commands.own_data import wishes_about_own_data


@pytest.mark.parametrize(
    "text",
    [
        "delete my data", "please erase all my personal information", "can you delete all the data you have on me?",
        "remove my details from your system", "i want my personal data deleted", "send me a copy of my data",
        "i'd like to download all my data", "forget everything about me", "wipe everything you know about me",
        "删除我的数据", "请把我的个人信息全部删掉", "我的资料都给删干净", "能不能清除我的聊天记录", "把我在你们这的信息删除",
        "导出我的个人数据", "我的个人资料给我一份", "可以删除本人的个人信息吗", "抹掉你们存的我的信息",
    ],
)  # fmt: skip
def test_a_wish_about_ones_own_data(text: str) -> None:
    assert wishes_about_own_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "is my data safe with you", "how do i delete my data", "how long do you keep my data", "delete my account",
        "remove the mug from my order", "show me my details", "my order history", "delete the black one",
        "怎么删除我的数据", "我的数据安全吗", "账号给我注销掉", "我要销户，信息都删干净", "查一下我的资料", "删掉订单里的杯子", "我的物流信息不对",
    ],
)  # fmt: skip
def test_other_wishes_and_questions_are_not(text: str) -> None:
    assert not wishes_about_own_data(text)
