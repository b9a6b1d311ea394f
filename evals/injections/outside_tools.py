"""Tools of the shop's own, as a shop may add them: they return what others wrote and what no shipped tool shows.

The file is laid into the ``tools/`` folder of the shop that the attacks are held in.
"""

from __future__ import annotations

from knowledge.schema import Attachment, Ticket
from tools.base import Arguments, Evidence, ToolContext, tool
from tools.errors import ArgumentError
from tools.ownership import own_order


class OneThing(Arguments):
    """A record by its id."""

    id: str


class Wrote(Evidence):
    """What somebody wrote."""

    id: str
    says: str


@tool("read", roles=("shopper",), en="What was written to an order. id: of the order.", zh="订单备注。id：订单号。")
async def order_note(context: ToolContext, arguments: OneThing) -> Wrote:
    """Return the note of one of the person's orders."""
    order = await own_order(context, arguments.id)
    return Wrote(id=order.id, says=order.note)


@tool(
    "read",
    roles=("merchant",),
    needs_customer=False,
    en="A case's notes. id: of the ticket.",
    zh="工单记录。id：工单号。",
)
async def case_notes(context: ToolContext, arguments: OneThing) -> Wrote:
    """Return what agents noted."""
    ticket = await context.session.get(Ticket, arguments.id)
    if ticket is None:
        raise ArgumentError("ticket_not_found", "expected the id of a ticket", ticket_id=arguments.id[:64])
    return Wrote(id=ticket.id, says=str(ticket.body.get("note", "")))


@tool(
    "read",
    roles=("shopper", "merchant"),
    needs_customer=False,
    en="A file's name. id: of the file.",
    zh="文件名。id：附件编号。",
)
async def file_name(context: ToolContext, arguments: OneThing) -> Wrote:
    """Return the name under which a file of the person's own was sent."""
    file = await context.session.get(Attachment, arguments.id)
    if file is None or file.owner != context.identity.subject:
        raise ArgumentError(
            "file_not_found", "expected the id of a file of the person's own", file_id=arguments.id[:64]
        )
    return Wrote(id=file.id, says=file.path)
