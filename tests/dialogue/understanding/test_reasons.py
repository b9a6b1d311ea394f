"""Why goods go back or an order is not wanted."""

from __future__ import annotations

import pytest

from dialogue.understanding.entities.reasons import codes, reasons
from dialogue.understanding.text import read


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("it arrived chipped", "damaged"), ("杯子漏水", "damaged"), ("too tight", "too_small"), ("有点大", "too_big"), ("I ordered the wrong size", "wrong_size"),
        ("拍重复了", "duplicate_order"), ("ordered by mistake", "ordered_by_mistake"), ("不想要了", "changed_mind"), ("no longer needed", "no_longer_needed"),
        ("质量问题", "defective"), ("发错货了", "wrong_item"), ("起球了", "bad_quality"), ("别家更便宜", "found_cheaper"),
        ("鞋底开胶", "defective"), ("锅底涂层剥落", "defective"), ("the coating is flaking off", "defective"), ("the sole came unglued", "defective"),
        ("快递压根没见到", "not_received"), ("supposedly signed for, not by me", "not_received"), ("邻居和物业都问过了没有", "not_found"), ("I've looked everywhere", "not_found"),
    ],
)  # fmt: skip
def test_a_reason(text: str, wanted: str) -> None:
    assert wanted in {item.value["code"] for item in reasons(read(text))}


@pytest.mark.parametrize(
    "text",
    [
        "我想退,没用过",
        "你们这什么破服务",
        "这破网站",
        "where is my order",
        "查一下订单",
        "nope, not like this",
        "没收到退款",
        "I never got round to it",
    ],
)
def test_other_words_are_no_reason(text: str) -> None:
    assert list(reasons(read(text))) == []


def test_every_code_is_listed_once() -> None:
    assert len(codes()) == len(set(codes()))
