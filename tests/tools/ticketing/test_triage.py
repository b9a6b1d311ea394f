"""What kind of case it is: the model that ships, corrections, and the fit that learns from them."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.db import Database
from knowledge.embedding import default_embedder
from tools.base import Identity, Outcome, ToolCall
from tools.desk_rules import Priority
from tools.executor import Executor
from tools.fitted import DataError, Models, ModelStore, TooLittleDataError, refit
from tools.testing import NOW, agent, make_executor, make_shop, shopper
from tools.ticketing.body import Said, Step, TicketBody
from tools.ticketing.tools import TOOLS
from tools.ticketing.triage.capability import TicketTriage
from tools.ticketing.triage.deciding import labels_of, triaged
from tools.ticketing.triage.labels import CATEGORIES, NAMES, QUEUES, SKILLS, USUAL
from tools.ticketing.triage.model import Fitted, Read, Rules
from tools.ticketing.triage.reading import Case, Example, shipped_examples
from tools.ticketing.triage.training import fingerprint, shipped
from tools.ticketing.types import HandOver, TicketView

CAPABILITY = TicketTriage()
EMPTY = Models({"tickets": CAPABILITY}, None)


def held_out() -> list[Example]:
    return [row for row in shipped_examples() if row.held]


def test_the_model_that_ships_is_made_of_the_data_and_code_of_now() -> None:
    model = shipped()
    assert isinstance(model, Fitted)
    assert model.made_of == fingerprint(default_embedder()), "run python -m tools.ticketing.triage.training"


def test_both_languages_have_the_same_number_of_cases_and_every_category_is_held_out_too() -> None:
    rows = shipped_examples()
    assert abs(sum(row.lang == "zh" for row in rows) - sum(row.lang == "en" for row in rows)) < 0.1 * len(rows)
    assert {row.labels["category"] for row in rows if row.held} == set(CATEGORIES)
    trained, held = ({row.group for row in rows if row.held is side} for side in (False, True))
    assert not trained & held


def test_cases_of_templates_that_were_never_seen_go_to_the_right_people() -> None:
    found, rules = (CAPABILITY.figures(model, held_out()) for model in (shipped(), Rules()))
    assert found["category_macro_f1"]["value"] > 0.8
    assert found["queue_macro_f1"]["value"] > 0.8
    assert found["category_macro_f1"]["interval"][0] > rules["category_macro_f1"]["value"]


def test_every_category_has_a_name_a_queue_and_a_skill() -> None:
    for category in CATEGORIES:
        assert NAMES[category].zh
        assert NAMES[category].en
        assert USUAL[category][0] in QUEUES
        assert USUAL[category][1] in SKILLS


def test_shares_of_the_reasons_are_what_parts_a_category_from_the_others() -> None:
    case = Case(said=("the charger exploded and burned me, hospital",), reason="safety", flows=("report_problem",))
    [read] = shipped().read([case])
    assert read.labels["category"] == "safety"
    assert {"by:safety", "hospital"} <= {feature for feature, _ in read.shares}
    assert dict(read.shares)["by:safety"] > 0


def body(*said: str, intent: str = "") -> TicketBody:
    return TicketBody(
        said=tuple(Said(seq=at, text=text) for at, text in enumerate(said, 1)),
        path=(Step(seq=1, intent=intent),) if intent else (),
    )


def wish(reason: str = "asked", priority: Priority = "normal", queue: str = "general") -> HandOver:
    return HandOver.model_validate(
        {"reason": reason, "priority": priority, "queue": queue, "lang": "en", "subject": "x"}
    )


@pytest.mark.parametrize(
    ("reason", "asked_for", "least"), [("anger", "high", {"high", "urgent"}), ("safety", "normal", {"high", "urgent"})]
)
async def test_no_model_makes_a_case_less_urgent_than_it_was_asked_to_be(
    reason: str, asked_for: Priority, least: set[str]
) -> None:
    triage = await triaged(EMPTY, body("which colour does it come in"), reason)
    assert labels_of(triage, wish(reason, asked_for))["priority"] in least


async def test_a_queue_that_a_procedure_names_stays() -> None:
    triage = await triaged(EMPTY, body("where is my parcel", intent="track_order"), "asked")
    labels = labels_of(triage, wish(queue="after_sales"))
    assert (labels["queue"], labels["category"]) == ("after_sales", "delivery")


async def test_where_nothing_was_said_nothing_is_claimed() -> None:
    assert await triaged(EMPTY, TicketBody(), "asked") is None
    assert labels_of(None, wish(priority="high")) == {
        "category": "other",
        "priority": "high",
        "queue": "general",
        "skill": "general",
    }


async def test_a_model_that_breaks_keeps_nobody_from_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_model: Fitted, _cases: Sequence[Case]) -> list[Read]:
        raise RuntimeError

    monkeypatch.setattr(Fitted, "read", broken)
    triage = await triaged(EMPTY, body("where is my parcel", intent="track_order"), "asked")
    assert triage is not None
    assert (triage.model, labels_of(triage, wish())["category"]) == ("rules", "delivery")


@pytest.fixture
async def desk(database: Database) -> Executor:
    async with database.write() as session:
        shop = await make_shop(session)
        for number in range(1, 7):
            await shop.conversation(f"c{number}")
    return make_executor(database, TOOLS)


async def call(desk: Executor, name: str, who: Identity, **arguments: object) -> Outcome:
    return await desk.call(ToolCall(name, arguments), who, idempotency_key=f"{name}{arguments}")


async def opened(desk: Executor, conversation_id: str, *said: str) -> TicketView:
    arguments = {"reason": "asked", "lang": "en", "subject": "s", "body": body(*said).model_dump(mode="json")}
    made = (await call(desk, "hand_over", shopper(None, conversation_id), **arguments)).evidence
    assert isinstance(made, TicketView)
    return made


async def test_a_correction_is_kept_beside_what_the_model_said_and_moves_queue_and_skill(desk: Executor) -> None:
    made = await opened(desk, "c1", "my invoice shows the wrong company")
    outcome = await call(desk, "correct_ticket", agent("anna"), ticket_id=made.ticket_id, category="complaint")
    now = outcome.evidence
    assert isinstance(now, TicketView)
    assert (now.category, now.queue, now.skill) == ("complaint", "complaints", "deescalation")
    assert (now.corrected_at, now.version) == (NOW, made.version + 1)
    assert now.body.triage is not None
    assert (now.body.triage.corrected_by, now.body.triage.guessed["category"]) == ("anna", "payment")
    again = await call(desk, "correct_ticket", agent("ben"), ticket_id=made.ticket_id, category="complaint")
    assert again.code == "already_so"
    nothing = await call(desk, "correct_ticket", agent("ben"), ticket_id=made.ticket_id)
    assert nothing.code == "bad_arguments"
    by_shopper = await call(desk, "correct_ticket", shopper("C1"), ticket_id=made.ticket_id, category="other")
    assert by_shopper.code == "not_allowed"


async def test_corrected_tickets_are_learned_from(desk: Executor) -> None:
    with pytest.raises(TooLittleDataError):
        await CAPABILITY.own(desk.database, NOW)
    for number in range(1, 5):
        made = await opened(desk, f"c{number}", "my zorbit frangle is wobbly")
        await call(
            desk, "correct_ticket", agent("anna"), ticket_id=made.ticket_id, category="safety", priority="urgent"
        )
    rows = await CAPABILITY.own(desk.database, NOW)
    assert [row.labels["category"] for row in rows if row.group.startswith("ticket ")] == ["safety"] * 4
    model = await asyncio.to_thread(CAPABILITY.fit, rows)
    [read] = model.read([Case(said=("the frangle is wobbly",), reason="asked")])
    assert (read.labels["category"], read.labels["priority"]) == ("safety", "urgent")


def test_a_fit_that_is_worse_than_what_answers_does_not_take_its_place(tmp_path: Path) -> None:
    wrong = [
        dataclasses.replace(row, labels={**row.labels, "category": "other", "queue": "general"}, group=f"ticket {at}", held=False, weight=30.0)
        for at, row in enumerate(held_out())
    ]  # fmt: skip
    rows = [*shipped_examples(), *(row for row in wrong if row.lang == "zh")]
    held = held_out()
    done = refit(CAPABILITY, rows, ModelStore(tmp_path, "tickets"), source="test", now=NOW, held=held)
    assert not done.version.adopted
    assert done.new.value < done.baseline.value


def test_a_kept_model_reads_as_the_one_that_was_fitted(tmp_path: Path) -> None:
    model = shipped()
    CAPABILITY.save(model, tmp_path)
    cases = [row.case for row in held_out()[:20]]
    assert [one.labels for one in CAPABILITY.load(tmp_path).read(cases)] == [one.labels for one in model.read(cases)]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "row 1: expected an object"),
        ('{"said": ["x"], "category": "weather"}', "column 'category': expected one of delivery"),
        ('{"said": ["x"], "category": "risk", "priority": "soon"}', "column 'priority': expected one of low"),
        ("", "expected lines such as"),
    ],
)
def test_a_bad_file_of_cases_is_refused_with_its_place(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(DataError, match=r"cases\.jsonl") as caught:
        CAPABILITY.read(path)
    assert complaint in str(caught.value)


def test_own_cases_are_learned_beside_those_that_ship(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps({"said": "wo ist mein paket", "category": "delivery", "lang": "en"}), encoding="utf-8")
    rows = CAPABILITY.read(path)
    assert len(rows) == len(shipped_examples()) + 1
    assert rows[-1].labels == {"category": "delivery", "priority": "normal", "queue": "delivery", "skill": "logistics"}
