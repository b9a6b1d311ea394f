"""The shopper's words are its own: what the understanding was trained on would prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.judge.files import load_scenarios
from evals.judge.overlap import TOO_ALIKE, alikeness, overlaps, training_utterances
from tests.evals.judge.conftest import scenario

SCENARIOS = Path(__file__).parents[3] / "evals" / "scenarios"


def test_nothing_that_ships_is_said_in_words_of_the_training() -> None:
    assert "\n".join(map(str, overlaps(load_scenarios([SCENARIOS])))) == ""


@pytest.mark.parametrize("taught", ["Take back my kettle!", "take back my  kettle", "please take back my kettle"])
def test_an_opener_that_is_taught_or_nearly_so_is_told_with_its_scenario(taught: str) -> None:
    mine = scenario(id="kettle", user={"opens_with": ["hi there"], "then": [{"says": ["take back my kettle"]}]})
    assert [(each.place, each.said) for each in overlaps([mine], {"en": [taught]})] == [
        ("scenario kettle", "take back my kettle")
    ]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("行谢了", "wordings/zh.yaml thanks"),
        ("说好几遍了！", None),
        ("说了好几遍了！", "wordings/zh.yaml moods annoyed"),
    ],
)
def test_a_wording_that_is_taught_word_for_word_is_told_with_its_place(said: str, place: str | None) -> None:
    assert [each.place for each in overlaps([], {"zh": [said]})] == ([place] if place else [])


def test_the_training_is_looked_at_in_both_languages() -> None:
    assert all(len(texts) > 2000 for texts in training_utterances().values())


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("what coupons do I have", "What coupons do I have?", True),
        ("what coupons do I have", "what coupons do I still have", True),
        ("我有啥优惠券", "我有啥优惠券呀", True),
        ("我有啥优惠券", "翻翻我有啥优惠券可用没", False),
        ("return the keyboard", "return the keyboard please, never opened it", False),
        ("", "?", True),
    ],
)
def test_a_word_more_does_not_make_another_sentence(one: str, other: str, alike: bool) -> None:
    assert (alikeness(one, other) >= TOO_ALIKE) == alike
