"""The OpenAI-compatible door, with the real `openai` package as its client."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator

import openai
import pytest
import pytest_asyncio
from openai.types.chat import ChatCompletionMessageParam
from PIL import Image

from channels.testing import LiveServer
from tests.channels.conftest import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


def connected(server: LiveServer, token: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key=token, base_url=f"{server.url}/v1", max_retries=0)


@pytest_asyncio.fixture(loop_scope="session")
async def shopper(server: LiveServer, person: Person) -> AsyncIterator[openai.AsyncOpenAI]:
    async with connected(server, server.token("shopper", person.id)) as client:
        yield client


class Chat:
    """A client that repeats the history, as every OpenAI client does."""

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self.client = client
        self.messages: list[ChatCompletionMessageParam] = [{"role": "system", "content": "You are a shop."}]
        self.conversations: list[str] = []

    async def say(self, text: str) -> str:
        self.messages.append({"role": "user", "content": text})
        raw = await self.client.chat.completions.with_raw_response.create(model="xiaoer", messages=self.messages)
        self.conversations.append(raw.headers["x-conversation-id"])
        answer = raw.parse().choices[0].message.content or ""
        self.messages.append({"role": "assistant", "content": answer})
        return answer


async def test_the_model_is_listed(shopper: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in shopper.models.list()] == ["xiaoer"]
    assert (await shopper.models.retrieve("xiaoer")).id == "xiaoer"


async def test_a_repeated_history_continues_its_conversation(shopper: openai.AsyncOpenAI, person: Person) -> None:
    chat = Chat(shopper)
    await chat.say("hello")
    asked = await chat.say(f"cancel {person.order}")
    done = await chat.say("yes")
    assert len(set(chat.conversations)) == 1
    assert person.order in asked
    assert person.order in done


async def test_a_new_chat_is_a_new_conversation_even_with_the_same_words(shopper: openai.AsyncOpenAI) -> None:
    first, second = Chat(shopper), Chat(shopper)
    for chat in (first, second):
        await chat.say("hello")
    assert first.conversations != second.conversations


async def test_a_history_of_another_person_opens_a_new_conversation(
    shopper: openai.AsyncOpenAI, server: LiveServer
) -> None:
    mine = Chat(shopper)
    await mine.say("hello")
    async with connected(server, server.token()) as other:
        theirs = Chat(other)
        theirs.messages = list(mine.messages)
        await theirs.say("and now?")
    assert mine.conversations != theirs.conversations


async def test_a_request_that_is_repeated_is_the_same_message(shopper: openai.AsyncOpenAI, person: Person) -> None:
    chat = Chat(shopper)
    await chat.say(f"cancel {person.order}")
    before = list(chat.messages)
    done = await chat.say("yes")
    chat.messages = before
    assert await chat.say("yes") == done
    assert len(set(chat.conversations)) == 1


async def test_a_conversation_continues_by_user_by_metadata_and_by_header(shopper: openai.AsyncOpenAI) -> None:
    async def say(
        text: str, *, user: str | None = None, metadata: dict[str, str] | None = None, header: str | None = None
    ) -> str:
        raw = await shopper.chat.completions.with_raw_response.create(
            model="xiaoer",
            messages=[{"role": "user", "content": text}],
            user=user or openai.omit,
            metadata=metadata,
            extra_headers={"X-Conversation-Id": header} if header else None,
        )
        return str(raw.headers["x-conversation-id"])

    first = await say("hello", user="table 7")
    assert await say("again", user="table 7") == first
    assert await say("hello", user="table 8") != first
    assert await say("third", metadata={"conversation_id": first}) == first
    assert await say("fourth", header=first) == first
    with pytest.raises(openai.NotFoundError) as unknown:
        await say("fifth", metadata={"conversation_id": "cnv_unknown"})
    assert unknown.value.code == "unknown_conversation"


async def test_an_answer_can_be_streamed(shopper: openai.AsyncOpenAI, person: Person) -> None:
    stream = await shopper.chat.completions.create(
        model="xiaoer",
        messages=[{"role": "user", "content": f"cancel {person.order}"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert person.order in text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage is not None


async def test_a_picture_comes_as_a_data_url(shopper: openai.AsyncOpenAI) -> None:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    url = "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()

    async def send(address: str) -> str | None:
        answer = await shopper.chat.completions.create(
            model="xiaoer",
            messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": address}}]}],
        )
        return answer.choices[0].message.content

    assert await send(url)
    for wrong in ("https://elsewhere.example/a.png", "data:image/png;base64,%%%", url[:-60]):
        with pytest.raises(openai.UnprocessableEntityError):
            await send(wrong)


async def test_what_is_wrong_is_told_in_the_client_s_own_words(shopper: openai.AsyncOpenAI, server: LiveServer) -> None:
    async def create(model: str, *messages: ChatCompletionMessageParam, n: int = 1) -> None:
        await shopper.chat.completions.create(model=model, messages=messages, n=n)

    with pytest.raises(openai.NotFoundError):
        await create("gpt-9", {"role": "user", "content": "hi"})
    with pytest.raises(openai.UnprocessableEntityError):
        await create("xiaoer")
    with pytest.raises(openai.UnprocessableEntityError):
        await create("xiaoer", {"role": "assistant", "content": "hi"})
    with pytest.raises(openai.UnprocessableEntityError):
        await create("xiaoer", {"role": "user", "content": "hi"}, n=2)
    with pytest.raises(openai.UnprocessableEntityError) as empty:
        await create("xiaoer", {"role": "user", "content": ""})
    assert (empty.value.code, empty.value.body["message"]) == ("empty", "The message is empty.")  # type: ignore[index]
    async with connected(server, "no token") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()


async def test_what_a_person_wrote_meanwhile_comes_with_the_next_answer(
    shopper: openai.AsyncOpenAI, server: LiveServer
) -> None:
    chat = Chat(shopper)
    await chat.say("human")
    headers = {"Authorization": f"Bearer {server.token('agent', 'A-openai')}"}
    agent = openai.DefaultAsyncHttpxClient(base_url=server.url, headers=headers)
    async with agent:
        tickets = (await agent.get("/v1/tickets", params={"status": "open"})).json()["tickets"]
        ticket = next(each for each in tickets if each["conversation_id"] == chat.conversations[0])
        claim = {"version": ticket["version"]}
        assert (await agent.post(f"/v1/tickets/{ticket['ticket_id']}/claim", json=claim)).status_code == 200
        body = {"client_id": "a1", "text": "Lin here, let me look."}
        await agent.post(f"/v1/conversations/{chat.conversations[0]}/agent-messages", json=body)
    assert "Lin here, let me look." in await chat.say("anybody?")
