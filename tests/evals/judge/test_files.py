"""Scenario files: what is read, what is refused and how that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.judge.files import SCHEMA, ScenarioError, load_scenarios, schema

CONTRACT = """
id: return-wrong-size-en
lang: en
role: shopper
customer: C1007
given:
  orders: [{id: O9001, status: delivered, lines: [{sku: TS-RED-M, quantity: 1, price: 89.0}]}]
user:
  goal: "return the T-shirt of order O9001 because it is too small, refund to the original payment"
  opens_with: ["the tee I bought is too small, can I send it back?"]
  knows: {order: O9001, item: TS-RED-M, reason: "too small", email: "..."}
  mood: [calm, annoyed]
  says_no_to: []
expect:
  rows: {returns: [{order: O9001, sku: TS-RED-M, status: requested}]}
  no_other_writes: true
  handed_over: false
  replies_mention: ["refund"]
max_turns: 12
"""
SHORT = "id: {id}\nlang: zh\nuser: {{opens_with: [你好]}}\n"


def test_the_documented_form_is_read(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(CONTRACT, encoding="utf-8")

    [scenario] = load_scenarios([tmp_path / "one.yaml"])

    assert scenario.expect.rows["returns"] == ({"order": "O9001", "sku": "TS-RED-M", "status": "requested"},)
    assert scenario.max_turns == 12


def test_a_folder_is_read_to_its_ground_and_a_file_may_hold_several(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yml").write_text(SHORT.format(id="a"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SHORT.format(id="b") + "---\n" + SHORT.format(id="c"), encoding="utf-8")

    assert {scenario.id for scenario in load_scenarios([tmp_path])} == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SHORT.format(id="a") + "mood: calm\n", "line 4: mood: there is no such field"),
        ("id: a\nlang: fr\nuser: {opens_with: [salut]}\n", "line 2: lang: Input should be 'zh' or 'en'"),
        ("id: a\nlang: zh\nuser:\n  opens_with: []\n", "line 4: user.opens_with"),
        (
            'id: a\nlang: zh\nuser:\n  opens_with: ["", 你好]\n',
            "it needs `sends` or `page`, and another opener in words",
        ),
        (SHORT.format(id="a") + "expect: {rows: {retuns: []}}\n", "no table 'retuns'; there are orders"),
        (SHORT.format(id="a") + "---\n" + SHORT.format(id="a"), "'a' comes 2 times"),
        ("", "there is no scenario in"),
    ],
)
def test_a_wrong_file_says_where_and_what(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ScenarioError) as error:
        load_scenarios([tmp_path])
    assert said in str(error.value)


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        load_scenarios([tmp_path / "nowhere"])


def test_the_published_schema_is_the_models_own() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(schema()))
