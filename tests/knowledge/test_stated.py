"""Attributes that a wish states of the goods."""

from __future__ import annotations

import pytest

from knowledge.stated import StatedAttributes

GOODS = StatedAttributes(
    [
        {"resolution": "4K", "design": "curved", "weight": "1.2 kg"},
        {"resolution": "2K", "type": "gaming", "battery life": "14 h"},
        {"connectivity": "wireless", "material": "cotton"},
    ]
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("any 4k monitors?", [("resolution", "4K")]), ("4k显示器", [("resolution", "4K")]), ("有曲面的吗", [("design", "curved")]),
        ("a wireless gaming mouse", [("connectivity", "wireless"), ("type", "gaming")]), ("无线鼠标", [("connectivity", "wireless")]),
        ("电竞用的", [("type", "gaming")]), ("纯棉", [("material", "cotton")]), ("14 h", []), ("1.2 kg", []), ("14kg", []), ("a 24k ring", []),
    ],
)  # fmt: skip
def test_what_words_state(text: str, wanted: list[tuple[str, str]]) -> None:
    assert [(one.key, one.value) for one in GOODS.found(text)] == wanted


def test_nothing_is_stated_where_no_goods_have_attributes() -> None:
    assert StatedAttributes([]).found("a 4k monitor") == []
