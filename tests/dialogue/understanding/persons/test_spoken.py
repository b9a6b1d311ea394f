"""What the model weighs of a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.persons.spoken import grams, marked, pieces


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("put me through to a real person", "put me through to a  xper "),
        ("no bots please", "no  xbot  please"),
        ("叫你们店长来", "叫你们甲来"),
        ("机器人不懂，转人工客服", "乙不懂，转甲"),
    ],
)
def test_persons_and_machines_are_marked(text: str, shown: str) -> None:
    assert marked(text) == shown


def test_a_message_is_read_whole_and_by_its_sentences() -> None:
    assert pieces("it broke. get me a person!") == ["it broke. get me a person!", "it broke.", "get me a person!"]
    assert pieces("坏了。叫人来") == ["坏了。叫人来", "坏了。", "叫人来"]
    assert pieces(" 转人工 ") == ["转人工"]
    assert pieces("john r. hale, 1.5 l") == ["john r. hale, 1.5 l"]


def test_what_sounds_alike_shares_sounds() -> None:
    sounds = [{gram for gram in grams(text) if gram.startswith("y")} for text in ("转任工", "zhuan rengong")]
    assert sounds[0] == sounds[1] != set()


@given(st.text(max_size=300))
def test_every_text_has_pieces_and_grams(text: str) -> None:
    assert pieces(text)[0] == text.strip()
    assert all(gram[0] in "rmscy" for piece in pieces(text) for gram in grams(piece))
