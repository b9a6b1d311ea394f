"""The brief in a conversation: both languages, the day that is meant, and buttons that are questions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dialogue.commands import StartFlow
from dialogue.replies.brief import brief_replies
from dialogue.replies.templates import Templates
from dialogue.replies.types import ChoicesReply
from dialogue.testing import ScriptedUnderstander
from dialogue.understanding.figures import Asked, read_question
from dialogue.understanding.figures.days import said_period
from dialogue.understanding.text import read
from knowledge.db import Database
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, small_shop, words
from tests.tools.brief.conftest import DAY, NOW, brief, lay_shop
from tools.analytics.types import Value, Vocabulary, WordsOf
from tools.base import Identity
from tools.brief.types import (
    EndingCoupon,
    LateTicket,
    PriceIdea,
    ShortVariant,
    Waiting,
    WaitingCases,
    WaitingProposal,
)
from tools.evidence import LocalText, Money
from tools.pricing.types import MoneySpan

TUESDAY = dt.date(2026, 3, 10)
LANGS: tuple[Lang, ...] = ("zh", "en")


def everything(sold_in: Any) -> Waiting:
    """One of each kind of thing that may wait."""
    money = [Money(minor, "EUR") for minor in (1000, 1100, 5000, 2000, 9000)]
    return Waiting(
        proposals=(WaitingProposal(proposal_id="prp_1", tool="change_price", expires_at=NOW),), proposals_in_all=1,
        cases=WaitingCases(count=2, oldest_at=NOW, highest=0.87, subjects=("O7", "O9")),
        late=(LateTicket(ticket_id="tkt_1", subject="parcel", priority="high", status="open", opened_at=NOW, due_at=NOW),), late_in_all=1,
        short=(
            ShortVariant(
                sku="MUG-1", product_id="MUG", title=LocalText(zh="杯子", en="Mug"), left=9, sold=28, days=9.0, days_low=6.2,
                days_high=13.5, lead_days=14, restock_at=NOW,
            ),
            ShortVariant(
                sku="HAT-1", product_id="HAT", title=LocalText(zh="帽子", en="Hat"), left=0, sold=12, days=0.0, days_low=0.0,
                days_high=0.0, lead_days=7, restock_at=None,
            ),
        ),
        short_in_all=2, sold_in=sold_in,
        coupons=(EndingCoupon(code="SOON", title=LocalText(zh="满减", en="Ten off"), ends_at=NOW, claimed=5, used=2),),
        prices=(
            PriceIdea(
                product_id="MUG", title=LocalText(zh="杯子", en="Mug"), now=money[0], suggested=money[1],
                profit_change=MoneySpan(value=money[2], low=money[3], high=money[4]), fitted=True,
            ),
        ),
        priced=30,
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
async def test_all_that_a_brief_may_hold_is_told_and_its_buttons_are_questions_that_are_understood(
    database: Database, lang: Lang
) -> None:
    await lay_shop(database, orders=lambda day: 1 if day == DAY else 20 + day.toordinal() % 3)
    found = await brief(database)
    found = found.model_copy(update={"waiting": everything(found.waiting.sold_in)})
    text, buttons = brief_replies(found.model_dump(mode="json"), Templates("UTC", lambda: NOW), lang)
    for told in ("2026-03-09", "tkt_1", "O7", "87 %", "MUG-1", "6.2", "13.5", "HAT-1", "SOON", "prp_1", "change_price"):
        assert told in text.text
    news = text.text.split("\n")[2]
    assert found.figures[0].metric.definition.get(lang).rstrip(".。") in news
    assert isinstance(buttons, ChoicesReply)
    said = [choice.value for choice in buttons.choices]
    assert len(said) == 6
    vocabulary = Vocabulary(
        dimensions=(WordsOf(dimension="region", values=(Value(key="ON", name=LocalText(zh="ON", en="ON")),)),),
        timezone="UTC", currency="EUR", first=DAY, last=DAY,
    )  # fmt: skip
    why = read_question(read(said[0]).low, today=TUESDAY, vocabulary=vocabulary)
    assert isinstance(why, Asked), why
    assert (why.tool, why.arguments.get("filters")) == ("explain_change", None)
    assert why.arguments["period"] == {"first": "2026-03-09", "last": "2026-03-09"}
    for kind in ("ask_late", "ask_short", "ask_coupons"):
        sentence = Templates("UTC").say(f"brief.{kind}", lang)
        assert isinstance(read_question(read(sentence).low, today=TUESDAY, vocabulary=vocabulary), Asked), sentence


@pytest.mark.parametrize("lang", LANGS)
async def test_a_quiet_day_takes_two_lines(database: Database, lang: Lang) -> None:
    await lay_shop(database)
    found = await brief(database)
    [text] = brief_replies(found.model_dump(mode="json"), Templates("UTC"), lang)
    assert len(text.text.split("\n")) == 2


@pytest.mark.parametrize("lang", LANGS)
async def test_a_shop_whose_records_end_offers_the_brief_of_the_last_day(database: Database, lang: Lang) -> None:
    await lay_shop(database, weeks=1)
    found = await brief(database, now=NOW + dt.timedelta(days=400))
    _, buttons = brief_replies(found.model_dump(mode="json"), Templates("UTC"), lang)
    assert isinstance(buttons, ChoicesReply)
    day = said_period(buttons.choices[0].value, TUESDAY + dt.timedelta(days=400))
    assert day is not None
    assert day.first == day.last == DAY


@pytest.mark.parametrize(
    ("lang", "text", "code", "told"),
    [
        ("zh", "昨天怎么样", "ok", "2026-03-09"),
        ("en", "how was yesterday", "ok", "2026-03-09"),
        ("zh", "今天的日报", "ok", "今天还没过完"),
        ("en", "today's brief please", "ok", "Today is not over yet"),
        ("zh", "上周五怎么样", "ok", "2026-03-06"),
        ("en", "the brief of march 7", "ok", "2026-03-07"),
        ("zh", "上周的日报", None, "一天"),
        ("en", "the brief of last week", None, "one day"),
        ("zh", "2027年1月1日的日报", "refused", "2026-03-09"),
        ("en", "the brief of 2027-01-01", "refused", "2026-03-09"),
    ],
)
async def test_the_day_is_the_one_that_was_said(
    database: Database, lang: Lang, text: str, code: str | None, told: str
) -> None:
    await small_shop(database)
    understander = ScriptedUnderstander({}, lang)
    talk = Talk(await assemble(database, understander), understander, database, Identity("merchant", subject="owner"))
    await talk.open(lang)
    turn = await talk.say(text, StartFlow(flow="daily_brief", text=text))
    assert told in words(turn)
    assert [action.status for action in turn.actions] == ([code] if code else [])
    await talk.conversations.executor.close()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("周一怎么样", dt.date(2026, 3, 9)),
        ("星期二", dt.date(2026, 3, 3)),
        ("上周一", dt.date(2026, 3, 2)),
        ("上个星期天", dt.date(2026, 3, 8)),
        ("how was monday", dt.date(2026, 3, 9)),
        ("on tuesday", dt.date(2026, 3, 3)),
        ("sunday's brief", dt.date(2026, 3, 8)),
        ("the day before yesterday", dt.date(2026, 3, 8)),
        ("前天", dt.date(2026, 3, 8)),
        ("how is the shop", None),
    ],
)
def test_weekdays_are_the_last_of_their_name(text: str, day: dt.date | None) -> None:
    found = said_period(text, TUESDAY)
    assert (found.first if found else None) == day


@pytest.mark.parametrize(
    ("text", "filters"), [("why did revenue change on 2026-03-09", 0), ("revenue in region on last month", 1)]
)
def test_a_value_that_is_a_small_word_is_heard_after_its_dimension_alone(text: str, filters: int) -> None:
    values = (Value(key="ON", name=LocalText(zh="ON", en="ON")),)
    vocabulary = Vocabulary(
        dimensions=(WordsOf(dimension="region", values=values),), timezone="UTC", currency="EUR", first=DAY, last=DAY
    )
    found = read_question(text, today=TUESDAY, vocabulary=vocabulary)
    assert isinstance(found, Asked), found
    assert len(found.arguments.get("filters", ())) == filters
