"""The wishes by which the intent classifier is judged."""

from __future__ import annotations

import re

import pytest

from dialogue.understanding import training
from evals.intents import Wish, figures, macro_f1, read_wishes
from evals.metrics import Share

WISHES = read_wishes()


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())


def test_no_wish_is_a_training_utterance() -> None:
    taught = {letters(row.text) for row in training.examples()}
    assert [wish.text for wish in WISHES if letters(wish.text) in taught] == []


def test_no_wish_stands_twice() -> None:
    assert len({letters(wish.text) for wish in WISHES}) == len(WISHES)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_wish_is_of_an_intent_that_is_taught(lang: str) -> None:
    taught = {row.intent for row in training.examples() if row.lang == lang}
    assert {wish.intent for wish in WISHES if wish.lang == lang} <= taught


def test_the_figures_of_four_wishes() -> None:
    wishes = [Wish(str(n), intent, "en", "tune") for n, intent in enumerate(["a", "a", "out_of_scope", "out_of_scope"])]
    found = figures(wishes, ["a", "out_of_scope", "out_of_scope", "b"])
    assert (found.accuracy, found.out_of_scope) == (Share(2, 4), Share(1, 2))
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_macro_f1_of_nothing_is_zero() -> None:
    assert macro_f1([]) == 0.0
