"""The merchant's brief in words: what was unusual, what waits, what was gone by; and what may be asked next, as buttons that are words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dialogue.replies import templates as words
from dialogue.replies.figures import amount
from dialogue.replies.templates import Templates
from dialogue.replies.types import Choice, ChoicesReply, Reply, TextReply
from knowledge.types import Lang

Json = Mapping[str, Any]
ASKS = 6
"""Buttons."""
_KINDS = ("proposals", "cases", "late", "short", "coupons", "prices")
"""What may wait, in the order in which it is told."""
_SHORTEST = frozenset({"revenue", "orders"})
"""Figures that a day without news is told by."""


def brief_replies(found: Json, templates: Templates, lang: Lang) -> list[Reply]:
    """Return `tools.brief.types.DailyBrief` (as JSON) in words, and what may be asked next."""
    brief = _Brief(found, templates, lang)
    told: list[Reply] = [TextReply(text="\n".join(filter(None, brief.lines())), lang=lang)]
    if asks := list(dict.fromkeys(brief.asks()))[:ASKS]:
        choices = tuple(Choice(label=ask, value=ask) for ask in asks)
        told.append(ChoicesReply(text=brief.say("next"), lang=lang, choices=choices))
    return told


class _Brief:
    """One brief in one language."""

    def __init__(self, found: Json, templates: Templates, lang: Lang) -> None:
        self.found, self.templates, self.lang = found, templates, lang

    def say(self, sentence: str, **facts: Any) -> str:
        return self.templates.say(f"brief.{sentence}", self.lang, **self.found, **facts)

    def lines(self) -> Iterator[str]:
        """Yield what is told, line by line; a quiet day takes two."""
        if self.found["state"] == "quiet":
            yield self.say("quiet", told=self._values(self._shortest()), count=len(self._of("usual")))
            yield self.say("nothing")
            return
        yield self.say("head")
        yield from self._day()
        waiting = self._waiting()
        yield self.say("waits" if waiting else "nothing")
        yield from waiting
        if self._of("far", "usual"):
            yield self.say("method")

    def asks(self) -> Iterator[str]:
        """Yield what the merchant may say next."""
        if self.found["state"] == "silent" and self.found["last_order"]:
            yield self.say("ask_last")
        for figure in self._of("far"):
            if figure["cause"]:
                yield self.say("ask_why", name=self._name(figure), against=figure["cause"]["against"])
        waiting = self.found["waiting"]
        for kind in _KINDS:
            if waiting[kind] and self.templates.has(f"brief.ask_{kind}"):
                yield self.say(f"ask_{kind}")

    def _day(self) -> Iterator[str]:
        if self.found["state"] == "silent":
            yield self.say("silent")
            return
        far, usual = self._of("far"), self._of("usual")
        if far:
            yield self.say("news")
        yield from (f"{number}. {self._news(each)}" for number, each in enumerate(far, 1))
        if usual:
            yield self.say("rest" if far else "none", told=self._values(usual), count=len(usual))
        if self.found["state"] == "new":
            yield self.say("new", told=self._values(self._shortest()))
        elif little := self._of("too_little"):
            yield self.say("little", told=self._names(little))
        if empty := self._of("nothing"):
            yield self.say("empty", told=self._names(empty))

    def _news(self, figure: Json) -> str:
        metric, cause = figure["metric"], figure["cause"]
        shown = {part: amount(figure[part], metric, self.lang) for part in ("value", "low", "high", "middle")}
        told = self.say("figure", name=self._name(figure), shown=shown, figure=figure)
        if cause is None:
            return told
        parts = {part: amount(cause[part], metric, self.lang, sign=True) for part in ("difference", "gave")}
        return " ".join((told, self.say("cause", parts=parts, cause=cause)))

    def _waiting(self) -> list[str]:
        waiting = self.found["waiting"]
        return [f"- {self.say(kind)}" for kind in _KINDS if waiting[kind]]

    def _of(self, *verdicts: str) -> list[Json]:
        return [each for each in self.found["figures"] if each["verdict"] in verdicts]

    def _shortest(self) -> list[Json]:
        return [each for each in self.found["figures"] if each["metric"]["id"] in _SHORTEST]

    def _name(self, figure: Json) -> str:
        return words.text(figure["metric"]["name"], self.lang)

    def _names(self, figures: Iterable[Json]) -> str:
        return words.conjunction([self._name(each) for each in figures], self.lang)

    def _values(self, figures: Iterable[Json]) -> str:
        return words.conjunction(
            [f"{self._name(each)} {amount(each['value'], each['metric'], self.lang)}" for each in figures], self.lang
        )
