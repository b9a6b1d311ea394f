"""The library of scenarios: enough of it, both languages in balance, every flow in each, and every wish in several wordings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from dialogue.flows.loading import SHIPPED
from evals.judge.files import load_scenarios
from knowledge.types import Lang

SCENARIOS = load_scenarios([Path(__file__).parents[3] / "evals" / "scenarios"])
FLOWS = {path.stem for path in SHIPPED.glob("*.yaml")} - {"identify"}
"""Proof of who is talking is no wish of its own: its scenarios have the tag ``identity``."""


def test_there_are_enough_and_both_languages_are_in_balance() -> None:
    languages = Counter(scenario.lang for scenario in SCENARIOS)
    assert len(SCENARIOS) >= 120
    assert abs(languages["zh"] - languages["en"]) <= 0.05 * len(SCENARIOS)


@pytest.mark.parametrize("lang", get_args(Lang))
def test_every_flow_has_a_scenario_in_each_language(lang: Lang) -> None:
    tags = {tag for scenario in SCENARIOS if scenario.lang == lang for tag in scenario.tags}
    assert sorted({*FLOWS, "identity"} - tags) == []


def test_every_scenario_says_what_it_wants_in_several_ways() -> None:
    assert [one.id for one in SCENARIOS if len(set(one.user.opens_with)) < 2] == []
