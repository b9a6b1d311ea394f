"""A small shop with bilingual titles, whose words are ambiguous in the ways that real shops' words are."""

from __future__ import annotations

import pytest

from knowledge.lexicon import Item, Kind, Lexicon

MOUSE = Item(
    "mouse",
    ("鹿目 无线鼠标", "Lumo Wireless Mouse"),
    "Lumo",
    "computing",
    (("LM-BLK", {"color": "black", "connectivity": "bluetooth"}), ("LM-RED", {"color": "red", "connectivity": "usb"})),
)
GAMING_MOUSE = Item(
    "gaming-mouse", ("电竞鼠标", "Gaming Mouse Pro"), "Volt", "computing", (("GM-1", {"color": "white"}),)
)
KEYBOARD = Item(
    "keyboard",
    ("机械键盘", "Mechanical Keyboard"),
    "Volt",
    "computing",
    (("KB-CL", {"switch type": "clicky", "size": "full size"}), ("KB-RD", {"switch type": "red", "size": "80%"})),
)
TEE = Item(
    "tee",
    ("纯棉T恤", "Cotton T-Shirt"),
    "",
    "clothing",
    (("TS-RED-M", {"color": "red", "size": "M"}), ("TS-BLU-L", {"color": "blue", "size": "L"})),
)
KETTLE = Item(
    "kettle",
    ("电热水壶", "Electric Kettle"),
    "",
    "home",
    (("KT-1", {"capacity": "1 liter"}), ("KT-05", {"capacity": "0.5 liter"})),
)
BOOTS = Item("boots", ("登山靴", "Hiking Boots"), "", "clothing", (("HB-9", {"size": "9", "waterproof": "yes"}),))
KINDS = [
    Kind("computing", ("电脑配件", "Computer Accessories")),
    Kind("clothing", ("服装 & 鞋", "Clothing & Shoes")),
    Kind("home", ("家居", "Home")),
]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon([MOUSE, GAMING_MOUSE, KEYBOARD, TEE, KETTLE, BOOTS], KINDS, known_words={"canvas", "kittle"})
