from __future__ import annotations

import re
from pathlib import Path

import pytest

import knowledge.demo
from knowledge.vocabulary import label
from knowledge.yaml_files import read_yaml

_DATA = Path(knowledge.demo.__file__).with_name("data")
_NAMES = {"model", "network", "output", "ram", "storage"}
"""What is written in letters and figures in Chinese too."""


@pytest.mark.parametrize(
    ("key", "word", "shown"),
    [
        ("fit", "high", "高帮"),
        ("brightness", "high", "高亮"),
        ("fit", "light", "轻薄"),
        ("fragrance", "light", "微香"),
        ("scent", "lavender", "薰衣草"),
        ("color", "lavender", "薰衣草紫"),
        ("battery life", "24 h", "24 小时"),
        ("battery life", "5 days", "5 天"),
        ("screen size", "6.7 inch", "6.7 英寸"),
        ("color", "red", "红色"),
    ],
)
def test_a_value_reads_by_its_key(key: str, word: str, shown: str) -> None:
    assert label(word, "zh", key=key) == shown
    assert label(word, "en", key=key) == word


@pytest.mark.parametrize("category", ["clothing", "electronics", "home", "beauty"])
def test_every_value_of_the_demo_shop_reads_in_chinese(category: str) -> None:
    unread = []
    for kind in read_yaml(_DATA / f"{category}.yaml")["kinds"].values():
        found = [(key, value[0]) for key, values in kind.get("axes", {}).items() for value in values]
        found += [(key, value) for key, values in kind.get("specs", {}).items() for value in values]
        found += [(key, value) for key, one in kind.get("options", {}).items() for value in one["values"]]
        for key, value in found:
            shown = label(str(value), "zh", key=key)
            if key not in _NAMES and re.search(r"[a-z]{3}", shown):
                unread.append((key, value, shown))
    assert unread == []
