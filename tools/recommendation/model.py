"""The recommender: scores of all items for a history, the best of them with the reason of each, and the files of it."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.types import JsonObject
from tools.fitted import VersionError
from tools.recommendation.answers import DECAYED_TRANSITIONS, PARTS, Controls, Mix, Part, Pick, Reason
from tools.recommendation.events import KINDS, WEIGHTS, Facts, FloatArray, IntArray, Seen
from tools.recommendation.likeness import Likeness
from tools.recommendation.ranking import POOL as BEST
from tools.recommendation.ranking import Aims, Catalogue, Ranker
from tools.recommendation.taste import Taste

LAST = 50
"""Items of a history that are looked at."""
POPULAR = 1e-3
"""What the most popular item gains, beside scores of up to 1 for each part: it decides ties, and speaks where nothing else does."""
BORROWED = 0.8
"""What an item that nobody has had is worth, in scores of those most like it."""
POOL = 8
"""How many times the wanted number stand for choice where the list is to be varied."""


@dataclasses.dataclass(frozen=True)
class _Heard:
    """A history as numbers and weights, the last item first, and what each part says of every item after it."""

    remembered: Sequence[tuple[int, float]]
    said: Mapping[Part, FloatArray]


@dataclasses.dataclass(frozen=True)
class Recommender:
    """Immutable; without items it is the cold start, which scores nothing.

    Args:
        items: names by number.
        popularity: (items,) see `tools.recommendation.events.WEIGHTS`.
        matrices: item to item, CSR, for each part but ``taste``.
        mix: of the parts.
        taste: the sequence model, where there is one.
        ranker: the second stage, where it is better than the blend alone.
        facts: what is known of the items.
        likeness: of their texts; None: nothing is written of them.
        stand_ins: CSR, (items, items): for each item that nobody has had, those most like it; rows sum to 1 or 0.
        about: what is written down of its training.
    """

    items: tuple[str, ...] = ()
    popularity: FloatArray = dataclasses.field(default_factory=lambda: np.zeros(0))
    matrices: Mapping[Part, Any] = dataclasses.field(default_factory=dict)
    mix: Mix = DECAYED_TRANSITIONS
    taste: Taste | None = None
    ranker: Ranker | None = None
    facts: Mapping[str, Facts] = dataclasses.field(default_factory=dict)
    likeness: Likeness | None = None
    stand_ins: Any = None
    about: JsonObject = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """Return the number of each item."""
        return {item: place for place, item in enumerate(self.items)}

    @property
    def fitted(self) -> bool:
        """Whether it has learnt from anybody."""
        return bool(self.popularity.any())

    def scores(self, history: Sequence[Seen]) -> FloatArray:
        """Return the score of every item, (items,), for a history, oldest first; not calibrated, 0 or more."""
        return self._total(self._heard(history))

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        """Return what the second stage knows of the items."""
        known = [self.facts.get(item, Facts()) for item in self.items]
        prices = [np.log(facts.price_minor) if facts.price_minor else np.nan for facts in known]
        categories, brands = _codes([facts.category for facts in known]), _codes([facts.brand for facts in known])
        return Catalogue(categories, brands, np.array(prices), self.popularity)

    def candidates(self, history: Sequence[Seen]) -> tuple[IntArray, npt.NDArray[np.float32]]:
        """Return the best items that the history does not hold, by the blend alone, and what the second stage sees of them."""
        heard = self._heard(history)
        scores = self._total(heard)
        scores[[place for place, _ in heard.remembered]] = -1.0
        return self._candidates(scores, heard)

    def part_scores(self, part: Part, history: Sequence[Seen], decay: float) -> FloatArray:
        """Return what one part says of every item, the best being 1; zeros where it says nothing."""
        one = dataclasses.replace(self, mix=Mix({part: 1.0}, {part: decay}))
        return one._heard(history).said[part]

    def top(self, history: Sequence[Seen], count: int) -> list[str]:
        """Return the best items that the history does not hold, best first."""
        heard = self._heard(history)
        scores = self._total(heard)
        scores[[self.places[seen.item] for seen in history if seen.item in self.places]] = -1.0
        scores = self._ranked(scores, heard, Aims())
        best = _largest(scores, min(count, len(scores)))
        return [self.items[place] for place in best if scores[place] > 0]

    def recommend(
        self,
        history: Sequence[Seen],
        *,
        among: Sequence[str],
        count: int,
        head_start: FloatArray | None = None,
        unknown: Mapping[str, Facts] | None = None,
        controls: Controls | None = None,
    ) -> list[Pick]:
        """Return the best of some items for somebody, each with its reason.

        Args:
            history: oldest first.
            among: the items that may be shown, without those that the person has or refused.
            count: at most so many.
            head_start: (among,) what each has before it is scored, such as how well it fits the words; scores add up to 1.
            unknown: facts of items, of `among` or `history`, that came after the fitting: those most like them stand in.
            controls: what the list is to be like.
        """
        wished, new = controls or Controls(), unknown or {}
        heard = self._heard(self._known(history, new))
        scores = self._total(heard)
        places = np.fromiter((self.places.get(item, -1) for item in among), dtype=np.int64, count=len(among))
        late = np.flatnonzero(places < 0).tolist()
        # What came after the fitting borrows from any item: then all of them are put on one scale.
        eligible = scores
        if not late:
            eligible = np.full(len(scores), -1.0)
            eligible[places] = scores[places]
        ranked = self._ranked(eligible, heard, wished.aims)
        found = np.append(ranked, 0.0)[places]
        for row in late:
            found[row] = self._borrowed(new.get(among[row]), ranked)
        if wished.novelty:
            found = found / (1.0 + np.append(self.popularity, 0.0)[places]) ** wished.novelty
        found = found / max(float(found.max(initial=0.0)), 1e-12)
        if head_start is not None:
            found = found + head_start
        order = self._varied(among, found, new, count, wished)
        return [Pick(among[row], float(found[row]), self._reason(among[row], heard, new)) for row in order]

    # -- scoring

    def _heard(self, history: Sequence[Seen]) -> _Heard:
        remembered = self._remembered(history)
        return _Heard(remembered, {part: self._of_part(part, remembered) for part in self.mix.weights})

    def _total(self, heard: _Heard) -> FloatArray:
        total = POPULAR * self.popularity / max(float(self.popularity.max(initial=0.0)), 1e-12)
        for said in heard.said.values():
            total = total + said
        if self.stand_ins is not None:
            total = np.maximum(total, BORROWED * (self.stand_ins @ total))
        return total

    def _remembered(self, history: Sequence[Seen]) -> list[tuple[int, float]]:
        """Return the items of a history by number, the last first, each once, with its weight."""
        found: dict[int, float] = {}
        for seen in reversed(history):
            place = self.places.get(seen.item)
            if place is not None:
                found[place] = max(found.get(place, 0.0), float(WEIGHTS[KINDS.index(seen.kind)]))
            if len(found) >= LAST:
                break
        return list(found.items())

    def _of_part(self, part: Part, remembered: Sequence[tuple[int, float]]) -> FloatArray:
        """Return the weighted scores of a part, the best item having its weight."""
        weight = self.mix.weights[part]
        if part == "taste":
            read = [place for place, _ in reversed(remembered)]
            likely = self.taste.scores(read, self.mix.decays[part]) if self.taste is not None else None
            return np.zeros(len(self.items)) if likely is None else weight * likely
        said = np.zeros(len(self.items))
        matrix = self.matrices.get(part)
        if matrix is None:
            return said
        for step, (place, counts) in enumerate(remembered):
            row = slice(matrix.indptr[place], matrix.indptr[place + 1])
            said[matrix.indices[row]] += self.mix.decays[part] ** step * counts * matrix.data[row]
        return weight * said / max(float(said.max(initial=0.0)), 1e-12)

    def _candidates(self, scores: FloatArray, heard: _Heard) -> tuple[IntArray, npt.NDArray[np.float32]]:
        pool = _largest(scores, min(BEST, len(scores)))
        pool = pool[scores[pool] > 0]
        nothing = np.zeros(len(scores))
        said = [heard.said.get(part, nothing) for part in PARTS]
        return pool, self.catalogue.features(said, scores, heard.remembered, pool)

    def _ranked(self, scores: FloatArray, heard: _Heard, aims: Aims) -> FloatArray:
        """Return scores with the best candidates above all others, in the order of what they are worth."""
        if self.ranker is None or not heard.remembered:
            return scores
        pool, rows = self._candidates(scores, heard)
        if not len(pool):
            return scores
        worth = self.ranker.worth(rows, self.catalogue.price[pool], aims)
        worth = worth / max(float(worth.max()), 1e-12)
        ranked = scores / max(float(scores.max()), 1e-12) * float(worth.min())
        ranked[pool] = worth
        return ranked

    def _known(self, history: Sequence[Seen], unknown: Mapping[str, Facts]) -> list[Seen]:
        """Return a history in items of the model: what is newer than it is spoken for by the item most like it."""
        found = []
        for seen in history:
            if seen.item in self.places:
                found.append(seen)
            elif seen.item in unknown:
                near, _ = self._nearest(unknown[seen.item])
                found += [Seen(self.items[near[0]], seen.kind)] if len(near) else []
        return found

    def _borrowed(self, facts: Facts | None, scores: FloatArray) -> float:
        """Return the score of something that came after the fitting."""
        near, alike = self._nearest(facts) if facts is not None else (np.zeros(0, dtype=np.int64), np.zeros(0))
        return BORROWED * float(alike @ scores[near] / alike.sum()) if len(near) else 0.0

    def _nearest(self, facts: Facts) -> tuple[IntArray, FloatArray]:
        if self.likeness is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        return self.likeness.nearest(self.likeness.vector(facts), np.flatnonzero(self.popularity > 0))

    # -- choosing

    def _varied(
        self, among: Sequence[str], scores: FloatArray, unknown: Mapping[str, Facts], count: int, wished: Controls
    ) -> list[int]:
        """Take the best one after the other, where each lowers the others of its category (maximal marginal relevance)."""

        def category(row: int) -> str:
            return (self.facts.get(among[row]) or unknown.get(among[row]) or Facts()).category

        worth = scores
        if wished.other_than:
            last = np.array([category(row) in wished.other_than for row in range(len(among))], dtype=float)
            worth = scores - 10.0 * last
        if not wished.diversity:
            return [int(row) for row in _largest(worth, min(count, len(among)))]
        pool = [int(row) for row in _largest(worth, min(count * POOL, len(among)))]
        categories = {row: category(row) for row in pool}
        taken: list[int] = []
        shown: dict[str, int] = {}
        while pool and len(taken) < count:
            best = max(pool, key=lambda row: worth[row] - wished.diversity * shown.get(categories[row], 0))
            pool.remove(best)
            taken.append(best)
            if categories[best]:
                shown[categories[best]] = shown.get(categories[best], 0) + 1
        return taken

    def _reason(self, item: str, heard: _Heard, unknown: Mapping[str, Facts]) -> Reason:
        """Return what added most to an item's score."""
        place = self.places.get(item)
        if place is None or not self.popularity[place]:
            return self._reason_of_new(item, heard, unknown)
        best = max(heard.said, key=lambda part: heard.said[part][place], default=None)
        if best is None or not heard.said[best][place] > 0:
            return Reason("popular")
        if best == "taste":
            return Reason("taste")
        return Reason("next" if best == "next" else "bought_with", self.items[self._source(best, place, heard)])

    def _source(self, part: Part, place: int, heard: _Heard) -> int:
        """Return the item of the history from which a part comes to an item."""
        matrix, shares = self.matrices[part], []
        for step, (own, counts) in enumerate(heard.remembered):
            row = slice(matrix.indptr[own], matrix.indptr[own + 1])
            value = float(matrix.data[row][matrix.indices[row] == place].sum())
            shares.append(self.mix.decays[part] ** step * counts * value)
        return heard.remembered[int(np.argmax(shares))][0]

    def _reason_of_new(self, item: str, heard: _Heard, unknown: Mapping[str, Facts]) -> Reason:
        """Return what somebody had that a new item is like."""
        facts = unknown.get(item) or self.facts.get(item)
        if facts is None or self.likeness is None or not heard.remembered:
            return Reason("popular")
        own = np.unique(np.array([place for place, _ in heard.remembered], dtype=np.int64))
        near, _ = self.likeness.nearest(self.likeness.vector(facts), own)
        return Reason("alike", self.items[near[0]]) if len(near) else Reason("popular")

    # -- files

    def save(self, folder: Path) -> None:
        """Write it as JSON, sparse arrays and, where there is one, an ONNX file."""
        from scipy import sparse  # noqa: PLC0415

        kept = {
            "items": self.items,
            "weights": self.mix.weights,
            "decays": self.mix.decays,
            "facts": {item: dataclasses.astuple(facts) for item, facts in self.facts.items()},
            "about": self.about,
        }
        (folder / "model.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "popularity.npy", self.popularity)
        for part, matrix in self.matrices.items():
            sparse.save_npz(folder / f"{part}.npz", matrix)
        if self.taste is not None:
            self.taste.save(folder)
        if self.ranker is not None:
            self.ranker.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Recommender:
        """Read what `save` wrote.

        Raises:
            VersionError.
        """
        from scipy import sparse  # noqa: PLC0415

        try:
            kept = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            popularity = np.load(folder / "popularity.npy", allow_pickle=False)
            matrices: dict[Part, Any] = {
                part: sparse.load_npz(folder / f"{part}.npz") for part in PARTS if (folder / f"{part}.npz").exists()
            }
            facts = {item: Facts(*values) for item, values in kept["facts"].items()}
            found = cls(
                tuple(kept["items"]),
                popularity,
                matrices,
                Mix(kept["weights"], kept["decays"]),
                Taste.load(folder),
                Ranker.load(folder),
                facts,
                about=kept["about"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VersionError(f"{folder} cannot be read: expected a recommender ({error})") from error
        return with_stand_ins(found)


def with_stand_ins(model: Recommender) -> Recommender:
    """Return a model that knows which items speak for those that nobody has had, and for what comes later."""
    if not any(facts.text or facts.category for facts in model.facts.values()):
        return model
    from scipy import sparse  # noqa: PLC0415

    likeness = Likeness.of(model.items, model.facts)
    warm, size = np.flatnonzero(model.popularity > 0), len(model.items)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for place in np.flatnonzero(model.popularity == 0):
        near, alike = likeness.nearest(likeness.vectors[place], warm)
        rows += [int(place)] * len(near)
        columns += near.tolist()
        values += (alike / alike.sum()).tolist() if len(near) else []
    stand_ins = sparse.csr_matrix((values, (rows, columns)), shape=(size, size))
    return dataclasses.replace(model, likeness=likeness, stand_ins=stand_ins if values else None)


def _codes(names: Sequence[str]) -> IntArray:
    """Return a number for each name, 0 for an empty one."""
    numbers = {name: number for number, name in enumerate(sorted(set(names) | {""}))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _largest(scores: FloatArray, count: int) -> IntArray:
    """Return the places of the largest scores, largest first, ties by place."""
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    if count < len(scores):
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        pool = np.flatnonzero(scores >= least)
    else:
        pool = np.arange(len(scores))
    return np.asarray(pool[np.argsort(-scores[pool], kind="stable")][:count], dtype=np.int64)
