"""Puts together what sends: beside ``serve``, and for the commands."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from channels.outward.addresses import client
from channels.outward.inboxes.assembly import inbox_of
from channels.outward.inboxes.carrier import InboxCarrier
from channels.outward.mail.carrier import MailCarrier
from channels.outward.sending import Carrier, Sender, sending
from channels.outward.webhooks import WebhookCarrier
from channels.settings import Settings, environment
from dialogue.outward.declared import declared_webhooks
from dialogue.outward.inboxes import declared_inboxes
from dialogue.outward.mail import declared_mail
from knowledge.db import Database


@contextlib.asynccontextmanager
async def sender_of(settings: Settings, database: Database) -> AsyncIterator[Sender | None]:
    """Yield what sends to everybody who is declared; None where nobody is.

    Raises:
        tools.own.OwnToolError: a declaration cannot be used.
    """
    data, variables = settings.data, environment()
    webhooks, inboxes, mail = declared_webhooks(data), declared_inboxes(data), declared_mail(data)
    if not (webhooks or inboxes or mail):
        yield None
        return
    async with client(allow_private=settings.allow_private_targets) as http:
        carriers: dict[str, Carrier] = {
            "webhook": WebhookCarrier(webhooks, http, environment=variables, data=data),
            "inbox": InboxCarrier(database, inboxes, lambda inbox: inbox_of(inbox, http, variables, data)),
        }
        if mail is not None:
            carriers["mail"] = MailCarrier(database, mail, environment=variables, data=data)
        yield Sender(database, carriers)


@contextlib.asynccontextmanager
async def outbox_sent(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Send what waits while the block runs."""
    async with sender_of(settings, database) as sender:
        if sender is None:
            yield
            return
        async with sending(sender):
            yield
