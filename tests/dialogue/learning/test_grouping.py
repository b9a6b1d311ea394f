"""Messages that say the same come together, those said most often first."""

from __future__ import annotations

import datetime as dt

from dialogue.learning import Doubt, grouped
from knowledge.embedding import default_embedder
from knowledge.types import Lang

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


def doubt(text: str, lang: Lang = "en", **guesses: float) -> Doubt:
    return Doubt(text, lang, "unsure", tuple(guesses.items()), "cnv_1", NOON)


def test_alike_messages_are_one_group_with_each_text_once() -> None:
    found = [
        doubt("where is my parcel", track_order=0.5, order_status=0.3),
        doubt("do you sell teapots", find_products=0.4),
        doubt("where is my package", track_order=0.3, find_products=0.35),
        doubt("where is my parcel", track_order=0.5),
    ]
    groups = grouped(found, default_embedder())
    assert [([one.text for one in group.doubts], group.times) for group in groups] == [
        (["where is my parcel", "where is my package"], 3),
        (["do you sell teapots"], 1),
    ]
    assert groups[0].guesses == (("track_order", 0.4), ("find_products", 0.175))


def test_languages_are_never_in_one_group() -> None:
    groups = grouped(
        [doubt("where is my parcel"), doubt("我的包裹在哪", "zh"), doubt("包裹在哪", "zh")], default_embedder()
    )
    assert sorted((group.lang, group.times) for group in groups) == [("en", 1), ("zh", 2)]


def test_nothing_is_no_group() -> None:
    assert grouped([], default_embedder()) == []
