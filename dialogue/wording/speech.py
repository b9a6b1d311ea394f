"""What the bot says, for the tools and the replies: looked up, searched and checked. See `tools.speech.Speech`."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dialogue.flows.model import Flow
from dialogue.wording import checks
from dialogue.wording.catalogue import Entry, catalogue
from knowledge.embedding import Embedder, encode
from knowledge.types import Lang
from knowledge.words import WordIndex, tokens
from tools.speech import Fault, SpokenText

FloatArray = npt.NDArray[np.float32]
ALIKE = 0.5
"""Weight of the meaning beside the words."""
RELATED = 0.25
"""Share of the best from which another text is worth showing."""
OF_MERCHANTS = 0.25
"""Taken off what only merchants hear: mostly what shoppers hear is meant."""
_ABOUT_TEXTS = re.compile(
    r"话术|说法|措辞|文案|回复(?:语|内容)?|机器人|小二|顾客|客户|[改换]成|改为|改一下|修改|怎么说|说什么|默认|原来的|恢复|标准|那句|这句|那段"
    r"|\b(?:what|how|when|do|does|did|is|the|you|your|bot|say|says|said|saying|tell|tells|told|reply|replies|answer|answers|text|texts|words?|wording|sentence|message|"
    r"change|reword|rewrite|edit|replace|customers?|shoppers?|somebody|someone|to|a|an|of|if|for|back|standard|default|original|xiaoer)\b",
    re.IGNORECASE,
)
"""Words that say no more than that a text is meant."""


class ShopSpeech:
    """Every text of the bot. Flows are read, and texts indexed, when the first of them is looked for."""

    def __init__(self, flows: Callable[[], Mapping[str, Flow]], embedder: Embedder) -> None:
        self._flows, self._embedder = flows, embedder

    @functools.cached_property
    def entries(self) -> dict[str, Entry]:
        """Every text by its place."""
        return catalogue(self._flows())

    def get(self, place: str) -> SpokenText | None:
        """Return the text of a place."""
        entry = self.entries.get(place)
        return entry.spoken if entry is not None else None

    def tidy(self, place: str, lang: Lang, text: str) -> str:
        """Return words as they are kept."""
        return self.entries[place].plain[lang].tidy(text)

    def fault_of(self, place: str, lang: Lang, text: str) -> Fault | None:
        """Return the first thing that is wrong with words for a place."""
        entry = self.entries.get(place)
        if entry is None:
            return Fault("text_not_found")
        return checks.fault_of(entry.plain[lang], lang, text, has_receipt=entry.has_receipt)

    def outdated(self, place: str, lang: Lang, standard: str) -> bool:
        """Tell whether another text ships at a place than the one that words were written for."""
        return place not in self.entries or self.entries[place].spoken.standard[lang] != standard

    def template(self, place: str, lang: Lang, text: str) -> str:
        """Return words without fault as a template."""
        return self.entries[place].plain[lang].template(text)

    async def find(self, query: str, lang: Lang, limit: int, own: Mapping[str, str]) -> Sequence[tuple[str, float]]:
        """Return the places that fit best; see `tools.speech.Speech`."""
        asked = " ".join(_ABOUT_TEXTS.sub(" ", query).split())
        words = _without_quotes(asked) or asked or query
        (vector,) = await encode(self._embedder, [words])
        vectors, index = await self._indexed(lang)
        said = np.asarray(index.scores(tokens(words)), dtype=np.float32)
        scores = said + ALIKE * np.maximum(vectors @ vector, 0) - self._penalties
        places = list(self.entries)
        for row, place in enumerate(places):
            scores[row] += _quoted(query, (self.entries[place].spoken.standard[lang], own.get(place, "")))
        best = np.argsort(-scores, kind="stable")[:limit]
        top = max(float(scores[best[0]]), 1e-6) if len(best) else 1.0
        return [
            (places[row], round(float(max(scores[row], 0.0)) / top, 4)) for row in best if scores[row] > RELATED * top
        ]

    @functools.cached_property
    def _penalties(self) -> FloatArray:
        return np.array([OF_MERCHANTS * each.of_merchants for each in self.entries.values()], dtype=np.float32)

    async def _indexed(self, lang: Lang) -> tuple[FloatArray, WordIndex]:
        if lang not in self._indexes:
            texts = [_searched(entry, lang) for entry in self.entries.values()]
            vectors = await encode(self._embedder, texts)
            self._indexes[lang] = vectors, WordIndex([tokens(text) for text in texts])
        return self._indexes[lang]

    @functools.cached_property
    def _indexes(self) -> dict[Lang, tuple[FloatArray, WordIndex]]:
        return {}


def _searched(entry: Entry, lang: Lang) -> str:
    said = entry.spoken.said.zh if lang == "zh" else entry.spoken.said.en
    name = re.sub(r"[./_\d]+", " ", entry.spoken.place)
    return f"{said} {said} {re.sub(r'[{}]', ' ', entry.spoken.standard[lang])} {name} {entry.also[lang]}"


def _quoted(query: str, texts: Sequence[str]) -> float:
    """Return 1 where the query quotes one of the texts, or holds most of it."""
    quotes = re.findall(r"[“\"「'《]([^”\"」'》]{4,})[”\"」'》]", query)
    return float(any(quote.lower() in text.lower() for quote in quotes for text in texts))


def _without_quotes(text: str) -> str:
    return text.strip(' “”"「」:：，,.。')
