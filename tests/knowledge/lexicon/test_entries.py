from __future__ import annotations

import pytest

from knowledge.lexicon import MAX_PRODUCTS, Item, Kind, Lexicon


@pytest.mark.parametrize(
    ("text", "words", "product_ids"),
    [
        ("is the wireless mouse in stock", "wireless mouse", ("mouse",)),
        ("the Lumo Wireless Mouse arrived broken", "Lumo Wireless Mouse", ("mouse",)),
        ("我的无线鼠标坏了", "无线鼠标", ("mouse",)),
        ("我要退电热水壶", "电热水壶", ("kettle",)),
        ("我要退热水壶", "热水壶", ("kettle",)),
        ("my mechanical keyboard", "mechanical keyboard", ("keyboard",)),
    ],
)
def test_a_product_is_found_by_what_its_title_calls_it(
    lexicon: Lexicon, text: str, words: str, product_ids: tuple[str, ...]
) -> None:
    [product] = [mention for mention in lexicon.find(text) if mention.kind == "product"]
    start = text.index(words)
    assert (product.text, product.start, product.end, product.product_ids) in {
        (words, start, start + len(words), product_ids),
        (words.removeprefix("Lumo "), text.index(words.removeprefix("Lumo ")), start + len(words), product_ids),
    }


@pytest.mark.parametrize("text", ["a mouse please", "要一个鼠标"])
def test_a_word_that_several_products_share_gives_them_all_the_likeliest_first_and_is_generic(
    lexicon: Lexicon, text: str
) -> None:
    [product] = lexicon.find(text)
    assert product.generic
    assert (
        product.product_ids
        == {
            # The last of two words says more of a title than the middle one of three.
            "a mouse please": ("mouse", "gaming-mouse"),
            "要一个鼠标": ("gaming-mouse", "mouse"),
        }[text]
    )


def test_a_word_of_one_product_only_is_not_generic(lexicon: Lexicon) -> None:
    [product] = lexicon.find("I bought a keyboard")
    assert (product.product_ids, product.generic) == (("keyboard",), False)


@pytest.mark.parametrize("text", ["is the H1 in stock", "H1多少钱", "how heavy are the Buds 2?"])
def test_goods_are_called_by_their_model_alone(text: str) -> None:
    goods = [
        Item("h1", ("头戴式耳机 H1", "Headphones H1")),
        Item("buds", ("真无线耳机", "Wireless Earbuds"), attributes={"model": "Buds 2"}),
        Item("case", ("耳机盒", "Earbud Case"), attributes={"model": "plain"}),
    ]
    [called] = [mention for mention in Lexicon(goods).find(text) if mention.kind == "product"]
    assert called.product_ids == ("h1" if "H1" in text else "buds",)
    assert not called.generic


@pytest.mark.parametrize(("zh", "en"), [("T恤", "tee"), ("鼠标", "mice"), ("键盘", "keyboards")])
def test_both_languages_name_the_same_products(lexicon: Lexicon, zh: str, en: str) -> None:
    [chinese], [english] = lexicon.find(f"我的{zh}"), lexicon.find(f"my {en}")
    assert set(chinese.product_ids) == set(english.product_ids) != set()


@pytest.mark.parametrize("text", ["send the item back", "这个东西坏了"])
def test_a_word_for_anything_names_no_product_and_scores_low(lexicon: Lexicon, text: str) -> None:
    [thing] = lexicon.find(text)
    assert (thing.kind, thing.product_ids, thing.generic, thing.score) == ("product", (), True, 0.3)


@pytest.mark.parametrize(
    ("text", "category_id", "product_ids"),
    [
        ("show me computer accessories", "computing", ("gaming-mouse", "keyboard", "mouse")),
        ("看看电脑配件", "computing", ("gaming-mouse", "keyboard", "mouse")),
        ("any clothing on sale?", "clothing", ("boots", "tee")),
        ("服装有打折吗", "clothing", ("boots", "tee")),
    ],
)
def test_a_category_or_half_of_its_name_is_found(
    lexicon: Lexicon, text: str, category_id: str, product_ids: tuple[str, ...]
) -> None:
    [category] = [mention for mention in lexicon.find(text) if mention.kind == "category"]
    assert (category.id, category.product_ids, category.generic) == (category_id, product_ids, True)


def test_a_brand_is_found_with_its_products(lexicon: Lexicon) -> None:
    [brand] = lexicon.find("anything by VOLT?")
    assert (brand.kind, brand.id, brand.product_ids) == ("brand", "Volt", ("gaming-mouse", "keyboard"))


@pytest.mark.parametrize("text", ["a wireless one", "something for the home and the night", "is it electric"])
def test_a_weak_word_of_a_title_names_no_product_by_itself(lexicon: Lexicon, text: str) -> None:
    assert not [mention for mention in lexicon.find(text) if mention.kind == "product" and not mention.generic]


def test_no_more_than_some_products_are_given_for_a_word() -> None:
    lexicon = Lexicon([Item(f"vase-{i}", ("", f"Vase number {i} of clay")) for i in range(3 * MAX_PRODUCTS)])
    [vase] = [mention for mention in lexicon.find("which clay is it?") if mention.kind == "product"]
    assert len(vase.product_ids) == MAX_PRODUCTS


def test_an_empty_shop_knows_the_vocabulary_only() -> None:
    lexicon = Lexicon([])
    assert [(m.kind, m.terms, m.product_ids) for m in lexicon.find("a red t-shirt")] == [
        ("option", "red", ()),
        ("product", "t-shirt", ()),
    ]
    assert lexicon.find("") == []


KIN = Lexicon(
    [Item(f"tee-{i}", (f"纯色{i}T恤", f"Plain {i} T-Shirt")) for i in range(MAX_PRODUCTS + 5)]
    + [Item("sneakers", ("板鞋", "Plain Sneakers")), Item("runners", ("跑鞋", "Trail Running Shoes"))]
    + [Item("backpack", ("双肩包", "Roll-Top Backpack"))],
    [Kind("clothing", ("服饰鞋包", "Clothing & Shoes"))],
)


@pytest.mark.parametrize(
    ("text", "product_ids"),
    [
        ("any shoes", {"sneakers", "runners"}),
        ("上次买的鞋有点挤脚", {"sneakers", "runners"}),
        ("a bag please", {"backpack"}),
        ("有什么包", {"backpack"}),
    ],
)
def test_a_wider_kind_means_every_product_of_the_kinds_within(text: str, product_ids: set[str]) -> None:
    [product] = KIN.find(text)
    assert (product.kind, set(product.product_ids)) == ("product", product_ids)


def test_a_kind_of_many_products_is_named_by_the_kind() -> None:
    [tee] = KIN.find("the tee")
    assert tee.kinds == ("tshirt",)
    assert len(tee.product_ids) == MAX_PRODUCTS


@pytest.mark.parametrize(
    "text",
    [
        "包邮吗",
        "我的包裹呢",
        "用红包付的",
        "can i get a refund",
        "has it been shipped",
        "'我的红包'",
        "which phone number",
    ],
)
def test_everyday_words_are_no_goods(text: str) -> None:
    assert KIN.find(text) == []


def test_a_brand_is_known_by_the_name_that_its_chinese_titles_begin_with() -> None:
    lexicon = Lexicon(
        [
            Item("a", ("声屿 蓝牙耳机", "Soundisle Bluetooth Headphones"), "Soundisle"),
            Item("b", ("声屿 充电宝", "Soundisle Power Bank"), "Soundisle"),
            Item("c", ("极鹿 蓝牙耳机", "Deerlab Bluetooth Headphones"), "Deerlab"),
        ]
    )
    assert [(found.kind, found.id) for found in lexicon.find("声屿的耳机") if found.kind == "brand"] == [
        ("brand", "Soundisle")
    ]
