"""Measures when a person is called: on labelled messages, on the scenario library, and on rated dialogues of a real shop.

Messages: each is the first of a conversation; *asked* is heard where the understanding commands a person, an alarm where
`dialogue.understanding.alarms` has its kind. False alarms of *asked* are counted over messages that only sound like it, those of the
alarms over such messages and those of other kinds. The baseline is a list of keywords, one for each sign and language.

Scenarios: whether a conversation came to a person against what the scenario expects (``handed_over``; those that leave it open are not counted).

Dialogues (``--data``, ``jddc_uss/valid.jsonl``): of the turns that raters gave a level, the dissatisfied are to be found by the sum of the signs
from the chance that offers a person, with nothing but the shopper's own words; the baseline is a list of words of anger and complaint.
Raters call a quarter of all turns dissatisfied, mostly over goods and waits that no word of the turn shows; the policy calls a person only for
plain discontent, so that its recall there is low by intent, and the sum is also measured at as many false alarms as the words give.
"""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from dialogue.build import Progress
from dialogue.commands import AskHuman, Understander, View
from dialogue.escalation_policy import EscalationPolicy, shipped
from dialogue.judgement import SignSeen
from dialogue.judging import is_angry, weigh
from dialogue.satisfaction import Signs, log_odds
from dialogue.understanding.alarms import ALARMS, alarms
from evals.benchmarks import jddc
from evals.benchmarks.base import Job
from evals.benchmarks.figures import auroc
from evals.escalation.sets import ASKED, LANGS, NONE, Labelled, alarming, asked_for
from evals.judge.files import load_scenarios
from evals.judge.run import hold_all
from evals.judge.trial import Trial
from evals.judge.world import world
from evals.metrics import Share
from knowledge.types import JsonObject

SCENARIOS = Path(__file__).parent.parent / "scenarios"
RECALL_BAR = 0.99
"""Of being asked for a person, in both languages."""
FALSE_BAR = 0.05
"""The most of what only sounds like it that may be taken for it."""
KEYWORDS: dict[str, re.Pattern[str]] = {
    sign: re.compile(words)
    for sign, words in {
        ASKED: r"\b(?:human|agent|person|representative|operator|manager|supervisor|customer service)\b|人工|真人|客服",
        "hazard": r"\b(?:fire|smok\w+|explo\w+|swollen|leak\w*|spark\w*|hot)\b|火|烟|爆|炸|鼓包|漏",
        "injury": r"\b(?:hurt|injur\w+|burn\w*|shock\w*|cut|allerg\w+|rash|chok\w+)\b|伤|过敏|触电|烫|疼",
        "self_harm": r"\b(?:suicide|kill|die|dead)\b|死|自杀",
        "legal": r"\b(?:lawyer|sue|court|legal|police|bank)\b|律师|法|12315|消协|举报|警|银行",
        "minor": r"\b(?:child|kid|son|daughter|minor|years? old)\b|孩|儿子|女儿|岁|未成年",
        "scam": r"\b(?:scam\w*|fake|trick\w*|code)\b|骗|假|验证码",
        "bereaved": r"\b(?:died|dead|death|passed|deceased|lost)\b|去世|死|走了|过世",
        "ill": r"\b(?:hospital|sick|ill|cancer|blind|disabled|surgery)\b|医院|病|残|癌|手术",
        "pregnant": r"\b(?:pregnan\w+|nursing|expecting|baby)\b|孕|哺乳|宝宝",
        "promise": r"\b(?:promis\w+|agreed|guarante\w+|assured)\b|答应|承诺|保证|说好",
    }.items()
}
_COMPLAINT = re.compile(r"投诉|差评|垃圾|骗|气|烂|坑|什么玩意|无语|失望|太慢|太差|不满|忽悠|扯|再也不|退货|赔")
Held = Callable[[Trial], None]
Heard = frozenset[str]


@dataclasses.dataclass(frozen=True)
class Figures:
    """Precision and recall of a sign, or of a decision."""

    recall: Share
    precision: Share
    false_alarms: Share

    @classmethod
    def of(cls, wanted: Sequence[bool], found: Sequence[bool]) -> Figures:
        """Count."""
        pairs = list(zip(wanted, found, strict=True))
        return cls(
            recall=Share.of([seen for true, seen in pairs if true]),
            precision=Share.of([true for true, seen in pairs if seen]),
            false_alarms=Share.of([seen for true, seen in pairs if not true]),
        )

    def to_json(self) -> JsonObject:
        """Return them as one JSON object."""
        return {name: getattr(self, name).to_json() for name in ("recall", "precision", "false_alarms")}


async def run(
    *,
    data: Path | None = None,
    part: str = "held_out",
    scenarios: bool = True,
    progress: Progress | None = None,
    held: Held | None = None,
) -> JsonObject:
    """Measure everything.

    Args:
        data: folder of the public sets; None: ours alone.
        part: which half of the messages: ``dev``, ``held_out``.
        scenarios: whether the scenario library is played, which takes minutes.

    Raises:
        evals.benchmarks.base.BenchmarkError: the public set is not there.
    """
    dissatisfied = _dissatisfied(Job(data, progress=progress or _nobody)) if data is not None else None
    with tempfile.TemporaryDirectory(prefix="xiaoer-escalation-") as folder:
        async with world(Path(folder), progress=progress) as opened:
            understander = opened.platform.conversations.runner.understander
            found = {"part": part, "messages": await messages(understander, part)}
            if scenarios:
                played = await hold_all(opened, load_scenarios([SCENARIOS]), held=held)
                found["scenarios"] = _scenarios(played.trials)
    if dissatisfied is not None:
        found["jddc_uss"] = dissatisfied
    return {**found, "passed": not faults(found)}


async def messages(understander: Understander, part: str) -> JsonObject:
    """Return the figures of the labelled messages, by sign and language, with those of the keywords beside."""
    asked = [message for message in asked_for() if message.part == part]
    heard = [await _asks(understander, message) for message in asked]
    shown: JsonObject = {}
    for lang in LANGS:
        rows = [(message, hears) for message, hears in zip(asked, heard, strict=True) if message.lang == lang]
        shown[f"{ASKED} {lang}"] = _beside(
            [message.sign == ASKED for message, _ in rows],
            [hears for _, hears in rows],
            [bool(KEYWORDS[ASKED].search(message.text.lower())) for message, _ in rows],
        )
        loud = [message for message in alarming() if (message.part, message.lang) == (part, lang)]
        for kind in (kind for kind in ALARMS if kind in KEYWORDS):
            shown[f"{kind} {lang}"] = _beside(
                [message.sign == kind for message in loud],
                [kind in _kinds(message) for message in loud],
                [bool(KEYWORDS[kind].search(message.text.lower())) for message in loud],
            )
        calm = [message for message in loud if message.sign == NONE]
        shown[f"any alarm {lang}"] = {
            "false_alarms": Share.of([bool(_kinds(message)) for message in calm]).to_json(),
            "keywords": {
                "false_alarms": Share.of(
                    [
                        any(words.search(message.text.lower()) for sign, words in KEYWORDS.items() if sign != ASKED)
                        for message in calm
                    ]
                ).to_json()
            },
        }
    return shown


def faults(found: JsonObject) -> list[str]:
    """Return what is below its bar."""
    below = []
    for lang in LANGS:
        figures = found["messages"][f"{ASKED} {lang}"]
        if figures["recall"]["value"] < RECALL_BAR:
            below.append(f"{ASKED} {lang}: recall {figures['recall']['value']:.3f}, bar {RECALL_BAR}")
        if figures["false_alarms"]["value"] > FALSE_BAR:
            below.append(f"{ASKED} {lang}: false alarms {figures['false_alarms']['value']:.3f}, bar {FALSE_BAR}")
    return below


async def _asks(understander: Understander, message: Labelled) -> bool:
    understood = await understander.understand(message.text, View(opened_in=message.lang))
    return any(isinstance(command, AskHuman) for command in understood.commands)


def _kinds(message: Labelled) -> Heard:
    return frozenset(alarm.kind for alarm in alarms(message.text))


def _beside(wanted: Sequence[bool], found: Sequence[bool], keywords: Sequence[bool]) -> JsonObject:
    return {**Figures.of(wanted, found).to_json(), "keywords": Figures.of(wanted, keywords).to_json()}


def _scenarios(trials: Sequence[Trial]) -> JsonObject:
    shown: JsonObject = {}
    for lang in LANGS:
        pairs = [
            (bool(expected), any(exchange.turn.handled_by != "bot" for exchange in trial.exchanges))
            for trial in trials
            if trial.scenario.lang == lang and (expected := _expected(trial)) is not None
        ]
        figures = Figures.of([wanted for wanted, _ in pairs], [found for _, found in pairs])
        shown[lang] = {**figures.to_json(), "n": len(pairs)}
    missed = [trial.scenario.id for trial in trials if _expected(trial) is not None and bool(_expected(trial)) != any(
        exchange.turn.handled_by != "bot" for exchange in trial.exchanges
    )]  # fmt: skip
    return {**shown, "mistakes": missed}


def _expected(trial: Trial) -> bool | None:
    expect = getattr(trial.scenario, "expect", None)
    return getattr(expect, "handed_over", None)


def _dissatisfied(job: Job) -> JsonObject:
    """Return how well dissatisfied turns are found by the chance that offers a person."""
    rated = [turn for turn in jddc.turns(job, "valid.jsonl") if turn.level is not None]
    wanted = [turn.level == jddc.LEVELS[0] for turn in rated]
    policy = shipped()
    chances = [weigh(policy, signs_of(turn.signs, turn.text, policy)).chance for turn in rated]
    shown: JsonObject = {"set": f"{jddc.FOLDER}/valid.jsonl", "n": len(rated), "dissatisfied": sum(wanted)}
    for name, bar in (("offered", policy.offer_from), ("handed over", policy.hand_over_from)):
        shown[name] = Figures.of(wanted, [chance >= bar for chance in chances]).to_json()
    by_words = Figures.of(wanted, [bool(_COMPLAINT.search(turn.text)) for turn in rated])
    shown["keywords"] = by_words.to_json()
    bar = _threshold(wanted, chances, by_words.false_alarms.hits)
    shown["at the keywords' false alarms"] = Figures.of(wanted, [chance > bar for chance in chances]).to_json()
    sums, unhappy = np.array(chances, dtype=np.float32), np.array(wanted)
    shown["auroc"] = round(auroc(sums[~unhappy], sums[unhappy]), 4)
    return shown


def _threshold(wanted: Sequence[bool], chances: Sequence[float], hits: int) -> float:
    """Return the chance above which at most so many false alarms lie."""
    false = sorted((chance for true, chance in zip(wanted, chances, strict=True) if not true), reverse=True)
    return false[hits] if hits < len(false) else 0.0


def signs_of(content: Signs, text: str, policy: EscalationPolicy) -> list[SignSeen]:
    """Return what a turn shows to one who knows the shopper's words alone."""
    seen = [SignSeen(sign="discontent", value=log_odds(content), contribution=0.0)]
    seen += [SignSeen(sign=alarm.kind, value=1.0, contribution=0.0) for alarm in alarms(text)]
    if content.moods and is_angry(list(content.moods), policy):
        seen.append(SignSeen(sign="anger", value=content.moods[-1].intensity, contribution=0.0, decides=True))
    return seen


def _nobody(_what: str, _share: float) -> None:
    """Tell nobody."""
