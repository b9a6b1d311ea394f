"""Who saw what: a row in the audit log when one of the shop's people looks at a person's conversation, ticket or data.

One row a person, object and `WINDOW_S`: whoever has a conversation open reads it over and over. A list shows the same rows all
day, so what was seen in one counts once in `LISTED_S`. The rows are written with other rows of reads, so a look costs no
write of its own.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from channels.auth import Caller
from knowledge.types import utc_now
from tools.audit import AuditLog, audit_row

WINDOW_S = 600.0
LISTED_S = 86_400.0
KEPT = 50_000


class Looks:
    """Notes looks of agents, supervisors and merchants; a shopper's look at their own data is nobody's business."""

    def __init__(self, audit: AuditLog, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._audit = audit
        self._clock = clock
        self._noted: OrderedDict[tuple[str, str], float] = OrderedDict()

    def saw(self, caller: Caller, kind: str, name: str, *, listed: bool = False) -> None:
        """Note that the caller saw an object, such as the ``conversation`` named ``cnv_...``; `listed`: among others."""
        if caller.role == "shopper":
            return
        now, seen = self._clock(), f"{kind}:{name}"
        key = (f"{caller.role}:{caller.subject}", seen)
        before = self._noted.get(key)
        if before is not None and now - before < (LISTED_S if listed else WINDOW_S):
            return
        self._noted[key] = now
        self._noted.move_to_end(key)
        if len(self._noted) > KEPT:
            self._noted.popitem(last=False)
        self._audit.note_row(
            audit_row(
                "seen",
                f"see_{kind}",
                at=utc_now(),
                actor=caller.subject,
                role=caller.role,
                object=seen,
            )
        )
