"""The demo shop's vocabularies, read from the YAML files in ``data/``."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.yaml_files import read_yaml

DATA = Path(__file__).with_name("data")
CATEGORY_FILES = ("clothing", "electronics", "home", "beauty")


@dataclasses.dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str


@dataclasses.dataclass(frozen=True)
class AxisValue:
    """One value of an axis along which products of a kind differ: attribute, title words, sentence, further facts."""

    value: str
    title: Text
    sentence: Text
    facts: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class OptionScale:
    """The values of an option and how much dearer each step is."""

    values: tuple[str, ...]
    step: float


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of goods: a leaf of the category tree, and the words that its products are made of."""

    id: str
    code: str
    name: Text
    category: str
    count: int
    price: tuple[int, int]
    """Lowest and highest list price in yuan."""
    season: str
    elasticity: float
    genders: tuple[str, ...]
    """Empty for goods without a gender."""
    size_scale: str | None
    """``tops``, ``bottoms`` or ``shoes``."""
    options: Mapping[str, OptionScale]
    colors: tuple[str, ...]
    styles: tuple[str, ...]
    axes: Mapping[str, tuple[AxisValue, ...]]
    specs: Mapping[str, tuple[str, ...]]
    intro: tuple[Text, ...]
    outro: tuple[Text, ...]
    queries: Mapping[str, tuple[str, ...]]
    consumable: bool
    brands: tuple[Text, ...]


@dataclasses.dataclass(frozen=True)
class Color:
    """A colour as SKU code, RGB and Chinese name."""

    code: str
    rgb: str
    zh: str


@functools.cache
def load(name: str) -> Any:
    """Return the parsed file ``data/NAME.yaml``; treat it as read-only."""
    return read_yaml(DATA / f"{name}.yaml")


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the random stream of one part of the shop: parts can change without shifting each other's draws."""
    return np.random.default_rng([seed, *part.encode()])


@functools.cache
def categories() -> tuple[tuple[str, Text], ...]:
    """Return the top categories: id and name."""
    heads = [load(name)["category"] for name in CATEGORY_FILES]
    return tuple((head["id"], Text(head["zh"], head["en"])) for head in heads)


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of goods, in a fixed order."""
    return tuple(
        _kind(kind_id, raw, load(name)["category"]["id"], load(name)["brands"])
        for name in CATEGORY_FILES
        for kind_id, raw in load(name)["kinds"].items()
    )


@functools.cache
def colors() -> Mapping[str, Color]:
    """Return every colour by its canonical name."""
    return {name: Color(*entry) for name, entry in load("common")["colors"].items()}


def size_charts() -> Mapping[str, list[str]]:
    """Return the sizes of each chart, smallest first."""
    charts: Mapping[str, list[str]] = load("common")["sizes"]
    return charts


def _kind(kind_id: str, raw: dict[str, Any], category: str, brands: list[list[str]]) -> Kind:
    return Kind(
        id=kind_id,
        code=raw["code"],
        name=Text(raw["zh"], raw["en"]),
        category=category,
        count=raw["n"],
        price=(raw["price"][0], raw["price"][1]),
        season=raw["season"],
        elasticity=raw["elasticity"],
        genders=tuple(raw.get("genders", ())),
        size_scale=raw.get("size"),
        options={key: OptionScale(tuple(o["values"]), o["step"]) for key, o in raw.get("options", {}).items()},
        colors=tuple(raw.get("colors", ())),
        styles=tuple(raw["styles"]),
        axes={axis: tuple(_axis_value(entry) for entry in entries) for axis, entries in raw["axes"].items()},
        specs={key: tuple(values) for key, values in raw.get("specs", {}).items()},
        intro=tuple(Text(*pair) for pair in raw["intro"]),
        outro=tuple(Text(*pair) for pair in raw["outro"]),
        queries={lang: tuple(words) for lang, words in raw["queries"].items()},
        consumable=raw.get("consumable", False),
        brands=tuple(Text(*pair) for pair in brands),
    )


def _axis_value(entry: list[Any]) -> AxisValue:
    value, zh, en, *rest = entry
    sentence = Text(rest[0], rest[1]) if len(rest) >= 2 else Text("", "")
    return AxisValue(value, Text(zh, en), sentence, rest[2] if len(rest) > 2 else {})
