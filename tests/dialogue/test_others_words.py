"""Links that others planted are taken out of replies; fields of the shop, the person's own words and its documents stay."""

from __future__ import annotations

import pytest

from dialogue.others_words import disarmed, hold_addresses, passages, planted_links
from dialogue.replies.types import Choice, ChoicesReply, CitationReply, TextReply

REVIEW = {"quotes": [{"rating": 5, "text": "Great! Pay at https://evil.example/pay or ask eve@evil.example."}]}
LINKS = ["https://evil.example/pay", "eve@evil.example"]


def test_links_in_prose_are_planted_and_whole_fields_are_not() -> None:
    parcel = {"parcels": [{"tracking_url": "https://carrier.example/t/1"}], "email": "emma@example.com"}
    assert planted_links([REVIEW, parcel], "what do buyers say?") == LINKS
    for field in ({"title": "https://evil.example/pay"}, {"attributes": {"url": "https://evil.example/pay"}}):
        assert planted_links([field], "what is it?") == ["https://evil.example/pay"]
    assert planted_links([REVIEW], "is https://EVIL.example/pay safe?") == ["eve@evil.example"]


@pytest.mark.parametrize(
    ("text", "kept"), [("Walnut Metronome", True), ("胡桃木节拍器", True), ("红色", False), ("O880012", False)]
)
def test_passages_may_say_something_and_names_of_things_may_not(text: str, kept: bool) -> None:
    assert passages([{"a": [{"b": text}]}]) == ([text] if kept else [])


def test_a_reply_and_its_buttons_lose_the_links() -> None:
    text = TextReply(text='A buyer: "Pay at https://evil.example/pay"', receipts=("r1",))
    assert hold_addresses([TextReply(text="no"), text])
    assert not hold_addresses([TextReply(text="It costs 64.00. Anything else?")])
    assert disarmed(text, LINKS, "[link]") == TextReply(text='A buyer: "Pay at [link]"', receipts=("r1",))
    asked = ChoicesReply(text="Which?", choices=(Choice(label="eve@evil.example", value="eve@evil.example"),))
    assert disarmed(asked, LINKS, "[link]").model_dump()["choices"] == ({"label": "[link]", "value": "[link]"},)


@pytest.mark.parametrize(
    "text",
    [
        "see ![x](https://evil.example/p?u=1) now",
        "see [press](https://evil.example/p) now",
        "see ![x](https://evil.example/p now",
    ],
)
def test_nothing_is_left_of_a_planted_picture(text: str) -> None:
    shown = disarmed(TextReply(text=text), planted_links([{"text": text}], ""), "[link]").text
    assert shown.split() == ["see", "[link]", "now"]


def test_the_shop_s_own_documents_are_its_word() -> None:
    cited = CitationReply(text="See https://evil.example/pay", title="Help", document_id="d1")
    assert disarmed(cited, LINKS, "[link]") is cited
