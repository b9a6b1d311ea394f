"""Answers from the shop's documents: cited, "do you mean one of these?", or an honest "I don't know"."""

from __future__ import annotations

import re
from typing import Any

from dialogue.commands import AskKnowledge, Command, StartFlow
from dialogue.replies.cards import citation_card
from dialogue.replies.templates import Templates
from dialogue.slots.base import Question
from dialogue.state import Pending
from dialogue.work import HandOverWish, Work
from knowledge.questions import questions
from knowledge.retrieval import POSSIBLE
from knowledge.types import JsonObject
from tools.catalog.types import ProductFacts
from tools.content.types import Citation, KnowledgeAnswer

OFFERED = 3
_LEAD = re.compile(
    r"^(?:(?:and|but|so|also|ok(?:ay)?|oh|hmm|well|btw|by the way)\b[, ]*|(?:那么?|还有|另外|请问|对了|哦|嗯|亲)[,，、 ]*)+",
    re.IGNORECASE,
)
"""Words that only lead over to a question."""
_ASIDE = re.compile(
    r"^\W*(?:(?:oh|and|just|so|ok|哦|那)\b[, ]*)*(?:by the way|btw|quick(?: little)? question|one (?:quick )?question|before (?:that|i forget)|while i'm at it|oh and|incidentally|in the meantime|插一?句|插个话|插嘴|顺便|对了|另外问|多问一?句|先问)"
)
"""Said by somebody who asks in between and means to go on."""
_POINTS = re.compile(r"\b(?:it|its|this|that|they|them|these|those)\b|[这那它]")
"""Words for the goods talked about."""
_OF_THE_RULES = re.compile(
    r"\b(?:shipping|postage|deliver\w*|refund\w*|return\w*|exchang\w*|warranty|guarantee|invoice|coupon|voucher)\b|运费|邮费|快递费|包邮|退|换货|保修|质保|发票|券"
)
_WHO_PAYS = re.compile(
    r"谁(?:来|要)?[出付承掏]|\bwho(?:'s| is)? (?:gonna |going to )?(?:pays?|paying|covers?|foots?)\b"
)
_NAMES_IT = re.compile(r"退|换|送货|配送|发货|\b(?:return|exchang|swap|deliver|refund)\w*\b")
"""Words that say of what it is asked what it costs."""
_LIKE = re.compile(r"\bwhat(?:'s| is| are|'re) (?:the|this|that|these|those|your) [^,.!?]{1,60} like\b")
WHICH_FLOW = "@flow"
"""The slot of a question which of several procedures was meant."""
CHOICE = "@knowledge"
"""Names the open question "do you mean one of these passages?"."""


async def answer_from_knowledge(work: Work, asked_for: AskKnowledge, templates: Templates) -> bool:
    """Say the best passage with its source; returns whether it was answered.

    Below the score nothing is claimed: passages that may be what was meant are offered as choices, with a colleague as the
    last one; without any, the colleague alone is offered. While a procedure waits for an answer there is no second question.
    What is not answered as it was put is tried without the names of goods and orders, and as a question about what runs.
    """
    query = asked_for.query or work.text
    asked = _LEAD.sub("", query.strip()) or query
    # "And who pays?" goes on with the question before it.
    leads_on = work.memory.last_question and asked != query.strip()
    joined = f"{work.memory.last_question} {asked}"[-2000:] if leads_on else ""
    about = "" if asked_for.goods else _of_what_runs(work, asked)
    ways = [asked, joined, asked_for.generic, about]
    if _WHO_PAYS.search(asked.lower()) and not _NAMES_IT.search(asked.lower()):
        ways.insert(0, about)  # 运费谁出, asked in a return, is who pays for sending it back
    found = await _searched(work, *(one[:2000] for one in ways if one))
    work.memory.last_question = asked[:200]
    if isinstance(found, KnowledgeAnswer) and found.answered and found.citations:
        work.show(citation_card(found.citations[0].model_dump(mode="json"), work.lang))
        return True
    work.memory.unanswered += 1
    if work.stack or not lapses(work.state.pending):
        work.say(templates.say("knowledge.unknown", work.lang))
        return False
    if near := _possible(found):
        _offer_passages(work, near, templates)
    else:
        offer_colleague(work, templates)
    return False


def _of_what_runs(work: Work, asked: str) -> str:
    """Return the question with what it may be about: "does this cost me anything?", asked in the middle of an exchange."""
    frame = work.business_frame
    if frame is None or frame.flow not in work.flows:
        return ""
    return f"{work.flows[frame.flow].title.get(work.lang)}: {asked}"


async def of_the_product(work: Work, command: Command) -> Command:
    """Return a question about goods named or talked about as one to their page, where the page knows or no document does."""
    focus = work.memory.focus_products
    if not isinstance(command, AskKnowledge) or (work.stack and not command.goods):
        return command
    if command.goods and _asks_of_goods(command.text):
        return command if await _documents_know(work, command.query, maybe=True) else _to_its_page(command)
    if not focus or not questions().asked(command.text):
        return command
    if not _POINTS.search(command.text.lower()) and await _documents_know(work, command.text):
        return command
    asked: JsonObject = {"product_id": focus[0], "question": command.text[:2000], "lang": work.lang}
    page = await work.read("product_facts", asked)
    if (not isinstance(page, ProductFacts) or not page.facts) and await _documents_know(work, command.text):
        return command
    return _to_its_page(command)


def _to_its_page(command: AskKnowledge) -> StartFlow:
    return StartFlow(
        flow="product_details",
        entities=command.goods,
        text=command.text,
        score=command.score,
        source=command.source,
    )


def _asks_of_goods(text: str) -> bool:
    """Whether something is asked that pages of goods tell: a price, a measure, what buyers say, what it is like."""
    known, low = questions(), text.lower()
    return not _OF_THE_RULES.search(low) and bool(
        known.asked(low) or known.reviews.search(low) or known.general.search(low) or _LIKE.search(low)
    )


async def _documents_know(work: Work, query: str, *, maybe: bool = False) -> bool:
    """Whether a document answers; with `maybe` also where one may be what was meant."""
    found = await work.read("search_knowledge", {"query": query[:2000], "lang": work.lang})
    return isinstance(found, KnowledgeAnswer) and (found.answered or (maybe and bool(_possible(found))))


async def _searched(work: Work, query: str, *others: str) -> object:
    """Return what is found; where that is no answer, what answers the question put another way."""
    first = (await work.call("search_knowledge", {"query": query, "lang": work.lang})).evidence
    found: object = first
    for other in filter(None, others):
        if isinstance(found, KnowledgeAnswer) and found.answered:
            break
        found = (await work.call("search_knowledge", {"query": other, "lang": work.lang})).evidence
    return found if isinstance(found, KnowledgeAnswer) and found.answered else first


def offer_colleague(work: Work, templates: Templates) -> None:
    """Say that it is not known, and offer to ask a person."""
    yes = (templates.say("label.yes", work.lang), {"do": "hand_over", "reason": "knowledge_gap"})
    no = (templates.say("label.no", work.lang), False)
    work.ask(Question(templates.say("knowledge.unknown_offer", work.lang), (yes, no)), kind="offer")


def is_aside(low: str) -> bool:
    """Whether a question is put in between, by somebody who means to go on: "by the way, ...", 插一句."""
    return bool(_ASIDE.search(low))


def lapses(pending: Pending | None) -> bool:
    """Tell whether an open question is only about the last message, so that the next question takes its place."""
    return pending is None or pending.question.kind == "offer" or pending.question.slot in (CHOICE, WHICH_FLOW)


def _possible(found: object) -> list[Citation]:
    """Return the passages that may be what was meant, one a heading."""
    places: dict[tuple[str, str], Citation] = {}
    for citation in found.citations if isinstance(found, KnowledgeAnswer) else ():
        if citation.score >= POSSIBLE:
            places.setdefault((citation.title, citation.heading), citation)
    return list(places.values())[:OFFERED]


def _offer_passages(work: Work, near: list[Citation], templates: Templates) -> None:
    choices = [(place(citation), {"citation": citation.model_dump(mode="json")}) for citation in near]
    colleague = (templates.say("knowledge.none_of_these", work.lang), {"do": "hand_over", "reason": "knowledge_gap"})
    question = Question(templates.say("knowledge.which", work.lang), (*choices, colleague))
    work.ask(question, kind="choice", slot=CHOICE)


def take_choice(work: Work, value: dict[str, Any]) -> None:
    """Say the passage that was chosen, or give the question to a colleague."""
    if citation := value.get("citation"):
        work.show(citation_card(citation, work.lang))
    else:
        work.hand_over = HandOverWish(reason="knowledge_gap")


def place(citation: Citation) -> str:
    """Return where a passage stands, as its button says it."""
    return " › ".join(filter(None, (citation.title, citation.heading)))
