"""Conversations on an imported shop: how they are judged, and a few of them held for real."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialogue.commands import PendingQuestion
from evals import gold_conversations
from evals.gold_conversations import WRITTEN, GoldConversation, Line, Result, load_conversations, report
from evals.metrics import Share
from evals.shopper import ScriptedShopper
from evals.tau_retail.tasks import differences

HELD = (
    "keyboard-or-no-backlight",
    "laptop-cancelled-not-returned",
    "gift-card-or-nothing",
    "取消旧单换新地址",
    "靴子八码",
)


def question(kind: str, slot_type: str = "") -> PendingQuestion:
    return PendingQuestion.model_validate({"kind": kind, "slot_type": slot_type})


def test_a_scripted_shopper_answers_what_it_is_asked_and_else_goes_on() -> None:
    shopper = ScriptedShopper(["hello", "and the lamp"], {"confirm": ["no", "yes"], "reason": "too big"})

    assert shopper.next(None) == "hello"
    assert shopper.next(question("choice", "reason")) == "too big"
    assert shopper.next(question("slot", "reason")) == "too big"
    assert shopper.next(question("confirm")) == "no"
    assert shopper.next(question("confirm")) == "yes"
    assert shopper.next(question("confirm")) == "and the lamp"
    assert shopper.next(question("slot", "order")) is None


ORDER = {"order_id": "W1", "status": "pending", "address": {"zip": "1"}}
OTHER = {"order_id": "W2", "status": "pending", "address": {"zip": "2"}}
TASK = {"id": "7", "gold_end_state": {"changed_records": {"orders": {"W1": {**ORDER, "status": "cancelled"}}}}}


def test_equal_to_the_gold_record_and_nothing_else_changed_is_no_difference() -> None:
    before = {"orders": {"W1": ORDER, "W2": OTHER}}
    after = {"orders": {"W1": {**ORDER, "status": "cancelled"}, "W2": OTHER}}

    assert differences([TASK], before, after) == {"": [], "7": []}


def test_what_was_not_done_and_what_nobody_asked_for_are_differences() -> None:
    before = {"orders": {"W1": ORDER, "W2": OTHER}}
    after = {"orders": {"W1": ORDER, "W2": {**OTHER, "status": "cancelled"}}}

    assert differences([TASK], before, after) == {
        "": ["orders W2 changed, but not in the gold"],
        "7": ["orders W1 status: ours 'pending', gold 'cancelled'"],
    }


def test_the_report_counts_by_language_with_its_interval() -> None:
    english = GoldConversation(id="a", task="t/1", lang="en", says=("hi",))
    chinese = GoldConversation(id="b", task="t/1", lang="zh", says=("你好",))
    results = [Result(english, (), (Line("shopper", "hi"),)), Result(chinese, ("orders W1 ...",), ())]

    figures = report(results, "set")

    assert (figures["n"], figures["passed"], figures["rate"]) == (2, 1, 0.5)
    assert figures["interval_95"] == list(Share(1, 2).interval)
    assert {lang: (share["n"], share["passed"]) for lang, share in figures["by_lang"].items()} == {
        "en": (1, 1),
        "zh": (1, 0),
    }
    assert figures["conversations"][1]["differences"] == ["orders W1 ..."]


def test_every_conversation_that_ships_can_be_read_and_has_a_name_of_its_own() -> None:
    spoken = [entry for path in WRITTEN.glob("tau_*.yaml") for entry in load_conversations(path)]

    assert len({entry.id for entry in spoken}) == len(spoken)
    assert {lang: sum(entry.lang == lang for entry in spoken) >= count for lang, count in (("en", 24), ("zh", 8))} == {
        "en": True,
        "zh": True,
    }


@pytest.mark.slow
def test_conversations_end_in_exactly_the_gold_end_state(shared_data: Path) -> None:
    app = gold_conversations.app
    only = [argument for name in HELD for argument in ("--only", name)]

    done = CliRunner().invoke(app, ["--data", str(shared_data), *only, "--json"])

    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert [row["differences"] for row in figures["conversations"]] == [[]] * len(HELD)
    assert (figures["passed"], figures["n"]) == (len(HELD), len(HELD))
