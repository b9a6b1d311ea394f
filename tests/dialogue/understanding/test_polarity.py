"""Yes and no by meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.polarity import read
from dialogue.understanding.text import read as text_of


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("yes", "yes"), ("Yes please", "yes"), ("yep, go ahead", "yes"), ("no problem", "yes"), ("sounds good", "yes"), ("ok", "yes"),
        ("that's right", "yes"), ("👍", "yes"), ("why not", "yes"), ("好的", "yes"), ("没问题", "yes"), ("对", "yes"), ("可以", "yes"),
        ("不好意思，可以", "yes"), ("没错", "yes"), ("嗯嗯", "yes"), ("行", "yes"), ("确认", "yes"), ("就这样吧", "yes"), ("好的谢谢", "yes"),
        ("no", "no"), ("nope", "no"), ("no thanks", "no"), ("not yet", "no"), ("don't", "no"), ("absolutely not", "no"), ("👎", "no"),
        ("I'd rather not", "no"), ("不用了", "no"), ("不要", "no"), ("先不", "no"), ("不可以", "no"), ("还没", "no"), ("不行", "no"),
        ("算了，不要", "no"), ("不是", "no"), ("没有", "no"), ("不同意", "no"),
        ("yes but the blue one", "yes_but"), ("ok, but refund to my visa", "yes_but"), ("可以，但是换成红色", "yes_but"), ("好的，不过地址要改", "yes_but"),
        ("You misread me", "wrong"), ("that's wrong", "wrong"), ("这个不对", "wrong"), ("你弄错了", "wrong"), ("错了", "wrong"),
        ("I want to", "yes"), ("I'd like to, please", "yes"), ("I would", "yes"), ("I want that", "yes"),
        ("I want to know the balance of my card afterwards", None), ("I'd like to see the other one first", None),
        ("I would keep the old lamp then", None), ("You", None), ("yesterday", None), ("yellow", None), ("nothing is wrong with my size M", None), ("notebook", None),
        ("对不起", None), ("对了，我的快递到哪了", None), ("红色", None), ("好看吗", None), ("", None), ("what do you mean?", None),
        ("行李箱", None), ("不锈钢的", None), ("好评返现", None), ("okra", None), ("抱歉，不要", "no"), ("sorry, yes", "yes"), ("sorry", None), ("不好意思，我想退货", None), ("不", "no"), ("不锈", None),
    ],
)  # fmt: skip
def test_what_an_answer_means(text: str, sense: str | None) -> None:
    assert read(text_of(text).low).sense == sense


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("yes, the red one", "the red one"),
        ("no, please don't", ""),
        ("nope, not like this", ""),
        ("no, don't change the size", "don't change the size"),
        ("不是这样的", ""),
        ("no, the blue one", "the blue one"),
        ("好的，换成红色", "换成红色"),
        ("不，要蓝色的", "要蓝色的"),
    ],
)
def test_the_rest_begins_after_the_answer(text: str, rest: str) -> None:
    low = text_of(text).low
    assert low[read(low).rest :].strip(" ,，") == rest.replace("，", ",")


@given(st.text(max_size=80))
def test_the_rest_begins_inside_the_message(text: str) -> None:
    low = text_of(text).low
    assert 0 <= read(low).rest <= len(low)
