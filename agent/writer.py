"""Puts replies in other words with a language model, and keeps the words of the template wherever the meaning might have changed."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence

from agent.grounding import figures, speaks
from agent.llm.chat import ChatModel, json_of
from agent.llm.errors import LlmError
from agent.llm.ledger import ledger
from agent.prompts import prompt_for
from knowledge.types import Lang

_log = logging.getLogger(__name__)
LONGER, ROOM = 2, 60
"""A reply may become so many times as long, and so many characters more."""
_SCHEMA = {
    "type": "object",
    "properties": {"replies": {"type": "array", "items": {"type": "string"}}},
    "required": ["replies"],
    "additionalProperties": False,
}
_MATTERS: dict[Lang, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:(cancel)|(refund)|(return)|(exchang)|(chang)|(updat)|(modif)|(request)|(issu)|(appl)|(claim)|(deliver)"
        r"|(ship)|(pa(?:y|id))|(free)\b|(guarant)|(promis)|(compensat)|(discount)|(coupon|voucher)|(approv)|(colleague|person))",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(取消)|(退款)|(退货)|(换货)|(修改|更改|变更|改)|(申请)|(提交)|(开具|开票|发票)|(领取)|(发货|寄出)|(送达|签收)|(支付|付款)"
        r"|(免费|包邮)|(保证|承诺)|(赔)|(优惠|折)|(券)|(通过|批准)|(人工|同事)"
    ),
}
"""What a reply can be about that somebody may rely on; each group is one matter."""
_NOT: dict[Lang, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:not|no|never|cannot|nothing|none|without|unable|too late)\b|n't\b", re.IGNORECASE),
    "zh": re.compile(r"[不没未无非勿]"),
}
_MARK = re.compile(r"⟦(\d+)⟧")
"""Stands for a passage that the model is not shown."""
_ASKS = re.compile(r"[?？]")


class Writer:
    """Rewords the sentences of a reply. One call of the model for all of them."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    async def reword(
        self, texts: Sequence[str], lang: Lang, *, mood: str = "calm", untouched: Sequence[str] = ()
    ) -> list[str]:
        """Return every text in other words, or as it is where the other words do not say the same.

        Args:
            texts: what the templates say.
            lang: their language.
            mood: how the person feels; it changes the tone.
            untouched: passages that others wrote, the longest first: the model sees a mark in the place of each, since what stands in
                them may be meant for it.
        """
        if not texts:
            return []
        prompt = prompt_for("write", lang)
        marked = [_marked(text, untouched) for text in texts]
        given = json.dumps({"mood": mood, "replies": [text for text, _ in marked]}, ensure_ascii=False)
        try:
            answer = await self._model.ask(prompt.id, [("system", prompt.words), ("user", given)], schema=_SCHEMA)
            written = _replies(answer, len(texts))
        except LlmError as error:
            _log.warning("a reply stands as its template has it: %s", error)
            return list(texts)
        except ValueError as error:
            ledger().last_was("malformed")
            _log.warning("a reply stands as its template has it: %s", error)
            return list(texts)
        found = [
            _unmarked(new, passages)
            if says_the_same(old, new, lang) and _MARK.findall(old) == _MARK.findall(new)
            else text
            for text, (old, passages), new in zip(texts, marked, written, strict=True)
        ]
        if found == list(texts) and written != [text for text, _ in marked]:
            ledger().last_was("malformed")
        return found


def _marked(text: str, untouched: Sequence[str]) -> tuple[str, list[str]]:
    """Return a text with a numbered mark in the place of each passage that others wrote, and these passages."""
    taken: list[str] = []
    for passage in untouched:
        if passage in text:
            text = text.replace(passage, f"⟦{len(taken)}⟧")
            taken.append(passage)
    return text, taken


def _unmarked(text: str, passages: Sequence[str]) -> str:
    return _MARK.sub(lambda mark: passages[int(mark[1])] if int(mark[1]) < len(passages) else mark[0], text)


def says_the_same(old: str, new: str, lang: Lang) -> bool:
    """Whether other words may stand for a template's: the same figures, codes and links, matters, denials and questions.

    It is strict: words that say the same in a way that it cannot see are not used.
    """
    return (
        bool(new.strip())
        and len(new) <= LONGER * len(old) + ROOM
        and speaks(new, lang)
        and figures(old) == figures(new)
        and _matters(old, lang) == _matters(new, lang)
        and bool(_NOT[lang].search(old)) == bool(_NOT[lang].search(new))
        and bool(_ASKS.search(old)) == bool(_ASKS.search(new))
    )


def _matters(text: str, lang: Lang) -> frozenset[int]:
    return frozenset(match.lastindex or 0 for match in _MATTERS[lang].finditer(text))


def _replies(answer: str, count: int) -> list[str]:
    """Return the replies of an answer. Raises `ValueError`: they are not as many as were given."""
    found = json_of(answer)
    replies = found.get("replies") if isinstance(found, dict) else found
    if not isinstance(replies, list) or len(replies) != count or not all(isinstance(each, str) for each in replies):
        raise ValueError(f"expected {count} replies")
    return replies
