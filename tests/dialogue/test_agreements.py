"""What a person of the shop agreed to: the shopper is told, the bot knows it in later episodes, the next ticket lists it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from dialogue.commands import AskHuman, ChitChat
from dialogue.events import EpisodeStarted, Replied
from dialogue.store import EventStore
from dialogue.understanding.phrases import asks_what_was_agreed
from knowledge.schema import Ticket
from tests.dialogue.conftest import Talk, words
from tools.base import Identity
from tools.errors import ToolError

ADA = Identity("agent", subject="ada")
AGREED = ("We send a new lamp by Friday.", "You keep the broken one.")


async def test_what_was_agreed_outlasts_the_episode(talk: Talk) -> None:
    await _handed_back(talk, *AGREED)
    stored = [each.event for each in await EventStore(talk.database).load(talk.id)]
    back = [event for event in stored if isinstance(event, Replied)][-1].replies[0].text
    assert all(f"\n- {text}" in back for text in AGREED)
    started = next(event for event in stored if isinstance(event, EpisodeStarted))
    assert [(each.text, each.agent_id) for each in started.agreed] == [(text, "ada") for text in AGREED]
    asked = await talk.say("what did your colleague promise?", ChitChat(topic="agreed"))
    assert all(text in words(asked) for text in AGREED)
    again = await talk.say("a person again", AskHuman())
    assert again.ticket is not None
    async with talk.database.read() as session:
        assert (await session.get_one(Ticket, again.ticket.id)).body["agreed"] == list(AGREED)


async def test_without_an_agreement_the_bot_says_that_none_was_noted(talk: Talk) -> None:
    await _handed_back(talk)
    asked = await talk.say("what did your colleague promise?", ChitChat(topic="agreed"))
    assert "no agreement" in words(asked)
    assert (await _tickets(talk))[0].body["ending"]["agreed"] == []


@pytest.mark.parametrize("agreed", [("x" * 301,), (" ",), tuple(map(str, range(11)))])
async def test_an_agreement_is_a_sentence_and_there_are_ten_at_most(talk: Talk, agreed: tuple[str, ...]) -> None:
    ticket_id = await _claimed(talk)
    with pytest.raises(ToolError):
        await talk.conversations.release(ticket_id, ADA, outcome="hand_back", agreed=agreed)
    assert (await _tickets(talk))[0].status == "claimed"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("what did your colleague promise me?", True),
        ("remind me what we agreed", True),
        ("客服刚才答应我什么了", True),
        ("之前说好的是什么", True),
        ("what is the return policy", False),
        ("what did I order", False),
        ("客服电话是什么", False),
    ],
)
def test_what_was_agreed_is_asked_in_many_words(text: str, asks: bool) -> None:
    assert asks_what_was_agreed(text.lower()) is asks


async def _claimed(talk: Talk) -> str:
    turn = await talk.say("a person please", AskHuman())
    assert turn.ticket is not None
    await talk.conversations.claim(turn.ticket.id, ADA, version=1)
    return turn.ticket.id


async def _handed_back(talk: Talk, *agreed: str) -> None:
    await talk.conversations.release(await _claimed(talk), ADA, outcome="hand_back", agreed=agreed)


async def _tickets(talk: Talk) -> list[Ticket]:
    async with talk.database.read() as session:
        return list((await session.exec(select(Ticket))).all())
