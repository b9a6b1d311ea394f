"""A picture in a conversation: goods are looked for by it, unless it belongs to something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.browsing import narrows, points_at_picture
from dialogue.commands import ChitChat, StartFlow
from dialogue.events import AttachmentRef
from dialogue.picturing import by_picture
from dialogue.work import Work
from knowledge.schema import Attachment
from tests.dialogue.conftest import Talk
from tools.executor import Executor
from tools.testing import NOW
from tools.visual_search.gallery import Gallery

PICTURE = AttachmentRef(id="att_1", kind="image", media_type="image/png")


@pytest.fixture
def work(talk: Talk, tmp_path: Path) -> Work:
    runner = talk.conversations.runner
    executor: Executor = runner.executor
    services = executor.services.__class__(gallery=Gallery(talk.database, tmp_path, executor.services.models))
    executor.services = services
    from dialogue.state import DialogueState  # noqa: PLC0415

    return Work.begin(DialogueState(conversation_id="c"), executor, talk.identity, runner.flows, 1, "like this in blue")


def test_a_picture_alone_looks_for_what_it_shows(work: Work) -> None:
    found = by_picture(work, (), [PICTURE])
    assert found is not None
    assert [command.kind for command in found] == ["start_flow"]
    assert work.memory.last_search == {"picture": "att_1"}


def test_a_greeting_is_answered_too(work: Work) -> None:
    found = by_picture(work, (ChitChat(topic="greeting"),), [PICTURE])
    assert found is not None
    assert [command.kind for command in found] == ["chit_chat", "start_flow"]


def test_a_picture_of_something_broken_belongs_to_the_return(work: Work) -> None:
    assert by_picture(work, (StartFlow(flow="return_items"),), [PICTURE]) is None
    work.push("return_items")
    assert by_picture(work, (), [PICTURE]) is None


@pytest.mark.parametrize("words", ["like this but in blue, under 200", "像这个但要蓝色的，两百以内"])
def test_words_point_at_the_picture(words: str) -> None:
    assert points_at_picture(words)


def test_words_of_goods_do_not_point_at_a_picture() -> None:
    assert not points_at_picture("a red dress under 200")
    assert not narrows("a red dress", ())


async def test_somebody_elses_picture_is_unknown(talk: Talk, tmp_path: Path) -> None:
    from tools.base import ToolContext  # noqa: PLC0415
    from tools.errors import ArgumentError  # noqa: PLC0415

    runner = talk.conversations.runner
    gallery = Gallery(talk.database, tmp_path, runner.executor.services.models)
    async with talk.database.write() as session:
        session.add(
            Attachment(
                id="att_2",
                owner="C9",
                kind="image",
                media_type="image/png",
                path="attachments/x",
                size_bytes=1,
                created_at=NOW,
            )
        )
    async with talk.database.read() as session:
        context = ToolContext(session, talk.identity, runner.executor.policy, NOW)
        with pytest.raises(ArgumentError) as refused:
            await gallery.look(context, "att_2")
    assert refused.value.code == "picture_unknown"
