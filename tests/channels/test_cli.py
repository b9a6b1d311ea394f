"""The command line: one JSON object or a readable answer on stdout, honest exit codes, quick to start."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from channels import cli
from channels.auth import tokens
from channels.cli import app
from channels.console import holding, progress_bar
from channels.settings import Settings
from tests.channels.test_media import picture

runner = CliRunner()


def xiaoer(*arguments: str, data: Path | None = None, given: str | bytes | None = None) -> Result:
    extra = ["--data", str(data)] if data is not None else []
    return runner.invoke(app, [*arguments, *extra], input=given)


def as_json(result: Result) -> dict[str, Any]:
    """The one JSON object of a command that succeeded."""
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    return dict(json.loads(result.stdout))


def test_help_comes_at_once_and_lists_what_works() -> None:
    best = 9.0
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "channels", "--help"], capture_output=True, text=True, check=True)
        best = min(best, time.perf_counter() - started)
        if best < 1:
            break
    assert best < 1
    for command in ("serve", "chat", "say", "token", "import", "export", "replay", "doctor", "tools", "mcp"):
        assert f"  {command}" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["dance"],
        ["say"],
        ["say", "hi", "--role", "king"],
        ["say", "hi", "--image", "/nowhere/a.png"],
        ["token"],
        ["import", "shopify", "/nowhere"],
        ["import", "sap", "."],
        ["tools", "call", "get_order", "{"],
        ["tools", "call", "get_order", "[]"],
        ["serve", "--port", "99999"],
        ["say", "hi", "--as", "\udcc4\udce3"],
        ["say", "hi", "--as", " "],
        ["say", "hi", "--conversation", "\udcc4\udce3"],
        ["replay", "a\nb"],
        ["token", "--role", "shopper", "--subject", ""],
    ],
)
def test_a_wrong_call_ends_with_2_and_changes_nothing(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = xiaoer(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unsafe_setting_ends_with_2_and_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOER_ENVIRONMENT", "production")
    monkeypatch.setenv("XIAOER_SECRET", "changeme")
    result = xiaoer("token", "--role", "agent", data=tmp_path)
    assert result.exit_code == 2
    assert "XIAOER_SECRET" in result.stderr
    assert "changeme" not in result.stderr


@pytest.mark.parametrize("address", ["rubbish", "mysql://me:my-password@host/shop"])
def test_a_database_that_is_none_of_ours_ends_with_2_and_shows_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("XIAOER_DATABASE_URL", address)
    result = xiaoer("doctor", data=tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "postgresql://" in result.stderr
    assert "my-password" not in result.stderr


@pytest.mark.parametrize("arguments", [["say", "hi"], ["token", "--role", "agent"], ["tools", "call", "get_profile"]])
def test_a_data_folder_that_is_a_file_ends_with_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "file").write_bytes(b"not a folder")
    result = xiaoer(*arguments, data=tmp_path / "file")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot be used" in result.stderr


def test_where_stderr_is_no_terminal_slow_work_says_its_beginning_and_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bar("importing") as step:
        step("orders", 0.0)
        step("pictures", 0.5)
    with progress_bar("nothing to do"):
        pass
    with contextlib.suppress(OSError), progress_bar("exporting") as step:
        step("orders", 0.0)
        raise OSError("full")
    lines = ["xiaoer: importing ...", "xiaoer: done in 0 s", "xiaoer: exporting ..."]
    assert capsys.readouterr().err.splitlines() == lines


def test_of_conversations_that_are_held_those_with_words_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (None, {"a": "a: hello", "b": ""}.__getitem__):
        with holding(2, str, words) as (progress, held):
            progress("learning", 0.5)
            held("a")
            held("b")
    lines = ["xiaoer: holding conversations ...", "xiaoer: done in 0 s"]
    assert capsys.readouterr().err.splitlines() == [*lines, lines[0], "a: hello", lines[1]]


def test_an_answer_that_cannot_be_written_ends_with_1_and_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "channels", "tools", "list"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "xiaoer: No space left on device")
    assert "Traceback" not in done.stderr


def test_an_error_of_the_system_without_words_of_its_own_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raise_error() -> None:
        raise OSError("the disk went away")

    monkeypatch.setattr(cli, "app", raise_error)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "xiaoer: the disk went away\n"


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, *arguments: str) -> bytes:
    """What the program writes to a terminal of this encoding."""
    terminal = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", terminal)
        patched.setattr(sys, "argv", ["xiaoer", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert not ended.value.code
    terminal.flush()
    return bytes(terminal.buffer.getvalue())


@pytest.mark.parametrize("encoding", ["gbk", "latin-1", "utf-8"])
def test_a_terminal_of_another_encoding_gets_its_answer_too(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, as_object = [printed(monkeypatch, encoding, "tools", "list", *more) for more in ([], ["--json"])]
    assert "cancel_order" in text.decode(encoding)
    assert any("取消" in tool["description_zh"] for tool in json.loads(as_object.decode(encoding))["tools"])


def test_a_token_is_printed_and_nothing_else(tmp_path: Path) -> None:
    issuer = tokens(Settings(data=tmp_path))
    for arguments, expected in (
        (["--role", "agent", "--subject", "A7"], ("agent", "A7", False)),
        (["--role", "shopper", "--subject", "C1007"], ("shopper", "C1007", False)),
        (["--role", "merchant"], ("merchant", "merchant", False)),
    ):
        caller = issuer.verify(xiaoer("token", *arguments, data=tmp_path).stdout.strip())
        assert (caller.role, caller.subject, caller.visitor) == expected
    lines = xiaoer("token", "--role", "shopper", "--subject", "C1", "--subject", "C2", data=tmp_path).stdout.split()
    assert [issuer.verify(line).subject for line in lines] == ["C1", "C2"]
    visitors = [issuer.verify(xiaoer("token", "--role", "shopper", data=tmp_path).stdout.strip()) for _ in range(2)]
    assert all(visitor.visitor for visitor in visitors)
    assert visitors[0] != visitors[1]


def test_the_tools_are_listed_without_any_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listed = as_json(xiaoer("tools", "list", "--json"))["tools"]
    assert {"cancel_order", "search_products", "hand_over"} <= {tool["name"] for tool in listed}
    assert "cancel_order" in xiaoer("tools", "list").stdout
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_shop_nothing_is_replayed_or_exported(tmp_path: Path) -> None:
    for arguments in (["replay", "cnv_x"], ["export", str(tmp_path / "out")]):
        result = xiaoer(*arguments, data=tmp_path / "none")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "there is no shop" in result.stderr


def test_the_doctor_says_what_is_there_and_what_to_do(tmp_path: Path) -> None:
    report = as_json(xiaoer("doctor", "--json", data=tmp_path / "new"))
    found = {check["name"]: check for check in report["checks"]}
    assert report["ok"] is True
    assert found["python"]["status"] == "ok"
    assert found["shop"]["status"] == "warn"
    assert "xiaoer serve" in found["shop"]["mend"]
    broken = tmp_path / "file"
    broken.write_bytes(b"not a folder")
    result = xiaoer("doctor", data=broken / "data")
    assert result.exit_code == 1
    assert "fail" in result.stdout


@pytest.mark.slow
def test_say_answers_in_words_or_as_one_object(demo_data: Path) -> None:
    assert xiaoer("say", "你好", data=demo_data).stdout.strip()
    turn = as_json(xiaoer("say", "where is my order D1002000004", "--as", "C1002", "--json", data=demo_data))
    assert set(turn) >= {"conversation_id", "seq", "handled_by", "replies", "understanding", "actions", "ticket", "ms"}
    assert turn["understanding"]["intent"] == "track_order"
    assert "D1002000004" in json.dumps(turn["replies"])


@pytest.mark.slow
def test_say_goes_on_only_with_a_named_conversation(demo_data: Path) -> None:
    first = as_json(xiaoer("say", "取消订单 D1001000001，不想要了", "--as", "C1001", "--json", data=demo_data))
    other = as_json(xiaoer("say", "是的", "--as", "C1001", "--json", data=demo_data))
    assert other["conversation_id"] != first["conversation_id"]
    assert [action["receipt"] for action in other["actions"]] == []
    named = ["--conversation", first["conversation_id"], "--json"]
    done = as_json(xiaoer("say", "是的，确认", *named, data=demo_data))
    assert done["conversation_id"] == first["conversation_id"]
    assert [action["status"] for action in done["actions"]] == ["ok"]
    assert done["actions"][0]["receipt"]
    stranger = xiaoer("say", "是的", "--as", "C1002", *named, data=demo_data)
    assert (stranger.exit_code, stranger.stdout) == (1, "")


@pytest.mark.slow
def test_what_fails_ends_with_1_and_one_sentence(demo_data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(picture("PNG")[:60])
    for arguments in (
        ["say", ""],
        ["say", "长" * 20_000],
        ["say", "hi", "--as", "C_nobody"],
        ["say", "hi", "--conversation", "cnv_unknown"],
        ["say", "hi", "--image", str(broken)],
        ["replay", "cnv_unknown"],
        ["export", str(broken)],
        ["tools", "call", "cancel_order", '{"order_id": "D1001000001"}', "--as", "C1002"],
    ):
        result = xiaoer(*arguments, data=demo_data)
        assert result.exit_code == 1, arguments
        assert "Traceback" not in result.output
        assert result.output.strip()


@pytest.mark.slow
def test_a_picture_can_be_sent_along(demo_data: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    good.write_bytes(picture("PNG"))
    turn = as_json(xiaoer("say", "", "--image", str(good), "--json", data=demo_data))
    events = as_json(xiaoer("replay", turn["conversation_id"], "--json", data=demo_data))["events"]
    received = [each["event"] for each in events if each["event"]["type"] == "message_received"]
    assert [attachment["kind"] for attachment in received[0]["attachments"]] == ["image"]


@pytest.mark.slow
def test_a_tool_is_called_with_consent(demo_data: Path) -> None:
    call = ["tools", "call", "cancel_order", '{"order_id": "D1002000001"}', "--as", "C1002", "--json"]
    shown = as_json(xiaoer(*call, data=demo_data))
    assert (shown["status"], shown["receipt"]) == ("needs_confirmation", None)
    done = as_json(xiaoer(*call, "--yes", data=demo_data))
    assert done["status"] == "ok"
    assert done["receipt"]
    assert (
        "products"
        in as_json(xiaoer("tools", "call", "search_products", '{"query": "keyboard"}', "--json", data=demo_data))[
            "result"
        ]
    )


@pytest.mark.slow
def test_a_chat_reads_lines_until_it_is_left(demo_data: Path) -> None:
    result = xiaoer(
        "chat",
        "--lang",
        "en",
        "--as",
        "C1002",
        data=demo_data,
        given="hello\n\nplease cancel an order\n1\n/quit\nlost\n",
    )
    assert result.exit_code == 0
    assert "1. D1002" in result.stdout
    assert "lost" not in result.stdout
    conversation = result.stderr.split()[0]
    steps = xiaoer("replay", conversation, data=demo_data).stdout
    for part in ("shopper > hello", "understood en", "decided", "bot <", "cancel_order"):
        assert part in steps


@pytest.mark.slow
def test_a_line_that_is_no_message_is_refused_and_the_chat_goes_on(demo_data: Path) -> None:
    lines = (b"\xff\xfe\x00\x01" * 9, "你好".encode("gb18030"), b"x" * 20_000, b"\x07\x08" * 9, b"hello")
    result = xiaoer("chat", "--lang", "en", data=demo_data, given=b"\n".join(lines))
    assert result.exit_code == 0
    assert result.stderr.count("xiaoer: ") == 4
    assert len(result.stdout.strip().splitlines()) >= 2


@pytest.mark.slow
def test_an_import_into_a_new_folder_builds_no_demo_and_comes_back_equal(demo_shop: Path, tmp_path: Path) -> None:
    exported = as_json(xiaoer("export", str(tmp_path / "out"), "--json", data=demo_shop))
    fresh = tmp_path / "fresh"
    report = as_json(xiaoer("import", "xiaoer", str(tmp_path / "out"), "--json", data=fresh))
    assert report["refused"] == 0
    again = as_json(xiaoer("export", str(tmp_path / "again"), "--json", data=fresh))
    assert again["tables"] == exported["tables"]
    checks = {check["name"]: check["detail"] for check in as_json(xiaoer("doctor", "--json", data=fresh))["checks"]}
    assert "Xiaoer Select" in checks["shop"]


@pytest.mark.slow
def test_an_imported_tau_retail_shop_answers_without_a_demo(tmp_path: Path) -> None:
    default = Path(__file__).parents[3] / "shared" / "data"
    source = Path(os.environ.get("XIAOER_TEST_DATA", default)) / "tau2_retail"
    if not source.exists():
        pytest.skip("no tau-retail data here")
    report = as_json(xiaoer("import", "tau-retail", str(source), "--json", data=tmp_path))
    assert report["tables"]["customer"]["kept"] == 500
    text = "I want to cancel order #W2378156. I'm Yusuf Rossi, zip 19122"
    turn = as_json(xiaoer("say", text, "--json", data=tmp_path))
    assert "verify_customer" in [action["tool"] for action in turn["actions"]]
    assert "Xiaoer Select" not in xiaoer("doctor", data=tmp_path).stdout


def test_the_brief_is_printed_in_both_languages_and_as_json(demo_data: Path) -> None:
    found = as_json(xiaoer("brief", "--json", data=demo_data))
    assert (found["weeks"], len(found["figures"])) == (12, 11)
    told = xiaoer("brief", "--lang", "zh", "--date", found["day"], data=demo_data).stdout
    assert f"{found['day']}（周" in told
    refused = xiaoer("brief", "--lang", "en", "--date", "2999-01-01", data=demo_data)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "is not over yet" in refused.stderr
