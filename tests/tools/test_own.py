from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import blocks
from tools.own import OwnToolError, own_tools

[EXAMPLE] = blocks("add-a-tool", "python")


def laid(tmp_path: Path, text: str = EXAMPLE, name: str = "mine.py") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_documented_file_is_a_tool(tmp_path: Path) -> None:
    [(name, tool)] = own_tools(laid(tmp_path)).items()
    assert (name, tool.name, tool.effect, tool.confirm) == ("add_note", "add_note", "write", True)
    assert tool.roles == {"shopper", "agent"}
    assert (tool.arguments.__name__, tool.evidence.__name__) == ("AddNote", "NoteAdded")
    assert (tool.description_en, tool.description_zh) == ("Add a note for the courier.", "给快递员留言。")


def test_a_shop_without_tools_has_none(tmp_path: Path) -> None:
    assert own_tools(tmp_path / "nowhere") == {}


def test_what_a_file_imports_is_not_taken_for_its_own(tmp_path: Path) -> None:
    text = EXAMPLE + "\n\nfrom tools.orders.cancel import cancel_order\n"
    assert list(own_tools(laid(tmp_path, text), taken=["cancel_order"])) == ["add_note"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("import own_order", "import own_ordr", "mine.py, line 3: ImportError: cannot import name 'own_ordr'"),
        ("class AddNote(Arguments):", "class AddNote(Arguments)", "mine.py, line 6: SyntaxError: expected ':'"),
        ("preview=plan_note, ", "", "a write that needs consent needs a preview to consent to"),
        (
            "-> NoteAdded:\n    planned",
            "-> str:\n    planned",
            "expected run() annotated to return a subclass of Evidence",
        ),
        ('zh="给快递员留言。"', 'zh=""', "tool 'add_note' lacks a description: expected en= and zh="),
        ('@tool("write"', 'tool("write"', "expected a tool: an async function under @tool(...)"),
    ],
)
def test_a_mistake_in_a_file_says_file_line_and_what_is_wrong(
    tmp_path: Path, before: str, after: str, expected: str
) -> None:
    assert before in EXAMPLE
    with pytest.raises(OwnToolError, match=re.escape(expected)):
        own_tools(laid(tmp_path, EXAMPLE.replace(before, after, 1)))


def test_a_shipped_name_cannot_be_taken_and_none_twice(tmp_path: Path) -> None:
    with pytest.raises(OwnToolError, match="there is a tool 'add_note' already"):
        own_tools(laid(tmp_path), taken=["add_note"])
    with pytest.raises(OwnToolError, match=r"second\.py: there is a tool 'add_note' already"):
        own_tools(laid(tmp_path, name="second.py"))


@pytest.mark.parametrize("of", ["", "mine.py"])
def test_what_everybody_may_write_is_not_run(tmp_path: Path, of: str) -> None:
    laid(tmp_path, "raise RuntimeError('was run')")
    (tmp_path / of).chmod(0o777)
    with pytest.raises(OwnToolError, match="everybody may write it"):
        own_tools(tmp_path)
