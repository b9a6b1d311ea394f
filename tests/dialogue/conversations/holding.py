"""Holds a conversation test on the real platform and checks it line by line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

import pytest

from dialogue.build import Platform
from dialogue.replies.types import ChoicesReply, Reply
from dialogue.turn import Turn
from knowledge.types import Lang
from tests.dialogue.conversations.script import VISITOR, Desk, Expects, Line, Talk
from tests.dialogue.conversations.shop import Stage, differences
from tools.base import Identity, ToolCall
from tools.ticketing.types import TicketView

AGENT = Identity("agent", subject="lin")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CONSENT = frozenset({"确认", "Yes, go ahead"})
_OFFER = frozenset({"是", "Yes"})


def each(talks: Iterable[Talk]) -> pytest.MarkDecorator:
    """Make a test of every conversation."""
    return pytest.mark.parametrize("talk", [pytest.param(talk, id=f"{talk.lang}-{talk.name}") for talk in talks])


async def hold(talk: Talk, shop: Stage) -> None:
    """Hold the conversation and check every answer, the rows at the end, and whether a person was called."""
    teller = Teller(talk, shop.platform)
    await teller.open()
    for number, line in enumerate(talk.lines, 1):
        if isinstance(line, Desk):
            await teller.desk(line)
        else:
            check(line, await teller.say(line, number), line.lang or talk.lang)
    found = differences(talk.rows, shop.changes())
    assert not found, "\n".join(found)
    assert await teller.called() == talk.ticket


class Teller:
    """The shopper's and the agent's side of one conversation."""

    def __init__(self, talk: Talk, platform: Platform) -> None:
        self.conversations = platform.conversations
        self.executor = platform.executor
        customer = None if talk.who == VISITOR else talk.who
        self.identity = Identity("shopper", subject=talk.who, customer_id=customer)
        self.lang: Lang = talk.lang
        self.id = ""
        self.ticket: str | None = None

    async def open(self) -> None:
        self.id = (await self.conversations.open(self.identity, lang=self.lang)).id

    async def say(self, line: Line, number: int) -> Turn:
        """Send the messages of a line at once; a burst is answered as one turn."""
        turns = await asyncio.gather(
            *(
                self.conversations.send(self.id, self.identity, client_id=f"m{number}.{place}", text=text)
                for place, text in enumerate(line.messages)
            )
        )
        self.ticket = turns[-1].ticket.id if turns[-1].ticket else self.ticket
        return turns[-1]

    async def desk(self, step: Desk) -> None:
        assert self.ticket is not None, "nobody called a person"
        if step.does == "claims":
            await self.conversations.claim(self.ticket, AGENT, version=(await self.read_ticket()).version)
        elif step.does == "writes":
            await self.conversations.reply_as_agent(self.id, AGENT, client_id=step.text, text=step.text)
        else:
            await self.conversations.release(self.ticket, AGENT, outcome="hand_back")

    async def read_ticket(self) -> TicketView:
        assert self.ticket is not None
        call = ToolCall("get_ticket", {"ticket_id": self.ticket})
        outcome = await self.executor.call(call, AGENT, idempotency_key=f"read {self.ticket}")
        assert isinstance(outcome.evidence, TicketView)
        return outcome.evidence

    async def called(self) -> str | None:
        """Return why a person was called; None when nobody was."""
        return (await self.read_ticket()).reason if self.ticket else None


def check(line: Line, turn: Turn, lang: Lang) -> None:
    """Check one answer."""
    said = shown(turn)
    told = f"to {' | '.join(line.messages)!r} came:\n{said}\n{turn.understanding and turn.understanding.commands}"
    if line.silent:
        assert not turn.replies, told
        return
    assert {reply.lang for reply in turn.replies} == {lang}, told
    assert bool(_HAN.search(said)) is (lang == "zh"), told
    missing = [words for words in line.shows if words not in said]
    assert not missing, f"{missing} not said {told}"
    assert not [words for words in line.hides if words in said], told
    assert line.kind is None or line.kind in {reply.type for reply in turn.replies}, told
    assert line.asks is None or left_open(turn) == line.asks, told
    labels = " ".join(choices(turn))
    assert all(words in labels for words in line.offers), told
    wrote = tuple(action.tool for action in turn.actions if action.receipt and action.tool not in UNSEEN)
    assert wrote == line.did, f"{wrote} was done {told}"


UNSEEN = frozenset({"hand_over", "verify_customer"})
"""Tools that leave the shop as it is."""


def left_open(turn: Turn) -> Expects:
    """Return what kind of answer the buttons of a turn ask for."""
    labels = choices(turn)
    if not labels:
        return "nothing"
    if labels[0] in _CONSENT:
        return "consent"
    return "offer" if labels[0] in _OFFER else "choice"


def choices(turn: Turn) -> list[str]:
    """Return the buttons of a turn."""
    return [choice.label for reply in turn.replies if isinstance(reply, ChoicesReply) for choice in reply.choices]


def shown(turn: Turn) -> str:
    """Return everything that a shopper sees of a turn: words, buttons, titles of cards."""
    return "\n".join([*(_seen(reply) for reply in turn.replies), *choices(turn)])


def _seen(reply: Reply) -> str:
    if reply.type == "products":
        return "\n".join([reply.text, *(str(product["title"]) for product in reply.products)])
    if reply.type == "citation":
        return f"{reply.text}\n({reply.title})"
    return reply.text
