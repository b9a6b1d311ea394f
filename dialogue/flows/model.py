"""What a flow file may contain; `dialogue.flows.loading` reads it.

A flow is a list of steps over named slots; ``docs/add-a-flow.md`` shows one. The engine runs the steps from the top in
every turn and skips what is done, so a correction only has to clear a slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, Self

import pydantic

from dialogue.commands import EntityType
from knowledge.types import Lang
from tools.ticketing.types import Reason

SlotTypeName = Literal[
    "order", "order_lines", "swaps", "payment_method", "address", "reason", "choice", "text", "yes_no", "proof", "email",
    "product", "products", "options", "search", "body", "order_optional", "coupon", "tax_id", "question", "amount", "amounts", "picture",
    "figures", "count", "chance", "shop_coupon", "coupon_terms", "document", "document_text", "bot_text", "bot_words", "open_change",
    "day", "period", "goods", "contact",
]  # fmt: skip


class FlowError(ValueError):
    """A flow file that cannot be used; says file, place and what was expected."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Texts(_Part):
    """A template in both languages (Jinja; ``slots``, ``results``, ``preview``, ``policy`` are its names)."""

    zh: str
    en: str
    _place: str = pydantic.PrivateAttr("")

    @property
    def place(self) -> str:
        """Where a flow says it, such as ``return_items/say/1``; ``""`` for what is no text of its own, such as a title."""
        return self._place

    def put(self, place: str) -> None:
        """Note the place, once the flow is whole."""
        self._place = place

    def get(self, lang: Lang) -> str:
        """Return the template of one language."""
        return self.zh if lang == "zh" else self.en


class SlotSpec(_Part):
    """A value that the flow needs."""

    type: SlotTypeName
    ask: Texts | None = None
    """How to ask; None uses the slot type's own question."""
    of: tuple[str, ...] = ()
    """Slots that it depends on: when one of them changes, this one is forgotten."""
    tool: str | None = None
    """For ``order``: the tool that is to run on it; orders that the policy shuts out of it are not offered."""
    instead: str | None = None
    """The flow that goes on instead: for ``order``, when the order meant is shut out of this one and not of that one; for
    ``product``, when only a kind of goods was named."""
    likely: tuple[str, ...] = ()
    """For ``order``: states of an order; when nothing was said and just one order is in them, it is meant. For ``order_optional``
    it is when several orders hold the goods that were named."""
    choices: tuple[dict[str, Any], ...] = ()
    """For ``choice``: ``{value, zh, en}``; ``words`` of the request that name it, ``implied_by`` entity types that say as much. For
    ``yes_no`` only what is implied: ``{value, implied_by}``."""
    takes: EntityType | None = None
    """For ``text``: an entity type whose words are the value where one was mentioned."""
    policy: str | None = None
    """For ``reason``/``choice``: a path in the policy that lists the accepted values, such as ``cancel.reasons``."""
    optional: bool = False
    """Never asked: used when the person says it."""
    allowed: str | None = None
    """For ``payment_method``: ``refund`` (policy.returns.refund_to), ``other`` (not the present one) or None (any on file)."""
    default: str | None = None
    """For ``payment_method``: ``original`` takes the order's own without asking. For ``amount``: the result, such as ``advice.price``,
    that is taken where no amount was said."""


class CallStep(_Part):
    """A call: a tool and its arguments; ``$slot`` or ``$result.path`` stand for values."""

    tool: str
    arguments: dict[str, Any] | str = {}
    save: str = "result"
    """Name of the evidence for later steps."""
    ask: Texts | None = None
    """Only ``confirm``: the question, over ``preview``."""
    focus: str | None = None
    """Only ``call``: where the evidence names the products that it is about; a single one is talked about from then on."""
    lists: str | None = None
    """Only ``call``: where the evidence names products in the order in which the person is told of them, for "the first one"."""


class HandOverStep(_Part):
    """Give the conversation to a person."""

    reason: Reason = "policy"
    queue: str = "general"


class OfferStep(_Part):
    """Say something and offer to ask a person; while another procedure waits, only say it."""

    text: Texts
    reason: Reason = "knowledge_gap"


class DecideStep(_Part):
    """The person's own yes or no to a staged change that waits for the shop's merchants."""

    deed: Literal["approve", "reject"]
    proposal: str
    """Where its id stands, or a list of ids: a path such as ``change``."""


class ShowStep(_Part):
    """A card: what kind, and which evidence it shows."""

    card: Literal[
        "order", "orders", "tracking", "products", "citation", "price_curve", "figures", "why", "customers", "brief"
    ]
    source: str
    text: Texts | None = None


class Case(_Part):
    """One arm of a branch; without ``when`` it always matches."""

    when: str | None = None
    steps: tuple[Step, ...]


class Step(_Part):
    """One step. Exactly one of the fields besides `when` is set."""

    when: str | None = None
    """A Jinja expression; the step is skipped when it is false."""
    collect: str | None = None
    check: str | None = None
    """An expression that must hold; else `otherwise` runs and the flow ends."""
    otherwise: tuple[Step, ...] = ()
    confirm: CallStep | None = None
    decide: DecideStep | None = None
    call: CallStep | None = None
    say: Texts | None = None
    show: ShowStep | None = None
    branch: tuple[Case, ...] | None = None
    hand_over: HandOverStep | None = None
    offer: OfferStep | None = None
    start: str | None = None
    """Go on as another flow, with what was heard."""

    @pydantic.model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [name for name in STEP_KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(f"expected exactly one of {', '.join(STEP_KINDS)} in a step, got {kinds or 'none'}")
        return self

    @property
    def kind(self) -> str:
        """Which of the fields is set."""
        return next(name for name in STEP_KINDS if getattr(self, name) is not None)


STEP_KINDS = ("collect", "check", "confirm", "decide", "call", "say", "show", "branch", "hand_over", "offer", "start")


class Utterances(_Part):
    """Things that people say, by language; in the notation of the training data: ``(a|b)``, ``[may be left out]``, ``{product}``."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def get(self, lang: Lang) -> tuple[str, ...]:
        """Return those of one language."""
        return self.zh if lang == "zh" else self.en


class Flow(_Part):
    """A procedure of the shop."""

    id: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Texts
    """What the person wants, as in "back to ...": "your return", 退货."""
    description: Texts | None = None
    examples: Utterances = Utterances()
    """What people say when they want it: the understander learns from them. Those of a shipped flow lie in
    ``understanding/data``; these come on top."""
    keywords: Utterances = Utterances()
    """Words that nobody says who does not want it; they tip the scales where the understander wavers."""
    refusals: dict[str, Texts] = {}
    """What to say when a tool refuses with this code, instead of the shop's own sentence."""
    personal: bool = True
    """The person must be known first."""
    role: Literal["merchant"] | None = None
    """Who alone may start it; None: everybody. What a merchant's flow teaches is heard from merchants alone."""
    rivals: str | None = None
    """Flows with the same word here exclude one another for the same goods: "no, exchange it" lets a return give way to an
    exchange, with the order and the goods that were settled."""
    slots: dict[str, SlotSpec] = {}
    steps: tuple[Step, ...]

    @pydantic.model_validator(mode="after")
    def _slots_known(self) -> Self:
        for step in walk(self.steps):
            if step.collect is not None and step.collect not in self.slots:
                raise ValueError(f"collect: no slot {step.collect!r}; slots are {', '.join(self.slots) or 'none'}")
        for name, slot in self.slots.items():
            if unknown := set(slot.of) - set(self.slots):
                raise ValueError(f"slot {name!r} depends on unknown slots {sorted(unknown)}")
        return self

    @pydantic.model_validator(mode="after")
    def _texts_placed(self) -> Self:
        counts: dict[str, int] = {}
        for kind, texts in spoken_texts(self):
            counts[kind] = counts.get(kind, 0) + 1
            texts.put(f"{self.id}/{kind}/{counts[kind]}" if kind in STEP_TEXTS else f"{self.id}/{kind}")
        return self

    @property
    def changes_something(self) -> bool:
        """Whether it may lead to an effect, or to a person who takes the matter up: it is more than a look."""
        return any(step.confirm or step.decide or step.hand_over for step in walk(self.steps))

    @property
    def reads_its_words(self) -> bool:
        """Whether what is wanted is read from the sentence that started it: said anew, it begins anew."""
        return any(
            slot.type in {"coupon_terms", "chance", "document_text", "bot_words", "figures"}
            for slot in self.slots.values()
        )

    @property
    def leads_to(self) -> frozenset[str]:
        """The flows that it may go on as."""
        return frozenset(step.start for step in walk(self.steps) if step.start is not None)

    def dependents(self, slot: str) -> set[str]:
        """Return the slots that are forgotten when `slot` changes."""
        found: set[str] = set()
        grew = {slot}
        while grew:
            grew = {name for name, spec in self.slots.items() if set(spec.of) & grew} - found
            found |= grew
        return found


STEP_TEXTS = ("say", "confirm", "show", "offer")
"""Kinds of text that a flow may have several of."""


def spoken_texts(flow: Flow) -> Iterator[tuple[str, Texts]]:
    """Yield everything that a flow says, with its kind: ``say``, ``confirm``, ``show``, ``offer``, ``slots.NAME.ask``, ``refusals.CODE``."""
    for name, slot in flow.slots.items():
        if slot.ask is not None:
            yield f"slots.{name}.ask", slot.ask
    for code, texts in flow.refusals.items():
        yield f"refusals.{code}", texts
    for step in walk(flow.steps):
        call = step.confirm or step.call
        for kind, said in (
            ("say", step.say),
            ("confirm", call.ask if call else None),
            ("show", step.show and step.show.text),
            ("offer", step.offer and step.offer.text),
        ):
            if said:
                yield kind, said


def placed_texts(flow: Flow) -> Iterator[tuple[str, Texts]]:
    """Yield everything that a flow says, with its place."""
    for _, texts in spoken_texts(flow):
        yield texts.place, texts


def walk(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield every step, those inside branches too."""
    for step in steps:
        yield step
        yield from walk(step.otherwise)
        for case in step.branch or ():
            yield from walk(case.steps)
