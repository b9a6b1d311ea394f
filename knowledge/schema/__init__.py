"""The shop's tables. One module a subject; import tables from here."""

from knowledge.schema.behaviour import BehaviourEvent, Review
from knowledge.schema.board import Pin
from knowledge.schema.catalog import (
    Category,
    CompetitorPrice,
    PriceRecord,
    Product,
    ProductImage,
    Shop,
    Stock,
    Supplier,
    SupplierOffer,
    Variant,
)
from knowledge.schema.conversations import (
    Attachment,
    AuditRow,
    Conversation,
    ConversationEvent,
    Proposal,
    Receipt,
    Ticket,
)
from knowledge.schema.customers import Address, Customer, PaymentMethod
from knowledge.schema.documents import CuratedAnswer, Document
from knowledge.schema.marketing import Coupon, CouponGrant
from knowledge.schema.orders import (
    Exchange,
    ExchangeLine,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Refund,
    Return,
    ReturnLine,
    Shipment,
    TrackingEvent,
)
from knowledge.schema.outbox import Delivery, ExternalCase
from knowledge.schema.risk import RiskCase

__all__ = [
    "Address",
    "Attachment",
    "AuditRow",
    "BehaviourEvent",
    "Category",
    "CompetitorPrice",
    "Conversation",
    "ConversationEvent",
    "Coupon",
    "CouponGrant",
    "CuratedAnswer",
    "Customer",
    "Delivery",
    "Document",
    "Exchange",
    "ExchangeLine",
    "ExternalCase",
    "Invoice",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentMethod",
    "Pin",
    "PriceRecord",
    "Product",
    "ProductImage",
    "Proposal",
    "Receipt",
    "Refund",
    "Return",
    "ReturnLine",
    "Review",
    "RiskCase",
    "Shipment",
    "Shop",
    "Stock",
    "Supplier",
    "SupplierOffer",
    "Ticket",
    "TrackingEvent",
    "Variant",
]
