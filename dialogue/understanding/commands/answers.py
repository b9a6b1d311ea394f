"""Answers to the pending question: a choice, a value, or another wish that only looks like one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.commands import (
    Affirm,
    AskHuman,
    AskKnowledge,
    CannotHandle,
    ChitChat,
    Choose,
    Command,
    Deny,
    Entity,
    PendingQuestion,
    Provide,
    Repeat,
    StartFlow,
)
from dialogue.understanding import pending, phrases, polarity, segments
from dialogue.understanding.commands.consent import REFUSALS, to_yes_or_no
from dialogue.understanding.commands.corrections import correction, gives_reason, own_reason, same
from dialogue.understanding.commands.declined import all_declined, without_declined
from dialogue.understanding.commands.described import described, refuses
from dialogue.understanding.commands.expected import ORDERS, expecting, without_misfits
from dialogue.understanding.commands.of_goods import CLEAR, EFFECTS, SURE
from dialogue.understanding.commands.picking import left_over, wants_a_step, without_turned_down
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.requests import has_own_cue, requested, same_business
from dialogue.understanding.commands.the_rest import the_rest
from dialogue.understanding.commands.turning import lets_go
from dialogue.understanding.stances import Situation
from dialogue.understanding.text import read

_LIKELY = 0.5
"""Chance from which a stance counts."""
_OF_A_CHOICE = 12
"""Characters of a question that may be asked of the choices themselves."""
SHORT = 16
"""Characters of a message that can only say what to do."""
KNOWLEDGE_CHOICE = "@knowledge"
"""The open question "do you mean one of these passages?"; another question takes its place."""
CHOOSES_GOODS = frozenset({"order", "order_optional", "order_lines"})
"""Slots that goods are an answer to."""
_OF_A_VARIANT = frozenset({"swaps", "options"})
_ADVISE = frozenset({"size_advice", "check_stock", "find_products"})
_NAMES = frozenset({"order_ref", "product", "category", "brand", "sku", "option", "ordinal", "date", "quantity"})
"""What says which order or goods are meant."""
_BESIDE = frozenset({"reason", "payment_method", "quantity", "email", "address", "tax_id", "company"})
"""What is told beside a choice and serves the questions to come."""


def answered(reading: Reading) -> list[Command] | None:
    """Read the message as an answer to the pending question; None when it is none."""
    question = reading.view.pending
    if question is None:
        return _continued(reading)
    if question.slot_type in _OF_A_VARIANT:
        reading = without_misfits(reading)
    said = _taken_back(reading, question) if question.choices else reading
    if (place := pending.pressed(said.text.low, question)) is not None and question.kind not in {"confirm", "offer"}:
        return [Choose(indexes=(place,), text=reading.words(), score=0.95, source="choice")]
    if question.kind in {"confirm", "offer"}:
        return to_yes_or_no(reading, question)
    if question.kind == "choice" or question.choices:
        found = _to_choice(reading, question)
        if found is not None or question.kind == "choice":
            return found if found is not None else _to_slot(reading, question)
    return _to_slot(reading, question)


def _continued(reading: Reading) -> list[Command] | None:
    """Without a question pending: a correction or more information for the running flow."""
    if reading.view.active_flow is None:
        return _another(reading)
    low, told = reading.text.low, reading.told()
    requests = requested(reading)
    wishes = [
        c for c in requests if isinstance(c, (StartFlow, AskKnowledge, AskHuman)) and not same_business(c, reading.view)
    ]
    if any(c.score >= CLEAR for c in wishes) and has_own_cue(reading):
        return requests
    if phrases.corrects(low) and (told or phrases.slot_named(low)) and not phrases.is_question(low.strip()):
        return [correction(reading)]
    if told and not phrases.is_question(low.strip()):
        return [Provide(entities=told, text=reading.words(), score=0.8, source="pattern")]
    return None


def _another(reading: Reading) -> list[Command] | None:
    """With nothing running: another order or other goods than those just talked about, 不对 我说的是键盘那单; None when it is a wish."""
    low, told, view = reading.text.low, reading.told(), reading.view
    talked = view.said or view.last_flow or view.given_up or view.shown
    names = bool(talked and told) and all(item.type in _NAMES for item in told)
    if not names or not phrases.takes_back(low) or phrases.is_question(low.strip()) or segments.cue(low) is not None:
        return None
    return [correction(reading)]


def _to_choice(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    low = reading.text.low
    if question.slot == KNOWLEDGE_CHOICE and phrases.is_question(low.strip()):
        return requested(reading)
    if _asks_something_else(reading) or _tells_more_than_yes(reading, question):
        return None
    of_goods = question.slot_type in CHOOSES_GOODS
    other = described(reading, question, _other_wish(reading, question), of_goods=of_goods)
    if other is not None:
        return other
    reading = _taken_back(reading, question)
    reading = expecting(reading, question.slot_type) if question.slot_type in ORDERS else reading
    if of_goods and (refused := all_declined(reading)):
        return _what_is_left(reading, question, refused)
    if (rest := left_over(reading, question) or the_rest(reading, question)) is not None:
        return rest
    if question.slot_type in _OF_A_VARIANT and wants_a_step(reading, question):
        return None  # "blue, one size down from my 28" names what they have
    left = without_declined(reading) if of_goods else without_turned_down(reading)
    picked = _concluded(left, question) or pending.choose(left.text, left.entities, question, left.lexicon)
    if picked and not _says_in_full(reading, question):
        score = 0.95 if len(picked) == 1 or question.multiple else 0.8
        command = Choose(indexes=picked, text=reading.words(), score=score, source="choice")
        extra = _beside(reading, [question.choices[place] for place in picked])
        return (
            [command, Provide(entities=extra, text=reading.words(), source="pending")]
            if extra and question.slot_type not in {"payment_method", "reason", "address"}
            else [command]
        )
    if (place := _by_its_verb(low, question)) is not None:
        return [Choose(indexes=(place,), text=reading.words(), score=0.85, source="choice")]
    if gives_reason(reading):
        return [Provide(entities=reading.told(), text=reading.words(), score=0.8, source="pending")]
    return _plain_answer(reading, question)


def _what_is_left(reading: Reading, question: PendingQuestion, refused: Sequence[Entity]) -> list[Command]:
    """Choose what was offered beside what is refused; several are left only where several may be chosen: else which is asked again."""
    gone: set[int] = set()
    for item in refused:
        one = reading.sub(item.start, item.end)
        gone.update(pending.choose(one.text, one.entities, question, one.lexicon) or ())
    left = tuple(place for place in range(len(question.choices)) if place not in gone)
    if gone and left and (len(left) == 1 or question.multiple):
        return [Choose(indexes=left, text=reading.words(), score=0.9, source="choice")]
    return [Provide(entities=tuple(refused), text=reading.words(), score=0.9, source="pending")]


def _plain_answer(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Read a bare yes or no, or "none of them", to choices."""
    low = reading.text.low
    sense = polarity.read(low)
    if sense.sense in {"yes", "no"} and not low[sense.rest :].strip(" ,.!。，！?"):
        if sense.sense == "yes" and len(question.choices) == 1:
            return [Choose(indexes=(0,), text=reading.words(), score=0.9, source="choice")]
        return [(Affirm if sense.sense == "yes" else Deny)(text=reading.words(), source="pending")]
    if re.search(r"\b(?:neither|none)\b|都不(?:是|要|对|行)|没有一个", low):
        return [Deny(text=reading.words(), source="pending")]
    return None


def _concluded(reading: Reading, question: PendingQuestion) -> tuple[int, ...] | None:
    """Return the choices that are left after others were weighed: "the mugs are lovely, the bedding's in use, so the woolly one it is"."""
    last = phrases.conclusion(reading.text.low)
    if last is None:
        return None
    rest = reading.sub(last)
    return pending.choose(rest.text, rest.entities, question, rest.lexicon)


def _tells_more_than_yes(reading: Reading, question: PendingQuestion) -> bool:
    """ "Yes, on 415-555-0199" to a question that yes answers: what is told is the answer."""
    answers = pending.ANSWERS["yes_no"]
    return question.slot_type == "yes_no" and any(item.type in answers for item in reading.told())


def _asks_something_else(reading: Reading) -> bool:
    low = reading.text.low.strip()
    if not phrases.is_question(low) or len(low) <= _OF_A_CHOICE or reading.entities:
        return False
    return reading.classify(reading.masked())[0][0] in {"ask_knowledge", *reading.flows}


def _of_the_choices(reading: Reading, question: PendingQuestion, wishes: Sequence[Command]) -> list[Command] | None:
    """Take "what's the difference?", with no goods named, for a question of the choices that were offered."""
    compares = any(isinstance(one, StartFlow) and one.flow == "compare_products" for one in wishes)
    if not compares or not question.choices or reading.told():
        return None
    return [Repeat(explain=True, text=reading.words(), score=0.8, source="pending")]


def _taken_back(reading: Reading, question: PendingQuestion) -> Reading:
    """Return only what comes after the taking back of a choice: "the gift card. Sorry, I meant the Visa" is the Visa."""
    last = phrases.said_anew(reading.text.low)
    if last is None or question.multiple:
        return reading
    rest = reading.sub(last)
    picked = pending.choose(rest.text, rest.entities, question, rest.lexicon)
    return rest if picked else reading


def _beside(reading: Reading, labels: list[str]) -> tuple[Entity, ...]:
    """Return what is said beside a choice. What stands in its label is said by it: 316 不锈钢保温杯 is no 316 pieces.

    That goods are not wanted is no other reason than the one that was told: 开胶了, and then 退货，不要了.
    """
    low = reading.text.low
    spans = [(low.find(label), len(label)) for label in (read(label).low for label in labels)]
    said = [(start, start + length) for start, length in spans if start >= 0]
    reasoned = any(item.type == "reason" for item in reading.view.said)
    return tuple(
        item
        for item in reading.told()
        if item.type in _BESIDE
        and not any(start <= item.start and item.end <= end for start, end in said)
        and not (reasoned and item.value.get("code") in REFUSALS)
    )


def _by_its_verb(low: str, question: PendingQuestion) -> int | None:
    """Return the one choice that says to do what the message, or what it comes to, says to do: 退吧 is "return it for a refund"."""
    low = low[phrases.conclusion(low) or 0 :]
    wanted = segments.cue(low)
    if (
        wanted is None
        or question.multiple
        or refuses(low)
        or phrases.is_question(low.strip())
        or len(low.strip()) > SHORT
    ):
        return None
    places = [place for place, label in enumerate(question.choices) if segments.cue(label.lower()) == wanted]
    return places[0] if len(places) == 1 and not lets_go(low, question.choices[places[0]]) else None


def _says_in_full(reading: Reading, question: PendingQuestion) -> bool:
    """Whether the value itself is said, in words that are none of the choices: another address shares words with those on file."""
    if question.slot_type != "address":
        return False
    return any(item.type == "address" and item.value.get("line1") for item in reading.entities)


_WHERE_IT_IS = frozenset({"track_order", "order_status", "refund_status"})
"""What may be asked in between of other goods: "and my speaker, where's that got to?"."""


def _other_wish(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """A request that is clearly not an answer to the question."""
    low = reading.text.low
    given = [item for item in reading.told() if item.type in pending.ANSWERS.get(question.slot_type, frozenset())]
    goods = any(item.type == "product" for item in reading.told())
    asks_who = question.slot_type == "proof" and not given and goods
    demands = _demands_money(reading)
    if not (segments.cue(low) is not None or demands or phrases.is_question(low.strip()) or asks_who):
        return _look_at_others(reading, question)
    asks = phrases.is_question(low.strip())
    sure = (_WHERE_IT_IS if asks else frozenset()) | ({"return_items"} if demands else frozenset())
    requests = requested(reading)
    clear = [
        c
        for c in requests
        if isinstance(c, (StartFlow, AskKnowledge))
        and c.score >= (SURE if c.kind == "start_flow" and c.flow in sure else CLEAR)
        and (asks_who or not same_business(c, reading.view))
    ]
    if not clear or len(requests) != len(clear):
        return None
    starts = [c for c in clear if isinstance(c, StartFlow)]
    if given and not starts and not phrases.asks_how(low):
        return None
    if given and not asks and question.slot_type in _OF_A_VARIANT and all(one.flow in _ADVISE for one in starts):
        return None  # who says which one weighs no more: "26 is tight on me, so 27"
    if given and question.slot_type == "reason":
        return None
    of_goods = question.slot_type == "address" and goods and not given
    if _only_says_how(low, question) and not of_goods:
        return None
    return _of_the_choices(reading, question, clear) or requests


def _demands_money(reading: Reading) -> bool:
    """Whether money is wanted back while something is only looked at: "I'd like my money back", asked what to compare."""
    return reading.view.active_flow not in EFFECTS and phrases.demands_refund(reading.text.low)


def _look_at_others(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Read words that are no question, and speak of where other goods are: "the speaker never turned up", asked where a refund goes."""
    goods = [item for item in reading.told() if item.type == "product"]
    mine = any(same(item, one) for item in goods for one in reading.view.said)
    if not goods or mine or question.slot_type in CHOOSES_GOODS or question.slot_type in pending.FREE_TEXT:
        return None
    requests = requested(reading)
    looks = all(isinstance(one, StartFlow) and one.flow in _WHERE_IT_IS and one.score >= SURE for one in requests)
    return requests if looks else None


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
    if not phrases.cannot_say(low):
        reading = expecting(reading, kind)
    if kind in ORDERS:
        reading = without_declined(reading)
    answers = pending.ANSWERS.get(kind, frozenset())
    told = reading.told()
    given = [item for item in told if item.type in answers]
    if kind == "yes_no" and (sense := polarity.read(low)).sense in ({"no"} if given else {"yes", "no"}):
        return [(Affirm if sense.sense == "yes" else Deny)(text=reading.words(), source="pending")]
    if (
        reading.view.active_flow
        and phrases.corrects(low)
        and told
        and not given
        and not phrases.is_question(low.strip())
    ):
        return [correction(reading)]
    if given:
        return [_value(reading, told)]
    if question.slot == "@repair" and _wants_it_after_all(reading):
        return [Affirm(text=reading.words(), score=0.8, source="pending")]
    chat = _small_talk(reading)
    if chat is not None:
        return chat
    sense = polarity.read(low)
    if (
        sense.sense in {"yes", "no", "wrong"}
        and not low[sense.rest :].strip(" ,.!。，！")
        and kind not in pending.FREE_TEXT
    ):
        return [(Affirm if sense.sense == "yes" else Deny)(text=reading.words(), score=0.8, source="pending")]
    return _in_own_words(reading, question, told)


def _wants_it_after_all(reading: Reading) -> bool:
    """Whether what was said no to is wanted after all, with nothing else named: "yes do", 还是要取消, asked what shall be different."""
    low, view = reading.text.low, reading.view
    if reading.told() or low.rstrip().endswith(("?", "？", "吗")) or not view.active_flow:
        return False
    taken = reading.stances(low, (), Situation(view.active_flow, view.waiting))
    return any(one.on >= _LIKELY for one in taken) and not any(one.off >= _LIKELY for one in taken)


def _in_own_words(reading: Reading, question: PendingQuestion, told: tuple[Entity, ...]) -> list[Command] | None:
    low, kind = reading.text.low, question.slot_type
    asks = phrases.is_question(low.strip())
    if kind in {*pending.FREE_TEXT, "reason"} and not asks and not phrases.cannot_say(low):
        if kind != "reason" and _says_the_wish_again(reading):
            return [Repeat(unknown=True, text=reading.words(), score=0.7, source="pending")]
        return [_own_words(reading, told, kind)]
    if told and reading.view.active_flow and not asks and _adds_nothing(reading):
        return [Provide(entities=told, text=reading.words(), score=0.7, source="pending")]
    return _without_a_value(reading, question)


_WANTS = re.compile(
    r"^\W*(?:i(?:'d| would)? (?:want|need|like)\b|(?:can|could|may) i\b|please\b|我?(?:想|要|需要)|(?:请|麻烦)?(?:帮|给)我)"
)
_NAMING = re.compile(r"\b(?:name|title|made out to|in the name of|it to)\b|抬头|名字|开给|写")


def _says_the_wish_again(reading: Reading) -> bool:
    """Whether an answer in free words is only what is being done: "I need an invoice", asked for the name on it."""
    low = reading.text.low
    if not _WANTS.search(low) or _NAMING.search(low):
        return False
    requests = requested(reading)
    return all(isinstance(one, StartFlow) and one.flow == reading.view.active_flow for one in requests)


def _without_a_value(reading: Reading, question: PendingQuestion) -> list[Command] | None:
    """Read an answer that names nothing of what was asked for; None when it may be anything else."""
    if question.slot_type in _OF_A_VARIANT and not reading.told() and _only_searches(requested(reading)):
        return [CannotHandle(text=reading.words(), score=0.6, source="pending")]
    if phrases.cannot_say(reading.text.low):
        return [Repeat(unknown=True, text=reading.words(), score=0.7, source="pending")]
    return None


def _only_searches(wishes: list[Command]) -> bool:
    """Whether a vague answer is taken for a search: "something that goes with my eyes", asked for the colour."""
    return all(isinstance(wish, StartFlow) and wish.flow == "find_products" for wish in wishes)


def _adds_nothing(reading: Reading) -> bool:
    """Whether no wish of its own is said: none at all, or only what the running procedure will ask for anyway (退到原来的卡)."""
    if segments.cue(reading.text.low) is None:
        return True
    return all(isinstance(wish, Provide) or same_business(wish, reading.view) for wish in requested(reading))


def _own_words(reading: Reading, told: tuple[Entity, ...], kind: str) -> Command:
    """Take a message as the words that were asked for, unless it takes something back."""
    low = reading.text.low
    if kind in pending.FREE_TEXT and _takes_back(low) and phrases.corrects(low):
        return correction(reading)
    extra = (own_reason(reading),) if kind == "reason" else ()
    return Provide(entities=(*told, *extra), text=reading.words(), score=0.7, source="pending")


def _value(reading: Reading, told: tuple[Entity, ...]) -> Command:
    low = reading.text.low
    if phrases.corrects(low) and _takes_back(low):
        return correction(reading)
    return Provide(entities=told, text=reading.words(), score=0.95, source="pending")


def _takes_back(low: str) -> bool:
    return bool(
        re.match(
            r"^\W*(?:no|nope|wait|sorry|oops|actually|oh|my mistake|my bad|不|等等|不对|错)\b|^(?:\W*[啊哦噢诶哎呀嗯呃]+)?\W*(?:不对|不是|错了|等等|其实)",
            low,
        )
    ) and not re.match(r"^\W*(?:no longer|not needed|no need|不需要|不喜欢|不合适|不想要|不要)", low)


_SURE_WAIT = 0.8
"""Chance from which words that may take something back only ask to wait."""


def _small_talk(reading: Reading) -> list[Command] | None:
    low = reading.text.low
    # What follows tells whether "no wait, it's for me" asks to wait.
    best, chance = reading.classify(reading.masked(phrases.after_taking_back(low)))[0]
    if best in {"chit_chat.wait", "chit_chat.thanks", "chit_chat.bot_identity", "chit_chat.complaint"} and chance >= (
        _SURE_WAIT if phrases.takes_back(low) else 0.6
    ):
        return [
            ChitChat(topic=best.removeprefix("chit_chat."), text=reading.words(), score=chance, source="classifier")
        ]
    return None
