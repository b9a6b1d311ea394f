"""What a small model learns from: rows that mean what they say, and lines that are never on both sides."""

from __future__ import annotations

import re

import pytest

from dialogue.commands import (
    Affirm,
    AskKnowledge,
    Cancel,
    CannotHandle,
    Choose,
    Command,
    Correct,
    Entity,
    Provide,
    StartFlow,
)  # fmt: skip
from dialogue.flows import load_flows, procedures
from dialogue.understanding import training
from dialogue.understanding.llm.brief import brief_answer, brief_form
from dialogue.understanding.llm.pairs import HELD_SHARE, Pair, chosen, learnable, pairs, source_of, sources
from dialogue.understanding.teaching import Said
from evals.intents import read_wishes
from tools.toolset import all_tools

_THINGS = re.compile(r"#[WD]?\d{5,}|speaker|音箱|red|红色|visa|支付宝")
_TYPES = {
    "#": "order_ref",
    "s": "product",
    "音": "product",
    "r": "option",
    "红": "option",
    "v": "payment_method",
    "支": "payment_method",
}
FLOWS = {name: flow for name, flow in load_flows(tools=all_tools()).items() if flow.role is None}
LESSONS = procedures(FLOWS).lessons


def things(text: str) -> list[Entity]:
    return [
        Entity.model_validate({"type": _TYPES[m[0][0]], "value": {}, "text": m[0], "start": m.start(), "end": m.end()})
        for m in _THINGS.finditer(text)
    ]


@pytest.fixture(scope="module")
def rows() -> list[Pair]:
    return pairs(FLOWS, LESSONS, things, said=[Said("将就着退了吧那箱子", "return_items", "zh")])


def test_every_kind_of_command_is_learnt_in_both_languages(rows: list[Pair]) -> None:
    kinds = {(command.kind, row.lang) for row in rows if row.half == "learn" for command in row.commands}
    expected = {"start_flow", "provide", "correct", "choose", "affirm", "deny", "cancel", "repeat", "ask_knowledge", "ask_human",
                "chit_chat", "cannot_handle"}  # fmt: skip
    assert {kind for kind, lang in kinds if lang == "zh"} == expected
    assert {kind for kind, lang in kinds if lang == "en"} == expected


def test_no_line_is_on_both_sides(rows: list[Pair]) -> None:
    halves: dict[str, set[str]] = {}
    for row in rows:
        halves.setdefault(row.source, set()).add(row.half)
    assert all(len(each) == 1 for each in halves.values())
    held = sum(row.half == "held" for row in rows) / len(rows)
    assert HELD_SHARE / 2 < held < HELD_SHARE * 2


def test_what_the_classifier_may_learn_is_what_the_model_may(rows: list[Pair]) -> None:
    examples = training.examples(LESSONS)
    allowed = set(sources(learnable(examples)).values())
    assert {row.source for row in rows if row.half == "held"}.isdisjoint(allowed)


def test_nothing_that_evaluations_say_is_learnt(rows: list[Pair]) -> None:
    learnt = {row.text for row in rows}
    assert not learnt & {wish.text for wish in read_wishes() if wish.half == "report"}


def test_every_row_can_be_written_and_stands_where_it_makes_sense(rows: list[Pair]) -> None:
    flows = tuple(flow for flow in FLOWS if flow != "identify")
    for row in rows[:1500]:
        assert brief_answer(row.commands, row.entities, brief_form(row.view, flows, len(row.entities)))
        _makes_sense(row, row.commands[0])


def _makes_sense(row: Pair, command: Command) -> None:
    pending = row.view.pending
    if isinstance(command, Affirm):
        assert pending is not None
        assert pending.kind == "confirm"
    if isinstance(command, Choose):
        assert pending is not None
        assert max(command.indexes) < len(pending.choices)
    if isinstance(command, Cancel | Correct):
        assert row.view.active_flow is not None
    if isinstance(command, Provide | Correct):
        assert command.entities
    if isinstance(command, StartFlow):
        assert row.view.active_flow != command.flow


def test_of_two_wishes_each_has_its_own_things(rows: list[Pair]) -> None:
    several = [row for row in rows if len(row.commands) > 1 and row.entities]
    assert several
    for row in several:
        first, second = row.commands
        assert isinstance(first, StartFlow)
        assert isinstance(second, StartFlow)
        assert first.flow != second.flow
        assert sorted(first.entities + second.entities, key=lambda each: each.start) == list(row.entities)
        assert max((each.end for each in first.entities), default=0) <= min(
            (each.start for each in second.entities), default=len(row.text)
        )


def test_the_same_seed_gives_the_same_rows_and_another_holds_out_the_same_lines(rows: list[Pair]) -> None:
    assert chosen(rows, 200, seed=3) == chosen(rows, 200, seed=3)
    assert chosen(rows, 200, seed=3) != chosen(rows, 200, seed=4)
    assert all(row.half == "learn" for row in chosen(rows, 200))
    assert len(chosen(rows, 20_000)) == 20_000


def test_what_is_rarely_said_is_drawn_more_often_than_in_its_proportion(rows: list[Pair]) -> None:
    rare = {"affirm", "deny", "choose", "correct", "provide", "cancel", "repeat", "ask_human"}

    def share(of: list[Pair]) -> float:
        return sum(row.commands[0].kind in rare for row in of) / len(of)

    assert share(chosen(rows, 2000)) > 1.5 * share([row for row in rows if row.half == "learn"])


def test_messages_of_the_shops_own_are_learnt_too(rows: list[Pair]) -> None:
    [own] = [row for row in rows if row.text == "将就着退了吧那箱子"]
    assert own.commands[0] == StartFlow(flow="return_items")
    assert own.source == source_of("zh", "return_items", "将就着退了吧那箱子")


def test_a_question_is_asked_of_the_documents_and_nonsense_of_nobody(rows: list[Pair]) -> None:
    kinds = {row.text: row.commands[0] for row in rows}
    asked = [command for command in kinds.values() if isinstance(command, AskKnowledge)]
    assert all(command.query for command in asked)
    assert all(command.out_of_scope for command in kinds.values() if isinstance(command, CannotHandle))
