"""From a message and the state's view to commands: interruptions first, then the pending question, then new requests."""

# ruff: noqa: C901  (what a pending question expects is one table of cases)
from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable

import numpy as np

from dialogue.commands import (
    Affirm,
    AskHuman,
    AskKnowledge,
    Cancel,
    CannotHandle,
    ChitChat,
    Choose,
    Command,
    Correct,
    Deny,
    Entity,
    PendingQuestion,
    Provide,
    Repeat,
    ScoredIntent,
    StartFlow,
    SwitchLanguage,
    View,
)
from dialogue.understanding import pending, phrases, polarity, segments
from dialogue.understanding.entities.base import entity
from dialogue.understanding.entities.contacts import bare_name, bare_postcodes
from dialogue.understanding.text import Text, read
from knowledge.lexicon import Lexicon

FLOWS = frozenset(
    [
        "order_status",
        "track_order",
        "cancel_order",
        "change_order_address",
        "change_default_address",
        "change_items",
        "change_payment",
        "return_items",
        "exchange_items",
        "refund_status",
        "request_invoice",
        "price_protection",
        "list_coupons",
        "claim_coupon",
        "find_products",
        "product_details",
        "check_stock",
        "size_advice",
        "compare_products",
        "price_history",
        "profile",
        "report_problem",
    ]
)
ONE_ORDER_FLOWS = frozenset({"cancel_order", "order_status", "track_order", "request_invoice"})
SURE = 0.40
"""Chance above which an intent is acted on without asking."""
CLEAR = 0.62
"""Chance above which a message that could answer the pending question is taken for another wish."""
HINT = 0.10

Classify = Callable[[str], list[tuple[str, float]]]
"""Gives the intents of a text with their chances, best first."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """A message with everything that was read from it so far."""

    text: Text
    entities: list[Entity]
    view: View
    lexicon: Lexicon
    classify: Classify

    def within(self, start: int, end: int) -> tuple[Entity, ...]:
        """Return the entities between two places."""
        return tuple(item for item in self.entities if item.start >= start and item.end <= end)

    def sub(self, start: int) -> Reading:
        """Return the rest of the message as a reading of its own, at the same places."""
        blank = " " * start
        text = Text(blank + self.text.raw[start:], blank + self.text.plain[start:], blank + self.text.low[start:])
        return dataclasses.replace(self, text=text, entities=[item for item in self.entities if item.start >= start])


def commands(reading: Reading) -> tuple[list[Command], list[ScoredIntent]]:
    """Return the commands of a message, in the order in which they are to be done, and the best intents."""
    low = reading.text.low
    if not low.strip():
        return [CannotHandle(score=1.0, source="pattern")], []
    if (lang := phrases.language_wanted(low)) and len(low.strip()) < 60:
        rest = _requests(reading) if len(low.strip()) > 30 else []
        useful = [c for c in rest if c.kind in {"start_flow", "ask_knowledge"}]
        return [SwitchLanguage(lang=lang, text=_words(reading), source="pattern"), *useful], []
    if phrases.asks_human(low):
        return _with_human(reading)
    found = _interrupted(reading)
    if found is None:
        found = _answered(reading)
    if found is None:
        found = _requests(reading)
    intents = [
        ScoredIntent(intent=name, score=round(score, 4)) for name, score in reading.classify(_masked(reading))[:3]
    ]
    return _tidied(found), intents


def _words(reading: Reading, start: int = 0, end: int | None = None) -> str:
    return reading.text.span(start, len(reading.text.raw) if end is None else end)


def _with_human(reading: Reading) -> tuple[list[Command], list[ScoredIntent]]:
    """A person is wanted; what else was said is left to the person, unless it stands as a sentence of its own before."""
    intents = [ScoredIntent(intent="ask_human", score=0.99)]
    return [AskHuman(text=_words(reading), score=0.99, source="pattern")], intents


# Stop, again, and taking back while a flow runs


def _interrupted(reading: Reading) -> list[Command] | None:
    low, view = reading.text.low, reading.view
    again = phrases.asks_again(low)
    if again and not (
        view.pending and view.pending.kind in {"confirm", "offer"} and polarity.read(low).sense in {"yes", "no"}
    ):
        return [Repeat(explain=again == "explain", text=_words(reading), source="pattern")]
    stop = phrases.stops(low)
    if stop is None:
        return _dropped_part(reading)
    if view.pending and view.pending.kind == "offer" and polarity.read(low).sense == "no":
        return None
    rest = low[stop.end() :].strip(" ,.;:!?。，！？；、~了吧啊呀谢thanks you")  # noqa: B005  (any of these characters)
    follow = _after_stop(reading, stop.end()) if len(rest) > 1 else []
    if any(command.kind == "correct" for command in follow):
        return follow
    return [Cancel(text=stop[0].strip(), score=0.95, source="pattern"), *follow]


def _after_stop(reading: Reading, start: int) -> list[Command]:
    """What is wanted instead: another flow, or another value for the running one (算了，还是红色的吧)."""
    rest = reading.sub(start)
    if phrases.stops(rest.text.low.lstrip(" ,.;:!?。，！？；、")):
        return []
    wanted: list[Command] = [c for c in _requests(rest) if c.kind in {"start_flow", "ask_knowledge", "ask_human"}]
    if wanted:
        return wanted
    entities = tuple(item for item in rest.entities if item.type not in {"reason", "category"})
    if entities and reading.view.active_flow and phrases.segments_wish(rest.text.low):
        return [Correct(entities=entities, text=_words(rest), source="pattern")]
    return []


_DROP = re.compile(
    r"\b(?:don't|do not|dont|not|leave out|skip|remove|except|without|keep|forget)\b(?: (?:return|exchange|cancel|change|include|the|about|my))*|(?:别|不|不要|不用|先不|除了|去掉|留着)(?:退|换|取消|改|要|算)?"
)


def _dropped_part(reading: Reading) -> list[Command] | None:
    """ "Don't return the lamp", 台灯不退了: a part of the running procedure is dropped."""
    view, low = reading.view, reading.text.low
    if view.active_flow not in {"return_items", "exchange_items", "change_items", "cancel_order"}:
        return None
    things = [item for item in reading.entities if item.type in {"product", "ordinal", "sku"} and item.score > 0.5]
    english = re.match(
        r"^\W*(?:(?:actually|oh|wait|no|and|but|please|sorry)\b[, ]*)*(?:(?:please )?(?:don't|do not|dont) (?:return|exchange|cancel|change|include|touch)|leave out|skip|remove|i(?:'ll| will| want to| would like to|'d like to)? keep|keep|forget about|not)\b",
        low,
    )
    chinese = re.search(
        r"(?:不|别|先不|不用|不要)(?:退|换|取消|改)了?(?:吧|哈)?\W*$|(?:留着|去掉|不算)\W*(?:吧|了)?\W*$", low
    )
    if (
        not things
        or not (english or chinese)
        or len(low) > 60
        or re.search(r"\bbut\b.*\b(?:the|a)\b|是|换成|改成|,.*(?:要|退|换)(?!了)", low)
    ):
        return None
    if english and re.search(r"\bnot\b", english[0]) and len(things) > 1:
        return None
    return [Cancel(scope="part", entities=tuple(things), text=_words(reading), score=0.85, source="pattern")]


# The pending question


def _answered(reading: Reading) -> list[Command] | None:
    """Read the message as an answer to the pending question; None when it is none."""
    question = reading.view.pending
    if question is None:
        return _continued(reading)
    if question.kind in {"confirm", "offer"}:
        return _to_yes_or_no(reading, question)
    if question.kind == "choice" or question.choices:
        found = _to_choice(reading, question)
        if found is not None or question.kind == "choice":
            return found if found is not None else _to_slot(reading, question)
    return _to_slot(reading, question)


def _to_yes_or_no(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    low = reading.text.low
    sense = polarity.read(low)
    words = _words(reading)
    if sense.sense is None:
        return _unsaid_polarity(reading, question)
    if sense.sense == "wrong":
        return [Deny(text=words, score=0.9, source="pending"), _correction(reading, 0)]
    rest = reading.sub(sense.rest)
    has_rest = bool(rest.text.low.strip(" ,.;:!?。，！？；、…~"))
    if sense.sense == "no":
        return [
            Deny(text=_words(reading, 0, sense.rest), score=0.97, source="pending"),
            *(_after_no(rest) if has_rest else []),
        ]
    if sense.sense == "yes_but":
        return _yes_but(rest, question)
    if not has_rest:
        return [Affirm(text=words, score=0.98 if sense.strong else 0.93, source="pending")]
    return _yes_and(reading, rest, sense)


def _yes_and(reading: Reading, rest: Reading, sense: polarity.Polarity) -> list[Command] | None:
    """ "Yes, and also ...": the rest must not take the yes back; a question is answered before anything is done."""
    more = _rest_commands(rest)
    if any(command.kind in {"correct", "cancel", "deny"} for command in more):
        return [command for command in more if command.kind != "deny"] if sense.strong else more
    asking = phrases.is_question(rest.text.low.strip()) and any(c.kind in {"ask_knowledge", "start_flow"} for c in more)
    if asking or (not sense.strong and any(c.kind in {"start_flow", "ask_knowledge"} for c in more)):
        return [c for c in more if c.kind != "provide"]
    yes = Affirm(text=_words(reading, 0, sense.rest), score=0.95 if sense.strong else 0.8, source="pending")
    return [yes, *(c for c in more if c.kind in {"start_flow", "ask_knowledge", "provide"})]


def _yes_but(rest: Reading, question: PendingQuestion) -> list[Command]:
    """A yes with a condition changes what was asked about: it is a correction, never a yes."""
    wanted: list[Command] = [c for c in _requests(rest) if isinstance(c, StartFlow) and c.flow != rest.view.active_flow]
    entities = _told(rest)
    if entities or question.kind == "confirm":
        fits = _fitting_flow(rest, wanted)
        return (
            [
                Correct(
                    entities=entities,
                    slot=phrases.slot_named(rest.text.low),
                    text=_words(rest),
                    score=0.9,
                    source="pending",
                )
            ]
            if not fits
            else wanted
        )
    return list(wanted) or [Deny(text=_words(rest), score=0.6, source="pending")]


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
        return [Cancel(text=stop[0].strip(), score=0.9, source="pattern")]
    more = [c for c in _rest_commands(rest) if c.kind not in {"affirm", "deny", "chit_chat", "cannot_handle", "cancel"}]
    if more:
        return more
    entities = _told(rest)
    if entities or phrases.corrects(low) or phrases.slot_named(low):
        return [_correction(rest, 0)]
    return []


def _rest_commands(rest: Reading) -> list[Command]:
    """What follows a yes or a no: a request, or other values for the running procedure."""
    requests = _requests(rest)
    wishes: list[Command] = [c for c in requests if c.kind in {"start_flow", "ask_knowledge", "ask_human"}]
    entities = _told(rest)
    view = rest.view
    if wishes and not (entities and all(_same_business(c, view) for c in wishes)) and _has_own_cue(rest):
        return wishes
    if phrases.stops(rest.text.low.lstrip(" ,.;:!?。，！？；、")):
        return [Cancel(text=_words(rest), score=0.9, source="pattern")]
    if entities:
        changes = [item for item in entities if item.type not in {"email", "person_name", "postcode", "phone"}]
        if changes and (phrases.corrects(rest.text.low) or view.pending is None or view.pending.kind == "confirm"):
            return [_correction(rest, 0)]
        return [Provide(entities=entities, text=_words(rest), source="pending")]
    return wishes if _has_own_cue(rest) else []


def _has_own_cue(rest: Reading) -> bool:
    return segments.cue(rest.text.low) is not None or phrases.is_question(rest.text.low.strip())


def _same_business(command: Command, view: View) -> bool:
    """Whether a request only says the running procedure again, with other values."""
    if not isinstance(command, StartFlow) or view.active_flow is None:
        return False
    related = (
        {"return_items", "refund_status", "report_problem"},
        {"exchange_items", "change_items", "check_stock", "product_details"},
    )
    return (
        command.flow == view.active_flow
        or any({command.flow, view.active_flow} <= group for group in related)
        or command.flow in {"find_products", "check_stock"}
    )


def _unsaid_polarity(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Neither yes nor no in so many words: another value, another wish, or an answer that only the classifier hears."""
    low, view = reading.text.low, reading.view
    best, chance = reading.classify(_masked(reading))[0]
    if len(low.strip()) <= 40 and best in {"affirm", "deny"} and chance >= 0.5 and not phrases.is_question(low.strip()):
        negated = re.search(r"\b(?:not?|n't|never|wrong)\b|n't\b|不|没|别|错", low)
        if best == "deny":
            return [Deny(text=_words(reading), score=chance, source="classifier")]
        if not negated:
            return [Affirm(text=_words(reading), score=chance, source="classifier")]
    requests = _requests(reading)
    wishes: list[Command] = [c for c in requests if c.kind in {"start_flow", "ask_knowledge", "ask_human", "chit_chat"}]
    entities = _told(reading)
    if (
        entities
        and question.kind == "confirm"
        and not phrases.is_question(low.strip())
        and (not wishes or all(_same_business(c, view) for c in wishes) or phrases.corrects(low))
    ) and not any(
        isinstance(c, StartFlow) and not _same_business(c, view) and c.score >= CLEAR and segments.cue(low)
        for c in wishes
    ):
        return [_correction(reading, 0)]
    if (
        phrases.corrects(low)
        and phrases.slot_named(low)
        and question.kind == "confirm"
        and not phrases.is_question(low.strip())
    ):
        return [_correction(reading, 0)]
    return None


def _correction(reading: Reading, start: int) -> Correct:
    entities = _positive(tuple(item for item in _told(reading) if item.start >= start))
    return Correct(
        entities=entities,
        slot=phrases.slot_named(reading.text.low[start:]),
        text=_words(reading, start),
        score=0.9,
        source="pending" if reading.view.pending else "pattern",
    )


def _positive(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    return entities


def _told(reading: Reading) -> tuple[Entity, ...]:
    """Return the entities that say something; "item" and the like do not."""
    return tuple(
        item for item in reading.entities
        if item.type != "category" and not (item.type == "product" and item.score <= 0.3 and not item.value.get("product_ids"))
    )  # fmt: skip


def _to_choice(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    low = reading.text.low
    if (
        phrases.is_question(low.strip())
        and len(low.strip()) > 12
        and reading.classify(_masked(reading))[0][0] in {"ask_knowledge", *FLOWS}
        and not reading.entities
    ):
        return None
    other = _other_wish(reading, question)
    if other is not None:
        return other
    picked = pending.choose(reading.text, reading.entities, question, reading.lexicon)
    if picked:
        score = 0.95 if len(picked) == 1 or question.multiple else 0.8
        command = Choose(indexes=picked, text=_words(reading), score=score, source="choice")
        extra = tuple(
            item for item in _told(reading) if item.type in {"reason", "payment_method", "quantity", "email", "address"}
        )
        return (
            [command, Provide(entities=extra, text=_words(reading), source="pending")]
            if extra and question.slot_type not in {"payment_method", "reason", "address"}
            else [command]
        )
    sense = polarity.read(low)
    if sense.sense in {"yes", "no"} and not low[sense.rest :].strip(" ,.!。，！?"):
        if sense.sense == "yes" and len(question.choices) == 1:
            return [Choose(indexes=(0,), text=_words(reading), score=0.9, source="choice")]
        return [(Affirm if sense.sense == "yes" else Deny)(text=_words(reading), source="pending")]
    if re.search(r"\b(?:neither|none)\b|都不(?:是|要|对|行)|没有一个", low):
        return [Deny(text=_words(reading), source="pending")]
    return None


def _other_wish(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """A request that is clearly not an answer to the question."""
    low = reading.text.low
    if segments.cue(low) is None and not phrases.is_question(low.strip()):
        return None
    requests = _requests(reading)
    clear = [
        c
        for c in requests
        if isinstance(c, (StartFlow, AskKnowledge)) and c.score >= CLEAR and not _same_business(c, reading.view)
    ]
    if not clear or len(requests) != len(clear):
        return None
    answers = pending.ANSWERS.get(question.slot_type, frozenset())
    given = [item for item in _told(reading) if item.type in answers]
    starts = [c for c in clear if isinstance(c, StartFlow)]
    if given and not starts:
        return None
    if given and question.slot_type == "reason":
        return None
    if _only_says_how(low, question):
        return None
    return requests


def _only_says_how(low: str, question: PendingQuestion) -> bool:
    """Words such as "refund it to my visa" that answer a question about money or goods and look like a request."""
    patterns = {
        "payment_method": r"\b(?:refund|put|send|charge|pay|use|return)\b.{0,20}\b(?:to|on|with|by|my|the|original)\b|退(?:到|回|款到)|原路|用.{1,8}(?:付|支付)",
        "address": r"\b(?:ship|send|deliver|change|it's|to)\b.{0,20}\d|寄|送|改(?:成|到)",
        "reason": r".",
        "order_lines": r"^\W*(?:just |only |i want to )?(?:return|exchange|the|退|换)\b",
        "swaps": r"^\W*(?:change|exchange|switch|make|换|改)",
        "order": r"^\W*(?:it's|the|from|cancel|return|exchange|track)?\b.{0,30}\border\b|那单|订单",
    }
    return bool(re.search(patterns.get(question.slot_type, r"(?!)"), low))


def _to_slot(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    low, kind = reading.text.low, question.slot_type
    other = _other_wish(reading, question)
    if other is not None:
        return other
    reading = _expecting(reading, kind)
    answers = pending.ANSWERS.get(kind, frozenset())
    told = _told(reading)
    given = [item for item in told if item.type in answers]
    if kind == "yes_no" and (sense := polarity.read(low)).sense in {"yes", "no"}:
        return [(Affirm if sense.sense == "yes" else Deny)(text=_words(reading), source="pending")]
    if reading.view.active_flow and phrases.corrects(low) and told and not given:
        return [_correction(reading, 0)]
    if given:
        if phrases.corrects(low) and _takes_back(low):
            return [_correction(reading, 0)]
        return [Provide(entities=told, text=_words(reading), score=0.95, source="pending")]
    chat = _small_talk(reading)
    if chat is not None:
        return chat
    sense = polarity.read(low)
    if (
        sense.sense in {"yes", "no", "wrong"}
        and not low[sense.rest :].strip(" ,.!。，！")
        and kind not in pending.FREE_TEXT
    ):
        return [(Affirm if sense.sense == "yes" else Deny)(text=_words(reading), score=0.8, source="pending")]
    if kind in {*pending.FREE_TEXT, "reason"} and not phrases.is_question(low.strip()) and not _unknown(low):
        extra = (
            ()
            if kind != "reason"
            else (
                entity(
                    reading.text,
                    "reason",
                    {"code": "other", "text": _words(reading)},
                    (0, len(reading.text.raw)),
                    score=0.5,
                ),
            )
        )
        return [Provide(entities=(*told, *extra), text=_words(reading), score=0.7, source="pending")]
    if told and reading.view.active_flow and segments.cue(low) is None and not phrases.is_question(low.strip()):
        return [Provide(entities=told, text=_words(reading), score=0.7, source="pending")]
    if _unknown(low):
        return [Deny(text=_words(reading), score=0.7, source="pending")]
    return None


def _takes_back(low: str) -> bool:
    return bool(
        re.match(
            r"^\W*(?:no|nope|wait|sorry|oops|actually|oh|my mistake|my bad|不|等等|不对|错)\b|^\W*(?:不对|不是|错了|等等|其实)",
            low,
        )
    ) and not re.match(r"^\W*(?:no longer|not needed|no need|不需要|不喜欢|不合适|不想要|不要)", low)


def _unknown(low: str) -> bool:
    return bool(
        re.search(
            r"\b(?:i )?(?:don't|dont|do not|can't|cannot) (?:know|remember|have|recall|find)\b|\bno idea\b|\bnot sure\b|\bforgot\b|\blost (?:it|the)|不(?:知道|记得|清楚)|忘(?:了|记)|没有(?:订单号|单号)|找不到|记不(?:得|住|清)",
            low,
        )
    )


def _expecting(reading: Reading, kind: str) -> Reading:
    """Look again for what a bare value can be once it was asked for."""
    text, entities = reading.text, list(reading.entities)
    taken = [(item.start, item.end) for item in entities if item.type != "reason"]
    if kind in {"order", "order_optional", "proof", "identity"} and not any(
        item.type == "order_ref" for item in entities
    ):
        for match in re.finditer(r"(?<![\w@.])#?([A-Za-z]{0,3}\d{6,14})(?!\w)", text.plain):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                entities.append(entity(text, "order_ref", {"id": match[1].upper()}, match.span(), score=0.8))  # noqa: PERF401
        if (short := re.fullmatch(r"\s*(\d{2,5})\s*", text.plain)) and kind.startswith("order"):
            entities = [item for item in entities if item.start >= short.end()]
            entities.append(entity(text, "order_ref", {"suffix": short[1]}, short.span(), score=0.7))
    if kind in {"proof", "identity", "address"}:
        if not any(item.type == "postcode" for item in entities):
            entities += [
                item for item in bare_postcodes(text) if all(item.end <= s or item.start >= e for s, e in taken)
            ]
        if not any(item.type == "person_name" for item in entities):
            spans = [(item.start, item.end) for item in entities if item.type != "option" or item.text.isdigit()]
            entities += [
                item for item in bare_name(text, spans) if all(item.end <= s or item.start >= e for s, e in spans)
            ]
    if kind == "text" or kind not in {"address", "quantity"}:
        return dataclasses.replace(reading, entities=entities)
    if (
        kind == "address"
        and not any(item.type == "address" for item in entities)
        and re.search(r"\d", text.plain)
        and len(text.plain.strip()) > 8
        and not phrases.is_question(text.low.strip())
    ):
        line = text.plain.strip(" .。")
        entities.append(entity(text, "address", {"line1": line}, (0, len(text.plain)), score=0.5))
    return dataclasses.replace(reading, entities=entities)


def _small_talk(reading: Reading) -> list[Command] | None:
    best, chance = reading.classify(_masked(reading))[0]
    if (
        best in {"chit_chat.wait", "chit_chat.thanks", "chit_chat.bot_identity", "chit_chat.complaint"}
        and chance >= 0.6
    ):
        return [
            ChitChat(topic=best.removeprefix("chit_chat."), text=_words(reading), score=chance, source="classifier")
        ]
    return None


def _continued(reading: Reading) -> list[Command] | None:
    """Without a question pending: a correction or more information for the running flow."""
    if reading.view.active_flow is None:
        return None
    low, told = reading.text.low, _told(reading)
    requests = _requests(reading)
    wishes = [
        c
        for c in requests
        if isinstance(c, (StartFlow, AskKnowledge, AskHuman)) and not _same_business(c, reading.view)
    ]
    if any(c.score >= CLEAR for c in wishes) and _has_own_cue(reading):
        return requests
    if phrases.corrects(low) and (told or phrases.slot_named(low)) and not phrases.is_question(low.strip()):
        return [_correction(reading, 0)]
    if told and not phrases.is_question(low.strip()):
        return [Provide(entities=told, text=_words(reading), score=0.8, source="pattern")]
    return None


# New requests


def _requests(reading: Reading) -> list[Command]:
    """Read every segment of the message as a request of its own."""
    found: list[Command] = []
    for part in segments.split(reading.text):
        found += _segment_commands(reading, part)
    return _joined(found) or [CannotHandle(text=_words(reading), score=0.5, source="classifier")]


def _segment_commands(reading: Reading, part: segments.Segment) -> list[Command]:
    entities = reading.within(part.start, part.end)
    words = _words(reading, part.start, part.end)
    ranked = reading.classify(_masked(reading, part.start, part.end))
    best, chance = ranked[0]
    if (
        best in {"inform", "affirm", "deny", "ask_human", "repeat", "cancel_flow"}
        and part.cue
        and len(ranked) > 1
        and ranked[1][0] in FLOWS
        and ranked[1][1] >= 0.25
    ):
        best, chance = ranked[1]
    told = tuple(item for item in entities if item.type != "category")
    if best in FLOWS and (chance >= SURE or (part.cue is not None and chance >= 0.3)):
        return _start(best, entities, words, chance)
    if best == "ask_knowledge" and chance >= 0.3:
        return [AskKnowledge(query=words, text=words, score=chance, source="classifier")]
    if best == "ask_human" and chance >= 0.75:
        return [AskHuman(text=words, score=chance, source="classifier")]
    if best.startswith("chit_chat.") and chance >= 0.35 and not told:
        return [ChitChat(topic=best.removeprefix("chit_chat."), text=words, score=chance, source="classifier")]
    if best == "out_of_scope" and chance >= 0.5 and not any(item.type in {"order_ref", "product"} for item in told):
        return [CannotHandle(text=words, score=chance, out_of_scope=True, source="classifier")]
    if told and (best == "inform" or not part.question):
        return [Provide(entities=told, text=words, score=max(chance, 0.5), source="classifier")]
    return _unsure(ranked, words, best, chance)


def _unsure(ranked: list[tuple[str, float]], words: str, best: str, chance: float) -> list[Command]:
    candidates = tuple(name for name, score in ranked[:4] if name in FLOWS and score >= HINT)[:3]
    if best in {"affirm", "deny"} and chance >= SURE:
        return [ChitChat(topic="ack", text=words, score=chance, source="classifier")]
    if best == "repeat" and chance >= SURE:
        return [Repeat(text=words, score=chance, source="classifier")]
    if best == "cancel_flow" and chance >= SURE:
        return [Cancel(text=words, score=chance, source="classifier")]
    return [CannotHandle(candidates=candidates, text=words, score=1.0 - chance, source="classifier")]


def _start(flow: str, entities: tuple[Entity, ...], words: str, chance: float) -> list[Command]:
    """One flow; for flows about one order, one for each order id that was named."""
    orders = [item for item in entities if item.type == "order_ref" and "id" in item.value]
    if flow not in ONE_ORDER_FLOWS or len({item.value["id"] for item in orders}) < 2:
        return [StartFlow(flow=flow, entities=entities, text=words, score=chance, source="classifier")]
    others = tuple(item for item in entities if item not in orders)
    return [
        StartFlow(flow=flow, entities=(order, *others), text=words, score=chance, source="classifier")
        for order in orders
    ]


def _joined(found: list[Command]) -> list[Command]:
    """Join neighbours that are one request, and let what was only told go with the request beside it."""
    joined: list[Command] = []
    for command in found:
        last = joined[-1] if joined else None
        if (
            isinstance(command, StartFlow)
            and isinstance(last, StartFlow)
            and command.flow == last.flow
            and not _different_orders(last, command)
        ):
            joined[-1] = last.model_copy(
                update={
                    "entities": (*last.entities, *command.entities),
                    "text": f"{last.text} {command.text}",
                    "score": max(last.score, command.score),
                }
            )
        elif isinstance(command, Provide) and isinstance(last, StartFlow):
            joined[-1] = last.model_copy(
                update={"entities": (*last.entities, *command.entities), "text": f"{last.text} {command.text}"}
            )
        elif isinstance(command, StartFlow) and isinstance(last, Provide):
            joined[-1] = command.model_copy(
                update={"entities": (*last.entities, *command.entities), "text": f"{last.text} {command.text}"}
            )
        elif isinstance(command, Provide) and isinstance(last, Provide):
            joined[-1] = last.model_copy(
                update={"entities": (*last.entities, *command.entities), "text": f"{last.text} {command.text}"}
            )
        else:
            joined.append(command)
    return joined


def _different_orders(first: StartFlow, second: StartFlow) -> bool:
    ids = [
        {str(item.value.get("id")) for item in command.entities if item.type == "order_ref"}
        for command in (first, second)
    ]
    return bool(ids[0] and ids[1] and ids[0] != ids[1])


def _tidied(found: list[Command]) -> list[Command]:
    """Small talk beside business is politeness; what was not understood beside what was is noise."""
    business = [command for command in found if command.kind not in {"chit_chat", "cannot_handle"}]
    if business:
        return business
    talk: list[Command] = [command for command in found if command.kind == "chit_chat"]
    return talk[:1] or found[:1]


_MASKS = {
    "email": " email ",
    "phone": " phone ",
    "person_name": " someone ",
    "postcode": " zip ",
    "address": " some address ",
    "tax_id": " tax ",
    "tracking_number": " tracking number ",
}
_MASKS_ZH = {
    "email": "email",
    "phone": "电话",
    "person_name": "某人",
    "postcode": "邮编",
    "address": "某地址",
    "tax_id": "税号",
    "tracking_number": "运单号",
}


def _masked(reading: Reading, start: int = 0, end: int | None = None) -> str:
    """Return the words with ids, names and addresses taken out, as the classifier was taught."""
    end = len(reading.text.plain) if end is None else end
    chinese = any("\u4e00" <= c <= "\u9fff" for c in reading.text.plain[start:end])
    masks = _MASKS_ZH if chinese else _MASKS
    pieces, place = [], start
    for item in sorted(reading.entities, key=lambda item: item.start):
        if item.start < place or item.end > end:
            continue
        mask = masks.get(item.type)
        if item.type == "order_ref" and "id" in item.value:
            mask = "#1"
        if mask is not None:
            pieces += [reading.text.plain[place : item.start], mask]
            place = item.end
    pieces.append(reading.text.plain[place:end])
    return re.sub(r"\s+", " ", "".join(pieces)).strip()


def classifier_ranking(labels: Iterable[str], chances: np.ndarray) -> list[tuple[str, float]]:
    """Return labels with their chances, best first."""
    names = list(labels)
    return [(names[i], float(chances[i])) for i in np.argsort(-chances)[:6]]


__all__ = ["FLOWS", "Classify", "Reading", "classifier_ranking", "commands", "read"]
