"""``POST /v1/inboxes/{name}/events``: what people elsewhere do with our cases happens here.

Who works there acts as one agent of ours: the first answer claims the ticket, later ones are said in the conversation, the end gives the
shopper back. Every message is known by its id there, so one that comes twice is said once. Where a person at the desk holds the
ticket, or it is closed, a note there says that nothing was passed on.
"""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from sqlmodel import select

from channels.context import Context, ContextDep
from channels.outward.inboxes.assembly import inbox_of
from channels.outward.inboxes.types import Happened, Said
from channels.problems import ProblemError
from channels.settings import environment
from dialogue.errors import MessageRefusedError, NotOwnerError
from dialogue.outward.inboxes import declared_inboxes, person_of
from dialogue.outward.outbox import delivery
from dialogue.outward.summary import word
from knowledge.schema import Conversation, ExternalCase, Ticket
from knowledge.types import Lang, utc_now
from tools.errors import ArgumentError, RefusedError

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/inboxes", tags=["inboxes"])


@router.post("/{name}/events")
async def take(request: Request, context: ContextDep, name: str) -> dict[str, int]:
    """Take a signed message of an external inbox; answers how much of it concerned a case of ours."""
    inboxes = declared_inboxes(context.settings.data)
    if name not in inboxes:
        raise ProblemError("not_found")
    body = await request.body()
    there = inbox_of(inboxes[name], None, environment(), context.settings.data)
    if not there.is_theirs(request.headers, body, utc_now()):
        raise ProblemError("unauthenticated")
    try:
        happened = there.read(body)
    except ValueError as error:
        raise ProblemError("invalid", detail="The body is no event of such an inbox.") from error
    taken = [await _take(context, name, each) for each in happened]
    return {"taken": sum(taken)}


async def _take(context: Context, name: str, happened: Happened) -> bool:
    """Do what happened there; False where it is about no case of ours."""
    query = select(ExternalCase).where(ExternalCase.inbox == name, ExternalCase.external_id == happened.external_id)
    async with context.platform.database.read() as session:
        case = (await session.exec(query)).first()
    if case is None:
        return False
    try:
        await (_say(context, name, case, happened) if isinstance(happened, Said) else _end(context, name, case))
    except (NotOwnerError, MessageRefusedError, ArgumentError, RefusedError) as error:
        logger.info("not passed on from inbox %s: conversation=%s (%s)", name, case.conversation_id, error)
        if isinstance(happened, Said):
            await _tell_why(context, name, case, error)
    return True


async def _say(context: Context, name: str, case: ExternalCase, said: Said) -> None:
    talk, person = context.platform.conversations, person_of(name)
    client_id = f"inbox:{name}:{said.message_id}"
    if await talk.store.find_client_id(case.conversation_id, client_id) is not None:
        return
    await _claimed(context, name, case)
    await talk.reply_as_agent(case.conversation_id, person, client_id=client_id, text=said.text)


async def _end(context: Context, name: str, case: ExternalCase) -> None:
    ticket = await _ticket(context, case)
    if ticket.status == "resolved":
        return  # ended here; what comes back is only the echo
    await _claimed(context, name, case)
    await context.platform.conversations.release(case.ticket_id, person_of(name), outcome="resolve")


async def _claimed(context: Context, name: str, case: ExternalCase) -> None:
    """Make sure that the inbox holds the ticket. Raises as `Conversations.claim` where somebody else does."""
    person = person_of(name)
    for _ in range(3):
        ticket = await _ticket(context, case)
        if ticket.status == "claimed" and ticket.assignee == person.subject:
            return
        try:
            await context.platform.conversations.claim(case.ticket_id, person, version=ticket.version)
        except ArgumentError:
            continue  # it changed between reading and claiming
        return


async def _ticket(context: Context, case: ExternalCase) -> Ticket:
    async with context.platform.database.read() as session:
        return await session.get_one(Ticket, case.ticket_id)


async def _tell_why(context: Context, name: str, case: ExternalCase, error: Exception) -> None:
    """Leave a note there that the answer reached nobody."""
    ticket = await _ticket(context, case)
    lang: Lang = "en" if ticket.lang == "en" else "zh"
    if ticket.status == "resolved":
        text = word("closed", lang)
    elif ticket.assignee not in (None, person_of(name).subject):
        text = word("elsewhere", lang, who=ticket.assignee)
    else:
        text = word("refused", lang, why=str(error))
    payload = {"do": "note", "text": text}
    async with context.platform.database.write() as session:
        head = await session.get_one(Conversation, case.conversation_id)
        session.add(delivery(f"inbox:{name}", "note", payload, utc_now(), head.id))
