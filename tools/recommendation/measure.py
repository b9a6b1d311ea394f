"""How well a recommender ranks the next purchase among all items, with intervals by user.

NDCG@10 and hit rate@10 over the full catalogue: the item that was bought next is one of all items that the history does not hold, never one
of a sample. Not comparable with figures on sampled negatives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.types import JsonObject
from tools.fitted.figures import FloatArray, IntArray, bootstrapped
from tools.recommendation.events import Case, Interactions
from tools.recommendation.model import Recommender

CUT = 10
NOWHERE = 10**6


def gains(ranks: IntArray) -> FloatArray:
    """Return the NDCG@10 of single wanted items by their rank from 1."""
    return np.where(ranks <= CUT, 1 / np.log2(ranks + 1.0), 0.0)


def ranks(model: Recommender, cases: Sequence[Case]) -> tuple[IntArray, list[list[str]]]:
    """Return the rank of each case's item, from 1, `NOWHERE` below the first ten; and what was shown instead."""
    found = np.full(len(cases), NOWHERE, dtype=np.int64)
    lists = []
    for place, case in enumerate(cases):
        shown = model.top(case.history, CUT)
        lists.append(shown)
        if case.target in shown:
            found[place] = shown.index(case.target) + 1
    return found, lists


def figures(model: Recommender, rows: Interactions, of: str) -> JsonObject:
    """Return NDCG@10, hit rate@10, those of new people apart, the share of the catalogue that is shown, and how varied a list is."""
    found, lists = ranks(model, rows.cases)
    users = [case.user for case in rows.cases]
    each, hit = gains(found), (found <= CUT).astype(float)
    new = [place for place, case in enumerate(rows.cases) if not case.history]

    def mean(values: FloatArray) -> JsonObject:
        return bootstrapped(users, lambda drawn: float(values[drawn].mean()), of, unit="user")

    result: JsonObject = {"ndcg_10": mean(each), "hit_rate_10": mean(hit)}
    if new:
        result["hit_rate_10_new_people"] = bootstrapped(
            new, lambda drawn: float(hit[np.array(new)[drawn]].mean()), of, unit="user"
        )
    result["coverage_10"] = _coverage(lists, rows, of)
    if any(facts.category for facts in rows.facts.values()):
        result["categories_in_10"] = mean(_variety(lists, rows))
    return result


def _coverage(lists: Sequence[Sequence[str]], rows: Interactions, of: str) -> JsonObject:
    """Return the share of all items that stand in somebody's first ten; one figure of the whole, without an interval."""
    shown = {item for one in lists for item in one}
    value = round(len(shown) / max(len(rows.items), 1), 4)
    return {"set": of, "n": len(rows.items), "unit": "item", "value": value, "interval": [value, value]}


def _variety(lists: Sequence[Sequence[str]], rows: Interactions) -> FloatArray:
    """Return for each list how many categories it holds of those that it could hold."""
    categories = {item: facts.category for item, facts in rows.facts.items()}
    most = min(CUT, len(set(categories.values())))
    return np.array([len({categories.get(item, "") for item in one}) / max(most, 1) for one in lists])
