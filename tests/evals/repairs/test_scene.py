"""The files of the repair suite: what is wrong in one is told, and the suite is what it says it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from dialogue.flows.loading import load_flows
from evals.repairs.scene import KINDS, PARTS, RepairsError, Scene, cases_of, load_scenes
from knowledge.types import Lang
from tools.toolset import all_tools

SCENE = """\
id: keyboard-not-hoodie
kind: correct
lang: zh
customer: C1001
dev: [不对]
frozen: [错了]
ends: {idle: true}
"""
SCENES = load_scenes()
CASES = cases_of(SCENES)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (SCENE.replace("correct", "mend"), "line 2: kind: Input should be 'correct'"),
        (SCENE.replace("frozen:", "frosen:"), "line 6: frosen: there is no such field here"),
        (SCENE.replace("customer: C1001\n", ""), "customer: is missing"),
        (SCENE.replace("[不对]", "[]"), "line 5: dev: Tuple should have at least 1 item"),
        (SCENE.replace("错了", "不对"), "the wording ('不对',) stands here more than once"),
        (SCENE.replace("ends: {idle: true}", ""), "give either `ends`, or several of them under `any_of`"),
        (SCENE + "any_of: [{idle: true}]", "give either `ends`, or several of them under `any_of`"),
        (SCENE.replace("{idle: true}", "{}"), "say what must be true in the end"),
        (SCENE.replace("correct", "change_of_mind"), "needs `directly`"),
        (SCENE + "directly: [取消键盘]", "needs `directly`"),
        (SCENE + "---\n" + SCENE, "the id 'keyboard-not-hoodie' comes 2 times"),
        ("", "there is no scene in"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "scenes.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RepairsError) as error:
        load_scenes(tmp_path)
    assert complaint in str(error.value)


def test_a_scene_has_a_case_for_each_wording() -> None:
    scene = Scene.model_validate({
        "id": "there-and-back", "kind": "change_of_mind", "lang": "en", "customer": "C1002", "dev": ["a", ["b", "c"]],
        "frozen": ["d"], "directly": ["x", "y"], "ends": {"idle": True},
    })  # fmt: skip
    assert [(case.id, case.said, case.direct) for case in cases_of([scene])] == [
        ("there-and-back.dev.1", ("a",), ("y",)),
        ("there-and-back.dev.2", ("b", "c"), ("x",)),
        ("there-and-back.frozen.1", ("d",), ("y",)),
    ]


def test_there_are_600_cases_half_of_each_language_and_half_of_each_part() -> None:
    assert len(CASES) == len({case.id for case in CASES}) == 600
    assert Counter(case.lang for case in CASES) == dict.fromkeys(get_args(Lang), 300)
    assert Counter(case.part for case in CASES) == dict.fromkeys(PARTS, 300)


def test_every_kind_is_there_in_both_languages_and_parts() -> None:
    found = Counter((case.scene.kind, case.lang, case.part) for case in CASES)
    assert set(found) == {(kind, lang, part) for kind in KINDS for lang in get_args(Lang) for part in PARTS}
    assert {*found.values()} == {21, 22}


def test_no_wording_of_a_situation_is_in_both_parts_or_said_twice() -> None:
    said = Counter((case.scene.kind, case.scene.before, case.said) for case in CASES)
    assert [words for words, times in said.items() if times > 1] == []


def test_what_is_expected_exists() -> None:
    flows = {flow.id: set(flow.slots) for flow in load_flows(tools=all_tools()).values()}
    tools = {tool.name: set(tool.arguments.model_fields) for tool in all_tools().values()}
    for ends in (ends for scene in SCENES for ends in scene.wanted):
        named = {*ends.waits, *ends.gone, *([ends.flow] if ends.flow else [])}
        assert named <= flows.keys(), named
        assert ends.slots.keys() <= (flows[ends.flow] if ends.flow else set()), ends
        for call in (*ends.calls, *ends.done, *([ends.consent] if ends.consent else [])):
            assert all(call.arguments.keys() <= tools[name] for name in call.tools), call
