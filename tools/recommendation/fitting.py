"""Learning a recommender: the parts from all events, their blend from purchases that the parts have not seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from tools.fitted import Progress, TooLittleDataError
from tools.recommendation.answers import DECAYED_TRANSITIONS, PARTS, Mix, Part
from tools.recommendation.events import Case, IntArray, Interactions
from tools.recommendation.measure import gains, ranks
from tools.recommendation.model import Recommender, with_stand_ins
from tools.recommendation.neighbours import Float32Array, ease, together, transitions
from tools.recommendation.ranking import FEATURES, Ranker
from tools.recommendation.splits import split
from tools.recommendation.taste_training import Network, train, trainable

CASES = 5000
"""Purchases that the blend is chosen on; more would only take longer."""
RANKED = 12_000
"""Purchases that the second stage learns from."""
CANDIDATES = 60
"""Best items of each part and decay that are ranked while the blend is chosen."""
DECAYS: dict[Part, tuple[float, ...]] = {
    "next": (0.5, 0.6, 0.7, 0.8),
    "together": (0.7, 0.9),
    "ease": (0.6, 0.7, 0.85),
    "taste": (0.5, 1.0),
}
WEIGHTS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.4, 2.0)
ROUNDS = 3
SEED = 7
LEAST_EVENTS = 50
CLEAR = 1.64
"""Standard errors that the second stage must gain over the blend: below, it is noise."""
LEAST_RANKED = 200
"""Cases that each half of the second stage needs at least."""


def fit(rows: Interactions, progress: Progress) -> Recommender:
    """Learn from all of the events; nothing random is left to chance.

    Raises:
        TooLittleDataError.
    """
    if len(rows) < LEAST_EVENTS:
        raise TooLittleDataError(f"expected {LEAST_EVENTS} events or more to learn from, got {len(rows)}")
    chosen = _chosen(rows, progress)
    progress("learning from everything", 0.75)
    return _whole(rows, chosen)


def decayed_transitions(rows: Interactions) -> Recommender:
    """Return the plain model that every fitted one is measured beside: what came after the last items, the last one most."""
    return with_stand_ins(parts(rows, ("next",)))


def popularity(rows: Interactions) -> Recommender:
    """Return what shows everybody the most wanted items that they do not have."""
    return dataclasses.replace(parts(rows, ()), mix=Mix({}, {}))


def _whole(rows: Interactions, chosen: Chosen) -> Recommender:
    mix = chosen.mix
    used = tuple(part for part in PARTS if mix.weights.get(part))
    model = parts(rows, tuple(part for part in used if part != "taste"))
    taste = train(rows, start=chosen.network) if "taste" in used else None
    about = {
        "events": len(rows),
        "people": len(np.unique(rows.user)),
        "items": int((model.popularity > 0).sum()),
        "weights": {part: mix.weights[part] for part in used},
        "decays": {part: mix.decays[part] for part in used},
        "ndcg_10_while_choosing": chosen.ndcg,
        "second_stage": list(FEATURES) if chosen.ranker is not None else [],
    }
    served = taste.exported() if taste is not None else None
    return with_stand_ins(dataclasses.replace(model, mix=mix, taste=served, ranker=chosen.ranker, about=about))


def parts(rows: Interactions, used: Iterable[Part]) -> Recommender:
    """Return a recommender of some item-to-item parts, whose blend is not chosen yet."""
    learnt = {"next": transitions, "together": together, "ease": ease}
    return Recommender(
        rows.items,
        rows.popularity(),
        {part: learnt[part](rows) for part in used},
        DECAYED_TRANSITIONS,
        facts=rows.facts,
        about={"events": len(rows)},
    )


def _chosen(rows: Interactions, progress: Progress) -> Chosen:
    """Return what ranks the latest purchases best, learnt without them."""
    try:
        early, held = split(rows)
    except TooLittleDataError:
        return Chosen()
    progress("item to item", 0.05)
    asked = parts(early, ("next", "together", "ease"))
    network = None
    if trainable(early):
        network = train(early, progress=lambda what, share: progress(what, 0.2 + 0.4 * share))
        asked = dataclasses.replace(asked, taste=network.exported())
    progress("blending", 0.6)
    cases = [case for case in held.cases if case.history]
    order = np.random.default_rng(SEED).permutation(len(cases))
    said = Said.of(asked, [cases[place] for place in np.sort(order[:CASES])])
    mix, ndcg = said.best_mix()
    progress("ranking", 0.7)
    blended = dataclasses.replace(
        asked, mix=Mix({part: weight for part, weight in mix.weights.items() if weight}, mix.decays)
    )
    ranker = ranked([cases[place] for place in order[:RANKED]], blended)
    return Chosen(mix, round(ndcg, 4), network if mix.weights.get("taste") else None, ranker)


@dataclasses.dataclass(frozen=True)
class Chosen:
    """What was chosen on purchases that the parts had not seen."""

    mix: Mix = DECAYED_TRANSITIONS
    ndcg: float = 0.0
    network: Network | None = None
    ranker: Ranker | None = None


def ranked(cases: Sequence[Case], model: Recommender) -> Ranker | None:
    """Return the second stage, learnt from all cases; None where one learnt from half of them ranks the others not clearly better than the blend."""
    half = len(cases) // 2
    if half < LEAST_RANKED:
        return None
    trial = dataclasses.replace(model, ranker=_learnt(cases[:half], model))
    before, after = (gains(ranks(one, cases[half:])[0]) for one in (model, trial))
    gained = after - before
    clear = gained.mean() > CLEAR * gained.std() / np.sqrt(len(gained))
    return _learnt(cases, model) if clear else None


def _learnt(cases: Sequence[Case], model: Recommender) -> Ranker:
    rows, looked, bought = [], [], []
    for case in cases:
        pool, features = model.candidates(case.history)
        touched = {model.places.get(item, -1) for item in (*case.touched, case.target)}
        rows.append(features)
        looked.append(np.isin(pool, list(touched)))
        bought.append(pool == model.places.get(case.target, -1))
    return Ranker.fitted(np.concatenate(rows), np.concatenate(looked), np.concatenate(bought))


@dataclasses.dataclass(frozen=True)
class Said:
    """What each part, with each decay, says of the candidates of some cases.

    Args:
        choices: part and decay of each row.
        scores: (choices, cases, candidates); candidates that there are not are -1.
        wanted: (cases,) the place of the wanted item among the candidates; -1: it is none.
    """

    choices: tuple[tuple[Part, float], ...]
    scores: Float32Array
    wanted: IntArray

    @classmethod
    def of(cls, model: Recommender, cases: Sequence[Case]) -> Said:
        """Ask the parts."""
        there = [part for part in PARTS if part in model.matrices or (part == "taste" and model.taste is not None)]
        choices = tuple((part, decay) for part in there for decay in DECAYS[part])
        width = CANDIDATES * len(choices)
        scores = np.full((len(choices), len(cases), width), -1.0, dtype=np.float32)
        wanted = np.full(len(cases), -1, dtype=np.int64)
        for number, case in enumerate(cases):
            asked = np.stack([model.part_scores(part, case.history, decay) for part, decay in choices])
            asked[:, [model.places[seen.item] for seen in case.history if seen.item in model.places]] = -1.0
            best = min(CANDIDATES, asked.shape[1])
            pool = np.unique(np.argpartition(-asked, best - 1, axis=1)[:, :best])
            pool = pool[asked[:, pool].max(axis=0) > 0]
            scores[:, number, : len(pool)] = asked[:, pool]
            found = np.flatnonzero(pool == model.places.get(case.target, -1))
            wanted[number] = found[0] if len(found) else -1
        return cls(choices, scores, wanted)

    def ndcg(self, weights: dict[int, float]) -> float:
        """Return the NDCG@10 of a weighted sum of rows; ties count against it."""
        total = np.zeros(self.scores.shape[1:], dtype=np.float32)
        for choice, weight in weights.items():
            total += weight * self.scores[choice]
        own = np.take_along_axis(total, np.maximum(self.wanted, 0)[:, None], axis=1)
        ranks = (total >= own).sum(axis=1)
        ranks[self.wanted < 0] = 10**6
        return float(gains(ranks).mean())

    def best_mix(self) -> tuple[Mix, float]:
        """Return the best weights that going through the parts in turn finds, beginning with the best single one."""
        singles = {choice: self.ndcg({choice: 1.0}) for choice in range(len(self.choices))}
        first = max(singles, key=lambda choice: singles[choice])
        chosen, best = {first: 1.0}, singles[first]
        for _ in range(ROUNDS):
            before = best
            for part in dict.fromkeys(part for part, _ in self.choices):
                chosen, best = self._tried(part, chosen, best)
            if best <= before:
                break
        weights = {self.choices[choice][0]: weight for choice, weight in chosen.items()}
        return Mix(weights, {self.choices[choice][0]: self.choices[choice][1] for choice in chosen}), best

    def _tried(self, part: Part, chosen: dict[int, float], best: float) -> tuple[dict[int, float], float]:
        others = {choice: weight for choice, weight in chosen.items() if self.choices[choice][0] != part}
        for choice, (own, _) in enumerate(self.choices):
            for weight in WEIGHTS if own == part else ():
                tried = {**others, choice: weight} if weight else others
                if tried and (found := self.ndcg(tried)) > best + 1e-6:
                    chosen, best = tried, found
        return chosen, best
