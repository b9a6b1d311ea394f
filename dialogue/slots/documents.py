"""Slots of a merchant's help documents: which one is meant, and the text that the sentence gives it."""

from __future__ import annotations

from dialogue.slots.base import DeadEnd, Filled, Filling, Question, SlotContext
from dialogue.understanding.document_words import document_words
from knowledge.words import tokens
from tools.content.staged import DocumentEntry, DocumentList

OFFERED = 8


async def fill_document(context: SlotContext) -> Filling:
    """Take the published document, in the language of the conversation, whose title or slug the sentence names; else ask which."""
    found = await context.reader.read("list_documents", {})
    documents = [each for each in _listed(found) if each.lang == context.lang and each.status == "published"]
    if not documents:
        return DeadEnd("no_documents")
    said = document_words(context.frame.text).head
    words = set(tokens(said))
    shared = {each.slug: len(words & set(tokens(f"{each.title} {each.slug.replace('-', ' ')}"))) for each in documents}
    exact = [each for each in documents if each.title.lower() in said.lower()]
    most = max(shared.values())
    meant = exact if len(exact) == 1 else [each for each in documents if shared[each.slug] == most > 0]
    if len(meant) == 1:
        return Filled(meant[0].slug)
    choices = tuple((each.title, each.slug) for each in (meant or documents)[:OFFERED])
    return Question(context.question("ask.choice"), choices)


async def fill_document_text(context: SlotContext) -> Filling:
    """Take title and text of the sentence; what it does not give is ``""``."""
    words = document_words(context.frame.text)
    return Filled({"title": words.title, "body": words.body})


def _listed(found: object) -> tuple[DocumentEntry, ...]:
    return found.documents if isinstance(found, DocumentList) else ()
