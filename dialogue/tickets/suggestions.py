"""Two or three replies that the agent may send as they are, in the shopper's language, each resting on something that is cited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from dialogue.tickets.case import Case, Tried
from dialogue.tickets.details import about
from tools.content.types import KnowledgeAnswer
from tools.evidence import quotation
from tools.ticketing.body import Citation, Suggestion

MOST = 3
_QUOTE = 200
_QUERIES = 3


async def suggestions(case: Case) -> tuple[Suggestion, ...]:
    """Return the best founded replies; none where nothing is known that could be said."""
    founded = [*_of_refusals(case), *_of_refunds(case)]
    documents = [found async for found in _of_documents(case)]
    if case.wish.reason == "knowledge_gap":
        founded = [*documents, *founded, *_of_orders(case)]
    else:
        founded = [*founded[:2], *_of_orders(case), *documents, *_of_receipts(case), *founded[2:]]
    return tuple({found.text: found for found in founded}.values())[:MOST]


def _suggestion(case: Case, sentence: str, citation: Citation, **facts: object) -> Suggestion:
    lang = case.work.lang
    return Suggestion(text=case.templates.say(sentence, lang, **facts), lang=lang, citations=(citation,))


def _of_refusals(case: Case) -> Iterator[Suggestion]:
    lang = case.work.lang
    refused = [each for each in case.tried if each.action.status == "refused" and case.why(each.action).get(lang)]
    for each in refused[-1:]:
        if each.action.result.get("code") == "held_for_review":
            continue  # why something was held back is not for the shopper
        why, title = case.why(each.action).get(lang), case.title_of_tool(each.action.tool).get(lang)
        cited = Citation(kind="refusal", ref=str(each.action.result["code"]), label=title, quote=why)
        yield _suggestion(case, "ticket_reply.refused", cited, title=title, why=why)


def _of_refunds(case: Case) -> Iterator[Suggestion]:
    for refund in case.records.refunds[:2]:
        facts = refund.model_dump(mode="json")
        cited = Citation(kind="refund", ref=refund.refund_id, label=refund.order_id)
        yield _suggestion(case, "ticket_reply.refund", cited, refund=facts)


def _of_orders(case: Case) -> Iterator[Suggestion]:
    for order in case.records.facts()[:1]:
        cited = Citation(kind="order", ref=order.order_id, label=order.order_id)
        yield _suggestion(case, "ticket_reply.order", cited, order=order.model_dump(mode="json"))


def _of_receipts(case: Case) -> Iterator[Suggestion]:
    done: list[Tried] = [each for each in case.tried if each.action.receipt and each.action.tool != "verify_customer"]
    for each in done[-1:]:
        lang, action = case.work.lang, each.action
        title = case.title_of_tool(action.tool).get(lang)
        what = about(action.result, action.arguments, case.templates).get(lang)
        cited = Citation(kind="receipt", ref=str(action.receipt), label=title)
        yield _suggestion(case, "ticket_reply.receipt", cited, title=title, about=what)


async def _of_documents(case: Case) -> AsyncIterator[Suggestion]:
    """Yield the passage that answers the last question, or what the rules say of what is wanted."""
    for query in _queries(case):
        found = await case.work.read("search_knowledge", {"query": query[:2000], "lang": case.work.lang})
        if isinstance(found, KnowledgeAnswer) and found.answered and found.citations:
            best = found.citations[0]
            place, quote = (
                " › ".join(filter(None, (best.title, best.heading))),
                quotation(best.text.replace("**", ""), _QUOTE),
            )
            cited = Citation(kind="document", ref=best.document_id, label=place, quote=quote)
            yield _suggestion(case, "ticket_reply.document", cited, place=place, passage=quote)
            return


def _queries(case: Case) -> list[str]:
    words = [turn.text for turn in reversed(case.turns) if turn.intent not in ("ask_human", "affirm", "deny", "choose")]
    titles = [case.title_of_flow(frame.flow).get(case.work.lang) for frame in reversed(case.work.stack)]
    queries = [case.work.memory.last_question, *words[:_QUERIES], *titles]
    return [query for query in dict.fromkeys(queries) if query.strip()][: _QUERIES + 1]
