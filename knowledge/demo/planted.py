"""What is planted in the demo shop: elasticities, seasons, tastes, faults and fraud rings. Only the generator reads it.

Where these fell in one build tells `knowledge.demo.truths`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from knowledge.types import Lang

ELASTICITY_SPREAD = 0.15
"""Standard deviation of a product's own-price elasticity around its kind's (``data/*.yaml``: ``elasticity``)."""

SEASONS: Mapping[str, tuple[float, ...]] = {
    "flat": (1.0,) * 12,
    "summer": (0.5, 0.6, 0.8, 1.1, 1.5, 1.7, 1.6, 1.3, 0.9, 0.7, 0.6, 0.5),
    "winter": (1.6, 1.2, 0.9, 0.7, 0.5, 0.5, 0.5, 0.6, 0.9, 1.3, 1.6, 1.8),
    "deep_winter": (2.2, 1.2, 0.6, 0.3, 0.2, 0.2, 0.2, 0.3, 0.6, 1.4, 2.3, 2.6),
    "spring_autumn": (0.7, 0.9, 1.3, 1.4, 1.1, 0.8, 0.7, 0.8, 1.2, 1.4, 1.0, 0.7),
    "autumn_winter": (1.3, 1.0, 0.9, 0.8, 0.6, 0.6, 0.6, 0.7, 1.1, 1.4, 1.6, 1.5),
    "sun": (0.4, 0.5, 0.9, 1.3, 1.7, 2.0, 1.9, 1.4, 0.8, 0.5, 0.4, 0.4),
    "school": (0.9, 1.2, 1.0, 0.8, 0.8, 0.9, 1.2, 1.7, 1.3, 0.8, 0.8, 0.8),
    "gifts": (1.1, 1.2, 1.0, 0.8, 1.1, 0.9, 0.8, 0.9, 0.9, 0.9, 1.1, 1.5),
    "travel": (1.1, 0.9, 0.8, 1.1, 1.2, 1.0, 1.3, 1.2, 1.1, 1.0, 0.7, 0.7),
    "new_year": (1.8, 1.1, 0.8, 0.8, 0.8, 0.9, 0.8, 0.8, 1.0, 0.9, 1.2, 1.4),
    "launches": (0.9, 0.9, 1.0, 0.9, 0.9, 1.0, 0.9, 0.9, 1.5, 1.4, 1.1, 0.9),
}
"""Demand by month, January first; a day lies between the middles of its months."""

WEEKDAYS = (0.95, 0.93, 0.94, 0.96, 1.02, 1.1, 1.1)
"""Demand by day of the week, Monday first."""


@dataclasses.dataclass(frozen=True)
class Promotion:
    """A yearly sale: which days, how many products join, how deep, and how many more visitors come anyway.

    `traffic` is the confounder: demand rises on those days for every product, also those at full price, so that a naive
    regression of sales on price overstates the elasticity.
    """

    name: str
    title_zh: str
    title_en: str
    month: int
    day: int
    days: int
    share: float
    depth: tuple[float, float]
    traffic: float


PROMOTIONS = (
    Promotion("spring_festival", "年货节", "Spring Festival sale", 1, 8, 8, 0.40, (0.08, 0.20), 1.5),
    Promotion("queens_day", "38 焕新周", "Women's Day week", 3, 4, 5, 0.30, (0.08, 0.18), 1.3),
    Promotion("618", "618 年中大促", "618 Mid-Year Festival", 6, 14, 6, 0.60, (0.10, 0.28), 2.3),
    Promotion("back_to_school", "开学季", "Back to school", 8, 24, 8, 0.25, (0.06, 0.15), 1.2),
    Promotion("double_11", "双十一", "Double 11", 11, 8, 4, 0.75, (0.12, 0.32), 3.2),
    Promotion("double_12", "双十二", "Double 12", 12, 10, 3, 0.45, (0.08, 0.22), 1.8),
)


@dataclasses.dataclass(frozen=True)
class Taste:
    """A cluster of customers: how much more (or less) they buy of a category and a style, and in which colours."""

    share: float
    categories: Mapping[str, float]
    styles: Mapping[str, float]
    colors: Mapping[str, float]


TASTES: Mapping[str, Taste] = {
    "minimalist": Taste(0.2, {"home": 1.5}, {"minimal": 4.0, "natural": 1.5}, {"black": 3, "white": 3, "grey": 3}),
    "athlete": Taste(0.17, {"clothing": 1.4}, {"sporty": 5.0}, {"black": 2, "orange": 3, "blue": 3}),
    "sweetheart": Taste(0.2, {"beauty": 2.0}, {"sweet": 5.0}, {"pink": 5, "cream": 3, "purple": 3, "red": 2}),
    "professional": Taste(0.16, {}, {"business": 5.0, "minimal": 1.5}, {"navy": 4, "white": 3, "black": 2, "grey": 2}),
    "gadgeteer": Taste(0.15, {"electronics": 4.0, "beauty": 0.4}, {"tech": 3.0}, {"black": 3, "silver": 3}),
    "homebody": Taste(0.12, {"home": 3.5}, {"natural": 4.0}, {"beige": 4, "green": 4, "cream": 3, "camel": 3}),
}
"""A weight that is not named is 1."""

COMPLEMENTS: Mapping[str, tuple[str, ...]] = {
    "phone": ("power_bank", "charger", "earbuds"),
    "laptop": ("mouse", "backpack", "monitor"),
    "tablet": ("keyboard", "earbuds"),
    "monitor": ("keyboard", "mouse"),
    "keyboard": ("mouse",),
    "running_shoes": ("tshirt", "smartwatch"),
    "dress": ("lipstick", "sneakers"),
    "jeans": ("tshirt", "sneakers"),
    "shirt": ("trousers",),
    "bedding": ("cushion", "candle"),
    "mug": ("kettle",),
    "pan": ("rice_cooker",),
    "cleanser": ("face_cream", "serum"),
    "serum": ("face_cream", "sunscreen"),
    "foundation": ("lipstick",),
    "shampoo": ("towel",),
}
"""Further lines of a basket are of these kinds with `COMPLEMENT_RATE`, whatever else is liked."""
COMPLEMENT_RATE = 0.35


@dataclasses.dataclass(frozen=True)
class Defect:
    """A fault of some products of a kind: what reviews say when they meet it, in both languages."""

    id: str
    kinds: tuple[str, ...]
    phrases: Mapping[Lang, tuple[str, ...]]


DEFECTS = (
    Defect(
        "runs_small",
        ("tshirt", "dress", "jeans"),
        {
            "zh": ("尺码偏小，要买大一码", "明显偏小一号，穿不下"),
            "en": ("runs small, order a size up", "a whole size too small"),
        },
    ),
    Defect(
        "color_fades",
        ("hoodie", "jeans", "shirt"),
        {
            "zh": ("洗了两次就掉色", "褪色很严重，把别的衣服都染了"),
            "en": ("the colour faded after two washes", "the dye bleeds badly"),
        },
    ),
    Defect(
        "zip_breaks",
        ("jacket", "backpack", "down_jacket"),
        {"zh": ("拉链用了一周就坏了", "拉链卡住拉不上"), "en": ("the zip broke within a week", "the zip gets stuck")},
    ),
    Defect(
        "sole_detaches",
        ("sneakers", "running_shoes"),
        {
            "zh": ("穿了一个月开胶了", "鞋底脱胶"),
            "en": ("the sole came off after a month", "the glue on the sole gave way"),
        },
    ),
    Defect(
        "battery_drains",
        ("phone", "earbuds", "smartwatch"),
        {
            "zh": ("电池掉电特别快", "续航只有宣传的一半"),
            "en": ("the battery drains very fast", "half the battery life they claim"),
        },
    ),
    Defect(
        "disconnects",
        ("earbuds", "mouse", "speaker"),
        {
            "zh": ("蓝牙老是断连", "连接不稳定，一会儿断一次"),
            "en": ("it keeps disconnecting", "the connection drops all the time"),
        },
    ),
    Defect(
        "overheats",
        ("power_bank", "charger", "laptop"),
        {"zh": ("充电的时候烫手", "发热很严重"), "en": ("it gets burning hot while charging", "it overheats badly")},
    ),
    Defect(
        "lid_leaks",
        ("bottle", "mug"),
        {"zh": ("盖子漏水，包都湿了", "倒过来就漏"), "en": ("the lid leaks into my bag", "it leaks when tipped over")},
    ),
    Defect(
        "coating_peels",
        ("pan", "rice_cooker"),
        {
            "zh": ("涂层用了几次就掉了", "不粘层起皮"),
            "en": ("the coating peels off", "the non-stick layer flaked after a few uses"),
        },
    ),
    Defect(
        "irritates_skin",
        ("face_cream", "serum", "sunscreen"),
        {"zh": ("用了脸发红刺痛", "过敏了，起了小疹子"), "en": ("it made my skin red and sore", "it gave me a rash")},
    ),
)
DEFECT_MENTION_RATE = 0.5
"""Share of a defective product's reviews that mention the fault (elsewhere: 0)."""
DEFECT_RETURN_FACTOR = 4.0
"""A defective product is returned so many times more often, with the reason ``faulty``."""

RINGS = 6
RING_SIZE = (5, 9)
RING_ORDERS = (3, 5)
"""Orders of each ring account, all within about three weeks and mostly of `RING_KINDS`."""
RING_KINDS = ("phone", "tablet", "earbuds", "smartwatch", "headphones")
RING_CHARGEBACK_RATE = 0.6
"""Share of a ring's delivered orders whose money the bank took back (`Refund.kind` is ``chargeback``); 0.001 elsewhere."""
CHARGEBACK_RATE = 0.001
HOUSEHOLD_SHARE = 0.04
"""Share of honest customers who share an address, and half of them a device, with another: not every link is fraud."""


@dataclasses.dataclass(frozen=True)
class Ring:
    """Accounts of one hand: they share a device, a card and an address between them."""

    customers: tuple[str, ...]
    device_ids: tuple[str, ...]
    fingerprint: str
