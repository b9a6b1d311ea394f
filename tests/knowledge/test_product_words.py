from __future__ import annotations

import pytest

from knowledge.product_words import goods_kinds, wished_kinds
from knowledge.vocabulary import fold, vocabulary


@pytest.mark.parametrize(
    ("titles", "categories", "kinds", "others"),
    [
        (("纯色板鞋", "Plain Sneakers"), (), {"sneaker", "shoe"}, {"runningshoe"}),
        (("", "Laptop Backpack"), (), {"backpack", "bag"}, {"laptop", "computer"}),
        (("", "Wireless-Charging Desk Lamp"), (), {"desklamp", "lamp"}, {"charger"}),
        (("", "Case for the phone"), (), set(), {"phone"}),
        (("双口充电器",), (), {"charger"}, {"appliance"}),
        (("电热水壶",), (), {"electrickettle", "kettle", "kitchenware"}, {"waterbottle"}),
        (("Air 90",), ("Shoes",), {"shoe"}, set()),
        (("Canvas Tote Bag",), ("Bags & Shoes",), {"bag"}, {"shoe"}),
    ],
)
def test_a_thing_is_of_the_kind_that_its_title_ends_in_and_of_every_wider_one(
    titles: tuple[str, ...], categories: tuple[str, ...], kinds: set[str], others: set[str]
) -> None:
    found = set(goods_kinds(titles, categories))
    assert kinds <= found
    assert not others & found


@pytest.mark.parametrize(
    ("wish", "serving", "not_serving"),
    [
        ("送女朋友的礼物", "perfume", "mug"),
        ("a gift for a gamer", "mouse", "perfume"),
        ("something for the kitchen maybe", "kitchenware", "bedding"),
        ("冬天穿的", "downjacket", "tshirt"),
    ],
)
def test_a_purpose_names_the_kinds_that_serve_it(wish: str, serving: str, not_serving: str) -> None:
    found = wished_kinds(wish)
    assert serving in found
    assert not_serving not in found


def test_every_kind_of_a_family_and_of_a_purpose_is_in_the_vocabulary() -> None:
    words = vocabulary()
    known = {fold(kind) for kind in (*words.kinds, *words.families)}
    named = {kind for group in (*words.families.values(), *words.purposes.values()) for kind in group.kinds}
    assert {kind for kind in named if fold(kind) not in known} == set()
