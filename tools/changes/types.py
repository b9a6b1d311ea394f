"""Arguments and evidence of the tools about staged changes."""

from __future__ import annotations

from typing import Literal

import pydantic

from tools.base import Arguments, Evidence
from tools.evidence import LocalText
from tools.proposals import Deed, ProposalView
from tools.staging import Difference, Staged


class ListChanges(Arguments):
    """`state`: ``waiting`` for approval or ``made``; `tool`: only changes by this tool, such as ``change_price``.

    `latest_to`: what the newest is looked for to do; None: ``approve`` what waits, ``roll_back`` what was made.
    """

    state: Literal["waiting", "made"] = "waiting"
    latest_to: Deed | None = None
    tool: str | None = pydantic.Field(default=None, max_length=64)
    ids: tuple[str, ...] | None = pydantic.Field(default=None, max_length=100)
    """Only these."""


class ChangeList(Evidence):
    """Staged changes, newest first. `latest`: the first that the reader may do what they want with."""

    changes: tuple[ProposalView, ...]
    latest: ProposalView | None
    others: int
    """How many there are besides `latest`."""


class RollBack(Arguments):
    """`proposal_id`: the change that is to be undone, as `list_changes` gives it."""

    proposal_id: str = pydantic.Field(min_length=1, max_length=64)


class RolledBack(Staged):
    """What stands again after a change was undone."""

    proposal_id: str
    tool: str
    restored: tuple[Difference, ...]

    def about(self) -> str:
        """See `Staged`."""
        return f"proposal:{self.proposal_id}"

    def differences(self) -> tuple[Difference, ...]:
        """Return every field as it was and as it is put back."""
        return self.restored

    def expected(self) -> LocalText | None:
        """Return nothing: what a roll-back does is not estimated."""
        return None
