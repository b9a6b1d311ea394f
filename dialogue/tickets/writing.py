"""Writing the ticket: everything that a person needs to go on without asking again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dialogue.commands import Understanding
from dialogue.replies.templates import Templates, items
from dialogue.state import Frame, trend
from dialogue.tickets.actions import actions
from dialogue.tickets.case import LANGS, Case
from dialogue.tickets.details import about
from dialogue.tickets.gathering import gathered
from dialogue.tickets.suggestions import suggestions
from dialogue.tickets.summary import person_of, statements, stuck_of
from dialogue.trail import TurnTrace
from dialogue.work import HandOverWish, Work
from tools.evidence import LocalText
from tools.ticketing.body import Attempt, Emotion, Mood, Said, Step, TicketBody, Told, Voice, Want
from tools.ticketing.triage.deciding import triaged

_SAID, _TOLD, _TRIED = 8, 40, 20


async def write(
    work: Work, wish: HandOverWish, understanding: Understanding | None, templates: Templates
) -> TicketBody:
    """Return the body of the ticket that is about to be opened."""
    case = Case.of(work, wish, understanding, templates).with_records(await gathered(work))
    person, stuck = person_of(case), stuck_of(case)
    body = TicketBody(
        customer=person,
        wants=tuple(_wants(case)),
        path=tuple(_path(case)),
        told=tuple(_told(case))[-_TOLD:],
        said=tuple(Said(seq=turn.seq, text=turn.text) for turn in case.turns if turn.text.strip())[-_SAID:],
        orders=case.records.facts(),
        products=case.records.products,
        tried=tuple(_attempts(case))[-_TRIED:],
        stuck=stuck,
        emotion=_emotion(case),
        risk=case.records.risk,
        value=case.records.value,
        summary=statements(case, person, stuck),
        suggestions=await suggestions(case),
        actions=actions(case),
        escalation=work.judgement.model_dump(mode="json"),
        agreed=tuple(each.text for each in work.state.agreed),
        attachments=tuple(sent for turn in case.turns for sent in turn.attachments),
    )
    triage = await triaged(work.executor.services.models, body, wish.reason)
    return body.model_copy(update={"triage": triage})


def _wants(case: Case) -> Iterator[Want]:
    for waits, frames in ((False, reversed(case.work.stack)), (True, case.work.queue)):
        for frame in frames:
            yield Want(
                flow=frame.flow,
                title=case.title_of_flow(frame.flow),
                slots={name: _shown(case, value) for name, value in _settled(frame)},
                words=frame.text,
                seq=case.began(frame),
                waits=waits,
            )


def _settled(frame: Frame) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in frame.slots.items() if value not in (None, "", {}, []))


def _shown(case: Case, value: Any) -> Any:
    """Return the lines of an order by their goods, everything else as it is."""
    lines = {line.line_id: line for order in case.records.orders for line in order.lines}
    if not isinstance(value, list) or not all(isinstance(one, dict) and one.get("line_id") in lines for one in value):
        return value
    named = [
        {
            **lines[one["line_id"]].model_dump(mode="json"),
            **({"quantity": one["quantity"]} if one.get("quantity") else {}),
        }
        for one in value
    ]
    return LocalText(**{lang: items(named, lang) for lang in LANGS}).model_dump()


def _path(case: Case) -> Iterator[Step]:
    for turn in case.turns:
        if turn.intent:
            yield Step(seq=turn.seq, intent=turn.intent, title=case.title_of_flow(turn.intent))


def _told(case: Case) -> Iterator[Told]:
    """Yield what was mentioned or chosen, each value once, where it came up last."""
    last: dict[tuple[str, str], Told] = {}
    for turn in case.turns:
        for told in turn.told:
            last.pop((told.name, told.value), None)
            last[told.name, told.value] = Told(name=told.name, value=told.value, words=told.words, seq=turn.seq)
    yield from last.values()


def _attempts(case: Case) -> Iterator[Attempt]:
    for each in case.tried:
        action = each.action
        yield Attempt(
            tool=action.tool,
            title=case.title_of_tool(action.tool),
            arguments=action.arguments,
            about=about(action.result, action.arguments, case.templates),
            status=action.status,
            code=str(action.result.get("code") or ""),
            why=case.why(action),
            receipt=action.receipt,
            seq=each.seq,
        )


def _emotion(case: Case) -> Emotion:
    satisfaction = case.work.satisfaction
    return Emotion(
        points=tuple(_mood(turn) for turn in case.turns),
        trend=trend([turn.emotion for turn in case.turns]),
        dissatisfied=satisfaction.dissatisfied,
        because=satisfaction.because,
    )


def _mood(turn: TurnTrace) -> Mood:
    heard = turn.voice
    voice = None
    if heard is not None:
        voice = Voice(label=heard.mood.label, chance=round(heard.mood.chance, 3), impatience=heard.impatience)
    felt = turn.emotion
    return Mood(
        seq=turn.seq, label=felt.label, score=round(felt.score, 3), intensity=round(felt.intensity, 3), voice=voice
    )
