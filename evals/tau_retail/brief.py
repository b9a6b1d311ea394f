"""What a task's texts ask a shopper to do: what it knows, what it wishes, and what it says when.

The texts tell a person how to play a shopper: "You want to ...; if that is not possible, you'd rather ...; if the agent asks for
confirmation, ...". They are sorted by the form of each sentence. Only ``reason_for_call``, ``known_info``, ``unknown_info`` and
``task_instructions`` of the second version and ``instruction`` of the first are read: never what a task counts as right.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from evals.tau_retail.likeness import words
from evals.tau_retail.person import capitalised, first_person, in_words
from evals.tau_retail.tasks import Json

_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z#\"'(.])|(?<=;)\s+(?=(?:For|Return|Cancel)\b)|\n+")
_DASH = re.compile(r"\s+[\u2013\u2014-]+\s+(?=(?:if|when|but)\b)", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\(([^()]*)\)")
_CASE = r"(?:if|when|once)\s+(?:the |asked|not\b|you (?:can|can't|cannot)\b|it\b)"
_JOINED = re.compile(rf"\s*[,;]?\s+(?:but|and|or)\s+(?={_CASE}[^(),.]*,)(?![^()]*\))", re.IGNORECASE)
_CLAUSE = (
    r"(?:then|you(?:'d|'ll)?|i|it|just|only|also|no|do|don't|see|using|cancel|return|exchange|keep|get|say|tell|ask|mention|provide|"
    r"confirm|want|transfer|change|refund|use|please)\b"
)
_CONDITION = re.compile(
    r"^(?:(?:but|and|so|also|then),?\s+)?(?:(?:if|when|once|in case)\s+(?:and only if\s+)?"
    rf"(?P<case>.+?)(?:,\s+(?={_CLAUSE})|\s+(?=you want\b|you'd\b|you would\b))|(?P<else>otherwise),?\s+)(?:then\s+)?(?P<then>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION_LOOSE = re.compile(
    r"^(?:(?:but|and|so|also|then),?\s+)?(?:if|when|once|in case)\s+(?P<case>[^,]+),\s+(?P<then>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_CONFIRMING = re.compile(r"\b(?:asks?|asked|before)\b.*\bconfirm", re.IGNORECASE)
_DOING = r"\b(?:return|exchange|modify|change|cancel)\b"
_TOGETHER = re.compile(r"\b(?:mention|say|ask)\b.*\b(?:at the same time|together|at once|in one go)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:asks?|asked)\b(?: you)?(?: (?:for|about|to))?(?P<topic>.*)$", re.IGNORECASE)
_OPPOSED = re.compile(
    r"\b(?:not|no|none|cannot|can't|\w+n't|unable|unavailable|impossible|fails?|refuses?|issues?|problems?|requires?)\b|^otherwise$",
    re.IGNORECASE,
)
_SECRET = re.compile(r"(?:\b(?:not|never)|n't)\b[^.]*\b(?:reveal|mention|share|tell|disclose)", re.IGNORECASE)
_HIDING = re.compile(
    r"^.*?(?:(?:\b(?:not|never)|n't)\b[^.]*?\b(?:reveal|mention|share|tell|disclose)\b[^.]*?\bbut\s+)|,?\s*\b(?:but|and)\s+(?:do not|don't)\b.*$",
    re.IGNORECASE,
)
"""What of a secret is about keeping it; the rest is what it is."""
_DIRECTION = re.compile(
    r"^(?:(?:but|and|also|please),? )?(?:make sure|be |do not|don't|try to|express|emphasi[sz]e|mention|act |speak|talk|you (?:like|speak|try))",
    re.IGNORECASE,
)
_TRAIT = re.compile(
    r"^(?:you(?:'re| are)|your approach)\b(?!.*\b(?:want|order|return|exchang|cancel|receiv|bought|angry about|consider|okay))",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"^(?:(?:you|you'll|you will|then|just|and|also|first|finally|lastly|initially|only|explicitly|want to|carry on and),?\s+)*"
    r"(?P<verb>say|tell|mention|ask|asks|provide|explain|inquire)\b(?:\s+(?:the agent|it|them|him|her|agent))?(?:\s+explicitly)?"
    r"\s+(?:that\s+|about\s+)?(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ACTION = re.compile(
    r"\b(?:return|exchange|modif|chang|cancel|to know|check|switch|adjust|upgrade|undo|remove|tracking|confirm|inquire|ask|refund or|"
    r"no longer need|replac|correct|tell me)\w*\b",
    re.IGNORECASE,
)
_WISHING = re.compile(
    r"\b(?:want|wish|would like|'d like|need|needs|wonder|intend|lastly|finally|please|also|plan|no longer need)\b"
    r"|\byou (?:first |then )?ask\b|^(?:for #?\w*\d|return|cancel|exchange|modify|change|ask)\b",
    re.IGNORECASE,
)  # fmt: skip
_COMPARED = re.compile(
    r"\b(?P<way>less|cheaper|under|below|lower|more|greater|over|above|higher)\b(?: than)?\s*\$?(?P<amount>\d+)"
)


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the shopper can tell about itself."""

    name: str = ""
    emails: tuple[str, ...] = ()
    zip_code: str = ""
    text: str = ""
    """Everything that was said about it."""


@dataclasses.dataclass(frozen=True)
class Case:
    """Something said only in a certain case: "If <condition>, <said>"."""

    condition: str
    said: str

    @property
    def opposed(self) -> bool:
        """Whether the case is that something is not so or cannot be."""
        return bool(_OPPOSED.search(self.condition))

    def holds_for(self, amount: float) -> bool | None:
        """Tell whether a comparison with an amount holds; None: the condition is none."""
        compared = _COMPARED.search(self.condition)
        if compared is None:
            return None
        less = compared["way"].lower() in ("less", "cheaper", "under", "below", "lower")
        return amount < float(compared["amount"]) if less else amount > float(compared["amount"])


@dataclasses.dataclass(frozen=True)
class Wish:
    """A request in the first person, and what follows it in certain cases, in their order."""

    said: str
    cases: tuple[Case, ...] = ()
    before_consent: tuple[str, ...] = ()
    """Said when a confirmation is asked for, instead of yes."""


@dataclasses.dataclass(frozen=True)
class Brief:
    """A shopper's part."""

    facts: Facts
    wishes: tuple[Wish, ...]
    when_asked: tuple[Case, ...] = ()
    """Said when a question is about the condition's words."""

    @property
    def text(self) -> str:
        """Everything that the shopper may ever say."""
        said = [
            text
            for wish in self.wishes
            for text in (wish.said, *(case.said for case in wish.cases), *wish.before_consent)
        ]
        return " ".join((*said, *(case.said for case in self.when_asked)))


def texts_of(task: Json) -> tuple[str, str, str]:
    """Return what a task tells its shopper, of either version: who it is, why it calls, how it goes on."""
    if "instruction" in task:
        opening, *rest = sentences(str(task["instruction"]))
        return opening, "\n".join(rest), ""
    texts = task["user_scenario"]["instructions"]
    known, reason, direction = (
        str(texts.get(name) or "") for name in ("known_info", "reason_for_call", "task_instructions")
    )
    return known, reason, direction


def brief_of(task: Json) -> Brief:
    """Read the part from a task of either version."""
    known, reason, direction = texts_of(task)
    return _sorted(known, list(sentences(reason)), directions=list(sentences(direction)))


def facts_of(text: str) -> Facts:
    """Read who somebody is.

    >>> facts_of("You are ada_byron_1815 living in zipcode 12345.")
    Facts(name='Ada Byron', emails=(), zip_code='12345', text='You are ada_byron_1815 living in zipcode 12345.')
    """
    named = re.search(
        r"\b(?:[Nn]ame is|[Yy]ou are|[Yy]ou're|called|user)\s+(?:user\s+)?((?:[A-Z][\w'-]*\s?){1,3})", text
    )
    user_id = re.search(r"\b([a-z]+)_([a-z]+)_\d+\b", text)
    name = " ".join(user_id.groups()).title() if user_id else named.group(1).strip() if named else ""
    number = re.search(r"(?<![\w#@.])(\d{5})(?!\w|@)", text)
    emails = tuple(found.rstrip(".") for found in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text))
    return Facts(name, emails, number.group(1) if number else "", text)


def sentences(text: str) -> Iterator[str]:
    """Split a text into its sentences, and a sentence before a condition that is joined to it."""
    text = re.sub(rf"\(([^()]*?){_DASH.pattern}([^()]*)\)", r"(\1). (\2)", text)
    for sentence in _SENTENCES.split(text):
        for part in _JOINED.split(sentence or ""):
            stripped = part.strip(" .;,") if part.strip(" .;,") else ""
            if stripped:
                yield capitalised(stripped)


def _sorted(known: str, reason: Sequence[str], directions: Sequence[str]) -> Brief:
    facts = facts_of(known)
    parts = _Parts()
    for sentence in reason:
        parts.take(sentence, wished=True)
    for sentence in directions:
        parts.take(sentence, wished=False)
    return Brief(facts, tuple(parts.wishes), tuple(parts.when_asked))


class _Parts:
    """Sorts sentences in their order."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []
        self.when_asked: list[Case] = []
        self._open = False
        """The last wish is only what led to it so far."""

    def take(self, sentence: str, *, wished: bool) -> None:
        """Sort a sentence; what is no `wished` one of its own is only looked at for conditions."""
        sentence, asides = _without_asides(sentence)
        if condition := _condition(sentence):
            self._case(*condition)
        elif wished and sentence and not _TRAIT.match(sentence):
            if _TOGETHER.search(sentence):
                self._join()
            elif _SECRET.search(sentence):
                self._secret(sentence)
            elif not _DIRECTION.match(sentence):
                self._wish(sentence)
        for aside in asides:
            if condition := _condition(aside):
                self._case(*condition)
            else:
                self._secret(aside)

    def _secret(self, text: str) -> None:
        """Keep what shall not be volunteered: it still helps to choose, and to answer who asks for it."""
        if kept := _HIDING.sub("", text).strip(" .,"):
            self.when_asked.append(Case(text, spoken(kept)))

    def _case(self, condition: str, then: str) -> None:
        said = spoken(then)
        if not self.wishes:
            self.wishes.append(Wish(spoken(f"If {condition}, {then}")))
        elif _CONFIRMING.search(condition):
            self._extend(before_consent=(said,))
        elif (asked := _ASKED.search(condition)) and not _OPPOSED.search(condition):
            self.when_asked.append(Case(asked["topic"].strip() or condition, said))
        else:
            self._extend(cases=(Case(condition, said),))

    def _wish(self, sentence: str) -> None:
        said = spoken(sentence)
        begins = bool(_WISHING.search(sentence) and _ACTION.search(sentence))
        if self.wishes and (self._open or not begins or _continues(self.wishes[-1].said, said)):
            self._extend(said=said)
            self._open = self._open and not begins
        else:
            self.wishes.append(Wish(said))
            self._open = not begins

    def _extend(self, said: str = "", cases: tuple[Case, ...] = (), before_consent: tuple[str, ...] = ()) -> None:
        last = self.wishes[-1]
        together = f"{last.said} {said}".strip()
        self.wishes[-1] = Wish(together, last.cases + cases, last.before_consent + before_consent)

    def _join(self) -> None:
        """Say the last two wishes at once."""
        if len(self.wishes) > 1:
            last = self.wishes.pop()
            self._extend(last.said, last.cases, last.before_consent)


def _continues(last: str, said: str) -> bool:
    """Tell whether what is said says more about the last wish rather than wishes another thing."""
    if re.search(r"\bin the same order\b", said) or re.search(rf"\bto {_DOING} (?:it|them)\b", said, re.IGNORECASE):
        return True
    if about := re.match(r"for (?:the|my) ([\w -]+),", said, re.IGNORECASE):
        return words(about.group(1)) <= words(last)
    doing = re.search(_DOING, last, re.IGNORECASE)
    again = re.search(_DOING, said, re.IGNORECASE)
    if doing is None or again is None or doing.group().lower() != again.group().lower():
        return False
    return words(last) <= words(said)


def _without_asides(sentence: str) -> tuple[str, list[str]]:
    """Take out what is in brackets and says when to speak of something, or that it shall not be spoken of."""
    asides = [aside for aside in _ASIDE.findall(sentence) if _condition(aside) or _SECRET.search(aside)]
    for aside in asides:
        sentence = sentence.replace(f"({aside})", "")
    return re.sub(r"\s+([,.])", r"\1", sentence).strip(), asides


def _condition(sentence: str) -> tuple[str, str] | None:
    found = _CONDITION.match(sentence) or _CONDITION_LOOSE.match(sentence)
    if found is None:
        return None
    groups = found.groupdict()
    return groups["case"] or groups["else"], groups["then"]


def spoken(text: str) -> str:
    """Return what a shopper says who is told `text`.

    >>> spoken("ask the agent how much you will get back")
    'Can you tell me how much I will get back?'
    >>> spoken("say that you ordered it by mistake")
    'I ordered it by mistake.'
    """
    text = re.sub(r"\s+", " ", in_words(text)).strip(" .,")
    text = re.sub(
        r"\bprefer ([^>()]+(?: > [^>()]+)+)",
        lambda found: "preferably " + found[1].replace(" > ", ", otherwise "),
        text,
    )
    text = re.sub(r"^.*\b(?:not|n't) say yes\b.*?\bbecause\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(
        r"^(?:you (?:are|become|get) angry|you swear)\b.*?\b(?:then|and)\s+(?!swear)", "", text, flags=re.IGNORECASE
    )
    saying = _SAYING.match(text)
    if saying is None:
        return _ended(first_person(text))
    rest = saying["rest"]
    if saying["verb"].lower().startswith(("ask", "inquire")):
        if re.match(r"(?:if|whether|how|what|which|when|where|why|who|the)\b", rest, re.IGNORECASE):
            return first_person(f"Can \x00 tell you {rest}").rstrip(" .?") + "?"
        rest = re.sub(r"^to\s+", "please ", rest)
        rest = re.sub(r"^for\s+", "you want ", rest)
    rest = re.sub(r"^not to\s+", "please don't ", rest)
    return _ended(first_person(re.sub(r"^to\s+", "please ", rest)))


def _ended(text: str) -> str:
    return text if text.endswith(("?", "!", ".")) else f"{text}."
