"""Templates in plain words: every shipped text can be read so, and said again so; nothing else can be worked out."""

from __future__ import annotations

import re

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.flows import load_flows
from dialogue.replies.templates import Templates, shipped_sentences
from dialogue.wording.catalogue import catalogue
from dialogue.wording.checks import fault_of
from dialogue.wording.plain import plain
from knowledge.types import Lang
from tools.toolset import all_tools

TEMPLATES = Templates()
RETURNED = "Done: I've requested the return {{ result.return_id }} of {{ result.lines|items }}; {{ result.refund.amount|money }}{% if position %} number {{ position }}{% endif %}."
LANGS: tuple[Lang, ...] = ("zh", "en")


def normal(template: str) -> str:
    return re.sub(r"\{\{ '(?:\\n|\n)' \}\}", "\n", template).strip()


def test_every_sentence_is_the_same_template_again() -> None:
    for lang in LANGS:
        for name, template in shipped_sentences(lang).items():
            text = plain(template, lang)
            assert normal(text.template(text.text)) == normal(template), name


def test_every_text_that_may_be_changed_may_stay_as_it_ships() -> None:
    entries = catalogue(load_flows(tools=all_tools()))
    assert len(entries) > 300
    for place, entry in entries.items():
        for lang in LANGS:
            words = entry.plain[lang]
            assert fault_of(words, lang, words.text, has_receipt=True) is None, (place, lang)
            assert not entry.spoken.reserved or entry.spoken.standard[lang]


def test_facts_have_short_names_and_blocks_are_one() -> None:
    text = plain(RETURNED, "en")
    assert text.text == "Done: I've requested the return {return_id} of {lines}; {amount}{position}."
    assert plain(RETURNED, "zh").text == "Done: I've requested the return {退货单号} of {商品}; {金额}{排队位置}."


def test_words_in_another_order_say_the_same_facts() -> None:
    template = plain(RETURNED, "en").template("{amount}: {lines}\n- {退货单号}{position}")
    facts = {
        "result": {
            "return_id": "R1",
            "lines": [{"title": "Tee"}],
            "refund": {"amount": {"minor": 100, "currency": "CNY"}},
        },
        "position": 3,
    }
    assert TEMPLATES.render(template, "en", facts) == "CN¥1.00: Tee\n- R1 number 3"


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{return_id} {lines} {amount}{position} {name}", ("name",)),
        ("{{ policy }} {return_id}", ("{{",)),
        ("{% for x in y %}", ("{%",)),
        ("{# no #}", ("{#",)),
        ("{return_id", ("{",)),
    ],
)
def test_what_is_no_fact_of_the_place_is_named(text: str, unknown: tuple[str, ...]) -> None:
    assert plain(RETURNED, "en").unknown(text) == unknown


def test_what_is_left_out_is_named_but_for_words_alone() -> None:
    assert plain(RETURNED, "en").missing("{return_id} {lines}") == ("amount", "position")
    assert plain("Hi {{ name }}, all{{ 's' if many }} well{% if x %} today{% endif %}.", "en").missing("Hello") == ()


@given(st.text(max_size=80))
def test_no_words_can_work_anything_out(words: str) -> None:
    """Words are said as they are, whatever they look like to the template language; or they are refused."""
    text = plain("It is {{ day }}.", "en")
    if text.unknown(words):
        return
    said = TEMPLATES.render(text.template(words), "en", {"day": "Monday"})
    shown = text.tidy(words).replace("{day}", "Monday").strip()
    assert said.split() == shown.split()


def test_a_template_without_facts_takes_none() -> None:
    assert plain("Hello.", "en").unknown("Hello {name}") == ("name",)
    with pytest.raises(ValueError, match="expected facts"):
        plain("Hello.", "en").template("{name}")


def test_set_variables_come_along() -> None:
    template = "{% set one = results.found %}{{ one.title }} costs {{ one.price|money }}"
    text = plain(template, "en")
    assert text.text == "{title} costs {price}"
    made = text.template("{price} for {title}")
    facts = {"results": {"found": {"title": "Lamp", "price": {"minor": 5, "currency": "USD"}}}}
    assert TEMPLATES.render(made, "en", facts) == "$0.05 for Lamp"
    assert TEMPLATES.names(made, "en") == {"results"}
    with pytest.raises(jinja2.TemplateError):
        TEMPLATES.names("{% for %}", "en")
