from __future__ import annotations

import ast
import re
from pathlib import Path

import tools.orders

KINDS = {"ArgumentError": "mendable", "RefusedError": "final", "NeedsPersonError": "person", "_refused": "final"}
FOLDER = Path(tools.orders.__file__).parent
SOURCES = [*FOLDER.glob("*.py"), FOLDER.parent / "ownership.py"]


def documented() -> dict[str, str]:
    rows = re.findall(r"^([a-z_]+) +(mendable|final|person) ", tools.orders.__doc__ or "", re.MULTILINE)
    return dict(rows)


def raised() -> dict[str, str]:
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in KINDS:
                    found[str(node.args[0].value)] = KINDS[name]
    return found


def test_the_table_lists_every_code_that_is_raised_and_no_other() -> None:
    # An entry of the address book is the customer tools' business.
    assert {code: kind for code, kind in raised().items() if code != "address_not_found"} == documented()
