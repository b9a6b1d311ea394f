"""The scripted shopper: says its wishes in turn, answers, and says no to what it did not ask for."""

from __future__ import annotations

from evals.judge.reading import Seen
from evals.tau_retail.brief import Brief, Case, Facts, Wish
from evals.tau_retail.shopper import BriefShopper

FACTS = Facts("Ada Byron", ("ada@example.com",), "12345", "")
ASKED = "Shall I go ahead?"
YES_NO = ("Yes, go ahead", "Not yet")


def begun(*wishes: Wish, when_asked: tuple[Case, ...] = ()) -> BriefShopper:
    shopper = BriefShopper(Brief(FACTS, wishes, when_asked))
    assert shopper.next(None) == wishes[0].said
    return shopper


def said(shopper: BriefShopper, text: str, *choices: str, multiple: bool = False) -> str | None:
    return shopper.next(Seen(text, choices, multiple))


def test_it_says_who_it_is_when_asked_and_something_else_when_that_did_not_do() -> None:
    shopper = begun(Wish("I want to return my rug."))
    assert said(shopper, "What is your e-mail, or your name and zip?") == "I'm Ada Byron, my zip code is 12345."
    assert (
        said(shopper, "That is not right. What is your e-mail, or your name and zip?")
        == "My e-mail is ada@example.com."
    )


def test_it_agrees_to_what_it_wants_and_goes_on() -> None:
    shopper = begun(Wish("I want to return my rug."), Wish("I also want to cancel the vase."))
    assert said(shopper, f"Return from order #W12: Rug (wool). {ASKED}", *YES_NO) == "Yes, please."
    assert shopper.consented
    assert said(shopper, "Done: I've requested the return.") == "I also want to cancel the vase."
    assert not shopper.consented
    assert said(shopper, f"I'll cancel order #W13 (Vase (round)). {ASKED}", *YES_NO) == "Yes, please."
    assert said(shopper, "Done.") is None


def test_it_refuses_goods_it_never_mentioned_and_what_it_never_asked_for() -> None:
    shopper = begun(Wish("I want to return my rug."))
    assert said(shopper, f"Return from order #W12: Vase (round). {ASKED}", *YES_NO) == "No. I want to return my rug."
    shopper = begun(Wish("I want to return my rug."))
    assert said(shopper, f"I'll cancel order #W12 (Rug (wool)). {ASKED}", *YES_NO) == "No, that is not what I want."
    assert not shopper.consented


def test_it_refuses_what_it_excepted() -> None:
    shopper = begun(Wish("I want to return everything except the tea pot."))
    answer = said(shopper, f"Return from order #W12: Rug (wool) and Tea Pot (blue). {ASKED}", *YES_NO)
    assert answer == "No. I want to return everything except the tea pot."


def test_it_changes_its_mind_where_its_part_says_so() -> None:
    shopper = begun(Wish("I want to return my rug and vase.", before_consent=("Only return the vase.",)))
    assert (
        said(shopper, f"Return from order #W12: Rug (wool) and Vase (round). {ASKED}", *YES_NO)
        == "Only return the vase."
    )
    assert said(shopper, f"Return from order #W12: Vase (round). {ASKED}", *YES_NO) == "Yes, please."


def test_a_case_is_said_only_when_it_comes_about() -> None:
    fallback = Wish("I want to exchange my rug for a red one.", (Case("there is no red one", "I'd take blue."),))
    assert said(begun(fallback), "Red isn't available. These are:", "blue", "green") == "I'd take blue."
    shopper = begun(fallback)
    assert said(shopper, f"Exchange in order #W12: Rug (wool) for red. {ASKED}", *YES_NO) == "Yes, please."
    assert said(shopper, "Done: I've requested the exchange.") is None


def test_a_comparison_with_the_price_that_was_said_decides() -> None:
    cases = (Case("it is less than 200 bucks", "I want to exchange mine."), Case("not", "I want to return mine."))
    wish = Wish("I want to know the price of the cheapest rug.", cases)
    assert said(begun(wish), "The cheapest is $226.11.") == "I want to return mine."
    assert said(begun(wish), "The cheapest is $150.00.") == "I want to exchange mine."


def test_it_adds_a_like_wish_where_items_change_only_once_and_comes_back_to_it_if_not_heard() -> None:
    shopper = begun(Wish("I want to modify my rug to red."), Wish("I want to change my vase to round."))
    once = (
        f"Order #W12: Rug (wool) becomes red. Items can be changed only once, so make sure that these are all. {ASKED}"
    )
    assert said(shopper, once, *YES_NO) == "I want to change my vase to round."
    assert said(shopper, once, *YES_NO) == "Yes, please."
    assert said(shopper, "Done.") == "I want to change my vase to round."


def test_it_picks_by_likeness_and_answers_as_its_part_says() -> None:
    shopper = begun(Wish("I want to return a lamp."), when_asked=(Case("which lamp", "It is the brass one."),))
    assert said(shopper, "Which lamp do you mean?", "Lamp (brass)", "Lamp (steel)") == "Lamp (brass)"


def test_it_tires_of_saying_the_same() -> None:
    shopper = begun(Wish("I want to return my rug."))
    answers = [said(shopper, "What is the new address?") for _ in range(4)]
    assert answers[-1] is None


def test_it_says_nothing_to_a_person() -> None:
    assert begun(Wish("I want to return my rug.")).next(Seen("Hello, I'm Li.", handled_by="human")) is None


def test_it_keeps_to_only_what_it_said_and_says_so_once() -> None:
    shopper = begun(
        Wish("I want to return my rug and vase.", before_consent=("I changed my mind, and only return the vase.",))
    )
    both = f"Return from order #W12: Rug (wool) and Vase (round). {ASKED}"
    answers = [said(shopper, both, *YES_NO) for _ in range(3)]
    assert answers == ["I changed my mind, and only return the vase.", "No, only return the vase.", "No, please don't."]


def test_what_a_case_spoke_against_is_refused_when_it_comes_again_and_left() -> None:
    shopper = begun(Wish("I want to cancel the vase.", (Case("it requires cancelling it all", "Please don't do it."),)))
    whole = f"An order can only be cancelled as a whole. I'll cancel order #W12 (Rug (wool) and Vase (round)). {ASKED}"
    assert said(shopper, whole, *YES_NO) == "Please don't do it."
    assert said(shopper, whole, *YES_NO) == "No, please don't."
    assert said(shopper, "What would you like to change?", "Another order", "Never mind") == "Never mind"


def test_a_reason_is_read_apart_from_other_words() -> None:
    shopper = begun(Wish("I ordered a vase and want to cancel it."))
    assert said(shopper, "What is the reason?", "no longer needed", "ordered by mistake") == "no longer needed"
