"""Makes the inboxes that are declared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import httpx

from channels.outward.inboxes.chatwoot import Chatwoot
from channels.outward.inboxes.types import ExternalInbox
from channels.outward.inboxes.zendesk import Zendesk
from channels.outward.signing import secret_of
from dialogue.outward.inboxes import ChatwootInbox, Inbox


def inbox_of(inbox: Inbox, http: httpx.AsyncClient | None, environment: Mapping[str, str], data: Path) -> ExternalInbox:
    """Return what talks to a declared inbox; without `http` only what they send can be read.

    Raises:
        OutwardError: a secret of it cannot be used.
    """
    token = secret_of(inbox.token, environment, data)
    webhook_secret = secret_of(inbox.webhook_secret, environment, data)
    if isinstance(inbox, ChatwootInbox):
        return Chatwoot(inbox, http, token=token, webhook_secret=webhook_secret)
    return Zendesk(inbox, http, token=token, webhook_secret=webhook_secret)
