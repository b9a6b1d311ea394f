"""Two replicas on one database: what goes on at one is seen at the other, through Redis and through anything that passes news on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from channels.presence import GONE_S, Presence
from channels.settings import Settings, SettingsError, load_settings
from channels.testing import LiveServer, live, small_platform
from channels.wire import ViewersFrame
from dialogue.relay import RedisRelay, answers
from dialogue.testing import LinkedRelay
from knowledge.types import JsonObject
from tests.channels.conftest import Person
from tests.channels.test_chat import chatting, until
from tests.channels.test_desk import at_desk, claimed, waiting
from tests.channels.test_desk_talk import mentions, noted
from tests.channels.test_live import row_of, supervising, whispered
from tests.channels.test_rest import opened, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")

PERSON = Person("C1", "W1")


@pytest_asyncio.fixture(params=["linked", "redis"], loop_scope="session")
async def replicas(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[tuple[LiveServer, LiveServer]]:
    if request.param == "redis":
        settings = settings.model_copy(update={"redis_url": request.getfixturevalue("redis_url")})
    async with (
        small_platform(settings.data) as one,
        small_platform(settings.data) as two,
        live(settings, one) as first,
        live(settings, two) as second,
    ):
        if request.param == "linked":
            relays = LinkedRelay(), LinkedRelay()
            relays[0].link(relays[1])
            for server, relay in zip((first, second), relays, strict=True):
                server.context.platform.conversations.join(relay)
                server.context.presence.join(relay)
                server.context.desk_notes.join(relay)
        yield first, second


async def test_a_supervisor_sees_and_whispers_at_one_replica_what_goes_on_at_the_other(
    replicas: tuple[LiveServer, LiveServer],
) -> None:
    here, there = replicas
    async with (
        httpx.AsyncClient(base_url=here.url, timeout=10) as client,
        httpx.AsyncClient(base_url=there.url, timeout=10) as elsewhere,
        supervising(here) as (boss, _),
        at_desk(there, "ben") as ben,
    ):
        shopper = there.headers("shopper", PERSON.id)
        conversation = await opened(elsewhere, shopper)
        await boss.send(json.dumps({"type": "watch", "conversation_id": conversation, "after": 0}))
        await sent(elsewhere, shopper, conversation, "hello", "m1")
        heard = [(await until(boss, "event"))[0]["seq"] for _ in range(3)]
        case = await waiting(elsewhere, there, Person("C2", "W2"))
        await claimed(elsewhere, there, case, "ben")
        await row_of(boss, case.conversation, owner="human", agent="ben")
        await whispered(client, here, case.conversation, "well done")
        while (told := (await until(ben, "event"))[0])["event"]["type"] != "whispered":
            pass
    assert heard == [1, 2, 3]
    assert told["event"]["text"] == "well done"


async def test_who_looks_writes_and_types_is_seen_at_the_other_replica(
    replicas: tuple[LiveServer, LiveServer],
) -> None:
    here, there = replicas
    async with httpx.AsyncClient(base_url=here.url, timeout=10) as client:
        case = await waiting(client, here, PERSON)
        await claimed(client, here, case, "ada")
        look = json.dumps({"type": "look", "conversation_id": case.conversation})
        write = json.dumps({"type": "typing", "conversation_id": case.conversation, "on": True})
        async with at_desk(here, "ada") as ada:
            await ada.send(look)
            async with at_desk(there, "ben") as ben, chatting(here, case.token, case.conversation) as chat:
                await ben.send(look)
                while (both := (await until(ada, "viewers"))[0])["viewers"] != ["ada", "ben"]:
                    pass
                await ben.send(write)
                writing, _ = await until(ada, "writing")
                await until(chat, "typing")
            while (left := (await until(ada, "viewers"))[0])["viewers"] != ["ada"]:
                pass
    assert (both["conversation_id"], writing["agent"]) == (case.conversation, "ben")
    assert left["conversation_id"] == case.conversation


async def test_a_stream_at_one_replica_shows_what_an_agent_says_at_the_other(
    replicas: tuple[LiveServer, LiveServer],
) -> None:
    here, there = replicas
    async with (
        httpx.AsyncClient(base_url=there.url, timeout=10) as elsewhere,
        httpx.AsyncClient(base_url=here.url, timeout=10) as client,
    ):
        case = await waiting(client, here, PERSON)
        await claimed(elsewhere, there, case, "ben")
        async with chatting(here, case.token, case.conversation) as chat:
            url = f"/v1/conversations/{case.conversation}/agent-messages"
            await elsewhere.post(url, json={"client_id": "a", "text": "Ben."}, headers=there.headers("agent", "ben"))
            while (said := (await until(chat, "event"))[0])["event"].get("author") != "agent":
                pass
    assert said["event"]["replies"][0]["text"] == "Ben."


async def test_a_note_at_one_replica_reaches_the_desks_of_the_other_and_whom_it_mentions(
    replicas: tuple[LiveServer, LiveServer],
) -> None:
    here, there = replicas
    async with (
        httpx.AsyncClient(base_url=here.url, timeout=10) as client,
        httpx.AsyncClient(base_url=there.url, timeout=10) as elsewhere,
        at_desk(here, "ada") as ada,
        at_desk(there, "ben") as ben,
    ):
        await there.context.routing.look()  # ben was seen at the desk now, and can be mentioned
        case = await waiting(client, here, PERSON)
        written = [await noted(client, here, case, f"@ben {n}", agent="ada", client_id=f"n{n}") for n in (1, 2)]
        arrived = [[(await until(desk, "note"))[0]["note"] for _ in written] for desk in (ada, ben)]
        found = await mentions(elsewhere, there, "ben")
    notes = [each.json() for each in written]
    assert arrived == [notes, notes]
    assert [note["mentions"] for note in notes] == [["ben"], ["ben"]]
    assert (found["unread"], len(found["mentions"])) == (2, 2)


async def test_news_passes_through_redis_to_the_others_alone(redis_url: str) -> None:
    heard: list[tuple[str, JsonObject]] = []
    came = asyncio.Event()

    def listener(name: str) -> object:
        async def listen(news: JsonObject) -> None:
            if news["of"] != "again":
                heard.append((name, news))
                came.set()

        return listen

    relays = [RedisRelay(redis_url, channel=f"xiaoer:test:{os.getpid()}") for _ in range(2)]
    for name, relay in zip("ab", relays, strict=True):
        relay.listen(listener(name))  # type: ignore[arg-type]
    async with contextlib.AsyncExitStack() as stack:
        for relay in relays:
            await stack.enter_async_context(relay.running())
            await relay.listening.wait()
        relays[0].tell({"of": "desk"})
        await came.wait()
    assert heard == [("b", {"of": "desk"})]


async def test_a_replica_that_fell_silent_has_nobody_who_looks() -> None:
    now = 0.0
    shown: list[tuple[str, ...]] = []
    presence = Presence(clock=lambda: now)
    relays = LinkedRelay(), LinkedRelay()
    relays[0].link(relays[1])
    presence.join(relays[0])
    presence.looks(
        "cnv_1", "ada", lambda notice: shown.append(notice.viewers if isinstance(notice, ViewersFrame) else ())
    )
    await asyncio.gather(relays[0]._hear({"of": "lookers", "replica": "other", "looking": {"cnv_1": ["ben"]}}))
    presence.beat()
    now = GONE_S + 1
    presence.beat()
    assert shown == [("ada",), ("ada", "ben"), ("ada",)]


async def test_a_redis_that_is_not_there_is_told_by_the_doctor_and_a_wrong_address_by_the_settings(
    settings: Settings, redis_url: str
) -> None:
    await answers(redis_url)
    with pytest.raises(OSError, match="9"):
        await answers("redis://127.0.0.1:9")
    with pytest.raises(SettingsError, match="XIAOER_REDIS_URL: expected redis://HOST:PORT"):
        load_settings(redis_url="127.0.0.1:6379")
