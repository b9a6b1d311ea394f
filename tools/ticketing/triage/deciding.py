"""Deciding what kind of case a ticket is as it is opened: the model's word, within what is already settled."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from tools.desk_rules import Priority
from tools.evidence import LocalText
from tools.fitted import InService, Models
from tools.ticketing.body import TicketBody, Triage, TriageReason
from tools.ticketing.triage.labels import HEADS, MOODS, RANK, REASONS
from tools.ticketing.triage.model import SENSE, Read, Rules, TriageModel
from tools.ticketing.triage.reading import Case, in_words, plain

logger = logging.getLogger(__name__)

NAME = "tickets"
LIMIT_S = 2.0
SHOWN = 6
_LEAST_SHARE = 0.02
_FLOWS = 3
_AT_LEAST: dict[str, Priority] = {"safety": "high", "legal": "high"}
"""Reason of the hand-over -> the priority below which no model may put it."""


class Wish(Protocol):
    """What whoever hands over wants of the ticket: `tools.ticketing.types.HandOver`."""

    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def priority(self) -> Priority: ...  # noqa: D102
    @property
    def queue(self) -> str: ...  # noqa: D102


async def triaged(models: Models, body: TicketBody, reason: str) -> Triage | None:
    """Return what the model in service says of a case; None: there is nothing to read.

    Whoever hands over does this before the ticket is opened: reading takes milliseconds, and on a busy machine more, which no
    transaction should wait for. Where it takes longer than `LIMIT_S`, or fails, rules answer: a person is reached in any case.
    """
    case = case_of(body, reason)
    if not case.said:
        return None
    service: InService[TriageModel] = models.get(NAME)
    version = f"{NAME} {service.version.number}" if service.version else service.model.name
    try:
        async with asyncio.timeout(LIMIT_S):
            [read] = await asyncio.to_thread(service.model.read, [case])
    except Exception as error:  # one model's call; the case is handed over without it
        logger.warning("the kind of a ticket was not read (%s); rules tell it", type(error).__name__)
        [read], version = Rules().read([case]), Rules.name
    return _triage(read, body, case, version)


def labels_of(triage: Triage | None, wish: Wish) -> dict[str, str]:
    """Return category, priority, queue and skill: the model's, within what is asked for.

    A queue that was named stays, and no model makes a case less urgent than it was asked to be.
    """
    if triage is None:
        return {"category": "other", "priority": wish.priority, "queue": wish.queue, "skill": "general"}
    usual = {"category": "other", "priority": "normal", "queue": "general", "skill": "general"}
    guessed = {head: triage.guessed.get(head) for head in usual}
    labels = {head: str(label) if label in HEADS[head] else usual[head] for head, label in guessed.items()}
    labels["priority"] = _priority(labels["priority"], wish)
    return labels if wish.queue == "general" else {**labels, "queue": wish.queue}


def _priority(read: str, wish: Wish) -> str:
    least = _AT_LEAST.get(wish.reason, "low")
    wanted = wish.priority if wish.priority != "normal" else "low"
    return max(read, least, wanted, key=RANK.__getitem__)


def case_of(body: TicketBody, reason: str) -> Case:
    """Return what the model reads of a ticket."""
    flows = [*(want.flow for want in body.wants), *(step.intent for step in reversed(body.path))]
    tried = [part for attempt in body.tried for part in (attempt.tool, attempt.code) if part]
    return Case(
        said=tuple(said.text for said in body.said),
        reason=reason,
        flows=tuple(dict.fromkeys(flows))[:_FLOWS],
        tried=tuple(dict.fromkeys(tried)),
        mood=body.emotion.points[-1].label if body.emotion.points else "",
    )


def _triage(read: Read, body: TicketBody, case: Case, version: str) -> Triage:
    names = _names(body)
    named = [
        TriageReason(text=in_words(feature, names) if feature != SENSE else _SENSE, share=round(share, 3))
        for feature, share in read.shares
        if abs(share) >= _LEAST_SHARE
    ]
    return Triage(
        category=read.labels["category"],
        chance=round(read.chances["category"], 3),
        reasons=tuple(named[:SHOWN]),
        model=version,
        read=plain(case),
        guessed=dict(read.labels),
    )


_SENSE = LocalText(zh="整体意思", en="what it says as a whole")


def _names(body: TicketBody) -> dict[str, LocalText]:
    names = {**REASONS, **MOODS}
    names |= {step.intent: step.title for step in body.path if step.title.en}
    names |= {want.flow: want.title for want in body.wants if want.title.en}
    names |= {attempt.tool: attempt.title for attempt in body.tried if attempt.title.en}
    return names | {attempt.code: attempt.why for attempt in body.tried if attempt.code and attempt.why.en}
