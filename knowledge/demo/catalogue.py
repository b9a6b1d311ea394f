"""Products and variants, made from the vocabularies; the first of each kind is the same for every seed."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np

from knowledge.demo import planted
from knowledge.demo.clock import DAY_S, Clock
from knowledge.demo.words import AxisValue, Kind, Text, colors, kinds, load, size_charts, stream
from knowledge.types import Options

COUNT_FACTOR = 1.06
"""The counts of the vocabularies times this: about 650 products at scale 1."""


@dataclasses.dataclass(frozen=True, slots=True)
class Variant:
    """A variant: `index` in `Catalogue.variants`, price in whole yuan."""

    index: int
    sku: str
    options: Options
    color: str
    rest: int
    """Which of the product's other option combinations it is."""
    list_yuan: int


@dataclasses.dataclass(frozen=True, slots=True)
class Product:
    """A product with what the generator knows about it."""

    index: int
    id: str
    kind: Kind
    title: Text
    description: Text
    brand: str
    gender: str
    """``women``, ``men``, ``unisex``, or ``""`` for goods without one."""
    chart: str
    """Which sizes it comes in, or ``""``."""
    style: str
    attributes: dict[str, str]
    list_yuan: int
    cost_rate: float
    elasticity: float
    popularity: float
    quality: float
    defect: planted.Defect | None
    created_s: int
    staple: bool
    """The first of its kind: always in stock, on sale all year, the same in every build."""
    colors: tuple[str, ...]
    variants: tuple[Variant, ...]
    """By colour, then by the other options."""

    @property
    def rest_count(self) -> int:
        """How many combinations of options other than colour there are."""
        return len(self.variants) // max(1, len(self.colors))


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """All products and, flat, all variants."""

    products: tuple[Product, ...]
    variants: tuple[Variant, ...]
    owner: tuple[int, ...]
    """Variant index -> product index."""

    def by_sku(self, sku: str) -> Variant:
        """Return a variant by its SKU."""
        return next(variant for variant in self.variants if variant.sku == sku)

    def product_of(self, variant: Variant) -> Product:
        """Return the product of a variant."""
        return self.products[self.owner[variant.index]]


@dataclasses.dataclass
class _Draft:
    """What is drawn for one product before it is put together."""

    kind: Kind
    number: int
    brand: Text
    gender: str
    values: dict[str, AxisValue]

    @property
    def title(self) -> Text:
        """The title, brand first; English puts fit and design before the noun."""
        words = list(self.values.values())
        gender = load("common")["genders"].get(self.gender, ["", ""])
        zh = "".join(value.title.zh for value in words)
        head = f"{self.brand.zh} {gender[0]}" if self.gender else f"{self.brand.zh} "
        en = [self.brand.en, gender[1], *(value.title.en for value in words), self.kind.name.en]
        return Text(" ".join(f"{head}{zh}{self.kind.name.zh}".split()), " ".join(filter(None, (w.strip() for w in en))))


def build_catalogue(seed: int, clock: Clock, scale: float) -> Catalogue:
    """Draw the products. Every kind has at least one, so that a small shop has the same shape."""
    rng = stream(seed, "catalogue")
    products: list[Product] = []
    next_variant = itertools.count()
    for kind in kinds():
        count = max(1, round(kind.count * COUNT_FACTOR * scale))
        drafts = _drafts(rng, kind, count)
        defective = _defective(rng, kind, count)
        for draft in drafts:
            defect = defective.get(draft.number)
            products.append(_product(rng, draft, len(products), next_variant, clock, defect))
    variants = [variant for product in products for variant in product.variants]
    owner = [product.index for product in products for _ in product.variants]
    return Catalogue(tuple(products), tuple(variants), tuple(owner))


def _drafts(rng: np.random.Generator, kind: Kind, count: int) -> list[_Draft]:
    """Draw `count` products with different titles, in both languages."""
    genders = kind.genders or ("",)
    pools = [kind.brands, genders, *kind.axes.values()]
    combinations = math.prod(len(pool) for pool in pools)
    picks = rng.permutation(combinations - 1)[: count - 1] + 1
    drafts = []
    for number, pick in enumerate([0, *(int(p) for p in picks)]):
        places = np.unravel_index(pick, [len(pool) for pool in pools])
        chosen = [pool[int(place)] for pool, place in zip(pools, places, strict=True)]
        brand, gender, *values = chosen
        drafts.append(_Draft(kind, number, brand, gender, dict(zip(kind.axes, values, strict=True))))  # type: ignore[arg-type]
    return drafts


def _defective(rng: np.random.Generator, kind: Kind, count: int) -> dict[int, planted.Defect]:
    """Choose which product of the kind has which defect; never the first, which people try things with."""
    found: dict[int, planted.Defect] = {}
    for defect in planted.DEFECTS:
        if kind.id in defect.kinds and count > 1:
            found.setdefault(int(rng.integers(1, count)), defect)
    return found


def _product(
    rng: np.random.Generator,
    draft: _Draft,
    index: int,
    next_variant: itertools.count[int],
    clock: Clock,
    defect: planted.Defect | None,
) -> Product:
    kind, staple = draft.kind, draft.number == 0
    yuan = _list_yuan(rng, kind, staple=staple)
    product_id = f"{kind.code}{draft.number + 1:03d}"
    palette = kind.colors if staple else tuple(str(c) for c in _some(rng, kind.colors, 2, 5))
    chart = _chart(kind, draft.gender)
    return Product(
        index=index,
        id=product_id,
        kind=kind,
        title=draft.title,
        description=_description(rng, draft, staple=staple),
        brand=draft.brand.en,
        gender=draft.gender,
        chart=chart,
        style=kind.styles[0] if staple else str(rng.choice(kind.styles)),
        attributes=_attributes(rng, draft, staple=staple),
        list_yuan=yuan,
        cost_rate=float(rng.uniform(0.42, 0.68)),
        elasticity=round(kind.elasticity + float(rng.normal(0, planted.ELASTICITY_SPREAD)), 3),
        popularity=1.6 if staple else float(np.clip(rng.lognormal(0, 0.7), 0.25, 5)),
        quality=4.6 if staple else round(float(rng.uniform(2.9, 3.6) if defect else rng.uniform(3.9, 4.8)), 2),
        defect=defect,
        created_s=_created(rng, clock, staple=staple),
        staple=staple,
        colors=palette,
        variants=tuple(_variants(kind, product_id, palette, chart, yuan, next_variant)),
    )


def _some(rng: np.random.Generator, pool: Sequence[str], least: int, most: int) -> Sequence[str]:
    if not pool:
        return ()
    count = int(rng.integers(min(least, len(pool)), min(most, len(pool)) + 1))
    return tuple(rng.permutation(list(pool))[:count])


def _list_yuan(rng: np.random.Generator, kind: Kind, *, staple: bool) -> int:
    low, high = (math.log(bound) for bound in kind.price)
    share = 0.35 if staple else float(rng.random())
    return charm_price(math.exp(low + (high - low) * share))


def charm_price(yuan: float) -> int:
    """Round to a price as shops write it: ending in 9, from 1,000 yuan on in 99."""
    step = 100 if yuan >= 1000 else 10
    return max(9, round(yuan / step) * step - 1)


def _chart(kind: Kind, gender: str) -> str:
    return f"{gender}_{kind.size_scale}" if kind.size_scale else ""


def _created(rng: np.random.Generator, clock: Clock, *, staple: bool) -> int:
    age_days = float(rng.uniform(15, 330) if rng.random() < 0.12 else rng.uniform(370, 900))
    return clock.ago(500 if staple else age_days) // DAY_S * DAY_S


def _attributes(rng: np.random.Generator, draft: _Draft, *, staple: bool) -> dict[str, str]:
    facts = {axis: value.value for axis, value in draft.values.items()}
    if draft.gender:
        facts["gender"] = draft.gender
    for key, values in draft.kind.specs.items():
        facts[key] = values[0] if staple else str(rng.choice(values))
    for value in draft.values.values():
        facts.update(value.facts)
    return facts


def _description(rng: np.random.Generator, draft: _Draft, *, staple: bool) -> Text:
    """Join an opening, what each axis value says of itself, and a closing sentence."""
    intro, outro = (
        lines[0 if staple else int(rng.integers(len(lines)))] for lines in (draft.kind.intro, draft.kind.outro)
    )
    said = [value.sentence for value in draft.values.values() if value.sentence.en]
    parts = [intro, *said, outro]
    return Text("".join(part.zh for part in parts), " ".join(part.en for part in parts))


def _variants(
    kind: Kind, product_id: str, palette: Sequence[str], chart: str, yuan: int, next_variant: itertools.count[int]
) -> list[Variant]:
    scales: dict[str, Sequence[str]] = {}
    if chart:
        scales["size"] = size_charts()[chart]
    scales |= {key: scale.values for key, scale in kind.options.items()}
    made = []
    for color in palette or ("",):
        for rest, values in enumerate(itertools.product(*scales.values())):
            options = dict(zip(scales, values, strict=True))
            dearer = 1 + sum(kind.options[key].step * kind.options[key].values.index(value)
                             for key, value in options.items() if key in kind.options)  # fmt: skip
            price = charm_price(yuan * dearer)
            sku = "-".join([product_id, *([colors()[color].code] if color else []), *map(_code, values)])
            made.append(
                Variant(next(next_variant), sku, ({"color": color} if color else {}) | options, color, rest, price)
            )
    return made


def _code(value: str) -> str:
    return "".join(
        part if part.isupper() or part[:1].isdigit() else part.capitalize() for part in value.split()
    ).upper()
