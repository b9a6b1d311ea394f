"""What is done with a case, and what its shoppers notice of it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlmodel import select

from dialogue.cases import Cases
from dialogue.errors import NotOwnerError
from dialogue.events import OwnershipChanged, Replied
from knowledge.db import Database
from knowledge.schema import Conversation, Ticket, TicketEvent, TicketTerm
from knowledge.types import Lang
from tests.dialogue.conftest import assemble, small_shop
from tests.dialogue.test_desk_routing import SCRIPT, Desk, Reader
from tests.dialogue.test_ownership import one_speaker
from tools.base import Identity
from tools.desk_rules import DeskRules
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.duty import keep_seen
from tools.ticketing.search import index_missing
from tools.ticketing.types import TicketView

ANNA, BEN = Identity("agent", subject="anna"), Identity("agent", subject="ben")
LEO = Identity("shopper", subject="C2", customer_id="C2")


class CaseDesk(Desk):
    """A desk with Anna and Ben at it, and what they do with tickets."""

    @property
    def cases(self) -> Cases:
        return Cases(self.talk)

    async def held(self, who: Identity = ANNA, lang: Lang = "en") -> TicketView:
        """A ticket that an agent has."""
        ticket = await self.ticket(await self.handed_over(lang))
        return await self.talk.claim(ticket.id, who, version=ticket.version)

    async def seen(self, ticket_id: str) -> TicketView:
        return await self.talk.read_ticket(ticket_id, ANNA)

    async def passed_on(self, ticket: TicketView, who: Identity = ANNA, **to: str) -> TicketView:
        return await self.cases.transfer(ticket.ticket_id, who, version=ticket.version, reason="knows lamps", to=to)

    async def answered(self, ticket: TicketView, who: Identity = ANNA, conversation: str | None = None) -> None:
        self._number += 1
        await self.talk.reply_as_agent(
            conversation or ticket.conversation_id, who, client_id=f"a{self._number}", text="One moment."
        )

    async def last_words(self, conversation: str) -> str:
        """What was said last in a conversation; checks that nobody spoke who did not own it."""
        stored = await self.talk.store.load(conversation)
        one_speaker(stored)
        said = [each.event for each in stored if isinstance(each.event, Replied)]
        return said[-1].replies[-1].text

    async def owner(self, conversation: str) -> tuple[str, str | None]:
        head = await self.talk.store.head(conversation)
        return head.owner, head.agent_id

    async def listed(self, **filters: Any) -> list[str]:
        found = await self.call("list_tickets", filters, ANNA)
        assert found.total == len(found.tickets)
        return [ticket.ticket_id for ticket in found.tickets]

    async def events(self, ticket_id: str) -> list[tuple[str, dict[str, Any]]]:
        async with self.database.read() as session:
            rows = (await session.exec(select(TicketEvent).where(TicketEvent.ticket_id == ticket_id))).all()
        return [(row.kind, row.facts) for row in sorted(rows, key=lambda row: row.id or 0)]

    async def resolved(self, ticket: TicketView, who: Identity = ANNA, **words: Any) -> TicketView:
        return await self.talk.release(ticket.ticket_id, who, outcome="resolve", **words)


async def _desk(database: Database) -> CaseDesk:
    await small_shop(database)
    desk = CaseDesk(await assemble(database, Reader(SCRIPT)))
    await desk.staff(anna={}, ben={})
    return desk


@pytest_asyncio.fixture
async def desk(database: Database) -> AsyncIterator[CaseDesk]:
    desk = await _desk(database)
    yield desk
    await desk.talk.executor.close()


@pytest_asyncio.fixture
async def any_desk(any_database: Database) -> AsyncIterator[CaseDesk]:
    desk = await _desk(any_database)
    yield desk
    await desk.talk.executor.close()


# -- transfer


async def test_a_ticket_goes_to_another_agent_in_one_step_and_with_the_reason(desk: CaseDesk) -> None:
    ticket = await desk.held()
    before = await desk.talk.store.load(ticket.conversation_id)
    passed = await desk.passed_on(ticket, agent="ben")
    assert (passed.status, passed.assignee) == ("claimed", "ben")
    assert passed.moved == {
        "by": "anna", "to": {"agent": "ben"}, "reason": "knows lamps", "at": desk.clock().isoformat(),
    }  # fmt: skip
    after = (await desk.talk.store.load(ticket.conversation_id))[len(before) :]
    assert [type(each.event) for each in after] == [OwnershipChanged]
    assert await desk.owner(ticket.conversation_id) == ("human", "ben")
    with pytest.raises(NotOwnerError):
        await desk.answered(ticket, ANNA)
    await desk.answered(ticket, BEN)
    assert (await desk.say(ticket.conversation_id, "hello")).handled_by == "human"
    what, facts = (await desk.events(ticket.ticket_id))[-1]
    assert (what, facts) == ("transferred", {"held": "anna", "agent": "ben", "reason": "knows lamps"})


@pytest.mark.parametrize(("lang", "told"), [("en", "can help better"), ("zh", "更合适的同事")])
async def test_a_ticket_goes_back_to_a_queue_in_front_and_the_shopper_is_told(
    desk: CaseDesk, lang: Lang, told: str
) -> None:
    ticket = await desk.held(lang=lang)
    await desk.handed_over(lang)
    passed = await desk.passed_on(ticket, queue="delivery")
    assert (passed.status, passed.assignee, passed.queue, passed.position) == ("open", None, "delivery", 1)
    assert await desk.owner(ticket.conversation_id) == ("queued", None)
    assert told in await desk.last_words(ticket.conversation_id)
    assert (await desk.listed(status="open"))[0] == ticket.ticket_id
    assert (await desk.say(ticket.conversation_id, "hello")).handled_by == "queue"


async def test_the_next_response_is_due_as_before_whoever_has_the_ticket(desk: CaseDesk) -> None:
    ticket = await desk.held()
    desk.wait(minutes=1)
    await desk.answered(ticket)
    desk.wait(minutes=1)
    await desk.say(ticket.conversation_id, "hello")
    [due] = [clock.due for clock in (await desk.seen(ticket.ticket_id)).clocks if clock.goal == "next_response"]
    desk.wait(minutes=1)
    ticket = await desk.passed_on(ticket, skill="refunds")
    assert [clock.due for clock in ticket.clocks if clock.goal == "next_response"] == [due]


async def test_of_two_agents_who_pass_a_ticket_on_one_wins(desk: CaseDesk) -> None:
    ticket = await desk.ticket(await desk.handed_over())
    seen = await desk.seen(ticket.id)
    results = await asyncio.gather(
        desk.passed_on(seen, ANNA, agent="ben"), desk.passed_on(seen, BEN, agent="anna"), return_exceptions=True
    )
    assert sum(isinstance(each, ArgumentError | RefusedError) for each in results) == 1
    assert sum(isinstance(each, TicketView) for each in results) == 1


async def test_a_ticket_is_passed_on_by_who_holds_it_to_somebody_who_is_there(desk: CaseDesk) -> None:
    ticket = await desk.held()
    with pytest.raises(RefusedError, match="not_assignee"):
        await desk.passed_on(ticket, BEN, queue="delivery")
    await desk.call("set_presence", {"state": "away"}, BEN)
    for nobody in ("ben", "cleo"):
        with pytest.raises(RefusedError, match="agent_not_there"):
            await desk.passed_on(ticket, agent=nobody)
    assert await desk.owner(ticket.conversation_id) == ("human", "anna")


async def test_who_passed_a_ticket_on_does_not_get_it_again(desk: CaseDesk) -> None:
    ticket = await desk.held()
    await desk.call("set_presence", {"state": "away"}, BEN)
    await desk.passed_on(ticket, queue="delivery")
    assert await desk.routing().look() == 0
    await desk.call("set_presence", {"state": "available"}, BEN)
    assert await desk.routing().look() == 1
    assert (await desk.seen(ticket.ticket_id)).assignee == "ben"


# -- finding


async def test_tickets_are_found_by_words_of_theirs_in_both_languages(any_desk: CaseDesk) -> None:
    desk = any_desk
    english, chinese = await desk.held(), await desk.held(BEN, "zh")
    await desk.say(chinese.conversation_id, "台灯的包装盒破了")
    await desk.answered(english)
    one, other = english.ticket_id, chinese.ticket_id
    found = {
        words: await desk.listed(q=words)
        for words in ("包装", "包裝", "台灯 破了", "MOMENT", "mome", "台灯 moment", one.upper(), "no such words")
    }
    assert found == {
        "包装": [other], "包裝": [other], "台灯 破了": [other], "MOMENT": [one], "mome": [one], "台灯 moment": [],
        one.upper(): [one], "no such words": [],
    }  # fmt: skip
    assert set(await desk.listed(q="emma")) == {one, other}
    assert await desk.listed(q="emma", assignee="ben", lang="zh", status="claimed") == [other]


async def test_tickets_are_found_by_whom_they_wait_for_and_what_was_broken(desk: CaseDesk) -> None:
    waiting, answered = await desk.ticket(await desk.handed_over()), await desk.held()
    asked = await desk.held(BEN)
    desk.wait(minutes=1)
    await desk.answered(answered)
    desk.wait(minutes=1)
    await desk.answered(asked, BEN)
    desk.wait(minutes=1)
    await desk.say(asked.conversation_id, "hello")
    by = {who: await desk.listed(waits_for=who) for who in ("desk", "agent", "shopper")}
    assert by == {"desk": [waiting.id], "agent": [asked.ticket_id], "shopper": [answered.ticket_id]}
    assert await desk.listed(breached=True) == []
    desk.wait(minutes=30)
    assert set(await desk.listed(breached=True)) == {waiting.id, asked.ticket_id}


async def test_tickets_of_an_earlier_version_are_found_once_they_were_looked_after(any_desk: CaseDesk) -> None:
    ticket = await any_desk.held()
    async with any_desk.database.write() as session:
        for row in (await session.exec(select(TicketTerm))).all():
            await session.delete(row)
    assert await any_desk.listed(q="emma") == []
    assert await index_missing(any_desk.database)
    assert await any_desk.listed(q="emma") == [ticket.ticket_id]
    assert not await index_missing(any_desk.database)


async def test_tags_are_put_on_found_listed_and_taken_off(any_desk: CaseDesk) -> None:
    desk = any_desk
    one, other = await desk.held(), await desk.held(BEN)
    await desk.cases.tag(one.ticket_id, ANNA, add=["VIP", " 双十一  大促 "], remove=[])
    tagged = await desk.cases.tag(other.ticket_id, ANNA, add=["#vip", "vip"], remove=[])
    assert tagged.tags == ("vip",)
    assert (await desk.seen(one.ticket_id)).tags == ("vip", "双十一 大促")
    used = await desk.call("list_tags", {}, ANNA)
    assert [(each.tag, each.tickets) for each in used.tags] == [("vip", 2), ("双十一 大促", 1)]
    assert set(await desk.listed(tag="Vip")) == {one.ticket_id, other.ticket_id}
    assert await desk.listed(tag="双十一 大促") == [one.ticket_id]
    await desk.cases.tag(one.ticket_id, BEN, add=[], remove=["vip"])
    assert await desk.listed(tag="vip") == [other.ticket_id]
    assert await desk.events(one.ticket_id) == [
        ("opened", {"reason": "asked"}),
        ("claimed", {}),
        ("tagged", {"added": ["vip", "双十一 大促"], "removed": []}),
        ("tagged", {"added": [], "removed": ["vip"]}),
    ]
    with pytest.raises(ArgumentError):
        await desk.cases.tag(one.ticket_id, ANNA, add=["<b>"], remove=[])


# -- snooze


async def test_a_snoozed_ticket_comes_back_by_itself_once_and_is_no_work_meanwhile(desk: CaseDesk) -> None:
    ticket = await desk.held()
    until = desk.clock() + dt.timedelta(hours=1)
    await desk.cases.snooze(ticket.ticket_id, ANNA, until=until.isoformat())
    assert await desk.listed(snoozed=True) == [ticket.ticket_id]
    [anna] = [one for one in (await desk.call("list_desk_agents", {}, ANNA)).agents if one.agent == "anna"]
    assert anna.load == 0
    replicas = desk.routing(mode="off"), desk.routing(mode="off")
    desk.wait(minutes=59)
    await asyncio.gather(*(each.look() for each in replicas))
    assert await desk.listed(snoozed=True) == [ticket.ticket_id]
    desk.wait(minutes=1)
    await asyncio.gather(*(each.look() for each in replicas))
    back = await desk.seen(ticket.ticket_id)
    assert (back.status, back.assignee, back.snoozed_at) == ("claimed", "anna", None)
    told = [facts for what, facts in await desk.events(ticket.ticket_id) if what == "woken"]
    assert told == [{"because": "time"}]


@pytest.mark.parametrize("minutes", [None, 600])
async def test_the_shoppers_words_bring_a_snoozed_ticket_back(desk: CaseDesk, minutes: int | None) -> None:
    ticket = await desk.held()
    until = {} if minutes is None else {"until": (desk.clock() + dt.timedelta(minutes=minutes)).isoformat()}
    await desk.cases.snooze(ticket.ticket_id, ANNA, **until)
    desk.wait(minutes=5)
    await desk.routing(mode="off").look()
    assert (await desk.seen(ticket.ticket_id)).snoozed_at is not None
    assert (await desk.say(ticket.conversation_id, "hello")).handled_by == "human"
    await desk.routing(mode="off").look()
    assert (await desk.seen(ticket.ticket_id)).snoozed_at is None
    assert (await desk.events(ticket.ticket_id))[-1] == ("woken", {"because": "shopper"})


async def test_the_resolution_stands_still_only_where_the_shopper_is_waited_for(desk: CaseDesk) -> None:
    timed, open_ended = await desk.held(), await desk.held(BEN)
    desk.wait(minutes=1)
    until = desk.clock() + dt.timedelta(hours=1)
    await desk.cases.snooze(timed.ticket_id, ANNA, until=until.isoformat())
    await desk.cases.snooze(open_ended.ticket_id, BEN)
    desk.wait(minutes=10)
    paused = [
        [clock.paused_by for clock in (await desk.seen(each.ticket_id)).clocks if clock.goal == "resolution"]
        for each in (timed, open_ended)
    ]
    assert paused == [[None], ["shopper"]]
    desk.wait(minutes=5)
    await desk.cases.wake(open_ended.ticket_id, BEN)
    [clock] = [clock for clock in (await desk.seen(open_ended.ticket_id)).clocks if clock.goal == "resolution"]
    assert (clock.paused_by, clock.elapsed_s) == (None, 60)


async def test_a_snooze_until_opening_ends_when_the_desk_opens_on_another_day(desk: CaseDesk) -> None:
    ticket = await desk.held()
    desk.rule(DeskRules.model_validate({"timezone": "Asia/Shanghai", "hours": {"daily": ["09:30-18:00"]}}))
    snoozed = await desk.cases.snooze(ticket.ticket_id, ANNA, at_opening=True)
    assert snoozed.snoozed_until is not None
    local = snoozed.snoozed_until.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert (local.hour, local.minute) == (9, 30)
    today = desk.clock().astimezone(dt.timezone(dt.timedelta(hours=8))).date()
    assert local.date() == today + dt.timedelta(days=1)


async def test_a_snoozed_ticket_of_an_agent_who_went_home_stays_theirs_until_it_is_back(desk: CaseDesk) -> None:
    ticket = await desk.held()
    until = desk.clock() + dt.timedelta(hours=12)
    await desk.cases.snooze(ticket.ticket_id, ANNA, until=until.isoformat())
    routing = desk.routing(mode="off")
    desk.wait(minutes=600)
    await routing.look()
    assert (await desk.seen(ticket.ticket_id)).assignee == "anna"
    desk.wait(minutes=120)
    await routing.look()
    await routing.look()
    assert (await desk.seen(ticket.ticket_id)).assignee == "anna", "nobody has vanished at the moment of coming back"
    desk.wait(minutes=5)
    await routing.look()
    assert (await desk.seen(ticket.ticket_id)).status == "open"


async def test_only_what_one_holds_is_snoozed_and_until_a_time_to_come(desk: CaseDesk) -> None:
    ticket = await desk.held()
    with pytest.raises(RefusedError):
        await desk.cases.snooze(ticket.ticket_id, BEN)
    for wrong in (dt.timedelta(0), dt.timedelta(days=400)):
        with pytest.raises(ArgumentError):
            await desk.cases.snooze(ticket.ticket_id, ANNA, until=(desk.clock() + wrong).isoformat())
    with pytest.raises(RefusedError):
        await desk.cases.wake(ticket.ticket_id, ANNA)


# -- reopening


async def test_a_shopper_who_comes_back_with_the_matter_gets_a_ticket_that_says_so_and_their_agent(
    desk: CaseDesk,
) -> None:
    first = await desk.held(BEN)
    await desk.resolved(first, BEN)
    desk.wait(minutes=60 * 24 * 3)
    await keep_seen(desk.database, {"anna", "ben"}, desk.clock())
    second = await desk.ticket(await desk.handed_over())
    assert (second.reopens, second.prefers) == (first.ticket_id, "ben")
    assert (await desk.events(second.id))[-1] == ("reopened", {"of": first.ticket_id, "by": "shopper"})
    assert [(link.how, link.ticket_id) for link in (await desk.seen(second.id)).links] == [("reopens", first.ticket_id)]
    assert [link.how for link in (await desk.seen(first.ticket_id)).links] == ["reopened_by"]
    await desk.routing().look()
    assert (await desk.seen(second.id)).assignee == "ben"
    because = dict(await desk.events(second.id))["assigned"]["because"]
    assert because[0] == "same_agent"


async def test_what_is_too_long_ago_or_another_matter_is_not_reopened(desk: CaseDesk) -> None:
    first = await desk.held()
    await desk.resolved(first)
    desk.wait(minutes=60 * 24 * 8)
    assert (await desk.ticket(await desk.handed_over())).reopens is None
    body, other = ({"version": 2, "told": [{"name": "order_ref", "value": name}]} for name in ("D1001", "D1002"))
    opened = []
    for each in (body, other, body):
        conversation = await desk.open()
        handing = Identity("shopper", "C1", "C1", conversation)
        arguments = {"reason": "asked", "lang": "en", "subject": "parcel", "body": each}
        found = await desk.call("hand_over", arguments, handing)
        opened.append(found.ticket_id)
        async with desk.database.write() as session:
            stored = await session.get_one(Ticket, found.ticket_id)
            stored.status, stored.resolved_at = "resolved", desk.clock()
            session.add(stored)
    links = [(await desk.seen(each)).reopens for each in opened]
    assert links == [None, None, opened[0]]


async def test_an_agent_reopens_a_resolved_ticket_and_speaks_in_the_bots_place(desk: CaseDesk) -> None:
    ticket = await desk.resolved(await desk.held())
    desk.wait(minutes=10)
    assert (await desk.say(ticket.conversation_id, "hello")).handled_by == "bot"
    desk.wait(minutes=10)
    with pytest.raises(ArgumentError):
        await desk.cases.reopen(ticket.ticket_id, BEN, version=ticket.version + 1)
    again = await desk.cases.reopen(ticket.ticket_id, BEN, version=ticket.version)
    assert (again.status, again.assignee, again.resolved_at) == ("claimed", "ben", None)
    assert "taken up your case" in await desk.last_words(ticket.conversation_id)
    assert await desk.owner(ticket.conversation_id) == ("human", "ben")
    turn = await desk.say(ticket.conversation_id, "hello")
    assert (turn.handled_by, turn.ticket.id if turn.ticket else None) == ("human", ticket.ticket_id)
    assert (await desk.events(ticket.ticket_id))[-1] == ("reopened", {"of": ticket.ticket_id, "by": "agent"})
    [clock] = [clock for clock in again.clocks if clock.goal == "resolution"]
    assert (clock.ended, clock.elapsed_s) == (False, 0)
    with pytest.raises(RefusedError):
        await desk.cases.reopen(ticket.ticket_id, BEN, version=again.version)
    await desk.resolved(again, BEN)
    assert await desk.owner(ticket.conversation_id) == ("bot", None)


async def test_a_ticket_whose_shopper_is_with_another_is_not_reopened(desk: CaseDesk) -> None:
    ticket = await desk.resolved(await desk.held())
    await desk.say(ticket.conversation_id, "human")
    with pytest.raises(RefusedError, match="in_another_case"):
        await desk.cases.reopen(ticket.ticket_id, ANNA, version=ticket.version)


# -- merging


async def merged(desk: CaseDesk, ticket: TicketView, kept: TicketView, who: Identity = ANNA) -> TicketView:
    now = [await desk.seen(each.ticket_id) for each in (ticket, kept)]
    return await desk.cases.merge(
        ticket.ticket_id, who, version=now[0].version, into=kept.ticket_id, into_version=now[1].version
    )


@pytest.mark.parametrize("claimed", [True, False])
async def test_two_tickets_of_a_customer_become_one_and_later_words_reach_its_agent(
    desk: CaseDesk, claimed: bool
) -> None:
    kept = await desk.held()
    other = await desk.held() if claimed else await desk.seen((await desk.ticket(await desk.handed_over())).id)
    both = await merged(desk, other, kept)
    assert both.conversations == (kept.conversation_id, other.conversation_id)
    assert "put this conversation together" in await desk.last_words(other.conversation_id)
    gone = await desk.seen(other.ticket_id)
    assert gone.body.ending is not None
    assert (gone.status, gone.body.ending.outcome, gone.merged_into) == ("resolved", "merged", kept.ticket_id)
    assert gone.conversations == ()
    for conversation in both.conversations:
        assert await desk.owner(conversation) == ("human", "anna")
        assert (await desk.say(conversation, "hello")).handled_by == "human"
        await desk.answered(both, ANNA, conversation)
    passed = await desk.passed_on(await desk.seen(kept.ticket_id), agent="ben")
    assert [await desk.owner(each) for each in passed.conversations] == [("human", "ben")] * 2
    await desk.resolved(passed, BEN)
    assert [await desk.owner(each) for each in passed.conversations] == [("bot", None)] * 2
    for conversation in passed.conversations:
        await desk.last_words(conversation)
    with pytest.raises(RefusedError):
        await desk.cases.reopen(other.ticket_id, ANNA, version=gone.version)


async def test_words_in_a_merged_conversation_move_the_clocks_of_the_ticket_that_is_kept(desk: CaseDesk) -> None:
    kept, other = await desk.held(), await desk.held()
    desk.wait(minutes=1)
    await desk.answered(kept)
    both = await merged(desk, other, kept)
    desk.wait(minutes=1)
    await desk.say(other.conversation_id, "hello")
    clocks = {clock.goal: clock.ended for clock in (await desk.seen(both.ticket_id)).clocks}
    assert clocks["next_response"] is False
    desk.wait(minutes=1)
    await desk.answered(both, ANNA, other.conversation_id)
    clocks = {clock.goal: clock.ended for clock in (await desk.seen(both.ticket_id)).clocks}
    assert clocks["next_response"] is True
    await desk.say(other.conversation_id, "13912345678")
    assert await desk.listed(q="13912345678") == [kept.ticket_id]


async def test_what_others_hold_or_other_customers_brought_is_not_merged(desk: CaseDesk) -> None:
    kept, bens = await desk.held(), await desk.held(BEN)
    conversation = await desk.open(LEO)
    await desk.say(conversation, "human", LEO)
    leos = await desk.seen((await desk.ticket(conversation)).id)
    for other, why in ((bens, "not_assignee"), (leos, "other_customer")):
        with pytest.raises(RefusedError, match=why):
            await merged(desk, other, kept)
    with pytest.raises(ArgumentError):
        await merged(desk, kept, kept)
    assert [await desk.owner(each.conversation_id) for each in (kept, bens)] == [("human", "anna"), ("human", "ben")]


async def test_a_merged_ticket_that_is_merged_again_brings_all_its_conversations(desk: CaseDesk) -> None:
    first, second, third = await desk.held(), await desk.held(), await desk.held()
    await merged(desk, first, second)
    both = await merged(desk, second, third)
    assert set(both.conversations) == {each.conversation_id for each in (first, second, third)}
    assert {link.how for link in both.links} == {"merged"}


# -- splitting


async def split(desk: CaseDesk, ticket: TicketView, **part: Any) -> TicketView:
    now = await desk.seen(ticket.ticket_id)
    arguments = {"version": now.version, "subject": "The invoice", "category": "payment", **part}
    return await desk.cases.split(ticket.ticket_id, ANNA, arguments)


async def test_a_matter_is_worked_on_behind_the_scenes_and_its_answer_is_with_the_ticket(desk: CaseDesk) -> None:
    ticket = await desk.held()
    turn = await desk.say(ticket.conversation_id, "hello")
    [seq] = [
        each.seq
        for each in await desk.talk.store.load(ticket.conversation_id)
        if each.event.type == "message_received" and each.seq < turn.seq
    ][-1:]
    part = await split(desk, ticket, seqs=[seq])
    assert (part.status, part.queue, part.category, part.split_from) == (
        "open",
        "payments",
        "payment",
        ticket.ticket_id,
    )
    assert [(said.seq, said.text) for said in part.body.said] == [(seq, "hello")]
    assert {clock.goal for clock in part.clocks} <= {"resolution"}
    claimed = await desk.talk.claim(part.ticket_id, BEN, version=part.version)
    assert await desk.owner(ticket.conversation_id) == ("human", "anna")
    with pytest.raises(NotOwnerError):
        await desk.answered(ticket, BEN)
    events = len(await desk.talk.store.load(ticket.conversation_id))
    await desk.resolved(claimed, BEN, agreed=["The invoice comes by mail."])
    assert len(await desk.talk.store.load(ticket.conversation_id)) == events
    whole = await desk.seen(ticket.ticket_id)
    [link] = whole.links
    assert (link.how, link.status, link.answer) == ("split_off", "resolved", ("The invoice comes by mail.",))
    assert (await desk.events(ticket.ticket_id))[-1] == (
        "answered", {"other": part.ticket_id, "answer": ["The invoice comes by mail."]},
    )  # fmt: skip
    assert (await desk.say(ticket.conversation_id, "hello")).handled_by == "human"


async def test_the_bot_says_the_answer_where_the_conversation_is_its_again(desk: CaseDesk) -> None:
    ticket = await desk.held()
    part = await split(desk, ticket)
    await desk.resolved(ticket)
    claimed = await desk.talk.claim(part.ticket_id, BEN, version=part.version)
    await desk.resolved(claimed, BEN, agreed=["The invoice comes by mail."])
    assert "The invoice comes by mail." in await desk.last_words(ticket.conversation_id)
    assert await desk.owner(ticket.conversation_id) == ("bot", None)


async def test_a_split_off_ticket_never_stands_for_its_conversation(desk: CaseDesk) -> None:
    ticket = await desk.held()
    part = await split(desk, ticket)
    await desk.resolved(ticket)
    turn = await desk.say(ticket.conversation_id, "human")
    assert turn.ticket is not None
    assert turn.ticket.id not in (part.ticket_id, ticket.ticket_id)
    async with desk.database.read() as session:
        rows = (await session.exec(select(Conversation))).all()
    assert {row.owner for row in rows} == {"queued"}


async def test_only_orders_and_messages_of_the_ticket_are_split_off(desk: CaseDesk) -> None:
    ticket = await desk.held()
    for wrong in ({"orders": ["D9999"]}, {"seqs": [1]}, {"version": 99}):
        with pytest.raises(ArgumentError):
            await split(desk, ticket, **wrong)
    assert await desk.listed() == [ticket.ticket_id]
