"""The states of conversations that went on lately, kept so that a message need not fold all that came before it."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Sequence

from dialogue.events import StoredEvent
from dialogue.state import DialogueState, fold

STATES_KEPT = 2000


class KeptStates:
    """The last `STATES_KEPT` states by conversation. What is kept may be older than the store, never other than it."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, DialogueState] = OrderedDict()

    def get(self, conversation_id: str) -> DialogueState | None:
        """Return the state as it was last kept."""
        return self._states.get(conversation_id)

    def keep(self, state: DialogueState) -> None:
        """Keep a state that is as new as the store, or was a moment ago."""
        self._states[state.conversation_id] = state
        self._states.move_to_end(state.conversation_id)
        while len(self._states) > STATES_KEPT:
            self._states.popitem(last=False)

    def forget(self, conversation_id: str) -> None:
        """Keep a state no longer."""
        self._states.pop(conversation_id, None)

    def go_on(self, conversation_id: str, stored: Sequence[StoredEvent]) -> None:
        """Fold in events just stored, if they follow right on what is kept: another replica's may lie between."""
        state = self._states.get(conversation_id)
        if state is not None and state.seq + 1 == stored[0].seq:
            self.keep(functools.reduce(fold, stored, state))
