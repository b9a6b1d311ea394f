"""The summary of a case: statements made by templates from the state, each with the turns that it rests on; nothing is added."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.state import Frame
from dialogue.tickets.case import Case, Tried
from dialogue.tickets.details import about
from tools.evidence import LocalText, quotation
from tools.ticketing.body import HowVerified, Person, Statement, StatementKind, Stuck
from tools.ticketing.triage.labels import MOODS, REASONS

_QUOTED = 120
_MOST_TRIED, _MOST_FACTS = 8, 8
_TOLD_ABOUT = frozenset(
    {
        "order_ref",
        "order",
        "order_lines",
        "lines",
        "reason",
        "option",
        "address",
        "payment_method",
        "refund_method",
        "amount",
        "date",
    }
)
_SAID_BEFORE = frozenset({"refused", "failed", "consent"})
"""Where the bot stopped at an attempt, which has a statement of its own."""
_LISTED = frozenset({"list_orders", "search_knowledge", "search_products", "recommend_products", "get_order"})
"""Look-ups that say nothing by themselves."""


def statements(case: Case, person: Person, stuck: Stuck | None) -> tuple[Statement, ...]:
    """Return the statements, in the order in which a person wants them."""
    return (
        _person(case, person),
        *_wants(case),
        *_facts(case),
        *_tried(case),
        *_stuck(stuck),
        *_risk(case),
        *_mood(case),
        *_attachments(case),
        _statement("reason", case.both("ticket_says.because", reason=REASONS[case.wish.reason]), case.now),
    )  # fmt: skip


def _statement(kind: StatementKind, text: LocalText, *seqs: int) -> Statement:
    return Statement(kind=kind, text=text, seqs=tuple(sorted(set(seqs))))


def person_of(case: Case) -> Person:
    """Return who talks and how that is known."""
    work, state = case.work, case.work.state
    if work.identity.role == "merchant":
        return Person(id=work.identity.subject, verified="signed_in")
    customer_id = work.identity.customer_id
    proven = next((event for event in reversed(work.events) if event.type == "customer_proven"), None)
    name, proof = (proven.name, proven.proof) if proven is not None else (state.customer_name, state.proof)
    how: HowVerified = "anonymous"
    if customer_id is not None:
        how = _HOW.get(proof, "signed_in")
    return Person(id=customer_id, name=name or case.records.name, verified=how)


_HOW: dict[str, HowVerified] = {"email": "email", "name_postcode": "name_postcode", "order_phone": "order_phone"}


def _person(case: Case, person: Person) -> Statement:
    proven = person.verified in _HOW
    first = case.turns[0].seq if case.turns else case.now
    seq = (case.trail.proven or case.now) if proven else first
    return _statement("person", case.both(f"ticket_says.{person.verified}", name=person.name, id=person.id), seq)


def _wants(case: Case) -> Iterator[Statement]:
    running = [frame for frame in reversed(case.work.stack) if frame.flow != "identify"]
    for frame in running:
        yield _want(case, frame, waits=False)
    for frame in case.work.queue:
        yield _want(case, frame, waits=True)
    begun = {case.began(frame) for frame in (*running, *case.work.queue)}
    for turn in case.turns:
        asks = turn.intent == "ask_knowledge" or turn.intent in case.work.flows
        if turn.seq in begun or not asks or not turn.text.strip():
            continue
        yield _statement("want", case.both("ticket_says.asked_about", words=quotation(turn.text, _QUOTED)), turn.seq)


def _facts(case: Case) -> Iterator[Statement]:
    """Say what was told in answer to questions, and why something is wanted."""
    last: dict[str, tuple[int, ...]] = {}
    for turn in case.turns:
        for told in turn.told:
            if told.name in _TOLD_ABOUT and told.value:
                last[told.value] = (turn.seq,) if told.asked is None else (told.asked, turn.seq)
    for value, seqs in list(last.items())[-_MOST_FACTS:]:
        yield _statement("fact", case.both("ticket_says.told", value=quotation(value, _QUOTED)), *seqs)


def _want(case: Case, frame: Frame, *, waits: bool) -> Statement:
    title, words = case.title_of_flow(frame.flow), quotation(frame.text, _QUOTED)
    text = case.both("ticket_says.want", title=title, words=words, waits=waits)
    return _statement("want", text, case.began(frame))


def _tried(case: Case) -> Iterator[Statement]:
    told = [each for each in case.tried if each.action.tool not in _LISTED]
    for each in told[-_MOST_TRIED:]:
        if (found := _attempt(case, each)) is not None:
            yield found


def _attempt(case: Case, tried: Tried) -> Statement | None:
    action = tried.action
    facts = {
        "title": case.title_of_tool(action.tool),
        "about": about(action.result, action.arguments, case.templates),
    }
    if action.receipt:
        return _statement("done", case.both("ticket_says.done", receipt=action.receipt, **facts), tried.seq)
    if action.status in ("refused", "failed"):
        return _statement("refused", case.both("ticket_says.refused", why=case.why(action), **facts), tried.seq)
    if action.status == "needs_confirmation" and case.work.state.pending is not None and _is_last(case, tried):
        return _statement("stuck", case.both("ticket_says.waits", **facts), tried.seq)
    return None


def _is_last(case: Case, tried: Tried) -> bool:
    proposals = [each for each in case.tried if each.action.tool == tried.action.tool]
    return proposals[-1] is tried


def stuck_of(case: Case) -> Stuck | None:
    """Return where the bot got no further: the last refusal, what was not understood or answered, or the open question."""
    last = case.tried[-1] if case.tried else None
    if last is not None and last.action.result.get("code") == "held_for_review":
        title = case.title_of_tool(last.action.tool)
        return Stuck(kind="held", text=case.both("ticket_says.stuck_held", title=title), seq=last.seq)
    if case.wish.reason == "failures" or case.work.state.failures:
        lost = [turn for turn in case.turns if turn.lost]
        count = max(case.work.state.failures, len(lost[-3:]))
        if count and lost:
            text = case.both("ticket_says.stuck_not_understood", count=count)
            return Stuck(kind="not_understood", text=text, seq=lost[-1].seq)
    if last is not None and last.action.status in ("refused", "failed"):
        kind = "refused" if last.action.status == "refused" else "failed"
        return Stuck(kind=kind, text=case.why(last.action), seq=last.seq)
    return _open_question(case)


def _open_question(case: Case) -> Stuck | None:
    question = case.work.memory.last_question
    if case.wish.reason == "knowledge_gap" and question:
        asked = [turn.seq for turn in case.turns if question[:40] in turn.text]
        text = case.both("ticket_says.stuck_unanswered", words=quotation(question, _QUOTED))
        return Stuck(kind="unanswered", text=text, seq=asked[-1] if asked else None)
    pending = case.work.state.pending
    if pending is None or pending.question.kind == "offer":
        return None
    text = case.both("ticket_says.stuck_question", question=quotation(pending.question.text, _QUOTED))
    return Stuck(kind="consent" if pending.proposal_id else "question", text=text, seq=case.trail.asked)


def _stuck(stuck: Stuck | None) -> Iterator[Statement]:
    if stuck is not None and stuck.seq is not None and stuck.kind not in _SAID_BEFORE:
        yield _statement("stuck", stuck.text, stuck.seq)


def _risk(case: Case) -> Iterator[Statement]:
    held = {each.action.tool: each.seq for each in case.tried if each.action.result.get("code") == "held_for_review"}
    for risk in case.records.risk:
        if risk.tool in held:
            facts = {"chance": f"{risk.chance:.0%}", "held_from": f"{risk.held_from:.0%}"}
            text = case.both("ticket_says.risk", title=case.title_of_tool(risk.tool), **facts)
            yield _statement("risk", text, held[risk.tool])


def _mood(case: Case) -> Iterator[Statement]:
    felt = [turn for turn in case.turns if turn.emotion.label not in ("unknown", "calm")]
    if felt:
        named = [MOODS[turn.emotion.label] for turn in felt]
        moods = LocalText(**{
            lang: " → ".join(_without_repeats([one.get(lang) for one in named])) for lang in ("zh", "en")
        })  # fmt: skip
        yield _statement("mood", case.both("ticket_says.mood", moods=moods), *(turn.seq for turn in felt))
    for turn in case.turns:
        if turn.voice is not None and turn.voice.mood.label not in ("unknown", "calm"):
            yield _statement("mood", case.both("ticket_says.voice", mood=MOODS[turn.voice.mood.label]), turn.seq)


def _without_repeats(words: list[str]) -> list[str]:
    return [word for at, word in enumerate(words) if at == 0 or word != words[at - 1]]


def _attachments(case: Case) -> Iterator[Statement]:
    sent = {turn.seq: len(turn.attachments) for turn in case.turns if turn.attachments}
    if sent:
        yield _statement("attachment", case.both("ticket_says.attachment", count=sum(sent.values())), *sent)
