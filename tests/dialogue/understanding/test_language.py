"""The language of a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.language import detect, is_code
from knowledge.types import Lang


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("where is my order", "en"), ("我的快递到哪了", "zh"), ("我想退掉这个 t-shirt", "zh"), ("帮我 cancel 一下 order", "zh"), ("我的 iphone 壳什么时候到", "zh"),
        ("do you have 旗袍 in size m", "en"), ("i want to return the 茶杯", "en"), ("这个 bluetooth speaker 有货吗", "zh"), ("can you help me", "en"),
        ("退货", "zh"), ("refund please", "en"), ("hello", "en"), ("你好", "zh"), ("t恤", "zh"), ("v领", "zh"),
    ],
)  # fmt: skip
def test_the_language_is_that_of_the_grammar(text: str, lang: Lang) -> None:
    assert detect(text) == lang


@pytest.mark.parametrize("text", ["#w2378156", "91330106ma2b1xyz3k", "ok", "123", "👍", "", "xl", "paypal"])
@pytest.mark.parametrize("previous", ["zh", "en"])
def test_a_message_without_language_keeps_the_one_before(text: str, previous: Lang) -> None:
    assert detect(text, previous=previous) == previous


@given(
    st.text(alphabet=st.characters(max_codepoint=0x2FFF, categories=["Nd", "Po", "So", "Zs"])),
    st.sampled_from(["zh", "en"]),
)
def test_signs_and_figures_alone_are_of_the_default_language(text: str, default: Lang) -> None:
    assert detect(text, default=default) == default


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("xqzt!!!", "zh"),
        ("lorem ipsum dolor sit amet", "zh"),
        ("blorf snarg", "zh"),
        ("where is my parcel", "en"),
        ("cancel order", "en"),
        ("the zorgblat", "en"),
    ],
)
def test_nonsense_does_not_change_the_language_of_the_talk(text: str, lang: Lang) -> None:
    assert detect(text, previous="zh", words_known={"cancel", "order", "parcel", "where", "sit"}) == lang
    assert detect(text, previous="en", words_known={"cancel", "order", "parcel", "where", "sit"}) == "en"


CODE = ["'; drop table orders; --", "1; drop table users", '" or 1=1 --', "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd", "select * from users;"]  # fmt: skip


@pytest.mark.parametrize("text", CODE)
@pytest.mark.parametrize("previous", ["zh", "en"])
def test_code_is_of_no_language_and_keeps_the_one_before(text: str, previous: Lang) -> None:
    assert is_code(text)
    assert detect(text, previous=previous) == previous


@pytest.mark.parametrize(
    "text",
    [
        "<b>cancel my order</b>", "towels: cancel; speaker - where? thanks", "return table; --thanks", "grey -> black", "size = m",
        "cancel the keyboard -- wrong one", "select the blue one from the list;", "'; 取消订单; --", "drop the table from the return",
    ],
)  # fmt: skip
def test_what_a_person_says_is_no_code_whatever_signs_it_has(text: str) -> None:
    assert not is_code(text)
