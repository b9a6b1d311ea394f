from __future__ import annotations

from typing import Any

import pytest

from knowledge.schema import Invoice, Order
from tests.tools.orders.desk import CARD, Desk, cny
from tools.orders.types import InvoiceView, ReturnPlan

COMPANY = {"kind": "company", "title": "小店科技有限公司", "tax_id": "9132 0102 ma1x-xxxx1b"}


def invoice(order: str = "W-delivered", **fields: Any) -> dict[str, Any]:
    return {"order_id": order, "title": "王小明", "email": "Wang@Example.com", **fields}


async def test_a_company_gets_its_invoice_over_what_it_paid(desk: Desk) -> None:
    done = await desk.get(InvoiceView, "request_invoice", **invoice(**COMPANY))

    assert (done.amount, done.tax_id, done.email) == (cny(22700), "91320102MA1XXXXX1B", "wang@example.com")
    [row] = await desk.rows(Invoice)
    assert (row.id, row.kind, row.title, row.status, row.amount_minor) == (
        done.invoice_id,
        "company",
        "小店科技有限公司",
        "requested",
        22700,
    )


async def test_what_goes_back_is_not_invoiced(desk: Desk) -> None:
    await desk.get(
        ReturnPlan,
        "return_items",
        order_id="W-delivered",
        lines=[{"line_id": "W-delivered-1"}],
        refund_method_id=CARD,
    )

    assert (await desk.get(InvoiceView, "request_invoice", **invoice())).amount == cny(4900)


async def test_nothing_is_left_to_invoice_after_a_full_return(desk: Desk) -> None:
    lines = [{"line_id": "W-delivered-1"}, {"line_id": "W-delivered-2"}]
    await desk.get(ReturnPlan, "return_items", order_id="W-delivered", lines=lines, refund_method_id=CARD)

    assert (await desk.refused("request_invoice", **invoice()))[0] == "nothing_to_invoice"


async def test_one_invoice_an_order_until_it_is_void(desk: Desk) -> None:
    done = await desk.get(InvoiceView, "request_invoice", **invoice())

    code, facts = await desk.refused("request_invoice", **invoice())
    assert (code, facts["status"], facts["email"]) == ("already_invoiced", "requested", "wang@example.com")
    assert done.invoice_id is not None
    await desk.change(Invoice, done.invoice_id, status="void")
    await desk.get(InvoiceView, "request_invoice", **invoice())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "club"}, "kind_unknown"),
        ({"title": "  "}, "title_needed"),
        ({"email": "wang"}, "email_invalid"),
        ({"email": "wang@example"}, "email_invalid"),
        ({**COMPANY, "tax_id": ""}, "tax_id_needed"),
        ({**COMPANY, "tax_id": "12-34"}, "tax_id_invalid"),
    ],
)
async def test_what_is_missing_or_wrong_is_asked_again(desk: Desk, fields: dict[str, str], code: str) -> None:
    outcome = await desk.ask("request_invoice", **invoice(**fields))

    assert (outcome.code, outcome.mendable) == (code, True)


async def test_a_person_needs_no_tax_number(desk: Desk) -> None:
    assert (await desk.get(InvoiceView, "request_invoice", **invoice(tax_id="??"))).tax_id == ""


async def test_the_policy_says_whether_and_until_when(desk: Desk) -> None:
    desk.clock.advance(days=400)
    assert (await desk.refused("request_invoice", **invoice()))[0] == "window_passed"
    assert (await desk.refused("request_invoice", **invoice("W-cancelled")))[0] == "status_forbids"

    desk.under("tau_retail")
    assert (await desk.refused("request_invoice", **invoice()))[0] == "not_enabled"


async def test_an_invoice_does_not_change_the_order(desk: Desk) -> None:
    before = await desk.order("W-delivered")
    await desk.get(InvoiceView, "request_invoice", **invoice())

    assert [row.model_dump() for row in await desk.rows(Order, id="W-delivered")] == [before.model_dump()]
