"""A person's good answer as the draft of a help article: what was asked and what was said, with nothing personal in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import pydantic
from sqlmodel import col, select

from knowledge.personal import Kind, Personal, general, without_courtesies
from knowledge.schema import Address, Conversation, ConversationEvent, Customer, Order, Proposal
from knowledge.types import Lang
from tools.base import Arguments, Evidence, Identity, ToolContext, tool
from tools.content.staged import SaveDocument, preview_save, save_document
from tools.errors import ArgumentError, RefusedError
from tools.proposals import put_proposal
from tools.receipts import as_json

OPEN_FOR = dt.timedelta(days=30)
"""How long a draft waits: longer than a price does, for what it says does not spoil."""
LONGEST_TITLE = 90
_ASKS = re.compile(
    r"[?？]|吗|呢[。！]?$|什么|怎么|怎样|如何|为什么|多久|多少|几[天时点个]|哪[里些个]|能不能|可不可以|可以.*(?:么|不)$|有没有|是不是"
    r"|^\W*(?:(?:hi|hello|hey|and|but|so|ok|please)\b[, ]*)*(?:how|what|when|where|which|who|why|can|could|do|does|did|is|are|will|would|should|may)\b",
    re.IGNORECASE,
)
"""How a message looks that asks something."""
_FOR_A_PERSON = re.compile(r"人工|真人|客服|\b(?:human|person|agent|representative|somebody|someone)\b", re.IGNORECASE)
"""A person is wanted, which is no question of the shop."""
_SENTENCE_END = re.compile(r"(?<=[?？])")


class DraftArticle(Arguments):
    """The answer: the event `seq` of a conversation, in which a person at the desk replied."""

    conversation_id: str = pydantic.Field(min_length=1, max_length=64)
    seq: int = pydantic.Field(ge=1, le=2**31 - 1)
    question: str | None = pydantic.Field(default=None, min_length=2, max_length=300)
    """What it answers; None: what the shopper asked last before it."""


class ArticleDraft(Evidence):
    """A draft that waits for a merchant. `missing`: the language in which nobody has written it yet."""

    proposal_id: str
    lang: Lang
    title: str
    question: str
    answer: str
    missing: Lang
    removed: dict[Kind, int]
    """What was personal, and how often it stood there."""
    expires_at: dt.datetime


@tool(
    "write",
    roles=("agent", "merchant"),
    needs_customer=False,
    confirm=False,
    en=(
        "Make a draft of a help article from a good answer that a person gave at the desk: the shopper's question as its heading, the "
        "person's words as its text, without names, order numbers, addresses, phones and e-mails. It waits for a merchant, who edits and "
        "approves it; nothing is answered from it before. conversation_id, seq: the event in which the person replied; question: what it "
        "answers, left out for what the shopper asked last."
    ),
    zh=(
        "把人工客服的一条好回答做成帮助文章草稿：以顾客的问题为标题、客服的话为正文，去掉姓名、订单号、地址、电话和邮箱。草稿等商家修改和批准，批准前不会用来回答。"
        "conversation_id、seq：客服回复所在的事件；question：它回答的问题，不填则取顾客最近问的。"
    ),
)
async def draft_article(context: ToolContext, arguments: DraftArticle) -> ArticleDraft:
    """Store the draft as a staged help document; the same answer twice is one draft.

    Raises:
        ArgumentError: ``answer_not_found``: the event is no answer of a person; ``question_needed``: the shopper asked nothing;
            ``document_exists``: a document has that title.
        RefusedError: ``answer_all_personal``: without what is personal the answer says nothing.
    """
    head = await context.session.get(Conversation, arguments.conversation_id)
    payload = await _answer(context, arguments) if head is not None and head.role == "shopper" else None
    if head is None or payload is None:
        raise ArgumentError("answer_not_found", "expected an event in which a person at the desk answered a shopper")
    said = "\n\n".join(text for reply in payload["replies"] if (text := reply.get("text", "").strip()))
    lang: Lang = "en" if (payload["replies"][0].get("lang") or head.lang) == "en" else "zh"
    asked = arguments.question or await _question(context, arguments)
    if asked is None:
        raise ArgumentError("question_needed", "the shopper asked nothing before it: say which question it answers")
    personal = await _personal_of(context, head, payload.get("author_id"))
    cleaned = personal.without(without_courtesies(asked), lang)
    question = " ".join(general(cleaned.text).split())
    answer = personal.without(said, lang)
    text = without_courtesies(answer.text)
    if len(re.sub(r"[【\[].*?[】\]]|\W", "", text)) < 4:
        raise RefusedError("answer_all_personal", "without what is personal the answer says nothing")
    save = SaveDocument(lang=lang, title=_title(question), body=f"## {question}\n\n{text}", kind="faq")
    proposal = await _staged(context, save, head.id)
    removed = {
        kind: cleaned.removed.get(kind, 0) + answer.removed.get(kind, 0) for kind in cleaned.removed | answer.removed
    }
    return ArticleDraft(
        proposal_id=proposal.id,
        lang=lang,
        title=save.title or "",
        question=question,
        answer=text,
        missing="zh" if lang == "en" else "en",
        removed=removed,
        expires_at=proposal.expires_at,
    )


async def _staged(context: ToolContext, save: SaveDocument, conversation_id: str) -> Proposal:
    """Return the staged document, which waits for a merchant whoever drafted it."""
    waiting = select(Proposal).where(
        Proposal.conversation_id == conversation_id,
        Proposal.tool == save_document.name,
        Proposal.status == "pending",
        Proposal.expires_at > context.now,
    )
    plain = as_json(save)
    for proposal in (await context.session.exec(waiting)).all():
        if proposal.arguments == plain:
            return proposal
    preview = await preview_save(context, save)
    merchant = Identity("merchant", context.identity.actor, None, conversation_id)
    stored = put_proposal(context.session, save_document, plain, preview, merchant, context.now, OPEN_FOR)
    await context.session.flush()
    return stored


async def _answer(context: ToolContext, arguments: DraftArticle) -> dict[str, Any] | None:
    """Return the event if a person at the desk said something in it."""
    row = await context.session.get(ConversationEvent, (arguments.conversation_id, arguments.seq))
    if row is None or row.type != "replied" or row.payload.get("author") != "agent" or not row.payload.get("replies"):
        return None
    return row.payload


async def _question(context: ToolContext, arguments: DraftArticle) -> str | None:
    """Return what the answer is to: asked of the person, or before that of the documents in vain, or else said last."""
    events = (
        await context.session.exec(
            select(ConversationEvent)
            .where(
                ConversationEvent.conversation_id == arguments.conversation_id,
                col(ConversationEvent.seq) < arguments.seq,
                col(ConversationEvent.type).in_(("message_received", "replied", "tool_returned")),
            )
            .order_by(col(ConversationEvent.seq).desc())
        )
    ).all()
    to_person = [event for event in events if event.seq > _last_answer(events)]
    asked = _questions(to_person) or _in_vain(events) or _questions(events)
    said = [text for event in events if (text := _words(event))]
    return (
        asked[0] if asked else next((text for text in said if len(text) > 4 and not _FOR_A_PERSON.search(text)), None)
    )


def _last_answer(events: Sequence[ConversationEvent]) -> int:
    return next((each.seq for each in events if each.type == "replied" and each.payload.get("author") == "agent"), 0)


def _words(event: ConversationEvent) -> str:
    mine = event.type == "message_received" and event.payload.get("author") == "shopper"
    return str(event.payload.get("text", "")).strip() if mine else ""


def _questions(events: Sequence[ConversationEvent]) -> list[str]:
    said = [text for event in events if (text := _words(event)) and _ASKS.search(text)]
    return [text for text in said if len(text) > 40 or not _FOR_A_PERSON.search(text)]


def _in_vain(events: Sequence[ConversationEvent]) -> list[str]:
    """Return what was looked for in the documents and not found."""
    actions = [event.payload["action"] for event in events if event.type == "tool_returned"]
    return [
        str(action["arguments"]["query"])
        for action in actions
        if action["tool"] == "search_knowledge" and action["status"] == "ok" and not action["result"].get("answered")
    ]


def _title(question: str) -> str:
    """Return the first sentence that asks, without its mark; cut short at a word."""
    first = next(
        (part for part in _SENTENCE_END.split(" ".join(question.split())) if _ASKS.search(part)), question
    ).strip()
    bare = first.rstrip("?？。.!！ ") or first
    return bare if len(bare) <= LONGEST_TITLE else bare[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"


async def _personal_of(context: ToolContext, head: Conversation, agent: str | None) -> Personal:
    """Return what is known of the shopper and of who answered."""
    names, orders, places = [agent or ""], [], []
    if head.customer_id is not None:
        customer = await context.session.get(Customer, head.customer_id)
        if customer is not None:
            names += [customer.full_name(), f"{customer.first_name} {customer.last_name}", customer.first_name]
            names += [customer.last_name, customer.id]
        query = select(Address).where(Address.customer_id == head.customer_id)
        for address in (await context.session.exec(query)).all():
            names.append(address.recipient)
            places += [address.line1, address.line2, address.postcode]
        orders = list((await context.session.exec(select(Order.id).where(Order.customer_id == head.customer_id))).all())
    return Personal(names=names, orders=orders, addresses=places)


TOOLS = (draft_article,)
