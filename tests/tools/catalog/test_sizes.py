from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.catalog.sizes import Goods, Person, advise, kind_of

LETTERS = ("S", "M", "L", "XL", "XXL")


@pytest.mark.parametrize(
    ("gender", "height", "weight", "fit", "size"),
    [
        ("men", 175, 70, "regular", "L"),
        ("men", 168, 60, "", "M"),
        ("men", 185, 90, "", "XXL"),
        ("women", 160, 52, "regular", "M"),
        ("women", 158, 46, "", "S"),
        ("women", 165, 57, "loose", "M"),
        ("women", 165, 57, "slim", "L"),
        ("unisex", 170, 65, "", "L"),
    ],
)
def test_clothes_go_by_height_and_weight(gender: str, height: float, weight: float, fit: str, size: str) -> None:
    goods = Goods("tops", LETTERS, gender, fit)  # type: ignore[arg-type]
    advice = advise(goods, Person(height_cm=height, weight_kg=weight))
    assert advice.size == size
    assert {reason.en for reason in advice.reasons} >= {
        f"{height:g} cm tall points to {advice.reasons[0].en.split()[-1]}"
    }
    assert len(advice.reasons) == (3 if fit in {"slim", "loose"} else 2)


def test_between_two_sizes_the_neighbour_is_named() -> None:
    advice = advise(Goods("tops", LETTERS, "men"), Person(height_cm=174, weight_kg=66))
    assert (advice.size, advice.alternatives) == ("L", ("M",))


@pytest.mark.parametrize(
    ("person", "missing"),
    [(Person(), ("height_cm", "weight_kg")), (Person(height_cm=170), ("weight_kg",)), (Person(weight_kg=60), ("height_cm",)),
     (Person(usual_size="banana"), ("height_cm", "weight_kg"))],
)  # fmt: skip
def test_what_is_missing_is_asked_for(person: Person, missing: tuple[str, ...]) -> None:
    advice = advise(Goods("tops", LETTERS), person)
    assert (advice.size, advice.missing) == (None, missing)


@pytest.mark.parametrize("usual", ["XXL", "2XL", "xx-l", "180", "44"])
def test_the_same_size_has_many_names(usual: str) -> None:
    assert advise(Goods("tops", LETTERS), Person(usual_size=usual)).size == "XXL"


@pytest.mark.parametrize(("usual", "size"), [("中码", "M"), ("大码", "L"), ("加大", "XL"), ("小号", "S")])
def test_chinese_size_words_are_known(usual: str, size: str) -> None:
    assert advise(Goods("tops", LETTERS), Person(usual_size=usual)).size == size


def test_a_close_cut_does_not_move_the_usual_size_but_names_the_next() -> None:
    advice = advise(Goods("tops", LETTERS, fit="slim"), Person(usual_size="M"))
    assert (advice.size, advice.alternatives) == ("M", ("L",))


def test_a_body_outside_the_sizes_on_offer_is_told_so() -> None:
    advice = advise(Goods("tops", ("S", "M"), "men"), Person(height_cm=190, weight_kg=110))
    assert (advice.size, advice.missing) == (None, ())
    assert advice.reasons[-1].en == "that is outside the sizes this product comes in"


def test_trousers_go_by_the_waist() -> None:
    goods = Goods("bottoms", ("28", "29", "30", "31", "32", "33", "34"), "men")
    assert advise(goods, Person(height_cm=175, weight_kg=70)).size in {"32", "31"}
    assert advise(goods, Person(usual_size="30")).size == "30"


@pytest.mark.parametrize(
    ("sizes", "gender", "foot", "size"),
    [
        (("40", "41", "42", "43"), "men", 260, "41"),
        (("36", "37", "38", "39"), "women", 238, "38"),
        (("8", "9", "10", "11"), "men", 270, "10"),
        (("245", "250", "255"), "unisex", 250, "250"),
        (("40", "41"), "men", 300, None),
    ],
)
def test_shoes_go_by_the_foot(sizes: tuple[str, ...], gender: str, foot: float, size: str | None) -> None:
    goods = Goods("shoes", sizes, gender)  # type: ignore[arg-type]
    assert advise(goods, Person(foot_length_mm=foot)).size == size


@pytest.mark.parametrize(
    ("usual", "size"),
    [("42", "42"), ("42码", "42"), ("EU 42", "42"), ("265", "42"), ("8.5 US", "42"), ("nonsense", None)],
)
def test_the_usual_shoe_size_is_converted(usual: str, size: str | None) -> None:
    assert advise(Goods("shoes", ("40", "41", "42", "43"), "men"), Person(usual_size=usual)).size == size


def test_shoes_ask_for_the_foot_or_the_usual_size() -> None:
    assert advise(Goods("shoes", ("40",)), Person(height_cm=170)).missing == ("foot_length_mm", "usual_size")


def test_childrens_clothes_go_by_height() -> None:
    goods = Goods("tops", ("100", "110", "120"))
    assert advise(goods, Person(height_cm=105)).size == "110"
    assert advise(goods, Person()).missing == ("height_cm",)
    assert advise(goods, Person(height_cm=150)).size is None


@pytest.mark.parametrize("sizes", [("one size",), ("均码",), ("Free",)])
def test_one_size_is_one_size(sizes: tuple[str, ...]) -> None:
    assert advise(Goods("tops", sizes), Person()).size == sizes[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Relaxed Cotton T-Shirt", "tops"), ("修身牛仔裤", "bottoms"), ("跑步鞋", "shoes"), ("Ankle Boots", "shoes"), ("半身裙", "bottoms"),
     ("羊毛连衣裙", "tops"), ("Mechanical Keyboard", None), ("陶瓷马克杯", None), ("Cycling Helmet", None)],
)  # fmt: skip
def test_what_is_worn_is_told_by_its_words(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind


@given(
    body=st.tuples(st.floats(50, 250), st.floats(10, 300), st.floats(100, 400)), usual=st.text(max_size=8),
    sizes=st.lists(st.sampled_from([*LETTERS, "30", "42", "110", "9.5", "xs", "均码", "?"]), min_size=1, max_size=5, unique=True),
    kind=st.sampled_from(["tops", "bottoms", "shoes"]), gender=st.sampled_from(["women", "men", "unisex"]),
)  # fmt: skip
def test_advice_is_a_size_on_offer_or_says_why_not(
    body: tuple[float, float, float], usual: str, sizes: list[str], kind: str, gender: str
) -> None:
    height, weight, foot = body
    goods = Goods(kind, tuple(sizes), gender)  # type: ignore[arg-type]
    for person in (Person(height, weight, usual, foot), Person(usual_size=usual), Person(height_cm=height)):
        advice = advise(goods, person)
        assert advice.size in sizes or advice.missing or advice.reasons
        assert set(advice.alternatives) <= set(sizes) - {advice.size}
