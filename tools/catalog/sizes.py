"""Size advice for clothes and shoes, from charts that are data (``sizes.yaml``).

A data sheet in short: clothes go by the place of height and weight on the chart (weight counts 0.6, height 0.4), moved by
the cut of the garment; shoes by the length of the foot. The charts are usual ones for adults and not those of a brand;
children's clothes go by height alone. Not for made-to-measure, bras, rings or gloves.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pydantic

from knowledge.yaml_files import read_yaml
from tools.evidence import LocalText

_FILE = Path(__file__).with_name("sizes.yaml")
_WEIGHT_COUNTS = 0.6
_BETWEEN = 0.3
"""So far from a whole size the neighbour is named as well."""
_BEYOND = 0.8
"""So far outside the sizes on offer none of them fits."""
_KIDS_CM = range(80, 181)

Gender = Literal["women", "men", "unisex"]
Kind = Literal["tops", "bottoms", "shoes"]


class _Chart(pydantic.BaseModel):
    height: dict[str, float]
    weight: dict[str, float]


class _Scale(pydantic.BaseModel):
    order: tuple[str, ...]
    women: _Chart
    men: _Chart
    unisex: _Chart

    def chart(self, gender: Gender) -> _Chart:
        return {"women": self.women, "men": self.men, "unisex": self.unisex}[gender]


class _Fit(pydantic.BaseModel):
    shift: float
    zh: str
    en: str


class _Charts(pydantic.BaseModel):
    words: dict[Kind, tuple[str, ...]]
    letters: _Scale
    waists: _Scale
    shoes: tuple[tuple[float, str, str, str, str], ...]
    fits: dict[str, _Fit]
    same: dict[str, tuple[str, ...]]
    one_size: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Person:
    """What the person said of themselves."""

    height_cm: float | None = None
    weight_kg: float | None = None
    usual_size: str | None = None
    foot_length_mm: float | None = None


@dataclasses.dataclass(frozen=True)
class Goods:
    """What is known of the garment or shoe."""

    kind: Kind
    sizes: tuple[str, ...]
    """On offer, in the shop's order."""
    gender: Gender = "unisex"
    fit: str = ""


@dataclasses.dataclass(frozen=True)
class Advice:
    """A size on offer, or None: something is `missing`, or none of the sizes fits (then `reasons` say so)."""

    size: str | None
    alternatives: tuple[str, ...] = ()
    reasons: tuple[LocalText, ...] = ()
    missing: tuple[str, ...] = ()


@functools.cache
def charts() -> _Charts:
    """Return the shipped charts, read once."""
    return _Charts.model_validate(read_yaml(_FILE))


def kind_of(text: str) -> Kind | None:
    """Return what sort of wear a product's title and category speak of; None when it is not worn."""
    folded = text.lower()
    kinds: tuple[Kind, ...] = ("shoes", "bottoms", "tops")
    return next((kind for kind in kinds if any(word.lower() in folded for word in charts().words[kind])), None)


def advise(goods: Goods, person: Person) -> Advice:
    """Return the size on offer that fits best, why, or what has to be asked first."""
    if len(goods.sizes) == 1 and _plain(goods.sizes[0]) in map(_plain, charts().one_size):
        return Advice(goods.sizes[0], reasons=(LocalText(zh="这款只有均码", en="it comes in one size only"),))
    if goods.kind == "shoes":
        return _shoe(goods, person)
    if all(size.isdecimal() and int(size) in _KIDS_CM for size in goods.sizes):
        return _by_height(goods, person)
    return _garment(goods, person)


def _garment(goods: Goods, person: Person) -> Advice:
    numbered = goods.kind == "bottoms" and all(map(str.isdecimal, goods.sizes))
    scale = charts().waists if numbered else charts().letters
    offered = {size: scale.order.index(name) for size in goods.sizes if (name := _name(size, scale)) in scale.order}
    if not offered:
        return Advice(
            None, reasons=(LocalText(zh="这款的尺码没有对照表", en="there is no chart for this product's sizes"),)
        )
    if person.height_cm is not None and person.weight_kg is not None:
        place, reasons = _by_body(scale, goods.gender, person.height_cm, person.weight_kg)
        fit = charts().fits.get(goods.fit.lower())
        if fit is not None:
            place, reasons = place + fit.shift, (*reasons, LocalText(zh=fit.zh, en=fit.en))
        return _pick(offered, place, reasons)
    if person.usual_size is not None and _name(person.usual_size, scale) in scale.order:
        return _as_usual(goods, scale, offered, person.usual_size)
    missing = [name for name in ("height_cm", "weight_kg") if getattr(person, name) is None]
    return Advice(None, missing=tuple(missing))


def _by_body(scale: _Scale, gender: Gender, height: float, weight: float) -> tuple[float, tuple[LocalText, ...]]:
    chart = scale.chart(gender)
    by_height = _place(scale.order, chart.height, height)
    by_weight = _place(scale.order, chart.weight, weight)
    tall, heavy = scale.order[round(by_height)], scale.order[round(by_weight)]
    reasons = (
        LocalText(zh=f"身高 {height:g} cm 对应 {tall}", en=f"{height:g} cm tall points to {tall}"),
        LocalText(zh=f"体重 {weight:g} kg 对应 {heavy}", en=f"{weight:g} kg points to {heavy}"),
    )
    return _WEIGHT_COUNTS * by_weight + (1 - _WEIGHT_COUNTS) * by_height, reasons


def _as_usual(goods: Goods, scale: _Scale, offered: Mapping[str, int], usual: str) -> Advice:
    place = float(scale.order.index(_name(usual, scale)))
    reasons = [LocalText(zh=f"您平时穿 {usual}", en=f"you usually wear {usual}")]
    fit = charts().fits.get(goods.fit.lower())
    if fit is None:
        return _pick(offered, place, tuple(reasons))
    reasons.append(LocalText(zh=fit.zh, en=fit.en))
    return _pick(offered, place + fit.shift, tuple(reasons))


def _by_height(goods: Goods, person: Person) -> Advice:
    """Children's clothes: the size is the height in centimetres that it is cut for."""
    if person.height_cm is None:
        usual = _offered_as(goods.sizes, person.usual_size)
        return Advice(usual) if usual else Advice(None, missing=("height_cm",))
    reason = LocalText(zh=f"身高 {person.height_cm:g} cm", en=f"{person.height_cm:g} cm tall")
    fitting = [size for size in sorted(goods.sizes, key=int) if int(size) >= person.height_cm - 2]
    return _fit_or_none(fitting[:1], reason)


def _shoe(goods: Goods, person: Person) -> Advice:
    lengths = {size: length for size in goods.sizes if (length := _length_of(size, goods.gender)) is not None}
    if person.foot_length_mm is not None and lengths:
        foot = person.foot_length_mm
        reason = LocalText(zh=f"脚长 {foot:g} mm", en=f"foot length {foot:g} mm")
        fitting = sorted(
            (size for size in lengths if foot - 3 <= lengths[size] <= foot + 10),
            key=lambda size: _tightness(lengths[size] - foot),
        )
        return _fit_or_none(fitting, reason)
    if person.usual_size is None:
        return Advice(None, missing=("foot_length_mm", "usual_size"))
    return _usual_shoe(goods, lengths, person.usual_size)


def _tightness(room: float) -> float:
    """A shoe too short by a millimetre is as bad as one too long by three."""
    return room if room >= 0 else -3 * room


def _usual_shoe(goods: Goods, lengths: Mapping[str, float], usual: str) -> Advice:
    reason = LocalText(zh=f"您平时穿 {usual} 码", en=f"you usually wear {usual}")
    same = _offered_as(goods.sizes, usual)
    if same is not None:
        return Advice(same, reasons=(reason,))
    wanted = _length_of(usual, goods.gender)
    if wanted is None or not lengths:
        return Advice(None, missing=("foot_length_mm",))
    near = sorted(lengths, key=lambda size: (abs(lengths[size] - wanted), -lengths[size]))
    return _fit_or_none([size for size in near if abs(lengths[size] - wanted) <= 5], reason)


def _fit_or_none(fitting: Sequence[str], reason: LocalText) -> Advice:
    if not fitting:
        return Advice(None, reasons=(reason, _NONE_FITS))
    return Advice(fitting[0], tuple(fitting[1:2]), (reason,))


_NONE_FITS = LocalText(zh="超出了这款的尺码范围", en="that is outside the sizes this product comes in")


def _pick(offered: Mapping[str, int], place: float, reasons: tuple[LocalText, ...]) -> Advice:
    """Take the offered size nearest to a place on the scale; the larger of two equally near ones."""
    near = sorted(offered, key=lambda size: (round(abs(offered[size] - place), 3), -offered[size]))
    if abs(offered[near[0]] - place) > _BEYOND:
        return Advice(None, reasons=(*reasons, _NONE_FITS))
    others = [size for size in near[1:] if round(abs(offered[size] - place), 3) <= 1 - _BETWEEN]
    return Advice(near[0], tuple(others[:1]), reasons)


def _place(order: Sequence[str], middles: Mapping[str, float], value: float) -> float:
    """Return where a value lies among the sizes' middles, between whole sizes too; outside the ends by the last step."""
    known = [(order.index(size), middle) for size, middle in middles.items()]
    for (low, below), (high, above) in itertools.pairwise(known):
        if value < above or high == known[-1][0]:
            place = low + (high - low) * (value - below) / (above - below)
            return min(max(place, 0.0), len(order) - 1.0)
    raise ValueError("a chart needs two sizes at least")


def _length_of(size: str, gender: Gender) -> float | None:
    """Return the foot in mm that a shoe size is for: European, millimetres, or American (men's unless for women)."""
    text = _plain(size, keep=".")
    for mark in ("eu", "us", "uk", "mm", "码"):
        text = text.replace(mark, "")
    columns = {row[1]: row[0] for row in charts().shoes}
    if "uk" in size.lower():
        columns = {row[2]: row[0] for row in charts().shoes}
    elif "us" in size.lower() or (text.replace(".", "").isdecimal() and float(text) < 20):
        columns = {row[4] if gender == "women" else row[3]: row[0] for row in charts().shoes}
    if text in columns:
        return columns[text]
    if not text.replace(".", "", 1).isdecimal():
        return None
    number = float(text)
    if 200 <= number <= 320:
        return number
    return _between(number, {float(key): length for key, length in columns.items()})


def _between(number: float, columns: Mapping[float, float]) -> float | None:
    """Return the length of a size that stands between two rows."""
    for (low, below), (high, above) in itertools.pairwise(sorted(columns.items())):
        if low < number < high:
            return below + (above - below) * (number - low) / (high - low)
    return None


def _offered_as(sizes: Sequence[str], wanted: str | None) -> str | None:
    plain = _plain(wanted or "", keep=".").removesuffix("码").removesuffix("号")
    return next((size for size in sizes if _plain(size, keep=".") == plain), None)


def _name(size: str, scale: _Scale) -> str:
    """Return the scale's name of a size: ``2xl`` is ``XXL``, 中码 is ``M``; what it does not know stays as it is."""
    plain = _plain(size).removesuffix("码") if len(size) <= 4 else _plain(size)
    for name in scale.order:
        if plain in {_plain(name), *map(_plain, charts().same.get(name, ()))}:
            return name
    chinese = size.strip()
    return next((name for name, words in charts().same.items() if chinese in words), chinese)


def _plain(text: str, keep: str = "") -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter in keep)
