from __future__ import annotations

import pytest

from dialogue.understanding.classifier.names import kinship, spoken


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("alarm/cancel_alarm", "alarm cancel alarm"),
        ("SearchScreeningEvent", "search screening event"),
        ("退款", "退款"),
        ("17", ""),
        ("A", ""),
        ("L_2", ""),
    ],
)
def test_a_label_is_read_as_words_where_it_has_any(label: str, words: str) -> None:
    assert spoken(label) == words


def test_labels_are_akin_by_the_words_they_share() -> None:
    assert kinship(["show_alarm", "cancelAlarms", "7"]).round(3).tolist() == [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
