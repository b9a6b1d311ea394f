"""What merchants ask for, in words that no example has; and that a shopper's words stay what they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dialogue.commands import Correct, PendingQuestion, Provide, StartFlow, Understanding, View
from dialogue.flows import load_flows, procedures
from dialogue.understanding import EmbeddedUnderstander
from dialogue.understanding.entities import Extractor
from dialogue.understanding.intents import Example, fit
from dialogue.understanding.merchants import MerchantWishes
from knowledge.embedding import default_embedder
from knowledge.lexicon import Item, Lexicon
from tools.toolset import all_tools

CATALOGUE = Lexicon([Item("P-LAMP", ("台灯", "Desk Lamp"), variants=(("LAMP-1", {"color": "white"}),))])
MERCHANT, SHOPPER = View(role="merchant"), View(role="shopper")


@pytest.fixture(scope="module")
def understander(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedUnderstander:
    """An understander whose classifier of everybody's wishes knows next to nothing."""
    rows = [Example(text, intent, group=n) for n, (text, intent) in enumerate(
        [("return the lamp", "return_items"), ("退货", "return_items"), ("how much was it before", "price_history"),
         ("之前多少钱", "price_history"), ("hello", "chit_chat.greeting"), ("tell a joke", "out_of_scope")]
    )]  # fmt: skip
    extractor = Extractor(CATALOGUE, lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC), currency="CNY")
    embedder = default_embedder()
    return EmbeddedUnderstander(
        fit(rows, embedder),
        embedder,
        extractor,
        procedures=procedures(load_flows(tools=all_tools())),
        folder=tmp_path_factory.mktemp("models"),
    )


def started(found: Understanding) -> str:
    return next((command.flow for command in found.commands if isinstance(command, StartFlow)), "")


def amounts(found: Understanding) -> list[int]:
    [command] = found.commands
    assert isinstance(command, StartFlow | Correct | Provide)
    return [item.value["minor"] for item in command.entities if item.type == "amount"]


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("有没有什么是顾客老问、咱们却没资料回答的", "knowledge_gaps"),
        ("are there things shoppers want to know that none of our help pages covers?", "knowledge_gaps"),
        ("台灯标多少价比较划算", "suggest_price"),
        ("你觉得台灯现在这个价有没有问题，要不要往上提一提", "suggest_price"),
        ("any idea what we ought to be charging for the desk lamp?", "suggest_price"),
        ("could the desk lamp carry a higher price?", "suggest_price"),
        ("台灯要是卖149，一周能赚多少", "price_curve"),
        ("suppose the desk lamp went for 149, what would that do to our margin and sales?", "price_curve"),
        ("同行家的台灯都什么价位", "competitor_report"),
        ("how do other stores price the desk lamp?", "competitor_report"),
        ("台灯给我调成149块", "change_price"),
        ("bring the desk lamp down to 149", "change_price"),
        ("拍了张对面店的价签，帮我录进去", "competitor_page"),
        ("got a screenshot of a rival's page here for you to read", "competitor_page"),
        ("what was our return rate in february", "shop_figures"),
        ("各渠道上个月退款率", "shop_figures"),
        ("退款最多的渠道是哪个", "shop_figures"),
    ],
)
async def test_a_merchants_wish_is_heard_in_other_words(
    text: str, flow: str, understander: EmbeddedUnderstander
) -> None:
    assert started(await understander.understand(text, MERCHANT)) == flow
    assert started(await understander.understand(text, SHOPPER)) not in {"change_price", flow}


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "退货",
        "how much was it before",
        "return the lamp",
        "desk lamps under 99",
        "两百以内的台灯",
        "how long does a refund take",
    ],
)
async def test_what_is_no_wish_of_merchants_is_read_as_anybodys(text: str, understander: EmbeddedUnderstander) -> None:
    merchant, shopper = [await understander.understand(text, view) for view in (MERCHANT, SHOPPER)]
    assert merchant.commands == shopper.commands


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set the price of the desk lamp to 149", [14_900]),
        ("把台灯改成149.5", [14_950]),
        ("what would we earn with the desk lamp at 129, 139 and 149?", [12_900, 13_900, 14_900]),
        ("把台灯3天后改成149元", [14_900]),
    ],
)
async def test_bare_numbers_are_prices(text: str, expected: list[int], understander: EmbeddedUnderstander) -> None:
    assert amounts(await understander.understand(text, MERCHANT)) == expected


async def test_another_figure_takes_the_place_of_what_was_to_be_confirmed(understander: EmbeddedUnderstander) -> None:
    pending = PendingQuestion(kind="confirm", text="Shall I set it?")
    view = View(role="merchant", pending=pending, active_flow="change_price", flow_slots={"price": "amount"})
    for text in ("no, make it 155", "不，改成155"):
        found = await understander.understand(text, view)
        correct = found.commands[-1]
        assert isinstance(correct, Correct)
        assert [item.value["minor"] for item in correct.entities if item.type == "amount"] == [15_500]


@pytest.mark.parametrize("text", ["and in germany?", "那德国呢", "no, I meant Germany", "不对，我是说德国"])
async def test_what_was_asked_of_the_figures_goes_on_or_is_put_right(
    text: str, understander: EmbeddedUnderstander
) -> None:
    found = await understander.understand(text, View(role="merchant", figures=True))
    assert started(found) == "shop_figures"
    assert started(await understander.understand(text, MERCHANT)) != "shop_figures"


@pytest.mark.parametrize(("text", "kind"), [("yes", "affirm"), ("好的", "affirm"), ("no", "deny"), ("不要", "deny")])
async def test_a_yes_and_a_no_stay_what_they_are(text: str, kind: str, understander: EmbeddedUnderstander) -> None:
    view = View(
        role="merchant",
        pending=PendingQuestion(kind="confirm", text="Shall I set it?"),
        active_flow="change_price",
        flow_slots={"price": "amount"},
    )
    assert [command.kind for command in (await understander.understand(text, view)).commands] == [kind]


def test_what_was_learnt_is_kept_and_a_broken_file_is_learnt_anew(
    understander: EmbeddedUnderstander, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lessons = procedures(load_flows(tools=all_tools())).merchants[:2]
    MerchantWishes(lessons, default_embedder(), tmp_path).learn()
    [kept] = tmp_path.glob("merchants-*.npz")
    before = kept.stat().st_mtime_ns
    MerchantWishes(lessons, default_embedder(), tmp_path).learn()
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"broken")
    MerchantWishes(lessons, default_embedder(), tmp_path).learn()
    assert "learnt anew" in caplog.text
    assert kept.stat().st_size > 1_000
