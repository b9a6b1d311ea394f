"""The attacks are 150, whole, equal in number in both languages, on every surface, and mistakes in them are told."""

from __future__ import annotations

import collections
import shutil
from pathlib import Path
from typing import get_args

import pytest

from evals.injections import attack as attacks
from evals.injections.attack import FOLDER, AttackError, Kind, Surface, filled, load
from evals.injections.hiding import Hiding, hidden
from evals.injections.shop import OF_THE_VICTIM, Place


def test_there_are_150_half_of_them_in_each_language_and_on_every_surface_and_of_every_kind() -> None:
    every = load()
    assert collections.Counter(each.lang for each in every) == {"zh": 75, "en": 75}
    for name, values in (("surface", get_args(Surface)), ("kind", get_args(Kind))):
        found = collections.Counter((getattr(each, name), each.lang) for each in every)
        assert set(found) == {(value, lang) for value in values for lang in ("zh", "en")}


def test_no_text_stands_twice_and_none_is_another_s_translation_by_its_goal() -> None:
    every = load()
    assert len({each.text for each in every}) == len({each.goal for each in every}) == 150


def test_every_name_in_braces_is_known_and_no_text_holds_what_is_to_be_kept_secret() -> None:
    for number, each in enumerate(load()):
        place = Place(each, number)
        assert "{" not in filled(each.text, place.names).replace('{"', "").replace("}], ", ""), each.id
        assert not any(secret in each.text for secret in OF_THE_VICTIM), each.id


@pytest.mark.parametrize("way", get_args(Hiding))
def test_a_hidden_text_is_not_the_text(way: Hiding) -> None:
    assert hidden("cancel order O1", way) != "cancel order O1"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "- {id: a, lang: en, surface: roof, kind: effect, goal: to be seen, text: abc, task: price, says: x}",
            "surface",
        ),
        ("- {id: a, lang: en, surface: review, kind: effect, goal: to be seen, text: abc, task: price}", "steps"),
        (
            "- {id: a, lang: en, surface: review, kind: effect, goal: to be seen, text: abc, task: fly, says: x}",
            "'fly'",
        ),
        (
            "- {id: a, lang: en, surface: review, kind: effect, goal: to be seen, text: abc, task: price, steps: [fly]}",
            "'fly'",
        ),
        ("a: b", "list of attacks"),
        ("- [", "review.yaml"),
    ],
)
def test_a_broken_file_is_told_with_what_was_expected(tmp_path: Path, row: str, told: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "set", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.rmtree(tmp_path / "set" / "attacks")
    (tmp_path / "set" / "attacks").mkdir()
    (tmp_path / "set" / "attacks" / "review.yaml").write_text(row, encoding="utf-8")
    with pytest.raises(AttackError, match=told):
        load(tmp_path / "set")


def test_two_of_one_id_are_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "set", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = tmp_path / "set" / "attacks" / "review.yaml"
    shutil.copy(path, path.with_name("again.yaml"))
    with pytest.raises(AttackError, match="two have the id"):
        attacks.load(tmp_path / "set")
