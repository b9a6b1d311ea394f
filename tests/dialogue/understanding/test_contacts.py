"""E-mail addresses, phone numbers, postcodes, tax ids and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.entities import contacts
from dialogue.understanding.entities.base import without_overlaps
from dialogue.understanding.text import read


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("my email is Ann.Lee+shop@Example.co.uk.", "ann.lee+shop@example.co.uk"), ("邮箱是zhang_san@qq.com，谢谢", "zhang_san@qq.com"),
        ("邮箱：ａ@b.cn", "a@b.cn"),
    ],
)  # fmt: skip
def test_an_email_address(text: str, email: str) -> None:
    assert [item.value for item in contacts.emails(read(text))] == [{"text": email}]


@pytest.mark.parametrize("text", ["meet me @ 5", "@handle", "a@b", "5@ each"])
def test_what_is_no_email_address(text: str) -> None:
    assert list(contacts.emails(read(text))) == []


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("电话13812345678", "13812345678"), ("手机号是138-1234-5678", "13812345678"), ("+86 13812345678", "13812345678"), ("(415) 555-0132", "4155550132"),
        ("call 415-555-0132", "4155550132"), ("+1 415 555 0132", "+14155550132"), ("my phone number is 4155550132", "4155550132"),
    ],
)  # fmt: skip
def test_a_phone_number(text: str, phone: str) -> None:
    found = without_overlaps(contacts.phones(read(text)))
    assert [item.value for item in found] == [{"text": phone}]


@pytest.mark.parametrize("text", ["#W2378156", "order 20260310123456789", "99.00", "2026-03-10"])
def test_what_is_no_phone_number(text: str) -> None:
    assert list(contacts.phones(read(text))) == []


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("zip 19122", "19122"),
        ("zip code is 94105-1234", "94105-1234"),
        ("邮编200030", "200030"),
        ("my postal code: SW1A 1AA", "SW1A 1AA"),
    ],
)
def test_a_postcode(text: str, postcode: str) -> None:
    assert [item.value for item in contacts.postcodes(read(text))] == [{"text": postcode}]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is Yusuf Rossi", "Yusuf Rossi"), ("I'm Mei Chen", "Mei Chen"), ("我叫张伟", "张伟"), ("收件人：欧阳娜娜", "欧阳娜娜"), ("姓名王小明", "王小明"),
    ],
)  # fmt: skip
def test_a_name_that_is_given(text: str, name: str) -> None:
    kept = without_overlaps(contacts.names(read(text)))
    assert [str(item.value.get("full")) for item in kept] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "I'm angry",
        "I'm looking for shoes",
        "我是说红色的",
        "我是来退货的",
        "my order is late",
        "I am very unhappy with this",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert list(contacts.names(read(text))) == []


def test_a_tax_id_beside_its_word() -> None:
    assert [item.value for item in contacts.tax_ids(read("税号是91310000MA1FL0AB12"))] == [
        {"text": "91310000MA1FL0AB12"}
    ]


def test_a_company_is_named_without_the_words_before_it() -> None:
    assert list(contacts.companies(read("键盘走公司账，要公司抬头的票"))) == []
    assert [item.value for item in contacts.companies(read("抬头是杭州青禾科技有限公司"))] == [
        {"text": "杭州青禾科技有限公司"}
    ]


@given(
    st.integers(min_value=3, max_value=9),
    st.integers(min_value=0, max_value=10**9 - 1),
    st.sampled_from(["电话 {}", "call {} please", "{}"]),
)
def test_every_chinese_mobile_number_is_found(second: int, rest: int, frame: str) -> None:
    number = f"1{second}{rest:09d}"
    found = without_overlaps(contacts.phones(read(frame.format(number))))
    assert [item.value["text"] for item in found] == [number]
