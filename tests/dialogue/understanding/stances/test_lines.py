"""The lines that stances are learned from, and their notation."""

from __future__ import annotations

from collections import Counter

import pytest

from dialogue.understanding.stances import Situation
from dialogue.understanding.stances.lines import Told, read, told
from dialogue.understanding.stances.training import examples

RETURN, CANCEL = Situation("return_items"), Situation("cancel_order", ("request_invoice",))


def stances(message: Told) -> dict[str, str]:
    return {
        message.text[span.start : span.end].strip(" ,，"): stance
        for subject, stance in message.stances
        for span in [subject.thing or subject.clause]
    }


@pytest.mark.parametrize(
    ("line", "situation", "wanted"),
    [
        ("keep the @mugs-, @towels+ can go", RETURN, {"mugs": "off", "towels": "on"}),
        ("@杯子-留着，@毛巾=破了，退吧>", RETURN, {"杯子": "off", "毛巾": "neither", "退吧": "on"}),
        ("never mind<, thanks", RETURN, {"never mind": "off", "thanks": "neither"}),
        ("just the #cancellation+ without the #invoice-", CANCEL, {"cancellation": "on", "invoice": "off"}),
        ("skip the #invoice-", CANCEL, {"skip the invoice": "off"}),
    ],
)
def test_a_line_tells_the_stance_of_everything_in_it(line: str, situation: Situation, wanted: dict[str, str]) -> None:
    assert stances(read(line, situation, "en")) == wanted


def test_no_sign_is_left_in_a_message() -> None:
    assert [one.text for one in told() if set(one.text) & set("#<>|()")] == []


def test_both_languages_tell_every_stance_of_clauses_and_of_things() -> None:
    lines = Counter((row.lang, row.stance, row.of_a_thing) for row in {row.line: row for row in examples()}.values())
    assert len(lines) == 12
    assert min(lines.values()) >= 15
