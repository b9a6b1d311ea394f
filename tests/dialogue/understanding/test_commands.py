"""From a message and the state's view to commands, with the fitted classifier over hashed n-grams."""

from __future__ import annotations

import datetime as dt

import pytest

from dialogue.commands import AskKnowledge, Command, Correct, PendingQuestion, Provide, StartFlow, View
from dialogue.flows import load_flows
from dialogue.understanding import intents, training
from dialogue.understanding.commands import Classify, Reading, classifier_ranking, commands
from dialogue.understanding.entities import Extractor
from dialogue.understanding.intents import fit
from dialogue.understanding.stances import Stances
from dialogue.understanding.text import read
from knowledge.embedding import HashingEmbedder, default_embedder
from knowledge.lexicon import Item, Lexicon
from tools.toolset import all_tools

LEXICON = Lexicon(
    [
        Item("P-TEE", ("T恤", "T-shirt"), variants=(("TEE-1", {"color": "red", "size": "M"}), ("TEE-2", {"color": "blue", "size": "L"}))),
        Item("P-LAMP", ("台灯", "Desk Lamp"), variants=(("LAMP-1", {"color": "white"}),)),
        Item("P-SHOE", ("板鞋", "Sneakers"), variants=(("SHOE-1", {"color": "white", "size": "42"}), ("SHOE-2", {"color": "black", "size": "43"}))),
    ]
)  # fmt: skip
EXTRACTOR = Extractor(LEXICON, lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC), currency="CNY")


@pytest.fixture(scope="module")
def classify() -> Classify:
    embedder = HashingEmbedder()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(intents, "LANDMARKS", 1000)  # rules are looked at here, the classifier only helps
        model = fit(training.examples(), embedder)
    return lambda words: classifier_ranking(model.labels, model.chances(words, embedder.encode([words])[0]))


def asked(kind: str, slot_type: str = "", *, choices: tuple[str, ...] = (), flow: str = "return_items") -> View:
    question = PendingQuestion.model_validate({"kind": kind, "slot": "s", "slot_type": slot_type, "choices": choices})
    return View(pending=question, active_flow=flow)


IDLE, RUNNING, CONFIRM, OFFER = View(), View(active_flow="return_items"), asked("confirm"), asked("offer")
CHOICE = asked("choice", "order", choices=("#A1001 Red T-shirt", "#A1002 Desk Lamp"))
STANCES = Stances(default_embedder())
FLOWS = frozenset(load_flows(tools=all_tools())) - {"identify"}


def kinds(text: str, view: View, classify: Classify) -> list[str]:
    return [name(command) for command in done(text, view, classify)]


def done(text: str, view: View, classify: Classify) -> list[Command]:
    message = read(text)
    reading = Reading(message, EXTRACTOR.extract(message), view, LEXICON, classify, FLOWS, stances=STANCES.take)
    return commands(reading)[0]


def name(command: Command) -> str:
    return f"start_flow:{command.flow}" if command.kind == "start_flow" else command.kind


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ["cannot_handle"]), ("   ", ["cannot_handle"]), ("I want to return the T-shirt", ["start_flow:return_items"]), ("我想退货", ["start_flow:return_items"]),
        ("cancel order #W2378156", ["start_flow:cancel_order"]), ("取消订单", ["start_flow:cancel_order"]), ("转人工", ["ask_human"]),
        ("I want to talk to a real person", ["ask_human"]), ("speak English please", ["switch_language"]), ("说中文", ["switch_language"]),
        ("cancel #W2378156 and #W2378157", ["start_flow:cancel_order", "start_flow:cancel_order"]),
        ("取消订单#W2378156，另外帮我查一下#W2378157的物流", ["start_flow:cancel_order", "start_flow:track_order"]),
        ("SPRING20, can I still have that", ["start_flow:claim_coupon"]), ("exchange the earbuds for ones with IPX4", ["start_flow:exchange_items"]),
        ("where is my package? and what coupons do I have?", ["start_flow:track_order", "start_flow:list_coupons"]),
        ("谢谢", ["chit_chat"]), ("好的", ["chit_chat"]), ("帮我催一下", ["start_flow:track_order"]), ("please chase the courier", ["start_flow:track_order"]),
        ("换货的新的寄了没", ["start_flow:order_status"]),
        ("我那单台灯还没发吧", ["start_flow:order_status"]), ("has my replacement been sent", ["start_flow:order_status"]),
    ],
)  # fmt: skip
def test_what_is_wanted_at_the_start(text: str, wanted: list[str], classify: Classify) -> None:
    assert kinds(text, IDLE, classify) == wanted


@pytest.mark.parametrize("text", ["anything cheaper?", "有没有便宜点的", "有没有两百以内的"])
def test_asked_what_to_compare_one_may_ask_to_see_others(text: str, classify: Classify) -> None:
    assert kinds(text, asked("slot", "products", flow="compare_products"), classify) == ["start_flow:find_products"]


@pytest.mark.parametrize("text", ["oh no, i forgot to enter the discount code, fix it?", "下单忘了用券，能补吗"])
def test_a_coupon_that_was_forgotten_is_a_matter_of_rules(text: str) -> None:
    assert kinds(text, IDLE, lambda _: [("list_coupons", 0.9)]) == ["ask_knowledge"]


def test_a_turn_of_phrase_names_no_goods() -> None:
    makeup = Lexicon([Item("P-LIP", ("口红", "Make-up Lipstick"))])
    message = read("how long may I take to make up my mind about the make-up?")
    entities = Extractor(makeup, lambda: dt.datetime(2026, 3, 10, tzinfo=dt.UTC), currency="CNY").extract(message)
    reading = Reading(message, entities, IDLE, makeup, lambda _: [("ask_knowledge", 0.9)], FLOWS, stances=STANCES.take)
    [asked_for] = commands(reading)[0]
    assert isinstance(asked_for, AskKnowledge)
    assert [item.start for item in asked_for.goods] == [message.low.index("make-up")]


@pytest.mark.parametrize("text", ["leave it at the door", "leave it with the neighbour please"])
def test_words_for_the_courier_stop_nothing(text: str, classify: Classify) -> None:
    assert kinds(text, asked("slot", "text"), classify) != ["cancel"]
    assert kinds("leave it", asked("slot", "text"), classify) == ["cancel"]


def test_a_question_about_what_is_going_on_does_not_start_it_anew() -> None:
    def unsure(_: str) -> list[tuple[str, float]]:
        return [("return_items", 0.7), ("ask_knowledge", 0.2)]

    running = View(lang="en", active_flow="return_items")
    assert kinds("how long does a return take?", running, unsure) == ["ask_knowledge"]
    assert kinds("how long does a return take?", IDLE, unsure) == ["start_flow:return_items"]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("the latest one", 0),
        ("newest order please", 0),
        ("最新的那单", 0),
        ("最近买的", 0),
        ("the oldest", 1),
        ("最早的那个", 1),
    ],
)
def test_an_order_is_chosen_by_its_age(text: str, index: int, classify: Classify) -> None:
    chosen = done(text, CHOICE, classify)[0]
    assert chosen.kind == "choose"
    assert chosen.indexes == (index,)


def test_goods_are_not_looked_for_by_the_number_of_an_order() -> None:
    def unsure(_: str) -> list[tuple[str, float]]:
        return [("find_products", 0.5), ("change_items", 0.3)]

    assert kinds("the T-shirt in W2378156 is too hard, the red one", IDLE, unsure) == ["start_flow:change_items"]
    assert kinds("the T-shirt is too hard, the red one", IDLE, unsure) == ["start_flow:find_products"]


@pytest.mark.parametrize(
    "text", ["ok, pardon, what did you say?", "嗯 你刚才说啥", "好的…… 没看懂，再说一遍", "okay what does that mean"]
)
def test_who_asks_to_hear_it_again_has_not_consented(text: str, classify: Classify) -> None:
    assert kinds(text, CONFIRM, classify) == ["repeat"]


@pytest.mark.parametrize("text", ["ok, hm?", "alright, and who told you so?"])
def test_a_weak_yes_before_a_question_is_none(text: str, classify: Classify) -> None:
    assert "affirm" not in kinds(text, CONFIRM, classify)


@pytest.mark.parametrize(
    "text", ["that takes far too long, drop it", "so much paperwork. never mind", "手续太多了，算了"]
)
def test_a_reason_may_come_before_the_words_that_stop(text: str, classify: Classify) -> None:
    assert kinds(text, asked("slot", "text"), classify) == ["cancel"]


@pytest.mark.parametrize("text", ["return the lamp, I'll keep the rest", "要退台灯，不换了"])
def test_a_wish_before_such_words_is_still_a_wish(text: str, classify: Classify) -> None:
    assert "cancel" not in kinds(text, View(lang="en", active_flow="exchange_items"), classify)


@pytest.mark.parametrize("text", ["hmm, whatever is prettiest", "something cheerful"])
def test_a_vague_answer_to_which_variant_is_no_search(text: str) -> None:
    def searching(_: str) -> list[tuple[str, float]]:
        return [("find_products", 0.9), ("inform", 0.05)]

    assert kinds(text, asked("choice", "swaps"), searching) == ["cannot_handle"]


def test_a_verb_with_the_number_of_an_order_is_to_be_done() -> None:
    def looking(_: str) -> list[tuple[str, float]]:
        return [("order_status", 0.6), ("return_items", 0.1)]

    assert kinds("please arrange the return of W2378156", IDLE, looking) == ["start_flow:return_items"]
    assert kinds("is the return of W2378156 arranged?", IDLE, looking) == ["start_flow:order_status"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("yes", ["affirm"]), ("好的", ["affirm"]), ("没问题", ["affirm"]), ("不好意思，可以", ["affirm"]), ("no problem", ["affirm"]), ("no", ["deny"]),
        ("不", ["deny"]), ("not yet", ["deny"]), ("还没", ["deny"]), ("You misread me", ["deny", "correct"]), ("yes but the blue one", ["correct"]),
        ("可以，但是要蓝色的", ["correct"]), ("no, the blue one", ["deny", "correct"]), ("不对，是台灯", ["deny", "correct"]), ("the blue one", ["correct"]),
        ("yes, and what coupons do I have?", ["start_flow:list_coupons"]), ("forget it", ["cancel"]), ("算了不退了", ["cancel"]), ("转人工", ["ask_human"]),
        ("what did you say?", ["repeat"]), ("再说一遍", ["repeat"]),
    ],
)  # fmt: skip
def test_answers_to_a_confirmation(text: str, wanted: list[str], classify: Classify) -> None:
    assert kinds(text, CONFIRM, classify) == wanted


@pytest.mark.parametrize("text", ["照这个来", "go ahead with it"])
def test_a_yes_is_one_where_other_wishes_wait_too(text: str, classify: Classify) -> None:
    waiting = CONFIRM.model_copy(update={"waiting": ("cancel_order",), "active_flow": "cancel_order"})
    assert kinds(text, waiting, classify) == ["affirm"]


@pytest.mark.parametrize("text", ["what's the difference?", "有什么区别"])
def test_what_differs_is_explained_of_choices_and_compared_of_goods(text: str, classify: Classify) -> None:
    assert kinds(text, CHOICE, classify) == ["repeat"]
    assert kinds(text, View(shown=3), classify) == ["start_flow:compare_products"]


@pytest.mark.parametrize("text", ["the cheapest one", "要最便宜的"])
def test_the_cheapest_of_goods_shown_is_looked_for(text: str, classify: Classify) -> None:
    assert kinds(text, View(shown=1), classify) == ["start_flow:find_products"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("yes please", ["affirm"]),
        ("好", ["affirm"]),
        ("no thanks", ["deny"]),
        ("不用了", ["deny"]),
        ("取消订单#W2378156", ["start_flow:cancel_order"]),
    ],
)
def test_answers_to_an_offer(text: str, wanted: list[str], classify: Classify) -> None:
    assert kinds(text, OFFER, classify) == wanted


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("2", 1),
        ("the first one", 0),
        ("第二个", 1),
        ("the lamp", 1),
        ("台灯那个", 1),
        ("A1001", 0),
        ("last one", 1),
        ("选1", 0),
    ],
)
def test_a_choice_by_place_or_by_name(text: str, index: int, classify: Classify) -> None:
    [command] = done(text, CHOICE, classify)
    assert command.kind == "choose"
    assert command.indexes == (index,)


@pytest.mark.parametrize("text", ["不要第一个，要第二个", "别开公司的 后面那个", "not the first, the second one"])
def test_what_is_picked_beside_a_refusal(text: str, classify: Classify) -> None:
    first = asked("choice", "choice", choices=("公司", "个人"), flow="request_invoice")
    command = next(command for command in done(text, first, classify) if command.kind == "choose")
    assert command.kind == "choose"
    assert command.indexes == (1,)


@pytest.mark.parametrize("text", ["neither", "都不是", "none of them"])
def test_none_of_the_choices_is_a_no(text: str, classify: Classify) -> None:
    assert kinds(text, CHOICE, classify) == ["deny"]


@pytest.mark.parametrize(
    ("text", "slot_type", "types"),
    [
        ("#W2378156", "order", {"order_ref"}), ("2378156", "order", {"order_ref"}), ("太小了", "reason", {"reason"}), ("too small", "reason", {"reason"}),
        ("I just do not fancy it", "reason", {"reason"}), ("Mei Chen, 19122", "proof", {"person_name", "postcode"}), ("微信", "payment_method", {"payment_method"}),
        ("refund it to my visa", "payment_method", {"payment_method"}), ("the lamp", "order_lines", {"product"}),
    ],
)  # fmt: skip
def test_a_value_that_was_asked_for(text: str, slot_type: str, types: set[str], classify: Classify) -> None:
    [command] = done(text, asked("slot", slot_type), classify)
    assert command.kind == "provide"
    assert {item.type for item in command.entities} >= types


@pytest.mark.parametrize(
    "text", ["I don't know", "不记得了", "找不到单号", "no idea", "no clue", "手边没有这个", "我说不准"]
)
def test_not_knowing_is_no_answer_and_no_no(text: str, classify: Classify) -> None:
    assert kinds(text, asked("slot", "order"), classify) == ["repeat"]
    assert getattr(done(text, asked("slot", "order"), classify)[0], "unknown", False)


@pytest.mark.parametrize(
    "text",
    [
        "suppose I take one mug only, what would sending it cost",
        "before I buy: what has to be on a bill to a company, which papers do you want",
        "要是只拍一个杯子，邮费要多少",
    ],
)
def test_clauses_that_say_for_which_case_a_rule_is_asked_are_one_question(text: str) -> None:
    def halves(words: str) -> list[tuple[str, float]]:
        first = words.startswith(("suppose", "before I buy", "要是只拍")) and len(words) < len(text) - 8
        return [("request_invoice" if "bill" in words else "return_items", 0.4)] if first else [("ask_knowledge", 0.8)]

    assert [command.text for command in done(text, IDLE, halves)] == [text]
    assert kinds(text, IDLE, halves) == ["ask_knowledge"]


def test_a_wish_before_a_question_stays_a_wish() -> None:
    def halves(words: str) -> list[tuple[str, float]]:
        return [("return_items", 0.5)] if words.startswith("return") and len(words) < 30 else [("ask_knowledge", 0.8)]

    found = kinds("return the mug please, and how long does a refund take?", IDLE, halves)
    assert found == ["start_flow:return_items", "ask_knowledge"]


@pytest.mark.parametrize("text", ["I can't recall that at the moment", "no clue what to say"])
def test_who_does_not_know_has_chosen_nothing(text: str, classify: Classify) -> None:
    ways = asked("choice", "choice", choices=("Send it back for money", "Let a colleague look at it"))
    assert "choose" not in kinds(text, ways, classify)


@pytest.mark.parametrize("text", ["could that go to PayPal instead?", "能不能改退到微信？"])
def test_another_purse_that_is_asked_for_at_the_confirmation_belongs_to_what_is_going_on(
    text: str, classify: Classify
) -> None:
    paying = CONFIRM.model_copy(update={"flow_slots": {"refund_method": "payment_method"}})
    assert kinds(text, paying, classify) == ["correct"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("never mind the exchange, I'd like to return the lamp", "return_items"),
        ("ok no swap then, please return the T-shirt", "return_items"),
        ("那不退了，板鞋换成43码", "exchange_items"),
    ],
)
def test_a_procedure_that_is_given_up_is_not_the_wish(text: str, wanted: str, classify: Classify) -> None:
    assert f"start_flow:{wanted}" in kinds(text, IDLE, classify)


@pytest.mark.parametrize(
    "text", ["how is the return of the lamp coming along?", "any update on my exchange?", "台灯换货处理得怎么样了"]
)
def test_how_far_something_is_that_was_begun_before_is_looked_up(text: str, classify: Classify) -> None:
    assert kinds(text, IDLE, classify) == ["start_flow:order_status"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("what does the red T-shirt sell for", "check_stock"),
        ("台灯卖几个钱", "product_details"),
        ("has the lamp sold for less before", "price_history"),
        ("台灯去年什么价", "price_history"),
    ],
)
def test_what_something_costs_is_no_question_about_the_past(text: str, wanted: str) -> None:
    assert kinds(text, IDLE, lambda _: [("price_history", 0.9), ("find_products", 0.05)]) == [f"start_flow:{wanted}"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("do you keep canoes", "find_products"), ("is the lamp there", "check_stock"), ("is that one left", "check_stock"), ("还有货没", "check_stock")],
)  # fmt: skip
def test_goods_that_the_shop_does_not_know_are_searched_for(text: str, wanted: str) -> None:
    assert kinds(text, IDLE, lambda _: [("check_stock", 0.9), ("find_products", 0.05)]) == [f"start_flow:{wanted}"]


def test_a_question_is_nobodys_name(classify: Classify) -> None:
    found = done("which lamps do you have?", asked("slot", "proof", flow="identify"), classify)
    assert not any(item.type == "person_name" for one in found for item in getattr(one, "entities", ()))


@pytest.mark.parametrize("text", ["don't return the lamp", "台灯不退了", "leave out the lamp"])
def test_a_part_is_dropped_without_the_rest(text: str, classify: Classify) -> None:
    [command] = done(text, RUNNING, classify)
    assert command.kind == "cancel"
    assert command.scope == "part"
    assert [item.type for item in command.entities if item.type == "product"] == ["product"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("算了，还是红色的吧", ["correct"]), ("never mind, track my order instead", ["cancel", "start_flow:track_order"])],
)
def test_a_stop_may_say_what_is_wanted_instead(text: str, wanted: list[str], classify: Classify) -> None:
    assert kinds(text, RUNNING, classify) == wanted


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("please cancel purchase 732201349959", "732201349959"), ("取消370795561790", "370795561790"), ("100200300", "100200300"),
        ("cancel it, my phone is 13812345678", None), ("my e-mail is 100200300@qq.com", None), ("cancel W2378156, tracking 7322013499", "W2378156"),
    ],
)  # fmt: skip
def test_a_long_number_that_is_nothing_else_is_an_orders(text: str, order: str | None, classify: Classify) -> None:
    said = [entity for command in done(text, IDLE, classify) for entity in getattr(command, "entities", ())]
    assert [entity.value.get("id") for entity in said if entity.type == "order_ref"] == ([order] if order else [])


LISTED = View(listed=True, shown=6)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("哪个更便宜", "compare_products"), ("which of those is the lightest?", "compare_products"), ("哪款续航长", "compare_products"),
        ("which one is better", "compare_products"), ("第一个有没有粉色", "product_details"), ("what's the battery life on the second one", "product_details"),
        ("the first one's shelf life?", "product_details"), ("最轻的那个有黑色吗", "product_details"), ("is the cheapest one blue?", "product_details"),
        ("便宜点的", "find_products"), ("any in blue?", "find_products"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_list(text: str, wanted: str, classify: Classify) -> None:
    assert kinds(text, LISTED, classify) == [f"start_flow:{wanted}"]


@pytest.mark.parametrize("text", ["哪个更便宜", "which one is the lightest?"])
def test_without_a_list_nothing_is_compared_by_words_alone(text: str, classify: Classify) -> None:
    assert [command.source for command in done(text, IDLE, classify)] == ["classifier"]


@pytest.mark.parametrize(
    "text",
    ["if it doesn't fit can I return the T-shirt?", "can I cancel it if it's late?", "万一不合适能退吗", "要是坏了怎么办", "what if I lose it"],
)  # fmt: skip
def test_a_case_that_is_only_put_starts_nothing(text: str, classify: Classify) -> None:
    assert kinds(text, IDLE, classify) == ["ask_knowledge"]


@pytest.mark.parametrize("text", ["please cancel #W2378156 if it has not shipped", "如果还没发货就取消#W2378156"])
def test_a_condition_on_a_request_is_no_question(text: str, classify: Classify) -> None:
    assert kinds(text, IDLE, classify) == ["start_flow:cancel_order"]


ORDERED = View(
    pending=CHOICE.pending, active_flow="return_items", flow_slots={"order": "order", "reason": "reason", "refund": "payment_method"}
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted", "types"),
    [
        ("不想要了", "provide", {"reason"}), ("no longer needed", "provide", {"reason"}), ("退到原来的支付方式", "provide", {"payment_method"}),
        ("refund it to my visa", "provide", {"payment_method"}),
    ],
)  # fmt: skip
def test_what_comes_before_it_is_asked_for_is_kept(text: str, wanted: str, types: set[str], classify: Classify) -> None:
    [command] = done(text, ORDERED, classify)
    assert command.kind == wanted
    assert isinstance(command, Provide)
    assert {item.type for item in command.entities} >= types


def test_a_value_told_with_a_no_is_no_question_to_the_documents() -> None:
    def hears_a_question(_: str) -> list[tuple[str, float]]:
        return [("ask_knowledge", 0.9), ("return_items", 0.05)]

    assert kinds("wait, refund it to PayPal", CONFIRM, hears_a_question) == ["deny", "correct"]
    assert kinds("不，退到微信", CONFIRM, hears_a_question) == ["deny", "correct"]


def test_a_no_longer_wanted_is_a_no_to_a_question_for_consent(classify: Classify) -> None:
    assert kinds("不想要了", CONFIRM, classify) == ["cancel"]


@pytest.mark.parametrize("text", ["how long is the warranty on T-shirts?", "台灯保修多久"])
def test_a_question_that_names_goods_chooses_no_order(text: str, classify: Classify) -> None:
    assert "choose" not in kinds(text, CHOICE, classify)


def test_an_address_said_in_full_is_none_of_those_offered(classify: Classify) -> None:
    view = asked(
        "choice", "address", choices=("浙江省杭州市滨江区科技路66号创新大厦12层",), flow="change_order_address"
    )
    assert kinds("改到浙江省杭州市滨江区科技路68号12楼", view, classify) == ["provide"]
    assert kinds("第一个", view, classify) == ["choose"]


@pytest.mark.parametrize("text", ["就台灯退,其他的留着", "just the lamp, keep the rest"])
def test_the_rest_stays(text: str, classify: Classify) -> None:
    [command] = done(text, RUNNING, classify)
    assert isinstance(command, Correct)
    assert {item.value.get("terms") for item in command.entities if item.type == "product"} & {"desk lamp", "lamp"}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("板鞋能换43的吗", "43"), ("换黑色43", "43"), ("no wait, 43", "43"), ("I'd rather have them in a 43", "43"), ("还是43吧", "43"), ("43 black please", "43"),
        ("43天了", None), ("订单尾号43", None), ("43块", None), ("it costs 43", None),
    ],
)  # fmt: skip
def test_a_bare_size(text: str, size: str | None) -> None:
    found = [item.value["value"] for item in EXTRACTOR.extract(read(text)) if item.value.get("key") == "size"]
    assert found == ([size] if size else [])


def test_the_grey_one_is_one_of_the_goods_named_before(classify: Classify) -> None:
    first, second = done("return the red T-shirt and exchange the blue one for L", IDLE, classify)
    assert isinstance(first, StartFlow)
    assert isinstance(second, StartFlow)
    assert [item.value["terms"] for item in second.entities if item.type == "product"] == ["t-shirt"]


def test_another_question_takes_the_place_of_do_you_mean_one_of_these(classify: Classify) -> None:
    question = PendingQuestion(kind="choice", slot="@knowledge", choices=("Payment methods › I was charged twice",))
    assert kinds("do you ship abroad?", View(pending=question), classify) == ["ask_knowledge"]
    assert kinds("the first one", View(pending=question), classify) == ["choose"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Lighthouse 3b, Point Reyes", ["Lighthouse 3b, Point Reyes"]),
        ("For order W7654321, modify the lamp to a 40W one, via paypal", []),
        ("exchange the size 42 sneakers for black ones", []),
    ],
)
def test_a_wish_is_no_line_of_an_address(text: str, lines: list[str], classify: Classify) -> None:
    found = done(text, asked("slot", "address", flow="change_order_address"), classify)
    entities = [item for command in found if isinstance(command, Provide | StartFlow) for item in command.entities]
    assert [item.value.get("line1") for item in entities if item.type == "address"] == lines


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("For #W7654321, modify T-shirt (red, M) to one with blue, L, via paypal", ["start_flow:change_items"]),
        ("order #W7654321: exchange sneakers (white, 42) to black 43, via paypal", ["start_flow:exchange_items"]),
    ],
)
def test_goods_that_shall_become_others_are_to_be_swapped(text: str, wanted: list[str], classify: Classify) -> None:
    assert kinds(text, IDLE, classify) == wanted


@pytest.mark.parametrize(
    "text", ["the one I paid with", "The one that I paid with.", "back to the one I used", "付款时用的那个"]
)
def test_what_was_paid_with_is_the_original_method(text: str, classify: Classify) -> None:
    (command,) = done(text, asked("choice", "payment_method", choices=("gift card", "PayPal")), classify)
    assert isinstance(command, Provide)
    assert [item.value for item in command.entities] == [{"original": True}]


def test_what_stands_in_the_label_of_a_choice_is_said_by_it_and_by_nobody_else(classify: Classify) -> None:
    view = asked("choice", "order_lines", choices=("316 不锈钢保温杯（黑色）", "T恤（红色） ×2"))
    assert kinds("316 不锈钢保温杯（黑色）", view, classify) == ["choose"]
    assert kinds("T恤（红色） ×2，退1件", view, classify) == ["choose", "provide"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("cancel the lamp + track the sneakers", ["cancel_order", "track_order"]),
        ("取消台灯那单，再给板鞋那单开发票", ["cancel_order", "request_invoice"]),
        ("T恤退掉 板鞋换43码", ["return_items", "exchange_items"]),
        ("1. 台灯取消 2. T恤到哪了 3. 板鞋开发票", ["cancel_order", "track_order", "request_invoice"]),
        ("换板鞋！要43！退台灯！不想要了！", ["exchange_items", "return_items"]),
        ("lamp: cancel, sneakers: return", ["cancel_order", "return_items"]),
        ("the lamp I want cancelled. and swap the sneakers for a 43", ["cancel_order", "exchange_items"]),
        ("return the lamp, the white one", ["return_items"]),
        ("cancel the T-shirt, same goes for the lamp", ["cancel_order"]),
        ("cancel the T-shirt and the lamp", ["cancel_order"]),
    ],
)
def test_every_thing_asked_for_has_its_own_goods(text: str, wanted: list[str], classify: Classify) -> None:
    found = [command for command in done(text, IDLE, classify) if isinstance(command, StartFlow)]
    goods = [
        {product for item in command.entities if item.type == "product" for product in item.value["product_ids"]}
        for command in found
    ]

    assert [command.flow for command in found] == wanted
    assert not any(one & other for place, one in enumerate(goods) for other in goods[:place])


def test_a_value_belongs_to_the_request_that_takes_it(classify: Classify) -> None:
    text = "台灯退了吧，不想要了，退支付宝，再把板鞋换成43码"
    found = [command for command in done(text, IDLE, classify) if isinstance(command, StartFlow)]
    values = {command.flow: {item.type for item in command.entities} - {"product", "category"} for command in found}
    assert values == {"return_items": {"reason", "payment_method"}, "exchange_items": {"option"}}


def test_goods_that_something_else_is_said_of_are_left_out_of_what_is_done(classify: Classify) -> None:
    found = done("退台灯，我那件T恤颜色真奇特", IDLE, classify)
    starts = [command for command in found if isinstance(command, StartFlow) and command.flow == "return_items"]
    assert [item.text for command in starts for item in command.entities if item.type == "product"] == ["台灯"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "return the sneakers if there's no 43, but if you've got one please exchange them",
            ["exchange_items", "return_items"],
        ),
        ("cancel the lamp if it hasn't shipped, return it if it has", ["cancel_order", "return_items"]),
        ("台灯要是取消不了就退货", ["cancel_order", "return_items"]),
        ("台灯发了就退，没发就取消", ["cancel_order", "return_items"]),
    ],
)
def test_what_is_wanted_first_comes_first_in_whatever_order_it_is_said(
    text: str, wanted: list[str], classify: Classify
) -> None:
    first, otherwise = (command for command in done(text, IDLE, classify) if isinstance(command, StartFlow))
    assert [first.flow, otherwise.flow] == wanted
    assert (first.fallback, otherwise.fallback) == (False, True)
    goods = [
        {item.text for item in one.entities if item.type == "product" and item.score > 0.5}
        for one in (first, otherwise)
    ]
    assert goods[0] == goods[1] != set()


@pytest.mark.parametrize("text", ["change the sneakers to black, white if black is sold out", "板鞋换黑色，没货就白色"])
def test_a_second_choice_belongs_to_the_first(text: str, classify: Classify) -> None:
    (command,) = done(text, IDLE, classify)
    assert isinstance(command, StartFlow)
    said = [
        (item.value["value"], item.value.get("otherwise", False)) for item in command.entities if item.type == "option"
    ]
    assert command.flow in {"exchange_items", "change_items"}
    assert said == [("black", False), ("white", True)]


@pytest.mark.parametrize(
    "text", ["cancel the lamp, and should that be impossible return it", "台灯取消吧，取消不了就退货"]
)
def test_what_is_wanted_otherwise_comes_instead(text: str, classify: Classify) -> None:
    found = [command for command in done(text, IDLE, classify) if isinstance(command, StartFlow)]
    assert [(command.flow, command.fallback) for command in found] == [("cancel_order", False), ("return_items", True)]
