"""What understanding hands on: entities and a short list of commands. Nothing downstream knows which understander ran."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Protocol, runtime_checkable

import pydantic

from knowledge.types import Lang

EntityType = Literal[
    "order_ref", "product", "option", "category", "brand", "quantity", "amount", "date", "email", "phone", "postcode",
    "person_name", "address", "payment_method", "reason", "ordinal", "height_cm", "weight_kg", "foot_length_mm",
    "tax_id", "sku", "coupon_code", "tracking_number", "company", "figures",
]  # fmt: skip


class _Value(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Entity(_Value):
    """Something mentioned, normalised but not yet matched to a record (that is grounding's work).

    `value` by type:
        order_ref: ``{"id": "W2378156"}``, ``{"suffix": "56"}``, ``{"relative": "last"}`` (newest) or ``"previous"``,
            ``{"date": "2026-11-22"}`` (placed that day), ``{"status": "pending"}``, ``{"all": true}``.
        product: ``{"terms": "mechanical keyboard", "product_ids": [...], "generic": false}``; ids are the catalogue's
            products that the words can mean, best first, at most 20; ``generic`` when only a kind of thing was named
            ("shoes", 衣服); ``kinds`` then are the kinds of goods meant, which hold for all of them. ``{"price": "239.0"}`` is
            what costs so much, in major units. ``"meant": true`` though one thing is refused of it, as of the jeans in "not
            returning the jeans, only swapping them".
        option: ``{"key": "color", "value": "red"}``; canonical English; key ``""`` when several keys could hold it;
            ``"negated": true`` for "not red"; ``"otherwise": true`` for what will do where the one before is not to be had,
            ``"wanted": true`` for one that goods shall have though it stands as if they had it; ``"relation": "same"|"larger"|"smaller"|"cheaper"`` instead of a value.
        category, brand: ``{"id": ..., "name": ...}``.
        quantity: ``{"n": 2}``. ordinal: ``{"n": 2}`` (1-based), ``{"n": -1}`` the last, ``{"n": 0}`` the middle one,
            ``{"n": 1, "to": 2}`` the first two, ``{"all": true}``, ``{"rest": true}``, ``{"extreme": "most"|"least"}`` what costs most, or least.
        amount: ``{"minor": 30000, "relation": "max"|"min"|"about"|"exact"}``; minor units of the shop's currency.
        date: ``{"from": "2026-11-18", "to": "2026-11-18"}`` in the shop's time zone.
        email, phone (digits, maybe a leading +), postcode, tax_id, company, sku, coupon_code, tracking_number: ``{"text": ...}``.
        person_name: ``{"full": "Yusuf Rossi"}``. address: the fields of `tools.evidence.AddressFields` that were given.
        payment_method: ``{"kind": "credit_card"}`` and ``brand``, ``last_four``, ``id``, ``"original": true`` as far as given.
        reason: ``{"code": "too_small"}`` (codes of `understanding/reasons.yaml`) and ``{"text": ...}`` the words.
        height_cm, weight_kg, foot_length_mm: ``{"n": 172.0}``.
        figures: `tools.analytics.query.Question` as JSON: a question about figures that was pressed, not written.
    """

    type: EntityType
    value: dict[str, Any]
    text: str
    start: int
    end: int
    score: float = 1.0


class _Command(_Value):
    text: str = ""
    """The words that the command was read from: a span of the message."""
    score: float = 1.0
    """Calibrated confidence in [0, 1]."""
    source: str = ""
    """``pattern``, ``classifier``, ``pending`` (read as an answer to the question asked), ``choice``."""


class StartFlow(_Command):
    """The person wants a procedure: a flow id. `entities` are those of its part of the message."""

    kind: Literal["start_flow"] = "start_flow"
    flow: str
    entities: tuple[Entity, ...] = ()
    fallback: bool = False
    """Only where the request before it comes to nothing: "return it, or cancel it if that doesn't work"."""


class Provide(_Command):
    """Information for the running flow, an answer to its question or volunteered; the engine finds the slots."""

    kind: Literal["provide"] = "provide"
    entities: tuple[Entity, ...] = ()


class Correct(_Command):
    """The person takes something back and says it anew: "no, the blue one", 地址写错了. Without entities: wrong, but not what."""

    kind: Literal["correct"] = "correct"
    entities: tuple[Entity, ...] = ()
    slot: str | None = None
    """The kind of thing said to be wrong, when named: ``address``, ``order``, ``items``, ``payment_method``, ``reason``, ..."""
    back: Literal["first", "last"] | None = None
    """What it was at first, or was last, is wanted again, and not said anew: "the size I said first"."""


class Choose(_Command):
    """An answer to choices that were offered: 0-based indexes into the pending question's `choices`."""

    kind: Literal["choose"] = "choose"
    indexes: tuple[int, ...]


class Affirm(_Command):
    """Yes, to the pending question."""

    kind: Literal["affirm"] = "affirm"


class Deny(_Command):
    """No, to the pending question; what comes with it (a correction, another wish) stands in further commands."""

    kind: Literal["deny"] = "deny"


class Cancel(_Command):
    """Stop the running procedure (never: cancel an order). `scope` names what is dropped when it is only a part."""

    kind: Literal["cancel"] = "cancel"
    scope: Literal["flow", "all", "part"] = "flow"
    entities: tuple[Entity, ...] = ()
    """What is dropped of it."""
    only: tuple[Entity, ...] = ()
    """What alone is kept of several requests."""
    flow: str | None = None
    """The procedure that is dropped, which may be one that waits for its turn; None: the one that runs."""


class Repeat(_Command):
    """Say the last thing again, explain the question ("what do you mean?"), or help who cannot answer it ("I don't have that")."""

    kind: Literal["repeat"] = "repeat"
    explain: bool = False
    unknown: bool = False


class AskKnowledge(_Command):
    """A question that the shop's documents answer."""

    kind: Literal["ask_knowledge"] = "ask_knowledge"
    query: str
    goods: tuple[Entity, ...] = ()
    """The goods named in it, whose page may know what no document says."""
    generic: str = ""
    """A question about an order with "item" and "my order" in the place of names and numbers, of which documents do not speak; else ""."""


class AskHuman(_Command):
    """The person wants a person."""

    kind: Literal["ask_human"] = "ask_human"


class ChitChat(_Command):
    """Talk without business."""

    kind: Literal["chit_chat"] = "chit_chat"
    topic: Literal["greeting", "thanks", "goodbye", "bot_identity", "compliment", "complaint", "ack", "wait", "agreed"]


class SwitchLanguage(_Command):
    """Speak this language from now on, said explicitly."""

    kind: Literal["switch_language"] = "switch_language"
    lang: Lang


class CannotHandle(_Command):
    """Nothing understood well enough; `candidates` are flow ids to offer, best first."""

    kind: Literal["cannot_handle"] = "cannot_handle"
    candidates: tuple[str, ...] = ()
    out_of_scope: bool = False
    """True when it is understood to be none of the shop's business."""


Command = Annotated[
    StartFlow | Provide | Correct | Choose | Affirm | Deny | Cancel | Repeat | AskKnowledge | AskHuman | ChitChat
    | SwitchLanguage | CannotHandle,
    pydantic.Field(discriminator="kind"),
]  # fmt: skip

EmotionLabel = Literal["calm", "satisfied", "confused", "anxious", "annoyed", "angry", "sad", "unknown"]


class Emotion(_Value):
    """How the person feels in this message; it changes tone, patience and priority, nothing else."""

    label: EmotionLabel = "calm"
    score: float = 0.0
    """Calibrated chance of the label, in [0, 1]."""
    intensity: float = 0.0
    """0 none, 1 as strong as words get."""
    chances: dict[EmotionLabel, float] = {}
    """Calibrated chance of every label but ``unknown``, sum 1; empty where the mood was read by words alone."""
    impatience: float | None = None
    """How impatient the voice sounds, in [0, 1]; None where none was heard."""


class ScoredIntent(_Value):
    """An intent and its calibrated chance."""

    intent: str
    score: float


class Understanding(_Value):
    """All that was read from one message."""

    lang: Lang
    intents: tuple[ScoredIntent, ...] = ()
    """Best first, at most three; ``cannot_handle`` may be one."""
    commands: tuple[Command, ...] = ()
    entities: tuple[Entity, ...] = ()
    emotion: Emotion = Emotion()
    model: str = ""
    """Name and version of the understander."""
    read_as: str = ""
    """The message with its slips mended, of the same length, where it was read otherwise than it was written."""


class PendingQuestion(_Value):
    """What the bot asked last and is waiting for."""

    kind: Literal["slot", "confirm", "choice", "offer"]
    """``slot``: a value; ``confirm``: yes or no to an effect; ``choice``: one of `choices` (several when `multiple`);
    ``offer``: yes or no to an offer without effect ("shall I ask a colleague?")."""
    slot: str = ""
    slot_type: str = ""
    """A slot type of `dialogue.flows`: ``order``, ``order_lines``, ``variant``, ``payment_method``, ``address``, ``reason``, ``text``,
    ``identity``, ``email``, ``product``, ..."""
    choices: tuple[str, ...] = ()
    """Their labels as shown, in order."""
    multiple: bool = False
    text: str = ""
    """The question as it was put."""
    declined: bool = False
    """The person has said that they cannot answer it."""


class View(_Value):
    """What an understander may see of the state."""

    lang: Lang | None = None
    """Language so far; None before the first message."""
    opened_in: Lang | None = None
    """Language of the greeting; holds for a first message that shows none."""
    pending: PendingQuestion | None = None
    active_flow: str | None = None
    waiting: tuple[str, ...] = ()
    """The procedures that wait for their turn, in order."""
    given_up: str | None = None
    """The procedure that was stopped last."""
    last_flow: str | None = None
    """The procedure that came to its end last."""
    flow_slots: dict[str, str] = {}
    """Slot name -> slot type of the active flow."""
    said: tuple[Entity, ...] = ()
    """What was told for the running request, or for the last one where none runs; oldest first."""
    before: tuple[Entity, ...] = ()
    """What was told for the running request before it was put right; empty where it never was."""
    settled: dict[str, Any] = {}
    """What the running request has settled: slot name -> value."""
    listed: bool = False
    """Several products were shown last."""
    shown: int = 0
    """How many products the list has that was shown last, perhaps some turns ago."""
    focused: bool = False
    """One product is being talked about."""
    known: bool = True
    """Whether it is known who is talking."""
    role: Literal["shopper", "merchant"] = "shopper"
    figures: bool = False
    """The last thing asked was a figure of the shop, which the next question may go on with."""
    person_from: float = 0.6
    """Chance from which a message asks for a person."""


class Understander(Protocol):
    """Turns a message and the state's view into commands."""

    async def understand(self, text: str, view: View) -> Understanding:
        """Never raises for any text; what it cannot read is `CannotHandle`."""
        ...


@runtime_checkable
class Learns(Protocol):
    """An understander that learns something only when it is needed."""

    async def warm(self) -> None:
        """Learn it now, so that nobody's first message waits for it."""
        ...


def place_of(number: int, count: int) -> int | None:
    """Return the 0-based place that an ordinal names among `count` things: the nth, from behind, 0: the middle of an odd number."""
    if number == 0:
        return count // 2 if count % 2 else None
    return (number - 1 if number > 0 else count + number) if 1 <= abs(number) <= count else None


def places_of(value: dict[str, Any], count: int) -> list[int]:
    """Return the 0-based places that the value of an ordinal names among `count` things: of "the first two" both."""
    first, last = value.get("n"), value.get("to", value.get("n"))
    if not isinstance(first, int) or not isinstance(last, int):
        return []
    found = [place_of(number, count) for number in range(first, last + 1)]
    return [place for place in found if place is not None]
