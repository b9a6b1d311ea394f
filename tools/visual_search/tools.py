"""What a picture shows, as a tool. Products that look like it are found by ``search_products`` with ``picture``."""

from __future__ import annotations

import pydantic

from knowledge.types import JsonObject
from tools.base import Arguments, Evidence, Tool, ToolContext, tool
from tools.errors import RefusedError
from tools.executor import Services


class PictureOf(Arguments):
    """A picture that the person sent."""

    picture: str = pydantic.Field(max_length=64)


class AttributeView(Evidence):
    """What an attribute of the picture is taken for, and how far that can be trusted."""

    name: str
    value: str
    chance: float
    accuracy: JsonObject | None
    """How often this attribute was named rightly on pictures kept apart: value, interval, n; None: it was not measured."""
    pictures: int
    """How many pictures it was learnt from."""


class PictureView(Evidence):
    """What a picture shows."""

    attributes: tuple[AttributeView, ...]
    products: tuple[str, ...]
    chances: tuple[float, ...]
    foreign: bool
    """It does not look like anything that the shop has: do not name attributes or products as if it did."""
    model: str


@tool(
    "read",
    roles=("shopper", "merchant", "agent", "system"),
    needs_customer=False,
    timeout_s=60.0,
    en=(
        "What a picture shows that the person sent: colour, kind, material and whatever else the shop's model has learnt, each with its chance and "
        "its measured accuracy, and the products nearest to it. Not to offer goods (search_products with picture). picture: id of the attachment."
    ),
    zh="描述顾客发来的图片：颜色、类别、材质等模型学过的属性（附把握和实测准确率），以及最相近的商品编号。要推荐商品请用 search_products 的 picture。picture：附件编号。",
)
async def describe_picture(context: ToolContext, arguments: PictureOf) -> PictureView:
    """Look at a picture."""
    services = context.services
    if not isinstance(services, Services) or services.gallery is None:
        raise RefusedError("pictures_unavailable", "this shop is not searched by picture")
    seen = await services.gallery.look(context, arguments.picture)
    version = services.models.get("visual_search").version
    return PictureView(
        attributes=tuple(
            AttributeView(
                name=one.name, value=one.value, chance=one.chance, accuracy=one.accuracy, pictures=one.pictures
            )
            for one in seen.attributes
        ),
        products=seen.products[:10],
        chances=seen.chances[:10],
        foreign=seen.foreign,
        model=f"visual_search {version.number}" if version else "not fitted",
    )


TOOLS: tuple[Tool, ...] = (describe_picture,)
