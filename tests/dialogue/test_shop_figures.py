"""A merchant asks for figures: words, table and drawing; a follow-up; what cannot be answered."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dialogue.commands import StartFlow
from dialogue.replies.types import ChartReply, TextReply
from dialogue.testing import ScriptedUnderstander
from dialogue.turn import Turn
from knowledge.db import Database
from tests.dialogue.conftest import Talk, assemble, small_shop, words
from tools.analytics.query import Question
from tools.base import Identity

ASK = {
    "zh": {
        "by product": "最近30天各商品的销售额", "and units": "那销量呢", "odd": "最近30天雨天的销售额", "why": "为什么最近30天销售额变了",
        "no cut": "最近30天按商品看退款额", "records": "明细", "rfm": "客户分层", "said": "销售额", "unused": "雨",
    },
    "en": {
        "by product": "revenue by product in the last 30 days", "and units": "and the units?", "odd": "revenue on rainy days",
        "why": "why did revenue change in the last 30 days", "no cut": "refunds by product in the last 30 days", "records": "list the orders behind it",
        "rfm": "rfm segments", "said": "revenue", "unused": "rainy",
    },
}  # fmt: skip


@pytest_asyncio.fixture(params=["zh", "en"])
async def owner(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Talk]:
    """The shop's owner, in either language."""
    await small_shop(database)
    understander = ScriptedUnderstander({}, request.param)
    talk = Talk(await assemble(database, understander), understander, database, Identity("merchant", subject="owner"))
    await talk.open(request.param)
    yield talk
    await talk.conversations.executor.close()


async def ask(talk: Talk, what: str) -> Turn:
    text = ASK[talk.understander.lang][what]
    return await talk.say(text, StartFlow(flow="shop_figures", text=text))


def tools_of(turn: Turn) -> list[tuple[str, str]]:
    return [(action.tool, action.status) for action in turn.actions]


async def test_figures_come_in_words_as_a_table_and_drawn(owner: Talk) -> None:
    turn = await ask(owner, "by product")
    [chart] = [reply for reply in turn.replies if isinstance(reply, ChartReply)]
    result = next(action.result for action in turn.actions if action.tool == "shop_figures")
    assert len(chart.table) == len(result["groups"]) + 1
    assert ASK[owner.understander.lang]["said"] in chart.text.lower()
    assert result["metric"]["definition"][owner.understander.lang] in chart.text
    drawn = ET.fromstring(chart.svg)
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}rect")) == len(result["groups"]) + 1
    description = drawn.find("{http://www.w3.org/2000/svg}desc")
    assert description is not None
    assert description.text == chart.text


async def press(talk: Talk, key: str, question: Question, *names: str) -> Turn:
    return await talk.conversations.press(talk.id, talk.identity, client_id=key, question=question, names=names)


async def test_words_go_on_with_what_was_pressed(owner: Talk) -> None:
    await ask(owner, "by product")
    lamps = Question(
        arguments={"metric": "revenue", "by": ["channel"], "filters": [{"dimension": "product", "values": ["P-LAMP"]}]}
    )
    pressed = await press(owner, "p1", lamps, "Lamp")
    [action] = pressed.actions
    assert (action.tool, action.arguments) == ("shop_figures", lamps.arguments)
    assert (await press(owner, "p1", lamps, "Lamp")).seq == pressed.seq
    follow_up = (await ask(owner, "and units")).actions[0].arguments
    assert (follow_up["metric"], follow_up["by"], follow_up["filters"]) == (
        "units",
        ["channel"],
        lamps.arguments["filters"],
    )


async def test_a_figure_says_what_it_answers_and_where_its_rows_stand(owner: Talk) -> None:
    turn = await ask(owner, "by product")
    [chart] = [reply for reply in turn.replies if isinstance(reply, ChartReply)]
    assert chart.figure is not None
    assert chart.figure.question == turn.actions[0].result["question"]
    assert [row.name for row in chart.figure.rows] == [row[0] for row in chart.table[1:]]
    left, top, width, height = chart.figure.rows[1].box or (0, 0, 0, 0)
    bar = ET.fromstring(chart.svg).findall(".//{http://www.w3.org/2000/svg}rect")[2]
    assert top <= float(bar.attrib["y"]) <= top + height
    assert left <= float(bar.attrib["x"]) <= left + width


async def test_a_cell_stands_where_it_is_drawn_and_leads_on_by_both_its_values(owner: Talk) -> None:
    cells = Question(arguments={"metric": "revenue", "by": ["product", "status"]})
    [chart] = (await press(owner, "p1", cells)).replies
    assert isinstance(chart, ChartReply)
    assert chart.figure is not None
    drawn = ET.fromstring(chart.svg).findall(".//{http://www.w3.org/2000/svg}rect")[1:]
    places = {tuple(round(float(cell.attrib[each]), 1) for each in ("x", "y", "width", "height")) for cell in drawn}
    assert {row.box for row in chart.figure.rows} == places
    assert all(len(row.keys) == 2 for row in chart.figure.rows)


async def test_the_parts_of_a_change_and_groups_of_customers_are_figures_too(owner: Talk) -> None:
    for what in ("why", "rfm"):
        turn = await ask(owner, what)
        shown = turn.replies[-1]
        assert isinstance(shown, TextReply | ChartReply)
        assert shown.figure is not None
        again = await press(owner, what, Question.model_validate(shown.figure.question))
        assert again.actions[0].tool == turn.actions[0].tool == shown.figure.question["tool"]


async def test_a_follow_up_keeps_the_period_and_the_split(owner: Talk) -> None:
    first = await ask(owner, "by product")
    second = await ask(owner, "and units")
    one, two = (next(a.result for a in turn.actions if a.tool == "shop_figures") for turn in (first, second))
    assert (one["metric"]["id"], two["metric"]["id"]) == ("revenue", "units")
    assert [two[name] for name in ("period", "by")] == [one[name] for name in ("period", "by")]
    records = await ask(owner, "records")
    assert ("figure_records", "ok") in tools_of(records)


async def test_words_that_were_not_used_are_said_and_nothing_is_worked_out(owner: Talk) -> None:
    turn = await ask(owner, "odd")
    assert ASK[owner.understander.lang]["unused"] in words(turn)
    assert tools_of(turn) == []


async def test_a_split_that_is_not_recorded_is_refused_with_those_that_are(owner: Talk) -> None:
    turn = await ask(owner, "no cut")
    assert tools_of(turn) == [("shop_figures", "refused")]
    assert {"zh": "渠道", "en": "channel"}[owner.understander.lang] in words(turn)


async def test_a_change_is_explained_by_parts_that_sum_to_it(owner: Talk) -> None:
    turn = await ask(owner, "why")
    result = next(action.result for action in turn.actions if action.tool == "explain_change")
    assert sum(part["gave"] for part in result["parts"]) + result["rest"] == pytest.approx(result["difference"])
    assert result["difference"] == pytest.approx(result["now"] - result["before"])


async def test_customers_come_in_segments(owner: Talk) -> None:
    turn = await ask(owner, "rfm")
    result = next(action.result for action in turn.actions if action.tool == "customer_groups")
    assert sum(segment["customers"] for segment in result["segments"]) > 0
    assert any(isinstance(reply, ChartReply) for reply in turn.replies)
