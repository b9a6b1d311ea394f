"""Brings messages to declared webhooks: JSON, signed, by POST."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from channels.outward.addresses import call
from channels.outward.errors import DeliveryError
from channels.outward.signing import headers_of, key_of, secret_of
from dialogue.outward.declared import Webhook
from knowledge.schema import Delivery
from knowledge.types import utc_now


class WebhookCarrier:
    """Sends to the webhooks that are declared; secrets are read at each try, so that a changed one counts at once."""

    def __init__(
        self,
        webhooks: Mapping[str, Webhook],
        http: httpx.AsyncClient,
        *,
        environment: Mapping[str, str],
        data: Path,
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._webhooks = webhooks
        self._http = http
        self._environment = environment
        self._data = data
        self._clock = clock

    async def deliver(self, message: Delivery) -> None:
        """See `Carrier`. Raises `OutwardError` where its secret cannot be used."""
        webhook = self._webhooks.get(message.destination.partition(":")[2])
        if webhook is None:
            raise DeliveryError("no webhook of that name is declared any more", final=True)
        body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = headers_of(message.message_id, self._clock(), body, self.keys(webhook))
        headers["content-type"] = "application/json"
        await call(self._http, "POST", webhook.url, body, headers, timeout_s=webhook.timeout_s)

    def keys(self, webhook: Webhook) -> list[bytes]:
        """Return the keys that it is signed with: the one in force, and the one that it replaces.

        Raises:
            OutwardError: one cannot be used.
        """
        secrets = [each for each in (webhook.secret, webhook.previous_secret) if each is not None]
        return [key_of(secret_of(each, self._environment, self._data)) for each in secrets]
