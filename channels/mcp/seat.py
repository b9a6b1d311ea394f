"""Who acts through the door, as the command line said it."""

from __future__ import annotations

import dataclasses

from channels.auth import Caller
from knowledge.types import Lang

_ROLES: dict[Lang, dict[str, str]] = {
    "en": {"shopper": "the shopper", "merchant": "the merchant", "agent": "the human agent"},
    "zh": {"shopper": "顾客", "merchant": "商家", "agent": "客服人员"},
}
_VISITOR: dict[Lang, str] = {"en": "an anonymous visitor of the shop", "zh": "店铺的一位匿名访客"}


@dataclasses.dataclass(frozen=True)
class Seat:
    """One for a process. Nothing that a client sends can change it."""

    caller: Caller
    conversation_id: str | None = None
    """Of an agent: the conversation whose customer they act for, as long as they hold it."""
    lang: Lang | None = None
    """None: the shop's own."""

    def told(self, lang: Lang) -> str:
        """Return who it is, for the model on the other side."""
        if self.caller.visitor:
            return _VISITOR[lang]
        return f"{_ROLES[lang][self.caller.role]} {self.caller.subject}"
