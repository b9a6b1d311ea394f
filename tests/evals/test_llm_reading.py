"""How readers are compared: by what they hold a message to say, and by whether the model said it."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.commands import CannotHandle, Command, StartFlow, Understanding, View
from dialogue.testing import entity
from dialogue.understanding.llm.pairs import Pair
from evals.intents import Wish
from evals.llm_reading import SETS, figures, questions, read_all, text

ORDER = entity("order_ref", "W1", 7, id="W1")
RETURN = StartFlow(flow="return_items", entities=(ORDER,))
HELD = [
    Pair("return W1", View(), "en", (ORDER,), (RETURN,), "01", "held"),
    Pair("send W1 back", View(), "en", (ORDER,), (RETURN,), "02", "held"),
    Pair("退了吧", View(), "zh", (), (StartFlow(flow="return_items"),), "03", "held"),
    Pair("learnt", View(), "en", (), (RETURN,), "04", "learn"),
]
WISHES = [Wish("weather?", "out_of_scope", "en", "report"), Wish("where is it", "track_order", "en", "report")]


class Reader:
    """Reads by a script; what stands in it was read by the model."""

    def __init__(self, heard: Mapping[str, tuple[Command, ...]]) -> None:
        self._heard = heard

    async def understand(self, text: str, view: View) -> Understanding:
        by = "small prompt over embedded" if text in self._heard else "embedded"
        return Understanding(lang="en", commands=self._heard.get(text, (CannotHandle(),)), model=by)


async def test_figures_by_set_and_language() -> None:
    asked = questions(HELD, WISHES, lambda _: (), limit=10)
    assert len(asked) == 5
    reader = Reader(
        {
            "return W1": (RETURN,),
            "send W1 back": (StartFlow(flow="return_items"),),
            "退了吧": (StartFlow(flow="exchange_items"),),
            "where is it": (StartFlow(flow="track_order"),),
        }
    )
    found = figures(asked, await read_all(reader, asked, model="small"))
    english = found[SETS[0]]["en"]
    assert (english.right.hits, english.right.n) == (2, 2)
    assert (english.slots.hits, english.slots.n) == (1, 2)
    assert found[SETS[0]]["zh"].right.hits == 0
    assert found[SETS[0]]["zh"].slots.n == 0
    wishes = found[SETS[1]]["en"]
    assert (wishes.right.hits, wishes.fell_back.hits, wishes.slots.n) == (2, 1, 0)
    shown = text({"small": found})
    assert "small: right 100.0 % (2/2" in shown
    assert "fell back 50.0 %" in shown


def test_so_many_of_each_set_and_language_are_asked_and_the_same_each_time() -> None:
    some = questions(HELD, WISHES, lambda _: (), limit=1)
    assert sorted((each.of, each.lang) for each in some) == [(SETS[0], "en"), (SETS[0], "zh"), (SETS[1], "en")]
    assert some == questions(HELD, WISHES, lambda _: (), limit=1)
