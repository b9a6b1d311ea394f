"""A run as a page and as JUnit XML."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree as ET

import pytest

from dialogue.replies.types import TextReply
from dialogue.turn import Turn
from evals.judge.junit import junit_of
from evals.judge.page import page_of
from evals.judge.rows import RowFault
from evals.judge.run import Run
from evals.judge.trial import Exchange, Trial
from tests.evals.judge.conftest import scenario

NOW = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)


@pytest.fixture
def run() -> Run:
    """Two scenarios, two trials each; one fails once, over something with markup in it."""
    good = scenario(id="good-one", lang="zh", tags=["return"])
    bad = scenario(id="bad-one", tags=["return", "repair"])
    reply = TextReply(text="<b>Done</b> & dusted", lang="en")
    turn = Turn(conversation_id="c", seq=1, handled_by="bot", replies=[reply])
    talk = (Exchange("<script>alert(1)</script>", turn, consented=False, standing="return_items {}"),)
    row = RowFault(
        "returns", {"order": "J9001", "refund": 79.0}, {"order": "J9001", "refund": "89.00", "status": "new"}
    )
    trials = (
        Trial(good, 0, (), (), 0.5),
        Trial(good, 1, (), (), 0.5),
        Trial(bad, 0, (), (), 0.25),
        Trial(bad, 1, talk, (row, "no reply mentions 'refund'"), 0.25),
    )
    return Run(trials, {"good-one": False, "bad-one": True})


def test_a_page_shows_figures_failures_first_and_markup_as_words(run: Run) -> None:
    page = page_of(run, at=NOW, command="xiaoer eval scenarios here")

    assert page.index('id="bad-one"') < page.index('id="good-one"')
    assert "75.0\u00a0%" in page
    assert "no reply mentions &#39;refund&#39;" in page
    assert "return_items {}" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Done&lt;/b&gt; &amp; dusted" in page
    assert len(re.findall("<polyline", page)) == 2


def test_a_page_puts_the_expected_row_beside_what_came_and_says_how_to_hold_it_again(run: Run) -> None:
    page = page_of(run, at=NOW, command="xiaoer eval scenarios here")

    rows = re.findall(
        r"<tr( class=\"differs\")?><th scope=\"row\">(\w+)</th><td>([^<]*)</td><td>([^<]*)</td></tr>", page
    )
    assert rows == [
        ("", "order", "J9001", "J9001"),
        (' class="differs"', "refund", "79.0", "89.00"),
        ("", "status", "", "new"),
    ]
    assert "<code>xiaoer eval scenarios here --only bad-one --seed 1 --show</code>" in page


def test_a_page_needs_nothing_from_outside(run: Run) -> None:
    page = page_of(run, at=NOW, command="xiaoer eval scenarios here")

    assert not re.findall(r"https?://|src=|@import|url\(", page)
    assert page.count('lang="zh"') >= page.count('<span lang="en"') > 5


def test_junit_names_each_scenario_and_what_differs(run: Run) -> None:
    suite = ET.fromstring(junit_of(run))

    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    [case] = suite.findall("./testcase[@name='bad-one']")
    [failure] = case.findall("failure")
    assert str(failure.text).splitlines() == [
        'seed 1: returns: expected {"order": "J9001", "refund": 79.0}, and there is'
        ' {"order": "J9001", "refund": "89.00", "status": "new"}',
        "seed 1: no reply mentions 'refund'",
    ]
    assert case.get("time") == "0.500"
