"""An invoice (发票) for an order."""

from __future__ import annotations

import re

from sqlmodel import col, select

from knowledge.schema import Invoice
from knowledge.types import new_id
from tools.base import ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.orders.record import OrderRecord, load_for
from tools.orders.types import InvoiceView, RequestInvoice

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_TAX_ID = re.compile(r"[0-9A-Z]{8,20}")


async def preview_invoice(context: ToolContext, arguments: RequestInvoice) -> InvoiceView:
    """Show the invoice that would be asked for."""
    return (await _plan(context, arguments))[1]


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_invoice,
    en=(
        "Ask for the invoice (fapiao) of an order, sent by e-mail. One invoice an order. order_id: such as W2378156. kind: "
        "personal or company. title: the person's or the company's full name. tax_id: a company's tax number, 8 to 20 "
        "letters and digits; empty for a person. email: where it goes."
    ),
    zh=(
        "为订单申请电子发票，发到邮箱。每张订单一张发票。order_id：订单号，如 W2378156。kind：personal（个人）或 company（企业）。"
        "title：发票抬头，个人姓名或企业全称。tax_id：企业税号，8 到 20 位字母和数字；个人不填。email：接收邮箱。"
    ),
)
async def request_invoice(context: ToolContext, arguments: RequestInvoice) -> InvoiceView:
    """Write the request down."""
    record, view = await _plan(context, arguments, lock=True)
    invoice = Invoice(
        id=new_id("inv"),
        order_id=record.order.id,
        kind=view.kind,
        title=view.title,
        tax_id=view.tax_id,
        email=view.email,
        amount_minor=view.amount.minor,
        currency=record.currency,
        created_at=context.now,
    )
    context.session.add(invoice)
    return view.model_copy(update={"invoice_id": invoice.id})


async def _plan(
    context: ToolContext, arguments: RequestInvoice, *, lock: bool = False
) -> tuple[OrderRecord, InvoiceView]:
    record = await load_for(context, "request_invoice", arguments.order_id, lock=lock)
    tax_id = _checked(arguments)
    await _check_first(context, record)
    amount = record.paid_minor()
    if amount <= 0:
        raise RefusedError(
            "nothing_to_invoice", "everything paid went back", action="request_invoice", order_id=record.order.id
        )
    return record, InvoiceView(
        order=record.summary(),
        kind=arguments.kind,
        title=arguments.title,
        tax_id=tax_id,
        email=arguments.email.lower(),
        amount=record.money(amount),
    )


def _checked(arguments: RequestInvoice) -> str:
    """Check the arguments' forms and return the tax id as it is written on an invoice."""
    if arguments.kind not in {"personal", "company"}:
        raise ArgumentError("kind_unknown", "expected personal or company", kind=arguments.kind[:64])
    if not arguments.title:
        raise ArgumentError("title_needed", "expected a person's or company's name", kind=arguments.kind)
    if not _EMAIL.fullmatch(arguments.email):
        raise ArgumentError("email_invalid", "expected an e-mail address", email=arguments.email[:120])
    if arguments.kind == "personal":
        return ""
    tax_id = re.sub(r"[\s-]", "", arguments.tax_id).upper()
    if not tax_id:
        raise ArgumentError("tax_id_needed", "a company's invoice needs its tax number", title=arguments.title[:120])
    if not _TAX_ID.fullmatch(tax_id):
        raise ArgumentError("tax_id_invalid", "expected 8 to 20 letters and digits", tax_id=tax_id[:64])
    return tax_id


async def _check_first(context: ToolContext, record: OrderRecord) -> None:
    statement = select(Invoice).where(Invoice.order_id == record.order.id, col(Invoice.status) != "void")
    invoice = (await context.session.exec(statement)).first()
    if invoice is not None:
        raise RefusedError(
            "already_invoiced",
            "the order has an invoice",
            action="request_invoice",
            order_id=record.order.id,
            status=invoice.status,
            email=invoice.email,
        )
