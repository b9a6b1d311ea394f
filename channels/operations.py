"""What operators look at: liveness, readiness, figures."""

from __future__ import annotations

import asyncio

import sqlmodel
from fastapi import APIRouter, Response

from channels.context import ContextDep
from channels.problems import ProblemError
from knowledge.schema import Shop

router = APIRouter(tags=["operations"])

READY_TIMEOUT_S = 3.0


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(context: ContextDep) -> dict[str, str]:
    """The platform answers: it is built, nothing is left from a crash, the database can be read and holds a shop."""
    if not context.ready:
        raise ProblemError("starting", headers={"Retry-After": "1"})
    try:
        async with asyncio.timeout(READY_TIMEOUT_S), context.platform.database.read() as session:
            shop = (await session.exec(sqlmodel.select(Shop.id))).first()
    except TimeoutError:
        raise ProblemError("unavailable", headers={"Retry-After": "1"}) from None
    return {"status": "ready", "shop": shop or ""}


@router.get("/metrics", response_class=Response)
async def metrics(context: ContextDep) -> Response:
    """Prometheus figures."""
    return Response(context.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
