"""The order tools, for `tools.toolset`."""

from __future__ import annotations

from tools.base import Tool
from tools.orders.cancel import cancel_order
from tools.orders.exchanges import exchange_items
from tools.orders.invoice import request_invoice
from tools.orders.items import change_order_items
from tools.orders.lookup import get_order, list_orders, refund_status, track_order
from tools.orders.modify import change_order_address, change_order_payment
from tools.orders.protection import claim_price_protection
from tools.orders.returns import return_items

TOOLS: tuple[Tool, ...] = (
    list_orders,
    get_order,
    track_order,
    cancel_order,
    change_order_address,
    change_order_payment,
    change_order_items,
    exchange_items,
    return_items,
    refund_status,
    request_invoice,
    claim_price_protection,
)
