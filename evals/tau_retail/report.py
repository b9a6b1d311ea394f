"""What a run of tasks has shown, as text."""

from __future__ import annotations

from evals.judge.report import text_of as judged
from evals.tau_retail.run import NOT_COMPARABLE, TasksRun


def text_of(found: TasksRun) -> str:
    """Return the report: every task that failed with what differs, then the figures."""
    against = [f"  {write}" for write in found.forbidden]
    return "\n".join(
        [
            judged(found.run),
            f"  writes that the policy forbids  {len(found.forbidden)}",
            *against,
            note_of(found),
        ]
    )


def note_of(found: TasksRun) -> str:
    """Say which tasks they were, and what the figures are not."""
    return f"{found.tasks.name}. {NOT_COMPARABLE}"
