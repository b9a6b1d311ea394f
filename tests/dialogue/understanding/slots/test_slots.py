"""A finder of anybody's slots: learns from a few rows of both languages, says how sure it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.understanding.slots import Example, Slot, SlotFinder, SlotFittingError, SlotModelError, fit
from dialogue.understanding.slots.field import Links, Steps, best_path, marginals, tags_for
from dialogue.understanding.slots.spans import slots_of, tags_of, words
from knowledge.token_embedding import TokenEmbedder, token_embedder
from tests.dialogue.understanding.slots.orders import ASKED, EXAMPLES, example

TEXTS = st.text(alphabet="ab1 .-'，天北京é\U0001f600", max_size=20)


@pytest.fixture(scope="module")
def finder() -> SlotFinder:
    return fit(EXAMPLES, token_embedder())


def test_new_combinations_are_found_in_both_languages(finder: SlotFinder) -> None:
    assert [finder.find(asked.text) for asked in ASKED] == [asked.slots for asked in ASKED]


@pytest.mark.skipif(token_embedder() is None, reason="no sentence encoder is installed")
def test_words_that_no_row_has_are_found_by_what_stands_around_them(finder: SlotFinder) -> None:
    [slot] = [slot for slot in finder.find("please send the teapot on Wednesday") if slot.label == "day"]
    assert (slot.start, slot.end) == (26, 35)


def test_it_learns_without_a_token_embedder_too() -> None:
    plain = fit(EXAMPLES, None)
    for asked in (example("deliver the [chair] by {Friday}"), example("请{周一}寄出[水壶]")):
        assert plain.find(asked.text) == asked.slots


def test_what_is_known_is_surer_than_what_is_guessed(finder: SlotFinder) -> None:
    [known] = [slot.score for slot in finder.find("deliver my blue scarf tomorrow") if slot.label == "day"]
    guessed = [slot.score for slot in finder.find("zork blip the glab by quux")]
    assert known > 0.8
    assert all(score < known for score in guessed)


def test_the_intent_tells_slots_apart() -> None:
    rows = [
        Example(text, (Slot(len(text) - len(name), len(text), label),), intent)
        for name in ("Rome", "Oslo", "Bern", "Kyoto", "Lima", "Cairo")
        for text, label, intent in ((f"to {name}", "city", "travel"), (f"to {name}", "reader", "write"))
    ]
    finder = fit(rows, None)
    for intent, label in (("travel", "city"), ("write", "reader")):
        assert finder.find("to Quito", {intent: 1.0}) == (Slot(3, 8, label),)


def test_the_same_rows_give_the_same_finder(finder: SlotFinder) -> None:
    again = fit(EXAMPLES, token_embedder())
    assert np.array_equal(again.weights, finder.weights)
    assert np.array_equal(again.seen, finder.seen)
    assert not np.array_equal(fit(EXAMPLES, token_embedder(), seed=8).weights, finder.weights)


def test_a_saved_finder_answers_as_before(finder: SlotFinder, tmp_path: Path) -> None:
    finder.save(tmp_path / "slots.npz")
    loaded = SlotFinder.load(tmp_path / "slots.npz", token_embedder())
    texts = [asked.text for asked in ASKED]
    assert [loaded.find(text) for text in texts] == [finder.find(text) for text in texts]
    assert [s.score for s in loaded.find(texts[0])] == [s.score for s in finder.find(texts[0])]
    assert loaded.labels == ("day", "thing")


class _Other:
    name, version, dimension = "other", "1", 3

    def encode(self, text: str, spans: object) -> np.typing.NDArray[np.float32]:
        raise AssertionError((text, spans))


def test_a_file_of_another_embedder_or_a_damaged_one_is_refused(finder: SlotFinder, tmp_path: Path) -> None:
    path = tmp_path / "slots.npz"
    finder.save(path)
    other: TokenEmbedder = _Other()
    with pytest.raises(SlotModelError, match="train again"):
        SlotFinder.load(path, other)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(SlotModelError, match="holds no slots that can be read"):
        SlotFinder.load(path, token_embedder())


def test_rows_without_a_slot_teach_nothing() -> None:
    with pytest.raises(SlotFittingError, match="got none in 1 rows"):
        fit([Example("hello", ())], None)
    with pytest.raises(SlotFittingError, match="got none in 1 rows"):
        fit([Example(" " * 1000 + "far", (Slot(1000, 1003, "x"),))], None)


@st.composite
def _rows(draw: st.DrawFn) -> Example:
    text = draw(TEXTS)
    places = words(text)
    slots: list[Slot] = []
    for start, end in places:
        kind = draw(st.sampled_from(["", "", "x", "y"]))
        if kind:
            slots.append(Slot(start, end, kind))
    return Example(text, tuple(slots), draw(st.sampled_from(["", "go"])))


@settings(max_examples=15, deadline=None)
@given(st.lists(_rows(), max_size=4), st.lists(TEXTS, max_size=4))
def test_any_rows_give_slots_inside_the_text_that_do_not_overlap(rows: list[Example], asked: list[str]) -> None:
    finder = fit([*rows, Example("ab 1", (Slot(0, 2, "x"),))], None)
    for text in [*asked, *(row.text for row in rows), "", "  ", "？"]:
        end = 0
        for slot in finder.find(text, {"go": 0.5}):
            assert end <= slot.start < slot.end <= len(text)
            assert 0 < slot.score <= 1
            end = slot.end


@given(_rows())
def test_slots_that_are_whole_words_come_back_from_their_tags(row: Example) -> None:
    places = words(row.text)
    tags = tags_of(places, row.slots)
    assert slots_of(places, tags, [1.0] * len(tags)) == row.slots


def test_a_slot_within_a_word_takes_the_whole_word() -> None:
    places = words("abcdef gh")
    assert slots_of(places, tags_of(places, [Slot(1, 3, "x")]), [1.0, 1.0]) == (Slot(0, 6, "x"),)


def test_chances_and_path_are_those_of_every_sequence_weighed() -> None:
    tags = tags_for(["x"])
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(3, 3)).astype(np.float32)
    links = Links(*(rng.normal(size=shape).astype(np.float32) for shape in ((3, 3), (3,), (3,)))).allowed(tags)
    paths = [(a, b, c) for a in range(3) for b in range(3) for c in range(3)]
    sums = [
        links.opening[path[0]] + links.closing[path[2]] + sum(scores[i, tag] for i, tag in enumerate(path))
        + links.between[path[0], path[1]] + links.between[path[1], path[2]]
        for path in paths
    ]  # fmt: skip
    weights = np.exp(np.array(sums, dtype=np.float64))
    weights /= weights.sum()
    chances, pairs = marginals(scores, Steps.of(np.array([3])), links)
    for place in range(3):
        for tag in range(3):
            share = sum(w for w, path in zip(weights, paths, strict=True) if path[place] == tag)
            assert chances[place, tag] == pytest.approx(share, abs=1e-5)
    assert pairs.sum() == pytest.approx(2.0, abs=1e-4)
    assert tuple(best_path(scores, links)) == paths[int(np.argmax(sums))]


def test_sequences_of_different_lengths_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(4)
    scores = rng.normal(size=(6, 3)).astype(np.float32)
    links = Links.none(3).allowed(tags_for(["x"]))
    together, _ = marginals(scores, Steps.of(np.array([1, 3, 2])), links)
    alone = [marginals(scores[a:b], Steps.of(np.array([b - a])), links)[0] for a, b in ((0, 1), (1, 4), (4, 6))]
    assert together == pytest.approx(np.vstack(alone), abs=1e-6)
