"""What the conversation tests must cover stays covered."""

from __future__ import annotations

from collections import Counter

from tests.dialogue.conversations import (
    test_after_sale,
    test_orders,
    test_people,
    test_pointing,
    test_repairs,
    test_shopping,
)

TALKS = [
    talk
    for module in (test_orders, test_after_sale, test_shopping, test_people, test_repairs, test_pointing)
    for talk in module.TALKS
]


def test_there_are_thirty_conversations_in_each_language_and_twenty_repairs() -> None:
    languages = Counter(talk.lang for talk in TALKS)
    repairs = Counter(talk.lang for talk in TALKS if talk.repair)
    assert min(languages["zh"], languages["en"]) >= 30
    assert min(repairs["zh"], repairs["en"]) >= 10


def test_no_two_conversations_have_one_name() -> None:
    names = Counter((talk.lang, talk.name) for talk in TALKS)
    assert [name for name, times in names.items() if times > 1] == []
