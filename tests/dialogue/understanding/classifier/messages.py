"""A few labelled messages, in both languages."""

from __future__ import annotations

from dialogue.understanding.classifier import Row

_SAID = {
    ("refund", "en"): [
        "I want my money back", "please refund this order", "give me a refund", "refund the shirt to my card",
        "can I get my money back for the kettle", "how do I get a refund", "refund my last purchase please",
    ],
    ("parcel", "en"): [
        "where is my parcel", "track my package", "when does the delivery arrive", "has my parcel left yet",
        "my package is late, where is it", "show me where the parcel is", "when will the courier come",
    ],
    ("size", "en"): [
        "which size fits me", "is there a size chart", "does it run small", "what size do I need at 180 cm",
        "do you have this in size large", "is size M big enough", "the sizes confuse me, which one fits",
    ],
    ("refund", "zh"): ["我要退款", "请把钱退给我", "这个订单能退钱吗", "怎么申请退款", "把衬衫的钱退回我的卡"],
    ("parcel", "zh"): ["我的包裹在哪里", "快递什么时候到", "帮我查一下物流", "包裹发出了吗", "快递怎么还没到"],
    ("size", "zh"): ["我穿什么尺码", "有尺码表吗", "这件偏小吗", "一米八穿多大码", "有没有大号的"],
}  # fmt: skip
ROWS = [Row(text, label, lang) for (label, lang), texts in _SAID.items() for text in texts]
ASKED = [
    ("I would like a refund for the kettle", "refund"),
    ("where is the package I ordered", "parcel"),
    ("which size do I need", "size"),
    ("请给我退款", "refund"),
    ("我的快递在哪里", "parcel"),
    ("穿多大的尺码", "size"),
]
ELSEWHERE = ["who painted the Mona Lisa", "how many legs has a spider", "木星有多少颗卫星"]
