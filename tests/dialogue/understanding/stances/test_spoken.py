"""What a stance is asked of, and how it is put to the model."""

from __future__ import annotations

from dialogue.understanding.stances.spoken import Situation, Span, Subject, asked, subjects

RETURN = Situation("return_items", ("cancel_order",))


def test_things_are_asked_about_before_procedures_and_these_before_clauses() -> None:
    low = "keep the mugs, no return and no cancellation, thanks"
    assert list(subjects(low, [Span(9, 13)], RETURN)) == [
        Subject(Span(0, 15), Span(9, 13)),
        Subject(Span(15, 46), Span(18, 24), ("return",)),
        Subject(Span(15, 46), Span(32, 44), ("cancel",)),
        Subject(Span(46, 52), None),
    ]


def test_the_thing_in_question_other_things_and_what_runs_and_waits_are_marked() -> None:
    low = "return the towels, not the mugs, nor cancel it"
    mugs, towels = Span(27, 31), Span(11, 17)
    row = asked(low, Subject(Span(19, 33), mugs), [towels, mugs], RETURN)
    assert row.clause == "not xthis,"
    assert row.message == "runsreturn waitscancel: xdo xother, not xthis, nor xnext it"


def test_chinese_is_marked_by_characters() -> None:
    low = "杯子不退了，毛巾照退"
    row = asked(low, Subject(Span(0, 6), Span(0, 2)), [Span(0, 2), Span(6, 8)], Situation("return_items"))
    assert row.clause == "甲不丙了，"
    assert row.message == "runsreturn: 甲不丙了，乙照丙"
