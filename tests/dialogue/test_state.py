"""The state, and the copies of it that a turn works on."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dialogue.state import Frame, Memory, copy_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.dictionaries(st.text(max_size=5), PLAIN, max_size=4))
def test_what_a_turn_changes_in_its_copy_of_a_frame_stays_out_of_the_state(results: dict[str, Any]) -> None:
    frame = Frame(id=1, flow="return", results=results, slots={"lines": [{"line_id": "a"}]}, asked={"order": 1})
    before = frame.model_dump_json()

    copied = copy_of(frame)
    assert copied == frame
    _spoil(copied.results)
    _spoil(copied.slots)
    copied.asked["order"] += 1
    copied.receipts.append("rcp_1")

    assert frame.model_dump_json() == before


def test_a_copy_of_the_memory_has_lists_of_its_own() -> None:
    memory = Memory(focus_products=["p1"], last_search={"options": {"color": "red"}})

    copied = copy_of(memory)
    copied.focus_products.append("p2")
    copied.last_search["options"]["color"] = "blue"

    assert memory == Memory(focus_products=["p1"], last_search={"options": {"color": "red"}})


def _spoil(value: Any) -> None:
    """Change every list and object within a value."""
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _spoil(part)
    if isinstance(value, dict):
        value["spoilt"] = True
    elif isinstance(value, list):
        value.append("spoilt")
