"""Answers from the shop's documents: cited, or an honest "I don't know"."""

from __future__ import annotations

from dialogue.replies.cards import citation_card
from dialogue.replies.templates import Templates
from dialogue.slots.base import Question
from dialogue.work import Work
from tools.content.types import KnowledgeAnswer


async def answer_from_knowledge(work: Work, query: str, templates: Templates) -> bool:
    """Say the best passage with its source; below the score say so and offer a colleague. Returns whether it was answered."""
    outcome = await work.call("search_knowledge", {"query": query[:2000], "lang": work.lang})
    found = outcome.evidence
    if isinstance(found, KnowledgeAnswer) and found.answered and found.citations:
        work.show(citation_card(found.citations[0].model_dump(mode="json"), work.lang))
        return True
    if work.state.pending is not None or work.stack:
        work.say(templates.say("knowledge.unknown", work.lang))
        return False
    yes = (templates.say("label.yes", work.lang), {"do": "hand_over", "reason": "knowledge_gap"})
    no = (templates.say("label.no", work.lang), False)
    work.ask(Question(templates.say("knowledge.unknown_offer", work.lang), (yes, no)), kind="offer")
    return False
