from __future__ import annotations

import re

import pytest

from tools.risk.history import FEATURES
from tools.risk.model import Reason
from tools.risk.words import in_words

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("value", [None, 0.0, 3.0])
def test_every_feature_has_words_in_both_languages(feature: str, value: float | None) -> None:
    words = in_words(Reason(feature, value, 0.1))
    assert CHINESE.search(words.zh)
    assert " " in words.en
    assert "_" not in words.en + words.zh
    assert not CHINESE.search(words.en)


def test_values_are_told_in_their_unit() -> None:
    said = {
        ("since_signup_s", 90.0): "1.5 minutes since sign-up",
        ("device_accounts", 4.0): "4 other accounts use this device",
        ("new_device", 0.0): "not: a device that is new to the account",
        ("emulator", 1.0): "the device is an emulator",
        ("merchant_repeats", 0.25): "share of repeated events at this seller: 25%",
        ("channel=Ads", 1.0): "channel=Ads",
    }
    assert {key: in_words(Reason(*key, 0.1)).en for key in said} == said
