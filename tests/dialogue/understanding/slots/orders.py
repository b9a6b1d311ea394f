"""A few messages with their slots marked, in both languages: [thing] and {day}."""

from __future__ import annotations

import re

from dialogue.understanding.slots import Example, Slot

_MARKED = [
    "please send the [green kettle] on {Monday}", "I need the [desk lamp] by {Friday}", "deliver my [blue scarf] {tomorrow}",
    "can the [tea set] come on {Sunday}", "send the [chair] {next week}", "the [red lamp] should arrive by {Tuesday}",
    "when can you send a [wool scarf]", "deliver the [tea set] by {Monday} please", "I ordered a [kettle] {yesterday}",
    "bring the [green chair] on {Friday}", "is the [lamp] here {tomorrow}", "thank you very much", "hello there",
    "请在{周一}寄出[绿色水壶]", "[台灯]{周五}之前能到吗", "{明天}把[蓝色围巾]送来", "[茶具]{周日}能送吗", "{下周}寄[椅子]给我",
    "[红色台灯]{周二}前要到", "[羊毛围巾]什么时候寄", "请{周一}送[茶具]", "我{昨天}买了[水壶]", "{周五}把[绿色椅子]送来",
    "[台灯]{明天}能到吗", "非常感谢", "你好",
]  # fmt: skip
_MARK = re.compile(r"\[(?P<thing>[^]]+)\]|\{(?P<day>[^}]+)\}")


def example(marked: str, intent: str = "") -> Example:
    """Read the marks of a message."""
    text = ""
    slots = []
    end = 0
    for match in _MARK.finditer(marked):
        text += marked[end : match.start()]
        label = str(match.lastgroup)
        slots.append(Slot(len(text), len(text) + len(match[label]), label))
        text, end = text + match[label], match.end()
    return Example(text + marked[end:], tuple(slots), intent)


EXAMPLES = [example(marked) for marked in _MARKED]
ASKED = [
    example(marked)
    for marked in (
        "please deliver the [blue kettle] by {Friday}", "send my [chair] on {Monday}",
        "请{周五}寄出[蓝色水壶]", "{明天}把[茶具]送来",
    )
]  # fmt: skip
