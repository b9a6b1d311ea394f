"""What a ticket says, by schema: who, what they want, what was tried, where it stands, and what may be done now.

Every fact names the message that it rests on by its sequence number (`seq`) in the conversation: the last message of the turn in
which it came up. None: it comes from the shop's own records, or from a body that was written before facts were traced.
A body of an older version, or one that somebody else made, is read all the same: what has no place here stands in `notes`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import pydantic

from knowledge.types import JsonObject, Lang
from tools.evidence import LineView, LocalText, Money
from tools.ticketing.older import upgraded
from tools.ticketing.triage.labels import Category

VERSION: Literal[2] = 2

HowVerified = Literal["signed_in", "email", "name_postcode", "order_phone", "anonymous"]
StatementKind = Literal["person", "want", "fact", "done", "refused", "stuck", "mood", "risk", "attachment", "reason"]
CitationKind = Literal["document", "order", "receipt", "refund", "refusal"]


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")


class Person(_Part):
    """Who talks, and how that is known."""

    id: str | None = None
    name: str = ""
    verified: HowVerified = "anonymous"
    """``signed_in``: by their account; ``anonymous``: nothing was proven; else what was proven in the conversation."""


class Want(_Part):
    """A request that runs or waits."""

    flow: str
    title: LocalText
    slots: JsonObject = {}
    """What is settled of it."""
    words: str = ""
    """What it began with."""
    seq: int | None = None
    waits: bool = False
    """Another one runs before it."""


class Step(_Part):
    """What a message was taken for: the intent path, message by message."""

    seq: int
    intent: str
    title: LocalText = LocalText()


class Told(_Part):
    """Something that the shopper said, as it was understood."""

    name: str
    """The type of an entity, such as ``order_ref``, or the slot of a request."""
    value: str
    """Short and readable: an id, an amount, a word."""
    words: str = ""
    seq: int | None = None


class Said(_Part):
    """A message of the shopper."""

    seq: int
    text: str


class OrderFacts(_Part):
    """An order that the case is about, as it stood when the ticket was written."""

    order_id: str
    status: str
    total: Money
    placed_at: dt.datetime
    delivered_at: dt.datetime | None = None
    lines: tuple[LineView, ...] = ()
    carrier: str = ""
    """Of its first parcel, as it names itself."""
    tracking_number: str = ""
    eta: dt.datetime | None = None
    allowed: tuple[str, ...] = ()
    """Order tools that the policy allows on it."""


class ProductRef(_Part):
    """Goods that the case is about."""

    product_id: str
    title: LocalText
    price: Money | None = None


class Attempt(_Part):
    """A tool call that was made for the shopper."""

    tool: str
    title: LocalText = LocalText()
    arguments: JsonObject = {}
    about: LocalText = LocalText()
    """On what, in words."""
    status: str
    code: str = ""
    why: LocalText = LocalText()
    """What the shopper was told where it was refused."""
    receipt: str | None = None
    seq: int | None = None


class Stuck(_Part):
    """Where the bot got no further."""

    kind: Literal["question", "consent", "refused", "not_understood", "unanswered", "held", "failed"]
    text: LocalText
    seq: int | None = None


class Voice(_Part):
    """How a voice message sounded."""

    label: str
    chance: float = 0.0
    impatience: float | None = None


class Mood(_Part):
    """The mood of one message; words and, where one came, voice."""

    seq: int | None = None
    label: str
    score: float = 0.0
    intensity: float = 0.0
    voice: Voice | None = None


class Emotion(_Part):
    """The shopper's mood over the conversation, oldest first."""

    points: tuple[Mood, ...] = ()
    trend: Literal["better", "steady", "worse"] = "steady"
    dissatisfied: float = 0.0
    """The chance that they are."""
    because: tuple[str, ...] = ()


class RiskReason(_Part):
    """What moved a score, and by how much of the log odds."""

    words: LocalText
    share: float


class RiskFacts(_Part):
    """A call of this conversation that was held back as a risk."""

    case_id: str
    tool: str
    subject: str
    chance: float
    held_from: float
    status: str
    reasons: tuple[RiskReason, ...] = ()


class Value(_Part):
    """What the customer is to the shop: recency, frequency and money."""

    tier: str
    orders: int
    spent: Money | None = None
    last_order_days: int | None = None
    recency: int = 0
    """1 to 5 among the shop's buyers, 5 the best; 0: never bought."""
    frequency: int = 0
    money: int = 0
    segment: LocalText = LocalText()


class Statement(_Part):
    """A sentence of the summary, in both languages, and the messages that it rests on."""

    kind: StatementKind
    text: LocalText
    seqs: tuple[int, ...]


class Citation(_Part):
    """What a suggested reply rests on."""

    kind: CitationKind
    ref: str
    """The id of the document, order, refund or receipt; the code of a refusal."""
    label: str
    """Where it stands, in the language of the reply."""
    quote: str = ""


class Suggestion(_Part):
    """A reply that the agent may send as it is."""

    text: str
    lang: Lang
    citations: tuple[Citation, ...] = pydantic.Field(min_length=1)


class OfferedAction(_Part):
    """A call that an agent may make for the shopper now, with all its arguments."""

    key: str
    tool: str
    title: LocalText
    arguments: JsonObject
    about: LocalText = LocalText()
    """On what, in words."""


class TriageReason(_Part):
    """What moved the category, and how far; the weightiest first."""

    text: LocalText
    share: float


class Triage(_Part):
    """What kind of case it is, as the model saw it, and as a person corrected it."""

    category: Category = "other"
    chance: float = 0.0
    """Of the category; calibrated where a fitted model said it."""
    reasons: tuple[TriageReason, ...] = ()
    model: str = ""
    read: JsonObject = {}
    """What the model read, to learn from a correction: see `tools.ticketing.triage.reading.Case`."""
    guessed: JsonObject = {}
    """The model's own labels: category, priority, queue, skill."""
    corrected_by: str | None = None
    corrected_at: dt.datetime | None = None


class Ending(_Part):
    """How the case ended."""

    outcome: str
    note: str = ""
    agreed: tuple[str, ...] = ()
    """What agent and shopper agreed to, each a sentence that the shopper may read."""
    agent: str = ""
    at: dt.datetime | None = None


class TicketBody(_Part):
    """Everything that a person needs to go on without asking again."""

    version: Literal[2] = VERSION
    customer: Person = Person()
    wants: tuple[Want, ...] = ()
    path: tuple[Step, ...] = ()
    told: tuple[Told, ...] = ()
    said: tuple[Said, ...] = ()
    """The last messages of the shopper, oldest first."""
    orders: tuple[OrderFacts, ...] = ()
    products: tuple[ProductRef, ...] = ()
    tried: tuple[Attempt, ...] = ()
    stuck: Stuck | None = None
    emotion: Emotion = Emotion()
    risk: tuple[RiskFacts, ...] = ()
    value: Value | None = None
    summary: tuple[Statement, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    actions: tuple[OfferedAction, ...] = ()
    triage: Triage | None = None
    attachments: tuple[str, ...] = ()
    escalation: JsonObject = {}
    """Why a person is needed, with what spoke for it: `dialogue.judging.Judgement`."""
    agreed: tuple[str, ...] = ()
    """What persons agreed to with this shopper before."""
    ending: Ending | None = None
    notes: JsonObject = {}
    """What a body of another version or maker says beside this."""


def read_body(stored: JsonObject) -> TicketBody:
    """Return a body as it was stored, by this version, an older one or anybody else; what cannot be read stands in `notes`."""
    try:
        return TicketBody.model_validate(upgraded(stored, frozenset(TicketBody.model_fields)))
    except pydantic.ValidationError:
        return TicketBody(notes=stored)


def _read(given: Any) -> Any:
    return read_body(given) if isinstance(given, dict) else given


StoredBody = Annotated[TicketBody, pydantic.BeforeValidator(_read)]
Body = Annotated[
    StoredBody,
    pydantic.WithJsonSchema({"type": "object", "description": "The case as tools.ticketing.body.TicketBody says it."}),
]
"""A body as an argument: models and programs that hand over need not read its whole schema."""
