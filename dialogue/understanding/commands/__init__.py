"""From a message and the state's view to commands: interruptions first, then the pending question, then new requests."""

from __future__ import annotations

import re

from dialogue.commands import AskHuman, CannotHandle, ChitChat, Command, ScoredIntent, StartFlow, SwitchLanguage
from dialogue.understanding import persons, phrases, polarity, segments
from dialogue.understanding.commands.answers import CHOOSES_GOODS, answered
from dialogue.understanding.commands.asides import aside
from dialogue.understanding.commands.besides import answered_and_asked
from dialogue.understanding.commands.calling_off import called_off
from dialogue.understanding.commands.calling_off.taken import BY_NAME, SURE
from dialogue.understanding.commands.declined import all_declined, declined
from dialogue.understanding.commands.expected import (
    of_a_variant,
    of_an_address,
    unasked,
    without_idioms,
    without_typing,
)
from dialogue.understanding.commands.figures import replaced_figures
from dialogue.understanding.commands.going_back import back
from dialogue.understanding.commands.interruptions import interrupted
from dialogue.understanding.commands.lists import of_the_list, vague_wish
from dialogue.understanding.commands.of_goods import complains_of_own
from dialogue.understanding.commands.pauses import with_pauses
from dialogue.understanding.commands.pointed import with_pointed
from dialogue.understanding.commands.postponed import without_postponed
from dialogue.understanding.commands.reading import Classify, Reading, classifier_ranking
from dialogue.understanding.commands.replacing import replaced
from dialogue.understanding.commands.requests import requested
from dialogue.understanding.commands.revoked import without_false_yes
from dialogue.understanding.commands.tags import without_tag
from dialogue.understanding.commands.turning import chosen, turned
from dialogue.understanding.language import is_code
from dialogue.understanding.pending import FREE_TEXT, choose, pressed
from dialogue.understanding.stances import Situation
from dialogue.understanding.text import read, says_nothing


def commands(reading: Reading) -> tuple[list[Command], list[ScoredIntent]]:
    """Return the commands of a message, in the order in which they are to be done, and the best intents."""
    reading = without_typing(without_idioms(without_postponed(with_pauses(without_tag(reading)))))
    reading = with_pointed(of_an_address(of_a_variant(unasked(reading))))
    low = reading.text.low
    code = is_code(low)
    if code or (says_nothing(low) and polarity.read(low).sense is None and phrases.asks_again(low) is None):
        return [CannotHandle(score=1.0, out_of_scope=code, source="pattern")], []
    if (lang := phrases.language_wanted(low)) and len(low.strip()) < 60:
        rest = requested(reading) if len(low.strip()) > 30 else []
        useful = [c for c in rest if c.kind in {"start_flow", "ask_knowledge"}]
        return [SwitchLanguage(lang=lang, text=reading.words(), source="pattern"), *useful], []
    question = reading.view.pending
    chosen = question is not None and pressed(low, question) is not None  # 都不是，转人工 may be a choice of its own
    if not chosen and not _says_where(reading) and _asks_for_a_person(reading):
        return _with_human(reading)
    found = _of_what_runs(reading) or _goes_on_after_all(reading)
    if found is None:
        found = interrupted(reading)
    if found is None:
        found = of_the_list(reading) or answered_and_asked(reading) or aside(reading)
    if found is None:
        found = answered(reading)
    if found is None:
        found = _once_more_after_all(reading) or _body_anew(reading)
    if found is None:
        found = vague_wish(reading, requested(reading))
    intents = [
        ScoredIntent(intent=name, score=round(score, 4)) for name, score in reading.classify(reading.masked())[:3]
    ]
    return _tidied(without_false_yes(found, reading)), intents


_BEYOND_DOUBT = 0.95
"""Chance from which a person is asked for whatever else is said."""
_HARDLY = 0.8
_VALUES = frozenset({"option", "payment_method", "address", "email", "tax_id"})


def _asks_for_a_person(reading: Reading) -> bool:
    """Whether a person is asked for: by a model alone not where the words serve what runs, or tell of a fault."""
    low = reading.text.low
    if not persons.asks_human(low, asks_from=reading.view.person_from):
        return False
    heard = persons.hear(low)
    if heard.fixed or heard.asks >= _BEYOND_DOUBT:
        return True
    before = max(0, low.find(heard.words))
    if heard.asks < _HARDLY and _looks_at_something(reading.sub(0, before) if low[:before].strip() else reading):
        return False
    faulty = heard.asks < _HARDLY and complains_of_own(low, tuple(reading.entities))
    return not (faulty or _serves_what_runs(reading))


_LOOKS = frozenset({"list_coupons", "track_order", "order_status", "refund_status"})
_SOMEBODY = re.compile(
    r"\b(?:some(?:one|body)|any(?:one|body)|human|person|people|staff|agent|team|colleague|manager|operator|rep|you guys|lady|guy)\b|人|客服|同事|专员|经理"
)


def _looks_at_something(reading: Reading) -> bool:
    """Whether something is to be shown and nobody is spoken of who should: "am I not sitting on some coupons? Have a look would you"."""
    if _SOMEBODY.search(reading.text.low):
        return False
    wishes = [one for one in requested(reading) if not isinstance(one, AskHuman | CannotHandle | ChitChat)]
    return bool(wishes) and all(isinstance(one, StartFlow) and one.flow in _LOOKS for one in wishes)


def _serves_what_runs(reading: Reading) -> bool:
    """Whether a choice is made, a value named that the running procedure takes, or something called off: 给我整个L的吧."""
    view, question = reading.view, reading.view.pending
    if view.active_flow is None:
        return False
    takes = {"option", *view.flow_slots.values()}  # who is to send goods back may want another size of them
    if any(item.type in _VALUES & takes for item in reading.told()):
        return True
    chooses = question is not None and question.kind not in {"confirm", "offer"} and bool(question.choices)
    if question is not None and chooses and choose(reading.text, reading.entities, question, reading.lexicon):
        return True
    return called_off(reading) is not None


def _says_where(reading: Reading) -> bool:
    """Whether it is said where to call back, which was asked: "yes, call me on 415-555-0199" is no new call for a person."""
    return reading.view.active_flow == "call_back" and any(item.type in {"phone", "email"} for item in reading.entities)


def _of_what_runs(reading: Reading) -> list[Command] | None:
    """Read what is called off, a turn to a rival procedure, and other values than those that hold, whatever words they come in."""
    question = reading.view.pending
    if question is not None and pressed(reading.text.low, question) is not None:
        return None
    if (before := back(reading)) is not None:
        return [before]
    off = called_off(reading)
    if (question is not None and question.slot_type in FREE_TEXT) or (off is not None and reading.view.waiting):
        # Of several wishes one may be dropped and its goods named: that is no other value for the one that runs.
        return off
    if (rival := turned(reading)) is not None:
        return [rival]
    if (choice := chosen(reading)) is not None:
        return choice
    if off is not None and off[0].score >= BY_NAME:
        return off
    if (figures := replaced_figures(reading)) is not None:
        return figures
    correct = replaced(reading)
    if correct is not None:
        return [correct]
    if question is not None and question.slot_type in CHOOSES_GOODS and (declined(reading) or all_declined(reading)):
        return None  # What goods are wanted was asked: those that are not are told beside the answer.
    return off


_CLAUSE_END = re.compile(r"[,，。;；!！]\s*|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_AFTER_ALL = re.compile(
    r"^\W*(?:[唉哎嗯呃哦那\s,，。]|算了|想了想|想想|我)*还是(?:要|想|帮我|给我)?(?:办|弄|做|继续|申请|来|要|开|领|退|换|改|取消)(?:一下|了)?(?:吧|了吧|好了)?\W*$"
    r"|^\W*(?:那|好吧?|嗯|算了|没事)?[,，]?\s*(?:继续|接着)(?:办|弄|做|来|取消|退|换|改)?(?:理|货)?(?:下去)?[吧了啊]*\W*$"
    r"|^\W*(?:(?:ok|okay|actually|no|well|please)\b[, ]*)*(?:continue|carry on|go on|go ahead|proceed|resume)(?: with (?:it|that))?(?: please| then| anyway)?\W*$"
    r"|^\W*(?:(?:ok|okay|actually|hm+|well|oh|no|wait|on second thoughts?)\b[, ]*)*(?:(?:let's|please|you can|i(?:'d| would) like (?:you )?to|go ahead and) )?(?:do it|go ahead|go for it|go through with it|continue|carry on|(?:cancel|return|exchange|claim|apply for|change) it)(?: with it)? (?:after all|anyway|then)\W*$"
)
"""By which somebody takes up again what they have just stopped."""


def _goes_on_after_all(reading: Reading) -> list[Command] | None:
    """Take up again what was stopped, in set phrases, also behind one that could stop it: 算了还是申请吧, "do it after all"."""
    given_up = reading.view.given_up
    if given_up is None or reading.view.active_flow is not None:
        return None
    again = any(_AFTER_ALL.match(clause) for clause in _CLAUSE_END.split(reading.text.low))
    return _anew(reading, given_up) if again else None


def _once_more_after_all(reading: Reading) -> list[Command] | None:
    """Take up again what was stopped, where it is named as wanted."""
    given_up = reading.view.given_up
    if given_up is None or reading.view.active_flow is not None or not _asks_for_it_again(reading, given_up):
        return None
    return _anew(reading, given_up)


def _anew(reading: Reading, flow: str) -> list[Command]:
    return [StartFlow(flow=flow, entities=reading.told(), text=reading.words(), score=0.85, source="pattern")]


def _asks_for_it_again(reading: Reading, given_up: str) -> bool:
    """Whether what was stopped is named as wanted, and nothing else is named: "fine, go through with the cancellation"."""
    low = reading.text.low
    if phrases.is_question(low.strip()) or any(item.type in _OTHER_THINGS for item in reading.told()):
        return False
    situation = Situation(given_up)
    taken = reading.stances(low, (), situation)
    wanted = [one for one in taken if one.on >= _AGAIN and situation.kinds[0] in one.subject.kinds]
    return bool(wanted) and not any(one.off >= SURE for one in taken)


_AGAIN = 0.35
"""Chance from which what was just stopped is wanted again where it is named: to start it only asks for consent anew."""
_OTHER_THINGS = frozenset({"product", "order_ref", "sku"})
_OF_THE_BODY = frozenset({"height_cm", "weight_kg", "foot_length_mm"})


def _body_anew(reading: Reading) -> list[Command] | None:
    """Take figures of the body that stand alone for what a size shall be advised by: 身高写错了，158."""
    told = reading.told()
    alone = bool(told) and {item.type for item in told} <= _OF_THE_BODY and "size_advice" in reading.flows
    if not alone or reading.view.active_flow is not None or segments.cue(reading.text.low) is not None:
        return None
    return [StartFlow(flow="size_advice", entities=told, text=reading.words(), score=0.7, source="pattern")]


def _with_human(reading: Reading) -> tuple[list[Command], list[ScoredIntent]]:
    """A person is wanted, in the sentence that says so; what else was said is left to the person."""
    low = reading.text.low
    heard = persons.hear(low)
    start = max(0, low.find(heard.words))
    score = round(heard.asks, 4)
    asked = AskHuman(
        text=reading.words(start, start + len(heard.words)),
        score=score,
        source="pattern" if heard.fixed else "classifier",
    )
    return [asked], [ScoredIntent(intent="ask_human", score=score)]


def _tidied(found: list[Command]) -> list[Command]:
    """Small talk beside business is politeness; what was not understood beside what was is noise, and so is a guessed "again"."""
    business = [command for command in found if command.kind not in {"chit_chat", "cannot_handle"}]
    if any(command.kind == "start_flow" for command in business):
        business = [command for command in business if command.kind != "repeat" or command.source == "pattern"]
    if business:
        return business
    talk: list[Command] = [command for command in found if command.kind == "chit_chat"]
    return talk[:1] or found[:1]


__all__ = ["Classify", "Reading", "classifier_ranking", "commands", "read"]
