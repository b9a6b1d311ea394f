"""Whether each statement of a ticket's summary is so: judged from the event log alone, by other code than that which writes it.

A statement is supported where it names messages that are there, where every quotation, id, number and amount in it (in both
languages) stands in the turns that it names, and where what it claims by its kind happened in one of them.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence

from dialogue.events import (
    CustomerProven,
    Event,
    FlowsChanged,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    ToolReturned,
    TurnEnded,
    Understood,
)
from dialogue.replies.types import ChoicesReply
from tools.ticketing.body import Statement

_QUOTED = re.compile(r"“([^”]*)”")
_ID = re.compile(r"\b(?:rcp|ret|exc|inv|rfd|tkt)_\w+|\b[A-Z]{1,3}\d{3,}[\w-]*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MOODS: dict[str, tuple[str, ...]] = {
    "satisfied": ("满意", "satisfied"),
    "confused": ("困惑", "confused"),
    "anxious": ("着急", "anxious"),
    "annoyed": ("不耐烦", "annoyed"),
    "angry": ("生气", "angry"),
    "sad": ("难过", "sad"),
}
_STATUSES = {
    "待发货": "pending", "备货中": "processing", "已发货": "shipped", "已签收": "delivered", "已取消": "cancelled",
    "退货处理中": "return_requested", "换货处理中": "exchange_requested",
}  # fmt: skip
"""What a status of an order is called in Chinese: quoted as the shop says it."""
_REASONS: dict[str, str] = {
    "asked": "a person was asked for",
    "failures": "not understood several times",
    "anger": "the shopper is angry",
    "discontent": "the shopper is not content",
    "policy": "the policy leaves it to a person",
    "safety": "safety",
    "legal": "the law was spoken of",
    "knowledge_gap": "nothing that the shop knows answers it",
    "taken_over": "a supervisor took it over",
}


@dataclasses.dataclass(frozen=True)
class Unsupported:
    """A statement that the log does not bear out, and why."""

    statement: Statement
    why: str


def unsupported(statements: Sequence[Statement], log: Sequence[StoredEvent]) -> list[Unsupported]:
    """Return the statements that are not supported by the log of their conversation."""
    checked = [(statement, _fault(statement, log)) for statement in statements]
    return [Unsupported(statement, why) for statement, why in checked if why]


def _fault(statement: Statement, log: Sequence[StoredEvent]) -> str:
    if not statement.seqs:
        return "it names no message"
    messages = {one.seq for one in log if isinstance(one.event, MessageReceived) and one.event.author != "agent"}
    if strange := set(statement.seqs) - messages:
        return f"no message of theirs stands at {sorted(strange)}"
    turns = [event for seq in statement.seqs for event in _turn(seq, log)]
    said = _text(turns)
    for text in (statement.text.zh, statement.text.en):
        if not text.strip():
            return "it says nothing in one language"
        if missing := _missing(text, said, turns):
            return f"{missing!r} does not stand in what it names"
    return _kind_fault(statement, turns, log)


def _turn(seq: int, log: Sequence[StoredEvent]) -> list[Event]:
    """Return the events of the turn that answered the message at `seq`: the messages of its burst, and all up to its end."""
    ended = [one.seq for one in log if isinstance(one.event, TurnEnded) and one.event.of_seq < seq]
    first = max(ended, default=0)
    last = next((one.seq for one in log if isinstance(one.event, TurnEnded) and one.event.of_seq >= seq), log[-1].seq)
    return [one.event for one in log if first < one.seq <= last]


def _text(turns: Sequence[Event]) -> str:
    return "\n".join(json.dumps(event.model_dump(mode="json"), ensure_ascii=False) for event in turns)


def _missing(text: str, said: str, turns: Sequence[Event]) -> str:
    plain = " ".join(said.split())
    words = " ".join(_words(turns).split())
    quotations: list[str] = _QUOTED.findall(text)
    for quoted in quotations:
        part = quoted.rstrip("…").strip()
        if part and part not in words and part not in plain and f'"{_STATUSES.get(part, part)}"' not in said:
            return quoted
    for found in _ID.findall(text):
        if found not in said:
            return str(found)
    known = _numbers(said)
    numbers: list[str] = _NUMBER.findall(_ID.sub(" ", _QUOTED.sub(" ", text)))
    for number in numbers:
        if number not in said and not _stands(number, known):
            return number
    return ""


def _words(turns: Sequence[Event]) -> str:
    """Return everything that either side said, as it was said."""
    parts = [event.text for event in turns if isinstance(event, MessageReceived)]
    replies = [reply for event in turns if isinstance(event, Replied) for reply in event.replies]
    parts += [reply.text for reply in replies]
    parts += [choice.label for reply in replies if isinstance(reply, ChoicesReply) for choice in reply.choices]
    return "\n".join(parts)


def _numbers(said: str) -> frozenset[float]:
    """Return the numbers of the log, amounts in minor units as money too, and the parts of its dates."""
    found = {float(each) for each in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", said)}
    money = {number / 100 for number in found}
    days = {float(part) for date in _DATE.findall(said) for part in date}
    near = {day + step for day in days for step in (-1.0, 1.0)}  # the shop's day is not the log's
    shares = {round(number * 100) for number in found if 0 <= number <= 1}
    return frozenset(found | money | days | near | {float(each) for each in shares})


def _stands(number: str, known: frozenset[float]) -> bool:
    plain = number.replace(",", "")
    return plain.count(".") <= 1 and float(plain) in known


def _kind_fault(statement: Statement, turns: Sequence[Event], log: Sequence[StoredEvent]) -> str:
    english = statement.text.en
    match statement.kind:
        case "person":
            return _person_fault(statement, turns, log)
        case "stuck":
            return _stuck_fault(english, turns)
        case "mood":
            return _mood_fault(statement, turns)
        case "reason":
            reasons = [event.reason for event in turns if isinstance(event, OwnershipChanged)]
            return "" if any(_REASONS.get(reason, "?") in english for reason in reasons) else "another reason"
        case _:
            return _said_or_done_fault(statement, turns)


def _said_or_done_fault(statement: Statement, turns: Sequence[Event]) -> str:
    english, zh = statement.text.en, statement.text.zh
    value = zh.removeprefix("说过：").rstrip("。…")
    receipts = [event.action.receipt for event in turns if isinstance(event, ToolReturned)]
    sent = sum(len(event.attachments) for event in turns if isinstance(event, MessageReceived))
    happened = {
        "want": _wanted(english, turns),
        "fact": value in _text(turns),
        "done": any(receipt and receipt in english for receipt in receipts),
        "refused": _ended(turns, "refused", "failed"),
        "risk": any(_code(event) == "held_for_review" for event in turns),
        "attachment": bool(sent) and str(sent) in english,
    }
    return "" if happened[statement.kind] else f"no such {statement.kind} there"


def _person_fault(statement: Statement, turns: Sequence[Event], log: Sequence[StoredEvent]) -> str:
    proven = [event for event in turns if isinstance(event, CustomerProven)]
    if "proven by" in statement.text.en:
        return "" if any(event.customer_id in statement.text.en for event in proven) else "nobody was proven there"
    authors = {event.author_id for event in turns if isinstance(event, MessageReceived)}
    if "signed in" in statement.text.en.lower():
        return "" if any(author and f"({author})" in statement.text.en for author in authors) else "somebody else wrote"
    ever = any(isinstance(one.event, CustomerProven) for one in log)
    return "somebody was proven" if ever else ""


def _wanted(english: str, turns: Sequence[Event]) -> bool:
    words = "\n".join(event.text for event in turns if isinstance(event, MessageReceived))
    quoted = _QUOTED.findall(english)
    if quoted:
        return all(" ".join(each.rstrip("…").split()) in " ".join(words.split()) for each in quoted)
    return any(isinstance(event, FlowsChanged) and (event.stack or event.queue) for event in turns)


def _stuck_fault(english: str, turns: Sequence[Event]) -> str:
    if "not understood" in english:
        lost = [event for event in turns if isinstance(event, Understood)]
        kinds = {command.kind for event in lost for command in event.understanding.commands}
        return "" if "cannot_handle" in kinds else "it was understood"
    if "held back" in english:
        return "" if any(_code(event) == "held_for_review" for event in turns) else "nothing was held back there"
    if "Waits for" in english:
        return "" if _ended(turns, "needs_confirmation") else "nothing waited for a yes there"
    return ""


def _mood_fault(statement: Statement, turns: Sequence[Event]) -> str:
    if "voice" in statement.text.en:
        heard = [event.voice.mood.label for event in turns if event.type == "voice_heard"]
        return (
            "" if any(_MOODS[label][1] in statement.text.en for label in heard if label in _MOODS) else "no such voice"
        )
    felt = {event.understanding.emotion.label for event in turns if isinstance(event, Understood)}
    named = {label for label, words in _MOODS.items() if re.search(rf"\b{words[1]}\b", statement.text.en)}
    named_zh = {label for label, words in _MOODS.items() if words[0] in statement.text.zh.replace("不满意", "")}
    return "" if named and named <= felt and named == named_zh else f"the moods there are {sorted(felt)}"


def _ended(turns: Sequence[Event], *statuses: str) -> bool:
    return any(isinstance(event, ToolReturned) and event.action.status in statuses for event in turns)


def _code(event: Event) -> str:
    return str(event.action.result.get("code", "")) if isinstance(event, ToolReturned) else ""
