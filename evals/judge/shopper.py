"""A simulated shopper without an LLM: it has an agenda, reads what a person would see, and answers what it is asked.

Agenda-based simulation after Schatzmann et al., "Agenda-Based User Simulation for Bootstrapping a POMDP Dialogue System"
(NAACL 2007), without the learned part: what it wants, what it knows and how its mood changes stand in the scenario; how it says
so comes from ``wordings/`` and a seeded stream of slips. Seed 0 says everything as it is written.
"""

from __future__ import annotations

import random
import re
from collections import Counter, deque
from collections.abc import Sequence
from typing import Literal, Protocol

from evals.judge.phrasing import Slips
from evals.judge.reading import Seen, decision, facts_asked, likeness, matches, words_of
from evals.judge.scenario import Scenario, Wish

LOST_BEFORE_PERSON = 3
"""After so many answers in a row that did not help, the shopper wants a person."""
SAME_ANSWERS = 3
"""A shopper who has given the same answer so often gives up."""
NO_PREFERENCE = frozenset({"refund_to", "payment", "reason"})
"""Where nothing is known of these, the first choice is as good as any."""
ASIDE_CHANCE, CORRECTION_CHANCE, THANKS_CHANCE = 0.12, 0.1, 0.4


class Shopper(Protocol):
    """Whoever talks to the bot: the agenda here, or an LLM behind the same interface."""

    consented: bool
    """The last message said yes to a confirmation."""

    def next(self, seen: Seen | None) -> str | None:
        """Return the next message after what was seen (None: the conversation begins); None when there is nothing to say."""
        ...


class AgendaShopper:
    """Follows the agenda of a scenario."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._user = scenario.user
        self._words = words_of(scenario.lang)
        self._random = random.Random(f"{scenario.id}:{seed}")  # noqa: S311 (no secret)
        self._plain = seed == 0
        self._slips = Slips(self._words, self._random, scenario.lang)
        self._openers = deque(self._user.opens_with if self._plain else self._shuffled(self._user.opens_with))
        self._then = deque(self._user.then)
        self._lost = 0
        self._said: Counter[str] = Counter()
        self._went_aside = False
        self._refused = False
        self.consented = False

    def next(self, seen: Seen | None) -> str | None:
        """See `Shopper.next`."""
        self.consented = False
        if seen is None:
            return self._slipped(self._openers.popleft())
        if seen.handled_by != "bot":
            return None
        message = self._answer(seen)
        if message is not None:
            self._said[message] += 1
            if self._said[message] > SAME_ANSWERS:
                return None
        return message

    def _answer(self, seen: Seen) -> str | None:
        if self._is_lost(seen):
            return self._again(seen)
        deciding = decision(self._words, seen)
        asked = bool(seen.choices) or facts_asked(self._words, seen)
        when = "confirming" if deciding == "confirm" else "asked" if asked else "done"
        if self._then and self._then[0].when == when:
            return self._wish(self._then.popleft())
        if deciding is not None:
            return self._decide(seen, deciding)
        if asked and not self._plain and not self._went_aside and self._random.random() < ASIDE_CHANCE:
            self._went_aside = True
            return self._pick(self._words.asides)
        if seen.choices:
            return self._choose(seen)
        if facts := facts_asked(self._words, seen):
            return self._tell(facts)
        return self._goodbye()

    # -- reading

    def _is_lost(self, seen: Seen) -> bool:
        return matches(self._words.lost, seen.text) and not self._labels_wanted(seen)

    # -- answering

    def _decide(self, seen: Seen, decision: Literal["confirm", "offer"]) -> str:
        refused = any(word == "*" or word.lower() in seen.text.lower() for word in self._user.says_no_to)
        agrees = self._user.accepts_offers if decision == "offer" else not refused and self._fits(seen)
        self.consented = agrees and decision == "confirm"
        self._refused = self._refused or (decision == "confirm" and not agrees and not self._then)
        return self._pick(self._words.yes if agrees else self._words.no)

    def _fits(self, seen: Seen) -> bool:
        """A confirmation that names another order than the shopper's is not what was asked for."""
        known = {str(value).lower().lstrip("#") for value in self._values("order")}
        named = {word.lower() for word in re.findall(r"#?([A-Z]{1,3}\d{4,})", seen.text)}
        return not known or not named or bool(known & named)

    def _choose(self, seen: Seen) -> str:
        if self._refused and (ways_out := [label for label in seen.choices if matches(self._words.stopping, label)]):
            return ways_out[0]
        wanted = self._labels_wanted(seen)
        facts = facts_asked(self._words, seen)
        if not wanted and facts and not set(facts) - NO_PREFERENCE and not self._values(facts[0]):
            wanted = [seen.choices[0]]
        if not wanted:
            return self._tell(facts) if facts else self._again(seen)
        chosen = wanted if seen.multiple else wanted[:1]
        right = self._words.together.join(chosen)
        others = [label for label in seen.choices if label not in wanted]
        if not self._plain and others and not seen.multiple and self._random.random() < CORRECTION_CHANCE:
            return self._pick(self._words.corrections).format(wrong=self._random.choice(others), right=right)
        return right

    def _labels_wanted(self, seen: Seen) -> list[str]:
        """Return the choices that what the shopper knows speaks for, best first."""
        asked = facts_asked(self._words, seen)
        facts = {fact: self._values(fact) for fact in (asked or self._user.knows)}
        if not any(facts.values()):
            facts = {fact: self._values(fact) for fact in self._user.knows}
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

    def _values(self, fact: str) -> tuple[object, ...]:
        """Return what the shopper knows of a fact, or of one that can stand for it."""
        known = self._user.knows
        found = [known[name] for name in (fact, *self._words.instead.get(fact, ())) if name in known]
        return tuple(part for value in found for part in (value if isinstance(value, tuple) else (value,)))

    def _tell(self, facts: Sequence[str]) -> str:
        parts = [
            self._pick(self._words.answers.get(fact, ("{value}",))).format(
                value=self._words.together.join(map(str, values))
            )
            for fact in facts
            if (values := self._values(fact))
        ]
        return self._words.together.join(parts) or self._pick(self._words.unknown)

    def _again(self, seen: Seen) -> str:
        """Say it another way; who is not understood for long wants a person."""
        self._lost += 1
        if self._lost >= LOST_BEFORE_PERSON:
            return self._pick(self._words.person)
        text = self._openers.popleft() if self._openers else self._user.goal or self._user.opens_with[0]
        mood = self._user.mood[min(self._lost, len(self._user.mood) - 1)]
        grumble = self._words.moods.get(mood, ())
        return f"{self._pick(grumble)} {text}" if grumble else text

    def _wish(self, wish: Wish) -> str:
        self._lost = 0
        return self._slipped(wish.says[0] if self._plain else self._pick(wish.says))

    def _goodbye(self) -> str | None:
        if self._plain or self._said.keys() & set(self._words.thanks) or self._random.random() > THANKS_CHANCE:
            return None
        return self._pick(self._words.thanks)

    # -- chance

    def _pick(self, wordings: Sequence[str]) -> str:
        return wordings[0] if self._plain else self._random.choice(wordings)

    def _shuffled(self, wordings: Sequence[str]) -> list[str]:
        return self._random.sample(list(wordings), len(wordings))

    def _slipped(self, text: str) -> str:
        return text if self._plain else self._slips.slip(text)
