from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialogue.flows import FlowError, load_flows
from tools.toolset import all_tools

DOCUMENT = Path(__file__).parents[2] / "docs" / "add-a-flow.md"


def example() -> str:
    """Return the flow that the documentation shows."""
    found = re.search(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_every_shipped_flow_calls_tools_that_exist() -> None:
    assert "return_items" in load_flows(tools=all_tools())


def test_the_documented_flow_loads_from_a_shops_own_folder(tmp_path: Path) -> None:
    (tmp_path / "warranty_claim.yaml").write_text(example(), encoding="utf-8")
    flow = load_flows(tmp_path, tools=all_tools())["warranty_claim"]
    assert [step.kind for step in flow.steps] == ["collect", "collect", "say", "hand_over"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("collect: order", "collect: nothing", "no slot 'nothing'"),
        ("- collect: order", "- call: {tool: no_such_tool}", "unknown tool 'no_such_tool'"),
        ("type: order}", "type: ordre}", "Input should be"),
        ("hand_over:", "hand_ower:", "hand_ower"),
    ],
)
def test_a_mistake_in_a_flow_says_what_was_expected(tmp_path: Path, before: str, after: str, expected: str) -> None:
    (tmp_path / "mine.yaml").write_text(example().replace(before, after, 1), encoding="utf-8")
    with pytest.raises(FlowError, match=re.escape(expected)):
        load_flows(tmp_path, tools=all_tools())
