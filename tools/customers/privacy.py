"""Erasing a person's data, through the one door to every effect."""

from __future__ import annotations

import datetime as dt

from knowledge.person import belongings, digest_of, erase, find_erasure
from knowledge.schema import Customer
from knowledge.types import JsonObject
from tools.base import Arguments, Evidence, ToolContext, tool
from tools.errors import ArgumentError, RefusedError


class EraseCustomer(Arguments):
    """Whose data is erased: the id of a customer."""

    person: str


class ErasurePreview(Evidence):
    """What would be erased."""

    orders: int
    """They keep their amounts."""
    conversations: int
    tickets: int


class ErasedCustomer(Evidence):
    """What was erased, without saying of whom."""

    pseudonym: str
    """The id under which orders and figures go on."""
    erased_at: dt.datetime
    counts: dict[str, int]
    """Rows erased or stripped of the person, by table; ``mentions`` are rows of others that named them."""
    conversations: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


def without_the_person(arguments: JsonObject) -> JsonObject:
    """Return what a receipt says of the call: whoever has the id finds it, nobody finds the person."""
    return {"digest": digest_of(str(arguments.get("person", "")))}


async def preview_erasure(context: ToolContext, arguments: EraseCustomer) -> ErasurePreview:
    """Count what there is of the person."""
    customer = await _customer(context, arguments.person)
    count = {each.name: await each.count(context.session) for each in belongings(customer.id)}
    return ErasurePreview(orders=count["order"], conversations=count["conversation"], tickets=count["ticket"])


@tool(
    "write",
    roles=("agent", "merchant"),
    needs_customer=False,
    preview=preview_erasure,
    recorded=without_the_person,
    timeout_s=120.0,
    en=(
        "Erase everything that is known about a customer, for good: only when the person asked for it and is who they say. "
        "Orders keep their amounts under a pseudonym. `person` is the customer's id. For supervisors and merchants; it cannot "
        "be undone."
    ),
    zh=(
        "永久删除一位顾客的全部个人信息：仅在本人提出要求且身份确认无误时使用。订单金额以化名保留。`person` 为顾客编号。"
        "仅限主管和商家使用，且无法撤销。"
    ),
)
async def erase_customer(context: ToolContext, arguments: EraseCustomer) -> ErasedCustomer:
    """Erase the person and return how much there was."""
    customer = await _customer(context, arguments.person)
    done = await erase(context.session, customer, by=context.identity.actor, now=context.now)
    return ErasedCustomer(
        pseudonym=done.pseudonym,
        erased_at=done.erased_at,
        counts=done.counts,
        conversations=done.conversations,
        tickets=done.tickets,
    )


async def _customer(context: ToolContext, customer_id: str) -> Customer:
    identity = context.identity
    if identity.role == "agent" and not identity.supervisor:
        raise RefusedError(
            "not_allowed", "only a supervisor or a merchant erases a person's data", tool="erase_customer"
        )
    customer = await context.session.get(Customer, customer_id)
    if customer is not None:
        return customer
    earlier = await find_erasure(context.session, customer_id)
    if earlier is not None:
        raise RefusedError("erased_before", "this person was erased before", receipt=earlier.receipt_id)
    raise ArgumentError("unknown_customer", "expected the id of a customer")


TOOLS = (erase_customer,)
