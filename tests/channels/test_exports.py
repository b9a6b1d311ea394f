"""Files of figures: texts stay texts, pictures have their letters, names suit every file system."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from channels.cli import app
from channels.exports import as_csv, as_workbook, disposition, picture
from channels.problems import ProblemError
from dialogue.replies.sheets import Column, Sheet


def test_no_text_becomes_a_formula() -> None:
    wicked = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", 'plain, "quoted"')
    rows = tuple((text, Decimal("-12.50")) for text in wicked)
    sheet = Sheet("t", (Column("=name", "text"), Column("v", "money")), rows, (("Figure", "=2+2"),))
    [head, *read] = csv.reader(io.StringIO(as_csv(sheet).decode("utf-8-sig")))
    assert head == ["'=name", "v"]
    assert [row[0] for row in read] == [*(f"'{text}" for text in wicked[:-1]), wicked[-1]]
    assert {row[1] for row in read} == {"-12.50"}  # a number stays one
    table, about = openpyxl.load_workbook(io.BytesIO(as_workbook(sheet))).worksheets
    assert [table.cell(row, 1).data_type for row in range(1, 9)] == ["s"] * 8
    assert (table.cell(2, 2).value, about.cell(1, 2).data_type) == (-12.5, "s")


def test_a_picture_has_chinese_letters_or_says_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40"><text y="30" font-size="24">{}</text></svg>'
    assert picture(svg.format("销售额")) != picture(svg.format("退款率"))
    monkeypatch.setattr("channels.exports._shows_chinese", lambda: False)
    picture(svg.format("revenue"))
    with pytest.raises(ProblemError) as refused:
        picture(svg.format("销售额"))
    assert refused.value.code == "no_chinese_font"


def test_a_download_is_named_in_chinese_and_in_ascii() -> None:
    assert disposition("销售额-2026-01-02.csv") == (
        "attachment; filename=\"2026-01-02.csv\"; filename*=UTF-8''%E9%94%80%E5%94%AE%E9%A2%9D-2026-01-02.csv"
    )


def test_the_command_line_saves_a_figure_and_says_what_is_wrong(demo_data: Path, tmp_path: Path) -> None:
    def figures(question: str, *more: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["figures", question, *more, "--data", str(demo_data)])
        return result.exit_code, result.stdout, result.stderr

    by_channel = json.dumps({"metric": "orders", "by": ["channel"]})
    status, told, _ = figures(by_channel)
    groups = json.loads(told)["groups"]
    assert (status, bool(groups)) == (0, True)
    for name in ("f.csv", "f.xlsx", "f.png"):
        assert figures(by_channel, "--to", str(tmp_path / name), "--lang", "en")[0] == 0
    head, *rows = csv.reader(io.StringIO((tmp_path / "f.csv").read_text("utf-8-sig")))
    assert head == ["channel", "orders"]
    assert [int(row[1]) for row in rows] == [group["value"] for group in groups]
    assert openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0].cell(2, 2).value == groups[0]["value"]
    for question, more, status, said in (
        ("nonsense", (), 2, "not JSON"),
        ('{"metric": "joy"}', (), 2, "known metric"),
        (by_channel, ("--to", "f.doc"), 2, "f.doc"),
        ('{"metric": "tickets", "by": ["channel"]}', (), 1, "no_such_cut"),
        (by_channel, ("--to", str(tmp_path / "none" / "f.csv")), 1, "was not written"),
    ):
        result = figures(question, *more)
        assert (result[0], result[1], said in result[2]) == (status, "", True), result
