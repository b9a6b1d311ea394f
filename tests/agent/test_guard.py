"""What claims an effect is known in both languages, and what denies one claims none."""

from __future__ import annotations

import pytest

from agent.guard import claims_effect


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("I have changed your address.", True),
        ("Order D1 has now been cancelled.", True),
        ("All right, I have changed nothing.", False),
        ("已为您取消订单。", True),
        ("好的，没有做任何改动。", False),
    ],
)
def test_a_claim_is_told_from_a_denial(text: str, claims: bool) -> None:
    assert claims_effect(text) == claims
