"""The model of stances and its file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.stances import Situation, Span, Stances, training
from dialogue.understanding.stances.model import STANCES, WEIGHTS, StanceModel, StanceModelError
from knowledge.embedding import HashingEmbedder, default_embedder

WITHOUT_ENCODER = default_embedder().name == HashingEmbedder.name
RETURN, PAYMENT = Situation("return_items"), Situation("change_payment")


def stance(text: str, situation: Situation, *things: str) -> list[str]:
    low = text.lower()
    spans = [Span(low.index(thing), low.index(thing) + len(thing)) for thing in things]
    found = Stances(default_embedder()).take(low, spans, situation)
    return ["off" if one.off > 0.5 else "on" if one.on > 0.5 else "neither" for one in found]


def test_a_model_learns_its_lines_and_is_the_same_from_its_file(tmp_path: Path) -> None:
    rows = training.examples()[::40]
    model, held_out = training.fit(rows, HashingEmbedder())
    model.save(tmp_path / "stances.npz")
    kept = StanceModel.load(tmp_path / "stances.npz")
    asked = [row.asked for row in rows]
    chances = model.chances(asked, HashingEmbedder())
    assert np.mean([STANCES[best] == row.stance for best, row in zip(chances.argmax(axis=1), rows, strict=True)]) > 0.9
    assert kept.chances(asked, HashingEmbedder()) == pytest.approx(chances, abs=0.02)
    assert held_out.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert kept.reads(HashingEmbedder())
    assert not kept.reads(default_embedder()) or WITHOUT_ENCODER


@pytest.mark.skipif(WITHOUT_ENCODER, reason="no sentence encoder is installed")
@pytest.mark.parametrize(
    ("text", "situation", "things", "wanted"),
    [
        ("not the mugs, the towels", RETURN, ("mugs", "towels"), ["off", "on"]),
        ("the mugs can stay with me", RETURN, ("mugs",), ["off"]),
        ("the mugs are chipped", RETURN, ("mugs",), ["neither"]),
        ("don't bother", RETURN, (), ["off"]),
        ("no bother at all, go on", RETURN, (), ["on", "on"]),
        ("leave it on the mastercard", PAYMENT, (), ["off"]),
        ("leave it on the mastercard", RETURN, (), ["neither"]),
        ("留着吧", RETURN, (), ["off"]),
        ("退就退吧", RETURN, (), ["on"]),
        ("不退我难受", RETURN, (), ["on"]),
        ("先别动", RETURN, (), ["off"]),
        ("别磨蹭快退", RETURN, (), ["on"]),
    ],
)
def test_what_sounds_alike_and_means_another_thing(
    text: str, situation: Situation, things: tuple[str, ...], wanted: list[str]
) -> None:
    assert stance(text, situation, *things) == wanted


@pytest.mark.skipif(WITHOUT_ENCODER, reason="no sentence encoder is installed")
def test_what_is_of_no_use_is_not_kept() -> None:
    assert stance("留着也没用", RETURN) != ["off"]


def test_without_a_model_for_the_embedder_no_stance_is_taken() -> None:
    assert Stances(HashingEmbedder()).take("never mind", [], RETURN) == []


@pytest.mark.parametrize("name", ["absent.npz", "damaged.npz"])
def test_a_file_that_is_no_model_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "damaged.npz").write_bytes(b"PK")
    with pytest.raises(StanceModelError, match=name):
        StanceModel.load(tmp_path / name)


def test_a_file_of_other_stances_is_refused(tmp_path: Path) -> None:
    with np.load(WEIGHTS) as data:
        arrays = {**data, "stances": np.array(["yes", "no"])}
    np.savez(tmp_path / "stances.npz", **arrays)
    with pytest.raises(StanceModelError, match="yes"):
        StanceModel.load(tmp_path / "stances.npz")


@pytest.mark.skipif(WITHOUT_ENCODER, reason="no sentence encoder is installed")
def test_the_weights_that_ship_are_of_this_data_code_and_encoder_and_small() -> None:
    model = StanceModel.load(WEIGHTS)
    assert model.made_of[2] == training.fingerprint(default_embedder()), "run dialogue.understanding.stances.training"
    assert model.reads(default_embedder())
    assert WEIGHTS.stat().st_size < 4_000_000


@pytest.mark.slow
@pytest.mark.skipif(WITHOUT_ENCODER, reason="no sentence encoder is installed")
def test_training_again_gives_the_weights_that_ship() -> None:
    rows = training.examples()
    machine = training.machine_of(rows, default_embedder())
    some, shipped = [row.asked for row in rows[::50]], StanceModel.load(WEIGHTS)
    kept = machine.texts.take(machine.landmarks)
    again = dataclasses.replace(shipped, space=machine.space, landmarks=kept, weights=machine.weights)
    assert again.chances(some, default_embedder()) == pytest.approx(shipped.chances(some, default_embedder()), abs=0.03)
