"""A simulated shopper without an LLM: it has an agenda, reads what a person would see, and answers what it is asked.

Agenda-based simulation after Schatzmann et al., "Agenda-Based User Simulation for Bootstrapping a POMDP Dialogue System"
(NAACL 2007), without the learned part: what it wants, what it knows and how its mood changes stand in the scenario; how it says
so comes from ``wordings/`` and a seeded stream of slips. Seed 0 says everything as it is written.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Awaitable, Sequence
from typing import Literal, Protocol, get_args

from evals.judge.phrasing import Slips
from evals.judge.reading import Seen, decision, facts_asked, likeness, matches, says_yes, words_of
from evals.judge.scenario import Fact, Later, Scenario, Wish
from knowledge.types import Lang

LOST_BEFORE_PERSON = 3
"""After so many answers in a row that did not help, the shopper wants a person."""
SAME_ANSWERS = 3
"""A shopper who has given the same answer so often gives up."""
INSISTS = 2
"""How often a shopper for whom nothing was done says again what it wants before it leaves."""
AS_MEANT = 0.7
"""`likeness` from which a confirmation shows what the shopper has said."""
NO_PREFERENCE = frozenset({"refund_to", "payment", "reason"})
"""Where nothing is known of these, the first choice is as good as any."""
ASIDE_CHANCE, CORRECTION_CHANCE, THANKS_CHANCE = 0.12, 0.1, 0.4


class ShopperError(Exception):
    """A shopper cannot go on, for reasons of its own; says why."""


class Shopper(Protocol):
    """Whoever talks to the bot: the agenda here, or an LLM behind the same interface."""

    consented: bool
    """The last message said yes to a confirmation."""

    def next(self, seen: Seen | None) -> str | Awaitable[str | None] | None:
        """Return the next message after what was seen (None: the conversation begins); None when there is nothing to say.

        Raises:
            ShopperError: the shopper cannot go on.
        """
        ...


def shopper_of(scenario: Scenario, seed: int) -> Shopper:
    """Return who talks: whoever follows the agenda, or says what stands in the script."""
    return ScriptShopper(scenario) if scenario.user.script is not None else AgendaShopper(scenario, seed)


class ScriptShopper:
    """Says what was said once, one message an answer, until a person has the conversation."""

    def __init__(self, scenario: Scenario) -> None:
        self._messages = deque[str | Later]((scenario.user.opens_with[0], *(scenario.user.script or ())))
        self.consented = False
        self.waited_s = 0.0
        """How long it took for the last message."""

    def next(self, seen: Seen | None) -> str | None:
        """See `Shopper.next`."""
        self.consented = False
        if not self._messages or (seen is not None and seen.handled_by != "bot"):
            return None
        entry = self._messages.popleft()
        message, self.waited_s = (entry, 0.0) if isinstance(entry, str) else (entry.says, entry.after_s)
        languages = map(words_of, get_args(Lang))  # whoever is greeted in one may go on in the other
        self.consented = seen is not None and any(says_yes(words, seen, message) for words in languages)
        return message


class AgendaShopper:
    """Follows the agenda of a scenario."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._user = scenario.user
        self._knows = dict(scenario.user.knows)
        self._words = words_of(scenario.lang)
        self._reads = self._words
        """The words of the language that it is answered in."""
        self._random = random.Random(f"{scenario.id}:{seed}")  # noqa: S311 (no secret)
        self._plain = seed == 0
        self._slips = Slips(self._words, self._random, scenario.lang, spared=self._facts())
        self._wordings = deque(self._shuffled(self._user.opens_with))
        self._then = deque(self._user.then)
        self._wants_effect = bool(scenario.expect.rows)
        self._served = False
        self._insisted = 0
        self._lost = 0
        self._clueless = 0
        self._said: Counter[str] = Counter()
        self._went_aside = False
        self._refused = False
        self.consented = False

    def next(self, seen: Seen | None) -> str | None:
        """See `Shopper.next`."""
        self.consented = False
        if seen is None:
            return self._slipped(self._opening())
        if seen.handled_by != "bot" or self._said.keys() & set(self._words.thanks):
            return None
        self._reads = words_of(seen.lang) if seen.lang else self._words
        self._served = self._served or matches(self._reads.done, seen.text)
        message = self._answer(seen)
        if message is not None:
            self._said[message] += 1
            if self._said[message] > SAME_ANSWERS:
                return None
        return message

    def _answer(self, seen: Seen) -> str | None:
        if self._is_lost(seen):
            return self._again()
        asks_for = decision(self._reads, seen)
        asked = bool(seen.choices) or facts_asked(self._reads, seen)
        when = "confirming" if asks_for == "confirm" else "asked" if asked else "done"
        if self._then and self._then[0].when == when:
            return self._wish(self._then.popleft())
        if asks_for is not None:
            return self._decide(seen, asks_for)
        if asked and not self._plain and not self._went_aside and self._random.random() < ASIDE_CHANCE:
            self._went_aside = True
            return self._pick(self._words.asides)
        if seen.choices:
            return self._choose(seen)
        if facts := facts_asked(self._reads, seen):
            return self._tell(facts)
        return self._goodbye()

    # -- reading

    def _is_lost(self, seen: Seen) -> bool:
        return matches(self._reads.lost, seen.text) and not self._labels_wanted(seen)

    # -- answering

    def _decide(self, seen: Seen, asks_for: Literal["confirm", "offer"]) -> str:
        if asks_for == "offer":
            return self._pick(self._words.yes if self._user.accepts_offers else self._words.no)
        if any(word == "*" or word.lower() in seen.text.lower() for word in self._user.says_no_to):
            self._refused = not self._then
            return self._pick(self._words.no)
        if not self._wants_effect and any(matches(self._reads.not_yet, label) for label in seen.choices):
            return self._pick(self._words.no)
        if misread := self._misread(seen):
            return self._words.together.join((self._pick(self._words.no), self._tell(misread)))
        self.consented = self._served = True
        return self._pick(self._words.yes)

    def _misread(self, seen: Seen) -> list[str]:
        """Return the facts that a confirmation shows otherwise than the shopper knows them."""
        shown = [fact for fact, patterns in self._reads.shows.items() if matches(patterns, seen.text)]
        return [
            fact
            for fact in shown
            if (values := self._values(fact)) and not any(likeness(str(one), seen.text) >= AS_MEANT for one in values)
        ]

    def _choose(self, seen: Seen) -> str:
        if self._refused and (ways_out := [label for label in seen.choices if matches(self._reads.stopping, label)]):
            return ways_out[0]
        wanted = self._labels_wanted(seen)
        facts = facts_asked(self._reads, seen)
        if not wanted and facts and not set(facts) - NO_PREFERENCE and not self._values(facts[0]):
            wanted = [seen.choices[0]]
        if not wanted:
            return self._tell(facts) if facts else self._again()
        chosen = wanted if seen.multiple else wanted[:1]
        right = self._words.together.join(chosen)
        others = [label for label in seen.choices if label not in wanted]
        if not self._plain and others and not seen.multiple and self._random.random() < CORRECTION_CHANCE:
            return self._pick(self._words.corrections).format(wrong=self._random.choice(others), right=right)
        return right

    def _labels_wanted(self, seen: Seen) -> list[str]:
        """Return the choices that what the shopper knows speaks for, best first."""
        known = self._knows
        asked = [name for fact in facts_asked(self._reads, seen) for name in self._names(fact)]
        facts = {name: _several(known[name]) for name in (asked or known)}
        scored = {
            label: sum(max((likeness(str(value), label) for value in values), default=0.0) for values in facts.values())
            for label in seen.choices
        }
        several = any(len(values) > 1 for values in facts.values()) and seen.multiple
        best = max(scored.values(), default=0.0)
        least = 0.5 if several else best
        return sorted(
            (label for label, score in scored.items() if best >= 0.5 and score >= least),
            key=lambda label: -scored[label],
        )

    def _names(self, fact: str) -> list[str]:
        """Return the known facts that answer a question for this one: itself, and what can stand for it."""
        return [name for name in (fact, *self._words.instead.get(fact, ())) if name in self._knows]

    def _values(self, fact: str) -> tuple[object, ...]:
        return tuple(value for name in self._names(fact) for value in _several(self._knows[name]))

    def _facts(self) -> list[str]:
        facts = (self._user.knows, *(wish.knows for wish in self._user.then))
        return [str(value) for known in facts for values in known.values() for value in _several(values)]

    def _tell(self, facts: Sequence[str]) -> str:
        parts = [
            self._pick(self._words.answers.get(fact, ("{value}",))).format(
                value=self._words.together.join(map(str, values))
            )
            for fact in facts
            if (values := self._values(fact))
        ]
        if parts:
            return self._words.together.join(parts)
        self._clueless += 1
        return self._pick(self._words.unknown) if self._clueless == 1 else self._again()

    def _again(self) -> str:
        """Say it another way; who is not understood for long wants a person."""
        self._lost += 1
        if self._lost >= LOST_BEFORE_PERSON:
            return self._pick(self._words.person)
        mood = self._user.mood[min(self._lost, len(self._user.mood) - 1)]
        grumble = self._words.moods.get(mood, ())
        return f"{self._pick(grumble)} {self._wording()}" if grumble else self._wording()

    def _opening(self) -> str:
        """Return the first message; "" where a picture or voice message says enough."""
        opening = self._wording()
        self._wordings = deque(wording for wording in self._wordings if wording)
        return opening

    def _wording(self) -> str:
        """Return what is wanted now in the next of its wordings."""
        self._wordings.rotate(-1)
        return self._wordings[-1]

    def _wish(self, wish: Wish) -> str:
        self._lost = self._clueless = 0
        self._knows |= wish.knows
        self._wordings = deque(self._shuffled(wish.says))
        return self._slipped(self._wording())

    def _goodbye(self) -> str | None:
        if self._wants_effect and not self._served and self._insisted < INSISTS:
            self._insisted += 1
            return self._wording()
        if self._plain or self._random.random() > THANKS_CHANCE:
            return None
        return self._pick(self._words.thanks)

    # -- chance

    def _pick(self, wordings: Sequence[str]) -> str:
        return wordings[0] if self._plain else self._random.choice(wordings)

    def _shuffled(self, wordings: Sequence[str]) -> list[str]:
        return list(wordings) if self._plain else self._random.sample(list(wordings), len(wordings))

    def _slipped(self, text: str) -> str:
        return text if self._plain or not text else self._slips.slip(text)


def _several(value: Fact | tuple[Fact, ...]) -> tuple[Fact, ...]:
    return value if isinstance(value, tuple) else (value,)
