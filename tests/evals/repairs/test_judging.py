"""The judge of the repair suite finds what differs: the order, an argument, the request, the question, and what was done."""

from __future__ import annotations

from typing import Any

import pytest

from dialogue.commands import PendingQuestion
from dialogue.replies.types import Choice, ChoicesReply, CitationReply
from dialogue.state import DialogueState, Frame, Pending
from dialogue.turn import Action, Turn
from evals.judge.trial import Exchange
from evals.repairs.judging import Standing, judge
from evals.repairs.scene import Ends

RETURN = Action(
    tool="return_items",
    arguments={
        "order_id": "D1",
        "lines": [{"line_id": "D1-1", "quantity": None}, {"line_id": "D1-2", "quantity": 1}],
        "address": {"line1": "54 Fuxing Road", "city": "Shanghai"},
    },
    status="needs_confirmation",
)
TRACKED = Action(tool="track_order", arguments={"order_id": "D4"}, status="ok")
BUTTONS = ChoicesReply(
    lang="en", text="?", choices=(Choice(label="D1 hoodie", value="D1"), Choice(label="D2", value="D2"))
)
CITED = CitationReply(lang="en", text="free", title="Shipping fees", document_id="shipping-fees.en")


def standing(*, flow: str = "return_items", asks: str = "", owner: Any = "bot", turned_at: int = 0) -> Standing:
    """A return that waits for a yes, or asks for a slot; a cancellation waits behind it, and a parcel was looked for."""
    question = PendingQuestion(kind="choice" if asks else "confirm", slot=asks)
    state = DialogueState(
        conversation_id="c1",
        stack=[Frame(id=1, flow=flow, slots={"order": "D1"})],
        queue=[Frame(id=2, flow="cancel_order")],
        pending=Pending(question=question),
        owner=owner,
    )
    turn = Turn(conversation_id="c1", seq=3, handled_by="bot", replies=[CITED, BUTTONS], actions=[TRACKED])
    return Standing(state, None if asks else RETURN, (Exchange("hi", turn, consented=False),), turned_at)


def faults(found: Standing, **ends: Any) -> list[str]:
    return judge([Ends.model_validate(ends)], found)


@pytest.mark.parametrize(
    "ends",
    [
        {"consent": {"tool": "return_items", "order_id": "d1"}},
        {"consent": {"tool": ["exchange_items", "return_items"], "address": {"line1": "54 fuxing road"}}},
        {"consent": {"tool": "return_items", "lines": [{"line_id": "D1-2", "quantity": 1}, {"line_id": "D1-1"}]}},
        {"flow": "return_items", "slots": {"order": "D1"}, "waits": ["cancel_order"], "gone": ["exchange_items"]},
        {"calls": [{"tool": ["get_order", "track_order"], "order_id": "D4"}], "cites": ["returns", "shipping-fees"]},
        {"offers": ["D2", "D1"]},
    ],
)
def test_what_is_as_it_should_be_is_no_fault(ends: dict[str, Any]) -> None:
    assert faults(standing(), **ends) == []


@pytest.mark.parametrize(
    ("ends", "fault"),
    [
        ({"consent": {"tool": "return_items", "order_id": "D2"}}, "a yes should be waited for: return_items, order_id D2"),
        ({"consent": {"tool": "cancel_order"}}, "a yes should be waited for: cancel_order; found: return_items"),
        ({"consent": {"tool": "return_items", "lines": [{"line_id": "D1-1"}]}}, "a yes should be waited for"),
        ({"consent": {"tool": "return_items", "lines": [{"line_id": "D1-1"}, {"line_id": "D1-2"}]}}, "a yes should be"),
        ({"consent": {"tool": "return_items", "refund_method_id": "pm_1"}}, "refund_method_id pm_1"),
        ({"asks": "refund_method"}, "refund_method should be asked for; found: confirm"),
        ({"offers": ["D1"]}, "D1 should be offered; found: D1 hoodie, D2"),
        ({"offers": ["D1", "D3"]}, "D1, D3 should be offered"),
        ({"flow": "cancel_order"}, "cancel_order should run; found: return_items"),
        ({"slots": {"order": "D2"}}, "order should be D2; found: D1"),
        ({"waits": ["request_invoice"]}, "request_invoice should wait"),
        ({"waits": ["return_items"]}, "return_items should wait"),
        ({"gone": ["cancel_order"]}, "cancel_order should be gone"),
        ({"idle": True}, "nothing should be open; found: return_items, cancel_order, asked: confirm"),
        ({"calls": [{"tool": "track_order", "order_id": "D1"}]}, "it should be looked up: track_order, order_id D1"),
        ({"cites": ["returns"]}, "returns should answer; found: shipping-fees"),
        ({"done": [{"tool": "cancel_order"}]}, "it should be done: cancel_order; found: nothing"),
        ({"handed_over": True}, "it should be with a person"),
    ],
)  # fmt: skip
def test_what_differs_is_said(ends: dict[str, Any], fault: str) -> None:
    [found] = faults(standing(), **ends)
    assert fault in found


def test_what_nobody_wanted_done_is_a_fault() -> None:
    done = RETURN.model_copy(update={"status": "ok", "receipt": "rcp_1"})
    turn = Turn(conversation_id="c1", seq=4, handled_by="bot", replies=[], actions=[done])
    state = DialogueState(conversation_id="c1")
    found = Standing(state, None, (Exchange("yes", turn, consented=True),), 0)
    assert faults(found, done=[{"tool": "return_items", "order_id": "D1"}], idle=True) == []
    [fault] = faults(found, idle=True)
    assert fault.startswith("nobody wanted it done: return_items")


def test_what_was_looked_up_before_the_turn_does_not_count() -> None:
    assert faults(standing(turned_at=1), calls=[{"tool": "track_order"}]) != []
    assert faults(standing(turned_at=1), cites=["shipping-fees"]) != []


def test_a_question_about_a_slot_waits_for_no_yes() -> None:
    asking = standing(asks="refund_method")
    assert faults(asking, asks="refund_method", flow="return_items") == []
    assert faults(asking, consent={"tool": "return_items"}) != []


def test_a_person_called_for_nothing_is_a_fault() -> None:
    assert faults(standing(owner="queued"), flow="return_items") == ["it was handed over to a person"]


def test_of_several_ends_any_is_right_and_the_nearest_is_told() -> None:
    right, near, far = Ends(flow="return_items"), Ends(flow="cancel_order"), Ends(flow="cancel_order", asks="order")
    assert judge([far, right], standing()) == []
    assert judge([far, near], standing()) == ["cancel_order should run; found: return_items"]
