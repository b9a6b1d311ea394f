"""Answers to a question for yes or no: consent, refusal, and a yes with a condition, which is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue.commands import (
    Affirm,
    AskKnowledge,
    Cancel,
    Command,
    Correct,
    Deny,
    Entity,
    PendingQuestion,
    Provide,
    Repeat,
    StartFlow,
)
from dialogue.understanding import phrases, polarity, segments
from dialogue.understanding.commands.corrections import correction, gives_reason, only_values, own_reason
from dialogue.understanding.commands.declined import declined
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS, GUESSED
from dialogue.understanding.commands.of_parcels import never_came
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.requests import has_own_cue, requested, same_business
from dialogue.understanding.stances import Situation


def to_yes_or_no(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Read an answer to a question for yes or no; None when it is none."""
    if question.kind == "confirm" and _BECAUSE.match(reading.text.low):
        # Why it is wanted takes nothing back, also where it speaks of a mistake: 因为看错色号了.
        return [Provide(entities=(*reading.told(), own_reason(reading)), text=reading.words(), source="pending")]
    low = _without_reasons(reading) if question.kind == "confirm" else reading.text.low
    sense = polarity.read(low)
    words = reading.words()
    if question.kind == "confirm" and sense.sense is None and _would_rather_keep(low) and not declined(reading):
        return [Deny(text=words, score=0.9, source="pending")]
    if question.kind == "offer" and sense.sense in {None, "wrong"} and _insists(reading):
        return [Affirm(text=words, score=0.85, source="pending")]
    if sense.sense is None:
        return _unsaid_polarity(reading, question)
    if sense.sense == "wrong":
        return [Deny(text=words, score=0.9, source="pending"), correction(reading)]
    rest = reading.sub(sense.rest)
    has_rest = bool(rest.text.low.strip(" ,.;:!?。，！？；、…~"))
    if sense.sense == "no":
        return _no_and(reading, rest, sense)
    if has_rest and _only_refuses(rest):
        return [Deny(text=words, score=0.9, source="pending")]
    if sense.sense == "yes_but":
        return _yes_but(rest, question)
    if not has_rest:
        return [Affirm(text=words, score=0.98 if sense.strong else 0.93, source="pending")]
    return _yes_and(reading, rest, sense)


_BECAUSE = re.compile(
    r"^\W*(?:(?:it's|its|that's|oh|well|嗯|哦|就是)\W*)*(?:because|cause|cos|since|as i|因为|由于|主要是|是因为)"
)
_PAUSES = re.compile(
    r"\W*(?:(?:oh|ah|well|u+m+|hmm+|hi|hey|ok|sorry|[哦啊诶哎嗯呃额唔]+|那|亲|老板)\W*)*(?:wait(?: a (?:minute|second|sec|moment))?|hold on|hang on|等等|等一下|等下|慢着|且慢|先等等)\W*"
)
_KEEPS = re.compile(
    r"\b(?:want|rather|prefer|like|decided|going|i'll|i will|let me)\b(?: \w+){0,2} keep (?:it|them|this|that|everything|the order)\b\W*$|(?:还是|我想|就|先)?(?:都)?留着(?:吧|好了|算了)?\W*$"
)
"""A no to an effect that takes something away: "on reflection I want to keep it"."""


def _would_rather_keep(low: str) -> bool:
    return bool(_KEEPS.search(low)) and not phrases.is_question(low.strip())


_LOOK_INTO_IT = re.compile(
    r"\b(?:look(?:s|ing)? into|investigate|chase (?:it|this|that|them)|sort (?:it|this|that) out|find out what|follow (?:it|this) up|needs? looking into)\b|核实|核查|调查|彻查|跟进|追查|查(?:一下|一查|清楚|查)|处理一下"
)
"""Said to the offer of a person, this takes it."""
REFUSALS = frozenset({"changed_mind", "no_longer_needed"})
"""Reasons for sending goods back that also say no to a question."""


def _only_looks(rest: Reading) -> bool:
    """Whether something is asked for that changes nothing."""
    low = rest.text.low.strip(" ,.!，。！")
    if rest.told() and phrases.asks_for_it(low) and phrases.corrects(low):
        return False  # "hang on, could it be the keyboard order instead?"
    asks = phrases.is_question(low)
    return all(
        (isinstance(one, AskKnowledge) and asks) or (isinstance(one, StartFlow) and one.flow not in EFFECTS)
        for one in requested(rest)
    )


def _insists(reading: Reading) -> bool:
    """Whether the trouble for which a person was offered is told once more, or is to be looked into."""
    low = reading.text.low
    elsewhere = any(item.type in {"order_ref", "product", "category"} for item in reading.told())
    return (
        not elsewhere
        and not phrases.asks_how(low)
        and (never_came(reading.entities, low) or bool(_LOOK_INTO_IT.search(low)))
    )


def _without_reasons(reading: Reading) -> str:
    """Blank out the reasons: "ordered the wrong colour" takes nothing back."""
    low = reading.text.low
    for item in reading.entities:
        if item.type == "reason" and item.value.get("code") not in REFUSALS:
            low = low[: item.start] + " " * (item.end - item.start) + low[item.end :]
    return low if low.strip(" ,.;:!?。，！？；、…~") else reading.text.low


def _no_and(reading: Reading, rest: Reading, sense: polarity.Polarity) -> list[Command]:
    if _PAUSES.fullmatch(reading.text.low[: sense.rest]) and _only_looks(rest):
        # "Wait, how long does that take?" says no to nothing.
        return requested(rest)
    if _wants_it_after_all(reading, rest):
        return [Provide(text=reading.words(), score=0.8, source="classifier")]
    no = Deny(text=reading.words(0, sense.rest), score=0.97, source="pending")
    return [no, *(_after_no(rest) if rest.text.low.strip(" ,.;:!?。，！？；、…~") else [])]


_SURELY = 0.6
_HARDLY = 0.3
"""Chances of stances from which, and to which, a no says nothing of what runs."""


def _wants_it_after_all(reading: Reading, rest: Reading) -> bool:
    """Whether what follows the no asks for what runs: "no hang on, I want my money" takes another thought back, not the return."""
    low, view = rest.text.low, rest.view
    if not re.search(r"\w", low) or rest.told() or phrases.is_question(low.strip()):
        return False
    if view.active_flow not in EFFECTS:
        return False
    situation = Situation(view.active_flow, view.waiting)
    taken = reading.stances(low, (), situation)
    named = any(situation.kinds[0] in one.subject.kinds for one in taken) or _OF_MONEY.search(low) is not None
    return named and max(one.on for one in taken) >= _SURELY and all(one.off <= _HARDLY for one in taken)


_OF_MONEY = re.compile(r"\b(?:money|cash|refund)\b|钱|退款")


def _only_refuses(rest: Reading) -> bool:
    """Whether what comes after a polite nod is a no: 好的，先不要了."""
    said = polarity.read(rest.text.low.strip(" ,.;!，。；！"))
    return said.sense == "no" and all(
        item.type == "reason" and item.value.get("code") in REFUSALS for item in rest.told()
    )


def _yes_and(reading: Reading, rest: Reading, sense: polarity.Polarity) -> list[Command] | None:
    """ "Yes, and also ...": the rest must not take the yes back; a question is answered before anything is done."""
    more = _rest_commands(rest)
    confirms = reading.view.pending is not None and reading.view.pending.kind == "confirm"
    if confirms and more and not rest.told() and _says_to_do_it(rest, more):
        return [Affirm(text=reading.words(), score=0.85, source="pending")]  # "ok cancel", asked whether to cancel
    if sense.strong and more and all(command.kind == "correct" for command in more) and not _refuses_some(rest):
        # "Yes, cancel the dress": a yes if that is what was asked about; the engine compares the calls.
        return [Affirm(text=reading.words(0, sense.rest), score=0.9, source="pending"), *more]
    if any(command.kind in {"correct", "cancel", "deny"} for command in more):
        return [command for command in more if command.kind != "deny"] if sense.strong else more
    asks = phrases.is_question(rest.text.low.strip())
    if asks and not more and not sense.strong:
        return [Repeat(explain=True, text=reading.words(), score=0.7, source="pending")]
    asking = asks and any(c.kind in {"ask_knowledge", "start_flow"} for c in more)
    if asking or (not sense.strong and any(c.kind in {"start_flow", "ask_knowledge"} for c in more)):
        return [c for c in more if c.kind != "provide"]
    yes = Affirm(text=reading.words(0, sense.rest), score=0.95 if sense.strong else 0.8, source="pending")
    return [yes, *(c for c in more if c.kind in {"start_flow", "ask_knowledge", "provide"})]


_REFUSED = re.compile(r"(?:\bnot?\b|n't\b|不是|不要|不用|别|非)\W*(?:the |my |that )?$")


def _refuses_some(rest: Reading) -> bool:
    """Whether something that is named beside the yes is refused: 是的，不是卫衣 is no yes."""
    return any(_REFUSED.search(rest.text.low[: item.start]) for item in rest.told())


def _yes_but(rest: Reading, question: PendingQuestion) -> list[Command]:
    """A yes with a condition changes what was asked about: it is a correction, never a yes."""
    wanted: list[Command] = [c for c in requested(rest) if isinstance(c, StartFlow) and c.flow != rest.view.active_flow]
    entities = rest.told()
    if phrases.is_question(rest.text.low.strip(" ,.!，。！")) and not entities and _only_looks(rest):
        return requested(rest)
    if entities or question.kind == "confirm":
        fits = _fitting_flow(rest, wanted)
        return (
            [
                Correct(
                    entities=entities,
                    slot=phrases.slot_named(rest.text.low),
                    text=rest.words(),
                    score=0.9,
                    source="pending",
                )
            ]
            if not fits
            else wanted
        )
    return list(wanted) or [Deny(text=rest.words(), score=0.6, source="pending")]


def _fitting_flow(rest: Reading, wanted: list[Command]) -> bool:
    """Whether the condition is a request of its own rather than a change of the running one's slots."""
    slot = phrases.slot_named(rest.text.low)
    own = set(rest.view.flow_slots.values()) | set(rest.view.flow_slots)
    if slot is None or not wanted:
        return False
    return slot == "address" and "address" not in own and "cancel" not in (rest.view.active_flow or "cancel")


def _after_no(rest: Reading) -> list[Command]:
    low = rest.text.low
    if stop := phrases.stops(low.lstrip(" ,.;:!?。，！？；、")):
        after = rest.sub(stop.end() + len(low) - len(low.lstrip(" ,.;:!?。，！？；、")))
        if only_values(after):
            return [correction(after)]
        return [Cancel(text=stop[0].strip(), score=0.9, source="pattern")]
    more = [c for c in _rest_commands(rest) if c.kind not in {"affirm", "deny", "chit_chat", "cannot_handle", "cancel"}]
    more = [c for c in more if not _is_what_was_refused(c, rest)]
    if more:
        return more
    entities = rest.told()
    if entities or phrases.corrects(low) or phrases.slot_named(low):
        return [correction(rest)]
    return []


def _is_what_was_refused(command: Command, rest: Reading) -> bool:
    """Whether what follows a no is only taken for the very thing that was said no to: "no, keep it, just tell me when it ships"."""
    return isinstance(command, StartFlow) and command.flow == rest.view.active_flow and not rest.told()


_DO = re.compile(r"^\W*do (?:the|it|that|this|my|those|these)\b")
"""A request that begins as a question does: "no, do the keyboard"."""


def _rest_commands(rest: Reading) -> list[Command]:
    """What follows a yes or a no: a request, or other values for the running procedure."""
    requests = requested(rest)
    wishes: list[Command] = [c for c in requests if c.kind in {"start_flow", "ask_knowledge", "ask_human"}]
    entities = rest.told()
    view = rest.view
    anew: list[Command] = [c for c in wishes if isinstance(c, StartFlow) and c.score >= CLEAR]
    if view.active_flow is None and anew:
        return anew  # nothing runs that goods could be said anew for
    asked_for = phrases.asks_for_it(rest.text.low) and phrases.corrects(rest.text.low)
    asked_for = asked_for or (_DO.match(rest.text.low) is not None and "?" not in rest.text.low)
    if entities and (asked_for or not phrases.is_question(rest.text.low.strip())):
        # A value that is told beside a yes or no is for what is going on, not for the documents.
        wishes = [c for c in wishes if not isinstance(c, AskKnowledge)]
    if wishes and not (entities and all(same_business(c, view) for c in wishes)) and has_own_cue(rest):
        return wishes
    if phrases.stops(rest.text.low.lstrip(" ,.;:!?。，！？；、")):
        return [Cancel(text=rest.words(), score=0.9, source="pattern")]
    if entities:
        changes = [item for item in entities if item.type not in {"email", "person_name", "postcode", "phone"}]
        if changes and (phrases.corrects(rest.text.low) or view.pending is None or view.pending.kind == "confirm"):
            return [correction(rest)]
        return [Provide(entities=entities, text=rest.words(), source="pending")]
    return wishes if has_own_cue(rest) else []


def _unsaid_polarity(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Neither yes nor no in so many words: another value, another wish, or an answer that only the classifier hears.

    Who names another value does not consent to what was asked, whatever the classifier hears.
    """
    low, view = reading.text.low, reading.view
    entities = reading.told()
    best, chance = reading.classify(reading.masked())[0]
    if len(low.strip()) <= 40 and best in {"affirm", "deny"} and chance >= 0.5 and not phrases.is_question(low.strip()):
        negated = re.search(r"\b(?:not?|n't|never|wrong)\b|n't\b|不|没|别|错", low)
        if best == "deny" and not gives_reason(reading):
            return [Deny(text=reading.words(), score=chance, source="classifier")]
        if not negated and not entities and not phrases.corrects(low):
            return [Affirm(text=reading.words(), score=chance, source="classifier")]
    requests = requested(reading)
    wishes: list[Command] = [c for c in requests if c.kind in {"start_flow", "ask_knowledge", "ask_human", "chit_chat"}]
    asks = phrases.is_question(low.strip()) and not (phrases.asks_for_it(low) and phrases.corrects(low))
    if question.kind == "confirm" and not entities and _says_to_do_it(reading, requests):
        return [Affirm(text=reading.words(), score=0.85, source="pending")]
    if (
        entities
        and question.kind == "confirm"
        and not asks
        and (
            all(same_business(c, view) or _only_guessed(c) for c in wishes)
            or phrases.corrects(low)
            or (segments.cue(low) is None and _fit_its_slots(reading, entities))
        )
    ) and not any(
        isinstance(c, StartFlow) and not same_business(c, view) and c.score >= CLEAR and segments.cue(low)
        for c in wishes
    ):
        return [correction(reading)]
    if (
        phrases.corrects(low)
        and phrases.slot_named(low)
        and question.kind == "confirm"
        and not phrases.is_question(low.strip())
    ):
        return [correction(reading)]
    return None


def _fit_its_slots(reading: Reading, entities: Iterable[Entity]) -> bool:
    """Whether all that is told are values that the running procedure has asked for: "that's my old one. me@example.com"."""
    types = set(reading.view.flow_slots.values())
    slots = {"option": "swaps"}
    return all(item.type in _VALUES_OF and slots.get(item.type, item.type) in types for item in entities)


_VALUES_OF = frozenset({"address", "email", "option", "payment_method", "tax_id"})


def _only_guessed(command: Command) -> bool:
    """Whether something is taken for a question to the documents only because nothing else was heard in it."""
    return isinstance(command, AskKnowledge) and command.score <= GUESSED


def _says_to_do_it(reading: Reading, requests: list[Command]) -> bool:
    """Whether the running procedure is asked for once more, in so many words: "cancel it then", 那退吧."""
    low = reading.text.low.strip()
    same = all(isinstance(command, StartFlow) and command.flow == reading.view.active_flow for command in requests)
    said = bool(requests) and same and not phrases.is_question(low) and not phrases.corrects(low) and len(low) <= 30
    return said and not _ELSEWHERE.search(low) and not _TAKES_BACK.search(low)


_TAKES_BACK = re.compile(r"不|别|没|甭|莫|算|先|免|\b(?:no|not|never|stop|hold|keep|leave|wait|dont)\b|n't\b")
"""Words by which something that is named may be refused: 先不价保了 is no yes."""
_ELSEWHERE = re.compile(
    r"\d|原来|之前|刚才|前面|一开始|最初|第[一二三]个|那个|\b(?:before|earlier|first|original|previous|other)\b"
)
"""Words that point to something else than what was asked about: no yes to it."""
