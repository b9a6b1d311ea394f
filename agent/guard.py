"""The output guard: a sentence that claims an effect must carry a receipt of this turn, or it is not said."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.types import Lang

_CLAIMS: dict[Lang, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(I have|I've|I just|we have|we've)\s+(now\s+|just\s+|already\s+|successfully\s+)?"
        r"(cancelled|canceled|refunded|returned|exchanged|changed|updated|modified|requested|issued|applied|claimed|placed)\b(?!\s+nothing\b)"
        r"|\b(has|have) (now |just |successfully )been (cancelled|canceled|refunded|exchanged|changed|updated|modified)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"(已经?|成功)(为您|帮您|给您|替您)(取消|退款|退货|换货|修改|更改|变更|申请|提交|开具|领取|办理)"),
}


def claims_effect(text: str) -> bool:
    """Tell whether a sentence says that something was done just now, in either language."""
    return any(pattern.search(text) for pattern in _CLAIMS.values())


def is_honest(text: str, cited: Sequence[str], receipts: Sequence[str]) -> bool:
    """Tell whether a sentence may be said: it claims no effect, or it cites only receipts of this turn.

    It judges every reply alike, whoever wrote it: a template, a flow file, a model.
    """
    return not claims_effect(text) or (bool(cited) and set(cited) <= set(receipts))
