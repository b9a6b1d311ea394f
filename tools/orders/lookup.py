"""Orders as the person may see them: the list, one order, its parcels, the money on its way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlmodel import col, select

from knowledge.schema import Order, OrderLine, Refund, Shipment, TrackingEvent
from tools.base import ToolContext, tool
from tools.evidence import Money
from tools.orders.record import load
from tools.orders.rules import allowed_tools
from tools.orders.types import (
    ListOrders,
    OneOrder,
    OrderDetails,
    OrderList,
    Parcel,
    RefundList,
    RefundStatus,
    RefundView,
    Scan,
    Tracking,
)
from tools.orders.views import address_view, method_view, order_summary
from tools.ownership import order_lines, own_order, own_payment_methods

_NEWEST_ORDERS = (
    select(Order)
    .where(Order.customer_id == bindparam("customer_id"))
    .order_by(col(Order.placed_at).desc(), col(Order.id).desc())
    .limit(bindparam("limit"))
)
_LINES_OF = (
    select(OrderLine)
    .where(col(OrderLine.order_id).in_(bindparam("order_ids", expanding=True)))
    .order_by(col(OrderLine.position), col(OrderLine.id))
)


@tool(
    "read",
    roles=("shopper", "agent"),
    en=(
        "List the person's own orders with their lines, newest first. Use it to find which order they mean. Not for parcels "
        "(track_order) or for what may be done with an order (get_order). limit: 1 to 200."
    ),
    zh="列出本人的订单及商品，最新的在前，用来确认说的是哪张订单。查物流用 track_order，看订单能做什么用 get_order。limit：1 到 200。",
)
async def list_orders(context: ToolContext, arguments: ListOrders) -> OrderList:
    """Return the orders, in two statements."""
    params = {"customer_id": context.customer_id(), "limit": arguments.limit}
    orders = (await context.session.exec(_NEWEST_ORDERS, params=params)).all()
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    order_ids = [order.id for order in orders]
    for line in (await context.session.exec(_LINES_OF, params={"order_ids": order_ids})).all():
        lines[line.order_id].append(line)
    return OrderList(orders=tuple(order_summary(order, lines[order.id]) for order in orders))


@tool(
    "read",
    roles=("shopper", "agent"),
    en=(
        "Everything about one order of the person: lines with their ids, status, amounts, address, payment method, and "
        "`allowed`, the names of the order tools that the shop's policy allows on it now. order_id: such as W2378156, with "
        "or without #."
    ),
    zh=(
        "本人一张订单的全部信息：商品行及编号、状态、金额、地址、支付方式，以及 allowed：按店铺政策此刻可对它使用的订单工具。"
        "order_id：订单号，如 W2378156，前面可带 #。"
    ),
)
async def get_order(context: ToolContext, arguments: OneOrder) -> OrderDetails:
    """Return one order."""
    record = await load(context, arguments.order_id)
    order = record.order
    method_id = order.payment_method_id
    return OrderDetails(
        **dict(record.summary()),
        address=address_view(order.address),
        payment_method=record.view(method_id) if method_id else None,
        discount=record.money(order.discount_minor),
        shipping=record.money(order.shipping_minor),
        cancel_reason=order.cancel_reason,
        allowed=allowed_tools(record.facts(), context.policy, context.now),
    )


@tool(
    "read",
    roles=("shopper", "agent"),
    en=(
        "Where the parcels of one order are: carrier, tracking number, status, expected day, scans from oldest to newest. No "
        "parcels before the order is packed. order_id: such as W2378156."
    ),
    zh=(
        "查一张订单的包裹到哪了：承运商、运单号、状态、预计送达时间、由早到晚的扫描记录。打包前没有包裹。"
        "order_id：订单号，如 W2378156。"
    ),
)
async def track_order(context: ToolContext, arguments: OneOrder) -> Tracking:
    """Return the parcels of one order."""
    order = await own_order(context, arguments.order_id)
    lines = await order_lines(context, order)
    statement = (
        select(Shipment).where(Shipment.order_id == order.id).order_by(col(Shipment.shipped_at), col(Shipment.id))
    )
    shipments = (await context.session.exec(statement)).all()
    scans = await _scans(context, shipments)
    parcels = tuple(
        Parcel(
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            status=shipment.status,
            line_ids=tuple(shipment.line_ids),
            eta=shipment.eta,
            delivered_at=shipment.delivered_at,
            scans=tuple(scans[shipment.id]),
        )
        for shipment in shipments
    )
    return Tracking(order=order_summary(order, lines), parcels=parcels)


async def _scans(context: ToolContext, shipments: Sequence[Shipment]) -> dict[str, list[Scan]]:
    scans: dict[str, list[Scan]] = defaultdict(list)
    if not shipments:
        return scans
    statement = (
        select(TrackingEvent)
        .where(col(TrackingEvent.shipment_id).in_([shipment.id for shipment in shipments]))
        .order_by(col(TrackingEvent.at), col(TrackingEvent.id))
    )
    for event in (await context.session.exec(statement)).all():
        scans[event.shipment_id].append(Scan(at=event.at, status=event.status, place=event.place))
    return scans


@tool(
    "read",
    roles=("shopper", "agent"),
    en=(
        "Refunds of the person and where they stand, newest first: pending waits for the goods, processing is with the bank, "
        "done has arrived. Not to ask for a refund (cancel_order, return_items, claim_price_protection). order_id: such as "
        "W2378156; left out, refunds of all orders."
    ),
    zh=(
        "本人的退款进度，最新的在前：pending 等待收到退货，processing 银行处理中，done 已到账。申请退款用 cancel_order、return_items 或 "
        "claim_price_protection。order_id：订单号，如 W2378156；不填表示所有订单。"
    ),
)
async def refund_status(context: ToolContext, arguments: RefundStatus) -> RefundList:
    """Return refunds of one order, or of all."""
    statement = (
        select(Refund)
        .join(Order, col(Order.id) == col(Refund.order_id))
        .where(Order.customer_id == context.customer_id())
        .order_by(col(Refund.created_at).desc(), col(Refund.id))
    )
    if arguments.order_id:
        order = await own_order(context, arguments.order_id)
        statement = statement.where(Refund.order_id == order.id)
    refunds = (await context.session.exec(statement)).all()
    methods = {method.id: method for method in await own_payment_methods(context)} if refunds else {}
    return RefundList(
        refunds=tuple(
            RefundView(
                refund_id=refund.id,
                order_id=refund.order_id,
                kind=refund.kind,
                amount=Money(refund.amount_minor, refund.currency),
                method=method_view(methods.get(refund.payment_method_id), refund.payment_method_id, refund.currency),
                status=refund.status,
                created_at=refund.created_at,
                expected_by=refund.expected_by,
            )
            for refund in refunds
        )
    )
