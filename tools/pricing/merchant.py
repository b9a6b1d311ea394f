"""What a merchant asks of prices: a suggestion, what-if, the competitors, and a change that waits for a yes."""

from __future__ import annotations

from decimal import Decimal

from knowledge.money import Money
from knowledge.schema import CompetitorPrice, PriceRecord, Variant
from tools.base import Role, ToolContext, tool
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.pricing.decision.guards import Band, PriceRules, band
from tools.pricing.decision.quote import Effect, Quote, curve, quote
from tools.pricing.offers import OnSale, latest_rivals, money, on_sale, price_rules
from tools.pricing.tiers import one_price
from tools.pricing.types import (
    ChangePrice,
    CompetitorReport,
    CurvePoint,
    MoneySpan,
    PriceChange,
    PriceCurve,
    PriceCurveOf,
    PriceSuggestion,
    ProductToPrice,
    Reason,
    RivalPrice,
    Span,
    VariantChange,
)
from tools.pricing.undoing import undo_price

MERCHANT: tuple[Role, ...] = ("merchant",)
_SOFT = {"step_down", "step_up", "parity", "ceiling"}


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en=(
        "The price of a product that is expected to earn most within the shop's rules, what it would change in a week with an "
        "interval, and why (elasticity, cost, competitors, stock, rules). Use it for 'what should this cost', 'is the price right'. "
        "Changes nothing: change_price stages it. product_id: the product; sku: one variant, else the cheapest."
    ),
    zh=(
        "给出商品的建议售价：在店铺规则内预计最赚钱的价格，一周内销量和利润的变化（含区间），以及理由（弹性、成本、竞品、库存、规则）。商家问“该卖多少钱”“定价合适吗”时使用；"
        "不会改价，改价用 change_price。product_id：商品编号；sku：指定规格，不填取最便宜的。"
    ),
)
async def suggest_price(context: ToolContext, arguments: ProductToPrice) -> PriceSuggestion:
    """Return a price with its reasons and expected effect."""
    sold = await on_sale(context, arguments.product_id, arguments.sku)
    found = quote(sold.offer, await price_rules(context))
    return PriceSuggestion(
        product_id=sold.product.id,
        sku=sold.variant.sku,
        title=_title(sold),
        now=money(found.today_minor, sold.variant),
        suggested=money(found.price_minor, sold.variant),
        unconstrained=money(found.best_minor, sold.variant),
        units_a_week=round(sold.offer.units, 2),
        units_change=_span(found.units),
        profit_change=_money_span(found.profit, sold.variant),
        elasticity=Span(value=found.elasticity.value, low=found.elasticity.low, high=found.elasticity.high),
        basis=found.elasticity.basis,
        cost_known=found.cost_known,
        fitted=sold.version is not None,
        version=sold.version,
        reasons=_reasons(sold, found),
        price=money(found.price_minor, sold.variant).major,
    )


def _reasons(sold: OnSale, found: Quote) -> tuple[Reason, ...]:
    offer = sold.offer
    reasons = [
        Reason(code="elasticity", figure=round(found.elasticity.value, 2), detail=found.elasticity.basis),
        Reason(code="cost", figure=round(found.cost_minor / found.today_minor, 3), detail="known" if found.cost_known else "guessed"),
    ]  # fmt: skip
    if offer.rivals:
        reasons.append(Reason(code="rivals", figure=round(min(offer.rivals) / found.today_minor - 1, 3)))
    if found.equilibrium_minor is not None:
        reasons.append(Reason(code="equilibrium", figure=found.equilibrium_minor / 100))
    if offer.stock is not None and offer.units > 0:
        reasons.append(Reason(code="stock", figure=round(offer.stock / offer.units, 1), detail=found.stock))
    if found.rule is not None or not found.allowed.low <= found.best_minor <= found.allowed.high:
        rule = found.rule or (
            found.allowed.low_rule if found.best_minor < found.allowed.low else found.allowed.high_rule
        )
        reasons.append(Reason(code="rule", figure=found.price_minor / 100, detail=rule))
    if sold.outlook is not None:
        reasons += [
            Reason(code="forecast", figure=round(2.718281828**share, 3), detail=column)
            for column, share in sold.outlook.reasons[:3]
        ]
    return tuple(reasons)


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en=(
        "What a week would bring at other prices: units, revenue and profit with intervals, for a what-if question or a chart. "
        "Changes nothing. product_id: the product; sku: one variant, else the cheapest; prices: amounts in the shop's currency such "
        "as 129.00, at most 25; left out, from 20 % below to 20 % above today's."
    ),
    zh=(
        "假设改价会怎样：在不同价格下一周的销量、销售额和利润（含区间），用于回答“降到多少会怎样”或画曲线；不会改价。product_id：商品编号；sku：指定规格，不填取最便宜的；"
        "prices：本店货币金额，如 129.00，最多 25 个；不填则取现价上下 20 %。"
    ),
)
async def price_curve(context: ToolContext, arguments: PriceCurveOf) -> PriceCurve:
    """Return expected units and profit at several prices."""
    sold = await on_sale(context, arguments.product_id, arguments.sku)
    rules, variant = await price_rules(context), sold.variant
    asked = [Money.of(price, variant.currency).minor for price in arguments.prices]
    if not asked:
        asked = [round(variant.price_minor * (0.8 + 0.05 * step)) for step in range(9)]
    prices = sorted({max(price, 1) for price in asked})
    allowed = _band(sold, rules)
    points = [
        CurvePoint(
            price=money(price, variant),
            units=_span(units),
            revenue=money(price * units.value, variant),
            profit=_money_span(profit, variant),
            allowed=allowed.low <= price <= allowed.high,
        )
        for price, units, profit in curve(sold.offer, rules, prices)
    ]
    best = max(points, key=lambda point: point.profit.value.minor)
    return PriceCurve(
        product_id=sold.product.id,
        sku=variant.sku,
        title=_title(sold),
        now=money(variant.price_minor, variant),
        best=best.price,
        points=tuple(points),
        fitted=sold.version is not None,
    )


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en=(
        "What other shops ask for a product: each competitor's last price, how far from ours, our rank, and where prices would come to "
        "rest if everyone answered. Use it for 'are we too expensive', 'what do competitors charge'. product_id: the product; sku: one "
        "variant, else the cheapest."
    ),
    zh=(
        "竞品价格报告：各竞争对手最近一次的价格、与本店的差距、本店排名，以及各家都应对后价格会停在哪里。商家问“我们贵不贵”“别家卖多少”时使用。product_id：商品编号；"
        "sku：指定规格，不填取最便宜的。"
    ),
)
async def competitor_report(context: ToolContext, arguments: ProductToPrice) -> CompetitorReport:
    """Return the competitors' last prices beside the shop's."""
    sold = await on_sale(context, arguments.product_id, arguments.sku)
    found = quote(sold.offer, await price_rules(context))
    today = sold.variant.price_minor
    return CompetitorReport(
        product_id=sold.product.id,
        sku=sold.variant.sku,
        title=_title(sold),
        now=money(today, sold.variant),
        rivals=tuple(_beside(rival, today) for rival in sold.rivals),
        claims=tuple(
            _beside(claim, today)
            for claim in await latest_rivals(context, sold.product.id, sold.variant.currency, claimed=True)
        ),
        rank=1 + sum(rival.price_minor < today for rival in sold.rivals),
        equilibrium=None if found.equilibrium_minor is None else money(found.equilibrium_minor, sold.variant),
    )


def _beside(rival: CompetitorPrice, today: int) -> RivalPrice:
    return RivalPrice(
        competitor=rival.competitor,
        price=Money(rival.price_minor, rival.currency),
        kind=rival.kind,
        observed_at=rival.observed_at,
        difference=round(rival.price_minor / today - 1, 4),
    )


async def preview_change(context: ToolContext, arguments: ChangePrice) -> PriceChange:
    """Work out which variants would cost what, and what that would do.

    Raises:
        ArgumentError: as `suggest_price`.
        RefusedError: ``price_unchanged``; ``price_rule``: below the floor, the minimum advertised price or the margin.
    """
    sold = await on_sale(context, arguments.product_id, arguments.sku)
    return _change(sold, arguments, await price_rules(context))


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_change,
    undo=undo_price,
    en=(
        "Stage a new price for everybody: it waits as a proposal and is set after a yes. Refuses a price below the shop's floor, minimum "
        "advertised price or margin; tells where it breaks a softer rule. Never for one person: that is a coupon. product_id: the product; "
        "price: the new price in the shop's currency such as 129.00; sku: that variant alone, else the cheapest, the others by the same share."
    ),
    zh=(
        "提交改价：对所有人统一生效，先作为提案等待确认，确认后才改。低于底价、最低广告价或最低毛利会被拒绝；触及较软的规则会提示。不能给某个人单独定价，个人优惠用优惠券。"
        "product_id：商品编号；price：新价格，本店货币，如 129.00；sku：只改该规格，不填则改最便宜的，其余同比例。"
    ),
)
async def change_price(context: ToolContext, arguments: ChangePrice) -> PriceChange:
    """Set the price and write it into the price history."""
    sold = await on_sale(context, arguments.product_id, arguments.sku)
    change = _change(sold, arguments, await price_rules(context))
    prices = {each.sku: each.after.minor for each in change.changes}
    for variant in sold.variants:
        if variant.sku not in prices:
            continue
        variant.price_minor = one_price(prices[variant.sku], {})
        context.session.add(variant)
        context.session.add(
            PriceRecord(
                sku=variant.sku,
                price_minor=variant.price_minor,
                currency=variant.currency,
                valid_from=context.now,
                reason="manual",
            )
        )
    return change


def _change(sold: OnSale, arguments: ChangePrice, rules: PriceRules) -> PriceChange:
    variant = sold.variant
    wanted = Money.of(arguments.price, variant.currency).minor
    if wanted == variant.price_minor:
        raise RefusedError("price_unchanged", "it costs that already", product_id=sold.product.id, sku=variant.sku)
    _check_hard(sold, rules, wanted)
    share = Decimal(wanted) / Decimal(variant.price_minor)
    changed = [variant] if arguments.sku is not None else list(sold.variants)
    changes = tuple(
        VariantChange(
            sku=each.sku,
            before=money(each.price_minor, each),
            after=money(wanted if each is variant else _scaled(each, share), each),
        )
        for each in changed
    )
    [(_, units, profit), (_, units_now, profit_now)] = curve(sold.offer, rules, [wanted, variant.price_minor])
    allowed = _band(sold, rules)
    broken = allowed.low_rule if wanted < allowed.low else allowed.high_rule if wanted > allowed.high else None
    return PriceChange(
        product_id=sold.product.id,
        title=_title(sold),
        changes=changes,
        units_change=_span(_less(units, units_now)),
        profit_change=_money_span(_less(profit, profit_now), variant),
        warnings=(broken,) if broken in _SOFT and broken is not None else (),
    )


def _check_hard(sold: OnSale, rules: PriceRules, wanted: int) -> None:
    """Refuse what no yes can make right."""
    free = rules.model_copy(update={"maximum_step": 1.0, "other_channels": {}, "unit_minor": 1})
    least = _band(sold, free)
    if wanted < least.low:
        raise RefusedError(
            "price_rule",
            "below what the shop's rules allow",
            rule=least.low_rule,
            least=money(least.low, sold.variant).format(),
            product_id=sold.product.id,
        )


def _scaled(variant: Variant, share: Decimal) -> int:
    return max(int((Decimal(variant.price_minor) * share).quantize(Decimal(1))), 1)


def _band(sold: OnSale, rules: PriceRules) -> Band:
    variant = sold.variant
    return band(
        rules,
        sold.product.id,
        price_minor=variant.price_minor,
        cost_minor=variant.cost_minor,
        list_price_minor=variant.list_price_minor,
    )


def _less(effect: Effect, now: Effect) -> Effect:
    """Return a figure at a price less that at today's, which does not depend on the elasticity."""
    return Effect(effect.value - now.value, effect.low - now.value, effect.high - now.value)


def _title(sold: OnSale) -> LocalText:
    return LocalText(zh=sold.product.title_zh, en=sold.product.title_en)


def _span(effect: Effect) -> Span:
    return Span(value=round(effect.value, 3), low=round(effect.low, 3), high=round(effect.high, 3))


def _money_span(effect: Effect, variant: Variant) -> MoneySpan:
    return MoneySpan(
        value=money(effect.value, variant), low=money(effect.low, variant), high=money(effect.high, variant)
    )


TOOLS = (suggest_price, price_curve, competitor_report, change_price)
