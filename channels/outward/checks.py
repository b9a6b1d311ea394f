"""Whether what is declared for other systems can be used as it stands."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from channels.outward.errors import OutwardError
from channels.outward.inboxes.assembly import inbox_of
from channels.outward.signing import key_of, secret_of
from dialogue.outward.declared import Secret, declared_webhooks
from dialogue.outward.inboxes import declared_inboxes
from dialogue.outward.mail import declared_mail


def declared_outwards(data: Path) -> list[str]:
    """Return the names of everybody who is declared to be told something.

    Raises:
        OwnToolError: a declaration cannot be used.
    """
    named = [f"webhook {name}" for name in declared_webhooks(data)] + [
        f"inbox {name}" for name in declared_inboxes(data)
    ]
    return named + (["e-mail"] if declared_mail(data) is not None else [])


def complaints(data: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the secrets of those who are declared."""
    for who, check in _checks(data, environment):
        try:
            check()
        except OutwardError as error:
            yield f"{who}: {error}"


def _checks(data: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, Callable[[], object]]]:
    def signs(secret: Secret) -> Callable[[], object]:
        return lambda: key_of(secret_of(secret, environment, data))

    for name, webhook in declared_webhooks(data).items():
        for secret in filter(None, (webhook.secret, webhook.previous_secret)):
            yield f"webhook {name}", signs(secret)
    for name, inbox in declared_inboxes(data).items():
        yield f"inbox {name}", functools.partial(inbox_of, inbox, None, environment, data)
    mail = declared_mail(data)
    if mail is not None and (password := mail.smtp.password) is not None:
        yield "e-mail", lambda: secret_of(password, environment, data)
