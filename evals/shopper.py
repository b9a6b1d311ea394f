"""A shopper with a script: messages in order, and what to answer to which kind of question.

The shopper sees what a person sees: what was just asked, if anything. It never sees the shop, its tools or the expected end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dialogue.commands import PendingQuestion


class ScriptedShopper:
    """Says the next message of `says`, unless `answers` has something for the question that is open.

    Args:
        says: messages, said one after the other; the conversation ends after the last, when no answer is left to give.
        answers: question kind -> the answer each time, or a list that is used up. Kinds are ``confirm`` (yes or no to an
            effect), ``offer``, or what is asked for: ``proof``, ``order``, ``order_lines``, ``swaps``, ``payment_method``,
            ``address``, ``reason``, ...
    """

    def __init__(self, says: Sequence[str], answers: Mapping[str, str | Sequence[str]]) -> None:
        self._says = iter(says)
        self._always = {kind: answer for kind, answer in answers.items() if isinstance(answer, str)}
        self._once: dict[str, Iterator[str]] = {
            kind: iter(answer) for kind, answer in answers.items() if not isinstance(answer, str)
        }

    def next(self, question: PendingQuestion | None) -> str | None:
        """Return what the shopper writes now; None when there is nothing left to say."""
        if question is not None:
            kind = question.kind if question.kind in ("confirm", "offer") else question.slot_type or question.slot
            answer = self._always.get(kind) or next(self._once.get(kind, iter(())), None)
            if answer is not None:
                return answer
        return next(self._says, None)
