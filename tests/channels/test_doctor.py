"""The doctor finds what is broken, says how to mend it, and changes nothing."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.channels.test_cli import as_json, xiaoer
from tests.tools.external.courier import declaration, write_file


def examined(data: Path) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the exit status and the findings by name."""
    result = xiaoer("doctor", "--json", data=data)
    return result.exit_code, {check["name"]: check for check in json.loads(result.stdout)["checks"]}


def revised(number: str) -> Callable[[Path], None]:
    def change(data: Path) -> None:
        with contextlib.closing(sqlite3.connect(data / "shop.db")) as connection:
            connection.execute("update alembic_version set version_num = ?", (number,))
            connection.commit()

    return change


def own_flow(content: bytes) -> Callable[[Path], None]:
    def change(data: Path) -> None:
        (data / "flows").mkdir()
        (data / "flows" / "mine.yaml").write_bytes(content)

    return change


def no_index(data: Path) -> None:
    shutil.rmtree(data / "indexes")


def no_database(data: Path) -> None:
    (data / "shop.db").write_bytes(b"no database" * 1000)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "name", "status", "words"),
    [
        (revised("0000"), "shop", "warn", "the next start brings them up to date"),
        (revised("9999"), "shop", "fail", "start the version that wrote it"),
        (no_database, "shop", "fail", "a copy of shop.db"),
        (no_index, "indexes", "warn", "the next start makes them"),
        (own_flow(b"id: [x"), "own files", "fail", "mine.yaml"),
        (own_flow("id: 退货".encode("gb18030")), "own files", "fail", "UTF-8"),
    ],
)
def test_what_is_broken_is_named_with_what_mends_it(
    demo_data: Path, broken: Callable[[Path], None], name: str, status: str, words: str
) -> None:
    assert {check["status"] for check in examined(demo_data)[1].values()} <= {"ok", "warn"}
    broken(demo_data)
    code, found = examined(demo_data)
    assert (code, found[name]["status"]) == (1 if status == "fail" else 0, status)
    assert words in f"{found[name]['detail']} {found[name]['mend']}"


def test_looking_makes_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "shop.db").touch()
    for data in (empty, tmp_path / "none"):
        assert examined(data)[1]["shop"]["status"] == "warn"
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_every_external_server_is_asked_what_it_offers(tmp_path: Path) -> None:
    calls = tmp_path / "calls.jsonl"
    there, changed = declaration(calls), declaration(calls)
    changed["tools"] = {**changed["tools"], "track": {**changed["tools"]["slow"], "there": "track_parcel"}}
    for name in list(there["tools"]):
        changed["tools"].pop(name, None)
    write_file(
        tmp_path, courier=there, renamed=changed, gone={**declaration(calls), "command": "no-such-mcp", "tools": {}}
    )
    code, findings = examined(tmp_path)
    assert code == 0
    assert (findings["mcp: courier"]["status"], findings["mcp: courier"]["detail"]) == (
        "ok",
        "answers; 6 of its 7 tools are declared, not wipe",
    )
    assert findings["mcp: renamed"]["status"] == "warn"
    assert "track: it offers no 'track_parcel', only big, book_pickup" in findings["mcp: renamed"]["detail"]
    assert findings["mcp: gone"]["status"] == "warn"
    assert "no-such-mcp" in findings["mcp: gone"]["detail"]
    assert "mend servers.gone in mcp.yaml" in findings["mcp: gone"]["mend"]
    assert "own files" in findings


def test_the_list_of_tools_has_those_of_external_servers(tmp_path: Path) -> None:
    write_file(tmp_path, courier=declaration(tmp_path / "calls.jsonl"))
    listed = as_json(xiaoer("tools", "list", "--json", data=tmp_path))["tools"]
    servers = {tool["name"]: tool["server"] for tool in listed}
    assert (servers["book_pickup"], servers["cancel_order"]) == ("courier", "")
    assert "(server courier)" in xiaoer("tools", "list", data=tmp_path).stdout
    write_file(tmp_path, courier={**declaration(tmp_path / "calls.jsonl"), "timeout_s": "soon"})
    failed = xiaoer("tools", "list", data=tmp_path)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "mcp.yaml, line" in failed.stderr
