"""The simulated shopper: reads what a person sees, answers what it is asked, and is the same for the same seed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.judge.reading import Seen, likeness
from evals.judge.scenario import Scenario
from evals.judge.shopper import AgendaShopper

ZH, EN = ("确认", "先不要"), ("Yes, go ahead", "Not yet")


def shopper(seed: int = 0, *, lang: str = "en", effect: bool = False, **user: Any) -> AgendaShopper:
    """One who wants something done, or only to ask."""
    agenda = {"opens_with": ["take back my kettle", "the kettle goes back"], **user}
    expect = {"rows": {"returns": [{"order": "O1001"}]}} if effect else {}
    return AgendaShopper(Scenario.model_validate({"id": "s", "lang": lang, "user": agenda, "expect": expect}), seed)


def said(talker: AgendaShopper, text: str, *choices: str, multiple: bool = False) -> str | None:
    return talker.next(Seen(text, choices, multiple))


def begun(seed: int = 0, **user: Any) -> AgendaShopper:
    talker = shopper(seed, **user)
    talker.next(None)
    return talker


def test_it_gives_the_facts_that_are_asked_for_and_no_others() -> None:
    talker = begun(knows={"email": "a@b.co", "name": "Ann Lee", "postcode": "200001"})
    assert said(talker, "What is your e-mail?") == "a@b.co"
    assert said(talker, "Please tell me your name and postcode.") == "200001, Ann Lee"
    assert said(talker, "What is your phone number?") == "I don't have that at hand"
    assert said(talker, "You'll get an e-mail.") is None


@pytest.mark.parametrize(
    ("lang", "question", "labels", "knows", "wanted"),
    [
        ("en", "Which order is it?", ("O1 · Kettle", "O2 · Lamp"), {"item": "lamp"}, "O2 · Lamp"),
        ("en", "Which order is it?", ("O1 · Kettle", "O2 · Lamp"), {"order": "O1"}, "O1 · Kettle"),
        ("zh", "请问是哪个订单？", ("O1 · 电水壶", "O2 · 护眼台灯"), {"item": "台灯"}, "O2 · 护眼台灯"),
        ("en", "Where should the refund go?", ("Alipay", "Gift card"), {}, "Alipay"),
        ("en", "Where should the refund go?", ("Alipay", "Gift card"), {"payment": "gift card"}, "Gift card"),
    ],
)
def test_it_picks_the_choice_that_what_it_knows_speaks_for(
    lang: str, question: str, labels: tuple[str, ...], knows: dict[str, str], wanted: str
) -> None:
    talker = begun(lang=lang, knows=knows)
    assert said(talker, question, *labels) == wanted


def test_it_picks_several_where_several_are_asked_for() -> None:
    talker = begun(knows={"item": ("kettle", "lamp")})
    answer = said(talker, "Which items? You can choose several.", "Kettle", "Desk lamp", "Towel", multiple=True)
    assert answer is not None
    assert set(answer.split(", ")) == {"Kettle", "Desk lamp"}


@pytest.mark.parametrize(("lang", "labels"), [("zh", ZH), ("en", EN)])
def test_it_says_yes_to_what_it_wants_and_no_to_what_it_refuses(lang: str, labels: tuple[str, str]) -> None:
    talker = begun(lang=lang, effect=True, knows={"order": "O1001"}, says_no_to=["gift card"])
    said(talker, "Return of order O1001. OK?", *labels)
    assert talker.consented
    said(talker, "Return of order O2002. OK?", *labels)
    assert not talker.consented
    said(talker, "Return of order O1001 to your gift card. OK?", *labels)
    assert not talker.consented


def test_who_refused_takes_the_way_out() -> None:
    talker = begun(says_no_to=["*"])
    said(talker, "I'll cancel it. Shall I?", *EN)
    assert said(talker, "What would you like to change?", "Another order", "Never mind") == "Never mind"


def test_a_colleague_is_taken_only_by_who_wants_one() -> None:
    offer = ("I don't know that. Shall I ask a colleague?", "Yes", "No")
    assert said(begun(), *offer) == "no, not like that"
    assert said(begun(accepts_offers=True), *offer) == "yes, that's how I want it"


def test_wishes_come_when_their_time_has_come() -> None:
    talker = begun(
        effect=True,
        then=[{"says": ["no wait, the lamp"], "when": "confirming"}, {"says": ["and my points?"], "when": "done"}],
    )
    assert said(talker, "I'll cancel the kettle. Shall I?", *EN) == "no wait, the lamp"
    assert said(talker, "I'll cancel the lamp. Shall I?", *EN) == "yes, that's how I want it"
    assert said(talker, "Done.") == "and my points?"
    assert said(talker, "You have none.") is None


def test_who_only_asks_agrees_to_nothing() -> None:
    talker = begun(knows={"order": "O1001"})
    assert said(talker, "I'll cancel order O1001. Shall I?", *EN) == "no, not like that"
    assert not talker.consented
    assert said(talker, "Do you mean the red one?", "Yes", "No") == "yes, that's how I want it"


def test_an_answer_in_the_other_language_is_understood() -> None:
    talker = begun(effect=True, knows={"order": "O1001", "name": "Ann Lee"})
    assert talker.next(Seen("请问您的姓名？", lang="zh")) == "Ann Lee"
    assert talker.next(Seen("将取消订单 O1001。确认取消吗？", ZH, lang="zh")) == "yes, that's how I want it"
    assert talker.consented


def test_a_wish_brings_facts_of_its_own() -> None:
    second = {"says": ["and the lamp?"], "knows": {"order": "O2"}}
    talker = begun(knows={"order": "O1", "email": "a@b.co"}, then=[second])
    assert said(talker, "Which order is it?") == "O1"
    assert said(talker, "Done.") == "and the lamp?"
    assert said(talker, "Which order is it?") == "O2"
    assert said(talker, "What is your e-mail?") == "a@b.co"


def test_who_sends_a_picture_alone_says_in_words_what_it_is_about_when_asked() -> None:
    talker = shopper(opens_with=["", "the kettle has a crack"], sends="image")
    assert talker.next(None) == ""
    assert said(talker, "I've got your picture. What is it about?") == "the kettle has a crack"
    assert said(talker, "Sorry, I didn't get that.") == "the kettle has a crack"


def test_who_is_not_understood_says_it_another_way_and_then_wants_a_person() -> None:
    talker = begun(mood=["calm", "annoyed"])
    lost = "Sorry, I didn't get that."
    assert said(talker, lost) == "seriously? the kettle goes back"
    assert said(talker, lost) == "seriously? take back my kettle"
    assert said(talker, lost) == "can I talk to somebody real"


def test_it_is_silent_once_a_person_has_the_conversation() -> None:
    assert begun().next(Seen("A colleague takes over.", handled_by="queue")) is None


@given(st.integers(0, 10_000), st.sampled_from(["zh", "en"]))
def test_a_seed_is_a_person_the_ids_it_types_are_right_and_it_ends(seed: int, lang: str) -> None:
    agenda: dict[str, Any] = {
        "lang": lang, "opens_with": ["return order W2378156, please 退货"], "knows": {"order": "W2378156", "email": "a@b.co"}
    }  # fmt: skip
    one, other = shopper(seed, **agenda), shopper(seed, **agenda)
    seen: Seen | None = None
    for _ in range(40):
        message = one.next(seen)
        assert message == other.next(seen)
        if message is None:
            break
        seen = Seen("What is your e-mail? 您的邮箱？")
    else:
        pytest.fail("it never ends")
    assert "W2378156" in str(shopper(seed, **agenda).next(None))


@pytest.mark.parametrize(
    ("value", "label", "least", "most"),
    [("blue", "Blue / L", 1, 1), ("night lamp", "Lamp", 0.4, 0.6), ("电热水壶", "水壶", 0.3, 0.5), ("", "x", 0, 0), ("tea", "Lamp", 0, 0)],
)  # fmt: skip
def test_likeness_grows_with_the_words_in_common(value: str, label: str, least: float, most: float) -> None:
    assert least <= likeness(value, label) <= most
