from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.ticketing.body import Mood, TicketBody, Want, read_body

FIRST_VERSION = {
    "customer": {"id": "C1", "name": "Emma", "verified_by": "order_phone"},
    "wants": [{"flow": "return_items", "title": {"zh": "退货", "en": "your return"}, "slots": {"order": "W1"}, "words": "back"}],
    "order": "W1",
    "last_message": "human",
    "tried": [{"tool": "return_items", "status": "refused", "code": "window_passed", "receipt": None}],
    "emotion": {
        "now": {"label": "angry", "score": 0.9, "intensity": 0.7, "chances": {}, "impatience": None},
        "over_time": ["calm", "angry"],
        "trend": "worse",
        "satisfaction": {"dissatisfied": 0.8, "because": ["mood"]},
    },
    "failures": 0,
    "attachments": ["att_1"],
    "ending": {"outcome": "resolve", "note": "done", "agent": "anna", "at": "2026-11-01T10:00:00+00:00"},
}  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=6,
)


def test_a_ticket_of_the_first_form_is_read_as_one_of_today() -> None:
    body = read_body(FIRST_VERSION)
    assert (body.customer.id, body.customer.verified) == ("C1", "order_phone")
    assert body.wants[0].flow == "return_items"
    assert isinstance(body.wants[0], Want)
    assert (body.tried[0].tool, body.tried[0].code) == ("return_items", "window_passed")
    assert body.emotion.points == (Mood(label="calm"), Mood(label="angry", score=0.9, intensity=0.7))
    assert (body.emotion.trend, body.emotion.dissatisfied) == ("worse", 0.8)
    assert body.attachments == ("att_1",)
    assert body.ending is not None
    assert body.ending.agent == "anna"
    assert body.notes == {"order": "W1", "last_message": "human"}


@pytest.mark.parametrize(
    ("verified", "expected"),
    [("token", "signed_in"), ("email", "email"), (None, "anonymous"), ("something", "anonymous")],
)
def test_how_somebody_was_known_is_kept(verified: str | None, expected: str) -> None:
    assert read_body({"customer": {"id": None, "verified_by": verified}}).customer.verified == expected


def test_what_a_later_version_adds_is_not_lost() -> None:
    assert read_body({"version": 2, "weather": "rain", "attachments": ["a"]}).notes == {"weather": "rain"}


@given(
    st.dictionaries(st.sampled_from([*FIRST_VERSION, *TicketBody.model_fields]) | st.text(max_size=5), JSON, max_size=4)
)
@settings(max_examples=80, deadline=None)
def test_any_body_can_be_read_and_written_again(stored: dict[str, Any]) -> None:
    body = read_body(stored)
    assert read_body(body.model_dump(mode="json")) == body
