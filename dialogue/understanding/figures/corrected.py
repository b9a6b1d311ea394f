"""A question that corrects itself: "what sold worst last month? no, I mean last quarter"; what was said last counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dialogue.understanding.figures.words import Kind, Piece

_MARK = re.compile(
    r"(?:^|(?<=[,.?!;:，。？！；：…\-—]))\s*(?:(?:oh |ah |er |um |uh )?(?:no|nope|sorry|wait|actually|scratch that|correction|rather|oops)\b(?:[,.!:;\s]+(?:no|sorry|wait|actually|rather|that's wrong)\b)*"
    r"(?:[,.!:;\s]+(?:i (?:mean|meant|want|wanted)|make (?:it|that)|let's (?:say|make it)|it should be|that should be|what about))?|i (?:mean|meant))\b[,.:;!\s]*"
    r"|\b(?:i mean|i meant|or rather|make that)\b[,:\s]*"
    r"|(?:(?:哦|啊|噢|呃|额)?(?:不对|不是|说错了|错了|等等|等一下|更正|打错了|口误)|(?:哦|啊|噢)不)[，,。.!！、\s]*(?:我(?:是|想|要)?(?:说|问|看)(?:的)?(?:是)?|应该是|改成|是)?|我(?:是说|说的是|的意思是|想说的是|想问的是)"
)
"""What takes back what stands before it; in the middle of a sentence only what cannot mean anything else."""
_GROUPS: tuple[frozenset[Kind], ...] = (
    frozenset({"metric", "best", "worst"}),
    frozenset({"period", "always"}),
    frozenset({"dimension", "each", "trend"}),
    frozenset({"value", "product", "exclude", "weekend", "workday"}),
    frozenset({"rank", "most", "least"}),
    frozenset({"before", "year_before", "against", "change"}),
    frozenset({"share"}),
    frozenset({"average"}),
)
"""What stands for one another: of each the last that was said counts."""
_GROUP_OF: Mapping[str, int] = {kind: number for number, kinds in enumerate(_GROUPS) for kind in kinds}


def corrections(low: str, pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Return where a question takes back what stands before: marks with something that was read on either side."""
    spans = [(piece.start, piece.end) for piece in pieces]
    return [
        found.span()
        for found in _MARK.finditer(low)
        if any(end <= found.start() for _, end in spans)
        and any(start >= found.end() for start, _ in spans)
        and not any(start < found.end() and found.start() < end for start, end in spans)
    ]


def that_counts(pieces: Sequence[Piece], marks: Sequence[tuple[int, int]]) -> list[Piece]:
    """Return the pieces that still count after every correction."""
    kept: list[Piece] = []
    for start, end in zip((0, *(mark[1] for mark in marks)), (*(mark[0] for mark in marks), None), strict=True):
        said = [piece for piece in pieces if piece.start >= start and (end is None or piece.end <= end)]
        groups = {_GROUP_OF.get(piece.kind, piece.kind) for piece in said}
        kept = [piece for piece in kept if _GROUP_OF.get(piece.kind, piece.kind) not in groups] + said
    return kept
