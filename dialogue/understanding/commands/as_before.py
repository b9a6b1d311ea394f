"""Words that point back to what was asked for before, and do not say it again: "the way you had it first", 还是按一开始说的."""

from __future__ import annotations

import re
from typing import Literal

from dialogue.understanding import phrases

_LONGEST = 160
"""Characters from which a message tells a story."""
_THING = r"(?:ones?|size|colou?r|card|account|method|way|order|item|pick|choice|option|idea|thoughts?|thing|plan|version|answer|wish|request|instinct|decision|address)"
_TOLD = r"(?:said|had|asked(?: for)?|wanted|picked|chose|told you|gave|mentioned|went (?:for|with)|started (?:out )?with|suggested|planned|agreed|wrote|typed|did|put|was|were)"
_AT_FIRST = r"(?:first|at first|originally|initially|to (?:begin|start) with|at the (?:start|beginning|outset)|in the (?:first place|beginning))"
_FIRST = re.compile(
    rf"\b(?:first|original|initial) (?:\w+ )?{_THING}\b|\b{_TOLD}\b[^,.;!?]{{0,16}}\b{_AT_FIRST}\b|\b{_AT_FIRST} (?:i|we|you) {_TOLD}\b|\b(?:i|we|you) {_AT_FIRST} {_TOLD}\b"
    r"|\b(?:right|correct|better|best|fine) (?:the )?first time\b|\bplan a\b"
    r"|(?:最初|最开始|一开始|刚开始|起初|最早|开头|第一次)(?:[跟和给]你们?)?(?:[说讲选定要填报提来]|那|的)|第一[个次种款回](?:[说讲选]|方案|想法)?"
)
"""What was asked for at first."""
_LAST = re.compile(
    rf"\b(?:said|had|asked(?: for)?|wanted|picked|chose|mentioned|agreed|did)\b[^,.;!?]{{0,16}}\b(?:before|earlier|previously)\b|\b(?:as|like|how|the way) (?:you|we|i) (?:already )?(?:had|said|agreed|did)\b(?: (?:it|them|that))?"
    rf"|\b(?:as|like) (?:before|previously|earlier)\b|\b(?:as|like|how|the way) (?:it|they|that) (?:was|were)\b|\b(?:the )?(?:previous|former|earlier) {_THING}\b|\bthe other {_THING}\b|\bwhat (?:we|you|i) (?:had|agreed)\b"
    r"|\b(?:change|switch|put|turn|set|flip|swap|move) (?:it|that|them|this|everything) back\b(?=\W*$|\W*[,.;!]|(?: (?:to|the way|how|as) )?(?:how |as |what )?(?:it|they) (?:was|were))|\bback to (?:how|what|the way) (?:it|they|we|you|i)\b|\b(?:undo|revert)\b|(?:^|[,.;!?…]\s*)(?:(?:please|ok|so|let's|and) )*go back(?: please| then)?\W*$"
    r"|(?:[按照用回]|还是|就)[着照按]?(?:你|我|咱)?们?(?:刚才|刚刚|之前|前面|先前|上一?[次个]|原[来先本])(?:那个|那样|[说讲选定提]|的)|[改换]回[去来](?=[吧了好]*\W*$)|恢复(?:成|到)?(?:原来|之前|刚才)|照旧|照原来|按原来"
)
"""What was asked for last."""
_STAYS_AS_IT_IS = re.compile(
    r"\b(?:leave|keep|let|stays?|fine|good|ok|okay|happy|perfect|alright)\b[^,.;!?]{0,24}\b(?:as|like|how|the way) (?:it|they|that) (?:is|are|was|were)\b"
)
"""It leaves what one has as it is, and calls off."""
_WILL_NOT_DO = re.compile(
    rf"(?:最初|最开始|一开始|刚开始|起初|最早|刚才|之前|原来)[^,，。.;；!！]{{0,8}}(?:不行|不要|不对|不好|错了)|\b{_TOLD} {_AT_FIRST} (?:is|was|won't|isn't|wasn't|doesn't)\b[^,.;]{{0,12}}\b(?:wrong|no good|do|right|work)\b"
)
"""What was asked for before is found wrong."""
_OPENS = re.compile(r"^\W*(?:(?:sorry|oh|hm+|ugh|actually|wait|ok(?:ay)?|well)\W+)+")
"""Words before what a sentence asks for."""


def pointed_back(low: str) -> Literal["first", "last"] | None:
    """Return which of the things that were asked for before is pointed to; None where none is."""
    if len(low.strip()) > _LONGEST or _STAYS_AS_IT_IS.search(low) or _WILL_NOT_DO.search(low) or only_asks(low):
        return None
    return "first" if _FIRST.search(low) else "last" if _LAST.search(low) else None


def only_asks(low: str) -> bool:
    """Whether the last sentence asks something, and not for a thing to be done."""
    last = [one for one in re.split(r"(?<=[.!?。！？])\s+", low) if one.strip()][-1:]
    last = [one for one in last if "?" in one or not _WHAT_WAS_SAID.search(one)]
    return any(phrases.is_question(one.strip()) and not phrases.asks_for_it(_OPENS.sub("", one)) for one in last)


_WHAT_WAS_SAID = re.compile(rf"\bwhat (?:i|we|you)(?: {_AT_FIRST})? {_TOLD}\b")
"""It names what was said, and asks nothing."""


def without_pointers(low: str) -> str:
    """Return the words without those that point back."""
    return _LAST.sub(" ", _FIRST.sub(" ", low))
