"""Answers from the shop's documents."""

from __future__ import annotations

import dataclasses

from tools.base import Tool, ToolContext
from tools.content.types import Citation, KnowledgeAnswer, SearchKnowledge
from tools.errors import RefusedError
from tools.executor import Services


async def search_knowledge(context: ToolContext, arguments: SearchKnowledge) -> KnowledgeAnswer:
    """Return passages that answer a question, each with where it stands.

    Raises:
        RefusedError: ``knowledge_unavailable``: the shop runs without a document index.
    """
    services = context.services
    if not isinstance(services, Services) or services.retriever is None:
        raise RefusedError("knowledge_unavailable", "the documents are not indexed: start the shop with its retriever")
    found = await services.retriever.search(arguments.query, arguments.lang, arguments.limit)
    citations = tuple(Citation(**dataclasses.asdict(hit)) for hit in found.hits)
    return KnowledgeAnswer(answered=found.answered, citations=citations)


TOOLS: tuple[Tool, ...] = (
    Tool(
        name="search_knowledge",
        effect="read",
        roles=frozenset({"shopper", "merchant", "agent", "system"}),
        needs_customer=False,
        arguments=SearchKnowledge,
        run=search_knowledge,
        description_en=(
            "Passages of the shop's help documents that answer a question about how things work: delivery, returns, warranty, "
            "payment, membership, care of goods. Not for the person's own orders, and not for a product's stock or price. Say "
            "only what a passage says and cite it; when `answered` is false, say that you do not know and offer a colleague. "
            "query: the question in the shopper's words. lang: the shopper's language, zh or en. limit: 1 to 10 passages."
        ),
        description_zh=(
            "在店铺的帮助文档里找答案：配送、退换、保修、支付、会员、保养等规则问题。不用于查顾客自己的订单，也不用于查商品的库存和价格。只说文档里写的并注明出处；"
            "answered 为 false 时说明不知道，并提出转人工。query：顾客的原话问题。lang：顾客的语言，zh 或 en。limit：1 到 10 段。"
        ),
    ),
)
