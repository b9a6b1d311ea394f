"""Keeps track of what a person wants over a conversation: which value stands in which slot, after every turn.

Data: dialogues with the state after each turn, and the values that slots can have (`fit`). Method: every value in the person's
words, and every one that the other side just named, is a candidate; a logistic regression over its surroundings says whether it
now stands in the slot. A second one says of every slot that was filled whether it stays. Reads words only; deterministic.
Limits: a value that nobody wrote down is not invented; one fixed order of decisions, no search.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from dialogue.understanding.tracking.values import Lexicon, Mention, Slot, State, squeezed
from knowledge.embedding import FloatArray

_BUCKETS = 2**18
_AROUND = 6
_STRENGTH = 0.5
"""Inverse of the penalty of the regressions."""


@dataclasses.dataclass(frozen=True)
class Heard:
    """A turn: what the person says, and what the other side said just before it."""

    said: str
    before: str = ""


@dataclasses.dataclass(frozen=True)
class Labelled:
    """A turn with the state that holds after it."""

    heard: Heard
    state: State


@dataclasses.dataclass(frozen=True)
class _Candidate:
    mention: Mention
    offered: bool
    """It stands in the words of the other side only."""

    @property
    def slot(self) -> Slot:
        return self.mention.slot

    @property
    def place(self) -> tuple[bool, int, str]:
        """Where it stands, and the field: one place fills a field of one subject."""
        return self.offered, self.mention.start, self.slot[1]


@dataclasses.dataclass(frozen=True)
class StateTracker:
    """A fitted tracker; immutable."""

    lexicon: Lexicon
    several: frozenset[Slot]
    """Slots that may hold several values, with spaces between them."""
    taking: FloatArray
    keeping: FloatArray
    """Weights of the two regressions, ``[buckets + 1]``."""
    at: tuple[float, float] = (0.3, 0.5)
    """Chances from which a value is taken, and a slot kept: a value that is said and not taken is missed in all turns after."""

    def track(self, turns: Iterable[Heard]) -> list[State]:
        """Return the state after every turn of a conversation."""
        states: list[State] = []
        state: State = {}
        last = ""
        for heard in turns:
            state, last = self._after(state, last, heard)
            states.append(state)
        return states

    def _after(self, state: State, last: str, heard: Heard) -> tuple[State, str]:
        found = candidates(self.lexicon, heard)
        chances = _chances(self.taking, [_taking(one, found, state, last, heard) for one in found])
        taken = self._taken(found, chances)
        old = [slot for slot in state if slot not in taken]
        stays = _chances(self.keeping, [_keeping(slot, state, taken, heard) for slot in old])
        kept = {slot: state[slot] for slot, chance in zip(old, stays, strict=True) if chance >= self.at[1]}
        return {**kept, **taken}, next((subject for subject, _ in taken), last)

    def _taken(self, found: Sequence[_Candidate], chances: FloatArray) -> State:
        """Return the likeliest value of each slot; all likely ones, in the order that they were said, where it holds several."""
        likely: dict[Slot, list[tuple[float, str]]] = {}
        first: dict[tuple[bool, int, str], float] = {}
        for one, chance in zip(found, chances, strict=True):
            first[one.place] = max(first.get(one.place, 0.0), float(chance))
        for one, chance in zip(found, chances, strict=True):
            if chance >= self.at[0] and chance >= first[one.place]:
                likely.setdefault(one.slot, []).append((float(chance), one.mention.value))
        return {
            slot: " ".join(dict.fromkeys(value for _, value in values)) if slot in self.several else max(values)[1]
            for slot, values in likely.items()
        }


def fit(
    dialogues: Sequence[Sequence[Labelled]],
    values: Mapping[Slot, Collection[str]],
    several: Collection[Slot] = (),
) -> StateTracker:
    """Fit on labelled dialogues.

    Args:
        values: those known beside the dialogues' own, as a database has them.
        several: slots that may hold several values, with spaces between them.
    """
    lexicon = Lexicon(_known(dialogues, values, several))
    taking: list[tuple[list[str], bool]] = []
    keeping: list[tuple[list[str], bool]] = []
    for dialogue in dialogues:
        state: State = {}
        last = ""
        for turn in dialogue:
            found = candidates(lexicon, turn.heard)
            right = [_is_right(one, turn.state, several) for one in found]
            taking += [
                (_taking(one, found, state, last, turn.heard), good) for one, good in zip(found, right, strict=True)
            ]
            taken = {one.slot: turn.state[one.slot] for one, good in zip(found, right, strict=True) if good}
            keeping += [
                (_keeping(slot, state, taken, turn.heard), turn.state.get(slot) == state[slot])
                for slot in state
                if slot not in taken
            ]
            state, last = turn.state, next((subject for subject, _ in taken), last)
    return StateTracker(lexicon, frozenset(several), _regression(taking), _regression(keeping))


def _known(
    dialogues: Sequence[Sequence[Labelled]], values: Mapping[Slot, Collection[str]], several: Collection[Slot]
) -> dict[Slot, dict[str, int]]:
    """Count in how many dialogues a slot had a value; one of a single dialogue that `values` lacks is likely a slip."""
    counts: dict[Slot, Counter[str]] = {slot: Counter() for slot in values}
    for dialogue in dialogues:
        seen = {
            (slot, one)
            for turn in dialogue
            for slot, value in turn.state.items()
            for one in (value.split() if slot in several else [value])
        }
        for slot, one in seen:
            counts.setdefault(slot, Counter())[one] += 1
    sure = {slot: {value: n for value, n in found.items() if n > 1} for slot, found in counts.items()}
    return {
        slot: {**{value: counts[slot][value] for value in sorted(values.get(slot, ()))}, **found}
        for slot, found in sure.items()
    }


def _is_right(one: _Candidate, state: State, several: Collection[Slot]) -> bool:
    value = state.get(one.slot, "")
    return one.mention.value in value.split() if one.slot in several else one.mention.value == value


def candidates(lexicon: Lexicon, heard: Heard) -> list[_Candidate]:
    """Return the values that the person says, and those that only the other side has just named."""
    said = lexicon.mentions(heard.said)
    own = {(mention.slot, mention.value) for mention in said}
    offered = [mention for mention in lexicon.mentions(heard.before) if (mention.slot, mention.value) not in own]
    return [
        *(_Candidate(mention, offered=False) for mention in said),
        *(_Candidate(one, offered=True) for one in offered),
    ]


def _taking(one: _Candidate, found: Sequence[_Candidate], state: State, last: str, heard: Heard) -> list[str]:
    subject, field = one.slot
    words = squeezed(heard.before if one.offered else heard.said)
    start, end = one.mention.start, one.mention.end
    before, after = words[max(0, start - _AROUND) : start], words[end : end + _AROUND]
    source = "offered" if one.offered else "said"
    rivals = {other.slot[0] for other in found if other.mention.start == start and other.offered == one.offered}
    facts = [
        "", f"had:{one.slot in state}", f"same:{state.get(one.slot) == one.mention.value}", f"last:{last == subject}",
        f"rivals:{len(rivals)}", f"subject:{subject in heard.said}", f"field:{field in heard.said}",
        f"others:{sum(other.slot == one.slot and other.offered == one.offered for other in found)}",
        *(f"b{len(before) - i}:{before[i:]}" for i in range(len(before))),
        *(f"a{i}:{after[: i + 1]}" for i in range(len(after))),
        *(f"g:{gram}" for gram in _pairs(words[max(0, start - 15) : start])),
        *(f"h:{gram}" for gram in _pairs(words[end : end + 15])),
    ]  # fmt: skip
    if one.offered:
        facts += [f"u:{gram}" for gram in _pairs(squeezed(heard.said))]
    subjects = sorted({name for name, _ in (*state, *(each.slot for each in found))})
    facts += [f"named:{name}" for name in subjects if name in heard.said]
    facts += [f"near:{side}:{name == subject}" for side, name in _nearest(subjects, words, start, end)]
    return [f"{source}|{place}|{fact}" for fact in facts for place in (f"{subject}.{field}", field)]


def _nearest(subjects: Sequence[str], words: str, start: int, end: int) -> list[tuple[str, str]]:
    """Return the subjects that are named last before a place, and first after it."""
    before = max(((words.rfind(name, 0, start), name) for name in subjects), default=(-1, ""))
    after = min(((place, name) for name in subjects if (place := words.find(name, end)) >= 0), default=(-1, ""))
    return [(side, name) for side, (place, name) in (("before", before), ("after", after)) if place >= 0]


def _keeping(slot: Slot, state: State, taken: State, heard: Heard) -> list[str]:
    subject, field = slot
    said, before = squeezed(heard.said), squeezed(heard.before)
    mine = sorted(name for other, name in taken if other == subject)
    facts = [
        "", f"new:{bool(mine)}", f"news:{len(mine)}", *(f"with:{name}" for name in mine),
        f"elsewhere:{any(other != subject for other, _ in taken)}", f"told:{squeezed(state[slot]) in before}",
        f"asked:{field in heard.before}", f"subject:{subject in heard.said}", f"full:{sum(s == subject for s, _ in state)}",
        *(f"u:{gram}" for gram in _pairs(said)), *(f"s:{gram}" for gram in _pairs(before)),
    ]  # fmt: skip
    return [f"{place}|{fact}" for fact in facts for place in (f"{subject}.{field}", field, "any")]


def _pairs(words: str) -> set[str]:
    return {words[i : i + size] for size in (2, 3) for i in range(len(words) - size + 1)}


def _rows(facts: Sequence[Sequence[str]]) -> Any:
    columns = [zlib.crc32(fact.encode("utf-8", "replace")) % _BUCKETS for row in facts for fact in row]
    ends = np.cumsum([0, *(len(row) for row in facts)])
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(facts), _BUCKETS))


def _chances(weights: FloatArray, facts: Sequence[Sequence[str]]) -> FloatArray:
    if not facts:
        return np.zeros(0, dtype=np.float32)
    drive = _rows(facts) @ weights[:-1] + weights[-1]
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(drive, -30, 30))), dtype=np.float32)


def _regression(rows: Sequence[tuple[Sequence[str], bool]]) -> FloatArray:
    """Return the weights of a logistic regression, the bias last; where all rows agree, a bias that says so."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    truth = np.array([right for _, right in rows], dtype=bool)
    weights = np.zeros(_BUCKETS + 1, dtype=np.float32)
    if truth.all() or not truth.any():
        weights[-1] = 10.0 if truth.all() else -10.0
        return weights
    model = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=7)
    model.fit(_rows([facts for facts, _ in rows]), truth)
    weights[:-1], weights[-1] = model.coef_[0], model.intercept_[0]
    return weights
