"""Erasing a person's data, through the one door to every effect."""

from __future__ import annotations

import datetime as dt

from sqlmodel import select

from knowledge.person import digest_of, erase, find_erasure
from knowledge.schema import Customer
from knowledge.types import JsonObject
from tools.base import Arguments, Evidence, ToolContext, tool
from tools.errors import ArgumentError, RefusedError


class EraseCustomer(Arguments):
    """The customer whose data is erased."""

    customer_id: str


class ErasedCustomer(Evidence):
    """What was erased, without saying of whom."""

    pseudonym: str
    """The id under which orders and figures go on."""
    erased_at: dt.datetime
    counts: dict[str, int]
    """Rows erased or stripped of the person, by table; ``mentions`` are rows of others that named them."""
    conversations: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    before: bool = False
    """True: they were erased earlier, nothing was left to do."""


def without_the_person(arguments: JsonObject) -> JsonObject:
    """Return what a receipt says of the call: whoever has the id finds it, nobody finds the person."""
    return {"digest": digest_of(str(arguments.get("customer_id", "")))}


@tool(
    "write",
    roles=("agent", "merchant", "system"),
    needs_customer=False,
    confirm=False,
    recorded=without_the_person,
    timeout_s=120.0,
    en=(
        "Erase everything that is known about a customer, for good: only when the person asked for it and is who they say. "
        "Orders keep their amounts under a pseudonym. `customer_id` is the customer's id. For supervisors and merchants; it "
        "cannot be undone."
    ),
    zh=(
        "永久删除一位顾客的全部个人信息：仅在本人提出要求且身份确认无误时使用。订单金额以化名保留。`customer_id` 为顾客编号。"
        "仅限主管和商家使用，且无法撤销。"
    ),
)
async def erase_customer(context: ToolContext, arguments: EraseCustomer) -> ErasedCustomer:
    """Erase the person and return how much there was."""
    identity = context.identity
    if identity.role == "agent" and not identity.supervisor:
        raise RefusedError(
            "not_allowed", "only a supervisor or a merchant erases a person's data", tool="erase_customer"
        )
    wanted = arguments.customer_id
    customer = (await context.session.exec(select(Customer).where(Customer.id == wanted).with_for_update())).first()
    if customer is None:
        earlier = await find_erasure(context.session, wanted)
        if earlier is None:
            raise ArgumentError("unknown_customer", "expected the id of a customer", customer_id=wanted[:64])
        return ErasedCustomer(
            pseudonym=earlier.pseudonym, erased_at=earlier.erased_at, counts=earlier.counts, before=True
        )
    done = await erase(context.session, customer, by=identity.actor, now=context.now)
    return ErasedCustomer(
        pseudonym=done.pseudonym,
        erased_at=done.erased_at,
        counts=done.counts,
        conversations=done.conversations,
        tickets=done.tickets,
    )


TOOLS = (erase_customer,)
