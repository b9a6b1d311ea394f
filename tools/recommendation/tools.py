"""The recommendation tool: what fits the wish, ranked for the person by the model in service, each with its reason."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

import numpy as np

from knowledge.product_entry import ProductEntry
from knowledge.product_search import Findings
from knowledge.products import ProductIndex
from tools.base import Tool, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.executor import Services
from tools.products import product_card
from tools.recommendation.answers import Controls, Pick
from tools.recommendation.capability import NAME
from tools.recommendation.events import Facts, FloatArray, Seen
from tools.recommendation.model import Recommender
from tools.recommendation.shop import history_of
from tools.recommendation.types import Recommendations, Recommended, RecommendProducts, Why
from tools.recommendation.words import in_words

MEANT = 5000
"""Products that fit a wish and are ranked; what fits less is not."""
NAMED, UNNAMED = 0.6, 0.2
"""What fitting the words best counts beside the model's score of up to 1: where goods or a purpose were named, and where none were."""
SAME_PART = 0.5
"""What a product gains that lies in the same part of the shop as that which it is to go with."""
WELL_RATED, REVIEWED = 4.0, 5
"""From which mean of how many reviews on a rating is a reason."""


@tool(
    "read",
    roles=("shopper", "merchant", "agent", "system"),
    needs_customer=False,
    en=(
        "Pick products for somebody and say why: 'recommend something', 'a gift for my mother under 300, not red', 'what goes with "
        "this'. Ranked by what the person looked at and bought. Not for plain searches (search_products). The filters are those of "
        "search_products. goes_with: id of a product that they are to go with. interested: ids looked at in this conversation. "
        "exclude_products: ids that were refused. diversity, novelty: 0 to 1, how varied and how little known. `model` is 'rules' as "
        "long as nothing was fitted: then the best liked of what fits comes first. Always pass each product's `reason` on."
    ),
    zh=(
        "为顾客挑选商品并说明理由，例如“有什么推荐的”“给我妈挑个礼物，三百以内，不要红色”“这个配什么好”。按顾客看过和买过的排序。普通找商品用 "
        "search_products，筛选项与它相同。goes_with：要搭配的商品编号。interested：本次会话里看过的商品编号。exclude_products：顾客拒绝过的商品编号。"
        "diversity、novelty：0 到 1，要多丰富、多小众。model 为 rules 表示还没有训练，按口碑排列。回复时要带上每件商品的 reason。"
    ),
)
async def recommend_products(context: ToolContext, arguments: RecommendProducts) -> Recommendations:
    """Rank what meets the filters.

    Raises:
        RefusedError: ``search_unavailable``.
        ArgumentError: ``product_not_found``: what the products are to go with is not on sale.
    """
    services = context.services
    if not isinstance(services, Services) or services.products is None:
        raise RefusedError("search_unavailable", "the catalogue is not indexed: start the shop with its search index")
    hidden = frozenset((*arguments.exclude_products, *([arguments.goes_with] if arguments.goes_with else [])))
    wish = dataclasses.replace(arguments.asked(services.products, limit=MEANT), hidden=hidden)
    findings = await services.products.search(wish)
    service = await services.models.ready(NAME)
    asked = _Asked(service.model, services.products, arguments, findings, await _history(context, arguments))
    picks = await asyncio.to_thread(asked.picks)
    shown = picks[arguments.offset : arguments.offset + arguments.limit]
    return Recommendations(
        query=arguments.query,
        products=tuple(asked.view(pick) for pick in shown),
        total=len(asked.among),
        relaxed=asked.relaxed,
        model=f"{NAME} {service.version.number}" if service.version else "rules",
        known_history=len(asked.history),
    )


async def _history(context: ToolContext, arguments: RecommendProducts) -> list[Seen]:
    """Return what the person had, what was looked at in this conversation, and at last what it is to go with."""
    customer = context.identity.customer_id
    before = await history_of(context.session, customer, context.now) if customer is not None else []
    return [*before, *(Seen(product, "view") for product in arguments.interested)]


class _Asked:
    """One call, with what it is answered from."""

    def __init__(
        self,
        model: Recommender,
        index: ProductIndex,
        arguments: RecommendProducts,
        findings: Findings,
        history: Sequence[Seen],
    ) -> None:
        self.model, self.index, self.arguments, self.history = model, index, arguments, list(history)
        self.relaxed = findings.relaxed
        self.skus = {finding.product.id: finding.skus for finding in findings.found}
        self.partner = self._partner()
        left = [finding.product for finding in findings.found]
        owned = {seen.item for seen in history if seen.kind == "buy"}
        new = [product for product in left if product.id not in owned]
        # What somebody has is only shown again where there is little else.
        self.among = new if len(new) >= arguments.limit else [*new, *(one for one in left if one.id in owned)]

    def picks(self) -> list[Pick]:
        """Return enough picks for the page that is asked for, best first."""
        wanted = self.arguments.offset + self.arguments.limit
        ids = [product.id for product in self.among]
        if (
            self.arguments.sort != "relevance" or "price" in self.relaxed
        ):  # then the catalogue put the nearest price first
            return self._in_their_order(ids[:wanted])
        history = [Seen(self.partner.id)] if self.partner else self.history
        controls = Controls(
            diversity=self.arguments.diversity if self.model.fitted or self.partner else 0.0,
            novelty=self.arguments.novelty,
            other_than=frozenset({self.partner.category.id}) if self.partner else frozenset(),
        )
        return self.model.recommend(
            history, among=ids, count=wanted, head_start=self._head_start(), unknown=self._unknown(), controls=controls
        )

    def view(self, pick: Pick) -> Recommended:
        """Return a pick as it is shown, with its reason in words."""
        product = self._product(pick.item)
        because = self.index.get(pick.reason.item) if pick.reason.item is not None else None
        why = self._why(pick, product, because)
        because = because if why in ("next", "bought_with", "alike") else None
        card = product_card(
            product,
            matched=self.skus[product.id] if self.arguments.options else (),
            reason=in_words(why, product, because),
        )
        return Recommended(**card.model_dump(), why=why, because_of=because.id if because is not None else None)

    def _partner(self) -> ProductEntry | None:
        if self.arguments.goes_with is None:
            return None
        found = self.index.get(self.arguments.goes_with)
        if found is None:
            raise ArgumentError(
                "product_not_found",
                "expected the id of a product on sale",
                product_id=self.arguments.goes_with[:64],
            )
        return found

    def _in_their_order(self, ids: Sequence[str]) -> list[Pick]:
        """Return products in the order that was asked for, each with the reason that the model has for it."""
        reasons = {
            pick.item: pick
            for pick in self.model.recommend(self.history, among=ids, count=len(ids), unknown=self._unknown())
        }
        return [reasons[item] for item in ids]

    def _head_start(self) -> FloatArray:
        """Return how well each product fits the words, by its place among those found."""
        count = len(self.among)
        most = NAMED if self.arguments.query.strip() else UNNAMED
        found = most * (1 - np.arange(count) / max(count, 1))
        if self.partner is not None:
            part = self.partner.category.path[:1]
            found += SAME_PART * np.array([product.category.path[:1] == part for product in self.among], dtype=float)
        return np.asarray(found, dtype=np.float64)

    def _unknown(self) -> dict[str, Facts]:
        """Return what is written of products that came after the fitting."""
        own = [*self.among, *([self.partner] if self.partner else [])]
        own += [product for seen in self.history if (product := self.index.get(seen.item)) is not None]
        return {product.id: _facts(product) for product in own if product.id not in self.model.places}

    def _product(self, product_id: str) -> ProductEntry:
        found = self.index.get(product_id)
        return found if found is not None else next(one for one in self.among if one.id == product_id)

    def _why(self, pick: Pick, product: ProductEntry, because: ProductEntry | None) -> Why:
        kind = pick.reason.kind
        if kind in ("next", "bought_with", "alike"):
            return kind if because is not None else "taste"
        if kind == "taste":
            return kind
        if self._sells_well(product.id):
            return "popular"
        rated = product.rating is not None and product.rating >= WELL_RATED and product.reviews >= REVIEWED
        return "rated" if rated else "fits"

    def _sells_well(self, product_id: str) -> bool:
        """Whether a product is among the quarter that is wanted most."""
        place = self.model.places.get(product_id)
        if place is None:
            return False
        return bool(self.model.popularity[place] >= max(np.quantile(self.model.popularity, 0.75), 1.0))


def _facts(product: ProductEntry) -> Facts:
    text = f"{product.title_zh} {product.title_en} {product.category.name_zh} {product.category.name_en}"
    return Facts(product.category.id, product.brand, product.price_from_minor, text)


TOOLS: tuple[Tool, ...] = (recommend_products,)
