"""Replies as channels render them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import pydantic

from knowledge.types import JsonObject, Lang


class _Reply(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)

    text: str
    """Always readable alone: a channel that knows no cards shows this."""
    lang: Lang = "en"


class FigureRow(pydantic.BaseModel):
    """A row of a figure: the keys of its values, what they are called, and where it is drawn, in the units of the drawing's view box."""

    model_config = pydantic.ConfigDict(frozen=True)

    keys: tuple[str, ...]
    name: str
    box: tuple[float, float, float, float] | None = None
    """Left, top, width, height; None where it is not drawn."""


class FigureRef(pydantic.BaseModel):
    """What a figure answers, to ask it again, keep it, save it or go on from one of its rows."""

    model_config = pydantic.ConfigDict(frozen=True)

    question: JsonObject
    """`tools.analytics.query.Question` as JSON. It is checked where it is asked: what was said long ago can still be read."""
    rows: tuple[FigureRow, ...] = ()
    """In the order of the table; none where no row leads to a narrower question."""


Figure = Annotated[FigureRef | None, pydantic.Field(exclude_if=lambda given: given is None)]


class TextReply(_Reply):
    """A sentence. `receipts` are the receipt ids that it claims an effect by; `figure` is there where it says one."""

    type: Literal["text"] = "text"
    receipts: tuple[str, ...] = ()
    figure: Figure = None


class ProductsReply(_Reply):
    """Product cards: each a `tools.catalog.types.ProductCard` as JSON plus ``title``, ``price``, ``url`` in the shopper's language."""

    type: Literal["products"] = "products"
    products: tuple[dict[str, Any], ...]


class OrderReply(_Reply):
    """An order card: ``{"order_id", "status", "status_text", "total", "placed_at", "lines": [{"title", "options", "quantity", "price",
    "image"}], "parcels"?: [...]}``, texts in the shopper's language."""

    type: Literal["order"] = "order"
    order: dict[str, Any]


class Choice(pydantic.BaseModel):
    """A button: pressing it sends `value` as the message."""

    model_config = pydantic.ConfigDict(frozen=True)

    label: str
    value: str


class ChoicesReply(_Reply):
    """A question with buttons; typing an answer works as well."""

    type: Literal["choices"] = "choices"
    choices: tuple[Choice, ...]
    multiple: bool = False


class ChartReply(_Reply):
    """A drawing: `svg` with a text alternative in `text` and the figures in `table`."""

    type: Literal["chart"] = "chart"
    svg: str
    table: tuple[tuple[str, ...], ...] = ()
    figure: Figure = None


class CitationReply(_Reply):
    """An answer from a document, with where it stands."""

    type: Literal["citation"] = "citation"
    title: str
    heading: str = ""
    document_id: str
    slug: str = ""


class HandoffReply(_Reply):
    """The conversation goes to a person: which ticket, which place in the queue."""

    type: Literal["handoff"] = "handoff"
    ticket_id: str
    position: int | None = None
    expected_s: float | None = None
    """Seconds until somebody takes it; None: nothing says how long."""
    opens_at: dt.datetime | None = None
    """When the desk opens; None: it is open."""


class RatingReply(_Reply):
    """How were you served, one to five stars, with a remark. It is answered by ``POST /v1/conversations/{id}/rating`` or in words."""

    type: Literal["rating"] = "rating"
    rating_id: str
    served_by: Literal["bot", "agent"]


Reply = Annotated[
    TextReply | ProductsReply | OrderReply | ChoicesReply | ChartReply | CitationReply | HandoffReply | RatingReply,
    pydantic.Field(discriminator="type"),
]
