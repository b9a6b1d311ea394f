"""What a language model is told of the shop's procedures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from dialogue.flows.model import Flow
from dialogue.understanding import training
from dialogue.understanding.llm.understander import EXAMPLES, Procedure
from dialogue.understanding.teaching import Lesson

NOT_ASKED_FOR = frozenset({"identify", "call_back"})
"""Procedures that the engine starts by itself."""


def procedures_told(flows: Mapping[str, Flow], lessons: Iterable[Lesson]) -> tuple[Procedure, ...]:
    """Return every procedure that a person can ask for, with a few sentences that people say for it.

    Args:
        lessons: what the shop's flows teach beside what ships.
    """
    said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    groups: set[int] = set()
    for row in training.examples(lessons):
        if row.group not in groups and len(said[row.intent, row.lang]) < EXAMPLES:
            groups.add(row.group)  # one of each line, that the examples differ by more than their fillers
            said[row.intent, row.lang].append(row.text)
    return tuple(
        Procedure(
            id=flow.id,
            title={"zh": flow.title.zh, "en": flow.title.en},
            examples={"zh": tuple(said[flow.id, "zh"]), "en": tuple(said[flow.id, "en"])},
            merchants_only=flow.role == "merchant",
        )
        for flow in flows.values()
        if flow.id not in NOT_ASKED_FOR
    )
