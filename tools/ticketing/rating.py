"""Asking shoppers how they were served, and keeping what they answer."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import pydantic
from sqlmodel import col, or_, select

from knowledge.schema import Conversation, Rating, Ticket
from knowledge.types import new_id
from tools.base import Arguments, Evidence, ToolContext, tool
from tools.errors import ArgumentError, RefusedError

Score = Annotated[int, pydantic.Field(ge=1, le=5)]
LONGEST_REMARK = 1000


class AskForRating(Arguments):
    """Nothing to choose: the conversation is that of the session."""


class RateService(Arguments):
    """One to five stars and, if there is more to say, a remark; the last answer counts."""

    score: Score
    remark: Annotated[str, pydantic.Field(max_length=LONGEST_REMARK)] = ""


class RatingAsked(Evidence):
    """The question that was asked."""

    rating_id: str
    served_by: Literal["bot", "agent"]


class RatingGiven(Evidence):
    """What the shopper answered."""

    rating_id: str
    served_by: Literal["bot", "agent"]
    score: int
    remark: str
    changed: bool
    """Whether it was answered before."""
    may_change_until: dt.datetime


async def asked_after(context: ToolContext, ticket: Ticket) -> str | None:
    """Ask how a case went that a person has just resolved; None: the shopper is not asked."""
    conversation = await context.session.get(Conversation, ticket.conversation_id)
    if conversation is None or await _why_not(context, conversation, served_by="agent"):
        return None
    rating = _question(context, conversation, lang=conversation.lang, ticket=ticket)
    context.session.add(rating)
    await context.session.flush()
    return rating.id


@tool(
    "write",
    roles=("system",),
    needs_customer=False,
    confirm=False,
    en="Ask the shopper who goes how the bot has served them. Refused where the policy asks nobody, or not them again so soon.",
    zh="顾客离开时询问对机器人服务的评价。政策不询问、或近期已问过该顾客时会被拒绝。",
)
async def ask_for_rating(context: ToolContext, arguments: AskForRating) -> RatingAsked:
    """Write the question down."""
    del arguments
    conversation = await context.session.get(Conversation, context.identity.conversation_id or "")
    if conversation is None:
        raise RefusedError("no_conversation", "only in a conversation is anybody asked")
    if why := await _why_not(context, conversation, served_by="bot"):
        raise RefusedError(why, "this shopper is not asked now")
    rating = _question(context, conversation, lang=conversation.lang)
    context.session.add(rating)
    await context.session.flush()
    return RatingAsked(rating_id=rating.id, served_by="bot")


def _question(context: ToolContext, conversation: Conversation, *, lang: str, ticket: Ticket | None = None) -> Rating:
    return Rating(
        id=new_id("rat"),
        conversation_id=conversation.id,
        ticket_id=ticket.id if ticket else None,
        customer_id=conversation.customer_id,
        served_by="agent" if ticket else "bot",
        agent_id=ticket.assignee if ticket else None,
        lang=lang,
        asked_at=context.now,
    )


async def _why_not(
    context: ToolContext, conversation: Conversation, *, served_by: Literal["bot", "agent"]
) -> Literal["not_asked_by_policy", "asked_before"] | None:
    rules = context.policy.rating
    asks = rules.ask == "after_bot" or (rules.ask == "after_person" and served_by == "agent")
    if not asks or conversation.channel in rules.not_in or conversation.role != "shopper":
        return "not_asked_by_policy"
    theirs = col(Rating.conversation_id) == conversation.id
    person = conversation.customer_id or conversation.subject
    if person is not None and rules.every_days:
        known = select(Conversation.id).where(
            or_(col(Conversation.customer_id) == person, col(Conversation.subject) == person)
        )
        lately = col(Rating.asked_at) > context.now - dt.timedelta(days=rules.every_days)
        theirs = or_(theirs, lately & col(Rating.conversation_id).in_(known))
    asked = (await context.session.exec(select(Rating.id).where(theirs).limit(1))).first()
    return "asked_before" if asked is not None else None


@tool(
    "write",
    roles=("shopper",),
    needs_customer=False,
    confirm=False,
    en=(
        "Keep how the shopper says they were served: score 1 (bad) to 5 (very good), and a remark in their words. Only as an answer to the "
        "question that this conversation asked; again within a day it changes the answer."
    ),
    zh="记录顾客对服务的评价：score 为 1（很差）到 5（非常满意），remark 为顾客原话。仅用于回答本对话中提出的评价问题；一天内再次调用则更改评价。",
)
async def rate_service(context: ToolContext, arguments: RateService) -> RatingGiven:
    """Write the answer down beside its question."""
    rules = context.policy.rating
    theirs = select(Rating).where(Rating.conversation_id == (context.identity.conversation_id or ""))
    rating = (await context.session.exec(theirs.order_by(col(Rating.asked_at).desc()).with_for_update())).first()
    if rating is None:
        raise ArgumentError("rating_not_asked", "nobody was asked in this conversation")
    first = rating.answered_at or context.now
    until = first + dt.timedelta(hours=rules.change_hours)
    last = rating.asked_at + dt.timedelta(hours=rules.answer_hours) if rating.answered_at is None else until
    if context.now > last:
        raise RefusedError("rating_closed", "the time to answer is over", until=last.isoformat())
    changed = rating.answered_at is not None
    rating.sqlmodel_update({"score": arguments.score, "remark": arguments.remark, "answered_at": first})
    context.session.add(rating)
    await context.session.flush()
    return RatingGiven(
        rating_id=rating.id,
        served_by="bot" if rating.served_by == "bot" else "agent",
        score=arguments.score,
        remark=arguments.remark,
        changed=changed,
        may_change_until=until,
    )


TOOLS = (ask_for_rating, rate_service)
