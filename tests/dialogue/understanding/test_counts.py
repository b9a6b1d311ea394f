"""How many and which of several."""

from __future__ import annotations

import pytest

from dialogue.understanding.entities.base import without_overlaps
from dialogue.understanding.entities.counts import measures, ordinals, quantities
from dialogue.understanding.text import read
from knowledge.types import JsonObject


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("just one", 1), ("only two please", 2), ("ok, just the one", 1), ("就一个", 1), ("退一件就行", 1), ("就一个就够了", 1), ("只退两件", 2),
        ("return 500 of them", 500), ("two of the mugs", 2), ("one can go back", 1), ("it has 2 go back", None), ("two of them should come back", 2), ("加1000件", 1000), ("1000 more pieces", 1000), ("那两件", None), ("第二件", None),
        ("两件都退", None), ("数量改成一", 1), ("数量不对，应该是两件", 2), ("3月", None), ("one", None), ("I just want one that fits", None),
    ],
)  # fmt: skip
def test_a_number_of_pieces(text: str, wanted: int | None) -> None:
    found = [item.value["n"] for item in quantities(read(text), [])]
    assert (found or [None])[0] == wanted


def test_a_number_before_goods_counts_them() -> None:
    text = "give me 20 more towels"
    assert [item.value["n"] for item in quantities(read(text), [text.index("towels")])] == [20]


def test_how_many_there_are_is_not_how_many_are_meant() -> None:
    text = "send one of the two mugs back"
    assert [item.value["n"] for item in quantities(read(text), [text.index("mugs")])] == [1]


@pytest.mark.parametrize("text", ["three things: return the lamp", "I have two questions, please", "两件事：退台灯"])
def test_wishes_are_no_pieces(text: str) -> None:
    places = [text.index(word) for word in ("things", "questions") if word in text]
    assert list(quantities(read(text), places)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the second one", [{"n": 2}]), ("第三个", [{"n": 3}]), ("the last one", [{"n": -1}]), ("the one at the top", [{"n": 1}]), ("1st", [{"n": 1}]), ("the 2nd please", [{"n": 2}]), ("on the 2nd of May", []), ("top one pls", [{"n": 1}]), ("a top in red", []), ("the one at the bottom", [{"n": -1}]), ("最后一个", [{"n": -1}]), ("both of them", [{"all": True}]),
        ("keep the rest", [{"rest": True}]), ("其他的留着", [{"rest": True}]), ("全部", [{"all": True}]), ("one day", []), ("第一次买", [{"n": 1}]),
    ],
)  # fmt: skip
def test_a_place_in_a_list(text: str, wanted: list[JsonObject]) -> None:
    assert [item.value for item in without_overlaps(ordinals(read(text)))] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("身高172体重65公斤", {"height_cm": 172.0, "weight_kg": 65.0}), ("I'm 5'8\" and 150 lbs", {"height_cm": 172.7, "weight_kg": 68.0}),
        ("脚长24.5", {"foot_length_mm": 245.0}), ("一米六五 110斤", {"height_cm": 165.0, "weight_kg": 55.0}), ("order 172", {}),
    ],
)  # fmt: skip
def test_a_measure_of_the_body(text: str, wanted: dict[str, float]) -> None:
    assert {item.type: item.value["n"] for item in measures(read(text))} == wanted
