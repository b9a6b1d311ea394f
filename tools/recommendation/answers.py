"""What a recommender blends, is asked and answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from tools.recommendation.ranking import Aims

Part = Literal["next", "together", "ease", "taste"]
PARTS: tuple[Part, ...] = ("next", "together", "ease", "taste")
ReasonKind = Literal["next", "bought_with", "alike", "taste", "popular"]


@dataclasses.dataclass(frozen=True)
class Mix:
    """How much each part says, and how fast its memory of a history fades.

    Args:
        weights: part -> weight; a part that is not named is not asked.
        decays: part -> what each step back into the history leaves of an item, in (0, 1]; of ``taste``, which reads the order itself,
            how sharp its likeliest items stand out.
    """

    weights: Mapping[Part, float]
    decays: Mapping[Part, float]


DECAYED_TRANSITIONS = Mix({"next": 1.0}, {"next": 0.7})


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why an item is shown.

    Args:
        kind: ``next``: people took it after `item`; ``bought_with``: together with it; ``alike``: it is most like what people with
            this history took; ``taste``: it follows from the history as a whole; ``popular``.
        item: what the reason refers to; None: nothing of the history.
    """

    kind: ReasonKind
    item: str | None = None


@dataclasses.dataclass(frozen=True)
class Pick:
    """An item to show. `score` orders the picks of one call; it is not a chance."""

    item: str
    score: float
    reason: Reason


@dataclasses.dataclass(frozen=True)
class Controls:
    """What a list is to be like, besides fitting.

    Args:
        diversity: in [0, 1]: what a further item of a category already shown loses.
        novelty: in [0, 1]: how far the head start of popular items is taken away; at 1 scores are divided by popularity.
        other_than: categories that are shown last, as those that something is to go with.
        aims: what the best candidates are put in order for.
    """

    diversity: float = 0.0
    novelty: float = 0.0
    other_than: frozenset[str] = frozenset()
    aims: Aims = dataclasses.field(default_factory=Aims)
