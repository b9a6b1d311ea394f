"""The shop front's view of the catalogue: public, and through the executor like every other door."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

import sqlmodel
from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from channels.context import Context, ContextDep
from channels.problems import ProblemError
from knowledge.schema import Category, Product
from knowledge.vocabulary import vocabulary
from tools.base import Identity, ToolCall

router = APIRouter(prefix="/v1/catalog", tags=["catalog"])

VISITOR = Identity("shopper")
WINDOW = 50
"""As many products of one search can be seen; whoever wants another narrows the search."""


@router.get("/products")
async def list_products(
    context: ContextDep,
    *,
    query: Annotated[str, Query(max_length=200)] = "",
    category: Annotated[str | None, Query(max_length=64)] = None,
    sort: Literal["relevance", "price_up", "price_down", "newest", "rating"] = "relevance",
    limit: Annotated[int, Query(ge=1, le=WINDOW)] = 24,
    offset: Annotated[int, Query(ge=0, le=WINDOW)] = 0,
) -> dict[str, Any]:
    """Search or browse: `ProductCard`s best first, how many there are in all, and which of them can be reached."""
    if category is not None:
        async with context.platform.database.read() as session:
            if await session.get(Category, category) is None:
                raise ProblemError("unknown_category")
    reach = min(WINDOW, offset + limit)
    arguments = {"query": query, "category": category, "sort": sort, "in_stock": False, "limit": reach}
    found = await _read(context, "search_products", arguments)
    total = found["total"]
    return {"products": found["products"][offset:reach], "total": total, "reachable": min(total, WINDOW)}


@router.get("/products/{product_id}")
async def get_product(context: ContextDep, product_id: str) -> dict[str, Any]:
    """Return a product with its variants, prices and stock."""
    return await _read(context, "get_product", {"product_id": product_id})


@router.get("/categories")
async def list_categories(context: ContextDep) -> dict[str, Any]:
    """Return the category tree, flat, with how many active products lie right in each."""
    count = (
        sqlmodel.select(Product.category_id, sqlmodel.func.count())
        .where(Product.status == "active")
        .group_by(sqlmodel.col(Product.category_id))
    )
    async with context.platform.database.read() as session:
        counts = dict((await session.exec(count)).all())
        rows = (await session.exec(sqlmodel.select(Category).order_by(sqlmodel.col(Category.id)))).all()
    categories = [
        {
            "id": row.id,
            "parent_id": row.parent_id,
            "name": {"zh": row.name_zh, "en": row.name_en},
            "products": counts.get(row.id, 0),
        }
        for row in rows
    ]
    return {"categories": categories}


@router.get("/words")
async def list_words() -> JSONResponse:
    """Return the Chinese labels of option keys and values, by their canonical English; for cards and pickers."""
    known = vocabulary()
    words = (*known.keys, *(value for values in known.values.values() for value in values))
    labels = {word.lower(): known.label(word, "zh") for word in words}
    return JSONResponse({"zh": labels}, headers={"Cache-Control": "public, max-age=3600"})


async def _read(context: Context, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a read tool as an anonymous shopper.

    Raises:
        ProblemError: the product is unknown, the arguments are wrong, or the catalogue cannot be searched.
    """
    key = f"catalog:{uuid.uuid4().hex}"
    outcome = await context.platform.executor.call(ToolCall(tool, arguments), VISITOR, idempotency_key=key)
    if outcome.evidence is not None:
        return outcome.evidence.model_dump(mode="json")
    if "product" in outcome.code:
        raise ProblemError("unknown_product")
    if outcome.mendable:
        raise ProblemError("invalid")
    raise ProblemError("unavailable", headers={"Retry-After": "5"})
