"""What a request was before it was put right, kept for one who turns back without saying it again: "do it the way you had it first"."""

from __future__ import annotations

from typing import Literal

from dialogue.state import Earlier, Frame, copy_of
from dialogue.work import Work

_WHAT_ELSE = "@repair"
"""The slot of the question what shall be different."""
_KEPT = 6
"""How many earlier states of requests are remembered."""


def put_to_a_yes(work: Work) -> Earlier | None:
    """Return a copy of the request that waits for a yes, or of which it was just asked what shall be different; None where none does."""
    pending, frame = work.state.pending, work.business_frame
    waits = pending is not None and (pending.question.kind == "confirm" or pending.question.slot == _WHAT_ELSE)
    if frame is None or not waits:
        return None
    heard = [entry for entry in work.memory.heard if entry.frame == frame.id]
    return Earlier(frame=copy_of(frame), heard=heard)


def remember(work: Work, earlier: Earlier | None) -> None:
    """Keep what a request was where this turn has changed it."""
    if earlier is None:
        return
    frame = next((one for one in work.stack if one.id == earlier.frame.id), None)
    if frame is not None and frame.slots != earlier.frame.slots and _of(work, frame)[-1:] != [earlier]:
        work.memory.before = [*work.memory.before, earlier][-_KEPT:]


def go_back(work: Work, frame: Frame, to: Literal["first", "last"]) -> bool:
    """Make a request what it was at first, or was last, with all that was said for it then; False where it was never otherwise."""
    others = [one for one in _of(work, frame) if one.frame.slots != frame.slots]
    if not others:
        return False
    earlier = others[0 if to == "first" else -1]
    was = copy_of(earlier.frame)
    frame.slots, frame.results, frame.asked = was.slots, was.results, {}
    work.memory.heard = [*(entry for entry in work.memory.heard if entry.frame != frame.id), *earlier.heard]
    return True


def _of(work: Work, frame: Frame) -> list[Earlier]:
    return [one for one in work.memory.before if one.frame.id == frame.id]
