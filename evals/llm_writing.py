"""How well a language model rewords what the templates say: ``xiaoer llm evaluate --purpose write``.

Data: what the platform says in a small demo shop to a customer who asks the questions below, in both languages.

Figures, by language: `said`, the share of sentences that the model put in other words which pass the writer's guard (the same figures,
codes, links, matters, denials and questions, in the language); of the others the template's words are said. Milliseconds are those of
one reply: of the templates with all that a turn does to its replies, of the model for the request.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
from sqlmodel import select

from agent.llm.ledger import Budget, turn_ledger
from agent.writer import Writer
from dialogue.build import Config, Platform, build
from dialogue.replies.types import TextReply
from evals.metrics import Share
from knowledge.schema import Order
from knowledge.types import JsonObject, Lang
from tools.base import Identity

QUESTIONS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "你好", "我的订单到哪了", "退货要多久到账", "运费怎么算", "我想取消订单", "有什么优惠券", "可以开发票吗", "你是机器人吗", "谢谢",
        "今天天气怎么样", "转人工", "我想退货", "你们服务真好", "太慢了，气死我了", "再见", "嗯", "等一下", "这个多少钱",
    ),
    "en": (
        "hello", "where is my order", "how long does a refund take", "how much is shipping", "I want to cancel my order",
        "what coupons do I have", "can I get an invoice", "are you a bot", "thanks", "what is the weather like", "let me talk to a person",
        "I want to return something", "your service is great", "this is far too slow, I am angry", "bye", "ok", "wait a moment",
        "how much is this",
    ),
}  # fmt: skip
Progress = Callable[[str, float], None]


@dataclasses.dataclass(frozen=True)
class SaidReply:
    """What the templates said to a question."""

    lang: Lang
    texts: tuple[str, ...]
    ms: float


@dataclasses.dataclass(frozen=True)
class Figures:
    """The figures of one language; see the module."""

    said: Share
    template_ms: float
    """50th percentile."""
    model_ms: tuple[float, float]
    """50th and 95th percentile."""

    def to_json(self) -> JsonObject:
        """Return them as one JSON object."""
        middle, high = self.model_ms
        return {
            "said": self.said.to_json(),
            "template_ms": {"p50": round(self.template_ms, 2)},
            "model_ms": {"p50": round(middle, 1), "p95": round(high, 1)},
        }


@contextlib.asynccontextmanager
async def demo_shop() -> AsyncIterator[Platform]:
    """Open a demo shop of its own: what is asked leaves conversations and tickets behind."""
    with tempfile.TemporaryDirectory() as folder:
        platform = await build(Config(data=Path(folder), demo_scale=0.1))
        try:
            yield platform
        finally:
            await platform.close()


async def replies(platform: Platform, lang: Lang, *, limit: int = 100) -> list[SaidReply]:
    """Ask the platform the first questions, each in a conversation of its own, as a customer who has ordered something."""
    async with platform.database.read() as session:
        order = (await session.exec(select(Order).order_by(Order.id))).first()
    customer = order.customer_id if order is not None else None
    identity = Identity("shopper", subject=customer or "visitor", customer_id=customer)
    found = []
    for question in QUESTIONS[lang][:limit]:
        opened = await platform.conversations.open(identity, lang=lang)
        turn = await platform.conversations.send(opened.id, identity, client_id="1", text=question)
        texts = tuple(reply.text for reply in turn.replies if isinstance(reply, TextReply) and reply.text)
        if texts:
            found.append(SaidReply(lang, texts, turn.ms.reply))
    return found


async def measure(writer: Writer, said: Sequence[SaidReply], *, progress: Progress | None = None) -> Figures:
    """Put every reply in other words and work the figures out."""
    passed: list[bool] = []
    taken: list[float] = []
    for number, reply in enumerate(said):
        started = time.perf_counter()
        with turn_ledger(Budget(10**9)):
            words = await writer.reword(reply.texts, reply.lang)
        taken.append(1000 * (time.perf_counter() - started))
        passed += [new != old for new, old in zip(words, reply.texts, strict=True)]
        if progress:
            progress(f"rewording ({reply.lang})", (number + 1) / len(said))
    middle, high = np.percentile(taken, [50, 95]) if taken else (0.0, 0.0)
    template = float(np.median([reply.ms for reply in said])) if said else 0.0
    return Figures(Share.of(passed), template, (float(middle), float(high)))


def text(found: dict[Lang, Figures], model: str) -> str:
    """Return the figures to read; 95 % intervals."""
    lines = [f"rewording with {model}"]
    for lang, entry in found.items():
        middle, high = entry.model_ms
        lines.append(
            f"  {lang}  passes the guard {entry.said}   templates {entry.template_ms:.2f} ms   model p50 {middle:.0f}, p95 {high:.0f} ms"
        )
    return "\n".join(lines)
