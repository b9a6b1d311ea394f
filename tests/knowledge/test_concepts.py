from __future__ import annotations

import pytest

from knowledge.concepts import Concepts, concepts
from knowledge.words import tokens

WORDS = Concepts(
    {
        "shipping_fee": {"zh": ["运费", "邮费"], "en": ["postage", "shipping fee"]},
        "fee": {"zh": ["费"], "en": ["fee"]},
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("邮费多少", ["shipping_fee"]),
        ("运费和费", ["shipping_fee", "fee"]),
        ("Shipping fees?", ["shipping_fee", "fee"]),
        ("ＰＯＳＴＡＧＥ", ["shipping_fee"]),
        ("post age", []),
        ("", []),
    ],
)
def test_terms_are_found_whatever_their_ending_and_the_longest_chinese_one_wins(text: str, found: list[str]) -> None:
    assert WORDS.of(text) == found


@pytest.mark.parametrize(
    ("zh", "en"),
    [("退邮费吗", "who pays the postage"), ("礼品卡余额", "gift card balance"), ("关税谁付", "import duties"), ("开发票", "an invoice, please")],
)  # fmt: skip
def test_both_languages_name_the_same_concepts(zh: str, en: str) -> None:
    assert set(concepts().of(zh)) & set(concepts().of(en))


def test_only_the_words_that_name_a_concept_are_its_words() -> None:
    assert WORDS.words_in("what is the postage for a sofa") == set(tokens("postage"))
    assert WORDS.words_in("沙发运费多少") == {"运费"}
    assert WORDS.words_in("how far is it back to you") == set()
