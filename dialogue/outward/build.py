"""The outbox of everybody whom a data folder declares."""

from __future__ import annotations

from pathlib import Path

from dialogue.outward.declared import declared_webhooks
from dialogue.outward.inboxes import addressees, declared_inboxes
from dialogue.outward.mail import declared_mail, mail_addressees
from dialogue.outward.outbox import Outbox, outbox_of


def declared_outbox(data: Path) -> Outbox | None:
    """Return the outbox; None where nobody is to be told anything.

    Raises:
        OwnToolError: a declaration cannot be used.
    """
    others = [*addressees(declared_inboxes(data)), *mail_addressees(declared_mail(data))]
    return outbox_of(declared_webhooks(data), others)
