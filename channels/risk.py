"""What was held back as a risk: cases with their reasons, a person's decision, scores of orders, rings as pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.problems import language_of, refusal_problem
from channels.wire import RiskDecision, printable
from knowledge.types import Lang, new_id
from tools.base import ToolCall
from tools.risk.types import CaseStatus, OrderRisk, Rings, RiskCases, RiskCaseView

router = APIRouter(prefix="/v1/risk", tags=["risk"])
Id = Annotated[str | None, Query(max_length=64)]


@router.get("/cases", response_model=RiskCases)
async def list_cases(
    context: ContextDep,
    caller: CallerDep,
    *,
    status: CaseStatus | None = None,
    conversation_id: Id = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> JSONResponse:
    """List what was held back, newest first, with the score, the threshold of that time and every reason."""
    arguments = {"status": status, "conversation_id": conversation_id, "limit": limit}
    return await _called(context, caller, "list_risk_cases", arguments)


@router.post("/cases/{case_id}/decision", response_model=RiskCaseView)
async def decide(context: ContextDep, caller: CallerDep, case_id: str, body: RiskDecision) -> JSONResponse:
    """Override the score (`allow`) or confirm it (`fraud`); recorded with who decided, and learned from at the next fit."""
    arguments = {"case_id": case_id, "decision": body.decision, "note": printable(body.note)}
    return await _called(context, caller, "decide_risk_case", arguments)


@router.get("/orders/{order_id}", response_model=OrderRisk)
async def order_risk(context: ContextDep, caller: CallerDep, order_id: str) -> JSONResponse:
    """Score an order as it was placed, with the exact share of each reason."""
    return await _called(context, caller, "order_risk", {"order_id": order_id})


@router.get("/rings", response_model=Rings)
async def rings(
    request: Request,
    context: ContextDep,
    caller: CallerDep,
    account: Id = None,
    pictures: Annotated[int, Query(ge=0, le=20)] = 3,
) -> JSONResponse:
    """Find accounts of one hand, the largest ring first, as SVG with a text; `account` keeps the rings that it belongs to."""
    arguments = {"account": account, "pictures": pictures}
    return await _called(context, caller, "risk_rings", arguments, lang=language_of(request))


async def _called(
    context: Context, caller: Caller, tool: str, arguments: dict[str, Any], *, lang: Lang = "en"
) -> JSONResponse:
    caller.must_be("agent", "merchant")
    call = ToolCall(tool, arguments)
    outcome = await context.platform.executor.call(call, caller.identity(), lang=lang, idempotency_key=new_id("risk"))
    if outcome.status != "ok" or outcome.evidence is None:
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable)
    return JSONResponse(outcome.evidence.model_dump(mode="json"))
