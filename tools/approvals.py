"""How many people must approve a staged change, and whose approval counts."""

from __future__ import annotations

import dataclasses

from knowledge.schema import Proposal
from tools.base import Evidence, Identity, Role
from tools.errors import RefusedError
from tools.policy import ALWAYS, ChangeRules
from tools.staging import Staged


@dataclasses.dataclass(frozen=True)
class Need:
    """The approvals that a change needs. `exceeded` names the caps that it goes beyond."""

    approvals: int = 1
    proposer_counts: bool = True
    exceeded: tuple[str, ...] = ()


def need_of(rules: ChangeRules, role: Role, preview: Evidence) -> Need:
    """Return what a change needs under the caps of the role that approves it; the strictest of several counts."""
    if not isinstance(preview, Staged):
        return Need()
    caps = {**ALWAYS, **rules.caps.get("merchant", {})} if role == "merchant" else {}
    over = {name: caps[name] for name, value in preview.measures().items() if name in caps and value > caps[name].most}
    if not over:
        return Need()
    most = max(cap.approvals for cap in over.values())
    return Need(most, all(cap.proposer_counts for cap in over.values()), tuple(sorted(over)))


def objection(proposal: Proposal, identity: Identity, need: Need) -> str | None:
    """Return the code of why this person's approval does not count; None: it does."""
    if need.approvals > 1 and not need.proposer_counts and identity.actor == proposal.proposed_by:
        return "own_proposal"
    return "approved_already" if need.approvals > 1 and identity.actor in proposal.approvals else None


def approve(proposal: Proposal, identity: Identity, need: Need) -> bool:
    """Record an approval; returns whether the change may be made now.

    Raises:
        RefusedError: ``own_proposal``: others must approve it; ``approved_already``: somebody else must, too.
    """
    if (code := objection(proposal, identity, need)) is not None:
        raise RefusedError(code, "the approval of another person is needed", **facts_of(proposal, need))
    if identity.actor not in proposal.approvals:
        proposal.approvals = [*proposal.approvals, identity.actor]
    return len(proposal.approvals) >= need.approvals


def facts_of(proposal: Proposal, need: Need) -> dict[str, int | list[str]]:
    """Return what is told of a change that waits for more approvals."""
    given = len(proposal.approvals)
    left = max(need.approvals - given, 0)
    own = int(need.proposer_counts)
    return {"needed": need.approvals, "given": given, "left": left, "own_counts": own, "exceeded": list(need.exceeded)}
