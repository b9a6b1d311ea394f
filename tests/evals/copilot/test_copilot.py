"""The copilot's benchmark on a handful of invoices: the shop that they make, the truth, and the verdicts."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.benchmarks.base import BenchmarkError, Job
from evals.copilot import run as copilot
from evals.copilot.invoices import FOLDER, read_invoices
from evals.copilot.truth import Books, Truth

HEAD = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINES = """1,A,2,2011-03-26 23:30,1.50,17.0,France
1,B,1,2011-03-26 23:30,4.00,17.0,France
2,A,1,2011-03-28 00:30,1.50,18.0,Germany
3,A,10,2011-03-31 12:00,1.25,,Germany
4,B,1,2011-04-02 09:00,4.00,17.0,France
C5,B,-1,2011-04-03 10:00,4.00,17.0,France
C6,B,-1,2011-04-03 10:00,4.00,99.0,France
7,A,-5,2011-04-04 10:00,0.00,,Germany"""
MARCH = {"from": "2011-03-01", "to": "2011-03-31"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "transactions.csv.gz").write_bytes(gzip.compress(f"{HEAD}\n{LINES}\n".encode()))
    (folder / "products.csv").write_text("StockCode,Description\nA,RED TIN MUG\nB,BLUE TIN PLATE\n")
    return tmp_path


def test_the_books_hold_sales_guests_and_refunds(data: Path) -> None:
    found = read_invoices(data)
    assert [(line.customer, line.pence) for line in found.lines] == [
        ("17", 150), ("17", 400), ("18", 150), ("G3", 125), ("17", 400),
    ]  # fmt: skip
    assert [(note.id, note.invoice, note.pence) for note in found.notes] == [("C5", "4", 400)]
    assert found.refused == {"no sale": 1, "credit note of nobody, or before the first invoice": 1}


@pytest.mark.parametrize(
    ("asked", "truth"),
    [
        ({"of": "revenue", **MARCH}, Truth(700 + 150 + 1250)),
        ({"of": "orders", **MARCH, "by": "country", "n": 1}, Truth(3, None, (("Germany", 2, None, None),))),
        ({"of": "aov", **MARCH}, Truth(700)),
        ({"of": "refunds", "from": "2011-04-01", "to": "2011-04-30"}, Truth(400)),
        ({"of": "repeat_rate", "from": "2011-03-01", "to": "2011-04-30"}, Truth(1 / 3)),
        ({"of": "orders", **MARCH, "weekdays": [6, 7]}, Truth(1)),
        ({"of": "revenue", **MARCH, "not": {"country": ["Germany"]}}, Truth(700)),
    ],
)
def test_the_truth_is_worked_out_from_the_lines(data: Path, asked: dict[str, object], truth: Truth) -> None:
    assert Books(read_invoices(data)).answer(asked) == truth


async def test_questions_are_judged_exact_refused_or_wrong(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = tmp_path / "questions.yaml"
    march = "from: 2011-03-01, to: 2011-03-31"
    questions.write_text(
        f"- {{ask: revenue in march 2011, is: {{of: revenue, {march}}}}}\n"
        f"- {{ask: 2011年3月各国家订单数, is: {{of: orders, by: country, {march}}}}}\n"
        f"- {{ask: orders by hour in march 2011, is: {{of: orders, by: hour, {march}}}}}\n"
        f"- {{ask: units of the red tin mug in march 2011, is: {{of: units, where: {{product: [A]}}, {march}}}}}\n"
        f"- {{ask: revenue on rainy days in march 2011, is: {{of: revenue, {march}}}}}\n"
        f"- {{ask: orders in march 2011, is: {{of: revenue, {march}}}}}\n"
        "- {ask: how happy were our customers, refuse: true}\n"
    )
    monkeypatch.setattr(copilot, "QUESTIONS", questions)
    found = await copilot.run(Job(data))
    assert [found[name]["value"] for name in ("exact", "refused")] == [round(5 / 7, 4), round(1 / 7, 4)]
    assert found["wrong"] == 1
    assert [each["ask"] for each in found["mistakes"]] == [
        "revenue on rainy days in march 2011",
        "orders in march 2011",
    ]


def test_there_are_a_hundred_questions_half_of_them_chinese() -> None:
    asked = [each["ask"] for each in copilot.questions()]
    chinese = [text for text in asked if any("\u4e00" <= letter <= "\u9fff" for letter in text)]
    assert (len(asked), len(set(asked)), len(chinese)) == (100, 100, 50)


@pytest.mark.parametrize(
    "spoil", [lambda line: line.replace("1.50", "cheap"), lambda line: line.replace("2011-03-26", "spring")]
)
def test_a_bad_line_is_named(data: Path, spoil: Callable[[str], str]) -> None:
    path = data / FOLDER / "transactions.csv.gz"
    path.write_bytes(gzip.compress(spoil(gzip.decompress(path.read_bytes()).decode()).encode()))
    with pytest.raises(BenchmarkError, match="line 2"):
        read_invoices(data)
