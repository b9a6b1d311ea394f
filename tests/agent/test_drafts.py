"""What of a model's words is shown while it writes, and what it takes back."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from agent.drafts import Drafter

ANSWER = "You have three orders. The newest is D1003. It was sent on Monday. Anything else?"


class Screen:
    """What stands there, and all that stood there; `allows`: as many drafts may be shown."""

    def __init__(self, allows: int = 99) -> None:
        self.seen: list[str] = []
        self.allows = allows

    async def show(self, text: str) -> bool:
        if text and len(self.seen) >= self.allows:
            return False
        self.seen.append(text)
        return True


async def written(drafter: Drafter, text: str, *, calls: bool = False) -> None:
    for place in range(0, len(text), 3):
        await drafter.hear(AIMessageChunk(content=text[place : place + 3]))
    if calls:
        call = tool_call_chunk(name="list_orders", args="{}", id="1", index=0)
        await drafter.hear(AIMessageChunk(content="", tool_call_chunks=[call]))
        await drafter.hear(AIMessageChunk(content=" And so on. And on. And on. More."))


async def shown(text: str, *, may_call: bool = True, calls: bool = False) -> list[str]:
    screen = Screen()
    drafter = Drafter(screen.show)
    drafter.step(may_call=may_call)
    await written(drafter, text, calls=calls)
    return screen.seen


async def test_a_sentence_is_shown_with_those_before_it_once_another_follows() -> None:
    assert await shown(ANSWER) == ["You have three orders.", "You have three orders. The newest is D1003."]


async def test_where_no_tool_can_be_called_every_whole_sentence_is_shown_at_once() -> None:
    assert await shown(ANSWER, may_call=False) == [
        "You have three orders.",
        "You have three orders. The newest is D1003.",
        "You have three orders. The newest is D1003. It was sent on Monday.",
    ]


async def test_chinese_is_shown_sentence_by_sentence() -> None:
    assert await shown("好的！您有三个订单。最新的是D1003。还有问题吗？您说") == [
        "好的！",
        "好的！您有三个订单。",
        "好的！您有三个订单。最新的是D1003。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Let me look this up. ",
        "Sure! I'd be happy to help. Let me check your orders. One moment, please. ",
        "Of course. You have several orders. I'll check them now. ",
        "The order is there. ",
        "好的！我帮您查一下订单。请稍等。马上",
        "没问题。正在为您查询。马上",
    ],
)
async def test_words_that_lead_to_a_call_are_not_shown(text: str) -> None:
    assert await shown(text, calls=True) == []


async def test_what_was_shown_is_taken_back_when_a_call_comes_all_the_same() -> None:
    assert await shown("You have three orders. The newest is D1003. It", calls=True) == ["You have three orders.", ""]


async def test_a_step_after_a_call_is_shown_from_its_own_beginning() -> None:
    screen = Screen()
    drafter = Drafter(screen.show)
    drafter.step(may_call=True)
    await written(drafter, "Let me see.", calls=True)
    drafter.step(may_call=True)
    await written(drafter, "It is here. It is red. It is")
    assert screen.seen == ["It is here."]


async def test_once_a_draft_is_refused_no_other_comes_but_what_was_shown_can_be_taken_back() -> None:
    screen = Screen(allows=1)
    drafter = Drafter(screen.show)
    drafter.step(may_call=True)
    await written(drafter, ANSWER, calls=True)
    drafter.step(may_call=False)
    await written(drafter, ANSWER)
    assert screen.seen == ["You have three orders.", ""]


async def test_thoughts_are_not_shown() -> None:
    text = "<think>The person wants. To know. It. All.</think>\nIt is here. It is red. It is"
    assert await shown(text) == ["It is here."]
    assert await shown("<think>They want. To know. It. All. Of") == []
    assert await shown("It is old. <think>Hm. Hm. </think>It is blue. So") == ["It is old."]


async def test_where_nobody_looks_nothing_is_cut() -> None:
    drafter = Drafter(None)
    drafter.step(may_call=False)
    await written(drafter, ANSWER, calls=True)
