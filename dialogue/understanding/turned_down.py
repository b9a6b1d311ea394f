"""Values that are named and not to be had: "not the 29", "26 would be too tight", 礼品卡不要了."""

from __future__ import annotations

import re

from dialogue.commands import Entity

_BEFORE = re.compile(
    r"(?:\bno+|\bnot|\bnever|\bforget|\bscrap|\bscratch|\bskip|\bdrop|\bditch|\bwithout|\bleave|\bhate|n'?t(?: (?:do|use|want|like|need|take|have|touch))?|\brather than|\binstead of|不要|别[用要换]?|不用|不是|不喜欢|算了)(?: (?:the|an?|my|that|on|to|for|about|in|with|into|size|colou?r|after all))* ?$"
)
_IS = r"(?:'s|'d be|is|are|was|were|(?:would|will|might|must|could) be|looks?|seems?|feels?|felt|runs?|fits?)"
_VERY = r"(?:(?:a bit|a little|a tad|way|far|just|probably|really|so|very|much|actually|surely|definitely) )*"
_BEHIND = re.compile(
    rf"^s?(?: (?:one|card|size|colou?r)s?)? ?(?:{_IS} {_VERY}(?:too|not|no|wrong|off|ugly|awful|massive|huge|tiny|silly|hideous|a mistake|nonsense|small|big|tight|loose|short|long|baggy|snug|dull)\b|(?:isn't|aren't|won't|wouldn't|doesn't|don't)\b)"
    rf"|^s?(?: (?:one|card|size|colou?r)s?)? {_VERY}(?:too (?:small|big|tight|loose|short|long|baggy|snug|dull|bright)|not (?:good|right|nice|for me|my)|no good)\b"
    r"|^s? (?:never|hardly|barely|pinch\w*|slips?|slides?|digs?|falls?|drops?|rubs?|sags?)\b|^s? (?:would|will) (?:fall|slip|slide|drop|pinch|rub|sag)\b"
    r"|^[号码色的]*(?:就|会|应该|估计|肯定|可能|有点|有些|稍微|确实|真的|都)*(?:太|偏|不|算了|难看|丑|紧|松|挤|嫌)"
)


def is_turned_down(low: str, item: Entity) -> bool:
    """Whether a value in a lower-case message is refused right before it, or found wrong right behind it."""
    return bool(item.value.get("negated")) or is_refused(low[: item.start]) or is_found_wrong(low, item)


def is_refused(before: str) -> bool:
    """Whether the words before a value refuse it: "without the"."""
    return _BEFORE.search(before) is not None


def is_found_wrong(low: str, item: Entity) -> bool:
    """Whether it is said right behind a value that it will not do: "26 is too tight"."""
    return _BEHIND.match(low[item.end :]) is not None
