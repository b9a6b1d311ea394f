"""Change where an order goes, or what pays for it, while it is not on its way."""

from __future__ import annotations

import dataclasses

from knowledge.schema import PaymentMethod
from tools.base import ToolContext, tool
from tools.errors import ArgumentError
from tools.evidence import AddressFields
from tools.orders.money import charge, check_balance, original_methods, pay_back, paying_method, refund_parts, touched
from tools.orders.record import OrderRecord, load_for
from tools.orders.types import AddressChange, ChangeOrderAddress, ChangeOrderPayment, PaymentChange
from tools.orders.views import address_view


@dataclasses.dataclass(frozen=True)
class _AddressPlan:
    record: OrderRecord
    evidence: AddressChange


@dataclasses.dataclass(frozen=True)
class _PaymentPlan:
    record: OrderRecord
    method: PaymentMethod
    evidence: PaymentChange


async def preview_address(context: ToolContext, arguments: ChangeOrderAddress) -> AddressChange:
    """Show the address before and after."""
    return (await _plan_address(context, arguments)).evidence


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_address,
    en=(
        "Send an order that is not on its way yet to another address. Not for the address book (change_default_address). "
        "order_id: such as W2378156. address: the whole new address, line1 and city at least; recipient and phone stay "
        "as they are when left out."
    ),
    zh=(
        "修改尚未发货订单的收货地址。修改个人默认地址用 change_default_address。order_id：订单号，如 W2378156。"
        "address：完整的新地址，至少有 line1 和 city；收件人和电话不填则保持不变。"
    ),
)
async def change_order_address(context: ToolContext, arguments: ChangeOrderAddress) -> AddressChange:
    """Write the new address on the order."""
    plan = await _plan_address(context, arguments, lock=True)
    plan.record.order.address = plan.evidence.after.model_dump()
    touched(plan.record)
    return plan.evidence


async def _plan_address(context: ToolContext, arguments: ChangeOrderAddress, *, lock: bool = False) -> _AddressPlan:
    record = await load_for(context, "change_order_address", arguments.order_id, lock=lock)
    if missing := [name for name in ("line1", "city") if not getattr(arguments.address, name)]:
        raise ArgumentError(
            "address_incomplete", f"expected {' and '.join(missing)}", order_id=record.order.id, missing=missing
        )
    before = address_view(record.order.address)
    after = _kept(before, arguments.address)
    if after == before:
        raise ArgumentError("address_unchanged", "the order goes there already", order_id=record.order.id)
    return _AddressPlan(record, AddressChange(order=record.summary(), before=before, after=after))


def _kept(before: AddressFields | None, after: AddressFields) -> AddressFields:
    """Keep the recipient and the phone where the new address names none."""
    if before is None:
        return after
    return after.model_copy(
        update={"recipient": after.recipient or before.recipient, "phone": after.phone or before.phone}
    )


async def preview_payment(context: ToolContext, arguments: ChangeOrderPayment) -> PaymentChange:
    """Work out what is charged and what goes back."""
    return (await _plan_payment(context, arguments)).evidence


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_payment,
    en=(
        "Pay an order that is not on its way yet with another method on the person's file: the whole amount is charged "
        "there, the old method gets its money back. A gift card must hold enough for all of it. Not for a method that is "
        "not on file. order_id: such as W2378156. payment_method_id: an id from get_profile."
    ),
    zh=(
        "把尚未发货订单的支付方式换成账户里的另一种：全额从新方式扣款，原方式退款。礼品卡余额须够付全额。账户里没有的支付方式不能用。"
        "order_id：订单号，如 W2378156。payment_method_id：get_profile 给出的支付方式编号。"
    ),
)
async def change_order_payment(context: ToolContext, arguments: ChangeOrderPayment) -> PaymentChange:
    """Charge the new method, pay the old ones back."""
    plan = await _plan_payment(context, arguments, lock=True)
    if plan.evidence.amount.minor > 0:
        await charge(context, plan.record, plan.method, plan.evidence.amount.minor)
    for part in plan.evidence.refunds:
        await pay_back(context, plan.record, part, "payment_change")
    plan.record.order.payment_method_id = plan.method.id
    touched(plan.record)
    return plan.evidence


async def _plan_payment(context: ToolContext, arguments: ChangeOrderPayment, *, lock: bool = False) -> _PaymentPlan:
    record = await load_for(context, "change_order_payment", arguments.order_id, lock=lock)
    method = paying_method(record, arguments.payment_method_id)
    if context.policy.modify.payment_must_differ and original_methods(record)[:1] == (method.id,):
        raise ArgumentError(
            "same_method",
            "the order is paid with this method already",
            order_id=record.order.id,
            payment_method_id=method.id,
        )
    paid = sum(record.paid_by_method().values())
    amount = paid if record.paid_by_method() else record.order.total_minor
    check_balance(record, method, amount)
    evidence = PaymentChange(
        order=record.summary(),
        charged=record.view(method.id),
        amount=record.money(amount),
        refunds=refund_parts(record, context.policy.refunds),
    )
    return _PaymentPlan(record, method, evidence)
