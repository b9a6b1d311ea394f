"""The state, and the copies of it that a turn works on."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.commands import Emotion, EmotionLabel
from dialogue.state import MOODS_KEPT, Frame, Memory, copy_of, displeasure, trend

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
LABELS: tuple[EmotionLabel, ...] = get_args(EmotionLabel)
UNIT = st.floats(0, 1)


@st.composite
def moods(draw: st.DrawFn) -> Emotion:
    """Draw a mood with the chances of all labels, or one that was read by words alone."""
    parts = draw(st.just([]) | st.lists(UNIT, min_size=7, max_size=7).filter(sum))
    chances = {label: part / sum(parts) for label, part in zip(LABELS, parts, strict=False)}
    return Emotion(label=draw(st.sampled_from(LABELS)), intensity=draw(UNIT), chances=chances)


def trend_of(*given_moods: Emotion) -> str:
    return trend(list(given_moods))


@given(moods())
def test_displeasure_is_bounded_and_grows_with_the_intensity(mood: Emotion) -> None:
    stronger = mood.model_copy(update={"intensity": 1.0})
    assert -0.5 <= displeasure(mood) <= 1
    assert abs(displeasure(stronger)) >= abs(displeasure(mood))


@given(moods(), st.integers(1, MOODS_KEPT))
def test_a_mood_that_stays_is_steady(mood: Emotion, times: int) -> None:
    assert trend_of(*[mood] * times) == "steady"


@given(st.lists(moods(), min_size=1, max_size=MOODS_KEPT - 1), moods(), moods())
def test_a_last_message_of_more_displeasure_never_makes_for_a_better_trend(
    before: list[Emotion], one: Emotion, other: Emotion
) -> None:
    calmer, worse = sorted((one, other), key=displeasure)
    order = ("better", "steady", "worse")
    assert order.index(trend_of(*before, calmer)) <= order.index(trend_of(*before, worse))


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (("calm", "calm", "angry"), "worse"), (("calm", "annoyed"), "worse"), (("angry", "annoyed", "calm"), "better"),
        (("annoyed", "satisfied"), "better"), (("calm", "unknown"), "steady"), (("angry", "angry", "angry"), "steady"),
    ],
)  # fmt: skip
def test_a_trend(labels: tuple[EmotionLabel, ...], wanted: str) -> None:
    assert trend_of(*(Emotion(label=label, intensity=0.5) for label in labels)) == wanted


@given(st.dictionaries(st.text(max_size=5), PLAIN, max_size=4))
def test_what_a_turn_changes_in_its_copy_of_a_frame_stays_out_of_the_state(results: dict[str, Any]) -> None:
    frame = Frame(id=1, flow="return", results=results, slots={"lines": [{"line_id": "a"}]}, asked={"order": 1})
    before = frame.model_dump_json()

    copied = copy_of(frame)
    assert copied == frame
    _spoil(copied.results)
    _spoil(copied.slots)
    copied.asked["order"] += 1
    copied.receipts.append("rcp_1")

    assert frame.model_dump_json() == before


def test_a_copy_of_the_memory_has_lists_of_its_own() -> None:
    memory = Memory(focus_products=["p1"], last_search={"options": {"color": "red"}})

    copied = copy_of(memory)
    copied.focus_products.append("p2")
    copied.last_search["options"]["color"] = "blue"

    assert memory == Memory(focus_products=["p1"], last_search={"options": {"color": "red"}})


def _spoil(value: Any) -> None:
    """Change every list and object within a value."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _spoil(part)
    if isinstance(value, dict):
        value["spoilt"] = True
    elif isinstance(value, list):
        value.append("spoilt")
