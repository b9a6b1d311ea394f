"""A figure as a table of numbers, for files: every cell as it was worked out, and apart from it what it means."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from dialogue.replies import drawing
from dialogue.replies import templates as words
from dialogue.replies.drawing import Row
from dialogue.replies.figures import amount, asked_card, only, span, value_name
from dialogue.replies.types import ChartReply
from knowledge.money import Money
from knowledge.types import Lang

Json = Mapping[str, Any]
Kind = Literal["text", "whole", "number", "money", "share"]
"""What a column holds: a share is a fraction of 1, money is in major units."""
Cell = str | int | float | Decimal | None
_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "figure": "指标", "only": "筛选", "period": "期间", "against": "对比期", "zone": "时区", "at": "查询时间", "define": "口径", "currency": "币种", "all": "合计",
        "share": "占比", "before": "对比期", "change": "变化", "gave": "贡献", "now": "本期", "rest": "其余 {count} 项", "segment": "分层", "customers": "顾客数",
        "orders": "订单数", "paid": "实付金额", "days": "距上次下单（天）", "cohort": "首单月份", "month": "第 {n} 月", "rfm": "RFM 分层", "cohorts": "同期群", "none": "无", "shown": "显示组数",
    },
    "en": {
        "figure": "Figure", "only": "Filters", "period": "Period", "against": "Compared with", "zone": "Time zone", "at": "Asked at", "define": "Meaning", "currency": "Currency", "all": "Total",
        "share": "Share", "before": "Compared", "change": "Change", "gave": "Part", "now": "Value", "rest": "{count} others", "segment": "Segment", "customers": "Customers",
        "orders": "Orders", "paid": "Paid", "days": "Days since last order", "cohort": "First order", "month": "month {n}", "rfm": "RFM segments", "cohorts": "Cohorts", "none": "none", "shown": "Groups shown",
    },
}  # fmt: skip
_WHOLE = frozenset({"pieces", "orders", "people", "count"})


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: its name and what its cells are."""

    name: str
    kind: Kind


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A figure's numbers, and `facts` about it: what each is called, and what it is. Money stands beside a column with its currency."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    facts: tuple[tuple[str, Cell], ...]


def sheet_of(found: Json, tool: str, lang: Lang) -> Sheet:
    """Return what one of the tools that answer questions about figures found (as JSON), as numbers."""
    return {"shop_figures": _figures, "explain_change": _why, "customer_groups": _customers}[tool](found, lang)


def drawing_of(found: Json, tool: str, lang: Lang) -> str:
    """Return its drawing as SVG; a single figure is one bar."""
    card = asked_card(found, tool, lang)
    if isinstance(card, ChartReply):
        return card.svg
    name, total, before = found["metric"]["name"], found.get("total", found.get("now")), found.get("total_before")
    old = float(before) if before is not None else None
    row = Row(words.text(name, lang), float(total or 0), amount(total, found["metric"], lang), old)
    title = f"{row.name} · {span(found['period'], lang)}"
    return drawing.bars([row], title, card.text, lang)


def _figures(found: Json, lang: Lang) -> Sheet:
    said, metric = _WORDS[lang], found["metric"]
    name = words.text(metric["name"], lang)
    shares, compared = any(group["share"] is not None for group in found["groups"]), bool(found["against"])
    table = _Table(metric, lang)
    columns = [Column(words.text(by["name"], lang), "text") for by in found["by"]] + [Column(name, table.kind)]
    columns += [Column(said["share"], "share")] if shares else []
    columns += [Column(said["before"], table.kind), Column(said["change"], "share")] if compared else []
    whole = {
        "values": (),
        "value": found["total"],
        "share": None,
        "before": found["total_before"],
        "change": found["total_change"],
    }
    rows = []
    for group in found["groups"] if found["by"] else [whole]:
        row: list[Cell] = [
            value_name(value, by["key"], lang) for value, by in zip(group["values"], found["by"], strict=True)
        ]
        row.append(table.cell(group["value"]))
        row += [group["share"]] if shares else []
        row += [table.cell(group["before"]), group["change"]] if compared else []
        rows.append(row)
    facts = [(said["all"], table.cell(found["total"]))]
    if compared:
        facts.append((f"{said['all']} ({said['before']})", table.cell(found["total_before"])))
    if found["by"]:
        facts.append((said["shown"], f"{len(found['groups'])} / {found['groups_in_all']}"))
    return table.sheet(name, columns, rows, [*_about(found, lang), *facts])


def _why(found: Json, lang: Lang) -> Sheet:
    said, metric = _WORDS[lang], found["metric"]
    table = _Table(metric, lang)
    columns = [Column(words.text(found["by"]["name"], lang), "text")]
    columns += [Column(said[name], table.kind) for name in ("gave", "before", "now")]
    rows: list[list[Cell]] = [
        [
            value_name(each["value"], found["by"]["key"], lang),
            *(table.cell(each[name]) for name in ("gave", "before", "now")),
        ]
        for each in found["parts"]
    ]
    if found["others"]:
        rows.append([said["rest"].format(count=found["others"]), table.cell(found["rest"]), None, None])
    facts = [(said["now"], table.cell(found["now"])), (said["before"], table.cell(found["before"]))]
    facts += [(said["change"], table.cell(found["difference"]))]
    return table.sheet(words.text(metric["name"], lang), columns, rows, [*_about(found, lang), *facts])


def _customers(found: Json, lang: Lang) -> Sheet:
    said = _WORDS[lang]
    about = [fact for fact in _about({**found, "metric": None}, lang) if fact[1]]
    if found["kind"] == "rfm":
        table = _Table({"unit": "money", "currency": found["currency"]}, lang)
        columns = [Column(said["segment"], "text"), Column(said["customers"], "whole"), Column(said["orders"], "whole")]
        columns += [Column(said["paid"], "money"), Column(said["days"], "number")]
        rows = [
            [
                words.text(each["name"], lang),
                each["customers"],
                each["orders"],
                table.cell(each["minor"]),
                each["recency_days"],
            ]
            for each in found["segments"]
        ]
        return table.sheet(said["rfm"], columns, rows, about)
    longest = max((len(each["active"]) for each in found["cohorts"]), default=0)
    columns = [Column(said["cohort"], "text"), Column(said["customers"], "whole")]
    columns += [Column(said["month"].format(n=number), "whole") for number in range(longest)]
    rows = [
        [each["month"], each["customers"], *each["active"], *[None] * (longest - len(each["active"]))]
        for each in found["cohorts"]
    ]
    return _Table({"unit": "people", "currency": ""}, lang).sheet(said["cohorts"], columns, rows, about)


def _about(found: Json, lang: Lang) -> list[tuple[str, Cell]]:
    """Return what every figure says of itself."""
    said, metric, separator = _WORDS[lang], found["metric"], "，" if lang == "zh" else ", "
    filters = only(found.get("filters", ()), lang).strip(separator)
    return [
        (said["figure"], words.text(metric["name"], lang) if metric else ""),
        (said["define"], words.text((metric or found)["definition"], lang)),
        (said["period"], span(found["period"], lang)),
        (said["against"], span(found["against"], lang) if found.get("against") else ""),
        (said["only"], filters or said["none"]),
        (said["zone"], found["timezone"]),
        (said["at"], found["read_at"]),
    ]


class _Table:
    """The cells of one metric's values."""

    def __init__(self, metric: Json, lang: Lang) -> None:
        self._money, self._lang = metric["currency"] if metric["unit"] == "money" else "", lang
        unit = metric["unit"]
        self.kind: Kind = (
            "money" if self._money else "share" if unit == "share" else "whole" if unit in _WHOLE else "number"
        )

    def cell(self, value: float | None) -> Cell:
        """Return a value as a number; money as a decimal in major units."""
        if value is None or not self._money:
            return value
        return Money(round(value), self._money).major

    def sheet(
        self, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], facts: Sequence[tuple[str, Cell]]
    ) -> Sheet:
        """Return the sheet, with a column that names the currency where there is money."""
        told = tuple(fact for fact in facts if fact[1] not in {"", None})
        if not self._money:
            return Sheet(title, tuple(columns), tuple(map(tuple, rows)), told)
        currency = _WORDS[self._lang]["currency"]
        withheld = tuple((*row, self._money) for row in rows)
        return Sheet(title, (*columns, Column(currency, "text")), withheld, (*told, (currency, self._money)))
