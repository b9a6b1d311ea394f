from __future__ import annotations

import importlib
import re

from dialogue.replies.templates import Templates, shipped_sentences

TEMPLATES = Templates()


def test_both_languages_have_the_same_sentences() -> None:
    assert set(shipped_sentences("zh")) == set(shipped_sentences("en"))


def test_every_refusal_of_the_order_tools_has_a_sentence() -> None:
    described = importlib.import_module("tools.orders").__doc__ or ""
    codes = re.findall(r"^([a-z_]+) +(?:mendable|final|person) ", described, re.MULTILINE)
    assert len(codes) > 30
    assert [code for code in codes if not TEMPLATES.has(f"refused.{code}")] == []


def test_a_fact_named_like_a_method_of_a_dict_is_the_fact() -> None:
    facts = {"row": {"values": ["red", "blue"], "items": 2}, "options": {"color": "red"}}
    template = "{{ row['items'] }}: {{ row.values|join(' / ') }}{% for key, value in options.items() %} {{ key }}={{ value }}{% endfor %}"
    assert TEMPLATES.render(template, "en", facts) == "2: red / blue color=red"


def test_a_filter_that_was_given_up_is_named_in_the_shoppers_language() -> None:
    template = "{{ relaxed|filters }}"
    relaxed = {"relaxed": ["options.color", "price"]}
    assert TEMPLATES.render(template, "zh", relaxed) == "颜色、价格"
    assert TEMPLATES.render(template, "en", relaxed) == "color and the price"
