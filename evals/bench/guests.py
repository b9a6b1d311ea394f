"""Who shops: customers of the shop with an order that was delivered lately and of which nothing was sent back."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import col, select

from evals.bench.errors import BenchError
from knowledge.db import Database
from knowledge.schema import Order, OrderLine, Return
from knowledge.types import Lang

PROGRAM = (sys.executable, "-m", "channels")
TOKENS_A_CALL = 2000
"""Customers that one command line names: it may be no longer than 128 KiB an argument, 2 MiB in all."""


@dataclasses.dataclass(frozen=True)
class Shopper:
    """A customer with an order to speak of."""

    customer_id: str
    order_id: str
    titles: dict[Lang, str]

    def facts(self, lang: Lang) -> dict[str, str]:
        """Return what a script may say of the shopper."""
        return {"order": self.order_id, "item": self.titles[lang]}


@dataclasses.dataclass(frozen=True)
class Guest:
    """A shopper with a token."""

    shopper: Shopper
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return {"Authorization": f"Bearer {self.token}"}


async def find_guests(data: Path, database_url: str, limit: int) -> list[Guest]:
    """Return up to `limit` guests of the shop, with tokens that a server on the folder `data` accepts.

    Raises:
        BenchError: there is no shop, or it has no customer of whom the scripts could speak.
    """
    if not _is_there(database_url):
        raise BenchError(f"there is no shop in {data}: give the folder of the server's shop with --data")
    shoppers = await find_shoppers(database_url, limit)
    if not shoppers:
        raise BenchError(
            f"the shop of {data} has no customer with a delivered order of which nothing was sent back: take another shop"
        )
    tokens = make_tokens(data, [shopper.customer_id for shopper in shoppers])
    return [Guest(*pair) for pair in zip(shoppers, tokens, strict=True)]


def _is_there(database_url: str) -> bool:
    """Tell whether SQLite's file exists: it would be made otherwise. Other databases say so themselves."""
    url = make_url(database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


async def find_shoppers(database_url: str, limit: int) -> list[Shopper]:
    """Return up to `limit` customers of the shop at a database address, those with the freshest deliveries first."""
    database = Database(database_url)
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


def make_tokens(data: Path, customer_ids: Sequence[str]) -> list[str]:
    """Return a shopper's token for each customer, signed with the secret of the folder `data`."""
    tokens: list[str] = []
    for start in range(0, len(customer_ids), TOKENS_A_CALL):
        named = [
            word for customer_id in customer_ids[start : start + TOKENS_A_CALL] for word in ("--subject", customer_id)
        ]
        command = [*PROGRAM, "token", "--role", "shopper", *named, "--data", str(data)]
        tokens += subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()  # noqa: S603 (our own program)
    return tokens
