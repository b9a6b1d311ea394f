"""What of an answer may be shown while a model is still writing it: whole sentences, and none of a step that calls a tool."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from agent.llm.chat import before_thoughts, without_thoughts
from agent.sentences import Cut

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

Show = Callable[[str], Awaitable[bool]]
"""Shows the answer so far, if it passes whoever checks it, in the place of what was shown before; "" takes that back. Returns whether
more of it is wanted."""

_CLAIMS_NOTHING = re.compile(
    r"\W*(?:(?:sure|certainly|absolutely|of course|ok|okay|alright|all right|great|no problem|thanks|thank you|hello|hi|got it|i see"
    r"|good question|great question|i understand|sorry|happy to help)(?: thing| there)?"
    r"|(?:i'd be|i would be|i'm|i am)(?: \w+)? (?:happy|glad) to help.*"
    r"|好的?|没问题|当然(?:可以)?|可以的?|您好|你好|明白了?|收到|了解|抱歉|不好意思|很高兴为您(?:服务|解答)|谢谢.{0,6})\W*",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(?:let me|let's)\b|\b(?:one|just a|give me a) (?:moment|second|sec|minute)\b"
    r"|\bi(?:'ll| will|'m going to| am going to|'m| am| need to| should|'d like to)(?: \w+)?"
    r" (?:check|checking|look|looking|search|searching|find|see|pull|get|fetch|try|verify|confirm)\b"
    r"|(?:我|让我|正在|帮您|为您|给您|替您)[^，。！？]{0,6}(?:查|看|找|搜|核实|核对|确认)(?![^，。！？]{0,2}[到过了好])|稍等|等一下|请等",
    re.IGNORECASE,
)


class Drafter:
    """Reads the steps of a model, piece by piece, and shows the sentences that will be part of the answer.

    A message may begin with words and end with a call of a tool; then the words were none of the answer. Nobody can know before it
    ends. So where tools may be called a sentence waits for the next one that claims something: what stands right before a call is
    never shown, nor are courtesies that lead to it. Once a sentence says that something will be looked up nothing more of the step is
    shown. If a call comes all the same, what was shown is taken back at once.

    Args:
        show: None: nobody looks. Once it wants no more, no more is shown, in later steps neither.
    """

    def __init__(self, show: Show | None) -> None:
        self._show = show
        self._wanted = show is not None
        self.step(may_call=True)

    def step(self, *, may_call: bool) -> None:
        """Begin with another message of the model; `may_call`: it may call tools in it."""
        self._may_call = may_call
        self._calls = False
        self._said = ""
        self._cut = Cut()
        self._sentences: list[str] = []
        self._shown = 0

    async def hear(self, piece: AIMessageChunk) -> None:
        """Take in the next piece of the message."""
        if self._show is None or self._calls:
            return
        if piece.tool_call_chunks:
            self._calls = True
            if self._shown:
                await self._show("")
        elif piece.text and self._wanted:
            self._said = without_thoughts(self._said + piece.text).lstrip()
            await self._goes_on(self._show)

    async def _goes_on(self, show: Show) -> None:
        """Show the sentences whose turn has come, each with those before it."""
        more = self._cut.more(before_thoughts(self._said))
        if not more:
            return
        self._sentences += more
        certain = self._certain()
        while self._wanted and self._shown < certain:
            self._wanted = await show("".join(self._sentences[: self._shown + 1]).rstrip())
            self._shown += self._wanted

    def _certain(self) -> int:
        """Return how many sentences are taken for a part of the answer."""
        if not self._may_call:
            return len(self._sentences)
        if any(map(_ANNOUNCES.search, self._sentences)):
            return 0
        claiming = [place for place, said in enumerate(self._sentences) if not _CLAIMS_NOTHING.fullmatch(said)]
        return claiming[-1] if len(claiming) > 1 else 0
