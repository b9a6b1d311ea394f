"""Translates what shopper and agent say to each other, with a language model; what cannot be trusted is not given out."""

from __future__ import annotations

import json
import re

from agent.grounding import speaks
from agent.llm.chat import ChatModel, json_of
from agent.llm.errors import LlmNonsenseError
from agent.llm.ledger import ledger
from agent.prompts import prompt_for
from knowledge.types import Lang

LONGER, ROOM = 6, 80
"""A translation may become so many times as long, and so many characters more: English takes more of them than Chinese."""
_SCHEMA = {
    "type": "object",
    "properties": {"translation": {"type": "string"}},
    "required": ["translation"],
    "additionalProperties": False,
}
_KEPT = re.compile(
    r"https?://[^\s\u4e00-\u9fff，。；）]+|[\w.+-]+@[\w-]+\.[\w.-]+|[A-Za-z]*\d[A-Za-z0-9-]{4,}|\d+\.\d+|\{\w+\}",
    re.ASCII,
)
"""Codes, links, addresses, exact amounts and variables: the same in every language."""


class Translator:
    """Chinese and English, both ways. One call of the model for each text.

    It keeps codes, links, addresses and exact amounts or gives nothing out; whether the sense is kept it cannot tell: what it says
    is shown as a machine's.
    """

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def model(self) -> str:
        """The name of the model."""
        return self._model.server.model

    async def translate(self, text: str, to: Lang) -> str:
        """Return the text in `to`.

        Raises:
            LlmError: the model gave no answer, or one that cannot be used.
        """
        prompt = prompt_for("translate", to)
        given = json.dumps({"text": text}, ensure_ascii=False)
        answer = await self._model.ask(prompt.id, [("system", prompt.words), ("user", given)], schema=_SCHEMA)
        try:
            found = json_of(answer)
            said = found["translation"] if isinstance(found, dict) else None
        except (ValueError, KeyError):
            said = None
        if not isinstance(said, str) or not _usable(text, said.strip(), to):
            ledger().last_was("malformed")
            raise LlmNonsenseError(f"{self._model.server} gave no translation that can be used")
        return said.strip()


def _usable(text: str, said: str, to: Lang) -> bool:
    return (
        bool(said)
        and len(said) <= LONGER * len(text) + ROOM
        and speaks(said, to)
        and all(kept in said for kept in _KEPT.findall(text))
    )
