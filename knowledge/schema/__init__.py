"""The shop's tables. One module a subject; import tables from here."""

from knowledge.schema.accounts import Account, AccountSession, Erasure, SignInFailures
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
    TicketTerm,
)
from knowledge.schema.customers import Address, Customer, PaymentMethod
from knowledge.schema.desk import DeskAgent, TicketEvent
from knowledge.schema.desk_talk import CannedReply, NoteMention, TicketNote
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
from knowledge.schema.served import Rating, Sitting, TicketClock
from knowledge.schema.wordings import Wording

__all__ = [
    "Account",
    "AccountSession",
    "Address",
    "Attachment",
    "AuditRow",
    "BehaviourEvent",
    "CannedReply",
    "Category",
    "CompetitorPrice",
    "Conversation",
    "ConversationEvent",
    "Coupon",
    "CouponGrant",
    "CuratedAnswer",
    "Customer",
    "Delivery",
    "DeskAgent",
    "Document",
    "Erasure",
    "Exchange",
    "ExchangeLine",
    "ExternalCase",
    "Invoice",
    "NoteMention",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentMethod",
    "Pin",
    "PriceRecord",
    "Product",
    "ProductImage",
    "Proposal",
    "Rating",
    "Receipt",
    "Refund",
    "Return",
    "ReturnLine",
    "Review",
    "RiskCase",
    "Shipment",
    "Shop",
    "SignInFailures",
    "Sitting",
    "Stock",
    "Supplier",
    "SupplierOffer",
    "Ticket",
    "TicketClock",
    "TicketEvent",
    "TicketNote",
    "TicketTerm",
    "TrackingEvent",
    "Variant",
    "Wording",
]
