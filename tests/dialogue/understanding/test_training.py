"""The training utterances."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from dialogue.flows import load_flows
from dialogue.understanding import data, training
from dialogue.understanding.commands.holding import FLOW as HOLDING
from dialogue.understanding.commands.requests import OWN_DATA
from tools.toolset import all_tools

ROWS = training.examples()


def test_no_utterance_is_taught_as_two_intents() -> None:
    taught: dict[str, set[str]] = defaultdict(set)
    for row in ROWS:
        taught[row.text.lower().strip(" .!?。！？")].add(row.intent)
    assert {text: intents for text, intents in taught.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_flow_and_every_intent_is_taught_in_both_languages(lang: str) -> None:
    flows = load_flows(tools=all_tools())  # one begins with a picture, one with its words, one by itself
    taught = {row.intent for row in ROWS if row.lang == lang}
    assert taught == {row.intent for row in ROWS}
    taught |= {name for name, flow in flows.items() if getattr(flow.examples, lang)}
    assert taught >= set(flows) - {"identify", "price_match", "call_back", OWN_DATA, HOLDING} | {
        "out_of_scope",
        "ask_human",
        "ask_knowledge",
    }


def test_nothing_is_left_to_be_expanded() -> None:
    assert [row.text for row in ROWS if set(row.text) & set("{}[]()|")] == []


def test_the_same_seed_gives_the_same_rows() -> None:
    assert training.examples() == ROWS


def test_a_line_is_expanded_from_within() -> None:
    fillers = {"thing": ["lamp"]}
    drawn = {training.expand("[please] (return|swap (my|the)) {thing}", fillers, random.Random(i)) for i in range(60)}
    assert drawn == {f"{p}{v} lamp" for p in ("", "please ") for v in ("return", "swap my", "swap the")}


def test_fillers_are_there_in_both_languages() -> None:
    fillers = data.read_yaml("fillers.yaml")
    assert set(fillers["zh"]) == set(fillers["en"])


def test_the_fingerprint_depends_on_the_embedder() -> None:
    assert training.fingerprint("a", "1") != training.fingerprint("a", "2")
