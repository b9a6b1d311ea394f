"""A classifier of anybody's labels: learns from a few rows, says how sure it is, knows what it does not know."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dialogue.understanding.classifier import FittingError, ModelError, Row, TextClassifier, fit, fitting
from dialogue.understanding.classifier.fitting import folds
from dialogue.understanding.classifier.model import softmax
from knowledge.embedding import HashingEmbedder, default_embedder
from tests.dialogue.understanding.classifier.messages import ASKED, ELSEWHERE, ROWS

EMBEDDER = HashingEmbedder()
WITH_ENCODER = pytest.mark.skipif(
    default_embedder().name == HashingEmbedder.name, reason="no sentence encoder is installed"
)


@pytest.fixture(scope="module")
def model() -> TextClassifier:
    return fit(ROWS, EMBEDDER)


def test_new_messages_in_both_languages_get_the_right_label(model: TextClassifier) -> None:
    found = model.predict([text for text, _ in ASKED])
    assert [guess.label for guess in found] == [label for _, label in ASKED]


def test_chances_are_of_every_label_and_sum_to_one(model: TextClassifier) -> None:
    [guess] = model.predict(["where is my refund"])
    assert sorted(label for label, _ in guess.ranked) == ["parcel", "refund", "size"]
    assert sum(chance for _, chance in guess.ranked) == pytest.approx(1.0, abs=1e-5)
    assert [chance for _, chance in guess.ranked] == sorted((chance for _, chance in guess.ranked), reverse=True)


@WITH_ENCODER
def test_what_resembles_nothing_is_likelier_out_of_scope_though_none_was_ever_shown() -> None:
    model = fit(ROWS, default_embedder())
    known = model.predict([text for text, _ in ASKED])
    odd = model.predict(ELSEWHERE)
    assert min(guess.outside for guess in odd) > max(guess.outside for guess in known)


def test_rows_marked_as_out_of_scope_are_no_label_and_teach_the_reject() -> None:
    weather = ["will it rain tomorrow", "what is the weather like", "is it sunny in Paris", "how cold is it outside"]
    taught = fit([*ROWS, *(Row(text, "out_of_scope") for text in weather)], EMBEDDER)
    assert taught.labels == ("parcel", "refund", "size")
    [rain, parcel] = taught.predict(["will it rain in Paris", "where is my parcel"])
    assert rain.outside > 0.5 > parcel.outside


def test_the_same_rows_give_the_same_model(model: TextClassifier) -> None:
    again = fit(ROWS, EMBEDDER)
    assert np.array_equal(again.weights.near, model.weights.near)
    assert again.temperature == model.temperature


def test_scores_are_the_likeness_to_the_training_rows_times_their_weights(model: TextClassifier) -> None:
    texts = [text for text, _ in ASKED]
    known = model.space.read(texts, EMBEDDER.encode(texts))
    scores = model.weights.scores(model.space.nearness(known, model.support), known.grams)
    chances = softmax(scores[:, :-1] / model.temperature)
    for guess, row in zip(model.predict(texts), chances, strict=True):
        assert dict(guess.ranked) == pytest.approx(dict(zip(model.labels, row.tolist(), strict=True)), abs=1e-4)


def test_a_saved_model_answers_as_before(model: TextClassifier, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    model.save(tmp_path / "model")  # over the old one
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    loaded = TextClassifier.load(tmp_path / "model", EMBEDDER)
    texts = [text for text, _ in ASKED]
    assert loaded.predict(texts) == model.predict(texts)


def test_a_model_of_another_embedder_is_refused(model: TextClassifier, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    described = json.loads((tmp_path / "model" / "model.json").read_text())
    described["embedder"] = ["another", "1"]
    (tmp_path / "model" / "model.json").write_text(json.dumps(described))
    with pytest.raises(ModelError, match=r"another.+train again"):
        TextClassifier.load(tmp_path / "model", EMBEDDER)


@pytest.mark.parametrize("damage", ["absent", "cut", "no json"])
def test_a_damaged_model_is_refused_in_one_sentence(model: TextClassifier, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "model"
    model.save(folder)
    if damage == "absent":
        (folder / "arrays.npz").unlink()
    elif damage == "cut":
        (folder / "arrays.npz").write_bytes((folder / "arrays.npz").read_bytes()[:900])
    else:
        (folder / "model.json").write_text("{")
    with pytest.raises(ModelError, match="holds no model that can be read"):
        TextClassifier.load(folder, EMBEDDER)


@pytest.mark.parametrize("text", ["", " ", "\ud800", "x" * 20_000, "😀", "\0"])
def test_any_text_gets_an_answer(model: TextClassifier, text: str) -> None:
    [guess] = model.predict([text])
    assert 0 <= guess.outside <= 1


def test_one_label_is_nothing_to_choose_from() -> None:
    with pytest.raises(FittingError, match="at least two labels"):
        fit([Row("a", "x"), Row("b", "x"), Row("c", "oos")], EMBEDDER)


def test_two_labels_of_one_row_each_can_be_learned() -> None:
    model = fit([Row("where is my parcel", "parcel"), Row("I want a refund", "refund")], EMBEDDER)
    [guess] = model.predict(["refund please"])
    assert guess.label == "refund"


SEVERAL = [
    *(Row(f"I am so happy about {thing}", "joy") for thing in ("this", "the lamp", "it all", "today", "you")),
    *(Row(f"{thing} scares me", "fear") for thing in ("this", "the dark", "it all", "today", "he")),
    *(Row(f"so happy, and yet {thing} scares me", "joy", also=("fear",)) for thing in ("this", "it all", "he")),
]


def test_a_text_can_have_several_labels_where_rows_have() -> None:
    found = fit(SEVERAL, EMBEDDER).predict(["so happy, and yet today scares me", "I am so happy about him"])
    assert [set(guess.found) for guess in found] == [{"joy", "fear"}, {"joy"}]
    assert not any(guess.rejected for guess in found)


def test_bars_are_kept(tmp_path: Path) -> None:
    model = fit(SEVERAL, EMBEDDER)
    model.save(tmp_path / "model")
    texts = ["so happy, and yet today scares me"]
    assert TextClassifier.load(tmp_path / "model", EMBEDDER).predict(texts) == model.predict(texts)


def test_where_rows_have_one_label_a_text_has_one(model: TextClassifier) -> None:
    assert all(guess.found == (guess.label,) for guess in model.predict([text for text, _ in ASKED]))


def test_many_rows_are_learned_by_landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "EXACT_ROWS", 20)
    monkeypatch.setattr(fitting, "LANDMARKS", 30)
    model = fit([*ROWS, Row("will it rain", "oos"), Row("how cold is it", "oos")], EMBEDDER)
    assert len(model.support) == 30
    assert [guess.label for guess in model.predict([text for text, _ in ASKED])] == [label for _, label in ASKED]


def test_the_name_of_a_label_is_known_to_be_of_it() -> None:
    rows = [Row("show it", "show_alarms"), Row("away with it", "cancel_alarms"), Row("hm", "17"), Row("oh", "17")]
    assert [guess.label for guess in fit(rows, EMBEDDER).predict(["cancel alarms"])] == ["cancel_alarms"]


def test_rows_of_one_group_and_rows_that_read_alike_are_held_out_together() -> None:
    rows = [Row(f"message {number // 2}{'!' * (number % 2)}", "a") for number in range(40)]
    rows += [Row(f"other {number}", "b", group=str(number % 4)) for number in range(20)]
    found = list(folds(rows, seed=1))
    assert sorted(np.concatenate(found).tolist()) == list(range(60))
    keys = [{rows[row].group or rows[row].text.rstrip("!") for row in fold} for fold in found]
    assert sum(map(len, keys)) == len(set().union(*keys))


@WITH_ENCODER
def test_with_an_encoder_other_words_are_understood_too() -> None:
    model = fit(ROWS, default_embedder())
    texts = ["I'd like to be reimbursed", "the shipment still hasn't shown up", "钱什么时候回来", "东西寄到哪儿了"]
    assert [guess.label for guess in model.predict(texts)] == ["refund", "parcel", "refund", "parcel"]
