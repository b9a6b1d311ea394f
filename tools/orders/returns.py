"""Send delivered goods back for money."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from sqlmodel import col, select

from knowledge.schema import Category, OrderLine, Product, Return, ReturnLine
from knowledge.types import new_id
from tools.base import ToolContext, tool
from tools.errors import ArgumentError, NeedsPersonError, RefusedError
from tools.orders.money import check_person, check_refund_method, promise, refund_part, touched
from tools.orders.record import OrderRecord, load_for
from tools.orders.rules import accepted_reason, is_faulty, plain_reason
from tools.orders.types import ReturnItems, ReturnLineChoice, ReturnPlan
from tools.orders.views import line_view, title_fact


@dataclasses.dataclass(frozen=True)
class _Plan:
    record: OrderRecord
    pieces: Sequence[tuple[OrderLine, int]]
    evidence: ReturnPlan


async def preview_return(context: ToolContext, arguments: ReturnItems) -> ReturnPlan:
    """Work out what goes back and what is paid back."""
    return (await _plan(context, arguments)).evidence


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_return,
    en=(
        "Register the return of delivered goods for money; the refund follows when the goods have come. All lines in one "
        "call: some shops allow one return an order. Not for an order still in the shop (cancel_order), nor to get another "
        "colour or size (exchange_items). order_id: such as W2378156. lines: a list of {line_id, quantity}, ids from "
        "get_order, quantity left out for all pieces. refund_method_id: the original method or a gift card on file, by its "
        "id. reason: such as too_small, defective, damaged, not_as_described, changed_mind; may be empty where the policy "
        "asks for none."
    ),
    zh=(
        "登记已收到商品的退货退款，商店收到退回的商品后退款。所有商品放在一次调用里：有的商店每张订单只能退一次。未发货的订单用 cancel_order，"
        "要换颜色或尺码用 exchange_items。order_id：订单号，如 W2378156。lines：{line_id, quantity} 的列表，line_id 来自 get_order，"
        "quantity 不填表示全部退。refund_method_id：退款去向，原支付方式或账户里礼品卡的编号。reason：原因，如 too_small、defective、damaged、"
        "not_as_described、changed_mind；政策不要求时可为空。"
    ),
)
async def return_items(context: ToolContext, arguments: ReturnItems) -> ReturnPlan:
    """Write the return and the promised refund down."""
    plan = await _plan(context, arguments, lock=True)
    record, refund = plan.record, plan.evidence.refund
    request = Return(
        id=new_id("ret"),
        order_id=record.order.id,
        reason=plan.evidence.reason,
        refund_method_id=refund.method.id,
        refund_minor=refund.amount.minor,
        currency=record.currency,
        created_at=context.now,
    )
    context.session.add(request)
    await context.session.flush()
    for line, pieces in plan.pieces:
        context.session.add(ReturnLine(return_id=request.id, order_line_id=line.id, sku=line.sku, quantity=pieces))
    if refund.amount.minor > 0:
        promise(context, record, refund, "return", return_id=request.id)
    record.order.status = "return_requested"
    touched(record)
    return plan.evidence.model_copy(update={"order": record.summary(), "return_id": request.id})


def check_reason(context: ToolContext, record: OrderRecord, action: str, reason: str) -> None:
    """Leave reasons that the policy reserves for people to a person; a person's own call passes.

    Raises:
        NeedsPersonError: ``reason_needs_person``.
    """
    reserved = {plain_reason(entry) for entry in context.policy.human.reasons}
    if context.identity.role == "shopper" and plain_reason(reason) in reserved:
        raise NeedsPersonError(
            "reason_needs_person", "this is for a person", action=action, order_id=record.order.id, reason=reason[:200]
        )


async def _plan(context: ToolContext, arguments: ReturnItems, *, lock: bool = False) -> _Plan:
    rules = context.policy.returns
    faulty = is_faulty(arguments.reason, rules)
    record = await load_for(context, "return_items", arguments.order_id, lock=lock, faulty=faulty)
    check_reason(context, record, "return_items", arguments.reason)
    reason = accepted_reason("return_items", arguments.reason, rules.reasons)
    pieces = [(record.line(choice.line_id), choice) for choice in arguments.lines]
    chosen = [(line, _pieces(record, line, choice)) for line, choice in pieces]
    _check_once(record, chosen)
    if not faulty:
        await _check_categories(context, record, [line for line, _pieces in chosen])
    method_id = check_refund_method(record, arguments.refund_method_id, rules.refund_to)
    value = sum(record.value_minor(line, count) for line, count in chosen)
    minor = min(value, max(0, record.paid_minor()))
    check_person(context, record, "return", minor)
    evidence = ReturnPlan(
        order=record.summary(),
        lines=tuple(line_view(line, record.currency, count) for line, count in chosen),
        reason=reason,
        refund=refund_part(record, method_id, minor, context.policy.refunds),
    )
    return _Plan(record, chosen, evidence)


def _pieces(record: OrderRecord, line: OrderLine, choice: ReturnLineChoice) -> int:
    left = record.remaining(line)
    facts = {"line_id": line.id, "title": title_fact(line), "order_id": record.order.id}
    if left == 0:
        raise ArgumentError("nothing_left", "all pieces of the line were returned or exchanged", **facts)
    if choice.quantity is not None and choice.quantity > left:
        raise ArgumentError(
            "quantity_too_high", f"expected at most {left} pieces", **facts, left=left, quantity=choice.quantity
        )
    return choice.quantity or left


def _check_once(record: OrderRecord, chosen: Sequence[tuple[OrderLine, int]]) -> None:
    for line_id, times in Counter(line.id for line, _pieces in chosen).items():
        if times > 1:
            raise ArgumentError("line_repeated", "expected every line once", line_id=line_id, order_id=record.order.id)


async def _check_categories(context: ToolContext, record: OrderRecord, lines: Sequence[OrderLine]) -> None:
    """Refuse goods of a category that never comes back.

    Raises:
        RefusedError: ``category_excluded``.
    """
    excluded = set(context.policy.returns.excluded_categories)
    if not excluded:
        return
    statement = select(Product.id, Product.category_id).where(
        col(Product.id).in_(sorted({line.product_id for line in lines}))
    )
    category_of = dict((await context.session.exec(statement)).all())
    tree = {entry.id: entry for entry in (await context.session.exec(select(Category))).all()}
    for line in lines:
        hit = _excluded(category_of.get(line.product_id), tree, excluded)
        if hit is not None:
            raise RefusedError(
                "category_excluded",
                "goods of this category are not taken back",
                action="return_items",
                order_id=record.order.id,
                line_id=line.id,
                title=title_fact(line),
                category={"zh": hit.name_zh, "en": hit.name_en},
            )


def _excluded(category_id: str | None, tree: dict[str, Category], excluded: set[str]) -> Category | None:
    """Return the category or the one above it that is excluded."""
    seen: set[str] = set()
    while category_id is not None and category_id in tree and category_id not in seen:
        if category_id in excluded:
            return tree[category_id]
        seen.add(category_id)
        category_id = tree[category_id].parent_id
    return None
