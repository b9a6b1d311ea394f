"""Instruction texts are sorted into what is said, when, and what is only known. All texts here were written for these tests."""

from __future__ import annotations

from typing import Any

import pytest

from evals.tau_retail.brief import Brief, Case, Facts, Wish, brief_of, facts_of, spoken


def brief(reason: str, directions: str = "", known: str = "You are Ada Byron in zip code 12345.") -> Brief:
    texts = {"reason_for_call": reason, "task_instructions": directions, "known_info": known, "unknown_info": "None"}
    return brief_of({"id": "t", "user_scenario": {"instructions": texts}})


def test_one_wish_is_said_after_another_and_what_belongs_to_one_with_it() -> None:
    part = brief(
        "Your kettle leaks. You want to return it. The money should go to your card. You also want to know when the mugs come."
    )
    assert [wish.said for wish in part.wishes] == [
        "My kettle leaks. I want to return it. The money should go to my card.",
        "I also want to know when the mugs come.",
    ]


def test_what_only_says_more_about_the_same_thing_is_no_wish_of_its_own() -> None:
    part = brief(
        "You want to exchange a rug and a vase. For the vase, you want to change the shape to round. The rug must be wool."
    )
    assert len(part.wishes) == 1


def test_wishes_that_shall_be_mentioned_together_are() -> None:
    part = brief(
        "You want to return the vase. You want to exchange the rug. Make sure to mention both at the same time."
    )
    assert [wish.said for wish in part.wishes] == ["I want to return the vase. I want to exchange the rug."]


@pytest.mark.parametrize(
    ("text", "condition", "said"),
    [
        (
            "If there is none in oak, ash, or elm, you'd take pine.",
            "there is none in oak, ash, or elm",
            "I'd take pine.",
        ),
        ("If that is not possible, cancel the order.", "that is not possible", "Cancel the order."),
        ("Otherwise, keep it.", "Otherwise", "Keep it."),
        ("If the agent says no, ask for a manager.", "the agent says no", "I want a manager."),
        (
            "If it costs more than $40 you want to keep the old one.",
            "it costs more than $40",
            "I want to keep the old one.",
        ),
    ],
)
def test_conditions_are_kept_with_the_wish_before_them(text: str, condition: str, said: str) -> None:
    part = brief(f"You want to exchange the shelf for an oak one. {text}")
    assert part.wishes == (Wish("I want to exchange the shelf for an oak one.", (Case(condition, said),)),)


def test_a_condition_joined_to_a_sentence_is_a_condition() -> None:
    part = brief("You want to cancel the tent, but if the agent asks you to confirm, you'd rather keep it.")
    assert part.wishes == (Wish("I want to cancel the tent.", before_consent=("I'd rather keep it.",)),)


def test_answers_and_secrets_are_not_volunteered() -> None:
    part = brief(
        "You want to return a lamp. If the agent asks for which lamp, say that it is the brass one. "
        "(It was a gift, but do not reveal it). You do not want to mention your street but it is in your profile."
    )
    assert [wish.said for wish in part.wishes] == ["I want to return a lamp."]
    assert [case.said for case in part.when_asked] == ["It is the brass one.", "It was a gift.", "It is in my profile."]


def test_directions_and_traits_are_not_said() -> None:
    part = brief("You want to return a lamp. Be polite. Make sure you thank them.", "You are shy. Do not hurry.")
    assert part.text == "I want to return a lamp."


def test_a_comparison_holds_or_not() -> None:
    assert Case("it is less than 200 bucks", "").holds_for(226.5) is False
    assert Case("the price is greater than $300", "").holds_for(302.1) is True
    assert Case("it is sold out", "").holds_for(1.0) is None


def test_the_first_versions_one_text_is_read_as_well() -> None:
    task: dict[str, Any] = {
        "id": 1,
        "instruction": "Your name is Ada Byron and your email is ada@example.com. You are calm, shy. "
        "Return #W12 via paypal_3: Rug; Vase; For #W13, change payment to paypal_3. Cancel order #W14 because ordered by mistake. ",
    }
    part = brief_of(task)
    assert part.facts.name == "Ada Byron"
    assert part.facts.emails == ("ada@example.com",)
    assert [wish.said for wish in part.wishes] == [
        "Return Rug and Vase of #W12 via paypal_3.",
        "For #W13, change payment to paypal_3.",
        "Cancel order #W14 because ordered by mistake.",
    ]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("You are Ada Byron, and you live in Reno, NV 89501.", ("Ada Byron", (), "89501")),
        ("You are ada_byron_77 (ada@example.com).", ("Ada Byron", ("ada@example.com",), "")),
        ("Your name is Ada Byron; your emails are a@b.example and c@d.example.", ("Ada Byron", ("a@b.example", "c@d.example"), "")),
        ("You prefer not to say.", ("", (), "")),
    ],
)  # fmt: skip
def test_who_somebody_is(text: str, facts: tuple[str, tuple[str, ...], str]) -> None:
    assert facts_of(text) == Facts(*facts, text)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("ask the agent whether it floats", "Can you tell me whether it floats?"),
        ("ask the agent to hurry", "Please hurry."),
        ("tell the agent not to do it", "Please don't do it."),
        ("do not say yes at once, because you also want to return the rug", "I also want to return the rug."),
        ("you become angry and keep it", "Keep it."),
    ],
)
def test_what_one_is_told_to_say_is_said(told: str, said: str) -> None:
    assert spoken(told) == said
