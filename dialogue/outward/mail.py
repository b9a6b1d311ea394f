"""``mail.yaml``: who gets an e-mail of what: people of the shop about tickets, shoppers about their own case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic

from dialogue.outward.declared import Declared, Secret, read_declared, web_address
from dialogue.outward.notices import Notice
from knowledge.schema import Conversation
from knowledge.types import Lang

FILE = "mail.yaml"
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_PROVEN = ("token", "email")
"""Ways to prove who one is after which the account's e-mail address is the shopper's: a signed-in account, or the address itself."""


def mail_address(text: str) -> str:
    """Return an e-mail address in plain letters.

    Raises:
        ValueError: it is none.
    """
    if not _ADDRESS.fullmatch(text) or len(text) > 254:
        raise ValueError("expected an e-mail address in plain letters, such as service@shop.example")
    return text


Address = Annotated[str, pydantic.AfterValidator(mail_address)]
AgentEvent = Literal["ticket.opened", "ticket.breach_warning"]
ShopperEvent = Literal["ticket.opened", "ticket.resolved"]


class SmtpServer(Declared):
    """The server that takes the shop's e-mail. Certificates are always checked."""

    host: str = pydantic.Field(min_length=1)
    port: int = pydantic.Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: Secret | None = None
    timeout_s: float = pydantic.Field(default=15.0, gt=0, le=120)

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user: and password: belong together")
        if self.security == "none" and self.user is not None:
            raise ValueError("a password is not sent unencrypted: expected security: starttls or tls")
        return self


class AgentRule(Declared):
    """People of the shop who are told of tickets."""

    to: tuple[Address, ...] = pydantic.Field(min_length=1)
    events: tuple[AgentEvent, ...] = ("ticket.opened", "ticket.breach_warning")
    queues: tuple[str, ...] = ()
    """All of them where it is empty."""
    lang: Lang = "zh"


class Mail(Declared):
    """The whole file."""

    smtp: SmtpServer
    sender: Address
    name: str = pydantic.Field(default="", max_length=60)
    """The shop's, as readers see the sender."""
    site: Annotated[str, pydantic.AfterValidator(web_address)]
    """Where the shop's pages are: links lead there."""
    agents: tuple[AgentRule, ...] = ()
    shoppers: tuple[ShopperEvent, ...] = ()
    """What shoppers are told of, if their address is proven; nothing where it is left out."""


def declared_mail(data: Path) -> Mail | None:
    """Read ``mail.yaml`` of a data folder; None where there is no such file.

    Raises:
        OwnToolError: the file cannot be used, or everybody may write it.
    """
    return read_declared(data / FILE, Mail) if (data / FILE).exists() else None


class AgentsAddressee:
    """People of the shop: what the ticket is about, nothing that the shopper wrote."""

    def __init__(self, place: int, rule: AgentRule) -> None:
        self._place, self._rule = place, rule

    @property
    def destination(self) -> str:
        """``mail:agents-0``, by the rule's place in the file."""
        return f"mail:agents-{self._place}"

    def payload(self, notice: Notice, head: Conversation) -> dict[str, Any] | None:
        """Return which message goes to whom."""
        rule, queue = self._rule, notice.data.get("queue")
        if notice.event not in rule.events or (rule.queues and queue not in rule.queues):
            return None
        return {"message": f"agents.{notice.event}", "lang": rule.lang, "to": list(rule.to), "facts": notice.data}


class ShopperAddressee:
    """The shopper, at the address of the account that was proven to be theirs."""

    def __init__(self, events: tuple[ShopperEvent, ...]) -> None:
        self._events = events

    @property
    def destination(self) -> str:
        """``mail:shoppers``."""
        return "mail:shoppers"

    def payload(self, notice: Notice, head: Conversation) -> dict[str, Any] | None:
        """Return which message goes to the customer; the address itself is looked up when it is sent."""
        proven = head.customer_id is not None and head.verified_by in _PROVEN
        if notice.event not in self._events or not proven or notice.data.get("outcome") == "hand_back":
            return None
        facts = {"ticket_id": notice.data.get("ticket_id")}
        return {
            "message": f"shoppers.{notice.event}",
            "lang": head.lang,
            "customer_id": head.customer_id,
            "facts": facts,
        }


def mail_addressees(mail: Mail | None) -> Iterator[AgentsAddressee | ShopperAddressee]:
    """Yield those who are written to."""
    if mail is None:
        return
    for place, rule in enumerate(mail.agents):
        yield AgentsAddressee(place, rule)
    if mail.shoppers:
        yield ShopperAddressee(mail.shoppers)
