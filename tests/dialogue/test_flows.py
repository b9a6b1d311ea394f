from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialogue import price_pages
from dialogue.flows import FlowError, load_flows, procedures
from dialogue.understanding import data
from dialogue.understanding.commands.holding import FLOW as HOLDING
from dialogue.understanding.commands.requests import OWN_DATA
from tests.docs import blocks
from tools.toolset import all_tools

[EXAMPLE] = blocks("add-a-flow", "yaml")


def refused(folder: Path, text: str, name: str = "mine.yaml") -> str:
    """Return what is said about a flow file that cannot be used."""
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(FlowError) as error:
        load_flows(folder, tools=all_tools())
    return str(error.value)


def test_every_shipped_flow_is_sound_and_can_be_asked_for() -> None:
    flows = load_flows(tools=all_tools())
    by_examples = {name for name, flow in flows.items() if flow.examples.zh and flow.examples.en}
    assert by_examples == {name for name, flow in flows.items() if flow.role == "merchant"}
    by_picture = {price_pages.SHOPPER}
    taught = {intent for intent in data.intents() if not data.is_talk(intent)}
    by_itself, by_words = {"identify", "call_back"}, {OWN_DATA, HOLDING}
    assert set(flows) - by_itself - by_picture - by_words - by_examples == taught


def test_what_merchants_alone_may_start_is_taught_apart() -> None:
    found = procedures(load_flows(tools=all_tools()))
    assert {lesson.flow for lesson in found.merchants} == {
        "approve_change", "change_coupon", "change_price", "change_text", "competitor_page", "competitor_report", "create_coupon", "daily_brief",
        "discovery_report", "edit_document", "end_coupon", "knowledge_gaps", "new_document", "price_curve", "reject_change", "restore_text", "review_themes",
        "risk_queue", "risk_threshold", "roll_back", "shop_figures", "show_text", "stock_warning", "suggest_price", "withdraw_document",
    }  # fmt: skip
    assert not found.flows & {lesson.flow for lesson in found.merchants}
    assert not found.lessons


def test_the_documented_flow_loads_from_a_shops_own_folder(tmp_path: Path) -> None:
    (tmp_path / "warranty_claim.yaml").write_text(EXAMPLE, encoding="utf-8")
    flow = load_flows(tmp_path, tools=all_tools())["warranty_claim"]
    assert [step.kind for step in flow.steps] == ["collect", "collect", "collect", "call", "say", "hand_over"]


def test_a_flow_teaches_its_own_examples_and_keywords(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(EXAMPLE + "keywords: {en: [under warranty]}\n", encoding="utf-8")
    [lesson] = procedures(load_flows(tmp_path, tools=all_tools())).lessons
    assert lesson.flow == "warranty_claim"
    assert lesson.examples["zh"][0] == "我要申请保修"
    assert lesson.keywords == {"en": ("under warranty",)}


def test_a_file_with_a_shipped_id_takes_that_flows_place(tmp_path: Path) -> None:
    text = "id: list_coupons\ntitle: {zh: 券, en: coupons}\nsteps: [{say: {zh: 没有, en: none}}]\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    flow = load_flows(tmp_path, tools=all_tools())["list_coupons"]
    assert [step.kind for step in flow.steps] == ["say"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("collect: order", "collect: nothing", "no slot 'nothing'; slots are order, fault, contact"),
        ("tool: get_order", "tool: get_ordr", "call: calls the unknown tool 'get_ordr'; do you mean 'get_order'?"),
        ("tool: get_order", "tool: cancel_order", "cancel_order needs the person's consent; use `confirm:`"),
        ("- call: {tool: get_order", "- confirm: {tool: get_order", "get_order needs no consent; use `call:`"),
        ("order_id: $order", "order: $order", "get_order: has no argument 'order'; it takes order_id"),
        ("order_id: $order", "", "get_order: lacks the argument 'order_id'"),
        ("$order}", "$ordr}", "get_order: $ordr is neither a slot nor a result"),
        ("type: order}", "type: ordre}", "line 11: slots.order.type: Input should be 'order'"),
        ("hand_over:", "hand_ower:", "hand_ower: there is no such field here; take it out, or mend its spelling"),
        ("title: {zh: 保修申请, en: your", "title: {en: your", "title.zh: is missing"),
        ("id: warranty_claim", "id: Warranty Claim", "line 1: id: String should match pattern"),
        ("id: warranty_claim", "id: affirm", "'affirm' is the name of something that people say"),
        ("{{ slots.order }}", "{{ slot.order }}", "say.zh: unknown name slot; slots are `slots.NAME`"),
        ("|items", "|itemz", "No filter named 'itemz'"),
        ("- collect: contact", "- {collect: contact, when: 'slots.fault =='}", "when: not a condition"),
        ("- collect: contact", "- {collect: contact, when: 'order'}", "when: unknown name order in 'order'"),
        ("queue: warranty}", "queue: warranty}\n  - start: nowhere", "start: goes on as the unknown flow 'nowhere'"),
        ("{type: order}", "{type: reason, policy: cancel.raisins}", "the policy has no 'cancel.raisins'"),
        ("(open|file|start)", "(open|file|start", "expected as many '(' as ')'"),
        ("my {product}, it", "my {gadget}, it", "no placeholder {gadget}, expected one of product"),
        ("en: By phone}", "}", "slots.contact.choices.0: lacks en"),
        ("steps:", "steps: [", "not YAML"),
    ],
)
def test_a_mistake_in_a_flow_says_where_and_what_was_expected(
    tmp_path: Path, before: str, after: str, expected: str
) -> None:
    assert before in EXAMPLE
    said = refused(tmp_path, EXAMPLE.replace(before, after, 1))
    assert expected in said
    assert str(tmp_path / "mine.yaml") in said


def test_a_flow_that_nobody_can_start_says_what_to_add(tmp_path: Path) -> None:
    untaught = re.sub(r"examples:.*?(?=slots:)", "", EXAMPLE, flags=re.DOTALL)
    assert "examples: nobody can start this flow; add what people say" in refused(tmp_path, untaught)


def test_a_flow_that_another_one_starts_needs_no_examples(tmp_path: Path) -> None:
    inner = "id: inner\ntitle: {zh: 内, en: inner}\nsteps: [{say: {zh: 好, en: ok}}]\n"
    outer = inner.replace("inner", "outer").replace("say: {zh: 好, en: ok}", "start: inner") + "examples: {en: [go]}\n"
    for name, text in (("inner", inner), ("outer", outer)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert {"inner", "outer"} <= set(load_flows(tmp_path, tools=all_tools()))


def test_two_files_with_the_same_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(EXAMPLE, encoding="utf-8")
    assert "the id 'warranty_claim' is already that of first.yaml" in refused(tmp_path, EXAMPLE, "second.yaml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "expected one document, got 0"),
        (b"- a\n- b\n", "got list"),
        ("id: 保修".encode("gbk"), "expected a text file in UTF-8"),
        (b"id: \x00", "not YAML"),
    ],
)
def test_a_file_that_is_no_flow_says_so(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "mine.yaml").write_bytes(content)
    with pytest.raises(FlowError, match=re.escape(expected)):
        load_flows(tmp_path, tools=all_tools())
