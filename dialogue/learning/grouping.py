"""Messages that say the same are labelled together."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from dialogue.learning.doubts import Doubt, Why
from knowledge.embedding import Embedder
from knowledge.likeness import alike_groups
from knowledge.types import Lang


@dataclasses.dataclass(frozen=True)
class Group:
    """Doubtful messages that are alike, of one language; each text once."""

    doubts: tuple[Doubt, ...]
    times: int
    """How often one of them was said."""

    @property
    def lang(self) -> Lang:
        """Their language."""
        return self.doubts[0].lang

    @property
    def whys(self) -> tuple[Why, ...]:
        """Why they are doubtful, the commonest reason first."""
        return tuple(why for why, _ in Counter(doubt.why for doubt in self.doubts).most_common())

    @property
    def guesses(self) -> tuple[tuple[str, float], ...]:
        """What they were taken for, with the mean chances; likeliest first, at most three."""
        total: dict[str, float] = {}
        for doubt in self.doubts:
            for intent, chance in doubt.guesses:
                total[intent] = total.get(intent, 0.0) + chance / len(self.doubts)
        return tuple(sorted(total.items(), key=lambda guess: -guess[1])[:3])


def grouped(found: Sequence[Doubt], embedder: Embedder) -> list[Group]:
    """Return the messages in groups, those said most often first.

    Each message that is in no group yet begins one, the oftenest said first, and takes in what is alike to it.
    """
    said = Counter((doubt.lang, doubt.text) for doubt in found)
    last = {(doubt.lang, doubt.text): doubt for doubt in found}
    texts = [last[key] for key, _ in said.most_common()]
    if not texts:
        return []
    rows = alike_groups(embedder.encode([doubt.text for doubt in texts]), [doubt.lang for doubt in texts])
    members = [tuple(texts[row] for row in group) for group in rows]
    groups = [Group(group, sum(said[doubt.lang, doubt.text] for doubt in group)) for group in members]
    return sorted(groups, key=lambda group: -group.times)
