from __future__ import annotations

import numpy as np
import pytest

from dialogue.understanding.classifier.grams import Grams


def alike(some: str, other: str) -> float:
    grams = Grams.of(["where is my parcel", "refund my order", "快递到哪里了", "我要退款"])
    rows = grams.rows([some, other])
    return float((rows[0] @ rows[1].T).toarray()[0, 0])


def test_a_text_is_like_itself_and_one_without_shared_grams_not_at_all() -> None:
    assert alike("where is my parcel", "WHERE is my parcel") == pytest.approx(1.0, abs=1e-5)
    assert alike("parcel", "退款") == 0.0


@pytest.mark.parametrize(
    ("some", "near", "far"),
    [("parcle where", "where is my parcel", "refund my order"), ("退款吧", "我要退款", "快递到哪里了")],
)
def test_misspelt_and_partly_shared_words_count(some: str, near: str, far: str) -> None:
    assert alike(some, near) > alike(some, far)


def test_rows_have_length_one_or_nothing() -> None:
    rows = Grams.of(["a text", "another text"]).rows(["a text", "", "zzz"])
    assert np.linalg.norm(rows.toarray(), axis=1).round(4).tolist() == [1.0, 0.0, 0.0]
