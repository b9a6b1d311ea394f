"""A yes that is none: no message in which a clause calls off what runs consents to it.

"Please cancel this request, the size I have is fine" and 取消此次换货申请，现有尺码可以穿 speak of what is asked for and of what is fine.
"""

from __future__ import annotations

import re

from dialogue.commands import Affirm, Cancel, Command, Deny
from dialogue.understanding import phrases, polarity
from dialogue.understanding.commands.of_goods import GUESSED
from dialogue.understanding.commands.reading import Reading
from dialogue.understanding.stances import Situation, Taken

_SURE = 0.5
"""Chance from which a clause that names what runs calls it off."""
_CANCELS = "cancel_order"
_CALLS_OFF = re.compile(
    r"(?<![不别勿莫甭没])(?<!不要)(?<!不用)(?<!不想)(?:取消|撤(?:销|回|掉|下|了)|收回|终止|中止|作废)"
    r"|(?<!not )(?<!n't )(?<!never )(?<!not to )\b(?:cancel|withdraw|revoke|rescind|retract|abort|annul|void|scrap|disregard|call(?: \w+)? off)\b"
)
"""What is said of anything that runs; where an order is to be cancelled these words also consent, but to what they name."""
_CANCELLATION = re.compile(
    r"\b(?:withdraw|revoke|rescind|retract|abort|annul|void|scrap|disregard|call off)\b[^.;!?]{0,20}\bcancel|(?:撤(?:销|回|掉)|收回|终止|中止)[^,，。]{0,6}取消"
)
_OTHER = frozenset({"product", "order_ref", "sku", "option", "payment_method"})
_SOMETHING_ELSE = re.compile(r"\b(?:orders?|invoices?|coupons?|the other)\b|订单|[那这另]一?单|发票|券|另")
"""What such words may be said of that does not run."""


def without_false_yes(found: list[Command], reading: Reading) -> list[Command]:
    """Return commands of an answer to a question for consent, a yes in them turned to a no where the message calls off what runs."""
    question = reading.view.pending
    if question is None or question.kind != "confirm" or not any(isinstance(one, Affirm) for one in found):
        return found
    if not _calls_off_what_runs(reading):
        return found
    if polarity.read(reading.text.low).sense == "yes":
        return [Deny(text=reading.words(), score=_SURE, source="pending")]  # it is said both ways: ask
    return [Cancel(flow=reading.view.active_flow, text=reading.words(), score=0.9, source="pattern")]


def _calls_off_what_runs(reading: Reading) -> bool:
    low, flow = reading.text.low, reading.view.active_flow
    situation = Situation(flow, reading.view.waiting)
    runs = situation.kinds[0]
    clauses = reading.stances(low, (), situation)
    if any(one.off >= _SURE and runs in one.subject.kinds and not _asks(reading, one) for one in clauses):
        return True
    spans = {(one.subject.clause.start, one.subject.clause.end) for one in clauses} or {(0, len(low))}
    return any(revokes(reading, start, end) for start, end in spans)


def _asks(reading: Reading, taken: Taken) -> bool:
    return phrases.is_question(reading.text.low[taken.subject.clause.start : taken.subject.clause.end].strip())


def revokes(reading: Reading, start: int, end: int) -> bool:
    """Whether a clause has words of calling off that are said of nothing else than what runs: "withdraw the request"."""
    clause = reading.text.low[start:end]
    named = any(item.type in _OTHER and item.score > GUESSED for item in reading.within(start, end))
    mine = reading.view.active_flow != _CANCELS or _CANCELLATION.search(clause) is not None
    return mine and bool(_CALLS_OFF.search(clause)) and not named and not _SOMETHING_ELSE.search(clause)
