"""``xiaoer accounts``, ``audit`` and ``customers``: on a shop of its own, from nothing to a customer who was erased."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path

import pytest

from channels.auth import Tokens
from channels.testing import TEST_SECRET, small_platform
from tests.channels.test_cli import as_json, xiaoer


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "data"

    async def lay() -> None:
        async with small_platform(folder):
            pass

    asyncio.run(lay())
    return folder


def test_an_account_is_made_listed_disabled_and_opened_again(data: Path) -> None:
    added = xiaoer(
        "accounts", "add", "Boss", "--role", "supervisor", "--json", data=data, given="correct horse battery\n"
    )
    assert as_json(added) == {"name": "boss", "role": "supervisor", "one_time_password": None}
    given = as_json(
        xiaoer(
            "accounts",
            "add",
            "anna",
            "--role",
            "agent",
            "--language",
            "en",
            "--skill",
            "returns",
            "--one-time",
            "--json",
            data=data,
        )
    )
    assert str(given["one_time_password"]).count("-") == 3
    assert as_json(xiaoer("accounts", "disable", "anna", "--json", data=data))["active"] is False
    listed = as_json(xiaoer("accounts", "list", "--json", data=data))["accounts"]
    assert [(row["name"], row["role"], row["active"], row["skills"]) for row in listed] == [
        ("anna", "agent", False, ["returns"]),
        ("boss", "supervisor", True, []),
    ]
    assert as_json(xiaoer("accounts", "enable", "anna", "--json", data=data))["active"] is True
    assert "anna may sign in" in xiaoer("accounts", "password", "anna", data=data, given="another good phrase\n").stdout
    assert xiaoer("accounts", "unlock", "anna", data=data).exit_code == 0
    assert xiaoer("accounts", "unlock", "--address", "10.0.0.1", data=data).exit_code == 0
    audit = as_json(xiaoer("audit", "--object", "account:anna", "--json", data=data))["rows"]
    assert [row["tool"] for row in audit] == [
        "unlock_account", "set_password", "enable_account", "disable_account", "add_account",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "given", "code", "says"),
    [
        (["add", "ben", "--role", "agent"], "short\n", 1, "at least 10"),
        (["add", "ben", "--role", "agent"], "", 2, "expected a password on stdin"),
        (["add", "two words", "--role", "agent", "--one-time"], None, 1, "no spaces"),
        (["add", "ben", "--role", "king"], None, 2, "king"),
        (["disable", "nobody"], None, 1, "no account nobody"),
        (["unlock"], None, 2, "--address"),
    ],
)
def test_what_cannot_be_done_is_said(data: Path, arguments: list[str], given: str | None, code: int, says: str) -> None:
    done = xiaoer("accounts", *arguments, data=data, given=given)
    assert (done.exit_code, says in done.output) == (code, True), done.output


def test_a_customer_is_exported_and_erased_once(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "c7.zip"
    assert as_json(xiaoer("customers", "export", "C7", str(file), "--json", data=data))["customer"] == "C7"
    with zipfile.ZipFile(file) as archive:
        assert [row["id"] for row in json.loads(archive.read("data.json"))["tables"]["order"]] == ["W7"]
    asked = xiaoer("customers", "erase", "C7", data=data, given="")
    assert (asked.exit_code, "--yes" in asked.output) == (2, True)
    first = as_json(xiaoer("customers", "erase", "C7", "--yes", "--json", data=data))
    again = as_json(xiaoer("customers", "erase", "C7", "--yes", "--json", data=data))
    assert (first["before"], again["before"], first["counts"]["order"]) == (False, True, 1)
    assert (first["receipt"], first["pseudonym"]) == (again["receipt"], again["pseudonym"])
    assert xiaoer("customers", "export", "C7", str(file), data=data).exit_code == 1
    assert "no such customer" in xiaoer("customers", "erase", "C777", "--yes", data=data).output


def test_a_shop_that_is_replaced_keeps_its_accounts_and_says_who_is_back(data: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.zip"
    assert xiaoer("export", str(before), data=data).exit_code == 0
    with zipfile.ZipFile(before) as archive:
        assert "tables/account.jsonl" not in archive.namelist()
    xiaoer("customers", "erase", "C8", "--yes", data=data)
    assert xiaoer("import", "xiaoer", str(before), "--replace", data=data).exit_code == 0
    report = xiaoer("import", "xiaoer", str(before), data=data).output
    assert "C8" in report
    assert "boss" in xiaoer("accounts", "list", data=data).output
    again = as_json(xiaoer("customers", "erase", "C8", "--yes", "--json", data=data))
    assert again["before"] is False


def test_only_agents_supervise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XIAOER_SECRET", TEST_SECRET)
    given = xiaoer("token", "--role", "agent", "--subject", "anna", "--supervisor", data=tmp_path).stdout.strip()
    assert Tokens(TEST_SECRET).verify(given).supervisor
    assert xiaoer("token", "--role", "merchant", "--supervisor", data=tmp_path).exit_code == 2
