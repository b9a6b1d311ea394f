"""Holds the cases of the suite in a demo shop, judges each by where it ends, and counts.

Figures: the share of cases that end as they should, of all, by kind, language and part, with the middle 95 % of what it is on
resampled scenes, since the wordings of a scene are alike. *turn_back_drop* is how much more often a goal is reached by
those who say it at once than by those who first said something else: for each change of mind the direct way less the turned one.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dialogue.build import Platform, Progress
from dialogue.state import DialogueState, fold
from dialogue.store import EventStore
from dialogue.turn import Action
from evals.benchmarks.figures import bootstrapped
from evals.judge.reading import Seen
from evals.judge.run import Run
from evals.judge.trial import BrokenOffError, Exchange, Trial, consented_tools, shopper_identity, talk
from evals.judge.world import World, world
from evals.repairs.judging import Standing, judge
from evals.repairs.scene import KINDS, PARTS, Case, Ends, Scene
from knowledge.schema import Proposal
from knowledge.types import JsonObject, Lang

Held = Callable[[Trial], None]
"""Called after each case."""
NAME = "repairs"
MAX_TURNS = 20
LANGS: tuple[Lang, ...] = ("zh", "en")
_YES = {"zh": "确认", "en": "Yes, go ahead"}
"""The button that consents."""


@dataclasses.dataclass(frozen=True)
class RepairsRun:
    """What came of the cases."""

    cases: tuple[Case, ...]
    run: Run
    """Their trials, in the same order."""
    direct: dict[tuple[str, tuple[str, ...]], bool]
    """Scene and messages of a goal said at once -> whether that ended as it should."""

    @property
    def open(self) -> tuple[Trial, ...]:
        """The trials that may be looked at: those of the half that is mended by."""
        return tuple(trial for case, trial in zip(self.cases, self.run.trials, strict=True) if case.part == "dev")

    def figures(self) -> JsonObject:
        """Return the figures; see the module."""
        of = f"{NAME}, {len(self.cases)} cases"
        mine = {case.id: trial.passed for case, trial in zip(self.cases, self.run.trials, strict=True)}

        def rate(chosen: Sequence[Case]) -> JsonObject:
            passed = np.array([mine[case.id] for case in chosen], dtype=np.float64)
            return bootstrapped(_scenes(chosen), lambda rows: float(passed[rows].mean()), of, unit="scene")

        def group(names: Sequence[str], of_case: Callable[[Case], str]) -> JsonObject:
            chosen = {name: [case for case in self.cases if of_case(case) == name] for name in names}
            return {name: rate(cases) for name, cases in chosen.items() if cases}

        return {
            "benchmark": NAME,
            "set": of,
            "passed": rate(self.cases),
            "turn_back_drop": self._drop(mine, of),
            "by_part": group(PARTS, lambda case: case.part),
            "by_lang": group(LANGS, lambda case: case.lang),
            "by_kind": group(KINDS, lambda case: case.scene.kind),
            "failed": {trial.scenario.id: list(map(str, trial.faults)) for trial in self.open if not trial.passed},
        }

    def _drop(self, passed: dict[str, bool], of: str) -> JsonObject:
        turned = [case for case in self.cases if case.direct]
        lost = np.array(
            [self.direct[case.scene.id, case.direct] - passed[case.id] for case in turned], dtype=np.float64
        )
        return bootstrapped(_scenes(turned), lambda rows: float(lost[rows].mean()), of, unit="scene")


def _scenes(cases: Sequence[Case]) -> list[str]:
    return [case.scene.id for case in cases]


async def run_cases(cases: Sequence[Case], *, progress: Progress | None = None, held: Held | None = None) -> RepairsRun:
    """Hold every case, and every goal of a change of mind also as it is said at once."""
    with tempfile.TemporaryDirectory(prefix="xiaoer-repairs-") as folder:
        async with world(Path(folder), progress=progress) as opened:
            return await hold_all(opened, cases, held=held)


async def hold_all(opened: World, cases: Sequence[Case], *, held: Held | None = None) -> RepairsRun:
    """Hold every case in a world that is open; see `run_cases`."""
    trials: list[Trial] = []
    direct: dict[tuple[str, tuple[str, ...]], bool] = {}
    for case in cases:
        trials.append(await hold(opened, case))
        if case.direct and (case.scene.id, case.direct) not in direct:
            direct[case.scene.id, case.direct] = (await hold_directly(opened, case)).passed
        if held is not None:
            held(trials[-1])
    idle = {case.id: case.scene.ends == Ends(idle=True) for case in cases}
    return RepairsRun(tuple(cases), Run(tuple(trials), idle, shopper="script"), direct)


async def hold(opened: World, case: Case) -> Trial:
    """Hold a case on a fresh copy of the shop and judge it."""
    return await _hold(opened, case, case.scene.before, case.said)


async def hold_directly(opened: World, case: Case) -> Trial:
    """Hold a case as if its goal had been said at once."""
    return await _hold(opened, case, (), case.direct)


async def _hold(opened: World, case: Case, before: Sequence[str], said: Sequence[str]) -> Trial:
    started = time.perf_counter()
    scene, faults = case.scene, []
    async with opened.copy(opened.bare) as (platform, _):
        teller = _Teller((*before, *said), scene.agrees)
        try:
            exchanges = await talk(platform, shopper_identity(scene.customer), scene.lang, teller, MAX_TURNS)
        except BrokenOffError as error:
            exchanges, faults = error.exchanges, [str(error)]
        consented = consented_tools(platform)
        trial = Trial(case, 0, tuple(exchanges), (), 0.0, consented)
        if not faults:
            standing = await _standing(platform, trial.exchanges, len(before))
            faults = [*judge(scene.wanted, standing), *_hasty(scene, trial)]
    return dataclasses.replace(trial, faults=tuple(faults), seconds=time.perf_counter() - started)


class _Teller:
    """Says what stands in the scene, then a yes as often as it agrees."""

    def __init__(self, messages: Sequence[str], agrees: int) -> None:
        self._messages = deque(messages)
        self._agrees = agrees
        self.consented = False

    def next(self, seen: Seen | None) -> str | None:
        """See `evals.judge.shopper.Shopper`."""
        self.consented = False
        if self._messages:
            return self._messages.popleft()
        yes = seen.choices[0] if seen is not None and seen.choices else ""
        if not self._agrees or yes not in _YES.values():
            return None
        self._agrees -= 1
        self.consented = True
        return yes


async def _standing(platform: Platform, exchanges: tuple[Exchange, ...], turned_at: int) -> Standing:
    conversation_id = exchanges[0].turn.conversation_id
    state = DialogueState(conversation_id=conversation_id)
    for stored in await EventStore(platform.database).load(conversation_id):
        state = fold(state, stored)
    return Standing(state, await _open_call(platform, state), exchanges, turned_at)


async def _open_call(platform: Platform, state: DialogueState) -> Action | None:
    """Return the effect that a yes would carry out, as it is stored."""
    proposal_id = state.pending.proposal_id if state.pending else None
    if proposal_id is None:
        return None
    async with platform.database.read() as session:
        stored = await session.get_one(Proposal, proposal_id)
    return Action(tool=stored.tool, arguments=stored.arguments, status="needs_confirmation")


def _hasty(scene: Scene, trial: Trial) -> list[str]:
    """Say what was done before a yes, where the yes comes afterwards."""
    return [f"it was done without a yes: {tool}" for tool in trial.without_consent] if scene.agrees else []
