"""What merchants ask for, in words that no example has; and that a shopper's words stay what they are."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from dialogue.commands import Correct, Learns, PendingQuestion, Provide, StartFlow, Understanding, View
from dialogue.flows import load_flows, procedures
from dialogue.understanding import EmbeddedUnderstander, merchants
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
        ("set a coupon 999% off everything", "create_coupon"),
        ("把再见的话换成：慢走，欢迎再来", "change_text"),
        ("please reword what you say once an order is cancelled to: Gone it is, {order_id}.{refunds}", "change_text"),
        ("what do you tell people when a return is submitted?", "show_text"),
        ("开场白还是用系统默认的那句吧", "restore_text"),
        ("批准那张优惠券", "approve_change"),
        ("店里有滞销的商品吗", "shop_figures"),
        ("which voucher is used the most", "shop_figures"),
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


def test_what_was_learnt_is_kept_for_every_shop_and_a_broken_file_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(merchants, "SAMPLE", 50)
    lessons = procedures(load_flows(tools=all_tools())).merchants[:2]

    def learn(shop: str) -> Path:
        MerchantWishes(lessons, default_embedder(), tmp_path / shop).learn()
        [kept] = (tmp_path / shop).glob("merchants-*.npz")
        return kept

    kept, before = learn("one"), learn("one").stat().st_mtime_ns
    assert kept.stat().st_mtime_ns == before
    assert learn("two").read_bytes() == kept.read_bytes()
    [shared] = (tmp_path / "cache").rglob("merchants-*.npz")
    kept.write_bytes(b"broken")
    assert learn("one").read_bytes() == shared.read_bytes()
    assert "learnt anew" in caplog.text
    for broken in (kept, shared):
        broken.write_bytes(b"broken")
    assert learn("one").stat().st_size > 1_000
    assert shared.read_bytes() == kept.read_bytes()
    assert kept.stat().st_size > 1_000


async def test_a_figure_below_nothing_is_no_figure_above_it(understander: EmbeddedUnderstander) -> None:
    for text in ("set the desk lamp to -50", "set the desk lamp to minus fifty", "把台灯改成-50", "把台灯改成负五十"):
        found = await understander.understand(text, MERCHANT)
        assert (started(found), amounts(found)) == ("change_price", [-5_000]), text


async def test_words_that_were_asked_for_are_these_words_whatever_they_sound_like(
    understander: EmbeddedUnderstander,
) -> None:
    pending = PendingQuestion(kind="slot", slot="words", slot_type="text", text="What shall it say?")
    view = View(
        role="merchant", pending=pending, active_flow="change_text", flow_slots={"place": "bot_text", "words": "text"}
    )
    for text in ("您的退货{退货单号}：{商品}", "How much was it before? Return the lamp {order_id}!"):
        [command] = (await understander.understand(text, view)).commands
        assert isinstance(command, Provide)
        assert command.text == text
    assert [each.kind for each in (await understander.understand("never mind", view)).commands] == ["cancel"]


async def test_a_merchant_is_not_taken_for_a_customer(understander: EmbeddedUnderstander) -> None:
    misheard = View(role="merchant", known=False)
    assert started(await understander.understand("return the lamp", View(role="shopper", known=False)))
    assert not started(await understander.understand("return the lamp", misheard))


async def test_what_merchants_say_is_no_slip_of_other_words(understander: EmbeddedUnderstander) -> None:
    assert (await understander.understand("滞销的有哪些", MERCHANT)).read_as == ""


async def test_it_can_be_learnt_before_anybody_asks() -> None:
    lessons = procedures(load_flows(tools=all_tools()))
    few = dataclasses.replace(lessons, merchants=lessons.merchants[:2])
    rows = [Example("return the lamp", "return_items", group=1), Example("hello", "chit_chat.greeting", group=2)]
    extractor = Extractor(CATALOGUE, lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC), currency="CNY")
    cold = EmbeddedUnderstander(fit(rows, default_embedder()), default_embedder(), extractor, procedures=few)
    assert isinstance(cold, Learns)
    assert cold.merchants_learnt is False
    await cold.warm()
    assert cold.merchants_learnt is True


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "how many tickets are open? and how much did we sell last week?",
            ["how many tickets are open", "how much did we sell last week?"],
        ),
        ("还有几张工单没处理？上周卖了多少？", ["还有几张工单没处理", "上周卖了多少"]),
        ("how many refunds are open? what was revenue last month?", ["how many refunds are open", "what was revenue last month"]),
        ("上个月销售额多少，订单数有多少", ["上个月销售额多少", "订单数有多少"]),
    ],
)  # fmt: skip
async def test_each_question_of_a_message_is_asked_on_its_own(
    understander: EmbeddedUnderstander, text: str, asked: list[str]
) -> None:
    found = await understander.understand(text, MERCHANT)
    wishes = [command for command in found.commands if isinstance(command, StartFlow)]
    assert [wish.flow for wish in wishes] == ["shop_figures"] * len(asked)
    assert [wish.text.strip("?？") for wish in wishes] == [each.strip("?？") for each in asked]


@pytest.mark.parametrize(
    "text", ["what sold worst last month? no, I mean last quarter", "上个月卖得最差的？不对，我是说上个季度"]
)
async def test_a_question_that_corrects_itself_stays_one(understander: EmbeddedUnderstander, text: str) -> None:
    found = await understander.understand(text, MERCHANT)
    assert len([command for command in found.commands if isinstance(command, StartFlow)]) == 1
