"""The judge of summaries notices whatever was not so."""

from __future__ import annotations

import datetime as dt

import pytest

from dialogue.commands import Emotion, Understanding
from dialogue.events import (
    Event,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    ToolReturned,
    TurnEnded,
    Understood,
)
from dialogue.replies.types import TextReply
from dialogue.turn import Action, TurnTimes
from evals.tickets.support import unsupported
from tools.evidence import LocalText
from tools.ticketing.body import Statement, StatementKind

NOW = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
DONE = Action(
    tool="cancel_order", arguments={"order_id": "W1234"}, status="ok", receipt="rcp_abc", result={"minor": 8900}
)
LATE = Action(tool="return_items", arguments={"order_id": "W1234"}, status="refused", result={"code": "window_passed"})
EVENTS: tuple[Event, ...] = (
    MessageReceived(author="shopper", author_id="C1", client_id="1", text="cancel W1234 it is too small"),
    Understood(of_seq=1, understanding=Understanding(lang="en", emotion=Emotion(label="annoyed"))),
    ToolReturned(action=DONE, duration_ms=1),
    Replied(replies=(TextReply(text="Which one do you mean?"),)),
    TurnEnded(of_seq=1, handled_by="bot", ms=TurnTimes()),
    MessageReceived(author="shopper", author_id="C1", client_id="2", text="human"),
    Understood(of_seq=6, understanding=Understanding(lang="en")),
    ToolReturned(action=LATE, duration_ms=1),
    OwnershipChanged(owner="queued", version=1, reason="asked"),
    TurnEnded(of_seq=6, handled_by="queue", ms=TurnTimes()),
)  # fmt: skip
LOG = [StoredEvent(conversation_id="c", seq=at, at=NOW, event=event) for at, event in enumerate(EVENTS, 1)]


def faults(kind: StatementKind, en: str, zh: str, *seqs: int) -> int:
    return len(unsupported([Statement(kind=kind, text=LocalText(zh=zh, en=en), seqs=seqs)], LOG))


@pytest.mark.parametrize(
    ("kind", "en", "zh", "seq"),
    [
        ("person", "Emma, signed in (C1).", "Emma，已登录（C1）。", 1),
        ("want", "Wants: cancelling, in their words “cancel W1234 it is too small”.", "想办：取消，原话“cancel W1234”。", 1),
        ("fact", "Said: too small.", "说过：too small。", 1),
        ("done", "Done: cancelling (W1234; 89.00), receipt rcp_abc.", "已办：取消（W1234，¥89.00），回执 rcp_abc。", 1),
        ("refused", "Not done: return (W1234).", "没办成：退货（W1234）。", 6),
        ("stuck", "Stopped at the question “Which one do you mean?”", "停在“Which one do you mean?”", 1),
        ("mood", "Mood: annoyed.", "情绪：不耐烦。", 1),
        ("reason", "Handed over: a person was asked for.", "转人工原因：顾客要求人工。", 6),
    ],
)  # fmt: skip
def test_what_was_so_is_supported_there_and_nowhere_else(kind: StatementKind, en: str, zh: str, seq: int) -> None:
    assert faults(kind, en, zh, seq) == 0
    other = 6 if seq == 1 else 1
    if kind != "person":
        assert faults(kind, en, zh, other) == 1
    assert faults(kind, en, zh, 3) == 1
    assert faults(kind, en, zh) == 1
    assert faults(kind, en, "", seq) == 1


@pytest.mark.parametrize(
    ("kind", "en", "zh", "seq"),
    [
        ("person", "Emma, signed in (C2).", "Emma，已登录（C2）。", 1),
        ("done", "Done: cancelling (W1234; 98.00), receipt rcp_abc.", "已办：取消，回执 rcp_abc。", 1),
        ("done", "Done: cancelling (W1234), receipt rcp_xyz.", "已办：取消，回执 rcp_xyz。", 1),
        ("done", "Done: cancelling (W9999), receipt rcp_abc.", "已办：取消（W1234），回执 rcp_abc。", 1),
        ("refused", "Not done: return (W1234).", "没办成：退货（W1234）。", 1),
        ("mood", "Mood: angry.", "情绪：生气。", 1),
        ("mood", "Mood: annoyed.", "情绪：生气。", 1),
        ("want", "Wants: cancelling, in their words “cancel everything”.", "想办：取消。", 1),
        ("reason", "Handed over: the shopper is angry.", "转人工原因：顾客情绪激动。", 6),
        ("risk", "The chance is 50%.", "概率 50%。", 6),
    ],
)
def test_what_was_not_so_is_noticed(kind: StatementKind, en: str, zh: str, seq: int) -> None:
    assert faults(kind, en, zh, seq) == 1
