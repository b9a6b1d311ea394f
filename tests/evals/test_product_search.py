from __future__ import annotations

from evals.product_search import FOLDER, SETS, Looked, ProductWish, figures, read_wishes

MUG = ProductWish("mug", "en", frozenset({"mug"}))
NOTHING = ProductWish("tractor", "en", frozenset())


def test_figures_count_right_products_and_honest_silence() -> None:
    found = figures([Looked(MUG, ("mug", "pan")), Looked(MUG, ()), Looked(NOTHING, ()), Looked(NOTHING, ("pan",))])
    assert (found.precision, found.hit.hits, found.first.hits, found.silent.hits) == (0.25, 1, 1, 1)
    assert (found.hit.n, found.silent.n) == (2, 2)


def test_no_wish_stands_twice() -> None:
    wishes = [wish for name in SETS for wish in read_wishes(FOLDER / f"{name}.jsonl")]
    assert len({(wish.lang, wish.query) for wish in wishes}) == len(wishes)
