"""Tokens over HTTP: an anonymous visitor's for the widget, and the demo shop's sign-in in development."""

from __future__ import annotations

from typing import Any

import sqlmodel
from fastapi import APIRouter, Request

from channels.auth import Caller, caller_for, visitor
from channels.context import Context, ContextDep
from channels.problems import ProblemError
from channels.wire import DemoSignIn, TokenGiven
from knowledge.schema import Customer, Shop

router = APIRouter(prefix="/v1", tags=["tokens"])

DEMO_SHOP = "demo"


@router.post("/tokens/visitor", status_code=201)
async def visitor_token(request: Request, context: ContextDep) -> TokenGiven:
    """Give an anonymous shopper a token; only its holder sees the conversations opened with it."""
    context.visitor_rates.spend(request.client.host if request.client else "")
    return _given(context, visitor())


@router.get("/shop")
async def shop(context: ContextDep) -> dict[str, Any]:
    """What pages show about the shop: names, currency, language; in the demo, who one may sign in as."""
    async with context.platform.database.read() as session:
        row = (await session.exec(sqlmodel.select(Shop))).first()
    if row is None:
        return {"name": {"zh": "", "en": ""}, "currency": "", "lang": "zh", "demo": None}
    return {
        "name": {"zh": row.name_zh, "en": row.name_en},
        "currency": row.currency,
        "lang": row.default_lang,
        "demo": await _demo_people(context, row),
    }


@router.post("/tokens/demo", status_code=201)
async def demo_token(request: Request, context: ContextDep, body: DemoSignIn) -> TokenGiven:
    """Sign in to the demo shop as one of its well-known customers, an agent or a merchant. Only in development."""
    context.rates.spend(f"demo:{request.client.host if request.client else ''}")
    async with context.platform.database.read() as session:
        row = (await session.exec(sqlmodel.select(Shop))).first()
    people = await _demo_people(context, row) if row else None
    if people is None:
        raise ProblemError("not_found")
    known = {person["id"] for person in people["customers"]}
    if body.role == "shopper" and body.subject is not None and body.subject not in known:
        raise ProblemError("unknown_customer")
    return _given(context, caller_for(body.role, body.subject))


def _given(context: Context, caller: Caller) -> TokenGiven:
    seconds = context.settings.token_days * 86_400
    return TokenGiven(token=context.tokens.issue(caller), role=caller.role, subject=caller.subject, expires_in=seconds)


async def _demo_people(context: Context, row: Shop) -> dict[str, Any] | None:
    """Return whom the demo lets in; None where this is no demo shop, or production."""
    if context.settings.environment != "development" or row.id != DEMO_SHOP:
        return None
    ids = [str(each) for each in row.settings.get("personas", [])]
    async with context.platform.database.read() as session:
        rows = (await session.exec(sqlmodel.select(Customer).where(sqlmodel.col(Customer.id).in_(ids)))).all()
    customers = sorted(rows, key=lambda customer: ids.index(customer.id))
    return {"customers": [{"id": each.id, "name": each.full_name(), "lang": each.lang} for each in customers]}
