"""A change of mind: the running flow gives way to another one, which takes over what was settled about the same goods."""

from __future__ import annotations

import re

from dialogue.commands import Cancel, Command, Correct, Deny, Entity, StartFlow
from dialogue.flows.model import Flow
from dialogue.given_up import give_up, turned_back
from dialogue.grounding import GENERIC, same_id
from dialogue.state import Frame
from dialogue.work import Work

_MORE = re.compile(
    r"\b(?:also|as well|too(?=\W*$|\s*[,.;!?])|(?<!n\'t want )(?<!nt want )(?<!not want )another|besides|in addition|plus|separately)\b|另外|此外|还(?:要|想|有|得)(?![用穿戴留住]|是)|再(?:帮|把|退|换|取消)|也(?:要|想|退|换|取消|一起)|顺便|同时"
)
"""Words by which a wish comes on top of the one before."""


def successor(work: Work, commands: tuple[Command, ...]) -> StartFlow | None:
    """Return the wish that takes the running flow's place: another change after a no, or one for the same goods that excludes it.

    A return and an exchange of the same shoes exclude one another (`Flow.rivals`); a wish for other goods, or one said to
    come on top ("also"), is a request of its own; so is a look at something ("wait, how long does the refund take?"). A look that
    waits for an answer gives way to every change; and a flow whose terms are read from its sentence to the same one said anew.
    """
    wish = next((command for command in commands if isinstance(command, StartFlow)), None)
    frame = work.business_frame
    if frame is None or wish is None or wish.flow not in work.flows:
        return None
    if wish.flow == frame.flow:
        return wish if work.flows[wish.flow].reads_its_words else None
    if not work.flows[wish.flow].changes_something:
        return None
    refused = work.state.pending is not None and any(isinstance(command, Deny) for command in commands)
    return wish if refused or _rival(work, wish) is not None or _only_looks(work, frame) else None


async def give_way(work: Work, wish: StartFlow) -> None:
    """Put the wish in the running flow's place, void what it was about to do, and hand on the order and the goods."""
    rival = _rival(work, wish)
    frame = rival or work.business_frame
    if frame is None:
        raise RuntimeError("no flow runs that could give way")
    del work.stack[work.stack.index(frame) :]
    if frame.flow != wish.flow:  # the same said anew is no other wish to turn back from
        give_up(work, frame)
    pending = work.state.pending
    if pending is not None and pending.proposal_id is not None:
        await work.executor.void(pending.proposal_id, work.identity)
    heir = work.push(wish.flow, text=wish.text or work.text, entities=wish.entities)
    if rival is not None:
        _inherit(work, rival, heir)
    turned_back(work, heir, wish)


def settled(commands: tuple[Command, ...], wish: StartFlow) -> tuple[Command, ...]:
    """Return the commands that are left when the wish has taken the running flow's place."""
    return tuple(command for command in commands if command is not wish and not _takes_back(command))


def _takes_back(command: Command) -> bool:
    return (
        isinstance(command, Deny)
        or (isinstance(command, Cancel) and command.scope != "part")
        or (isinstance(command, Correct) and not command.entities)
    )


def _rival(work: Work, wish: StartFlow) -> Frame | None:
    """Return the flow that the wish excludes for the same goods: the topmost one, whatever was only looked at on top of it."""
    rivals = work.flows[wish.flow].rivals
    for frame in reversed(work.stack):
        flow = work.flows[frame.flow]
        if frame.flow == wish.flow:
            return None
        if (rivals is not None and flow.rivals == rivals) or wish.flow in flow.leads_to:
            return frame if _same_goods(work, frame, wish) else None
        if not _only_looks(work, frame) and frame.flow != "identify":
            return None
    return None


def _only_looks(work: Work, frame: Frame) -> bool:
    """Tell whether a flow changes nothing: one that waits for an answer is not taken up again after something else was done."""
    return frame.flow != "identify" and not work.flows[frame.flow].changes_something


def _same_goods(work: Work, frame: Frame, wish: StartFlow) -> bool:
    if _MORE.search((wish.text or work.text).lower()):
        return False
    order = _slot_of(work.flows[frame.flow], frame, "order")
    named = [str(entity.value["id"]) for entity in wish.entities if entity.type == "order_ref" and "id" in entity.value]
    if order and named and not any(same_id(str(order), other) for other in named):
        return False
    goods = [entity for entity in wish.entities if entity.type == "product" and entity.score > GENERIC]
    before = [entry.entity for entry in work.heard_for(frame) if entry.entity.type == "product"]
    return not goods or any(_alike(one, other) for one in goods for other in before)


def _alike(one: Entity, other: Entity) -> bool:
    shared = set(one.value.get("product_ids", ())) & set(other.value.get("product_ids", ()))
    return bool(shared) or one.value.get("terms") == other.value.get("terms")


def _inherit(work: Work, frame: Frame, heir: Frame) -> None:
    # Where a refund was to go says nothing about how a price difference is to be paid.
    work.forget(frame, frozenset({"payment_method"}))
    work.rename(frame, heir)
    order = _slot_of(work.flows[frame.flow], frame, "order")
    if order:
        work.hear((Entity(type="order_ref", value={"id": order}, text=str(order), start=0, end=0),), heir)
    lines = _slot_of(work.flows[frame.flow], frame, "order_lines")
    if order and lines:
        heir.slots |= {name: lines for name, spec in work.flows[heir.flow].slots.items() if spec.type == "order_lines"}


def _slot_of(flow: Flow, frame: Frame, slot_type: str) -> object:
    return next((frame.slots.get(name) for name, spec in flow.slots.items() if spec.type == slot_type), None)
