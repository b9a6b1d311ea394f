"""YAML as people mean it."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest
import yaml

from knowledge.yaml_files import YamlFileError, parse_yaml, read_models


def test_words_are_words_and_only_true_and_false_are_truth_values() -> None:
    assert parse_yaml("[ON, NO, yes, off, y, true, False]") == ["ON", "NO", "yes", "off", "y", True, False]


def test_plain_values_keep_their_types() -> None:
    assert parse_yaml("{a: 1, b: 2.5, c: ~, d: '007', e: tee}") == {"a": 1, "b": 2.5, "c": None, "d": "007", "e": "tee"}


def test_a_field_that_stands_twice_is_refused_with_its_line() -> None:
    with pytest.raises(yaml.YAMLError, match="'slow' stands here more than once") as refused:
        parse_yaml("fast: 1\nslow: 2\nslow: 3\n")
    assert "line 2" in str(refused.value)


def test_nothing_but_plain_values_is_made() -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml("!!python/object/apply:os.getcwd []")


class Tag(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    name: str
    sizes: list[int] = []


def test_a_file_holds_several_documents(tmp_path: Path) -> None:
    (tmp_path / "tags.yaml").write_text("name: NO\n---\nname: b\nsizes: [1, 2]\n---\n", encoding="utf-8")

    assert read_models(tmp_path / "tags.yaml", Tag) == [Tag(name="NO"), Tag(name="b", sizes=[1, 2])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a\n---\nname: b\nsizes:\n  - 1\n  - one\n", "line 6: sizes.1: Input should be a valid integer"),
        ("name: a\nsize: 1\n", "line 2: size: there is no such field here"),
        ("sizes: [1]\n", "line 1: name: is missing"),
        ("name: [a\n", "not YAML"),
        ("- a\n", "expected fields"),
    ],
)
def test_a_wrong_file_says_the_line_and_what_was_expected(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "tags.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(YamlFileError, match=r"tags\.yaml") as error:
        read_models(tmp_path / "tags.yaml", Tag)
    assert said in str(error.value)


def test_a_file_of_other_bytes_says_how_to_save_it(tmp_path: Path) -> None:
    (tmp_path / "tags.yaml").write_bytes("name: 标签".encode("gbk"))

    with pytest.raises(YamlFileError, match="save it as UTF-8"):
        read_models(tmp_path / "tags.yaml", Tag)
