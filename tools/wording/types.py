"""Arguments and evidence of the tools about what the bot says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pydantic

from knowledge.types import Lang
from tools.base import Arguments, Evidence
from tools.evidence import LocalText
from tools.policy import Measure
from tools.staging import Difference, Staged, changed

PLACE = pydantic.Field(min_length=3, max_length=120)
LANGUAGES: Mapping[Lang, LocalText] = {
    "zh": LocalText(zh="中文", en="Chinese"),
    "en": LocalText(zh="英文", en="English"),
}


class FindTexts(Arguments):
    """What is looked for: when it is said, or some of its words; without it, what the shop says in its own words. Or one `place`."""

    query: str = pydantic.Field(default="", max_length=500)
    place: str | None = pydantic.Field(default=None, max_length=120)
    lang: Lang = "zh"
    limit: int = pydantic.Field(default=8, ge=1, le=400)


class FoundText(Evidence):
    """A text of the bot. `now` is what is said; `own`: the languages in which that is the shop's own words."""

    place: str
    said: LocalText
    now: LocalText
    standard: LocalText
    facts: dict[Lang, tuple[str, ...]]
    """What may stand in braces."""
    own: tuple[Lang, ...]
    outdated: tuple[Lang, ...]
    """The languages in which the shop's words are not said, since another text ships now."""
    reserved: bool
    score: float
    """Beside the best one found, which has 1."""


class TextList(Evidence):
    """Best first."""

    texts: tuple[FoundText, ...]


class ChangeText(Arguments):
    """Other words at a place, in one language or both; `text`: in the language whose letters it has."""

    place: str = PLACE
    zh: str | None = pydantic.Field(default=None, max_length=2000)
    en: str | None = pydantic.Field(default=None, max_length=2000)
    text: str | None = pydantic.Field(default=None, max_length=4000)


class RestoreText(Arguments):
    """`lang` None: in both languages."""

    place: str = PLACE
    lang: Lang | None = None


class TextMove(Evidence):
    """What is said at a place in one language before and after. None for what is the shop's own: the shipped text is said."""

    lang: Lang
    before: str
    after: str
    own_before: str | None
    own_after: str | None
    standard: str


class TextChange(Staged):
    """A text in other words. `other`: what the language says that does not change, where it was written for the words before."""

    place: str
    said: LocalText
    moves: tuple[TextMove, ...]
    reserved: bool
    other: LocalText | None = None
    deed: Literal["change", "restore"] = "change"

    def about(self) -> str:
        """See `Staged`."""
        return f"text:{self.place}"

    def differences(self) -> tuple[Difference, ...]:
        """Return what is said before and after, by language."""
        return tuple(
            each
            for move in self.moves
            for each in changed(named(self.said, move.lang), move.before, move.after)
        )  # fmt: skip

    def expected(self) -> LocalText:
        """Tell from when on it is said, and what the other language says meanwhile; how people take it is not estimated."""
        zh, en = ["批准后的下一句回复起就这样说"], ["said from the first reply after the approval on"]
        if self.other is not None:
            zh.append(f"只改了一种语言，另一种语言仍然说“{self.other.zh}”")
            en.append(f"only one language changes, the other one still says “{self.other.en}”")
        return LocalText(zh="；".join(zh), en="; ".join(en))

    def measures(self) -> Mapping[Measure, float]:
        """Return 1 for a text of safety, of the law or of personal data."""
        return {"reserved_text": 1.0} if self.reserved else {}


def named(said: LocalText, lang: Lang) -> LocalText:
    """Name what is said at a place in one language."""
    return LocalText(zh=f"{said.zh}（{LANGUAGES[lang].zh}）", en=f"{said.en} ({LANGUAGES[lang].en})")
