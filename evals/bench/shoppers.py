"""Who shops: customers of the shop with an order that was delivered lately and of which nothing was sent back."""

from __future__ import annotations

import dataclasses

from sqlmodel import col, select

from knowledge.db import Database
from knowledge.schema import Order, OrderLine, Return
from knowledge.types import Lang


@dataclasses.dataclass(frozen=True)
class Shopper:
    """A customer with an order to speak of."""

    customer_id: str
    order_id: str
    titles: dict[Lang, str]

    def facts(self, lang: Lang) -> dict[str, str]:
        """Return what a script may say of the shopper."""
        return {"order": self.order_id, "item": self.titles[lang]}


async def find_shoppers(url: str, limit: int) -> list[Shopper]:
    """Return up to `limit` customers of the shop at a database address, those with the freshest deliveries first."""
    database = Database(url)
    query = (
        select(Order.customer_id, Order.id, OrderLine.title_zh, OrderLine.title_en)
        .join(OrderLine, col(OrderLine.order_id) == col(Order.id))
        .where(col(Order.status) == "delivered", col(Order.id).not_in(select(Return.order_id)))
        .order_by(col(Order.delivered_at).desc(), col(OrderLine.position))
    )
    found: dict[str, Shopper] = {}
    try:
        async with database.read() as session:
            for customer_id, order_id, zh, en in (await session.exec(query.limit(limit * 4))).all():
                found.setdefault(customer_id, Shopper(customer_id, order_id, {"zh": zh, "en": en}))
    finally:
        await database.close()
    return list(found.values())[:limit]
