"""A text about "you" becomes what the person says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.tau_retail.person import first_person, in_words


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("You want to send your lamp back.", "I want to send my lamp back."),
        ("You're sad that you were sent the wrong one.", "I'm sad that I was sent the wrong one."),
        ("you'd rather keep it if you've paid for it yourself", "I'd rather keep it if I've paid for it myself"),
        ("It would save you time, and you know it.", "It would save me time, and I know it."),
        ("The blue one is for you.", "The blue one is for me."),
        ("A present for you do not want it late.", "A present for I do not want it late."),
        ("See whether you are owed money, and when are you paid.", "See whether I am owed money, and when am I paid."),
        ("The agent is slow, but the agent doesn't mind.", "You are slow, but you don't mind."),
        ("If you agree with the customer service agent, nod.", "If I agree with you, nod."),
        ("You weren't told; it is yours.", "I wasn't told; it is mine."),
    ],
)
def test_pronouns_and_their_verbs_change(told: str, says: str) -> None:
    assert first_person(told) == says


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="yY\x00"), max_size=80))
def test_what_speaks_of_nobody_stays_as_it_is(text: str) -> None:
    assert first_person(text)[1:] == re.sub(r"\bI (?:are|were)\b.*", "", text)[1:] or re.search(
        r"\bI\b|agent|assist|customer", text, re.IGNORECASE
    )


SENTENCES = st.lists(
    st.sampled_from(
        [
            "you",
            "your",
            "you're",
            "you've",
            "want",
            "the lamp",
            "for",
            "and",
            "because",
            "are",
            "were",
            "the agent",
            "yourself",
        ]
    ),
    min_size=1,
    max_size=12,
).map(" ".join)


@given(SENTENCES)
def test_nobody_is_called_you_but_the_agent(text: str) -> None:
    said = first_person(text).lower()
    assert len(re.findall(r"\byou\b", said)) == text.count("the agent")
    assert not re.search(r"\byour|\byou'|\bi are\b|\bare i\b", said)


@given(SENTENCES)
def test_words_are_neither_lost_nor_added(text: str) -> None:
    mentions = text.count("the agent")
    assert len(first_person(text).split()) == len(text.split()) - mentions


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("For #W1, swap Mug {'color': 'red'} to {'color': 'blue', 'size': '9'};", "For #W1, swap Mug (red) to one with blue, size 9"),
        ("swap Mug {'color': 'red'} to {}; Pen {'cap': 'no'} to {'cap': 'yes'}; via paypal_9", "swap Mug (red) to the same one, and Pen (cap no) to one with cap yes, via paypal_9"),
        ("send it to {'order_id': '#W1', 'address1': '1 Oak', 'address2': '', 'city': 'Reno', 'state': 'NV', 'zip': '89501', 'country': 'USA'}", "send it to 1 Oak, Reno, NV 89501, USA"),
        ("Return #W1 via paypal_9: Tea Pot; Mug; ", "Return Tea Pot and Mug of #W1 via paypal_9"),
        ("Keep {this} as it stands; please.", "Keep {this} as it stands, and please."),
        ("First the mug; then the pen.", "First the mug; then the pen."),
    ],
)  # fmt: skip
def test_data_is_said_in_words(written: str, words: str) -> None:
    assert in_words(written) == words
