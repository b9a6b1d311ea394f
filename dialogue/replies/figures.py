"""Answers about the shop's figures: in words, as a table, and drawn. The words alone say all that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.replies import drawing
from dialogue.replies import templates as words
from dialogue.replies.drawing import Row
from dialogue.replies.types import ChartReply, FigureRef, FigureRow, TextReply
from knowledge.types import Lang
from tools.analytics.dimensions import DIMENSIONS
from tools.analytics.metrics import METRICS
from tools.analytics.query import Question

Json = Mapping[str, Any]
TOLD = 10
"""Groups that are told in words; the table has all."""
_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "span": "{first} 至 {last}", "now": "现在", "per_day": "日均", "per_week": "周均", "per_month": "月均", "nothing": "没有数据",
        "head": "{name}{average}（{when}{only}）：{total}。", "against": "对比 {when}：{total}{change}。", "only": "，仅{what}", "not": "，不含{what}",
        "more": "共 {count} 组，列出 {shown} 组。", "tied": "最后一名有并列。", "cut": "分组太多，只读了前 {count} 组。", "define": "口径：{text}；时区 {zone}。",
        "value": "数值", "before": "对比期", "change": "变化", "share": "占比", "colon": "：", "stop": "；", "gave": "贡献", "rest": "其余 {count} 项",
        "why": "{name}从 {before}（{then}）到 {now}（{when}）：{difference}{change}。", "parts": "按{by}拆解（各部分之和等于变化，是算术不是因果）：",
        "drivers": "按因素拆解：", "driver": "{name} {before} → {now}：{gave}", "segment": "分层|顾客数|订单数|实付金额|距上次下单（天）",
        "cohort": "首单月份|顾客数", "month": "第 {n} 月", "groups": "{count} 位顾客（{when}）。",
        "records": "背后的记录", "by": "按{what}", "groups_asked": "顾客分组",
    },
    "en": {
        "span": "{first} to {last}", "now": "now", "per_day": " a day", "per_week": " a week", "per_month": " a month", "nothing": "nothing recorded",
        "head": "{name}{average} ({when}{only}): {total}.", "against": "Against {when}: {total}{change}.", "only": ", only {what}", "not": ", without {what}",
        "more": "{count} groups, {shown} shown.", "tied": "The last place is shared.", "cut": "Too many groups: the first {count} were read.",
        "define": "Meaning: {text}; time zone {zone}.", "value": "Value", "before": "Compared", "change": "Change", "share": "Share", "colon": ": ", "stop": "; ",
        "gave": "Part", "rest": "{count} others", "why": "{name} went from {before} ({then}) to {now} ({when}): {difference}{change}.",
        "parts": "By {by} (the parts sum to the change; arithmetic, not causes):", "drivers": "By factor:", "driver": "{name} {before} → {now}: {gave}",
        "segment": "Segment|Customers|Orders|Paid|Days since last order", "cohort": "First order|Customers", "month": "month {n}",
        "groups": "{count} customers ({when}).", "records": "the records behind", "by": "by {what}", "groups_asked": "customer groups",
    },
}  # fmt: skip
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def amount(value: float | None, metric: Json, lang: Lang, *, sign: bool = False) -> str:
    """Write a figure with its unit; "–" where there is none."""
    if value is None:
        return "–"
    plus = "+" if sign and value > 0 else ""
    match metric["unit"]:
        case "money":
            return plus + words.money({"minor": round(value), "currency": metric["currency"]}, lang)
        case "share":
            return f"{plus}{value:.1%}"
        case "ratio" | "points":
            return f"{plus}{value:,.2f}"
        case "days" | "hours":
            return f"{plus}{value:,.1f}"
        case _:
            return f"{plus}{value:,.0f}" if float(value).is_integer() else f"{plus}{value:,.1f}"


def figures_card(found: Json, lang: Lang) -> TextReply | ChartReply:
    """Return `tools.analytics.types.Figures` (as JSON) in words, with a table and a drawing where there are groups."""
    said = _WORDS[lang]
    told = [_headline(found, lang)]
    if found["against"]:
        total = amount(found["total_before"], found["metric"], lang)
        told.append(
            said["against"].format(
                when=span(found["against"], lang), total=total, change=_change(found["total_change"], lang)
            )
        )
    groups = found["groups"]
    told += [f"{number}. {_group(each, found, lang)}" for number, each in enumerate(groups[:TOLD], 1)]
    if found["by"] and not groups:
        told.append(said["nothing"])
    if found["groups_in_all"] > min(len(groups), TOLD):
        told.append(said["more"].format(count=found["groups_in_all"], shown=min(len(groups), TOLD)))
    told += [said["tied"]] if found["tied"] else []
    told += [said["cut"].format(count=found["more_than"])] if found["more_than"] else []
    told.append(said["define"].format(text=words.text(found["metric"]["definition"], lang), zone=found["timezone"]))
    text = "\n".join(told)
    figure = FigureRef(question=found["question"], rows=_rows(found, lang))
    if not found["chart"]:
        return TextReply(text=text, lang=lang, figure=figure)
    return ChartReply(text=text, lang=lang, svg=_drawn(found, text, lang), table=_table(found, lang), figure=figure)


def asked_card(found: Json, tool: str, lang: Lang) -> TextReply | ChartReply:
    """Return what one of the tools that answer questions about figures found, as its card."""
    return {"shop_figures": figures_card, "explain_change": why_card, "customer_groups": customers_card}[tool](
        found, lang
    )


def pressed(question: Question, names: Sequence[str], lang: Lang) -> str:
    """Return what somebody says who presses a row or a button instead of writing; `names` are those of the row's values."""
    said, given = _WORDS[lang], question.arguments
    parts = [words.text(METRICS[given["metric"]].names.text.model_dump(), lang)] if "metric" in given else []
    by = given.get("by") or ()
    cuts = [
        words.text(DIMENSIONS[each].names.text.model_dump(), lang) for each in ([by] if isinstance(by, str) else by)
    ]
    parts += names
    if question.tool == "figure_records":
        parts.append(said["records"])
    elif cuts:
        parts.append(said["by"].format(what=" × ".join(cuts)))
    return " › ".join(parts) or said["groups_asked"]


def _headline(found: Json, lang: Lang) -> str:
    said = _WORDS[lang]
    return said["head"].format(
        name=words.text(found["metric"]["name"], lang),
        average=said[f"per_{found['per']}"] if found["per"] else "",
        when=span(found["period"], lang),
        only=only(found["filters"], lang),
        total=amount(found["total"], found["metric"], lang),
    )


def span(period: Json | None, lang: Lang) -> str:
    """Write a period; None is now."""
    if period is None:
        return _WORDS[lang]["now"]
    return period["first"] if period["first"] == period["last"] else _WORDS[lang]["span"].format(**period)


def only(filters: Sequence[Json], lang: Lang) -> str:
    """Write filters, each after a comma."""
    said = _WORDS[lang]
    parts = []
    for each in filters:
        what = "、" if lang == "zh" else ", "
        values = what.join(words.text(value["name"], lang) for value in each["values"])
        kind = words.text(each["dimension"], lang)
        parts.append(said["not" if each["exclude"] else "only"].format(what=f"{kind} {values}"))
    return "".join(parts)


def _change(change: float | None, lang: Lang) -> str:
    if change is None:
        return ""
    return f"（{change:+.1%}）" if lang == "zh" else f" ({change:+.1%})"


def _group(group: Json, found: Json, lang: Lang) -> str:
    said = _WORDS[lang]
    text = f"{_names(group, found, lang)}{said['colon']}{amount(group['value'], found['metric'], lang)}"
    if group["share"] is not None:
        text += f" · {group['share']:.1%}"
    if found["against"]:
        text += f" ← {amount(group['before'], found['metric'], lang)}{_change(group['change'], lang)}"
    return text


def _names(group: Json, found: Json, lang: Lang) -> str:
    return " · ".join(
        value_name(value, by["key"], lang) for value, by in zip(group["values"], found["by"], strict=True)
    )


def value_name(value: Json, dimension: str, lang: Lang) -> str:
    """Write a value of a dimension."""
    if dimension == "hour":
        return f"{value['key']}:00"
    if dimension == "weekday":
        day = _WEEKDAYS[lang][int(value["key"]) - 1]
        return f"周{day}" if lang == "zh" else day
    return words.text(value["name"], lang) or value["key"] or "–"


def _table(found: Json, lang: Lang) -> tuple[tuple[str, ...], ...]:
    said, metric = _WORDS[lang], found["metric"]
    shares = any(group["share"] is not None for group in found["groups"])
    head = [*(words.text(by["name"], lang) for by in found["by"]), words.text(metric["name"], lang)]
    head += [said["share"]] if shares else []
    head += [said["before"], said["change"]] if found["against"] else []
    rows = [tuple(head)]
    for group in found["groups"]:
        row = [value_name(value, by["key"], lang) for value, by in zip(group["values"], found["by"], strict=True)]
        row.append(amount(group["value"], metric, lang))
        row += [f"{group['share']:.1%}" if group["share"] is not None else "–"] if shares else []
        if found["against"]:
            change = f"{group['change']:+.1%}" if group["change"] is not None else "–"
            row += [amount(group["before"], metric, lang), change]
        rows.append(tuple(row))
    return tuple(rows)


def _drawn(found: Json, told: str, lang: Lang) -> str:
    title = f"{words.text(found['metric']['name'], lang)} · {span(found['period'], lang)}"
    if found["chart"]["kind"] == "heat":
        return _heat(found, title, told, lang)
    rows = [
        Row(
            _names(group, found, lang),
            float(group["value"] or 0),
            amount(group["value"], found["metric"], lang),
            float(group["before"]) if found["against"] and group["before"] is not None else None,
        )
        for group in found["groups"]
    ]
    return (drawing.line if found["chart"]["kind"] == "line" else drawing.bars)(rows, title, told, lang)


def _rows(found: Json, lang: Lang) -> tuple[FigureRow, ...]:
    """Return the groups by their keys, with where each is drawn."""
    groups, kind = found["groups"], found["chart"]["kind"] if found["chart"] else None
    boxes: list[drawing.Box | None] = [None] * len(groups)
    if kind == "heat":
        names = _heads(found, lang)
        down, across = (list(dict.fromkeys(each)) for each in names)
        boxes = [
            drawing.heat_box(down.index(row), across.index(cell), len(across)) for row, cell in zip(*names, strict=True)
        ]
    elif kind is not None:
        boxes = list((drawing.line_boxes if kind == "line" else drawing.bar_boxes)(len(groups)))
    return tuple(
        FigureRow(keys=tuple(value["key"] for value in group["values"]), name=_names(group, found, lang), box=box)
        for group, box in zip(groups, boxes, strict=True)
    )


def _heads(found: Json, lang: Lang) -> list[list[str]]:
    """Return the names down and across of every cell of a heat map."""
    return [[value_name(group["values"][n], found["by"][n]["key"], lang) for group in found["groups"]] for n in (0, 1)]


def _heat(found: Json, title: str, told: str, lang: Lang) -> str:
    names = _heads(found, lang)
    down, across = (list(dict.fromkeys(each)) for each in names)
    cells: list[list[Row | None]] = [[None] * len(across) for _ in down]
    for row, column, group in zip(*names, found["groups"], strict=True):
        shown = amount(group["value"], found["metric"], lang)
        cells[down.index(row)][across.index(column)] = Row(row, float(group["value"] or 0), shown)
    return drawing.heat(down, across, cells, title, told, lang)


def why_card(found: Json, lang: Lang) -> TextReply | ChartReply:
    """Return `tools.analytics.types.Why` (as JSON): the change, its factors, and its parts drawn as bars."""
    said, metric = _WORDS[lang], found["metric"]
    told = [
        said["why"].format(
            name=words.text(metric["name"], lang) + only(found["filters"], lang),
            before=amount(found["before"], metric, lang), then=span(found["against"], lang),
            now=amount(found["now"], metric, lang), when=span(found["period"], lang),
            difference=amount(found["difference"], metric, lang, sign=True), change=_change(found["change"], lang),
        )
    ]  # fmt: skip
    if found["drivers"]:
        told.append(said["drivers"])
        told += [
            _driver(each, metric, lang, money=number == len(found["drivers"]) - 1)
            for number, each in enumerate(found["drivers"])
        ]
    told.append(said["parts"].format(by=words.text(found["by"]["name"], lang)))
    rows = [
        Row(
            value_name(each["value"], found["by"]["key"], lang), float(each["gave"]), amount(each["gave"], metric, lang, sign=True)
        )
        for each in found["parts"]
    ]  # fmt: skip
    if found["others"]:
        rest = said["rest"].format(count=found["others"])
        rows.append(Row(rest, float(found["rest"]), amount(found["rest"], metric, lang, sign=True)))
    told += [f"{row.name}{said['colon']}{row.shown}" for row in rows]
    told.append(said["define"].format(text=words.text(metric["definition"], lang), zone=found["timezone"]))
    text = "\n".join(told)
    leads = [
        FigureRow(keys=(each["value"]["key"],), name=row.name, box=box)
        for each, row, box in zip(found["parts"], rows, drawing.bar_boxes(len(rows)), strict=False)
    ]
    figure = FigureRef(question=found["question"], rows=tuple(leads))
    if not rows:
        return TextReply(text=text, lang=lang, figure=figure)
    head = (words.text(found["by"]["name"], lang), said["gave"], said["before"], said["value"])
    table = tuple(
        (row.name, row.shown, amount(each["before"], metric, lang), amount(each["now"], metric, lang))
        for row, each in zip(rows, found["parts"], strict=False)
    )
    return ChartReply(
        text=text, lang=lang, svg=drawing.bars(rows, told[0], text, lang), table=(head, *table), figure=figure
    )


def _driver(driver: Json, metric: Json, lang: Lang, *, money: bool) -> str:
    unit = metric if money else {"unit": "ratio"}
    return _WORDS[lang]["driver"].format(
        name=words.text(driver["name"], lang),
        before=amount(driver["before"], unit, lang),
        now=amount(driver["now"], unit, lang),
        gave=amount(driver["gave"], metric, lang, sign=True),
    )


def customers_card(found: Json, lang: Lang) -> TextReply | ChartReply:
    """Return `tools.analytics.types.Customers` (as JSON): segments as bars, or cohorts as a heat map of who came back."""
    said, when = _WORDS[lang], span(found["period"], lang)
    parts = found["segments"] or found["cohorts"]
    told = [said["groups"].format(count=f"{sum(each['customers'] for each in parts):,}", when=when)]
    meaning = said["define"].format(text=words.text(found["definition"], lang), zone=found["timezone"])
    figure = FigureRef(question=found["question"])
    if found["kind"] == "rfm":
        rows = [_segment(each, found["currency"], lang) for each in found["segments"]]
        told += [f"{row[0]}{said['colon']}{row[1]} · {row[3]}" for row in rows]
        text = "\n".join([*told, meaning])
        drawn = [Row(row[0], each["customers"], row[1]) for row, each in zip(rows, found["segments"], strict=True)]
        svg = drawing.bars(drawn, told[0], text, lang)
        return ChartReply(
            text=text, lang=lang, svg=svg, table=(tuple(said["segment"].split("|")), *rows), figure=figure
        )
    longest = max((len(each["active"]) for each in found["cohorts"]), default=0)
    told += [
        f"{each['month']}{said['colon']}{each['customers']} → {', '.join(map(str, each['active'][1:])) or '–'}"
        for each in found["cohorts"]
    ]
    text = "\n".join([*told, meaning])
    across = [said["month"].format(n=number) for number in range(longest)]
    cells = [
        [Row("", active / each["customers"], f"{active / each['customers']:.0%}") for active in each["active"]]
        for each in found["cohorts"]
    ]
    head = (*said["cohort"].split("|"), *across)
    table = tuple(
        (each["month"], str(each["customers"]), *map(str, each["active"]), *[""] * (longest - len(each["active"])))
        for each in found["cohorts"]
    )
    svg = drawing.heat([each["month"] for each in found["cohorts"]], across, cells, told[0], text, lang)
    return ChartReply(text=text, lang=lang, svg=svg, table=(head, *table), figure=figure)


def _segment(segment: Json, currency: str, lang: Lang) -> tuple[str, ...]:
    return (
        words.text(segment["name"], lang),
        f"{segment['customers']:,}",
        f"{segment['orders']:,}",
        words.money({"minor": segment["minor"], "currency": currency}, lang),
        f"{segment['recency_days']:.0f}",
    )
