"""The seam through which tools see what the bot says: which texts there are, and what may be written in their places."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from knowledge.types import Lang
from tools.evidence import LocalText


@dataclasses.dataclass(frozen=True)
class SpokenText:
    """A text that ships with the bot, in plain words: facts stand in braces, ``Your return {return_id} is on its way.``"""

    place: str
    """Where it is said: a sentence (``handoff.asked``), or a text of a procedure (``return_items/say/1``)."""
    said: LocalText
    """When it is said."""
    standard: Mapping[Lang, str]
    facts: Mapping[Lang, tuple[str, ...]]
    """What may stand in braces."""
    reserved: bool = False
    """Of safety, of the law or of personal data: more than one person must approve other words."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """Why words may not stand in a place: the code of its sentence, and what that names."""

    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Speech(Protocol):
    """Everything that the bot says."""

    def get(self, place: str) -> SpokenText | None:
        """Return the text of a place."""
        ...

    def tidy(self, place: str, lang: Lang, text: str) -> str:
        """Return words as they are kept: stripped, their facts under the names of their language."""
        ...

    def fault_of(self, place: str, lang: Lang, text: str) -> Fault | None:
        """Return the first thing that is wrong with words for a place; None: they may stand there."""
        ...

    async def find(self, query: str, lang: Lang, limit: int, own: Mapping[str, str]) -> Sequence[tuple[str, float]]:
        """Return places that a description, or some of the words, fit best: (place, share of the best in [0, 1]).

        Args:
            own: what is said in `lang` at places where it is not the shipped text.
        """
        ...
