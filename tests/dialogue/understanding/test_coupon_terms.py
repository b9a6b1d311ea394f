"""The terms of a coupon in a merchant's words, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dialogue.understanding.coupon_terms import named_before, read_change, read_terms

TODAY = dt.date(2026, 3, 10)


def off(value: str, kind: str = "amount", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "value": value, **more}


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("把满300减40的券改成满250", {"minimum_spend": "250"}),
        ("change the 40 off 300 coupon to 40 off 250", off("40", minimum_spend="250")),
        ("set the minimum spend of save40 to 250", {"minimum_spend": "250"}),
        ("满减券的门槛降到100", {"minimum_spend": "100"}),
        ("save40延长到6月30日", {"ends_on": "2026-06-30"}),
        ("extend save40 until june 30", {"ends_on": "2026-06-30"}),
        ("extend save40 to 2026-12-31", {"ends_on": "2026-12-31"}),
        ("save40限量改成500张", {"limit": 500}),
        ("set the limit of save40 to 500", {"limit": 500}),
        ("the 20% coupon should be 15% off", off("15", "percent")),
        ("把那张8折券改成85折", off("15", "percent")),
        ("把save40改成满200减30", off("30", minimum_spend="200")),
        ("make save40 30 off over 200", off("30", minimum_spend="200")),
        ("raise the value of the 40 off coupon to 50", off("50")),
        ("改一下优惠券", {}),
        ("change the terms of the coupon", {}),
    ],
)
def test_what_a_coupon_is_to_become(said: str, becomes: dict[str, Any]) -> None:
    assert read_change(said, TODAY).arguments() == becomes


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("新建一张满200减30的券，有效期到6月30日，限500张", off("30", minimum_spend="200", ends_on="2026-06-30", limit=500)),
        ("create a coupon: 30 off orders over 200 until june 30, limited to 500", off("30", minimum_spend="200", ends_on="2026-06-30", limit=500)),
        ("发一张8折券，有效7天", off("20", "percent", ends_on="2026-03-17")),
        ("issue a 20% coupon for 2 weeks", off("20", "percent", ends_on="2026-03-24")),
        ("搞一张无门槛10元券，有效30天", off("10", minimum_spend="0", ends_on="2026-04-09")),
        ("a voucher of 5 off without a minimum until june 30", off("5", minimum_spend="0", ends_on="2026-06-30")),
        ("满100减10，到2月1日", off("10", minimum_spend="100", ends_on="2027-02-01")),
        ("我想发优惠券", {}),
        ("8折，到2月31日", off("20", "percent")),
    ],
)  # fmt: skip
def test_the_terms_of_a_new_coupon(said: str, terms: dict[str, Any]) -> None:
    assert read_terms(said, TODAY).arguments() == terms


def test_a_coupon_is_named_by_the_terms_before_the_change() -> None:
    for said in ("把满300减40的券改成满250", "change the 40 off 300 coupon to 40 off 250"):
        assert read_terms(named_before(said), TODAY).arguments() == off("40", minimum_spend="300")
