"""YAML as people mean it."""

from __future__ import annotations

import pytest
import yaml

from knowledge.yaml_files import parse_yaml


def test_words_are_words_and_only_true_and_false_are_truth_values() -> None:
    assert parse_yaml("[ON, NO, yes, off, y, true, False]") == ["ON", "NO", "yes", "off", "y", True, False]


def test_plain_values_keep_their_types() -> None:
    assert parse_yaml("{a: 1, b: 2.5, c: ~, d: '007', e: tee}") == {"a": 1, "b": 2.5, "c": None, "d": "007", "e": "tee"}


def test_nothing_but_plain_values_is_made() -> None:
    with pytest.raises(yaml.YAMLError):
        parse_yaml("!!python/object/apply:os.getcwd []")
