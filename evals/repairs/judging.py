"""Says what differs between where a talk stands and where it should."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from dialogue.replies.types import ChoicesReply, CitationReply
from dialogue.state import DialogueState
from dialogue.turn import Action
from evals.judge.trial import Exchange
from evals.repairs.scene import Call, Ends


@dataclasses.dataclass(frozen=True)
class Standing:
    """A talk after its last message."""

    state: DialogueState
    open_call: Action | None
    """The effect that waits for a yes."""
    exchanges: tuple[Exchange, ...]
    turned_at: int
    """The number of exchanges before the turn that is judged."""

    @property
    def flows(self) -> list[str]:
        """The requests that run, the innermost first, and those that wait."""
        return [frame.flow for frame in (*reversed(self.state.stack), *self.state.queue)]

    @property
    def actions(self) -> list[Action]:
        """The calls since the turn was taken."""
        return [action for exchange in self.exchanges[self.turned_at :] for action in exchange.turn.actions]

    @property
    def effects(self) -> list[Action]:
        """What was done to the shop in the whole talk."""
        return [action for exchange in self.exchanges for action in exchange.turn.actions if action.receipt]


def judge(wanted: Sequence[Ends], found: Standing) -> list[str]:
    """Say what differs from the nearest of the ends, any of which is right; nothing: it stands as it should."""
    return min((list(_differences(ends, found)) for ends in wanted), key=len)


def _differences(ends: Ends, found: Standing) -> Iterator[str]:
    if ends.consent is not None and (found.open_call is None or not _is(found.open_call, ends.consent)):
        yield f"a yes should be waited for: {ends.consent}; found: {_told(found.open_call)}"
    yield from _question(ends, found)
    yield from _requests(ends, found)
    yield from _answers(ends, found)
    yield from _effects(ends, found)
    if ends.handed_over != (found.state.owner != "bot"):
        yield "it should be with a person" if ends.handed_over else "it was handed over to a person"


def _question(ends: Ends, found: Standing) -> Iterator[str]:
    question = found.state.pending.question if found.state.pending else None
    asked = question.slot if question else ""
    if ends.asks is not None and asked != ends.asks:
        yield f"{ends.asks} should be asked for; found: {asked or (question.kind if question else 'nothing')}"
    if ends.offers:
        labels = _labels(found.exchanges)
        if len(labels) != len(ends.offers) or any(all(words not in label for label in labels) for words in ends.offers):
            yield f"{', '.join(ends.offers)} should be offered; found: {', '.join(labels) or 'nothing'}"


def _labels(exchanges: Sequence[Exchange]) -> list[str]:
    """Return the buttons of the last answer."""
    replies = exchanges[-1].turn.replies if exchanges else []
    return [choice.label for reply in replies if isinstance(reply, ChoicesReply) for choice in reply.choices]


def _requests(ends: Ends, found: Standing) -> Iterator[str]:
    frame, question = found.state.frame, found.state.pending
    if ends.flow is not None and (frame is None or frame.flow != ends.flow):
        yield f"{ends.flow} should run; found: {frame.flow if frame else 'nothing'}"
    for name, value in ends.slots.items():
        came = frame.slots.get(name) if frame else None
        if not _fits(value, came):
            yield f"{name} should be {value}; found: {came}"
    yield from (f"{flow} should wait" for flow in ends.waits if flow not in found.flows[1:])
    yield from (f"{flow} should be gone" for flow in ends.gone if flow in found.flows)
    if ends.idle and (found.flows or (question is not None and question.question.kind != "offer")):
        asked = [f"asked: {question.question.slot or question.question.kind}"] if question else []
        yield f"nothing should be open; found: {', '.join([*found.flows, *asked])}"


def _answers(ends: Ends, found: Standing) -> Iterator[str]:
    called = [action for action in found.actions if action.status == "ok"]
    for call in ends.calls:
        if not any(_is(action, call) for action in called):
            yield f"it should be looked up: {call}; found: {_all(called)}"
    cited = [
        reply.document_id.rpartition(".")[0]
        for exchange in found.exchanges[found.turned_at :]
        for reply in exchange.turn.replies
        if isinstance(reply, CitationReply)
    ]
    if ends.cites and not set(ends.cites) & set(cited):
        yield f"{' or '.join(ends.cites)} should answer; found: {', '.join(cited) or 'no document'}"


def _effects(ends: Ends, found: Standing) -> Iterator[str]:
    left = [action for action in found.effects if action.tool != "hand_over"]
    for call in ends.done:
        match = next((action for action in left if _is(action, call)), None)
        if match is None:
            yield f"it should be done: {call}; found: {_all(found.effects)}"
        else:
            left.remove(match)
    if left:
        yield f"nobody wanted it done: {_all(left)}"


def _is(action: Action, call: Call) -> bool:
    return action.tool in call.tools and _fits(call.arguments, action.arguments)


def _fits(wanted: Any, came: Any) -> bool:
    """Tell whether a value is the one wanted: of an object the fields that are named, of a list every entry, in any order.

    Blanks and capitals of texts do not count.
    """
    if isinstance(wanted, dict):
        return isinstance(came, dict) and all(_fits(value, came.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(came, list) or len(wanted) != len(came):
            return False
        return all(any(_whole(entry, other) for other in came) for entry in wanted)
    if isinstance(wanted, str) and isinstance(came, str):
        return "".join(wanted.split()).casefold() == "".join(came.split()).casefold()
    return bool(wanted == came)


def _whole(wanted: Any, came: Any) -> bool:
    """Tell whether an entry of a list is the one wanted, with nothing more to it: one piece of a line is not the whole line."""
    if not isinstance(wanted, dict) or not isinstance(came, dict):
        return _fits(wanted, came)
    return _fits(wanted, came) and wanted.keys() == {name for name, value in came.items() if value is not None}


def _told(action: Action | None) -> str:
    return f"{action.tool} {action.arguments}" if action else "none"


def _all(actions: Sequence[Action]) -> str:
    return "; ".join(map(_told, actions)) or "nothing"
