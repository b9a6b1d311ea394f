"""How the shopper was served: asked by the policy, answered by stars or words, kept once, and dropped by anything else."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlmodel import select

from dialogue.commands import Affirm, AskHuman, ChitChat, Emotion, StartFlow
from dialogue.events import Rated
from dialogue.rating import question
from dialogue.replies.types import RatingReply, Reply
from dialogue.store import EventStore
from knowledge.schema import Rating
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, words
from tests.dialogue.test_conversations import CANCEL
from tools.base import Identity
from tools.errors import ArgumentError, RefusedError
from tools.policy import RatingRules
from tools.testing import FixedClock

ADA = Identity("agent", subject="ada")


async def test_who_was_served_by_a_person_is_asked_and_answers_in_words(talk: Talk) -> None:
    ticket_id = await _resolved(talk)
    asked = await _question(talk)
    turn = await talk.say("not great, it took an hour")
    assert "sorry" in words(turn)
    rating = (await _ratings(talk))[0]
    assert (rating.id, rating.ticket_id, rating.served_by, rating.agent_id) == (
        asked.rating_id,
        ticket_id,
        "agent",
        "ada",
    )
    assert (rating.score, rating.remark, rating.customer_id) == (2, "it took an hour", talk.identity.customer_id)
    assert [action.tool for action in turn.actions] == ["rate_service"]


async def test_the_question_is_in_the_shoppers_language_and_so_is_the_answer(talk: Talk) -> None:
    talk.understander.lang = "zh"
    await talk.open("zh")
    await _resolved(talk)
    assert "五颗星" in (await _question(talk)).text
    assert words(await talk.say("五星")) == "谢谢您的评价！"
    assert (await _ratings(talk))[0].score == 5


async def test_words_about_something_else_go_the_normal_way_and_drop_the_question(talk: Talk) -> None:
    await _resolved(talk)
    assert "rate_service" not in [
        action.tool for action in (await talk.say("where is my parcel", StartFlow(flow="track_order"))).actions
    ]
    await talk.say("5 stars", ChitChat(topic="greeting"))
    assert (await _ratings(talk))[0].score is None


async def test_stars_and_a_request_in_one_message_are_both_heard(talk: Talk) -> None:
    await _resolved(talk)
    talk.understander.script["get me a person"] = (AskHuman(),)
    turn = await talk.say("5 stars. get me a person")
    assert (await _ratings(talk))[0].score == 5
    assert turn.ticket is not None


async def test_a_rating_is_kept_once_and_may_be_changed_for_a_day(talk: Talk) -> None:
    await _resolved(talk)
    conversations = talk.conversations
    for score, remark in ((4, ""), (5, "she called back")):
        await conversations.rate(talk.id, talk.identity, score=score, remark=remark)
    assert [(each.score, each.remark) for each in await _ratings(talk)] == [(5, "she called back")]
    rated = [each.event for each in await EventStore(talk.database).load(talk.id) if isinstance(each.event, Rated)]
    assert [(each.score, each.remark) for each in rated] == [(4, ""), (5, "she called back")]
    _advance(talk, hours=25)
    with pytest.raises(RefusedError, match="rating_closed"):
        await conversations.rate(talk.id, talk.identity, score=1)
    assert (await _ratings(talk))[0].score == 5


async def test_nobody_rates_who_was_not_asked(talk: Talk) -> None:
    with pytest.raises(ArgumentError, match="rating_not_asked"):
        await talk.conversations.rate(talk.id, talk.identity, score=5)


@pytest.mark.parametrize("end", ["hand_back", "resolve"])
async def test_a_case_that_the_bot_goes_on_with_is_not_asked_about(talk: Talk, end: str) -> None:
    await _resolved(talk, end)
    assert len(await _ratings(talk)) == (end == "resolve")


async def test_the_same_person_is_not_asked_again_for_two_weeks(talk: Talk) -> None:
    await _resolved(talk)
    await _resolved(talk)
    await talk.open()
    await _resolved(talk)
    assert len(await _ratings(talk)) == 1
    _advance(talk, days=15)
    await talk.open()
    await _resolved(talk)
    assert len(await _ratings(talk)) == 2


@pytest.mark.parametrize("ask", ["never", "after_person", "after_bot"])
async def test_after_the_bot_is_asked_only_where_the_shop_wants_it(talk: Talk, ask: str) -> None:
    _policy(talk, RatingRules.model_validate({"ask": ask}))
    await _cancelled(talk)
    turn = await talk.say("bye", ChitChat(topic="goodbye"))
    asked = [reply for reply in turn.replies if isinstance(reply, RatingReply)]
    assert [reply.served_by for reply in asked] == (["bot"] if ask == "after_bot" else [])
    await _resolved(talk)
    assert len(await _ratings(talk)) == (ask != "never")


async def test_nobody_is_asked_who_leaves_cross_or_without_anything_done(talk: Talk) -> None:
    _policy(talk, RatingRules(ask="after_bot"))
    assert not _asked((await talk.say("bye", ChitChat(topic="goodbye"))).replies)
    await _cancelled(talk)
    talk.understander.emotions["bye then"] = Emotion(label="annoyed", score=0.9, intensity=0.6)
    assert not _asked((await talk.say("bye then", ChitChat(topic="goodbye"))).replies)
    assert _asked((await talk.say("bye", ChitChat(topic="goodbye"))).replies)


@pytest.mark.parametrize("channel", ["openai", "mcp", "cli"])
async def test_nobody_is_asked_where_a_program_reads(talk: Talk, channel: str) -> None:
    talk.id = (await talk.conversations.open(talk.identity, lang="en", channel=channel)).id
    await _resolved(talk)
    assert await _ratings(talk) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_question_can_be_read_alone(talk: Talk, lang: Lang) -> None:
    text = question("rat_1", "agent", lang, talk.conversations.templates).text
    assert ("五星" if lang == "zh" else "5 stars") in text


async def _resolved(talk: Talk, outcome: str = "resolve") -> str:
    turn = await talk.say("a person please", AskHuman())
    assert turn.ticket is not None
    await talk.conversations.claim(turn.ticket.id, ADA, version=1)
    await talk.conversations.release(turn.ticket.id, ADA, outcome=outcome)
    return turn.ticket.id


def _policy(talk: Talk, rules: RatingRules) -> None:
    executor = talk.conversations.executor
    executor.policy = executor.policy.model_copy(update={"rating": rules})


def _asked(replies: Iterable[Reply]) -> list[RatingReply]:
    return [reply for reply in replies if isinstance(reply, RatingReply)]


async def _question(talk: Talk) -> RatingReply:
    events = await EventStore(talk.database).load(talk.id)
    replies = [reply for each in events for reply in getattr(each.event, "replies", ())]
    return _asked(replies)[-1]


async def _ratings(talk: Talk) -> list[Rating]:
    async with talk.database.read() as session:
        return list((await session.exec(select(Rating))).all())


def _advance(talk: Talk, **span: float) -> None:
    clock = talk.conversations.executor.clock
    assert isinstance(clock, FixedClock)
    clock.advance(**span)


async def _cancelled(talk: Talk) -> None:
    """The bot does something that the shopper wanted."""
    await talk.say("cancel D1002", CANCEL)
    await talk.say("yes", Affirm())
