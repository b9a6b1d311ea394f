"""Figures by a structured question: answered, saved as files, pressed in a conversation, pinned to the shop's board."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import httpx
import openpyxl
import pytest
from PIL import Image

from channels.testing import LiveServer
from tests.channels.test_rest import opened, problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")

BY_PRODUCT = {"arguments": {"metric": "revenue", "by": ["product"]}}
BY_CHANNEL = {"arguments": {"metric": "orders", "by": ["channel"]}}
TOTAL = {"arguments": {"metric": "orders"}}


async def owner_asks(client: httpx.AsyncClient, server: LiveServer, path: str, **body: Any) -> httpx.Response:
    return await client.post(f"/v1/{path}", json=body, headers=server.headers("merchant", "M1"))


@pytest.mark.parametrize(("lang", "name"), [("zh", "机械键盘"), ("en", "Mechanical keyboard")])
async def test_a_question_is_answered_with_figures_and_the_reply_that_shows_them(
    client: httpx.AsyncClient, server: LiveServer, lang: str, name: str
) -> None:
    answer = (await owner_asks(client, server, "figures", question=BY_PRODUCT, lang=lang)).json()
    [group] = answer["figures"]["groups"]
    assert group["value"] == answer["figures"]["total"] > 0
    assert answer["figures"]["question"] == {"tool": "shop_figures", **BY_PRODUCT}
    figure = answer["reply"]["figure"]
    assert figure["question"] == answer["figures"]["question"]
    assert [(row["keys"], row["name"]) for row in figure["rows"]] == [(["P1"], name)]


@pytest.mark.parametrize("path", ["figures", "figures/export", "board", "conversations/cnv_x/figures"])
@pytest.mark.parametrize("role", ["shopper", "agent"])
async def test_figures_are_for_merchants(client: httpx.AsyncClient, server: LiveServer, path: str, role: Any) -> None:
    body: dict[str, Any] = {"question": TOTAL}
    body |= {"format": "csv"} if path.endswith("export") else {}
    body |= {"client_id": "c"} if path.endswith("x/figures") else {}
    response = await client.post(f"/v1/{path}", json=body, headers=server.headers(role, "C1"))
    assert problem_code(response) == (403, "forbidden")
    assert problem_code(await client.post(f"/v1/{path}", json=body)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "question",
    [
        {"arguments": {"metric": "happiness"}},
        {"tool": "cancel_order", "arguments": {}},
        {"tool": ["shop_figures"], "arguments": {"metric": "orders"}},
        {"arguments": "orders"},
        {"tool": "figure_records", "arguments": {"metric": "orders"}},
        {"arguments": {"metric": "revenue", "period": {"first": "2026-02-02", "last": "2026-01-01"}}},
    ],
)
async def test_a_question_that_is_none_is_refused(client: httpx.AsyncClient, server: LiveServer, question: Any) -> None:
    assert problem_code(await owner_asks(client, server, "figures", question=question)) == (422, "invalid")


async def test_what_the_figures_cannot_tell_is_said_in_the_readers_language(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    question = {"arguments": {"metric": "tickets", "by": ["product"]}}
    for lang, said in (("en", "not recorded by"), ("zh", "没有按")):
        headers = {**server.headers("merchant", "M1"), "Accept-Language": lang}
        refused = await client.post("/v1/figures", json={"question": question}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "no_such_cut")
        assert said in refused.json()["detail"]


async def test_csv_opens_in_a_spreadsheet_with_money_in_major_units(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    response = await owner_asks(client, server, "figures/export", question=BY_PRODUCT, format="csv", lang="zh")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.search(
        r"filename\*=UTF-8''%E9%94%80%E5%94%AE%E9%A2%9D-\d{4}-\d\d-\d\d\.csv$", response.headers["content-disposition"]
    )
    assert response.content.startswith(b"\xef\xbb\xbf")
    head, [name, value, currency] = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert head == ["商品", "销售额", "币种"]
    figures = (await owner_asks(client, server, "figures", question=BY_PRODUCT)).json()["figures"]
    assert (name, Decimal(value), currency) == (
        "机械键盘",
        Decimal(figures["total"]) / 100,
        figures["metric"]["currency"],
    )


async def test_a_workbook_holds_numbers_and_says_what_they_mean(client: httpx.AsyncClient, server: LiveServer) -> None:
    compared = {
        "arguments": {
            **BY_PRODUCT["arguments"],
            "period": {"first": "2026-01-01", "last": "2027-12-31"},
            "against": "before",
        }
    }
    response = await owner_asks(client, server, "figures/export", question=compared, format="xlsx", lang="en")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    table, about = book.worksheets
    assert [cell.value for cell in table[1]] == ["product", "revenue", "Compared", "Change", "Currency"]
    assert all(isinstance(row[1].value, int | float) for row in table.iter_rows(min_row=2))
    told = {row[0].value: row[1].value for row in about.iter_rows()}
    assert told["Period"] == "2026-01-01 to 2027-12-31"
    assert "pieces times unit price" in str(told["Meaning"])
    assert {"Filters", "Time zone", "Asked at", "Total", "Currency"} <= set(told)


@pytest.mark.parametrize("question", [BY_PRODUCT, TOTAL, {"tool": "customer_groups", "arguments": {"kind": "rfm"}}])
@pytest.mark.parametrize("kind", ["png", "csv", "xlsx"])
async def test_every_figure_can_be_saved(
    client: httpx.AsyncClient, server: LiveServer, question: Any, kind: str
) -> None:
    response = await owner_asks(client, server, "figures/export", question=question, format=kind, lang="en")
    assert response.status_code == 200, response.text
    if kind == "png":
        assert Image.open(io.BytesIO(response.content)).size[0] == 1280


async def test_a_row_leads_to_the_narrower_question_and_to_its_records(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    conversation = await opened(client, server.headers("merchant", "M1"))
    path = f"conversations/{conversation}/figures"
    row = {"question": BY_CHANNEL, "at": ["web"], "names": ["web shop"]}
    turn = (await owner_asks(client, server, path, client_id="f1", **row)).json()
    [action] = turn["actions"]
    assert action["tool"] == "shop_figures"
    assert action["arguments"] == {
        "metric": "orders", "by": ["category"], "filters": [{"dimension": "channel", "values": ["web"]}],
    }  # fmt: skip
    again = (await owner_asks(client, server, path, client_id="f1", **row)).json()
    assert again["seq"] == turn["seq"]  # nothing was asked twice
    records = (await owner_asks(client, server, path, client_id="f2", records=True, **row)).json()
    assert records["actions"][0]["tool"] == "figure_records"
    assert re.search(r"W\d+", records["replies"][0]["text"])
    events = (
        await client.get(f"/v1/conversations/{conversation}/events", headers=server.headers("merchant", "M1"))
    ).json()
    said = [each["event"]["text"] for each in events if each["event"]["type"] == "message_received"]
    assert said == ["orders › web shop › by category", "orders › web shop › the records behind"]


@pytest.mark.parametrize("at", [["web", "app"], []])
async def test_a_row_that_the_figure_has_not_leads_nowhere(
    client: httpx.AsyncClient, server: LiveServer, at: list[str]
) -> None:
    conversation = await opened(client, server.headers("merchant", "M1"))
    question = {"tool": "customer_groups", "arguments": {"kind": "rfm"}} if not at else BY_CHANNEL
    body = {"client_id": "f1", "question": question, "at": at, "records": not at}
    refused = await owner_asks(client, server, f"conversations/{conversation}/figures", **body)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_such_row")


async def test_nobody_presses_in_anothers_conversation(client: httpx.AsyncClient, server: LiveServer) -> None:
    conversation = await opened(client, server.headers("merchant", "M2"))
    body = {"client_id": "f1", "question": TOTAL}
    refused = await owner_asks(client, server, f"conversations/{conversation}/figures", **body)
    assert problem_code(refused) == (404, "unknown_conversation")


async def test_the_board_is_the_shops_and_keeps_its_order(client: httpx.AsyncClient, server: LiveServer) -> None:
    other = server.headers("merchant", "M2")
    for question in (TOTAL, BY_PRODUCT, BY_CHANNEL, TOTAL):
        board = (await owner_asks(client, server, "board", question=question)).json()
    assert [pin["question"]["arguments"] for pin in board["pins"]] == [
        each["arguments"] for each in (TOTAL, BY_PRODUCT, BY_CHANNEL)
    ]  # the same again is pinned once
    last = board["pins"][2]["id"]
    board = (await owner_asks(client, server, f"board/{last}", place=0, title="渠道")).json()
    assert [pin["title"] for pin in board["pins"]] == ["渠道", "", ""]
    assert (await client.get("/v1/board", headers=other)).json() == board
    for pin in board["pins"]:
        board = (await client.post(f"/v1/board/{pin['id']}/unpin", headers=other)).json()
    assert board == {"pins": []}
    gone = await owner_asks(client, server, f"board/{last}", title="x")
    assert (gone.status_code, gone.json()["code"]) == (422, "pin_not_found")
    assert problem_code(await owner_asks(client, server, "board", question=TOTAL, title="x" * 81)) == (422, "invalid")
