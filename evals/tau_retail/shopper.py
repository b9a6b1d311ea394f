"""A shopper that plays the part of a `Brief`: says one wish after another, answers what it is asked, and knows when to say no.

It sees what a person sees of an answer, text and choices, and its own part; never the shop, the tools, or what counts as right.
It is deterministic. What an LLM in its place would do with a whole text, it does only as far as a script can.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence

from evals.judge.reading import Seen, decision, facts_asked, matches, words_of
from evals.tau_retail.brief import Brief, Case, Wish
from evals.tau_retail.likeness import averse, covers, preferred, price_in, words

SAME_MESSAGES = 2
"""Who has said the same so often leaves it and goes on."""
_REFUSING = (
    r"\b(?:can't|cannot|couldn't|isn't|aren't|not) (?:be |possible|available|allowed|cover|do\b|go\b|change|cancel|take|use|find|help)",
    r"\b(?:unavailable|impossible|sold out|out of stock|unfortunately|no other|only (?:possible|be)|not yet|no longer)\b",
    r"\bthere (?:is|are) no\b", r"\bhave already\b", r"\bthere can't be another\b", r"\bthese come in\b", r"\bcan only\b", r"\bwhole\b",
)  # fmt: skip
_AGAINST = r"\b(?:not|no|never|keep|myself)\b|n't\b"
_ADDING = (r"\bonly once\b", r"\bthese are all\b")
_ANYTHING = r"\banything else\b|\bwhat else\b|\bhow can i help\b|\bwhat can i do\b"
_SWAPPING = r"\b(?:exchange|modify|change|switch|adjust|upgrade|replace|swap)\b"
_ELSEWHERE = r"\b(?:another|other) order\b|\baddress\b|\bpayment\b"
_DOINGS = (
    (r"\bcancel", r"\bcancel|\bno longer need|\bmistake|\bremove\b|\bundo\b"),
    (r"\breturn", r"\breturn|\brefund|\bsend (?:it|them) back|\bmoney back|\bget rid"),
    (r"\bexchange in\b|\bbecomes\b", rf"{_SWAPPING}|\binstead\b|\bget\b|\bprefer\b|\bwant\b"),
    (r"\bwill go to\b|\baddress\b", r"\baddress|\bship|\bsend|\bsent\b|\bmove|\blive"),
)  # fmt: skip
"""What a confirmation is about, and words of a shopper who wants that."""
_WHOLE = r"\b(?:all|everything|every|both|whole|entire|items?|things|order)\b"
_WHOLE_ORDER = r"\b(?:all|everything|every|both|whole|entire)\b|\bcancel (?:the|my|that|this|it)\b(?: \w+)? ?order"
_NAMED = re.compile(r"(?<![#\w])((?:[A-Z][\w'-]*)(?: (?:[A-Z][\w'-]*|of|and))*) \(")
_ORDER = re.compile(r"#?W\d{5,}")
_MISSING = r"\bisn't available\b|\bsold out\b|\bout of stock\b"
_WHICH_ONE = r"\bwhich one\b"
_NEW = r"\binstead\b|\bthese come in\b|\bisn't available\b|\bwhich one would you like\b"
_PROOF = frozenset({"email", "name", "postcode"})


class BriefShopper:
    """Plays a part."""

    def __init__(self, brief: Brief) -> None:
        self._brief = brief
        self._words = words_of("en")
        self._wishes = deque(brief.wishes)
        self._cases: deque[Case] = deque()
        self._current: list[str] = []
        """What was said since the last wish began, latest first."""
        self._before_consent: deque[str] = deque()
        self._added: Wish | None = None
        """A wish said in addition when a confirmation was asked for, until it shows that it was heard."""
        self._compared = False
        """The case before did not hold by a comparison: "if not" is what holds."""
        self._last = ""
        """The text seen before."""
        self._objections: set[str] = set()
        """What was said against a confirmation, once each."""
        self._against = ""
        """What was asked to be confirmed when a case spoke against it."""
        self._when_asked = list(brief.when_asked)
        self._proofs = deque(_proofs(brief))
        self._said: Counter[str] = Counter()
        self.consented = False

    def next(self, seen: Seen | None) -> str | None:
        """See `evals.judge.shopper.Shopper.next`."""
        self.consented = False
        if seen is None:
            return self._next_wish()
        if seen.handled_by != "bot":
            return None
        message = self._answer(seen)
        self._last = seen.text
        while message is not None and self._said[message] >= SAME_MESSAGES and not self.consented:
            message = self._next_wish()
        if message is not None:
            self._said[message] += 1
        return message

    def _answer(self, seen: Seen) -> str | None:
        deciding = decision(self._words, seen)
        if deciding == "offer":
            return self._yes_or_no(agrees=bool(re.search(r"\bhuman|\btransfer", self._brief.text)))
        for_reason = bool(seen.choices) and bool(re.search(r"\breason\b", seen.text))
        if not for_reason and (case := self._case(seen, resting=False)):
            self._against = seen.question if re.search(_AGAINST, case, re.IGNORECASE) else ""
            return case
        if deciding == "confirm":
            return self._decide(seen)
        if asked := self._asked_for(seen):
            return asked
        if seen.choices:
            return self._choose(seen)
        if facts := facts_asked(self._words, seen):
            return self._tell(seen, facts)
        return self._case(seen, resting=True) or self._next_wish()

    # -- wishes and cases

    def _next_wish(self) -> str | None:
        if not self._wishes:
            return None
        return self._begin(self._wishes.popleft())

    def _begin(self, wish: Wish) -> str:
        self._cases = deque(wish.cases)
        self._before_consent = deque(wish.before_consent)
        self._current = [wish.said]
        self._compared = False
        return wish.said

    def _case(self, seen: Seen, *, resting: bool, refused: bool = False) -> str | None:
        """Return what the case says that has come about, if one has."""
        refused = refused or matches(_REFUSING, seen.text)
        while self._cases:
            case = self._cases[0]
            amount = price_in(seen.text)
            compared = case.holds_for(amount) if amount is not None else None
            if compared is None:
                holds = (refused or self._compared) if case.opposed else resting and not refused
                if not holds and not resting and not refused:
                    return None
            else:
                holds = compared
            self._cases.popleft()
            self._compared = compared is False
            if holds:
                self._current.insert(0, case.said)
                return case.said
        return None

    # -- yes and no

    def _decide(self, seen: Seen) -> str:
        if self._before_consent:
            return self._insist(self._before_consent.popleft())
        if seen.question == self._against:
            return self._yes_or_no(agrees=False)
        if self._added is not None and not self._heard(self._added, seen.text):
            self._wishes.appendleft(self._added)
        elif fault := self._fault(seen.text):
            if case := self._case(seen, resting=False, refused=True):
                return case
            if fault in self._objections:
                return self._yes_or_no(agrees=False)
            self._objections.add(fault)
            return self._insist(fault)
        elif matches(_ADDING, seen.text) and self._wishes and _could_join(self._wishes[0].said, seen.text):
            self._added = self._wishes.popleft()
            self._cases.extend(self._added.cases)
            return self._insist(self._added.said)
        self._added = None
        return self._yes_or_no(agrees=True)

    def _insist(self, text: str) -> str:
        self._current.insert(0, text)
        return text

    def _heard(self, wish: Wish, text: str) -> bool:
        return any(words(name) & words(wish.said) for name in _NAMED.findall(text)) and text != self._last

    def _yes_or_no(self, *, agrees: bool) -> str:
        self.consented = agrees
        return "Yes, please." if agrees else "No, please don't."

    def _fault(self, text: str) -> str:
        """Return what to say against what is to be confirmed; nothing, when it is what the part speaks of."""
        mine = self._brief.text
        doing = next((mine_too for pattern, mine_too in _DOINGS if re.search(pattern, text, re.IGNORECASE)), None)
        orders = {found.lstrip("#") for found in _ORDER.findall(mine)}
        other_order = (
            orders and not orders & {found.lstrip("#") for found in _ORDER.findall(text)} and _ORDER.search(text)
        )
        if (doing is not None and not re.search(doing, mine, re.IGNORECASE)) or other_order:
            return "No, that is not what I want."
        current = next(text for text in self._current if text not in self._objections)
        named = [words(name) for name in _NAMED.findall(text)]
        excepted = averse(current)
        if any(name & excepted and not name & (words(current) - excepted) for name in named):
            return f"No. {current}"
        asked = _only(current)
        if asked and not all(name & words(asked) for name in named):
            return f"No, {asked}."
        if named and not re.search(_WHOLE, mine, re.IGNORECASE) and not all(name & words(mine) for name in named):
            return f"No. {current}"
        if self._cases and re.search(r"\bcancel", text) and not re.search(_WHOLE_ORDER, current, re.IGNORECASE):
            return "" if all(name & words(current) for name in named) else f"No. {current}"
        return ""

    # -- answering

    def _asked_for(self, seen: Seen) -> str | None:
        """Return what the part says to such a question."""
        question = words(seen.question)
        for case in self._when_asked:
            if (
                len(words(case.condition) & question) >= min(2, len(words(case.condition)))
                and len(words(case.condition)) <= 4
            ):
                self._when_asked.remove(case)
                if place := preferred(case.said, seen.choices):
                    return seen.choices[place[0]]
                self._current.insert(0, case.said)
                return case.said
        return None

    def _choose(self, seen: Seen) -> str | None:
        if ways_out := [label for label in seen.choices if matches(self._words.stopping, label)]:
            return ways_out[0]
        if re.search(r"\breason\b", seen.text):
            return self._reason(seen)
        facts = facts_asked(self._words, seen)
        multiple = seen.multiple and not re.search(_WHICH_ONE, seen.question, re.IGNORECASE)
        for text in self._texts():
            part = _about(text, seen.question)
            wanted = _new(part) if re.search(_NEW, seen.question, re.IGNORECASE) else _old(part)
            places = preferred(wanted, self._open(text, seen), multiple=multiple)
            if places and (multiple or self._will_do(wanted, seen, places)):
                return ", ".join(seen.choices[place] for place in (places if multiple else places[:1]))
        if not _PROOF.isdisjoint(facts) or "order" in facts:
            return self._tell(seen, facts)
        if "refund_to" in facts or "payment" in facts:
            return "The one that I paid with."
        if matches(_REFUSING, seen.text):
            return "Then leave that as it is."
        return self._nearest(" ".join((seen.question, *seen.choices))) or seen.choices[0]

    def _reason(self, seen: Seen) -> str:
        """Return the reason that the part gives in so many words; the first one where it gives none."""
        mine = (words(text) for text in self._texts())
        return next((label for text in mine for label in seen.choices if words(label) <= text), seen.choices[0])

    def _will_do(self, wanted: str, seen: Seen, places: Sequence[int]) -> bool:
        """Tell whether the best choice is good enough where what was wanted cannot be had."""
        if not re.search(_MISSING, seen.text, re.IGNORECASE):
            return True
        alike = words(wanted) & words(seen.choices[places[0]])
        return covers(wanted, seen.choices, places[0]) or (len(places) == 1 and len(alike) > 1)

    def _open(self, text: str, seen: Seen) -> Sequence[str]:
        """Return the choices; for one who wants "the other" those without words that were seen before have none."""
        if not re.search(r"\bother\b", text):
            return seen.choices
        return ["" if choice in self._last else choice for choice in seen.choices]

    def _texts(self) -> Iterator[str]:
        """What speaks for a choice, the nearest first."""
        yield from self._current
        yield from (case.said for case in self._cases)
        yield from (case.said for case in self._when_asked)
        yield self._brief.text

    def _tell(self, seen: Seen, facts: Sequence[str]) -> str | None:
        if not _PROOF.isdisjoint(facts) and self._proofs:
            return self._proofs.popleft()
        if "order" in facts and re.search(r"\b(?:all|both|every|each)\b", self._current[0], re.IGNORECASE):
            return "All of them."
        if "order" in facts and (found := _ORDER.search(" ".join(self._current)) or _ORDER.search(self._brief.text)):
            return found.group()
        return self._nearest(seen.question) or self._unknown()

    def _nearest(self, question: str) -> str | None:
        """Return the sentence of the part that has most words of a question and was not the answer before."""
        asked = words(question)
        sentences = [
            sentence for text in (*self._texts(), self._brief.facts.text) for sentence in re.split(r"(?<=[.?!]) ", text)
        ]
        fresh = [
            sentence for sentence in dict.fromkeys(sentences) if not self._said[sentence] and words(sentence) & asked
        ]
        return max(fresh, key=lambda sentence: len(words(sentence) & asked), default=None)

    def _unknown(self) -> str | None:
        said = "I don't remember, sorry."
        return said if not self._said[said] else self._next_wish()


def _proofs(brief: Brief) -> Iterator[str]:
    facts = brief.facts
    if facts.name and facts.zip_code:
        yield f"I'm {facts.name}, my zip code is {facts.zip_code}."
    yield from (f"My e-mail is {email}." for email in facts.emails)


def _could_join(wish: str, confirmed: str) -> bool:
    """Tell whether a wish may be meant for the order that is about to be changed."""
    orders = set(_ORDER.findall(wish))
    is_swap = re.search(_SWAPPING, wish, re.IGNORECASE) and not re.search(_ELSEWHERE, wish, re.IGNORECASE)
    return bool(is_swap) and (not orders or bool(orders & set(_ORDER.findall(confirmed))))


def _about(text: str, question: str) -> str:
    """Return the part of a wish that speaks of the goods in a question; all of it, when no part speaks of them more."""
    goods = frozenset[str]().union(*(words(name) for name in _NAMED.findall(question)))
    parts = re.split(r", and (?=[A-Z])|(?<=[.?!]) ", text)
    liked = max(parts, key=lambda part: len(words(part) & goods))
    return liked if words(liked) & goods else text


def _only(text: str) -> str:
    """Return the clause that says what it shall only be, from "only" on."""
    found = re.search(r"\bonly\b.*?(?=, (?:and|but) |[.?!](?: |$)|$)", text)
    return found.group() if found else ""


def _new(text: str) -> str:
    """Return what goods shall be swapped for: what stands after "to" or "for"."""
    return re.split(r"\) (?:to|for) ", text)[-1]


def _old(text: str) -> str:
    return re.split(r"\) (?:to|for) ", text)[0]
