from __future__ import annotations

import pytest

from knowledge.lexicon import Lexicon


@pytest.mark.parametrize("text", ["is TS-RED-M in stock", "ts-red-m有货吗", "（TS-RED-M）"])
def test_a_sku_is_found_in_any_case(lexicon: Lexicon, text: str) -> None:
    [sku] = [mention for mention in lexicon.find(text) if mention.kind == "sku"]
    assert (sku.id, sku.product_ids, sku.text.upper()) == ("TS-RED-M", ("tee",), "TS-RED-M")


def test_a_product_id_is_found(lexicon: Lexicon) -> None:
    [product] = lexicon.find("gaming-mouse")
    assert product.product_ids[0] == "gaming-mouse"


@pytest.mark.parametrize("text", ["#TS-RED-M", "TS-RED-M2", "XTS-RED-M", "TS-RED"])
def test_a_part_of_another_code_is_no_sku(lexicon: Lexicon, text: str) -> None:
    assert not [mention for mention in lexicon.find(text) if mention.kind == "sku"]


def test_a_sku_leads_to_its_product(lexicon: Lexicon) -> None:
    assert lexicon.is_sku("kb-cl")
    assert lexicon.product_of("kb-cl") == "keyboard"
    assert not lexicon.is_sku("KB-XX")
    assert lexicon.product_of("KB-XX") is None
