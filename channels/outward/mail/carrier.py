"""Sends e-mails through the shop's SMTP server."""

from __future__ import annotations

import asyncio
import datetime as dt
import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path

from channels.outward.errors import DeliveryError
from channels.outward.mail.writing import Letter, write
from channels.outward.signing import secret_of
from dialogue.outward.mail import Mail, mail_address
from knowledge.db import Database
from knowledge.schema import Customer, Delivery
from knowledge.types import Lang, utc_now

FINAL_FROM = 500
"""SMTP answers from here on say that another try is of no use."""
_REFUSED = (530, 534, 535, 538)
"""Of these it may be: they are about how we sign in, which somebody may mend."""


class MailCarrier:
    """See `channels.outward.sending.Carrier`."""

    def __init__(
        self,
        database: Database,
        mail: Mail,
        *,
        environment: Mapping[str, str],
        data: Path,
        clock: Callable[[], dt.datetime] = utc_now,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._database, self._mail, self._environment, self._data = database, mail, environment, data
        self._clock, self._trusted = clock, trusted

    async def deliver(self, message: Delivery) -> None:
        """Write and send it. One to a customer who has no address any more is nobody's."""
        payload = message.payload
        to = payload.get("to") or await self._address_of(payload["customer_id"])
        if not to:
            return
        lang: Lang = "en" if payload["lang"] == "en" else "zh"
        letter = Letter(payload["message"], lang, payload["facts"], to, message.message_id, self._clock())
        written = write(self._mail, letter)
        password = self._mail.smtp.password
        secret = secret_of(password, self._environment, self._data) if password is not None else None
        await asyncio.to_thread(self._send, written, to, secret)

    async def _address_of(self, customer_id: str) -> list[str]:
        async with self._database.read() as session:
            customer = await session.get(Customer, customer_id)
        try:
            return [mail_address(customer.email)] if customer is not None else []
        except ValueError:
            return []

    def _send(self, message: EmailMessage, to: list[str], password: str | None) -> None:
        smtp = self._mail.smtp
        trusted = self._trusted or ssl.create_default_context()
        try:
            with self._connected(trusted) as server:
                if smtp.security == "starttls":
                    server.starttls(context=trusted)
                if smtp.user is not None and password is not None:
                    server.login(smtp.user, password)
                server.send_message(message, self._mail.sender, to)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            said = ", ".join(f"{address}: {code}" for address, (code, _) in error.recipients.items())
            raise DeliveryError(f"no recipient was taken ({said})", final=min(codes) >= FINAL_FROM) from error
        except smtplib.SMTPResponseException as error:
            final = error.smtp_code >= FINAL_FROM and error.smtp_code not in _REFUSED
            raise DeliveryError(f"the mail server answered {error.smtp_code} {_said(error)}", final=final) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"{smtp.host}:{smtp.port}: {type(error).__name__}: {error}") from error

    def _connected(self, trusted: ssl.SSLContext) -> smtplib.SMTP:
        smtp = self._mail.smtp
        if smtp.security == "tls":
            return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout_s, context=trusted)
        return smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout_s)


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
