"""No benchmark trains on what it measures."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.understanding.classifier.fitting import bare
from evals.benchmarks import banking77, banking77_oos, clinc150, goemotions, jddc, reviews, smp2020, voice, xsid
from evals.benchmarks.base import Job
from evals.benchmarks.splits import grouped, shared, without
from evals.benchmarks.texts import repeats
from knowledge.embedding import HashingEmbedder
from tests.evals.benchmarks import sets


def test_a_group_is_in_one_part_only_and_the_seed_decides_which() -> None:
    rows = [(number % 7, number) for number in range(70)]
    parts = grouped(rows, lambda row: row[0], parts=3, seed=1)
    assert sorted(row for part in parts for row in part) == sorted(rows)
    assert sum(len({group for group, _ in part}) for part in parts) == 7
    assert parts == grouped(rows, lambda row: row[0], parts=3, seed=1)
    assert parts != grouped(rows, lambda row: row[0], parts=3, seed=2)


def test_what_reads_the_same_is_not_trained_on() -> None:
    assert without(["Refund, please!", "where is it"], ["refund please"], str) == ("where is it",)


def test_banking77_holds_out_the_validation_rows_and_whatever_reads_like_them(tmp_path: Path) -> None:
    sets.banking77(tmp_path)
    parts = banking77.split(Job(tmp_path))
    assert (len(parts.train), len(parts.held)) == (40, 14)
    assert not shared(parts.train, parts.held, lambda row: bare(row.text))


def test_the_languages_of_a_request_are_on_one_side(tmp_path: Path) -> None:
    sets.xsid(tmp_path)
    found = xsid.splits(Job(tmp_path))
    assert sum(len(parts.held) for parts in found) == 12
    for parts in found:
        assert not shared(parts.train, parts.held, lambda pair: pair.en.group)
        assert not shared(parts.train, parts.held, lambda pair: bare(pair.zh.text))


def test_a_dialogue_is_on_one_side(tmp_path: Path) -> None:
    sets.jddc(tmp_path)
    found = jddc.splits(Job(tmp_path))
    assert sum(len(parts.held) for parts in found) == 80
    assert not any(shared(parts.train, parts.held, lambda turn: turn.dialogue) for parts in found)


def test_a_speaker_is_on_one_side(tmp_path: Path) -> None:
    sets.voice_emodb(tmp_path)
    found = voice.splits(Job(tmp_path), "voice_emodb")
    assert [len(parts.held) for parts in found] == [9, 9, 9]
    assert not any(shared(parts.train, parts.held, lambda clip: clip.speaker) for parts in found)


@pytest.mark.parametrize("name", ["voice_emodb", "voice_ravdess"])
def test_no_real_speaker_is_on_both_sides(shared_data: Path, name: str) -> None:
    for parts in voice.splits(Job(shared_data), name):
        assert not shared(parts.train, parts.held, lambda clip: clip.speaker)


def test_no_real_dialogue_is_on_both_sides(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        jddc, "default_embedder", HashingEmbedder
    )  # the moods of 12,000 messages are not looked at here
    for parts in jddc.splits(Job(shared_data)):
        assert not shared(parts.train, parts.held, lambda turn: turn.dialogue)


def test_a_post_is_never_trained_on_and_measured_and_the_other_domain_counts_less(tmp_path: Path) -> None:
    sets.smp2020(tmp_path)
    for domain, parts in smp2020.splits(Job(tmp_path)).items():
        for split in parts:
            assert not shared(split.train, split.held, lambda row: bare(row.text))
            weights = {
                row.weight for row in split.train if (int(row.text[-3:-1].strip("第")) >= 40) == (domain == "usual")
            }
            assert weights == {1.0}


def test_no_comment_is_trained_on_that_reads_like_a_measured_one(tmp_path: Path) -> None:
    sets.goemotions(tmp_path)
    parts = goemotions.split(Job(tmp_path))
    assert (len(parts.train), len(parts.held)) == (47, 49)
    assert not shared(parts.train, parts.held, lambda row: bare(row.text))
    assert {(row.label, *row.also) for row in parts.train} == {("joy",), ("anger",), ("fear",), ("anger", "fear")}


@pytest.mark.parametrize("name", ["online_shopping_10_cats", "waimai_10k"])
def test_no_review_is_trained_on_that_reads_like_a_measured_one(tmp_path: Path, name: str) -> None:
    sets.shop_reviews(tmp_path, name)
    parts = reviews.split(Job(tmp_path), name)
    assert len(parts.held) == 12
    assert not shared(parts.train, parts.held, lambda row: bare(row.text))
    assert {row.label for row in parts.train} == {"positive", "negative"}


def test_a_small_set_of_reviews_is_measured_once_each_and_by_the_other_half(tmp_path: Path) -> None:
    sets.few_reviews(tmp_path)
    found = reviews.few_splits(Job(tmp_path))
    assert [len(parts.held) for parts in found] == [10, 6]
    for parts in found:
        assert not shared(parts.train, parts.held, lambda row: bare(row.text))
        assert len({bare(row.text) for row in parts.held}) == len(parts.held)
    assert not shared(found[0].held, found[1].held, lambda row: bare(row.text))


@pytest.mark.parametrize(
    ("name", "held"),
    [("goemotions", 5426), ("online_shopping_10_cats", 6502), ("waimai_10k", 1265), ("fewclue_eprstmt", 266)],
)
def test_no_real_text_of_the_emotions_and_reviews_is_on_both_sides(shared_data: Path, name: str, held: int) -> None:
    job = Job(shared_data)
    if name == "goemotions":
        found = [goemotions.split(job)]
    else:
        found = reviews.few_splits(job) if name == "fewclue_eprstmt" else [reviews.split(job, name)]
    assert sum(len(parts.held) for parts in found) == held
    for parts in found:
        assert not shared(parts.train, parts.held, lambda row: bare(row.text))


@pytest.mark.parametrize("name", ["banking77", "banking77_oos", "clinc150", "xsid_zh_en"])
def test_the_real_sets_leak_nothing_beyond_what_their_official_parts_share(shared_data: Path, name: str) -> None:
    job = Job(shared_data)
    repeated = {"banking77": 0, "banking77_oos": 8, "clinc150": 24, "xsid_zh_en": 0}
    if name == "xsid_zh_en":
        found = sum(len(shared(p.train, p.held, lambda pair: bare(pair.en.text))) for p in xsid.splits(job))
    else:
        found = repeats({"banking77": banking77, "banking77_oos": banking77_oos, "clinc150": clinc150}[name].split(job))
    assert found == repeated[name]
