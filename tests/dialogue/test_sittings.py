"""Sittings as a fold over events: whatever happens, they are in order, do not overlap, and end in one of four ways."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.commands import CannotHandle, Emotion, PendingQuestion, StartFlow, Understanding
from dialogue.events import (
    Asked,
    Decided,
    Event,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    TicketOpened,
    TurnEnded,
    Understood,
)
from dialogue.replies.types import TextReply
from dialogue.sittings import sittings
from dialogue.turn import TicketRef, TurnTimes
from knowledge.schema import Conversation, Sitting
from knowledge.schema.served import IDLE

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HEAD = Conversation(id="cnv_1", subject="C1", created_at=NOON, updated_at=NOON)
TICKET = TicketOpened(ticket=TicketRef(id="tkt_1", priority="normal", queue="general"))
ENDINGS = {"autonomous", "assisted", "handed_over", "abandoned"}


def stored(*timed: tuple[float, Event]) -> list[StoredEvent]:
    """Events by the minutes since noon at which they come."""
    return [
        StoredEvent(conversation_id=HEAD.id, seq=seq, at=NOON + dt.timedelta(minutes=minutes), event=event)
        for seq, (minutes, event) in enumerate(timed, start=1)
    ]


def turn(
    minutes: float, seq: int, *, route: str = "flow", asks: bool = False, lost: bool = False
) -> list[tuple[float, Event]]:
    """A message that is `seq`, and its turn."""
    commands = (CannotHandle(),) if lost else (StartFlow(flow="track_order"),)
    understanding = Understanding(
        lang="en", commands=commands, emotion=Emotion(label="annoyed", score=0.9, intensity=0.5)
    )
    question = PendingQuestion(kind="slot", text="which order?") if asks else None
    return [
        (minutes, MessageReceived(author="shopper", client_id=f"m{seq}", text="hm")),
        (minutes, Understood(of_seq=seq, understanding=understanding)),
        (minutes, Decided(route=route)),
        (minutes, Asked(question=question)),
        (minutes, Replied(replies=(TextReply(text="so"),))),
        (minutes, TurnEnded(of_seq=seq, handled_by="bot", ms=TurnTimes())),
    ]


def owner(who: str, reason: str = "", agent: str | None = None) -> OwnershipChanged:
    return OwnershipChanged.model_validate({"owner": who, "version": 1, "agent_id": agent, "reason": reason})


def folded(events: Sequence[StoredEvent], resolved: dt.datetime | None = None) -> list[Sitting]:
    return sittings(HEAD, events, {"tkt_1": resolved})


@pytest.mark.parametrize(
    ("timed", "ending"),
    [
        (turn(0, 1), "autonomous"),
        (turn(0, 1, asks=True), "abandoned"),
        (turn(0, 1, lost=True, route="reply"), "abandoned"),
        (turn(0, 1, route="reply"), "abandoned"),
        ([*turn(0, 1), (1.0, MessageReceived(author="shopper", client_id="x", text="and?"))], "abandoned"),
        ([*turn(0, 1), (1.0, TICKET), (2.0, owner("human", agent="ada")), (3.0, owner("bot", "resolve"))], "handed_over"),
        ([*turn(0, 1), (1.0, TICKET), (2.0, owner("human", agent="ada")), (3.0, owner("bot", "hand_back"))], "assisted"),
        (
            [*turn(0, 1), (1.0, TICKET), (2.0, owner("human", agent="ada")), (3.0, owner("bot", "resolve")), *turn(4, 10)],
            "assisted",
        ),
    ],
)  # fmt: skip
def test_how_a_sitting_ends(timed: list[tuple[float, Event]], ending: str) -> None:
    [only] = folded(stored(*timed), NOON + dt.timedelta(minutes=3))
    assert (only.ending, only.first_mood) == (ending, "annoyed")


def test_an_hour_of_silence_ends_a_sitting_unless_a_ticket_is_open() -> None:
    later = [*turn(0, 1), *turn(59, 7), *turn(121, 13)]
    assert [each.messages for each in folded(stored(*later))] == [2, 1]
    waits = [*turn(0, 1), (1.0, TICKET), *turn(600, 8)]
    assert [each.messages for each in folded(stored(*waits))] == [2]
    assert [each.messages for each in folded(stored(*waits), NOON + dt.timedelta(minutes=9))] == [1, 1]


def test_a_message_that_gives_stars_belongs_to_no_sitting() -> None:
    events = stored(*turn(0, 1), *turn(300, 7, route="rating"))
    [only] = folded(events)
    assert (only.messages, only.ended_at) == (1, NOON)


steps = st.lists(
    st.tuples(
        st.integers(0, 200), st.sampled_from(["turn", "ticket", "human", "resolve", "hand_back", "agent", "stars"])
    ),
    max_size=25,
)


@given(steps)
def test_sittings_are_in_order_and_hold_every_message_once(taken: list[tuple[int, str]]) -> None:
    timed: list[tuple[float, Event]] = []
    now, stars = 0.0, 0
    for minutes, what in taken:
        now += minutes
        seq = len(timed) + 1
        match what:
            case "turn" | "stars":
                timed += turn(now, seq, route="rating" if what == "stars" else "flow")
                stars += what == "stars"
            case "ticket":
                timed.append((now, TICKET))
            case "human":
                timed.append((now, owner("human", agent="ada")))
            case "agent":
                timed.append((now, Replied(author="agent", author_id="ada", replies=(TextReply(text="hello"),))))
            case _:
                timed.append((now, owner("bot", what)))
    events = stored(*timed)
    found = folded(events)
    messages = sum(isinstance(each.event, MessageReceived) for each in events)
    assert sum(each.messages for each in found) == messages - stars
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert {each.ending for each in found} <= ENDINGS
    assert all(each.started_at <= each.ended_at for each in found)
    for before, after in itertools.pairwise(found):
        assert after.started_at - before.ended_at > IDLE
