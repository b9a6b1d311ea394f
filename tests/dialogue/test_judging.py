"""When a person is needed: the policy as data, the sum of the signs, and what the shopper and the ticket are told of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from dialogue.commands import AskHuman, AskKnowledge, CannotHandle, ChitChat, Emotion, StartFlow
from dialogue.escalation_policy import NAME, EscalationError, load_escalation, shipped
from dialogue.events import Decided
from dialogue.judgement import SignName, SignSeen
from dialogue.judging import RANK, weigh
from dialogue.store import EventStore
from dialogue.testing import entity
from knowledge.schema import Ticket
from tests.dialogue.conftest import Talk, words

SEEN = st.builds(
    SignSeen,
    sign=st.sampled_from(sorted(shipped().signs)),
    value=st.floats(0, 5),
    contribution=st.just(0.0),
    decides=st.booleans(),
)


@given(st.lists(SEEN, max_size=6), SEEN)
def test_more_that_is_seen_never_speaks_against_a_person(seen: list[SignSeen], more: SignSeen) -> None:
    before, after = weigh(shipped(), seen), weigh(shipped(), [*seen, more])
    assert 0 <= before.chance <= after.chance <= 1
    assert RANK[before.priority] <= RANK[after.priority]
    assert not (before.then == "hand_over" and after.then != "hand_over")


def test_each_contribution_is_weight_times_value_and_they_add_up_to_the_chance() -> None:
    seen = [_sign("discontent", -1.0), _sign("unsure", 2.0), _sign("legal"), _sign("unsure", 1.0)]
    found = weigh(shipped(), seen)
    assert [(sign.sign, sign.contribution) for sign in found.signs] == [
        ("legal", 1.5),
        ("unsure", 1.4),
        ("discontent", -1.0),
    ]
    assert (found.chance, found.then, found.priority) == (0.87, "hand_over", "high")


def _sign(name: SignName, value: float = 1.0) -> SignSeen:
    return SignSeen(sign=name, value=value, contribution=0.0, decides=True)


def test_a_shops_own_file_holds_only_what_differs(tmp_path: Path) -> None:
    own = "offer_from: 0.4\nsigns: {legal: {queue: legal_desk}, bereaved: {then: hand_over, reason: policy}}\nwords: {legal: [Handelskammer]}\n"
    (tmp_path / NAME).write_text(own, encoding="utf-8")
    policy = load_escalation(tmp_path)
    assert (policy.offer_from, policy.hand_over_from) == (0.4, shipped().hand_over_from)
    assert policy.signs["legal"] == shipped().signs["legal"].model_copy(update={"queue": "legal_desk"})
    assert policy.signs["bereaved"].then == "hand_over"
    assert policy.words == {"legal": ("Handelskammer",)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("signs: {legal: {wieght: 2}}", "signs.legal.wieght: there is no such field here"),
        ("signs: {lawyer: {weight: 2}}", "signs.lawyer"),
        ("offer_from: often", "offer_from: Input should be a valid number"),
        ("offer_from: 0.9", "offer_from must not be above hand_over_from"),
        ("signs: {legal: {priority: now}}", "signs.legal.priority: Input should be 'low'"),
        ("- offer_from", "expected fields such as `offer_from: 0.6`"),
        ("offer_from: [", "while parsing"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    with pytest.raises(EscalationError, match=NAME) as caught:
        load_escalation(tmp_path)
    assert says in str(caught.value)


async def test_danger_hands_over_at_once_with_what_is_safe_to_do(talk: Talk) -> None:
    text = "the battery of my lamp is swollen, I want to return it"
    turn = await talk.say(text, StartFlow(flow="return_items", text=text))
    assert turn.handled_by == "queue"
    assert turn.ticket is not None
    assert (turn.ticket.priority, turn.ticket.queue) == ("urgent", "after_sales")
    assert words(turn).startswith("Please stop using it now")
    ticket = await _ticket(talk)
    assert ticket.reason == "safety"
    decided = [each.event for each in await EventStore(talk.database).load(talk.id) if isinstance(each.event, Decided)]
    judged = decided[-1].judgement
    assert judged is not None
    assert ticket.body["escalation"] == judged.model_dump(mode="json")
    assert [(sign.sign, sign.words) for sign in judged.signs if sign.decides] == [
        ("hazard", "battery of my lamp is swollen")
    ]


async def test_who_has_lost_somebody_hears_it_once_and_goes_before_others_later(talk: Talk) -> None:
    text = "my husband passed away and I need his invoice"
    first = await talk.say(text, AskKnowledge(query="invoice", text=text))
    assert first.handled_by == "bot"
    assert words(first).count("sorry for your loss") == 1
    second = await talk.say("my husband died, you know", ChitChat(topic="ack"))
    assert "sorry for your loss" not in words(second)
    third = await talk.say("a person please", AskHuman())
    assert third.ticket is not None
    assert third.ticket.priority == "high"
    assert (await _ticket(talk)).reason == "asked"


async def test_a_lawyer_is_named_in_another_reason_than_an_address(talk: Talk) -> None:
    turn = await talk.say("my lawyer will contact you", ChitChat(topic="complaint"))
    assert (await _ticket(talk)).reason == "legal"
    assert turn.handled_by == "queue"


async def test_messages_barely_understood_in_a_row_speak_for_a_person(talk: Talk) -> None:
    vague = ChitChat(topic="ack", score=0.2)
    texts = ["hm well", "and the other", "what about it then"]
    talk.understander.emotions = dict.fromkeys(texts, Emotion(label="annoyed", score=0.8, intensity=0.4))
    for text in texts:
        await talk.say(text, vague)
    judged = [
        each.event.judgement
        for each in await EventStore(talk.database).load(talk.id)
        if isinstance(each.event, Decided)
    ]
    unsure = [[sign.value for sign in each.signs if sign.sign == "unsure"] for each in judged if each is not None]
    assert unsure == [[], [2.0], [3.0]]


async def test_a_calm_conversation_leaves_no_judgement_behind(talk: Talk) -> None:
    await talk.say("hello", ChitChat(topic="greeting"))
    order = entity("order_ref", "D1002", id="D1002")
    await talk.say("how is D1002", StartFlow(flow="order_status", text="how is D1002", entities=(order,)))
    await talk.say("blorp", CannotHandle())
    judged = [
        each.event.judgement
        for each in await EventStore(talk.database).load(talk.id)
        if isinstance(each.event, Decided)
    ]
    assert [each is None for each in judged] == [True, True, False]


async def _ticket(talk: Talk) -> Ticket:
    async with talk.database.read() as session:
        return (await session.exec(select(Ticket))).one()


async def test_who_is_content_and_asks_for_a_person_is_no_urgent_case(talk: Talk) -> None:
    turn = await talk.say("a person please", AskHuman())
    assert turn.ticket is not None
    judged = [each.event for each in await EventStore(talk.database).load(talk.id) if isinstance(each.event, Decided)][
        -1
    ]
    assert judged.judgement is not None
    assert judged.judgement.priority == "normal"
