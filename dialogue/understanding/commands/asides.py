"""A look at something else in the middle of a procedure: "where's my speaker at, by the way?", 先看看有什么毛巾.

It answers nothing that was asked, changes nothing, and what runs waits meanwhile: so it is taken where the classifier alone is sure of it,
whatever else its words look like.
"""

from __future__ import annotations

import re

from dialogue.commands import AskKnowledge, CannotHandle, ChitChat, Command, StartFlow
from dialogue.understanding import pending, phrases
from dialogue.understanding.commands.corrections import same
from dialogue.understanding.commands.of_goods import EFFECTS, GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.commands.requests import requested

_HEARD = 0.75
"""Chance from which a look is taken for one in words that ask nothing; half of it where they do."""
_SURE = 0.9
"""Chance from which the documents are asked, in words that are no question or name what runs."""
_MONEY = 0.5
"""Chance from which the money is asked about that waits for a yes."""
_LOOKS = frozenset(
    {
        "track_order",
        "order_status",
        "refund_status",
        "list_coupons",
        "price_history",
        "product_details",
        "find_products",
    }
)
_OF_VARIANTS = frozenset({"price_history", "product_details", "find_products"})
"""Looks that speak of goods as one does who chooses another size or colour."""
_ABOUT = EFFECTS | {"request_invoice", "claim_coupon"}
"""Procedures beside which nothing of the kind is asked as an answer."""
_NAMES_GOODS = frozenset({"product", "sku", "order_ref"})
_CHOOSES_GOODS = frozenset({"order", "order_optional", "order_lines", "swaps", "options", "product", "products"})
_CHANGED = frozenset({"payment_method", "address", "email"})
_PAYS_BACK = frozenset({"cancel_order", "return_items", "price_protection"})


_TURNS_ASIDE = re.compile(
    r"(?:^|[,.;:!…~—–-])\s*(?:and |but |oh )*(?:meanwhile|in the meantime|by the way|btw|before (?:that|i (?:decide|say|answer))|first(?: of all| though)?|one (?:more )?(?:thing|sec\w*)|quick (?:one|question)|just wondering|while i'm here)\b[,:…—–-]*\s*"
    r"|(?:^|[,，。；;！!…\s])(?:另外|对了|顺便|话说|先?问一?下|先问|想问|插一?句)[,，:：]?\s*(?:问一?下)?"
)
"""Before a question that comes in between: "let me think. meanwhile, has my speaker left?"."""


def aside(reading: Reading) -> list[Command] | None:
    """Read a look at something else, with or without some thinking aloud before it; None where the message may be anything else."""
    marks = list(_TURNS_ASIDE.finditer(reading.text.low))
    if marks and not any(item.end <= marks[-1].start() for item in reading.told()):
        asked = reading.sub(marks[-1].end())
        if phrases.is_question(asked.text.low.strip()) and (found := _look(asked)) is not None:
            return found
    return _look(reading)


def _look(reading: Reading) -> list[Command] | None:
    view, low = reading.view, reading.text.low
    if view.active_flow not in _ABOUT:
        return None
    ranked = reading.classify(reading.masked())
    best, chance = ranked[0]
    named = any(item.type in _NAMES_GOODS for item in reading.told())
    asks = phrases.is_question(low.strip()) or phrases.asks_progress(low)
    if _answers(reading, asks=asks) or (not asks and _only_goods(reading)):
        return None
    if asks and _asks_after_others(reading):
        return [
            StartFlow(flow="track_order", entities=reading.told(), text=reading.words(), score=_SURE, source="pattern")
        ]
    changes = {item.type for item in reading.told()} & _CHANGED
    if changes and phrases.asks_for_it(low):
        return None  # "Can it go on my gift card instead?"
    if _of_money(reading, asks=asks) or (best == "refund_status" and chance >= _MONEY and _pays_back(reading)):
        return [AskKnowledge(query=reading.words(), text=reading.words(), score=_SURE, source="pattern")]
    sure = best == "ask_knowledge" and chance >= _SURE
    heard = _LOOKS | {"ask_knowledge"} if asks or (sure and not changes) else _LOOKS
    looks_at = sum(share for intent, share in ranked if intent in heard)
    if best not in heard or looks_at < (_HEARD / 2 if asks else _HEARD):
        return None
    if best in _OF_VARIANTS and (not named or "option" in {item.type for item in reading.told()}):
        return None
    # "Wait, let me ask first" and thanks beside it say nothing more.
    wishes: list[Command] = [one for one in requested(reading) if not isinstance(one, CannotHandle | ChitChat)]
    looks = [
        one for one in wishes if isinstance(one, AskKnowledge) or (isinstance(one, StartFlow) and one.flow in _LOOKS)
    ]
    if looks and len(looks) == len(wishes):
        return wishes
    if sure and asks and not changes:
        # "Who pays the courier for the exchange?" names what runs, and asks for none.
        return [AskKnowledge(query=reading.words(), text=reading.words(), score=chance, source="classifier")]
    return None


_WHEN_MONEY_COMES = re.compile(
    r"\bwhen\b[^,.;!?]{0,24}\b(?:money|refund)\b|\bhow (?:long|soon|many (?:\w+ )?(?:days|weeks|hours))\b[^.;!?]{0,40}\b(?:money|refund|on my (?:card|account))\b|\b(?:money|refund)\b[^,.;!?]{0,16}\bwhen\b"
    r"|(?:钱|款)[^。；！？]{0,10}(?:什么时候|啥时候|何时|多久|几天|哪天)|(?:什么时候|啥时候|多久|几天)[^，。；！？]{0,6}(?:到账|退[到回]|收到(?:钱|款))"
)


_SENT_BACK = re.compile(r"\b(?:post|send|ship|mail|courier|parcel)(?:ing)?\b|[寄邮运]")


def _pays_back(reading: Reading) -> bool:
    """Whether money is about to be paid back, and no other goods are spoken of whose money may be meant."""
    named = any(item.type in _NAMES_GOODS for item in reading.told())
    return reading.view.active_flow in _PAYS_BACK and not named


def _of_money(reading: Reading, *, asks: bool) -> bool:
    """Whether it is asked when the money comes that is about to be paid back, or what it costs to do what is about to be done."""
    low = reading.text.low
    named = any(item.type in _NAMES_GOODS for item in reading.told()) and not (
        _SENT_BACK.search(low) and not _names_others(reading)
    )
    changes = {item.type for item in reading.told()} & _CHANGED
    if not asks or named:
        return False
    comes = _WHEN_MONEY_COMES.search(low) is not None and _pays_back(reading)
    return comes or ((not changes or phrases.asks_what(low)) and phrases.asks_what_it_costs(low))


def _names_others(reading: Reading) -> bool:
    goods = [item for item in reading.told() if item.type in _NAMES_GOODS and item.score > GUESSED]
    return any(not any(same(item, one) for one in reading.view.said) for item in goods)


def _asks_after_others(reading: Reading) -> bool:
    """Whether it is asked how far other goods are than those that are spoken of: "my speaker, has that moved at all?"."""
    return _names_others(reading) and phrases.asks_progress(reading.text.low)


def _only_goods(reading: Reading) -> bool:
    """Whether a message before a yes is a name of goods and nothing else: that puts right which are meant."""
    question, left = reading.view.pending, reading.text.low
    for item in reading.told():
        left = left[: item.start] + " " * (item.end - item.start) + left[item.end :]
    return question is not None and question.kind == "confirm" and not re.search(r"\w", left)


def _answers(reading: Reading, *, asks: bool) -> bool:
    """Whether the message may well be the answer to what was asked: goods where goods are chosen, a way to pay where one is."""
    question = reading.view.pending
    if question is None:
        return False
    if not asks and pending.choose(reading.text, reading.entities, question, reading.lexicon):
        return True
    if pending.left(reading.text, reading.entities, question, reading.lexicon) is not None:
        return True
    fits = pending.ANSWERS.get(question.slot_type, frozenset())
    given = {item.type for item in reading.told()} & fits
    return bool(given) and not (asks and (question.slot_type in _CHOOSES_GOODS or _asks_the_rules(reading)))


def _asks_the_rules(reading: Reading) -> bool:
    """Whether it is asked what holds for a value, rather than for it: "how long does a refund to a credit card take?"."""
    chances, low = dict(reading.classify(reading.masked())), reading.text.low
    asked = chances.get("ask_knowledge", 0.0)
    if phrases.asks_what(low) and phrases.asks_what_it_costs(low):
        return True
    when = phrases.asks_how(low) and asked + chances.get("refund_status", 0.0) >= _SURE
    return when or (asked >= _SURE and (phrases.asks_what(low) or phrases.asks_what_it_costs(low)))
